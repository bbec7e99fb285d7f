"""The same street four times: what people and mishaps do to a platform, whether it is a list or a server on the loopback.

The contract suite talks to a `Street` and asks an adapter what it sees. `MemoryStreet` does it to the memory platform,
`SandboxStreet` to the sandbox, which X's, YouTube's and Instagram's adapters reach over HTTP.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from moderator.domain import Account, ActionKind, Comment
from moderator.errors import LoginExpired, QuotaSpent, Unavailable
from moderator.platforms.base import Page, Platform, Start
from moderator.platforms.instagram import Instagram
from moderator.platforms.memory import Memory, MemoryMeter, MemoryTokens
from moderator.platforms.x import X
from moderator.platforms.youtube import YouTube
from moderator.sandbox.faults import Fault, FaultKind
from moderator.sandbox.server import Sandbox
from tests.conftest import NOON

NOWHERE = "http://127.0.0.1:1"  # a port on which nothing listens
SCHOOL = "@ValewoodSch"


class Clock:
    """A second passes with every look, so that no two things happen at once."""

    def __init__(self) -> None:
        self.now = NOON - timedelta(hours=1)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


class Street(Protocol):
    """One account of the school's, and what goes on under its posts."""

    can_edit: bool  # whether the platform lets people edit a comment

    def adapter(self) -> Platform:
        """A new adapter for the account, as after a restart."""

    def unreachable(self) -> Platform:
        """An adapter for the account that reaches nobody."""

    def posts(self, text: str, *, by: str = "@pat_of_oak", reply_to: str = "") -> str:
        """Somebody comments under the school's post; the native id."""

    def edits(self, native_id: str, text: str) -> None: ...

    def deletes(self, native_id: str) -> None: ...

    def breaks_one_item(self) -> None:
        """One of the comments comes as something that cannot be understood, once."""

    def spends_the_quota(self) -> None:
        """From now on there are too many calls."""

    def revokes_the_token(self) -> None: ...

    def fails(self) -> None:
        """From now on the platform is out of order."""

    def recovers(self) -> None:
        """Whatever went wrong is over."""

    def loses_the_next_reply(self) -> None:
        """The next action is done, and its answer lost."""

    def is_public(self, native_id: str) -> bool: ...

    def hides_that_changed_something(self, native_id: str) -> int: ...


class MemoryStreet:
    """The memory platform. All its adapters are one object, since it is the platform as well."""

    can_edit = True

    def __init__(self, *, reads_visibility: bool = True) -> None:
        account = Account("memory", "memory", SCHOOL, native_id="u-school")
        self._clock, self._posted = Clock(), 0
        self._memory = Memory(account, reads_visibility=reads_visibility)
        self._memory.publishes("Sports day was a joy", at=self._clock())

    def adapter(self) -> Platform:
        return self._memory

    def unreachable(self) -> Platform:
        self._memory.fails_next(Unavailable("connection refused"), times=9)
        return self._memory

    def posts(self, text: str, *, by: str = "@pat_of_oak", reply_to: str = "") -> str:
        self._posted += 1
        author = "school" if by == SCHOOL else by.lstrip("@")
        at = self._clock()
        return self._memory.receives(text, f"c{self._posted}", author, reply_to=reply_to, at=at).native_id

    def edits(self, native_id: str, text: str) -> None:
        self._memory.edits(native_id, text, at=self._clock())

    def deletes(self, native_id: str) -> None:
        self._memory.deletes(native_id)

    def breaks_one_item(self) -> None:
        self._memory.receives_broken()

    def spends_the_quota(self) -> None:
        self._memory.fails_next(QuotaSpent("too many calls", retry_at=NOON + timedelta(minutes=15)), times=9)

    def revokes_the_token(self) -> None:
        self._memory.fails_next(LoginExpired("revoked"), times=9)

    def fails(self) -> None:
        self._memory.fails_next(Unavailable("out of order"), times=9)

    def recovers(self) -> None:
        self._memory.recovers()

    def loses_the_next_reply(self) -> None:
        self._memory.loses_next_reply()

    def is_public(self, native_id: str) -> bool:
        return self._memory.is_public(native_id)

    def hides_that_changed_something(self, native_id: str) -> int:
        return self._memory.changes.count((ActionKind.HIDE, native_id))


@dataclass(frozen=True, slots=True)
class Way:
    """What differs between the three vendors: how an adapter is made, and the paths that faults befall."""

    name: str
    connect: Callable[[Account, dict[str, str], str], Platform]
    base: Callable[[Sandbox], str]
    listing: str  # in the path of the request that brings new comments
    hiding: str  # in the path of the request that hides
    everything: str = "/"  # in the path of every request but those for tokens
    can_edit: bool = True


