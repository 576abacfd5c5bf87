"""What takes the place of a reply, or is done to it, when the script says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pickup.testing.fakes.faults import Fault, What
from pickup.testing.fakes.wire import JSON_TYPE, RefusedError, Reply, Sending

_SENDINGS = {What.TRUNCATE: Sending.TRUNCATED, What.HUGE: Sending.HUGE, What.SLOW: Sending.SLOW}
_PAGE = b"<!doctype html><title>Welcome</title><p>Sign in to this network."
_STATUS_CODES = {
    400: ("invalid_value", "The request is not valid."),
    401: ("invalid_api_key", "Incorrect API key provided."),
    402: ("insufficient_credits", "There is no money on this account."),
    403: ("forbidden", "This key may not do this."),
    404: ("not_found", "There is no such thing."),
    409: ("conflict", "This cannot be done now."),
    429: ("rate_limit_exceeded", "Too many requests."),
    503: ("overloaded", "The server is busy, try again later."),
}


def instead(fault: Fault, *, refusal: Callable[[RefusedError], Reply]) -> Reply:
    """What takes the place of a reply; `refusal` words a status in the manner of the service."""
    if fault.what is What.DROP:
        return Reply(sending=Sending.RESET)
    if fault.what is What.STALL:
        return Reply(sending=Sending.NEVER)
    if fault.what is What.GARBAGE:
        return Reply(body=b'{"id": "vid', headers={"Content-Type": JSON_TYPE})
    if fault.what is What.HTML:
        return Reply(body=_PAGE, headers={"Content-Type": "text/html; charset=utf-8"})
    if fault.what is What.REDIRECT:
        return Reply(status=302, headers={"Location": fault.url})
    code, message = _STATUS_CODES.get(fault.status, ("server_error", "The server had an error."))
    return refusal(RefusedError(message, status=fault.status, code=code, retry_after_s=fault.retry_after_s))


def sent_badly(reply: Reply, fault: Fault) -> Reply:
    """The reply, which is to be truncated, huge or slow if the fault is of that kind."""
    sending = _SENDINGS.get(fault.what)
    return reply if sending is None else replace(reply, sending=sending, slow_s=fault.seconds)
