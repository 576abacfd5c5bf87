"""Origins: scheme, host and port, by which a key is allowed or not.

Origin.of(httpx.URL("https://API.example.com/v1")) == Origin.of(httpx.URL("https://api.example.com:443/"))
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import httpx

DEFAULT_PORTS = {"http": 80, "https": 443}
"""The schemes that are spoken here, with the port of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a request goes: two URLs of equal origin are answered by one server.

    Attributes:
        host: Lower case, in ASCII (punycode); an IPv6 address without brackets.
        port: Never left out; 0 for a scheme that has no port here.
    """

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: httpx.URL) -> Self:
        """The origin of a URL; a port that is left out is the scheme's own."""
        port = DEFAULT_PORTS.get(url.scheme, 0) if url.port is None else url.port
        return cls(scheme=url.scheme, host=url.raw_host.decode("ascii").lower(), port=port)

    def __str__(self) -> str:
        """As a person writes it: the host, with its port where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS.get(self.scheme) else f"{host}:{self.port}"


def parse_url(text: str) -> httpx.URL | None:
    """A URL that can be asked: http or https, a host, no user name; None for any other text."""
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, UnicodeError):
        return None
    return url if url.scheme in DEFAULT_PORTS and url.host and not url.userinfo else None
