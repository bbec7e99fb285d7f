"""Comments under the school's Instagram posts, in the words of platforms/base.py.

In: the account, its credentials, a meter, its tokens. Out: pages of comments, and outcomes. Instagram cannot be asked for
"what is new": it lists posts with a count of comments each, and the comments of one post, fifty at a time. So the posts
are listed every minute, and the comments read of those whose count changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote

from pydantic import ValidationError

from moderator.domain import Account, Action, ActionKind, Author, Comment, Outcome, Visibility, plain_handle
from moderator.errors import AccountClosed, Gone, PlatformError, Refused
from moderator.platforms.base import AccountState, Capabilities, Feed, Meter, Page, Start, Tokens, Undo, another_account
from moderator.platforms.instagram.byhand import EFFECTS, steps
from moderator.platforms.instagram.errors import Asked, no_answer
from moderator.platforms.instagram.feeds import Feeds
from moderator.platforms.instagram.graph import Graph
from moderator.platforms.instagram.renewal import Renewal
from moderator.platforms.instagram.shapes import Lenient, is_ours

PROFESSIONAL = {"BUSINESS", "MEDIA_CREATOR"}


class _Me(Lenient):
    id: str
    user_id: str = ""
    username: str
    account_type: str = ""


class Instagram:
    """One professional account, through the Instagram API with Instagram Login.

    credentials  {"access_token", optionally "obtained_at" (ISO)}
    tokens       where renewed tokens are kept
    timeouts_s   for connecting and for each wait on the socket; no whole answer takes longer than twice the latter

    Raises ConfigError where the token is missing. Sends nothing yet.
    """

    name = "instagram"
    capabilities: ClassVar = Capabilities(
        actions={ActionKind.HIDE: Undo.YES, ActionKind.RELEASE: Undo.YES, ActionKind.REMOVE: Undo.NO},
        effects=EFFECTS,
        cost_units={ActionKind.HIDE: 1, ActionKind.RELEASE: 1, ActionKind.REMOVE: 1},
        unit="calls",
    )

    def __init__(
        self,
        account: Account,
        credentials: Mapping[str, str],
        meter: Meter,
        tokens: Tokens,
        *,
        api_base: str = "https://graph.instagram.com",
        poll_every_s: int = 60,
        timeouts_s: tuple[float, float] = (5, 15),
    ) -> None:
        self.account = account
        self.feeds = (Feed("comments", poll_every_s), Feed("newest", 300), Feed("sweep", 86_400, sweep=True))
        self._renewal = Renewal(credentials, tokens)
        self._graph = Graph(api_base, meter, timeouts_s)
        self._touched: set[str] = set()
        """Posts under which we changed something since we last read them."""

    @staticmethod
    def login_warnings(credentials: Mapping[str, str], tokens: Tokens, now: datetime) -> list[str]:
        return Renewal(credentials, tokens).warnings(now)

    def check(self, now: datetime) -> AccountState:
        """Who the token belongs to, and whether it lives on. What Instagram calls us is used from here on."""
        self._renewal.renew_if_due(self._graph, now)
        asked = Asked("look at the account")
        try:
            answer = self._get("me", {"fields": "id,user_id,username,account_type"}, asked, now)
        except Gone as error:
            raise AccountClosed(f"{error} The account itself is gone or closed: look at it in the app.") from error
        try:
            me = _Me.model_validate(answer)
        except ValidationError:
            raise no_answer(asked, "no account in it") from None
        warnings = self._renewal.warnings(now) + self._doubts(me)
        if self.account.native_id not in ("", me.user_id, me.id):
            raise another_account(self.account, me.user_id or me.id, f"@{me.username}")
        native_id = self.account.native_id or me.user_id or me.id
        self.account = replace(self.account, native_id=native_id, handle=f"@{me.username}")
        return AccountState(self.account, tuple(warnings))

    def fetch(self, feed: str, start: Start, now: datetime) -> Iterator[Page]:
        """Read "comments", "newest" or "sweep", page by page. Raises PlatformError."""
        self._renewal.renew_if_due(self._graph, now)
        feeds = Feeds(self.account, self._graph, self._renewal.token, self._touched)
        readers = {"comments": feeds.comments, "newest": feeds.newest, "sweep": feeds.sweep}
        yield from readers[feed](start, now)

    def apply(self, actions: Sequence[Action], now: datetime) -> list[Outcome | PlatformError]:
        answers: list[Outcome | PlatformError] = []
        for action in actions:
            try:
                answers.append(self._carry_out(action, now))
            except PlatformError as error:
                answers.append(error)
        return answers

    def read_back(self, comments: Sequence[Comment], now: datetime) -> Mapping[str, Visibility]:
        return {comment.native_id: self._visibility(comment, now) for comment in comments}

    def is_blocked(self, author: Author, now: datetime) -> bool | None:
        """Instagram has no list of blocked people for programs."""
        return None

    def by_hand(self, action: Action) -> tuple[str, str]:
        return steps(action, self.account)

    # Acting.

    def _carry_out(self, action: Action, now: datetime) -> Outcome:
        """https://developers.facebook.com/docs/instagram-platform/comment-moderation (read 2026-11-22)"""
        if action.kind not in self.capabilities.actions:
            raise Refused(f"Instagram has no call to {action.kind} somebody; a person does it in the app.")
        if action.kind is ActionKind.HIDE and is_ours(action.comment.author, self.account):
            # It would say "success" and go on showing the comment.
            raise Refused(f"Instagram always shows the account's own comments; {action.comment.id} cannot be hidden.")
        self._touched.add(action.comment.post_native_id)
        asked = Asked(f"{action.kind} comment {action.comment.id}", changes=True)
        method, params = "POST", {"hide": "true" if action.kind is ActionKind.HIDE else "false"}
        if action.kind is ActionKind.REMOVE:
            method, params = "DELETE", {}
        answer = self._request(method, quote(action.comment.native_id, safe=""), params, asked, now)
        if answer.get("success") is not True:
            raise no_answer(asked, "it confirms nothing")
        return Outcome(action, done_at=now)

    def _visibility(self, comment: Comment, now: datetime) -> Visibility:
        asked = Asked(f"look whether comment {comment.id} is hidden")
        try:
            answer = self._get(quote(comment.native_id, safe=""), {"fields": "id,hidden"}, asked, now)
        except Gone:
            return Visibility.GONE
        hidden = answer.get("hidden")
        if not isinstance(hidden, bool):
            return Visibility.UNKNOWN
        return Visibility.HIDDEN if hidden else Visibility.PUBLIC

    # Asking.

    def _get(self, path: str, params: Mapping[str, str], asked: Asked, now: datetime) -> dict[str, Any]:
        return self._request("GET", path, params, asked, now)

    def _request(
        self, method: str, path: str, params: Mapping[str, str], asked: Asked, now: datetime
    ) -> dict[str, Any]:
        return self._graph.request(method, path, params, asked, now, token=self._renewal.token)

    def _doubts(self, me: _Me) -> list[str]:
        """What is odd about the account the token belongs to."""
        told = []
        if self.account.handle and plain_handle(self.account.handle) != me.username.casefold():
            told.append(
                f"The token belongs to @{me.username}, the configuration says {self.account.handle}: "
                "correct the handle, or put the right account's token into the credential file."
            )
        if me.account_type and me.account_type not in PROFESSIONAL:
            told.append(f"@{me.username} is no professional account: switch it in the app, Settings > Account type.")
        return told
