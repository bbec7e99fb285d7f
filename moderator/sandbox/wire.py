"""Sockets: requests are read, answers written, and what a fault does to a connection is done here."""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import threading
import traceback
from collections.abc import Callable
from http import HTTPStatus
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from moderator.sandbox.faults import Fault, FaultKind
from moderator.sandbox.messages import Answer

Answering = Callable[[str, str, dict[str, str], bytes], tuple[Answer, Fault | None]]
"""Method, target, headers in lower case and body go in; the answer comes out, and the fault that shall befall it."""

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER of no seconds: closing sends RST


class Server(ThreadingHTTPServer):
    """Keeps the open connections, so that closing the sandbox closes them too."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], answer: Answering, stopping: threading.Event) -> None:
        self.answer, self.stopping = answer, stopping
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(address, Handler)

    def opened(self, connection: socket.socket) -> None:
        with self._open_lock:
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        with self._open_lock:
            self._open.discard(connection)

    def server_close(self) -> None:
        super().server_close()
        with self._open_lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is nothing to report."""
        if not isinstance(sys.exc_info()[1], OSError):
            traceback.print_exc()


class Handler(BaseHTTPRequestHandler):
    """One connection, kept alive over many requests."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        self.server.closed(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the ledger and the calls tell more."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            answer, fault = self.server.answer(self.command, self.path, headers, body)
        except Exception:  # noqa: BLE001 - A mistake of the sandbox's own: told to whoever asked and to whoever watches.
            traceback.print_exc()
            answer, fault = Answer(500, traceback.format_exc(), content_type="text/plain"), None
        self._send(answer, fault)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _serve  # noqa: N815 - BaseHTTPRequestHandler's names

    def _send(self, answer: Answer, fault: Fault | None) -> None:
        body = answer.encoded()
        kind = fault.kind if fault else None
        if kind == FaultKind.MALFORMED_JSON:
            # The length is that of what is sent: the transport is sound and only the JSON is not.
            body = body[: max(1, len(body) // 2)]
        message = self._head(answer, body) + body
        if kind == FaultKind.HANG and fault:
            self.server.stopping.wait(fault.seconds)
            self.close_connection = True
        elif kind in (FaultKind.CUT_BEFORE, FaultKind.EFFECT_THEN_CUT):
            self._reset()
        elif kind == FaultKind.CUT:
            self.wfile.write(message[: len(message) - max(1, len(body) // 2)])
            self.wfile.flush()
            self._reset()
        else:
            self.wfile.write(message)

    def _head(self, answer: Answer, body: bytes) -> bytes:
        lines = [f"HTTP/1.1 {answer.status} {responses.get(answer.status, '')}", f"Date: {self.date_time_string()}"]
        if answer.status != HTTPStatus.NO_CONTENT:
            lines += [f"Content-Type: {answer.content_type}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")

    def _reset(self) -> None:
        """Close so that the other side sees a reset and no orderly end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.close_connection = True
