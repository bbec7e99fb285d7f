"""httplib2's connections with the waits it does not have, and without a second try that nobody asked for.

httplib2 knows one time-out for everything, and where an answer is lost it opens another connection and sends the same request
again, an action too (`Http._conn_request`, seen in 0.32.1).
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any, cast

import httplib2


class Connecting:
    """Mixed into a connection class: connects within `connect_s`, and `once` where nothing may be sent twice."""

    connect_s: float
    once: bool
    timeout: float
    sock: socket.socket | None
    _connected = False

    def connect(self) -> None:
        if self.once and self._connected:
            raise ConnectionAbortedError("the answer was lost, and the request is not sent a second time")
        self._connected = True
        read_s, self.timeout = self.timeout, self.connect_s
        try:
            super().connect()  # type: ignore[misc]
        finally:
            self.timeout = read_s
        cast(socket.socket, self.sock).settimeout(read_s)


class Wire(httplib2.Http):  # type: ignore[misc]
    """One thread's connections. `once`: each carries what was sent first and is never opened again by itself."""

    def __init__(self, connect_s: float, read_s: float, *, once: bool) -> None:
        super().__init__(timeout=read_s)
        self.follow_redirects = False  # It would carry the token along.
        told = {"connect_s": connect_s, "once": once}
        self._kinds = {
            scheme: type("Connection", (Connecting, kind), told)
            for scheme, kind in (
                ("http", httplib2.HTTPConnectionWithTimeout),
                ("https", httplib2.HTTPSConnectionWithTimeout),
            )
        }

    def request(self, uri: str, *args: Any, **options: Any) -> Any:
        options["connection_type"] = self._kinds["https" if uri.startswith("https:") else "http"]
        return super().request(uri, *args, **options)

    def sockets(self) -> Iterator[socket.socket | None]:
        return (connection.sock for connection in list(self.connections.values()))
