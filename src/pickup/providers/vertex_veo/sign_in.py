"""Signing in at Google Cloud: an access token, got by google-auth and renewed by it before it expires.

google-auth is an extra, so nothing imports it before a token is wanted. It blocks and asks Google's own hosts with its
own transport, so it works in a thread. What may be done with the token is not known here.

    signer = SignIn(name="veo", credentials="", environment=os.environ)
    signer.check()                      asks nobody
    (await signer.token()).value
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Protocol, cast

from pickup.errors import ConfigError, FailureKind, PickupError, ProviderRefused, ProviderUnavailable

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
DEFAULT = "default"
"""Instead of a file: whatever google-auth finds, also by asking the cloud machine on which it runs."""

_EXTRA = 'pip install "otio-pickup[vertex]"'
_HOW = (
    "run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS or options.credentials to the "
    f'file of a service account; on a machine in Google Cloud set options.credentials = "{DEFAULT}"'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What requests are signed with.

    Attributes:
        quota_project: Project that user credentials name for quota, empty for none.
    """

    value: str = field(repr=False)
    quota_project: str = ""


class _Credentials(Protocol):
    """What is used of google-auth's credentials."""

    token: str | None
    quota_project_id: str | None
    token_state: object

    def refresh(self, request: object) -> None: ...


class SignIn:
    """Credentials of one provider, found when a token is first wanted; safe between threads and event loops.

    Args:
        name: The provider, as messages name it.
        credentials: A service account's file, `DEFAULT`, or empty for application default credentials in a file.
        environment: Where such a file may be named.
    """

    def __init__(self, *, name: str, credentials: str, environment: Mapping[str, str]) -> None:
        self._name = name
        self._credentials = credentials
        self._environment = environment
        self._found: _Credentials | None = None
        self._lock = Lock()

    def check(self) -> None:
        """Looks for the package and for a file; asks nobody.

        Raises:
            ConfigError: One of them is missing.
        """
        with self._in_our_words():
            import google.auth.transport.requests  # noqa: PLC0415 - an extra
            import google.oauth2.service_account  # noqa: F401, PLC0415
        if self._credentials == DEFAULT:
            return
        named = self._credentials or self._environment.get("GOOGLE_APPLICATION_CREDENTIALS", "")
        if named and not Path(named).expanduser().is_file():
            raise self._wrong(f"the credentials of {self._name} are not there: {named}")
        if not named and not _well_known(self._environment).is_file():
            raise self._wrong(f"{self._name} finds no credentials for Google Cloud")

    async def token(self) -> Token:
        """A token that lives for some minutes more.

        Raises:
            ConfigError: There are no credentials, or a file is none.
            ProviderRefused: Google does not take them.
            ProviderUnavailable: Google's sign-in does not answer.
        """
        return await asyncio.to_thread(self._current)

    def _current(self) -> Token:
        with self._lock, self._in_our_words():
            from google.auth.credentials import TokenState  # noqa: PLC0415 - an extra
            from google.auth.transport.requests import Request  # noqa: PLC0415

            if self._found is None:
                self._found = self._load()
            if self._found.token_state is not TokenState.FRESH:
                make_request: Callable[[], object] = Request
                self._found.refresh(make_request())
            return Token(value=self._found.token or "", quota_project=self._found.quota_project_id or "")

    def _load(self) -> _Credentials:
        import google.auth  # noqa: PLC0415 - an extra
        from google.oauth2 import service_account  # noqa: PLC0415

        if self._credentials not in ("", DEFAULT):
            read: Callable[..., _Credentials] = service_account.Credentials.from_service_account_file
            path = Path(self._credentials).expanduser()
            try:
                return read(str(path), scopes=[SCOPE])
            except (OSError, ValueError, KeyError) as error:
                raise self._wrong(
                    f"the credentials of {self._name} are no file of a service account: {path}"
                ) from error
        find: Callable[..., tuple[object, str | None]] = google.auth.default
        return cast("_Credentials", find(scopes=[SCOPE])[0])

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        """The table of what google-auth raises; its own words may quote a reply, so they are not shown."""
        try:
            yield
        except ImportError as error:
            raise ConfigError(
                f"{self._name} signs in with google-auth, which is not installed",
                where=f"providers.{self._name}",
                next_step=_EXTRA,
            ) from error
        except Exception as error:
            ours = self._translated(error)
            if ours is None:
                raise
            raise ours from error

    def _translated(self, error: Exception) -> PickupError | None:
        from google.auth import exceptions  # noqa: PLC0415 - it was imported, or this would be an ImportError

        if isinstance(error, exceptions.DefaultCredentialsError):
            return self._wrong(f"{self._name} finds no credentials for Google Cloud that can be read")
        may_pass = isinstance(error, exceptions.TransportError | exceptions.TimeoutError | OSError) or (
            isinstance(error, exceptions.RefreshError) and error.retryable
        )
        if may_pass:
            return ProviderUnavailable(
                f"{self._name} could not sign in: Google's sign-in did not answer", next_step="it is asked again later"
            )
        if isinstance(error, exceptions.GoogleAuthError):
            return ProviderRefused(
                f"{self._name} could not sign in: Google does not take these credentials",
                kind=FailureKind.AUTH,
                next_step=f"{_HOW}; then run `pickup doctor`",
            )
        return None

    def _wrong(self, message: str) -> ConfigError:
        return ConfigError(message, where=f"providers.{self._name}", next_step=_HOW)


def _well_known(environment: Mapping[str, str]) -> Path:
    """Where `gcloud auth application-default login` leaves its file."""
    name = "application_default_credentials.json"
    if folder := environment.get("CLOUDSDK_CONFIG"):
        return Path(folder) / name
    if os.name == "nt":
        return Path(environment.get("APPDATA", "")) / "gcloud" / name
    return Path.home() / ".config" / "gcloud" / name
