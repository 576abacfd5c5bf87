"""What the network did wrong, in words, and whether the request can have arrived.

with network_faults(name="example", host="api.example.com", creates=True):
    response = await client.send(request)
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from pickup.errors import OutcomeUnknown, ProviderError, ProviderUnavailable

FAULTS = (httpx.HTTPError, httpx.StreamError, OSError)
"""What httpx raises for a network that failed; OSError, because it passes some TLS errors on as they are."""

NOT_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout)
"""Another address of the same host may do."""

ASK_THE_PROVIDER = "look at the provider's own list of jobs before it is asked again"
"""What a person does about a request that may have been accepted."""

_NEVER_SENT = (*NOT_CONNECTED, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)
"""Raised only before the first byte of a request; httpx has a ProxyError for a refused CONNECT and nothing else."""

_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (httpx.ConnectTimeout, "did not answer the connection in time"),
    (httpx.ConnectError, "could not be reached"),
    (httpx.PoolTimeout, "has too many requests waiting before this one"),
    (httpx.ProxyError, "could not be reached through the proxy"),
    (httpx.ReadTimeout, "stopped answering"),
    (httpx.WriteTimeout, "stopped taking the request"),
    (httpx.WriteError, "broke the connection while the request was sent"),
    (httpx.ReadError, "broke the connection"),
    (httpx.RemoteProtocolError, "closed the connection without a whole answer"),
    (httpx.DecodingError, "sent an answer that cannot be decoded"),
    (TimeoutError, "took longer than the whole time allowed"),
    (ssl.SSLError, "broke the encrypted connection"),
)
_CAUSES: tuple[tuple[type[BaseException], str], ...] = (
    (socket.gaierror, "could not be found: no such name"),
    (ssl.SSLCertVerificationError, "could not be trusted: its certificate is not valid for it"),
    (ssl.SSLError, "could not be reached: no encrypted connection came about"),
    (ConnectionRefusedError, "could not be reached: nothing listens there"),
)


@contextmanager
def network_faults(*, name: str, host: str, creates: bool = False, what: str = "") -> Iterator[None]:
    """Turns a failure of the network inside the block into one of ours; `host` is as a person would write it.

    `what` says what it means to the user, for instance that a download was cut off.

    Raises:
        ProviderUnavailable: The request certainly did not arrive, or it creates nothing.
        OutcomeUnknown: It creates, and may have arrived.
    """
    try:
        yield
    except FAULTS as error:
        raise fault(error, name=name, host=host, creates=creates, what=what) from error


def fault(error: BaseException, *, name: str, host: str, creates: bool = False, what: str = "") -> ProviderError:
    """Our error for one of `FAULTS`; see `network_faults`."""
    words = f"{host} {_in_words(error)}"
    if creates and not isinstance(error, _NEVER_SENT):
        return OutcomeUnknown(f"{name} may have accepted the request: {words}", next_step=ASK_THE_PROVIDER)
    return ProviderUnavailable(
        f"{name}: {what}{', ' if what else ''}{words}", next_step="check the network, then run the command again"
    )


def _in_words(error: BaseException) -> str:
    if isinstance(error, httpx.ConnectError | socket.gaierror):
        causes = list(_causes(error))
        for kind, words in _CAUSES:
            if any(isinstance(each, kind) for each in causes):
                return words
    return next((words for kind, words in _WORDS if isinstance(error, kind)), "broke the connection")


def _causes(error: BaseException) -> Iterator[BaseException]:
    yield error
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _causes(each)
    cause = error.__cause__ or error.__context__
    if cause is not None:
        yield from _causes(cause)
