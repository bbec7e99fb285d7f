"""Fetches a picture from its platform's own host, into memory: over https, without a redirect, from a public address only.

The name is looked up once, every address it has must be public, and the connection goes to one of those very addresses: a name
server that answers differently the second time (DNS rebinding) is not asked a second time.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

import httpcore

from moderator.pictures.decoder import LARGEST_BYTES
from moderator.pictures.hurried import HurriedRoad
from moderator.pictures.values import HostSilent, PictureNotRead

WAIT_S, WITHIN_S = 5.0, 15.0
LONGEST_ADDRESS = 2048
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last four bytes

Resolve = Callable[[str], Iterable[str]]
"""A host name in, every address it has out; raises OSError."""


def resolve(host: str) -> list[str]:
    return sorted({str(found[4][0]) for found in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)})


def is_public(address: str) -> bool:
    """Whether this is an address of the open internet: no private, local, shared (CGNAT) or reserved one, in whichever disguise."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(each.is_global and not each.is_multicast for each in _inside(found) or (found,))


def _inside(address: IPv4Address | IPv6Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses that an IPv6 address stands for."""
    if isinstance(address, IPv4Address):
        return ()
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo
    return (IPv4Address(int(address) & 0xFFFFFFFF),) if address in _NAT64 else ()


def host_of(url: str, hosts: Collection[str]) -> str:
    """The host of an address that may be asked. Raises PictureNotRead for any other."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise PictureNotRead("its address cannot be read") from None
    plain = url.isascii() and url.isprintable() and "\\" not in url and " " not in url and len(url) <= LONGEST_ADDRESS
    if not plain or parts.scheme != "https" or parts.username is not None or parts.password is not None:
        raise PictureNotRead("its address is none of those that are fetched")
    if parts.netloc.lower().removesuffix(":443") not in hosts or port not in (None, 443):
        raise PictureNotRead("it does not lie on a host of its platform")
    return parts.hostname or ""


class CheckedRoad(httpcore.NetworkBackend):
    """Connects to a host by one of its addresses, and only where all of them are public."""

    def __init__(self, resolve: Resolve = resolve, below: httpcore.NetworkBackend | None = None) -> None:
        self._resolve, self._below = resolve, below or httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = list(self._resolve(host))
        except OSError:
            raise HostSilent("its host was not found") from None
        if not addresses or not all(is_public(each) for each in addresses):
            raise PictureNotRead("its host has an address that is not of the open internet")
        return self._below.connect_tcp(addresses[0], port, timeout, local_address, socket_options)


class Fetcher:
    """Fetches pictures for one platform's hosts; keeps no connection and nothing else."""

    def __init__(
        self,
        hosts: Collection[str],
        road: CheckedRoad | None = None,
        trust: ssl.SSLContext | None = None,
        wait_s: float = WAIT_S,
        within_s: float = WITHIN_S,
    ) -> None:
        """`wait_s`: how long to wait for a connection, and for each part of the answer; `within_s`: for the whole file."""
        self._hosts, self._road, self._wait_s, self._within_s = (
            frozenset(hosts),
            road or CheckedRoad(),
            wait_s,
            within_s,
        )
        self._trust = trust or ssl.create_default_context()

    def fetch(self, url: str) -> bytes:
        """The file. Raises PictureNotRead, HostSilent among it, in words that hold no address."""
        host_of(url, self._hosts)
        road = HurriedRoad(self._road, time.monotonic() + self._within_s)
        limits = dict.fromkeys(("connect", "read", "write", "pool"), self._wait_s)
        try:
            with (
                httpcore.ConnectionPool(ssl_context=self._trust, network_backend=road, retries=0) as pool,
                pool.stream("GET", url, headers={"Accept": "image/*"}, extensions={"timeout": limits}) as answer,
            ):
                if answer.status != 200:  # A redirect is no picture either, and is not followed.
                    raise PictureNotRead(f"its host answered {answer.status}")
                return _read(answer.iter_stream())
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
            raise HostSilent("it could not be fetched") from error


def _read(stream: Iterable[bytes]) -> bytes:
    held = bytearray()
    for part in stream:
        held += part
        if len(held) > LARGEST_BYTES:
            raise PictureNotRead("the file is larger than 5 MB")
    return bytes(held)
