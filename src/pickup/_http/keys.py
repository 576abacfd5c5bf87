"""Keys: a text that is never shown, and how it is sent.

Reading a key from the environment or a file is not done here.

    key = Key(Secret("sk-1234"), header="x-api-key", form="{}")
    key.secret.masked("wrong key sk-1234")    # "wrong key •••"
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

import httpx

from pickup._http.origin import Origin
from pickup.errors import ConfigError

MASK = "•••"
"""Stands in a text where a secret was."""

_LEAST_CODED = 4
"""A base64 fragment shorter than this would be found in any text."""


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A text that `repr`, `str` and `format` never show; only `reveal` does."""

    _value: str

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, form: str) -> str:
        return format(MASK, form)

    def reveal(self) -> str:
        """The text itself, to be sent and not to be kept."""
        return self._value

    def masked(self, text: str) -> str:
        """`text` with a mask for every occurrence of the value: plain, percent-encoded, in JSON or in base64."""
        forms = sorted(set(_forms(self._value)), key=len, reverse=True)
        return re.sub("|".join(map(re.escape, forms)), MASK, text) if forms else text


@dataclass(frozen=True, slots=True)
class Key:
    """A secret and how it is sent.

    Attributes:
        header: Name of the header that carries it.
        form: The header's value, with `{}` where the secret belongs.

    Raises:
        ConfigError: The secret is empty or holds what no header can carry, such as the line end of the file it is from.
    """

    secret: Secret
    header: str = "Authorization"
    form: str = "Bearer {}"

    def __post_init__(self) -> None:
        value = self.secret.reveal()
        if not value.strip():
            raise ConfigError("the key is empty", next_step="set it again; `pickup doctor` says where it is read from")
        if value != value.strip() or not (value.isascii() and value.isprintable()):
            raise ConfigError(
                "the key holds spaces, line ends or other characters that cannot be sent",
                next_step="set it again without them; `pickup doctor` says where it is read from",
            )

    def header_value(self) -> str:
        """What is sent."""
        return self.form.replace("{}", self.secret.reveal())


class KeyAuth(httpx.Auth):
    """Adds the key to a request for one origin and to no other.

    It is given to httpx with every request, also where there is no key: httpx then looks for no credentials elsewhere.
    """

    def __init__(self, key: Key | None, *, origin: Origin) -> None:
        self._key = key
        self._origin = origin

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """One request, with the key where it belongs."""
        if self._key is not None and Origin.of(request.url) == self._origin:
            request.headers[self._key.header] = self._key.header_value()
        yield request


def _forms(value: str) -> Iterator[str]:
    if not value:
        return
    yield value
    yield json.dumps(value)[1:-1]
    for coded in (quote(value, safe=""), quote(value), quote_plus(value)):
        yield coded
        yield re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), coded)
    yield from _base64_forms(value.encode())


def _base64_forms(value: bytes) -> Iterator[str]:
    """What every base64 text holds in which `value` is encoded, alone or between other bytes."""
    for lead in range(3):
        first = (0, 2, 3)[lead]  # the digits before it mix with the bytes that come before
        last = (lead + len(value)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            whole = encode(bytes(lead) + value).decode()
            if last - first >= _LEAST_CODED:
                yield whole[first:] if lead == 0 else whole[first:last]
                yield whole[first:last]
