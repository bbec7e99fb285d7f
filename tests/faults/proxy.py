"""A small TCP proxy between an adapter and the sandbox, with the eight toxics of a bad network.

The names and meanings are those of Toxiproxy (https://github.com/Shopify/toxiproxy#toxics), read 2026-11-22.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from enum import StrEnum
from types import TracebackType
from typing import Self

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Toxic(StrEnum):
    """What befalls each connection."""

    NONE = "none"
    LATENCY = "latency"  # each piece of the answer comes `LATE_S` late
    DOWN = "down"  # nobody listens
    SLOW_CLOSE = "slow close"  # the end of the connection comes `LATE_S` late
    HANG = "hang"  # the request goes through, and not a byte comes back
    RESET = "reset"  # the request goes through, and the connection is reset
    SLICING = "slicing"  # the answer comes in slices of a few bytes
    BANDWIDTH = "bandwidth"  # a few bytes a second: no pause is long, and the whole never comes
    CUT_BODY = "cut body"  # the connection ends in good order in the middle of the answer


LATE_S = 0.1
DRIP_S = 0.25
"""Not even a status line comes through before a story's deadline."""
SLICE, CUT_AFTER = 7, 120


class Proxy:
    """Listens on a loopback port of its own and passes on to `target`, while inside `with`. `toxic` may change meanwhile."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.toxic = Toxic.NONE
        self.connections = 0
        self._target = target
        self._leaving = threading.Event()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, name="proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def poison(self, toxic: Toxic) -> None:
        """From now on; connections that are open are cut, so that none escapes it."""
        self.toxic = toxic
        self.cut()

    def cut(self) -> None:
        for each in list(self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while not self._leaving.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            if self.toxic is Toxic.DOWN:
                _reset(client)
                continue
            threading.Thread(target=self._serve, args=(client,), name="proxied", daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.create_connection(self._target, timeout=5)
        server.settimeout(None)
        self._open |= {client, server}
        upward = threading.Thread(target=self._pass_on, args=(client, server), name="upward", daemon=True)
        upward.start()
        with contextlib.suppress(OSError):
            self._answer(server, client)
        for each in (client, server):
            self._open.discard(each)
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        """What comes back, as the toxic has it."""
        passed = 0
        while data := server.recv(65_536):
            match self.toxic:
                case Toxic.LATENCY:
                    self._leaving.wait(LATE_S)
                    client.sendall(data)
                case Toxic.HANG:
                    client.recv(1)  # until the other side gives up
                    return
                case Toxic.RESET:
                    _reset(client)
                    return
                case Toxic.SLICING:
                    for at in range(0, len(data), SLICE):
                        client.sendall(data[at : at + SLICE])
                case Toxic.BANDWIDTH:
                    for at in range(len(data)):
                        client.sendall(data[at : at + 1])
                        if self._leaving.wait(DRIP_S):
                            return
                case Toxic.CUT_BODY:
                    client.sendall(data[: max(0, CUT_AFTER - passed)])
                    if passed + len(data) > CUT_AFTER:
                        return
                case _:
                    client.sendall(data)
            passed += len(data)
        if self.toxic is Toxic.SLOW_CLOSE:
            self._leaving.wait(LATE_S)


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    connection.close()
