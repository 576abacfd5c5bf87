"""What an HTTP status means for a job, where a provider's own table does not know better.

check_status(reply, name="example", creates=True)    # returns, or raises what the user can act on
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from pickup._http.faults import ASK_THE_PROVIDER
from pickup._http.replies import Reply, said
from pickup.errors import (
    FailureKind,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderRetired,
    ProviderUnavailable,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    kind: FailureKind
    what: str
    next_step: str


_INVALID = _Refusal(
    kind=FailureKind.INVALID_REQUEST,
    what="refused the request",
    next_step="change the shot or the provider's settings as it says",
)
_KEY = _Refusal(
    kind=FailureKind.AUTH, what="did not accept the key", next_step="run `pickup doctor`, which checks the key"
)
_CREDIT = _Refusal(
    kind=FailureKind.NO_CREDIT,
    what="has no credit left on this account",
    next_step="add credit there, then run the command again",
)
_REFUSALS: Mapping[int, _Refusal] = {
    HTTPStatus.UNAUTHORIZED: _KEY,
    HTTPStatus.FORBIDDEN: _KEY,
    HTTPStatus.PAYMENT_REQUIRED: _CREDIT,
}
_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
_MAY_BE_UNDER_WAY = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT)
"""408: the server gave up while it read; 409: something like it, perhaps the same request, is being worked on."""

_LATER = "it is asked again later"


def check_status(reply: Reply, *, name: str, creates: bool) -> None:
    """Raises for every status from 400 on, with the server's words in the message.

    Raises:
        ProviderRefused: The request, the key or the account; or a job that is no longer known.
        ProviderRetired: What a request that creates was sent to is not there.
        ProviderUnavailable: 429; 503 with `Retry-After`; other 5xx of a request that creates nothing.
        OutcomeUnknown: 408, 409 or 5xx of a request that creates.
    """
    if reply.status < HTTPStatus.BAD_REQUEST:
        return
    words = said(reply)
    error = _later(reply, name=name) or _unknown(reply, name=name, creates=creates)
    error = error or _refused(reply, name=name, creates=creates)
    raise type(error)(
        f"{error.message} ({reply.status}){': ' if words else ''}{words}",
        next_step=error.next_step,
        kind=error.kind,
        retry_after_s=reply.retry_after_s,
    )


def _later(reply: Reply, *, name: str) -> ProviderError | None:
    """An explicit "not now": nothing was accepted."""
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
        return ProviderUnavailable(f"{name} limits requests", kind=FailureKind.RATE_LIMITED, next_step=_LATER)
    if reply.status == HTTPStatus.SERVICE_UNAVAILABLE and "retry-after" in reply.headers:
        return ProviderUnavailable(f"{name} is busy", kind=FailureKind.CONCURRENCY_LIMITED, next_step=_LATER)
    return None


def _unknown(reply: Reply, *, name: str, creates: bool) -> ProviderError | None:
    """A server that failed, and does not say how far it had come."""
    failed = reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    if creates and (failed or reply.status in _MAY_BE_UNDER_WAY):
        return OutcomeUnknown(f"{name} failed and may have accepted the request", next_step=ASK_THE_PROVIDER)
    if failed or reply.status == HTTPStatus.REQUEST_TIMEOUT:
        return ProviderUnavailable(f"{name} failed", next_step=_LATER)
    return None


def _refused(reply: Reply, *, name: str, creates: bool) -> ProviderError:
    if reply.status in _GONE and creates:
        return ProviderRetired(
            f"{name} does not have this model or address", next_step="choose another model, or check base_url"
        )
    if reply.status in _GONE:
        return ProviderRefused(
            f"{name} no longer knows what was asked for",
            kind=FailureKind.EXPIRED,
            next_step="generate the shot again with --refresh",
        )
    refusal = _REFUSALS.get(reply.status, _INVALID)
    return ProviderRefused(f"{name} {refusal.what}", kind=refusal.kind, next_step=refusal.next_step)
