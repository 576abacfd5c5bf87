"""The httpx clients of one API, one per event loop and proxy, made when they are first needed.

No connection is kept for the next request. A server may close a kept one at the moment it is used again, which for a
request that creates would look as if the reply was lost; and polls are further apart than connections are kept. So
nothing is open between requests, and an event loop may end without a word.

    clients = Clients(timeouts=Timeouts(), transport=None)
    response = await clients.by(proxy_for(origin)).send(request, auth=auth, stream=True)
"""

from __future__ import annotations

import asyncio
import ssl
import urllib.request
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from pickup._http.addresses import is_loopback_host
from pickup._http.origin import Origin
from pickup.errors import ConfigError

_HEADERS = {
    "User-Agent": "otio-pickup",
    "Accept-Encoding": "identity",  # so that a size is what it says, and nothing small unpacks into something large
}
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long the network may take, in seconds; every one is strict.

    Attributes:
        connect_s: To connect, encryption included, to one address.
        read_s: Without a byte from the server.
        write_s: Without the server taking a byte.
        pool_s: To wait while too many other requests are under way.
        total_s: For a request, its redirects and its whole reply; for a download until its first byte.
        download_s: For a whole download.
    """

    connect_s: float = 10
    read_s: float = 60
    write_s: float = 60
    pool_s: float = 30
    total_s: float = 120
    download_s: float = 3600


def proxy_for(origin: Origin) -> str | None:
    """The URL of the proxy that the environment or the system sets for an origin.

    This machine is reached without one: the proxy's own loopback is another machine.
    """
    if is_loopback_host(origin.host) or urllib.request.proxy_bypass(f"{origin.host}:{origin.port}"):
        return None
    proxies = urllib.request.getproxies()
    found = proxies.get(origin.scheme) or proxies.get("all")
    return found if not found or "://" in found else f"http://{found}"


class Clients:
    """Clients that can be had again after `aclose` and in another event loop."""

    def __init__(self, *, timeouts: Timeouts, transport: httpx.AsyncBaseTransport | None) -> None:
        self._timeouts = timeouts
        self._transport = transport
        self._loop: asyncio.AbstractEventLoop | None = None
        self._clients: dict[str | None, httpx.AsyncClient] = {}
        self._encryption: ssl.SSLContext | None = None

    def by(self, proxy: str | None) -> httpx.AsyncClient:
        """The client that goes through `proxy`, or straight for None.

        Raises:
            ConfigError: Such a proxy cannot be used.
        """
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._clients = loop, {}  # those of an ended loop hold no connection
        if proxy not in self._clients:
            self._clients[proxy] = self._made(proxy)
        return self._clients[proxy]

    async def aclose(self) -> None:
        """Closes what this event loop has open."""
        clients, self._clients = self._clients, {}
        if self._loop is asyncio.get_running_loop():
            for client in clients.values():
                await client.aclose()

    def _made(self, proxy: str | None) -> httpx.AsyncClient:
        if self._encryption is None:
            self._encryption = httpx.create_ssl_context()  # it takes a moment, so all clients share it
        waits = self._timeouts
        try:
            return httpx.AsyncClient(
                verify=self._encryption,
                trust_env=False,  # no .netrc; proxies are chosen by `proxy_for`, by name and not by address
                proxy=None if self._transport else proxy,
                transport=self._transport,
                headers=_HEADERS,
                cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
                limits=_LIMITS,
                timeout=httpx.Timeout(
                    connect=waits.connect_s, read=waits.read_s, write=waits.write_s, pool=waits.pool_s
                ),
            )
        except (ValueError, ImportError, httpx.InvalidURL) as error:
            raise ConfigError(
                "the proxy that is set for this machine cannot be used",
                where="HTTPS_PROXY, HTTP_PROXY or ALL_PROXY",
                next_step="set it to an http:// or https:// address, or name the host in NO_PROXY",
            ) from error
