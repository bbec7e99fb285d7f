"""What goes wrong on purpose: which requests it befalls, how often, and what comes back instead."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from enum import StrEnum

from moderator.sandbox.ids import PLATFORMS
from moderator.sandbox.messages import Json, Request


class FaultKind(StrEnum):
    """The troubles known. Those that answer leave the world as it is unless they say otherwise."""

    RATE_LIMITED = "rate_limited"  # too many calls; `reset_in_s` None leaves the header out
    USAGE_CAP = "usage_cap"  # X: the month's posts are used up
    SERVER_ERROR = "server_error"  # `status`, with a page of HTML
    HANG = "hang"  # not a word for `seconds`, then the connection closes; nothing was done
    CUT = "cut"  # done, and the connection is reset in the middle of the answer
    CUT_BEFORE = "cut_before"  # the connection is reset; nothing was done
    EFFECT_THEN_CUT = "effect_then_cut"  # done, and the connection is reset before a word of answer
    MALFORMED_JSON = "malformed_json"  # done, and the answer breaks off in the middle of its JSON
    BROKEN_ITEM = "broken_item"  # one item of the page is not as documented: `variant`
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a kind of fault
    FORBIDDEN = "forbidden"  # a bare 403: a permission is missing
    ACCOUNT_GONE = "account_gone"  # the school's own account is suspended (X, YouTube) or deleted (Instagram)
    DELETED_MEANWHILE = "deleted_meanwhile"  # its author deletes the comment just before the action arrives
    QUOTA_SPENT = "quota_spent"  # YouTube: the day's units are used up
    PROCESSING_FAILURE = "processing_failure"  # YouTube: setModerationStatus fails for no good reason


_ONLY_ON = {
    FaultKind.USAGE_CAP: ("x",),
    FaultKind.QUOTA_SPENT: ("youtube",),
    FaultKind.PROCESSING_FAILURE: ("youtube",),
}
_ACTIONS_ONLY = (FaultKind.DELETED_MEANWHILE, FaultKind.PROCESSING_FAILURE)


@dataclass(frozen=True, slots=True)
class Fault:
    """One trouble. It befalls the next `times` requests of the platform (None: all, until cleared) whose path holds
    `path` and whose method is `method`, where these are given; the first `after` of them are spared."""

    platform: str
    kind: FaultKind | str
    times: int | None = 1
    path: str | None = None
    method: str | None = None
    after: int = 0
    seconds: float = 2.0  # HANG
    reset_in_s: int | None = 60  # RATE_LIMITED
    status: int = 503  # SERVER_ERROR
    item: int = 0  # BROKEN_ITEM: which item of the page
    variant: str = "missing"  # BROKEN_ITEM: "missing" has no id and no text; "wrong_types" has an id and nonsense

    def __post_init__(self) -> None:
        kind = FaultKind(self.kind)
        object.__setattr__(self, "kind", kind)
        if self.platform not in PLATFORMS:
            raise ValueError(f"a fault befalls one of {', '.join(PLATFORMS)}, got {self.platform!r}")
        if self.platform not in _ONLY_ON.get(kind, PLATFORMS):
            raise ValueError(f"{kind} does not happen on {self.platform}")
        if self.variant not in ("missing", "wrong_types"):
            raise ValueError(f"an item breaks as 'missing' or 'wrong_types', got {self.variant!r}")

    def befalls(self, request: Request) -> bool:
        return (
            request.platform == self.platform
            and (self.path is None or self.path in request.path)
            and self.method in (None, request.method)
            and (self.kind not in _ACTIONS_ONLY or (request.writes and "token" not in request.path))
        )


@dataclass
class Waiting:
    """A fault that has not happened as often as it shall."""

    fault: Fault
    spare: int
    left: int | None


class Faults:
    """The troubles in wait, oldest first. Safe to call from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Waiting] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._waiting.append(Waiting(fault, fault.after, fault.times))

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def clear_platform(self, platform: str) -> None:
        """Nothing is wrong with this platform any more; the others keep their troubles."""
        with self._lock:
            self._waiting = [waiting for waiting in self._waiting if waiting.fault.platform != platform]

    def listed(self) -> list[Json]:
        """Those in wait, with how often they still happen."""
        with self._lock:
            return [{**asdict(waiting.fault), "left": waiting.left} for waiting in self._waiting]

    def next(self, request: Request) -> Fault | None:
        """The fault that befalls this request, counted as having happened."""
        with self._lock:
            for waiting in self._waiting:
                if not waiting.fault.befalls(request):
                    continue
                if waiting.spare > 0:
                    waiting.spare -= 1
                    continue
                if waiting.left is not None:
                    waiting.left -= 1
                    self._waiting = [w for w in self._waiting if w.left != 0]
                return waiting.fault
        return None

    def undo(self, fault: Fault) -> None:
        """The fault found nothing to spoil: it waits for the next request."""
        with self._lock:
            for waiting in self._waiting:
                if waiting.fault is fault and waiting.left is not None:
                    waiting.left += 1
                    return
            if fault.times is not None:
                self._waiting.insert(0, Waiting(fault, 0, 1))
