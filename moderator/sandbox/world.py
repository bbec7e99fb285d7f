"""What really is in the street: accounts, posts, comments, who sees them, and a ledger of all that happened.

No HTTP here. Tests and the demo post through this; the three vendors' answers are made from it. Every method may be
called from any thread; whoever reads several things that must fit together holds `lock` meanwhile.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from moderator.sandbox.faults import Fault, Faults
from moderator.sandbox.ids import PLATFORMS, Ids
from moderator.sandbox.state import Entry, OpenAccount, Person, PostedComment, PublishedPost, Status, seen

_X_HANDLE = re.compile(r"[A-Za-z0-9_]{1,15}")


def utc_now() -> datetime:
    return datetime.now(UTC)


class World:
    """The state of the three platforms. `clock` gives aware UTC."""

    def __init__(
        self, clock: Callable[[], datetime] = utc_now, *, seed: str = "sandbox", journal: Path | None = None
    ) -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.ids = Ids(seed)
        self.faults = Faults()
        self.accounts: list[OpenAccount] = []
        self.posts: dict[tuple[str, str], PublishedPost] = {}
        self.comments: dict[tuple[str, str], PostedComment] = {}
        self.people: dict[tuple[str, str], Person] = {}  # by platform and native id
        self._ledger: list[Entry] = []
        self._journal = journal

    @property
    def ledger(self) -> list[Entry]:
        """All that happened until now, in order."""
        with self.lock:
            return list(self._ledger)

    # --- what people do -------------------------------------------------------------------------------------------

    def open_account(self, platform: str, *, handle: str, native_id: str = "", display_name: str = "") -> OpenAccount:
        """An account for the school. Opened a second time it is the same one."""
        handle = _checked(platform, handle)
        with self.lock:
            for account in self.accounts:
                if account.platform == platform and account.handle.lower() == handle.lower():
                    return account
            native_id = native_id or self.ids.person(platform, handle)
            account = OpenAccount(platform, native_id, handle, display_name or handle)
            self.accounts.append(account)
            self.people[platform, native_id] = account
            return account

    def publish(
        self,
        platform: str,
        text: str,
        *,
        at: datetime | None = None,
        handle: str | None = None,
        made_for_kids: bool = False,
    ) -> str:
        """A post by the school's account of this handle (default: the first one). Returns its native id."""
        with self.lock:
            account, at = self.account(platform, handle), at or self.clock()
            post = PublishedPost(self.ids.post(platform, at), account, text, at, made_for_kids, len(self.posts))
            self.posts[platform, post.native_id] = post
            self.record(platform, "published", post.native_id)
            return post.native_id

    def comment(
        self,
        platform: str,
        post_id: str,
        text: str,
        *,
        handle: str = "@a_parent",
        display_name: str = "",
        reply_to: str | None = None,
        at: datetime | None = None,
        mentions_school: bool = True,
        image_url: str | None = None,
        held: bool = False,
        likely_spam: bool = False,
    ) -> str:
        """A comment under a post; returns its native id.

        `reply_to` is another comment's id: X keeps every level, the others file it below that comment's top one. An
        empty `handle` (YouTube) is somebody whose channel is deleted; the school's own handle is the school. An empty
        `post_id` (X) is a post of its own that may mention the school in its words. `mentions_school=False` (X) leaves
        the school out of the automatic mentions. `held` and `likely_spam` are what YouTube decided by itself.
        """
        with self.lock:
            at = at or self.clock()
            post = self.post(platform, post_id) if post_id else None
            if post is None and platform != "x":
                raise ValueError(f"a comment on {platform} stands under a post, and no post id was given")
            if post is not None and post.made_for_kids:
                raise ValueError(f"video {post_id} is made for kids and takes no comments")
            parent = self.find(platform, reply_to) if reply_to else None
            if parent is not None and platform != "x":
                parent = parent.root
            author = self.person(platform, handle, display_name)
            native_id = self.ids.comment(platform, at, parent.native_id if parent else "")
            comment = PostedComment(native_id, platform, author, text, at, at, post, parent, image_url=image_url or "")
            if platform == "x" and post is not None:
                comment.prefix = _reply_mentions(comment, post, mentions_school=mentions_school)
            comment.status = Status.HIDDEN if held else Status.SPAM if likely_spam else Status.PUBLIC
            if post is not None and author.native_id in post.account.banned:
                comment.status = Status.REJECTED
            self.comments[platform, native_id] = comment
            comment.number = len(self.comments)
            if post is not None:
                post.all_comments.append(comment)
            if parent is not None:
                parent.all_replies.append(comment)
            self.record(platform, "posted", native_id, detail=post_id)
            return native_id

    def edit(self, platform: str, native_id: str, text: str) -> None:
        """Its author writes it anew. X has no such thing for replies: raises ValueError there."""
        if platform == "x":
            raise ValueError("replies on X cannot be edited")
        with self.lock:
            comment = self.find(platform, native_id)
            changed = text != comment.text
            comment.text, comment.updated_at = text, self.clock()
            self.record(platform, "edited", native_id, effective=changed)

    def delete(self, platform: str, native_id: str, *, event: str = "deleted", detail: str = "by its author") -> None:
        """Gone for good, and on YouTube and Instagram the replies below it too."""
        with self.lock:
            comment = self.find(platform, native_id)
            self.record(platform, event, native_id, effective=not comment.deleted, detail=detail)
            comment.deleted = True
            if platform != "x":
                for reply in self.replies(comment):
                    self.delete(platform, reply.native_id, detail="with the comment it answers")

    def block(self, platform: str, handle: str) -> None:
        """Somebody of the school blocks a person in the platform's own app."""
        self._mark(self.account(platform).blocked, self.person(platform, handle), "block", present=True)

    def add_fault(self, fault: Fault) -> None:
        """From now on this goes wrong, as often as the fault says."""
        self.faults.add(fault)

    def unblock(self, platform: str, handle: str) -> None:
        self._mark(self.account(platform).blocked, self.person(platform, handle), "unblock", present=False)

    # --- what the API does ----------------------------------------------------------------------------------------

    def hide(self, platform: str, native_id: str, detail: str = "") -> None:
        self._set_status(platform, native_id, Status.HIDDEN, "hide", detail)

    def release(self, platform: str, native_id: str, detail: str = "") -> None:
        self._set_status(platform, native_id, Status.PUBLIC, "release", detail)

    def reject(self, platform: str, native_id: str, detail: str = "") -> None:
        self._set_status(platform, native_id, Status.REJECTED, "reject", detail)

    def ban(self, account: OpenAccount, person: Person) -> None:
        """What the person writes from now on is rejected at once (YouTube)."""
        self._mark(account.banned, person, "ban", present=True)

    def mute(self, account: OpenAccount, person: Person) -> None:
        self._mark(account.muted, person, "mute", present=True)

    def unmute(self, account: OpenAccount, person: Person) -> None:
        self._mark(account.muted, person, "unmute", present=False)

    def record(self, platform: str, event: str, native_id: str, *, effective: bool = True, detail: str = "") -> None:
        """Write the next line of the ledger, and of the journal where there is one."""
        with self.lock:
            entry = Entry(len(self._ledger) + 1, self.clock(), platform, event, native_id, effective, detail)
            self._ledger.append(entry)
            if self._journal is not None:
                with self._journal.open("a", encoding="utf-8") as journal:
                    journal.write(json.dumps(asdict(entry), default=str) + "\n")

    # --- looking --------------------------------------------------------------------------------------------------

    def is_public(self, platform: str, native_id: str) -> bool:
        """Whether a passer-by sees the comment now. False for one that never was."""
        with self.lock:
            comment = self.comments.get((platform, native_id))
            return comment is not None and seen(comment)

    def account(self, platform: str, handle: str | None = None) -> OpenAccount:
        """The account of this handle, or the first one on the platform. Raises LookupError where there is none."""
        wanted = handle.lstrip("@").lower() if handle else None
        with self.lock:
            for account in self.accounts:
                if account.platform == platform and wanted in (None, account.handle.lower()):
                    return account
        raise LookupError(f"the sandbox has no account {handle or ''} on {platform}: open one with open_account")

    def person(self, platform: str, handle: str, display_name: str = "") -> Person:
        """Whoever has this handle; met for the first time, they get an id."""
        handle = _checked(platform, handle)
        with self.lock:
            for account in self.accounts:
                if account.platform == platform and account.handle.lower() == handle.lower():
                    return account
            if not handle:
                return Person(platform, "", "", "")
            native_id = self.ids.person(platform, handle)
            person = self.people.setdefault(
                (platform, native_id), Person(platform, native_id, handle, display_name or handle)
            )
            person.display_name = display_name or person.display_name
            return person

    def post(self, platform: str, native_id: str) -> PublishedPost:
        """A post of the school's. Raises LookupError for one that never was."""
        with self.lock:
            try:
                return self.posts[platform, native_id]
            except KeyError as error:
                raise LookupError(f"the sandbox has no post {native_id} on {platform}") from error

    def find(self, platform: str, native_id: str) -> PostedComment:
        """A comment, deleted ones too. Raises LookupError for one that never was."""
        with self.lock:
            try:
                return self.comments[platform, native_id]
            except KeyError as error:
                raise LookupError(f"the sandbox has no comment {native_id} on {platform}") from error

    def comments_on(self, platform: str) -> list[PostedComment]:
        """Those not deleted, oldest first as they were posted to the sandbox."""
        with self.lock:
            return [c for c in self.comments.values() if c.platform == platform and not c.deleted]

    def posts_of(self, account: OpenAccount) -> list[PublishedPost]:
        with self.lock:
            return [post for post in self.posts.values() if post.account is account]

    def comments_under(self, post: PublishedPost) -> list[PostedComment]:
        """Those at every level below a post that are not deleted, in the order they came."""
        with self.lock:
            return [comment for comment in post.all_comments if not comment.deleted]

    def replies(self, comment: PostedComment) -> list[PostedComment]:
        """The replies directly below a comment that are not deleted, in the order they came."""
        with self.lock:
            return [reply for reply in comment.all_replies if not reply.deleted]

    # --- inside ---------------------------------------------------------------------------------------------------

    def _set_status(self, platform: str, native_id: str, status: Status, event: str, detail: str) -> None:
        with self.lock:
            comment = self.find(platform, native_id)
            self.record(platform, event, native_id, effective=comment.status != status, detail=detail)
            comment.status = status

    def _mark(self, marked: dict[str, Person], person: Person, event: str, *, present: bool) -> None:
        with self.lock:
            effective = (person.native_id in marked) != present
            self.record(person.platform, event, person.native_id, effective=effective)
            if present:
                marked[person.native_id] = person
            else:
                marked.pop(person.native_id, None)


def _checked(platform: str, handle: str) -> str:
    if platform not in PLATFORMS:
        raise ValueError(f"the sandbox knows {', '.join(PLATFORMS)}, got {platform!r}")
    handle = handle.removeprefix("@")
    if platform == "x" and not _X_HANDLE.fullmatch(handle):
        raise ValueError(f"a handle on X is 1 to 15 letters, digits and underscores, got {handle!r}")
    if not handle and platform != "youtube":
        raise ValueError(f"{platform} always says who wrote a comment: a handle is needed")
    return handle


def _reply_mentions(comment: PostedComment, post: PublishedPost, *, mentions_school: bool) -> tuple[str, ...]:
    """Whom X mentions at the start of a reply: the one it answers, then the others in the conversation."""
    answered = comment.parent
    handles = [answered.author.handle, *answered.prefix] if answered else []
    handles.append(post.account.handle)
    left_out = {comment.author.handle} | (set() if mentions_school else {post.account.handle})
    return tuple(dict.fromkeys(handle for handle in handles if handle not in left_out))
