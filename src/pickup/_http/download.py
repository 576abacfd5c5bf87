"""Downloads: a result is streamed to a file, from a host that was checked at every hop.

The host of every URL is resolved first, each of its addresses must be allowed, and the connection goes to the checked
address itself: there is no second look-up that could answer otherwise. Through a proxy the proxy looks up and connects,
so there the check is as good as this machine's own look-up. What the bytes are is not judged; `media` probes them.

    size = await Fetcher(name=..., origin=..., ...).fetch(url, part, report=report, max_bytes=1 << 30, with_key=False)
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

import httpx

from pickup._http.addresses import Resolve, admits, is_public, literal_address
from pickup._http.clients import Clients, Timeouts, proxy_for
from pickup._http.faults import FAULTS, NOT_CONNECTED, fault, network_faults
from pickup._http.keys import Key, KeyAuth
from pickup._http.origin import Origin, parse_url
from pickup._http.replies import Headers, Reply
from pickup._http.status import check_status
from pickup.errors import FailureKind, ProviderRefused, ProviderUnavailable

_MOST_REDIRECTS = 5
_PIECE_BYTES = 1 << 20
_EXPIRED = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
_NO_MEDIA = ("text/html", "application/xhtml+xml", "application/json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetcher:
    """Fetches the results of one API.

    Attributes:
        origin: The API's own, the only one that the key is sent to.
        mask: Takes the key out of a text that is shown.
    """

    name: str
    origin: Origin
    key: Key | None
    clients: Clients
    timeouts: Timeouts
    resolve: Resolve = field(repr=False)
    now: Callable[[], datetime] = field(repr=False)
    mask: Callable[[str], str] = field(repr=False)

    async def fetch(
        self,
        url: httpx.URL,
        destination: Path,
        *,
        report: Callable[[float], None],
        max_bytes: int,
        with_key: bool,
        key_opens: bool = False,
    ) -> int:
        """Writes `destination` and returns the number of its bytes; see `Api.download`."""
        limit = asyncio.timeout(self.timeouts.download_s)
        try:
            async with limit, aclosing(await self._open(url, with_key=with_key)) as response:
                is_locked = key_opens and response.status_code == HTTPStatus.FORBIDDEN
                if is_locked and self._is_own(response):
                    check_status(Reply(status=response.status_code, now=self.now), name=self.name, creates=False)
                expected = self._expected_bytes(response, max_bytes=max_bytes)
                return await self._save(response, destination, expected=expected, report=report, max_bytes=max_bytes)
        except TimeoutError as error:
            if not limit.expired():  # a disk can time out too
                raise
            raise fault(error, name=self.name, host=self._label(url), what="the download was cut off") from error

    def _is_own(self, response: httpx.Response) -> bool:
        """Whether the API itself has answered; it is asked by its address, so the name stands in a header."""
        asked = httpx.URL(f"{response.request.url.scheme}://{response.request.headers['host']}")
        return Origin.of(asked) == self.origin

    async def _open(self, url: httpx.URL, *, with_key: bool) -> httpx.Response:
        """The answer at the end of all redirects, its body still unread."""
        with network_faults(name=self.name, host=self._label(url)):
            async with asyncio.timeout(self.timeouts.total_s):
                encrypted = False
                for _ in range(_MOST_REDIRECTS + 1):
                    response = await self._ask(url, encrypted=encrypted, with_key=with_key)
                    if not HTTPStatus.MULTIPLE_CHOICES <= response.status_code < HTTPStatus.BAD_REQUEST:
                        return response
                    await response.aclose()
                    encrypted = url.scheme == "https"
                    url = self._next(url, location=response.headers.get("location", ""))
        raise self._refusal(f"redirects more than {_MOST_REDIRECTS} times")

    def _next(self, url: httpx.URL, *, location: str) -> httpx.URL:
        try:
            joined = str(url.join(location)) if location else ""
        except (httpx.InvalidURL, UnicodeError):
            joined = ""
        found = parse_url(joined)
        if found is None:
            raise self._refusal("redirects to no http or https address")
        return found

    async def _ask(self, url: httpx.URL, *, encrypted: bool, with_key: bool) -> httpx.Response:
        """Sends the request of one hop to the first of the host's addresses that can be reached."""
        proxy = proxy_for(Origin.of(url))
        addresses = await self._checked(url, encrypted=encrypted, proxied=proxy is not None)
        targets = [url] if proxy else [url.copy_with(host=each) for each in addresses]
        client = self.clients.by(proxy)
        missed: Exception = OSError("no address")
        for target in targets:
            request = client.build_request(
                "GET",
                target,
                headers={"Host": url.netloc.decode("ascii")},
                extensions={"sni_hostname": Origin.of(url).host.rstrip(".")},
            )
            own = with_key and Origin.of(url) == self.origin
            auth = KeyAuth(self.key if own else None, origin=Origin.of(target))
            try:
                return await client.send(request, auth=auth, stream=True, follow_redirects=False)
            except NOT_CONNECTED as error:
                missed = error
            except FAULTS as error:
                raise fault(error, name=self.name, host=self._label(url)) from error
        raise fault(missed, name=self.name, host=self._label(url)) from missed

    async def _checked(self, url: httpx.URL, *, encrypted: bool, proxied: bool) -> Sequence[str]:
        """Every address of the URL's host, if all are allowed; `encrypted` says that https led here."""
        origin = Origin.of(url)
        addresses = await self._addresses(origin, proxied=proxied)
        known = [each for each in map(literal_address, addresses) if each is not None]
        refused = len(known) < len(addresses) or not all(
            admits(each, host=origin.host, base_host=self.origin.host) for each in known
        )
        if refused:
            raise self._refusal(
                f"lies at {self._label(url)}, an address of this machine or of a private network",
                next_step="set base_url to that host if the provider runs there",
            )
        if encrypted and origin.scheme == "http" and (proxied or any(map(is_public, known))):
            raise self._refusal("is redirected from https to an address without encryption")
        return addresses

    async def _addresses(self, origin: Origin, *, proxied: bool) -> Sequence[str]:
        if literal_address(origin.host) is not None:
            return [origin.host]
        try:
            return await self.resolve(origin.host, origin.port)
        except OSError as error:
            if proxied:  # behind a proxy the names of the internet are often unknown
                return []
            raise fault(error, name=self.name, host=self.mask(str(origin))) from error

    def _expected_bytes(self, response: httpx.Response, *, max_bytes: int) -> int | None:
        """The length that the server announces, or None; raises where there is nothing to save."""
        headers = Headers(response.headers.multi_items())
        if response.status_code in _EXPIRED:
            raise ProviderUnavailable(
                f"{self.name}: the link has expired ({response.status_code})",
                kind=FailureKind.EXPIRED,
                next_step="the provider is asked for a new link",
            )
        check_status(Reply(status=response.status_code, headers=headers, now=self.now), name=self.name, creates=False)
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type in _NO_MEDIA or media_type.endswith("+json"):
            raise self._refusal(f"is no media but {self.mask(media_type)}")
        length = headers.get("content-length", "")
        expected = int(length) if length.isdecimal() else None
        if expected is not None and expected > max_bytes:
            raise self._too_large(max_bytes)
        coded = headers.get("content-encoding", "identity").strip().lower() != "identity"
        return None if coded else expected  # what is unpacked has another length

    async def _save(
        self,
        response: httpx.Response,
        destination: Path,
        *,
        expected: int | None,
        report: Callable[[float], None],
        max_bytes: int,
    ) -> int:
        written = 0
        with _opened(destination) as file:
            async with aclosing(self._pieces(response)) as pieces:
                async for piece in pieces:
                    written += len(piece)
                    if written > max_bytes:
                        raise self._too_large(max_bytes)
                    await asyncio.to_thread(file.write, piece)  # a disk across a network may be slow
                    if expected:
                        report(min(1.0, written / expected))
        if expected is not None and written < expected:
            raise ProviderUnavailable(f"{self.name}: the download was cut off")
        report(1.0)
        return written

    async def _pieces(self, response: httpx.Response) -> AsyncGenerator[bytes]:
        """The body; here, and not where it is written, an OSError is the network's."""
        host = self.mask(response.request.headers["host"])
        with network_faults(name=self.name, host=host, what="the download was cut off"):
            async for piece in response.aiter_bytes(_PIECE_BYTES):
                yield piece

    def _label(self, url: httpx.URL) -> str:
        return self.mask(str(Origin.of(url)))

    def _too_large(self, max_bytes: int) -> ProviderRefused:
        return self._refusal(
            f"is larger than {max_bytes} bytes", next_step="choose a shorter shot or a smaller size at the provider"
        )

    def _refusal(
        self, what: str, *, next_step: str = "tell the provider; the clip may be in its own gallery"
    ) -> ProviderRefused:
        return ProviderRefused(f"{self.name}: the result {what}", kind=FailureKind.BAD_OUTPUT, next_step=next_step)


def _opened(path: Path) -> BinaryIO:
    return path.open("wb")
