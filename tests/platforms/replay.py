"""A loopback server that replays recorded replies, so that the real client libraries have something to talk to.

    with Replay({("GET", "/2/users/1/mentions"): [(200, {}, {"meta": {"result_count": 0}})]}) as vendor:
        ...  # point the adapter's api_base at vendor.base_url
        assert vendor.requests[0].query["max_results"] == ["100"]

Each (method, path) holds a list of replies, given in turn; the last one is given again from then on. A reply is
(status, headers, body): a dict or list becomes JSON, a str or bytes goes out as it is. CUT closes the connection after the
request was read, and Hang(seconds) does so after a silence. A path that nobody recorded is answered with status 599, which
no adapter takes for success.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Final, cast
from urllib.parse import parse_qs, urlsplit

CUT: Final = "\x00cut the connection\x00"
"""A body: the request is read and recorded, then the connection ends without a reply."""


@dataclass(frozen=True, slots=True)
class Hang:
    """A body: not a word for so long, or until the replay ends; then the connection ends."""

    seconds: float


Reply = tuple[int, Mapping[str, str], Any]
RECORDED = Path(__file__).resolve().parent.parent / "replies"


def recorded(name: str) -> Any:
    """The JSON of a recorded reply: recorded("x/mentions_page.json")."""
    return json.loads((RECORDED / name).read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, list[str]]:
        return parse_qs(self.body.decode(), keep_blank_values=True)


@dataclass
class Replay:
    """Context manager. `requests` lists what arrived, oldest first; `replies` may be changed while it runs."""

    replies: Mapping[tuple[str, str], Sequence[Reply]]
    requests: list[Seen] = field(default_factory=list)
    _given: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.replay = self
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def asked(self, method: str, path: str) -> list[Seen]:
        """The requests of one kind, oldest first."""
        return [seen for seen in self.requests if (seen.method, seen.path) == (method, path)]

    def answer(self, seen: Seen) -> Reply:
        with self._lock:
            self.requests.append(seen)
            key = (seen.method, seen.path)
            replies = self.replies.get(key)
            if not replies:
                return 599, {}, {"title": f"nobody recorded {seen.method} {seen.path}"}
            turn = self._given.get(key, 0)
            self._given[key] = turn + 1
            return replies[min(turn, len(replies) - 1)]

    def __enter__(self) -> Replay:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    replay: Replay


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # Else a large reply waits 40 ms for a delayed acknowledgement.

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        names = {name.lower(): value for name, value in self.headers.items()}
        query = parse_qs(parts.query, keep_blank_values=True)
        server = cast(_Server, self.server)
        status, headers, answer = server.replay.answer(Seen(self.command, parts.path, query, names, body))
        if isinstance(answer, Hang):
            server.replay.ended.wait(answer.seconds)
        if isinstance(answer, Hang) or answer == CUT:
            self.close_connection = True
            return
        self._send(status, headers, answer)

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET  # noqa: N815 - named by http.server

    def _send(self, status: int, headers: Mapping[str, str], answer: Any) -> None:
        content = answer.encode() if isinstance(answer, str) else answer
        content = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        sent = {"Content-Type": "application/json", "Content-Length": str(len(content))} | dict(headers)
        if status == 204:
            sent.pop("Content-Length")
            content = b""
        for name, value in sent.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """The tests look at `requests` instead."""
