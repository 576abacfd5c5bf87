"""What a service's own error codes mean, beyond the HTTP status."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus

from pickup._http import Reply, check_status, shown
from pickup.config.provider_setup import host_of
from pickup.errors import FailureKind, ProviderError, ProviderRefused, ProviderRetired, ProviderUnavailable
from pickup.ports import Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """An error in a service's words; `kind` is what it means, None where only the HTTP status says it."""

    kind: FailureKind | None = None
    message: str = ""


_NEXT_STEPS: Mapping[FailureKind, str] = {
    FailureKind.INVALID_REQUEST: "change the shot or the provider's settings as it says",
    FailureKind.MODERATION_INPUT: "change the words of the shot, or the frames that it begins and ends on",
    FailureKind.MODERATION_OUTPUT: "change the words of the shot, or try again with another seed",
    FailureKind.PROVIDER_FAILED: "run the command again later",
    FailureKind.AUTH: "run `pickup doctor`, which checks the key",
    FailureKind.NO_CREDIT: "add credit there, then run the command again",
    FailureKind.MODEL_GONE: "choose another model; `pickup providers` lists them",
    FailureKind.RATE_LIMITED: "it is asked again later",
    FailureKind.CONCURRENCY_LIMITED: "it is asked again later",
}
_OF_THE_ACCOUNT = (FailureKind.AUTH, FailureKind.NO_CREDIT)
_LATER = (FailureKind.RATE_LIMITED, FailureKind.CONCURRENCY_LIMITED)


def check_reply(reply: Reply, *, name: str, creates: bool, trouble_of: Callable[[object], Trouble | None]) -> None:
    """Raises for every status from 400 on; a service's own code says better why than the status does.

    Args:
        reply: What came.
        name: The provider.
        creates: Whether the request may have started something that costs.
        trouble_of: Reads the body.

    Raises:
        ProviderError: As `check_status`, of the kind that the code means. What may have been accepted stays so.
    """
    try:
        check_status(reply, name=name, creates=creates)
    except (ProviderRefused, ProviderRetired, ProviderUnavailable) as error:
        trouble = _trouble_in(reply, trouble_of=trouble_of)
        kind = error.kind if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR else trouble.kind or error.kind
        if not creates and (kind is FailureKind.MODEL_GONE or error.kind in _OF_THE_ACCOUNT):
            # about a job that is there; a rotated key is no fault of the job, whatever the words
            kind = kind if kind in _OF_THE_ACCOUNT else error.kind
        is_told = not trouble.message or trouble.message in error.message
        if not creates and kind is FailureKind.INVALID_REQUEST:
            # of a question about a job that may be paid for: nothing is wrong with the job
            raise ProviderError(
                error.message if is_told else f"{error.message} ({trouble.message})",
                next_step="run the command again later; if it goes on, look at the job at the provider",
            ) from error
        raise (type(error) if kind is error.kind else _error_of(kind))(
            error.message if is_told else f"{error.message} ({trouble.message})",
            kind=kind,
            next_step=error.next_step if kind is error.kind else _NEXT_STEPS.get(kind, ""),
            retry_after_s=error.retry_after_s,
        ) from error


def check_same_server(submission: Submission, *, name: str, base_url: str) -> None:
    """A job is asked for only where it was made: its id means nothing elsewhere, or another job.

    Raises:
        ProviderError: The provider has another address now.
    """
    made_at = submission.urls.get("base", base_url)
    if host_of(made_at) != host_of(base_url):
        raise ProviderError(
            f"this job was made at {host_of(made_at)}, and {name} is at {host_of(base_url)} now",
            next_step=f"set base_url of [providers.{name}] back until it is fetched, or cancel the job",
        )


def _trouble_in(reply: Reply, *, trouble_of: Callable[[object], Trouble | None]) -> Trouble:
    """What the body says, fit to be shown; a body that says nothing is a trouble without a kind."""
    try:
        found = trouble_of(reply.json()) or Trouble()
    except ProviderError:
        return Trouble()
    return replace(found, message=shown(reply, found.message))


def _error_of(kind: FailureKind) -> type[ProviderError]:
    if kind in _LATER:
        return ProviderUnavailable
    return ProviderRetired if kind is FailureKind.MODEL_GONE else ProviderRefused
