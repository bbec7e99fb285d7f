"""/metrics and /healthz over HTTP, on this machine only: loopback or a Unix socket. It changes nothing and has no login."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from moderator.errors import ConfigError, ModeratorError
from moderator.monitor.figures import Figures
from moderator.monitor.text import Page
from moderator.settings.monitor import MonitorSettings

TEXT, JSON = "text/plain; version=0.0.4; charset=utf-8", "application/json"
ANSWER_WITHIN_S = 10.0
NOTHING_BUT_STYLE = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
Answer = tuple[HTTPStatus, str, bytes]


class Served:
    """Answers until it is closed, in threads of its own, so that a slow question holds up no work."""

    def __init__(self, place: MonitorSettings, answer: Callable[[str], Answer]) -> None:
        """`answer` is given a path. Raises ConfigError where the place cannot be had."""
        self._answer, self._place = answer, place
        self._server = opened(place, self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, name="monitor", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Served:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def _is_for_us(self, host: str) -> bool:
        """Another name for this machine would let somebody else's page read what is here (DNS rebinding)."""
        return self._place.socket is not None or urlsplit(f"//{host}").hostname in ("localhost", "127.0.0.1", "::1")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        served = self

        class Handler(BaseHTTPRequestHandler):
            timeout = ANSWER_WITHIN_S
            server_version, sys_version = "moderator", ""

            def do_GET(self) -> None:
                if not served._is_for_us(self.headers.get("Host", "")):
                    self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
                    return
                try:
                    status, kind, body = served._answer(self.path.partition("?")[0])
                except ModeratorError as error:  # The records cannot be read: monitoring is to notice.
                    status, kind, body = HTTPStatus.SERVICE_UNAVAILABLE, TEXT, f"{type(error).__name__}\n".encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Cache-Control", "no-store")
                self.send_header("Content-Security-Policy", NOTHING_BUT_STYLE)
                self.send_header("X-Content-Type-Options", "nosniff")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Whoever monitors asks every few seconds: that is no news for the log."""

        return Handler


class Monitor(Served):
    """/metrics and /healthz of one school."""

    def __init__(self, place: MonitorSettings, page: Page, gather: Callable[[], Figures]) -> None:
        """Raises ConfigError where the place cannot be had."""
        self._page, self._gather = page, gather
        super().__init__(place, self.answer)

    def answer(self, path: str) -> Answer:
        if path == "/metrics":
            return HTTPStatus.OK, TEXT, self._page.text()
        if path == "/healthz":
            return healthz(self._gather())
        return HTTPStatus.NOT_FOUND, TEXT, b"/metrics and /healthz are here\n"


def healthz(figures: Figures) -> Answer:
    """Health is freshness: 200 while every account that is not paused is being read, else 503."""
    quiet = sorted(each for each, fresh in figures.fresh.items() if fresh.paused or fresh.is_quiet(figures.now))
    said = {"ok": not quiet, "quiet": quiet, "accounts": {each: _age(figures, each) for each in figures.fresh}}
    status = HTTPStatus.SERVICE_UNAVAILABLE if quiet else HTTPStatus.OK
    return status, JSON, (json.dumps(said) + "\n").encode()


def _age(figures: Figures, account_id: str) -> float | None:
    """Seconds since it was last read."""
    last = figures.fresh[account_id].last_read
    return None if last is None else round((figures.now - last).total_seconds(), 1)


class _UnixServer(ThreadingHTTPServer):
    address_family = socket.AF_UNIX

    def server_bind(self) -> None:
        """As HTTPServer does it, but for the host and port, which a socket file has not."""
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = "localhost", 0

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, _ = self.socket.accept()
        return connection, ("", 0)


class _LoopbackV6(ThreadingHTTPServer):
    address_family = socket.AF_INET6


def opened(place: MonitorSettings, handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    """The socket is for its owner and group. Raises ConfigError."""
    try:
        if place.socket is None:
            kind = _LoopbackV6 if ":" in place.host else ThreadingHTTPServer
            return kind((place.host, place.port), handler)
        if place.socket.is_socket():
            place.socket.unlink()  # Left by the daemon before, which is gone: only one has the daemon's place.
        server = _UnixServer(str(place.socket), handler)  # type: ignore[arg-type]
        place.socket.chmod(0o660)
        return server
    except OSError as error:
        raise ConfigError(
            f"Monitoring cannot listen on {place.where}: {os.strerror(error.errno or 0)}. Another process may have it; "
            "change listen in [monitor] of moderator.toml, or --listen."
        ) from error
