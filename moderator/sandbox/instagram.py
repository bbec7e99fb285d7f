"""Answers as Instagram's Graph API with Instagram Login does, for media, comments and replies.

Made after the pages under https://developers.facebook.com/docs/instagram-platform. Nothing here opens a socket.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import urlencode

from moderator.sandbox.instagram_nodes import Nodes, parse_fields
from moderator.sandbox.messages import Answer, Json, Refusal, Request
from moderator.sandbox.paging import page, seal
from moderator.sandbox.state import OpenAccount, PostedComment, PublishedPost, Status
from moderator.sandbox.tokens import INSTAGRAM_LASTS, INSTAGRAM_MIN_AGE, Grant, Tokens
from moderator.sandbox.world import World

Listed = TypeVar("Listed", PostedComment, PublishedPost)

MOST = 50  # comments a query, whatever is asked for
CALLS_A_DAY = 48_000  # 4800 x impressions, for an account that was looked at ten times


@dataclass(frozen=True, slots=True)
class Call:
    """One request with the caller known and the path taken apart."""

    request: Request
    grant: Grant
    node: str
    edge: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def account(self) -> OpenAccount:
        return self.grant.account


class Instagram:
    """The whole of Instagram that a moderator meets. `calls_a_day` may be changed while it runs."""

    def __init__(self, world: World, tokens: Tokens, base: Callable[[], str]) -> None:
        self.calls_a_day = CALLS_A_DAY
        self._world, self._tokens, self._base = world, tokens, base
        self._nodes = Nodes(world)
        self._calls: deque[datetime] = deque()

    def answer(self, request: Request) -> Answer:
        path = re.sub(r"^/v\d+\.\d+(?=/)", "", request.path).strip("/")
        node, _, edge = path.partition("/")
        try:
            call = Call(request, self._caller(request), node, edge, parse_fields(request.one("fields")))
            self._pay()
            answer = self._dispatch(call)
        except Refusal as refusal:
            answer = refusal.answer
        return answer.with_headers(self._usage())

    def targets(self, request: Request) -> list[str]:
        """The ids of the comments that a request would change."""
        return [request.path.rsplit("/", 1)[-1]] if request.writes else []

    def _dispatch(self, call: Call) -> Answer:
        match call.request.method, call.node, call.edge:
            case "GET", "refresh_access_token", "":
                return self._renew(call)
            case "GET", "me", "":
                return Answer(body=self._nodes.user(call.account, call.fields))
            case "GET", _, "media":
                return self._media(call)
            case "GET", _, "comments":
                return self._comments(call)
            case "GET", _, "replies":
                replies = self._listed(self._world.replies(self._comment(call)))
                return self._edge(
                    call, replies, lambda reply: self._nodes.comment(reply, call.fields), lambda comment: comment.order
                )
            case "GET", _, "":
                return self._node(call)
            case "POST", _, "":
                return self._hide(call)
            case "DELETE", _, "":
                return self._remove(call)
        raise unknown(call.node)

    # --- before and after each call -------------------------------------------------------------------------------

    def _caller(self, request: Request) -> Grant:
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        token = bearer if scheme == "Bearer" else request.one("access_token") or request.form().get("access_token", "")
        grant = self._tokens.grant(token, "instagram", "access")
        if grant is None:
            raise Refusal(token_invalid())
        return grant

    def _pay(self) -> None:
        now = self._world.clock()
        while self._calls and self._calls[0] <= now - timedelta(days=1):
            self._calls.popleft()
        if len(self._calls) >= self.calls_a_day:
            raise Refusal(throttled())
        self._calls.append(now)

    def _usage(self) -> dict[str, str]:
        account_id = next((a.native_id for a in self._world.accounts if a.platform == "instagram"), "")
        percent = 100 * len(self._calls) // max(1, self.calls_a_day)
        wait_minutes = 0
        if self._calls and percent >= 100:
            wait_minutes = max(1, int((self._calls[0] + timedelta(days=1) - self._world.clock()).total_seconds() // 60))
        return usage_header(account_id, percent, wait_minutes)

    # --- reading --------------------------------------------------------------------------------------------------

    def _media(self, call: Call) -> Answer:
        if call.node not in ("me", call.account.native_id, self._nodes.scoped_id(call.account)):
            raise unknown(call.node)
        posts = self._world.posts_of(call.account)
        return self._edge(
            call, posts, lambda post: self._nodes.medium(post, call.fields),
            lambda post: post.order,
        )  # fmt: skip

    def _comments(self, call: Call) -> Answer:
        post = self._medium(call)
        tops = [comment for comment in self._world.comments_under(post) if comment.parent is None]
        return self._edge(
            call, self._listed(tops), lambda top: self._nodes.comment(top, call.fields), lambda comment: comment.order
        )

    def _node(self, call: Call) -> Answer:
        if call.node in (call.account.native_id, self._nodes.scoped_id(call.account)):
            return Answer(body=self._nodes.user(call.account, call.fields))
        if ("instagram", call.node) in self._world.posts:
            return Answer(body=self._nodes.medium(self._medium(call), call.fields))
        return Answer(body=self._nodes.comment(self._comment(call), call.fields))

    @staticmethod
    def _listed(comments: list[PostedComment]) -> list[PostedComment]:
        """Hidden comments are not listed; by their id they can still be read."""
        return [comment for comment in comments if comment.status == Status.PUBLIC]

    def _edge(
        self, call: Call, items: list[Listed], node: Callable[[Listed], Json], key: Callable[[Listed], str]
    ) -> Answer:
        asked = call.request.one("limit", "25")
        size = min(MOST, int(asked)) if asked.isdigit() and int(asked) > 0 else MOST
        try:
            given, after = page(items, key, size, call.request.one("after"))
        except ValueError as reason:
            raise Refusal(error("(#100) The after cursor specified is invalid", 100)) from reason
        body: Json = {"data": [node(item) for item in given]}
        if given:
            # A cursor comes with every page; `next` only where there is more.
            cursors = {"before": seal(key(given[0])), "after": after or seal(key(given[-1]))}
            body["paging"] = {"cursors": cursors, **({"next": self._next(call, after)} if after else {})}
        return Answer(body=body, content_type="application/json; charset=UTF-8")

    def _next(self, call: Call, after: str) -> str:
        query = {name: values[-1] for name, values in call.request.query.items()} | {"after": after}
        return f"{self._base()}{call.request.path}?{urlencode(query)}"

    def _medium(self, call: Call) -> PublishedPost:
        post = self._world.posts.get(("instagram", call.node))
        if post is None or post.account is not call.account:
            raise unknown(call.node)
        return post

    def _comment(self, call: Call) -> PostedComment:
        comment = self._world.comments.get(("instagram", call.node))
        if comment is None or comment.deleted or comment.post is None or comment.post.account is not call.account:
            raise unknown(call.node)
        return comment

    # --- acting ---------------------------------------------------------------------------------------------------

    def _hide(self, call: Call) -> Answer:
        hide = call.request.one("hide") or call.request.form().get("hide", "")
        if hide not in ("true", "false"):
            raise Refusal(error("(#100) Param hide must be a boolean", 100, kind="OAuthException"))
        comment = self._comment(call)
        if comment.author is call.account:
            # "Comments made by media object owners on their own media will always be displayed, even if hide=true".
            self._world.record("instagram", "hide", comment.native_id, effective=False, detail="the owner's own")
        else:
            (self._world.hide if hide == "true" else self._world.release)("instagram", comment.native_id)
        return Answer(body={"success": True})

    def _remove(self, call: Call) -> Answer:
        comment = self._comment(call)
        self._world.delete("instagram", comment.native_id, event="remove", detail="by the API")
        return Answer(body={"success": True})

    def _renew(self, call: Call) -> Answer:
        if call.request.one("grant_type") != "ig_refresh_token":
            raise Refusal(error("Invalid grant_type", 100))
        if self._world.clock() - call.grant.issued_at < INSTAGRAM_MIN_AGE:
            raise Refusal(error("The access token is younger than 24 hours and cannot be refreshed yet", 10))
        token = self._tokens.new(call.account, "access", INSTAGRAM_LASTS)
        lasts_s = int(INSTAGRAM_LASTS.total_seconds())
        permissions = "instagram_business_basic,instagram_business_manage_comments"
        body = {"access_token": token, "token_type": "bearer", "expires_in": lasts_s, "permissions": permissions}
        return Answer(body=body)


def error(
    message: str, code: int, subcode: int = 0, *, kind: str = "OAuthException", transient: bool = False
) -> Answer:
    """An error as the Graph API shapes it."""
    body: Json = {"message": message, "type": kind, "code": code, "fbtrace_id": "AsAndBoxTraceId0000000"}
    if subcode:
        body["error_subcode"] = subcode
    if transient:
        body["is_transient"] = True
    return Answer(400, {"error": body}, content_type="application/json; charset=UTF-8")


def unknown(node: str) -> Refusal:
    words = (
        f"Unsupported get request. Object with ID '{node}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation"
    )
    return Refusal(error(words, 100, 33, kind="GraphMethodException"))


def token_invalid() -> Answer:
    return error("Error validating access token: the session has been invalidated", 190, 460)


def throttled() -> Answer:
    return error("There have been too many calls to this Instagram account. Wait a bit and try again.", 80002)


def usage_header(account_id: str, percent: int, wait_minutes: int) -> dict[str, str]:
    """Business use case usage: per cent of what is allowed in 24 hours, and minutes until calls are taken again."""
    usage: Json = {
        "type": "instagram",
        "call_count": percent,
        "total_cputime": percent // 2,
        "total_time": percent // 2,
        "estimated_time_to_regain_access": wait_minutes,
    }
    return {"X-Business-Use-Case-Usage": json.dumps({account_id: [usage]})}
