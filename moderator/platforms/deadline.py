"""An end to every call: when its time is over, the sockets that a library waits on are shut.

A library's own time-outs hold for connecting and for each wait on the socket; a server that drips a byte now and then would be
waited for for ever. Nothing here knows a vendor. Looking a name up, and a TLS handshake, end by the connecting time-out alone.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

SIGN_OF_LIFE: ContextVar[Callable[[], None]] = ContextVar("sign_of_life", default=lambda: None)
"""Called before each call, in the thread that makes it: a call ends by itself, so that whoever makes many is not stuck."""

CUT_AGAIN_S = 0.05
"""A library may open another connection by itself when one breaks; it is shut as well."""

Sockets = Callable[[], Iterable[socket.socket | None]]


@contextmanager
def ends_within(seconds: float, sockets: Sockets) -> Iterator[None]:
    """What runs inside finds its sockets shut after `seconds`, as if the other side had gone away."""
    SIGN_OF_LIFE.get()()
    over = threading.Event()
    threading.Thread(target=_cut_after, args=(seconds, sockets, over), name="deadline", daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _cut_after(seconds: float, sockets: Sockets, over: threading.Event) -> None:
    while not over.wait(seconds):
        seconds = CUT_AGAIN_S
        for each in list(sockets()):
            with suppress(OSError):
                if each is not None:
                    # Not its own shutdown: that of a TLS socket takes the state away from whoever reads it.
                    socket.socket.shutdown(each, socket.SHUT_RDWR)
