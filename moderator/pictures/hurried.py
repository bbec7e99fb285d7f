"""A connection that ends at a given time, however little the other side says and however often.

A library's own time-outs hold for each wait: whoever drips a byte now and then would be waited for for ever.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore


class HurriedRoad(httpcore.NetworkBackend):
    """Connects as another does; nothing on its connections is waited for after `until`, by the monotonic clock."""

    def __init__(self, below: httpcore.NetworkBackend, until: float) -> None:
        self._below, self._until = below, until

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._below.connect_tcp(host, port, _left(self._until, timeout), local_address, socket_options)
        return HurriedStream(stream, self._until)


class HurriedStream(httpcore.NetworkStream):
    def __init__(self, below: httpcore.NetworkStream, until: float) -> None:
        self._below, self._until = below, until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._below.read(max_bytes, _left(self._until, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._below.write(buffer, _left(self._until, timeout))

    def close(self) -> None:
        self._below.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return HurriedStream(
            self._below.start_tls(ssl_context, server_hostname, _left(self._until, timeout)), self._until
        )

    def get_extra_info(self, info: str) -> Any:
        return self._below.get_extra_info(info)


def _left(until: float, timeout: float | None) -> float:
    """Seconds to wait now. Raises httpcore.ReadTimeout where the time is over."""
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left if timeout is None else min(left, timeout)
