"""One loopback HTTP server that is X, YouTube and Instagram: routing, and where faults come in.

with Sandbox() as sandbox:
    sandbox.world.open_account("x", handle="@ValewoodPrimary")
    ...  # point an adapter at sandbox.x_base
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import parse_qs, unquote, urlsplit

from moderator.errors import ModeratorError
from moderator.sandbox.control import Control
from moderator.sandbox.faults import Fault, FaultKind
from moderator.sandbox.instagram import Instagram
from moderator.sandbox.messages import Answer, Request
from moderator.sandbox.pictures import Pictures
from moderator.sandbox.spoiled import broken, instead
from moderator.sandbox.tokens import Tokens
from moderator.sandbox.wire import Server
from moderator.sandbox.world import World, utc_now
from moderator.sandbox.x import X
from moderator.sandbox.youtube import YouTube

HOST = "127.0.0.1"
CALLS_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Call:
    """One request that came in. `status` 0: it got no whole answer."""

    number: int
    at: datetime
    platform: str
    method: str
    path: str
    status: int
    fault: str = ""


class Vendor(Protocol):
    """What X, YouTube and Instagram have in common."""

    def answer(self, request: Request) -> Answer: ...

    def targets(self, request: Request) -> list[str]:
        """The ids of the comments that a request would change."""


class Sandbox:
    """The street and its door. Serves while inside `with`; `clock` gives aware UTC, `journal` keeps the ledger as JSON lines.

    `x`, `youtube` and `instagram` hold each vendor's limits; `tokens` can let access run out.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        clock: Callable[[], datetime] = utc_now,
        seed: str = "sandbox",
        journal: Path | None = None,
    ) -> None:
        self.world = World(clock, seed=seed, journal=journal)
        self.tokens = Tokens(self.world)
        self._pictures = Pictures(self.world)
        self.x = X(self.world, self.tokens)
        self.youtube = YouTube(self.world, self.tokens, lambda comment: self._pictures.link(self.base_url, comment))
        self.instagram = Instagram(self.world, self.tokens, lambda: self.instagram_base)
        self._control = Control(self)
        self._calls: deque[Call] = deque(maxlen=CALLS_KEPT)
        self._calls_came = 0
        self.stopping = threading.Event()
        try:
            self._server = Server((HOST, port), self.answer, self.stopping)
        except (OSError, OverflowError) as error:
            words = f"the sandbox cannot listen on {HOST}:{port}: {error}. Take another port, or 0 for any free one."
            raise ModeratorError(words) from error
        self._thread: threading.Thread | None = None

    # --- where it is ----------------------------------------------------------------------------------------------

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self._server.server_address[1]}"

    @property
    def x_base(self) -> str:
        return f"{self.base_url}/x"

    @property
    def youtube_base(self) -> str:
        """With the slash that googleapiclient's api_endpoint needs."""
        return f"{self.base_url}/"

    @property
    def instagram_base(self) -> str:
        return f"{self.base_url}/instagram"

    @property
    def google_token_uri(self) -> str:
        return f"{self.base_url}/google/token"

    def credentials(self, platform: str, kind: str = "", handle: str | None = None) -> dict[str, str]:
        """A full set for an adapter; `kind` "oauth1" (default) or "oauth2" for X. Raises LookupError without account."""
        secrets = self.tokens.credentials(platform, kind, handle)
        return {**secrets, "token_uri": self.google_token_uri} if platform == "youtube" else secrets

    @property
    def calls(self) -> list[Call]:
        """What was asked of the vendors, in order: the newest 20,000."""
        with self.world.lock:
            return list(self._calls)

    # --- serving --------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Serve in a thread of our own."""
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="sandbox", daemon=True)
        self._thread.start()

    def serve_forever(self) -> None:
        """Serve in this thread, until interrupted."""
        try:
            self._server.serve_forever(0.2)
        finally:
            self.stopping.set()
            self._server.server_close()

    def close(self) -> None:
        """End serving; open connections are closed, those that hang too."""
        self.stopping.set()
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[Answer, Fault | None]:
        """The answer to one request, and the fault that shall befall it on the wire."""
        parts = urlsplit(target)
        query, path = parse_qs(parts.query, keep_blank_values=True), unquote(parts.path)
        platform, path = _addressed(path)
        request = Request(platform, method, path, query, headers, body)
        if platform == "sandbox":
            return self._control.answer(request), None
        if platform == "pictures":
            return self._pictures.answer(request), None
        if not platform:
            return Answer(404, "Not found. The sandbox's page is at /sandbox/", content_type="text/plain"), None
        fault = self.world.faults.next(request)
        with self.world.lock:
            answer = self._vendor_answer(request, fault)
            self._calls_came += 1
            name = str(fault.kind) if fault else ""
            self._calls.append(
                Call(self._calls_came, self.world.clock(), platform, method, path, _status(answer, fault), name)
            )
        return answer, fault

    def _vendor_answer(self, request: Request, fault: Fault | None) -> Answer:
        vendors: dict[str, Vendor] = {"x": self.x, "youtube": self.youtube, "instagram": self.instagram}
        vendor = vendors[request.platform]
        if fault is None:
            return vendor.answer(request)
        if fault.kind in (FaultKind.HANG, FaultKind.CUT_BEFORE):
            return Answer()
        if spoiled := instead(fault, request, self.world):
            return spoiled
        if fault.kind == FaultKind.DELETED_MEANWHILE:
            self._delete_targets(fault, vendor.targets(request))
        answer = vendor.answer(request)
        if fault.kind == FaultKind.BROKEN_ITEM:
            spoiled = broken(answer, fault)
            if spoiled is None:
                self.world.faults.undo(fault)
            return spoiled or answer
        return answer

    def _delete_targets(self, fault: Fault, native_ids: list[str]) -> None:
        there = [native_id for native_id in native_ids if (fault.platform, native_id) in self.world.comments]
        if fault.item >= len(there):
            self.world.faults.undo(fault)
        for native_id in there[fault.item : fault.item + 1]:
            self.world.delete(fault.platform, native_id)


def _addressed(path: str) -> tuple[str, str]:
    """Whom a path is for, and the path as they see it."""
    for prefix, platform in (("/x/", "x"), ("/instagram/", "instagram"), ("/pictures/", "pictures")):
        if path.startswith(prefix):
            return platform, path[len(prefix) - 1 :]
    if path.startswith(("/youtube/v3/", "/google/token")):
        return "youtube", path
    if path == "/sandbox" or path.startswith("/sandbox/"):
        return "sandbox", path.removeprefix("/sandbox")
    return "", path


def _status(answer: Answer, fault: Fault | None) -> int:
    cut = (FaultKind.HANG, FaultKind.CUT, FaultKind.CUT_BEFORE, FaultKind.EFFECT_THEN_CUT)
    return 0 if fault and fault.kind in cut else answer.status
