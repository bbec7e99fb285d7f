"""Replies and mentions on X, through API v2: mentions and conversations come in, hides and mutes go out.

Nobody's post but our own can be deleted, and blocking is sold to enterprises only; both become tasks for a person.
https://docs.x.com/x-api/posts/hide-replies/introduction and https://docs.x.com/x-api/users/blocks/introduction
(read 2026-11-22)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from moderator.domain import Account, Action, ActionKind, Author, Comment, Outcome, Visibility, plain_handle
from moderator.errors import LoginExpired, PlatformError, QuotaSpent, Refused
from moderator.platforms.base import AccountState, Capabilities, Feed, Meter, Page, Start, Tokens, Undo, another_account
from moderator.platforms.sharing import OWN_APP, App
from moderator.platforms.x.authors import Authors
from moderator.platforms.x.byhand import EFFECTS, steps_for
from moderator.platforms.x.connection import Connection
from moderator.platforms.x.endpoints import Endpoints
from moderator.platforms.x.errors import SCOPES, Ask
from moderator.platforms.x.feeds import Feeds
from moderator.platforms.x.login import login_from
from moderator.platforms.x.money import ALLOWANCE, HIDE, MUTE, UNMUTE, Purse
from moderator.platforms.x.transport import TIMEOUTS_S

ONLY_OWN_CONVERSATIONS = (
    "it hides replies only in conversations that the school's account began (a mention elsewhere can be muted or reported "
    "by hand), and only for a token with the scope tweet.moderate.write."
)
NO_MUTING = "the token lacks the scope mute.write, or the account is gone."


class X:
    """One account on X.

    credentials  {"kind": "oauth1", "consumer_key", "consumer_secret", "access_token", "access_token_secret"} or
                 {"kind": "oauth2", "client_id", "client_secret" (may be ""), "access_token", "refresh_token"}
    tokens       where renewed OAuth 2.0 tokens are kept; what it holds goes before the credentials
    owns_app     the account itself owns the developer app, so that reading its mentions costs a fifth
    app          what is asked beside, where several accounts share the developer app

    Raises ConfigError where credentials are missing. Sends nothing yet.
    """

    name = "x"
    capabilities: ClassVar = Capabilities(
        actions={
            ActionKind.HIDE: Undo.YES,
            ActionKind.RELEASE: Undo.YES,
            ActionKind.MUTE: Undo.YES,
            ActionKind.UNMUTE: Undo.YES,
        },
        effects=EFFECTS,
        cost_units={ActionKind.HIDE: HIDE, ActionKind.RELEASE: HIDE, ActionKind.MUTE: MUTE, ActionKind.UNMUTE: UNMUTE},
        unit="millionths of a dollar",
        allowance=ALLOWANCE,
        reads_visibility=False,  # X has no field that says whether a reply is hidden.
    )

    def __init__(
        self,
        account: Account,
        credentials: Mapping[str, str],
        meter: Meter,
        tokens: Tokens,
        *,
        api_base: str = "https://api.x.com",
        monthly_limit_microdollars: int = 10_000_000,
        owns_app: bool = True,
        poll_every_s: int = 60,
        timeouts_s: tuple[float, float] = TIMEOUTS_S,
        app: App = OWN_APP,
    ) -> None:
        self.account = account
        self.feeds = (Feed("mentions", poll_every_s), Feed("posts", 300), Feed("sweep", 86_400, sweep=True))
        self._purse = Purse(meter, monthly_limit_microdollars, owns_app, app)
        self._connection = Connection(login_from(credentials, tokens), api_base, timeouts_s)
        self._endpoints = Endpoints(self._connection, self._purse, account.id)
        self._authors = Authors(self._endpoints)

    @staticmethod
    def login_warnings(_credentials: Mapping[str, str], _tokens: Tokens, _now: datetime) -> list[str]:
        return []  # X's keys hold until somebody revokes them, and its tokens are renewed every two hours.

    def check(self, now: datetime) -> AccountState:
        """Ask X who we are and whether its answers hold what we need. Raises PlatformError."""
        warnings = []
        if not self.account.native_id:
            warnings.append("X's id of the account was not known; it is from now on, as X tells it.")
        before = self.account.handle
        self._recognise(now)
        if plain_handle(before) not in ("", plain_handle(self.account.handle)):
            warnings.append(f"The account is called {self.account.handle} on X now, and was {before}.")
        warnings += self._warnings_of_fields(now)
        lacking = [
            scope for scope in SCOPES.split() if self._connection.scopes and scope not in self._connection.scopes
        ]
        if lacking:
            warnings.append(
                f"The token lacks the scopes {' '.join(lacking)}: connect the account anew with all of {SCOPES}."
            )
        return AccountState(self.account, tuple(filter(None, [*warnings, self._purse.warning(now)])))

    def fetch(self, feed: str, start: Start, now: datetime) -> Iterator[Page]:
        """Read "mentions", "posts" or "sweep", page by page. Raises PlatformError."""
        if not self.account.native_id:
            self._recognise(now)
        feeds = Feeds(self.account, self._endpoints, self._authors, self._purse)
        readers = {"mentions": feeds.mentions, "posts": feeds.posts, "sweep": feeds.sweep}
        yield from readers[feed](start, now)

    def apply(self, actions: Sequence[Action], now: datetime) -> list[Outcome | PlatformError]:
        """One request for each action. After a spent quota or a dead login the rest is answered alike, without asking."""
        answers: list[Outcome | PlatformError] = []
        stopped_by: PlatformError | None = None
        for action in actions:
            answer = stopped_by or self._answer(action, now)
            if isinstance(answer, QuotaSpent | LoginExpired):
                stopped_by = answer
            answers.append(answer)
        return answers

    def read_back(self, comments: Sequence[Comment], now: datetime) -> Mapping[str, Visibility]:
        """GONE where X no longer has the post; it does not tell whether the others are hidden. Raises PlatformError."""
        existing = self._endpoints.existing(list(dict.fromkeys(comment.native_id for comment in comments)), now)
        return {
            comment.native_id: Visibility.UNKNOWN if comment.native_id in existing else Visibility.GONE
            for comment in comments
        }

    def is_blocked(self, author: Author, now: datetime) -> bool | None:
        """Reads the block list. None where the author's id is not known. Raises PlatformError."""
        if not author.native_id:
            return None
        if not self.account.native_id:
            self._recognise(now)
        return any(blocked == author.native_id for blocked in self._endpoints.blocked(self.account.native_id, now))

    def by_hand(self, action: Action) -> tuple[str, str]:
        """Steps in X's own app, and the page to start from."""
        return steps_for(action, self.account)

    def _answer(self, action: Action, now: datetime) -> Outcome | PlatformError:
        try:
            self._carry_out(action, now)
        except PlatformError as error:
            return error
        return Outcome(action, done_at=now, detail=f"X confirmed: {action.kind}")

    def _carry_out(self, action: Action, now: datetime) -> None:
        comment, kind = action.comment, action.kind
        if kind in (ActionKind.HIDE, ActionKind.RELEASE):
            what = f"{kind} comment {comment.id}"
            ask = Ask(what, acts=True, refused=ONLY_OWN_CONVERSATIONS, limit="hidden", severe=action.urgent)
            self._endpoints.set_hidden(ask, comment.native_id, kind is ActionKind.HIDE, now)
        elif kind in (ActionKind.MUTE, ActionKind.UNMUTE):
            if not comment.author.native_id:
                raise Refused(f"X did not say who wrote comment {comment.id}, so nobody can be {kind}d.")
            if not self.account.native_id:
                self._recognise(now)
            what = f"{kind} the author of comment {comment.id}"
            ask = Ask(what, acts=True, refused=NO_MUTING, limit=kind, severe=action.urgent)
            muted = kind is ActionKind.MUTE
            self._endpoints.set_muted(ask, self.account.native_id, comment.author.native_id, muted, now)
        else:
            raise Refused(f"X has no way for a program to {kind}; a person does it in X's own app.")

    def _recognise(self, now: datetime) -> None:
        """Take over our id and handle as X knows them. Raises LoginExpired where the token is somebody else's."""
        me = self._endpoints.me(now)
        expected = self.account.native_id or plain_handle(self.account.handle)
        if self.account.native_id not in ("", me.native_id):
            raise another_account(self.account, me.native_id, me.handle)
        if expected not in ("", me.native_id, plain_handle(me.handle)):
            raise LoginExpired(
                f"The token of account {self.account.id} belongs to {me.handle}, not to {self.account.handle}. "
                "Correct the handle in the configuration, or connect the right account."
            )
        self.account = replace(self.account, native_id=me.native_id, handle=me.handle)

    def _warnings_of_fields(self, now: datetime) -> list[str]:
        """X announced other names for its fields; see that the ones we cannot do without still come."""
        newest = self._endpoints.own_posts(self.account.native_id, now, max_results=5)
        lacking = {
            field
            for each in newest.items
            for field in ("author_id", "conversation_id")
            if not getattr(each.item, field)
        }
        if newest.broken:
            lacking.add(newest.broken[0].reason)
        return [
            f"X no longer sends {field} with its posts: comments are still read, but this adapter needs an update."
            for field in sorted(lacking)
        ]
