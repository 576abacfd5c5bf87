"""Addresses: which of them a result may be fetched from.

A provider's reply names the host of a result, and may be wrong or hostile. Every address of that host must be public;
a loopback address is allowed only if the API itself is on loopback, a private one only if it is the API's own host.

    admits(ip_address("10.0.0.5"), host="cdn.example.com", base_host="api.example.com")    # False
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Given a host's name and a port; gives every address of it as text, the best first. Raises OSError for none."""

_NAT64 = IPv6Network("64:ff9b::/96")


async def resolve_by_system(host: str, port: int) -> Sequence[str]:
    """Asks the operating system, without blocking the event loop."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


def literal_address(host: str) -> Address | None:
    """The address that `host` is, or None if it is a name; an IPv4 address inside an IPv6 one is taken out."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return _plain(address)


def is_loopback_host(host: str) -> bool:
    """Whether a host is this machine, by its literal address or the name localhost; nothing is looked up."""
    address = literal_address(host)
    if address is None:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback


def is_private_host(host: str) -> bool:
    """Whether a host is loopback, or not public, by its literal address; nothing is looked up."""
    address = literal_address(host)
    return is_loopback_host(host) or (address is not None and not is_public(address))


def is_public(address: Address) -> bool:
    """Whether an address is one of the open internet: not private, shared (100.64/10), link-local or multicast."""
    address = _plain(address)
    if isinstance(address, IPv6Address) and address.is_site_local:
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def admits(address: Address, *, host: str, base_host: str) -> bool:
    """Whether a result may be fetched from `address`, which the URL's `host` has.

    `base_host` is the host of the API. A private address of a name that is also the API's is allowed, since a studio's
    own names have such addresses; one that leads to this machine or to a link is not.
    """
    address, own = _plain(address), literal_address(base_host)
    if is_public(address) or address == own:
        return True
    if address.is_loopback:
        return is_loopback_host(base_host)
    if address.is_unspecified or address.is_link_local or address.is_multicast or address.is_reserved:
        return False
    return host == base_host


def _plain(address: Address) -> Address:
    """Takes out the IPv4 address to which an IPv6 one leads."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:  # how IPv6-only networks reach every IPv4 host, the public ones too
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
