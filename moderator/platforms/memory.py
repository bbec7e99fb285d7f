"""A platform kept in a list, for tests and dry runs: it answers in the words of platforms/base.py as the real ones do.

What people do to it is said in plain verbs (`receives`, `edits`, `deletes`), what goes wrong too (`fails_next`,
`loses_next_reply`), and what was really done can be read off it (`hidden`, `calls`, `changes`). It never touches a
network, a file or a clock. The contract suite in tests/platforms runs over it and over the real adapters, so that it
cannot drift.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from moderator.domain import (
    Account,
    Action,
    ActionKind,
    Author,
    Comment,
    Outcome,
    Post,
    Result,
    Visibility,
    comment_id,
    plain_handle,
)
from moderator.errors import Gone, PlatformError, Refused, Unavailable
from moderator.platforms.base import AccountState, Broken, Capabilities, Feed, Page, Start, Undo

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)

EFFECTS = {
    ActionKind.HIDE: "hidden from everyone",
    ActionKind.RELEASE: "shown to everyone again",
    ActionKind.REMOVE: "deleted for good",
    ActionKind.BLOCK: "its author can no longer comment",
    ActionKind.UNBLOCK: "its author can comment again",
    ActionKind.MUTE: "its author's comments no longer reach the school",
    ActionKind.UNMUTE: "its author's comments reach the school again",
}
UNDO = {
    ActionKind.HIDE: Undo.YES,
    ActionKind.RELEASE: Undo.YES,
    ActionKind.REMOVE: Undo.NO,
    ActionKind.BLOCK: Undo.BY_HAND,
    ActionKind.UNBLOCK: Undo.YES,
    ActionKind.MUTE: Undo.YES,
    ActionKind.UNMUTE: Undo.YES,
}


@dataclass(frozen=True, slots=True)
class _Failure:
    error: PlatformError
    during: str  # "fetch", "apply", "read_back", "check"; empty: the next fetch or apply


class Memory:
    """One account on a platform that is a list of what happened to it.

    reads_visibility  False: `read_back` cannot tell hidden from public, as on X
    batch             actions of one kind that one call carries
    by_hand_only      kinds that no call can do, so that they become tasks for a person
    page_size         comments on one page
    overlap           entries before the cursor that every fetch reads again, as X's mentions need it
    """

    def __init__(
        self,
        account: Account,
        *,
        reads_visibility: bool = True,
        batch: int = 1,
        by_hand_only: Collection[ActionKind] = (ActionKind.BLOCK, ActionKind.UNBLOCK),
        page_size: int = 50,
        overlap: int = 0,
        poll_every_s: int = 60,
    ) -> None:
        self.account = account
        self.name = account.platform
        self.feeds = (Feed("comments", poll_every_s), Feed("sweep", 86_400, sweep=True))
        self.capabilities = Capabilities(
            actions={kind: undo for kind, undo in UNDO.items() if kind not in by_hand_only},
            effects=EFFECTS,
            batch=batch,
            reads_visibility=reads_visibility,
        )
        self.calls: list[tuple[ActionKind, str]] = []
        """Every action that reached the platform, those it answered with an error too."""
        self.changes: list[tuple[ActionKind, str]] = []
        """Every action that really changed something: a comment hidden twice stands here once."""
        self.hidden: list[str] = []
        """Native ids hidden now, in the order of their hiding."""
        self.blocked: set[str] = set()
        self.muted: set[str] = set()
        self._page_size, self._overlap = page_size, overlap
        self._posts: dict[str, Post] = {}
        self._comments: dict[str, Comment] = {}  # those not deleted
        self._log: list[Comment | Broken | Post] = []  # what happened, oldest first; the cursor is an index into it
        self._failures: list[_Failure] = []
        self._replies_to_lose = 0

    # What people do.

    def publishes(
        self, text: str, native_id: str = "p1", at: datetime = NOON, image_urls: tuple[str, ...] = ()
    ) -> Post:
        """The school publishes something. Comments arrive under "p1" where nothing else is said."""
        url = f"memory://{self.name}/{native_id}"
        post = Post(native_id, text, posted_at=at, url=url, comment_count=0, image_urls=image_urls)
        self._posts[native_id] = post
        self._log.append(post)
        return post

    def receives(
        self,
        text: str,
        native_id: str = "c1",
        author: Author | str = "pat",
        post: str = "p1",
        reply_to: str = "",
        at: datetime = NOON,
        image_urls: tuple[str, ...] = (),
    ) -> Comment:
        """Somebody comments. A plain `author` is a handle without its @; a post that is not there yet is published."""
        if post not in self._posts:
            self.publishes("", native_id=post, at=at)
        comment = Comment(
            id=comment_id(self.account, native_id),
            account_id=self.account.id,
            platform=self.name,
            native_id=native_id,
            author=author if isinstance(author, Author) else Author(f"u-{author}", f"@{author}", author.capitalize()),
            text=text,
            posted_at=at,
            post_native_id=post,
            parent_native_id=reply_to,
            image_urls=image_urls,
            url=f"memory://{self.name}/{post}/{native_id}",
            raw=json.dumps({"id": native_id, "text": text}, ensure_ascii=False),
        )
        self._comments[native_id] = comment
        self._log.append(comment)
        return self._as_told(comment)

    def receives_broken(self, native_id: str = "b1", reason: str = "no author") -> None:
        """Something arrives that cannot be understood."""
        self._log.append(Broken(reason, native_id, raw="{}"))

    def edits(self, native_id: str, text: str, at: datetime = NOON) -> Comment:
        """Its author edits a comment; the next fetch reads it again."""
        comment = replace(self._comments[native_id], text=text, edited_at=at)
        self._comments[native_id] = comment
        self._log.append(comment)
        return self._as_told(comment)

    def deletes(self, native_id: str) -> None:
        """A comment's author deletes it; replies to it stay."""
        del self._comments[native_id]
        self.hidden = [hidden for hidden in self.hidden if hidden != native_id]

    def shows_again(self, native_id: str) -> None:
        """A person releases a comment in the platform's own app, behind our back."""
        self.hidden.remove(native_id)

    # What goes wrong.

    def fails_next(self, error: PlatformError, times: int = 1, during: str = "") -> None:
        """The next `times` calls end in `error`; `during` "check", "fetch", "apply" or "read_back" waits for that one.

        Without `during` it meets whichever fetch or apply comes first. Nothing is done by a call that fails.
        """
        self._failures += [_Failure(error, during)] * times

    def recovers(self) -> None:
        """No failure waits any more."""
        self._failures.clear()
        self._replies_to_lose = 0

    def loses_next_reply(self, times: int = 1) -> None:
        """The next `times` calls of apply do what they are asked, and their answer is lost."""
        self._replies_to_lose += times

    # What the public sees.

    def is_public(self, native_id: str) -> bool:
        return native_id in self._comments and native_id not in self.hidden

    # The words of Platform.

    def check(self, now: datetime) -> AccountState:
        self._meet_failure("check")
        return AccountState(self.account)

    def fetch(self, feed: str, start: Start, now: datetime) -> Iterator[Page]:
        """Pages of what happened since the cursor, oldest first; a sweep gives all comments that stand now."""
        self._meet_failure("fetch")
        if feed == "sweep":
            entries: list[Comment | Broken | Post] = [*self._comments.values()]
            yield from (replace(page, cursor=None) for page in self._pages(entries, 0, start.since))
        else:
            read_before = int(start.cursor or 0)
            first = max(0, read_before - self._overlap)
            yield from self._pages(self._log[first:], first, start.since)

    def apply(self, actions: Sequence[Action], now: datetime) -> list[Outcome | PlatformError]:
        if len(actions) > self.capabilities.batch or len({action.kind for action in actions}) > 1:
            raise ValueError(f"apply takes {self.capabilities.batch} actions of one kind, got {len(actions)}")
        try:
            self._meet_failure("apply")
        except PlatformError as error:
            if not isinstance(error, Unavailable) or error.maybe_done:
                self.calls += [(action.kind, action.comment.native_id) for action in actions]
            return [error for _ in actions]
        answers = [self._carry_out(action, now) for action in actions]
        if self._replies_to_lose:
            self._replies_to_lose -= 1
            return [Unavailable(f"{self.name}: the answer was lost", maybe_done=True) for _ in actions]
        return answers

    def read_back(self, comments: Sequence[Comment], now: datetime) -> Mapping[str, Visibility]:
        self._meet_failure("read_back")
        return {comment.native_id: self._visibility(comment.native_id) for comment in comments}

    def is_blocked(self, author: Author, now: datetime) -> bool | None:
        return author.native_id in self.blocked

    def by_hand(self, action: Action) -> tuple[str, str]:
        return f"Open the comment and choose: {action.kind}.", action.comment.url

    # How it is kept.

    def _meet_failure(self, call: str) -> None:
        """Raise the first failure that waits for this call."""
        for failure in self._failures:
            if failure.during == call or (not failure.during and call in ("fetch", "apply")):
                self._failures.remove(failure)
                raise failure.error

    def _pages(self, entries: Sequence[Comment | Broken | Post], first: int, since: datetime) -> Iterator[Page]:
        """At least one page, since the cursor is told even where nothing happened."""
        for begin in range(0, max(1, len(entries)), self._page_size):
            part = entries[begin : begin + self._page_size]
            # An edit that was edited again is told once, in the form that stands now, as every real platform does.
            natives = dict.fromkeys(entry.native_id for entry in part if isinstance(entry, Comment))
            standing = [self._comments[native_id] for native_id in natives if native_id in self._comments]
            comments = [c for c in standing if (c.edited_at or c.posted_at) >= since and not self._is_own(c)]
            posts = [entry.native_id for entry in part if isinstance(entry, Post)] + [
                c.post_native_id for c in comments
            ]
            yield Page(
                comments=tuple(map(self._as_told, comments)),
                posts=tuple(map(self._post_now, dict.fromkeys(posts))),
                broken=tuple(entry for entry in part if isinstance(entry, Broken)),
                cursor=str(first + begin + len(part)),
            )

    def _is_own(self, comment: Comment) -> bool:
        author, ours = comment.author, self.account
        if author.native_id and ours.native_id:
            return author.native_id == ours.native_id
        return author.handle != "" and plain_handle(author.handle) == plain_handle(ours.handle)

    def _post_now(self, native_id: str) -> Post:
        count = sum(comment.post_native_id == native_id for comment in self._comments.values())
        return replace(self._posts[native_id], comment_count=count)

    def _as_told(self, comment: Comment) -> Comment:
        return replace(comment, visibility=self._visibility(comment.native_id))

    def _visibility(self, native_id: str) -> Visibility:
        if native_id not in self._comments:
            return Visibility.GONE
        if not self.capabilities.reads_visibility:
            return Visibility.UNKNOWN
        return Visibility.HIDDEN if native_id in self.hidden else Visibility.PUBLIC

    def _carry_out(self, action: Action, now: datetime) -> Outcome | PlatformError:
        native_id = action.comment.native_id
        self.calls.append((action.kind, native_id))
        if action.kind not in self.capabilities.actions:
            return Refused(f"{self.name} has no way to {action.kind}; a person does it in the app")
        about_author = action.kind not in (ActionKind.HIDE, ActionKind.RELEASE, ActionKind.REMOVE)
        if native_id not in self._comments and not about_author:
            return Gone(f"{self.name}: comment {action.comment.id} no longer exists")
        if action.kind is ActionKind.HIDE and self._is_own(action.comment):
            return Refused(f"{self.name} does not hide the account's own comment {action.comment.id}")
        if not self._change(action):
            return Outcome(action, done_at=now, result=Result.ALREADY)
        self.changes.append((action.kind, native_id))
        return Outcome(action, done_at=now)

    def _change(self, action: Action) -> bool:
        """Do it; False where it was so before."""
        native_id, author = action.comment.native_id, action.comment.author.native_id
        before = (len(self._comments), len(self.hidden), len(self.blocked), len(self.muted))
        match action.kind:
            case ActionKind.HIDE:
                self.hidden += [] if native_id in self.hidden else [native_id]
            case ActionKind.RELEASE:
                self.hidden = [hidden for hidden in self.hidden if hidden != native_id]
            case ActionKind.REMOVE:
                self.deletes(native_id)
            case ActionKind.BLOCK:
                self.blocked.add(author)
            case ActionKind.UNBLOCK:
                self.blocked.discard(author)
            case ActionKind.MUTE:
                self.muted.add(author)
            case _:  # The one that is left: to hear them again.
                self.muted.discard(author)
        return before != (len(self._comments), len(self.hidden), len(self.blocked), len(self.muted))


class MemoryMeter:
    """A Meter that counts in a dictionary and forgets at the end."""

    def __init__(self) -> None:
        self._totals: Counter[tuple[str, str]] = Counter()

    def add(self, counter: str, period: str, amount: int) -> None:
        self._totals[counter, period] += amount

    def total(self, counter: str, period: str) -> int:
        return self._totals[counter, period]

    def reserve(self, counter: str, period: str, amount: int, at_most: int) -> bool:
        if self._totals[counter, period] + amount > at_most:
            return False
        self.add(counter, period, amount)
        return True


class MemoryTokens:
    """Tokens kept in a dictionary; `saved` lists every version that was saved, oldest first."""

    def __init__(self, tokens: Mapping[str, str] | None = None) -> None:
        self._tokens = dict(tokens or {})
        self.saved: list[dict[str, str]] = []

    def load(self) -> dict[str, str]:
        return dict(self._tokens)

    def save(self, tokens: dict[str, str]) -> None:
        self._tokens = dict(tokens)
        self.saved.append(dict(tokens))