def _x(account: Account, credentials: dict[str, str], base: str) -> Platform:
    return X(account, credentials, MemoryMeter(), MemoryTokens(), api_base=base)


def _youtube(account: Account, credentials: dict[str, str], base: str) -> Platform:
    return YouTube(account, credentials, MemoryMeter(), api_base=base)


def _instagram(account: Account, credentials: dict[str, str], base: str) -> Platform:
    return Instagram(account, credentials, MemoryMeter(), MemoryTokens(), api_base=base)


WAYS = {
    "x": Way("x", _x, lambda s: s.x_base, "/mentions", "/hidden", can_edit=False),
    "youtube": Way(
        "youtube", _youtube, lambda s: s.youtube_base, "/commentThreads", "/setModerationStatus", "/youtube/v3/"
    ),
    "instagram": Way("instagram", _instagram, lambda s: s.instagram_base, "/comments", "/178"),
}


class SandboxStreet:
    """One vendor of a running sandbox."""

    def __init__(self, sandbox: Sandbox, way: Way) -> None:
        self.can_edit = way.can_edit
        self._sandbox, self._way, self._world = sandbox, way, sandbox.world
        opened = self._world.open_account(way.name, handle=SCHOOL)
        self._account = Account(way.name, way.name, SCHOOL, native_id=opened.native_id)
        self._post = self._world.publish(way.name, "Sports day was a joy")

    def adapter(self) -> Platform:
        return self._connected_to(self._way.base(self._sandbox))

    def unreachable(self) -> Platform:
        return self._connected_to(f"{NOWHERE}/")

    def posts(self, text: str, *, by: str = "@pat_of_oak", reply_to: str = "") -> str:
        return self._world.comment(self._way.name, self._post, text, handle=by, reply_to=reply_to or None)

    def edits(self, native_id: str, text: str) -> None:
        self._world.edit(self._way.name, native_id, text)

    def deletes(self, native_id: str) -> None:
        self._world.delete(self._way.name, native_id)

    def breaks_one_item(self) -> None:
        self._world.add_fault(Fault(self._way.name, FaultKind.BROKEN_ITEM, path=self._way.listing))

    def spends_the_quota(self) -> None:
        spent = FaultKind.QUOTA_SPENT if self._way.name == "youtube" else FaultKind.RATE_LIMITED
        self._world.add_fault(Fault(self._way.name, spent, times=None, path=self._way.everything))

    def revokes_the_token(self) -> None:
        self._world.add_fault(Fault(self._way.name, FaultKind.TOKEN_REVOKED, times=None))

    def fails(self) -> None:
        self._world.add_fault(Fault(self._way.name, FaultKind.SERVER_ERROR, times=None, path=self._way.everything))

    def recovers(self) -> None:
        self._world.faults.clear()

    def loses_the_next_reply(self) -> None:
        self._world.add_fault(Fault(self._way.name, FaultKind.EFFECT_THEN_CUT, path=self._way.hiding))

    def is_public(self, native_id: str) -> bool:
        return self._world.is_public(self._way.name, native_id)

    def hides_that_changed_something(self, native_id: str) -> int:
        hides = [e for e in self._world.ledger if (e.event, e.native_id) == ("hide", native_id)]
        return sum(entry.effective for entry in hides)

    def _connected_to(self, base: str) -> Platform:
        return self._way.connect(self._account, self._sandbox.credentials(self._way.name), base)


@dataclass
class Reader:
    """Reads every feed of a street's adapter as the pipeline would: keeps cursors, and what it has seen of each comment."""

    street: Street
    cursors: dict[str, str] = field(default_factory=dict)
    forms: dict[str, set[str]] = field(default_factory=dict)  # by native id
    pages: list[Page] = field(default_factory=list)  # of the last look

    def reads(self, adapter: Platform | None = None, now: datetime = NOON) -> list[Comment]:
        """What no earlier look has brought in this form, all feeds read once with an adapter new or given."""
        adapter = adapter or self.street.adapter()
        self.pages = [page for feed in adapter.feeds for page in self._pages(adapter, feed.name, now)]
        fresh = []
        for comment in (comment for page in self.pages for comment in page.comments):
            forms = self.forms.setdefault(comment.native_id, set())
            if comment.form not in forms:
                forms.add(comment.form)
                fresh.append(comment)
        return fresh

    def _pages(self, adapter: Platform, feed: str, now: datetime) -> list[Page]:
        pages = []
        for page in adapter.fetch(feed, Start(self.cursors.get(feed), NOON - timedelta(days=7)), now):
            pages.append(page)
            if page.cursor is not None:
                self.cursors[feed] = page.cursor
        return pages
