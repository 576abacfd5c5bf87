"""One host of one provider: requests to it, and the results that it names.

It keeps the key at home, follows no redirect with a request that creates, and says of every failure whether the
request can have arrived. It does not retry and does not know what a provider's JSON means.

    api = Api(base_url="http://127.0.0.1:8188", name="comfyui")
    reply = await api.send("GET", "/queue")
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from contextlib import aclosing
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

import httpx

from pickup._http.addresses import Resolve, is_private_host, resolve_by_system
from pickup._http.clients import Clients, Timeouts, proxy_for
from pickup._http.download import Fetcher
from pickup._http.faults import ASK_THE_PROVIDER, network_faults
from pickup._http.keys import Key, KeyAuth
from pickup._http.origin import Origin, parse_url
from pickup._http.replies import Headers, Reply, utc_now
from pickup.errors import ConfigError, OutcomeUnknown, ProviderError, ProviderRefused

FilePart = tuple[str, bytes, str]
"""A file in a form: its name, its content, its media type."""

_Part = tuple[str | None, bytes | str, str | None]

_MOST_REDIRECTS = 3
_MAX_REPLY_BYTES = 8 << 20
_FOLLOWING = ("GET", "HEAD")
_MOVED = (HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT)
"""These say that the request belongs elsewhere. 302 and 303 may also lead to what it has created."""

_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


class Api:
    """Sends requests below `base_url`; usable from one event loop after the other.

    Args:
        base_url: http or https, a host and perhaps a path, such as `https://api.example.com/v1`.
        name: The provider, as messages name it.
        key: Sent to the origin of `base_url` and to no other.
        transport: Instead of the network, for tests; proxies are not looked at then.
        resolve: Gives the addresses of the host of a download.
        now: The clock against which a date in `Retry-After` is read.
        max_reply_bytes: A longer reply is an error; downloads have their own limit.

    Raises:
        ConfigError: `base_url` is none.
    """

    def __init__(
        self,
        *,
        base_url: str,
        name: str,
        key: Key | None = None,
        timeouts: Timeouts = Timeouts(),  # noqa: B008 - it is frozen
        transport: httpx.AsyncBaseTransport | None = None,
        resolve: Resolve = resolve_by_system,
        now: Callable[[], datetime] = utc_now,
        max_reply_bytes: int = _MAX_REPLY_BYTES,
    ) -> None:
        url = parse_url(base_url)
        if url is None or b"?" in url.raw_path or url.fragment:
            raise ConfigError(
                f"the base_url of {name} is no address of an API",
                next_step="set it to http:// or https://, a host and perhaps a path; a key is set on its own",
            )
        self._base = url.copy_with(raw_path=url.raw_path.rstrip(b"/") or b"/")
        self._origin = Origin.of(url)
        self._name = name
        self._key = key
        self._timeouts = timeouts
        self._clients = Clients(timeouts=timeouts, transport=transport)
        self._resolve = resolve
        self._now = now
        self._max_reply_bytes = max_reply_bytes

    def __repr__(self) -> str:
        return f"Api({self._name}, {self._base})"

    @property
    def is_private(self) -> bool:
        """Whether the API is on this machine or a private network, by its literal address or the name localhost."""
        return is_private_host(self._origin.host)

    def resolve_url(self, text: str) -> str:
        """The absolute form of a URL that a reply holds; a relative one belongs to the API's origin (RFC 3986).

        Raises:
            ProviderError: It is no http or https URL.
        """
        try:
            joined = str(self._base.join("/").join(text))
        except (httpx.InvalidURL, UnicodeError):
            joined = ""
        if parse_url(joined) is None:
            raise ProviderError(f"{self._name} named a result that is no http or https address")
        return joined

    async def send(
        self,
        method: str,
        path_or_url: str,
        *,
        json: object = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, FilePart] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        creates: bool = False,
    ) -> Reply:
        """Sends one request and reads its reply, whatever status it has.

        A form is sent as `multipart/form-data`, with and without files.

        A path such as `/videos` is added to `base_url`; a whole URL must have its origin. A GET follows up to three
        redirects that stay at this origin, any other request none. `creates` says that it may start something that
        costs.

        Raises:
            ProviderUnavailable: The request certainly did not arrive, or it creates nothing.
            OutcomeUnknown: It creates, and may have arrived.
            ProviderError: The URL is not the API's, a redirect leads away, or the reply is too large.
        """
        with network_faults(name=self._name, host=self._mask(str(self._origin)), creates=creates):
            client = self._clients.by(proxy_for(self._origin))
            url = self._own(path_or_url).copy_merge_params(dict(query or {}))
            parts: dict[str, _Part] = {**_as_parts(form or {}), **(files or {})}
            request = client.build_request(method.upper(), url, json=json, files=parts or None, headers=headers)
            async with asyncio.timeout(self._timeouts.total_s):
                for _ in range(_MOST_REDIRECTS + 1):
                    reply = await self._exchange(client, request, creates=creates)
                    if not HTTPStatus.MULTIPLE_CHOICES <= reply.status < HTTPStatus.BAD_REQUEST:
                        return reply
                    target = self._redirected(request, reply)
                    request = client.build_request(request.method, target, headers=headers)
        raise ProviderError(f"{self._name} redirects more than {_MOST_REDIRECTS} times")

    async def download(
        self,
        url: str,
        destination: Path,
        *,
        report: Callable[[float], None],
        max_bytes: int,
        with_key: bool = False,
        key_opens: bool = False,
    ) -> int:
        """Fetches a result into a file and returns the number of its bytes.

        `destination` is a temporary path; after an error it may hold a part. The key is sent only `with_key`, and only
        to the API's own origin; where it is what opens the result (`key_opens`), 403 is about the key and not about the
        link. `report` gets the share that is done where the server announces a length, and 1.0 in the end. Up to five
        redirects are followed, each to an allowed address (see `addresses`).

        Raises:
            ProviderRefused: The address is not allowed, the file too large, or it is a page instead of media.
            ProviderUnavailable: The network, a 5xx or a 429; of kind `EXPIRED` if the link has expired.
            OSError: The disk.
        """
        fetcher = Fetcher(
            name=self._name,
            origin=self._origin,
            key=self._key,
            clients=self._clients,
            timeouts=self._timeouts,
            resolve=self._resolve,
            now=self._now,
            mask=self._mask,
        )
        target = httpx.URL(self.resolve_url(url))
        return await fetcher.fetch(
            target, destination, report=report, max_bytes=max_bytes, with_key=with_key, key_opens=key_opens
        )

    async def aclose(self) -> None:
        """Closes what is open in this event loop; the next request opens it again."""
        await self._clients.aclose()

    def _mask(self, text: str) -> str:
        return self._key.secret.masked(text) if self._key else text

    def _own(self, path_or_url: str) -> httpx.URL:
        absolute = _ABSOLUTE.match(path_or_url) is not None
        url = parse_url(path_or_url if absolute else f"{str(self._base).rstrip('/')}/{path_or_url.removeprefix('/')}")
        if url is None or Origin.of(url) != self._origin:
            raise ProviderError(f"{self._name} is asked at an address that is not at {self._mask(str(self._origin))}")
        return url

    async def _exchange(self, client: httpx.AsyncClient, request: httpx.Request, *, creates: bool) -> Reply:
        auth = KeyAuth(self._key, origin=self._origin)
        answer = await client.send(request, auth=auth, stream=True, follow_redirects=False)
        async with aclosing(answer) as response:
            return Reply(
                status=response.status_code,
                headers=Headers(response.headers.multi_items()),
                body=await self._body(response, creates=creates),
                name=self._name,
                creates=creates,
                now=self._now,
                mask=self._mask,
            )

    async def _body(self, response: httpx.Response, *, creates: bool) -> bytes:
        body = bytearray()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > self._max_reply_bytes:
                message = f"{self._name} sent a reply of more than {self._max_reply_bytes} bytes"
                raise OutcomeUnknown(message, next_step=ASK_THE_PROVIDER) if creates else ProviderError(message)
        return bytes(body)

    def _redirected(self, request: httpx.Request, reply: Reply) -> httpx.URL:
        """Where a redirect leads, if it may be followed."""
        step = "check base_url: it may have to begin with https:// or name another host"
        if request.method not in _FOLLOWING or reply.creates:
            message = f"{self._name} redirects the request to another address ({reply.status})"
            if reply.creates and reply.status not in _MOVED:
                raise OutcomeUnknown(message, next_step=ASK_THE_PROVIDER)
            raise ProviderRefused(message, next_step=step)
        location = reply.headers.get("location", "")
        try:
            url = parse_url(str(request.url.join(location))) if location else None
        except (httpx.InvalidURL, UnicodeError):
            url = None
        if url is None or Origin.of(url) != self._origin:
            raise ProviderError(f"{self._name} redirects to another host, which gets nothing", next_step=step)
        return url


def _as_parts(form: Mapping[str, str]) -> dict[str, _Part]:
    """Fields of a form, so that it is `multipart/form-data` without a file, too."""
    return {name: (None, value, None) for name, value in form.items()}
