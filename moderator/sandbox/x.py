"""Answers as X's API v2 does, in the spelling of its OpenAPI document 2.166 (or, asked to, of 2.167).

Made after that document and the guides at https://docs.x.com/x-api. Nothing here opens a socket.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from moderator.sandbox.messages import Answer, Json, Refusal, Request
from moderator.sandbox.state import OpenAccount, Person, PostedComment, PublishedPost, Status
from moderator.sandbox.tokens import X_ACCESS_LASTS, Tokens
from moderator.sandbox.world import World
from moderator.sandbox.x_parameters import bounds, ids, page, same, size
from moderator.sandbox.x_problems import client_forbidden, forbidden, invalid, not_found, partial, problem
from moderator.sandbox.x_search import LONGEST_QUERY, parse
from moderator.sandbox.x_tweets import Tweets

WINDOW = timedelta(minutes=15)
NEWEST_MENTIONS = 800
SEARCH_DAYS = timedelta(days=7)
LIMITS = {  # calls per user in 15 minutes: https://docs.x.com/x-api/fundamentals/rate-limits
    "me": 75, "users": 900, "mentions": 300, "posts": 900, "lookup": 5000, "search": 300, "hide": 50,
    "mute": 50, "unmute": 50, "muted": 15, "blocked": 15, "block": 50,
}  # fmt: skip


@dataclass
class Window:
    """One user's calls of one endpoint within a quarter of an hour."""

    resets_at: datetime
    calls: int = 0


class X:
    """The whole of X that a moderator meets.

    `limits` (calls per window, by endpoint) and `post_cap` (posts read in a month, None: no cap) may be changed while it
    runs. `spelling` "post" answers with the names of 2.167, where `author_id` and its like come by expansion only.
    `missing_status` is what hiding a post that is gone comes back as: 404, or 200 with `errors` and no data.
    """

    def __init__(self, world: World, tokens: Tokens) -> None:
        self.limits = dict(LIMITS)
        self.post_cap: int | None = None
        self.spelling = "tweet"
        self.missing_status = 404
        self._world, self._tokens = world, tokens
        self._tweets = Tweets(world)
        self._windows: dict[tuple[str, str], Window] = {}
        self._read: dict[str, set[str]] = {}  # by UTC day: a post read twice on a day counts once
        number = r"([0-9]{1,19})"
        self._routes: list[tuple[str, re.Pattern[str], str, Callable[..., Answer]]] = [
            ("GET", re.compile(r"/2/users/me"), "me", self._me),
            ("GET", re.compile(r"/2/users"), "users", self._users),
            ("GET", re.compile(rf"/2/users/{number}/mentions"), "mentions", self._mentions),
            ("GET", re.compile(rf"/2/users/{number}/tweets"), "posts", self._posts),
            ("GET", re.compile(r"/2/tweets"), "lookup", self._lookup),
            ("GET", re.compile(r"/2/tweets/search/recent"), "search", self._search),
            ("PUT", re.compile(rf"/2/tweets/{number}/hidden"), "hide", self._hide),
            ("POST", re.compile(rf"/2/users/{number}/muting"), "mute", self._mute),
            ("DELETE", re.compile(rf"/2/users/{number}/muting/{number}"), "unmute", self._unmute),
            ("GET", re.compile(rf"/2/users/{number}/muting"), "muted", self._muted),
            ("GET", re.compile(rf"/2/users/{number}/blocking"), "blocked", self._blocked),
            ("POST", re.compile(rf"/2/users/{number}/blocking"), "block", self._block),
            ("DELETE", re.compile(rf"/2/users/{number}/blocking/{number}"), "block", self._block),
        ]

    def answer(self, request: Request) -> Answer:
        if (request.method, request.path) == ("POST", "/2/oauth2/token"):
            return self._renew(request)
        for method, pattern, name, handler in self._routes:
            if method == request.method and (match := pattern.fullmatch(request.path)):
                return self._answer(request, name, handler, match.groups())
        return problem(404, "Not Found", "Not Found")

    def targets(self, request: Request) -> list[str]:
        """The ids of the comments that a request would change."""
        match = re.fullmatch(r"/2/tweets/([0-9]+)/hidden", request.path)
        return [match[1]] if match and request.writes else []

    @property
    def posts_read(self) -> int:
        """Posts read this month, each counted once a UTC day."""
        month = f"{self._world.clock():%Y-%m}"
        return sum(len(ids) for day, ids in self._read.items() if day.startswith(month))

    # --- before and after each endpoint ---------------------------------------------------------------------------

    def _answer(
        self, request: Request, name: str, handler: Callable[..., Answer], arguments: tuple[str, ...]
    ) -> Answer:
        account = self._caller(request)
        if account is None:
            return problem(401, "Unauthorized", "Unauthorized")
        window = self._window(account, name)
        headers = self._limit_headers(name, window)
        if window.calls >= self.limits[name]:
            return problem(429, "Too Many Requests", "Too Many Requests").with_headers(headers)
        window.calls += 1
        headers = self._limit_headers(name, window)
        if name in ("mentions", "posts", "lookup", "search") and self._capped():
            return usage_capped().with_headers(headers)
        try:
            answer = handler(request, account, *arguments)
        except Refusal as refusal:
            answer = refusal.answer
        return answer.with_headers(headers)

    def _caller(self, request: Request) -> OpenAccount | None:
        """Whose token this is. OAuth 1.0a signatures are not computed anew: the client signed for the vendor's host."""
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        if scheme == "OAuth":
            fields = dict(re.findall(r'(oauth_\w+)="([^"]*)"', rest))
            signed = fields.get("oauth_signature", "")
            grant = self._tokens.oauth1_grant(fields.get("oauth_consumer_key", ""), fields.get("oauth_token", ""))
            return grant.account if grant and signed else None
        grant = self._tokens.grant(rest, "x", "access") if scheme == "Bearer" else None
        return grant.account if grant else None

    def _window(self, account: OpenAccount, name: str) -> Window:
        now, key = self._world.clock(), (account.native_id, name)
        window = self._windows.get(key)
        if window is None or now >= window.resets_at:
            window = self._windows[key] = Window(now + WINDOW)
        return window

    def _limit_headers(self, name: str, window: Window) -> dict[str, str]:
        return {
            "x-rate-limit-limit": str(self.limits[name]),
            "x-rate-limit-remaining": str(max(0, self.limits[name] - window.calls)),
            "x-rate-limit-reset": str(int(window.resets_at.timestamp())),
        }

    def _capped(self) -> bool:
        return self.post_cap is not None and self.posts_read >= self.post_cap

    def _count(self, native_ids: list[str]) -> None:
        self._read.setdefault(f"{self._world.clock():%Y-%m-%d}", set()).update(native_ids)

    # --- reading --------------------------------------------------------------------------------------------------

    def _me(self, request: Request, account: OpenAccount) -> Answer:
        return Answer(body={"data": self._tweets.user(account, request.many("user.fields"))})

    def _users(self, request: Request, account: OpenAccount) -> Answer:
        wanted = ids(request)
        found = {person.native_id: person for (platform, _), person in self._world.people.items() if platform == "x"}
        fields = request.many("user.fields")
        data = [self._tweets.user(found[native_id], fields) for native_id in wanted if native_id in found]
        errors = [not_found("user", native_id) for native_id in wanted if native_id not in found]
        return Answer(body=partial({"data": data}, errors))

    def _mentions(self, request: Request, account: OpenAccount, user_id: str) -> Answer:
        school = self._world.people.get(("x", user_id))
        if school is None:
            return Answer(body={"errors": [not_found("user", user_id, "id")]})
        everything = [
            comment
            for comment in self._world.comments_on("x")
            if comment.author is not school and self._tweets.mentions(comment, school.handle)
        ]
        newest = sorted(everything, key=lambda comment: int(comment.native_id), reverse=True)[:NEWEST_MENTIONS]
        return self._timeline(request, list(newest), "pagination_token", (5, 100))

    def _posts(self, request: Request, account: OpenAccount, user_id: str) -> Answer:
        own: list[PublishedPost | PostedComment] = [
            post for post in self._world.posts.values() if post.account.platform == "x"
            and post.account.native_id == user_id
        ]  # fmt: skip
        if "replies" not in request.many("exclude"):
            own += [comment for comment in self._world.comments_on("x") if comment.author.native_id == user_id]
        return self._timeline(request, own, "pagination_token", (5, 100))

    def _search(self, request: Request, account: OpenAccount) -> Answer:
        query = request.one("query")
        if not 1 <= len(query) <= LONGEST_QUERY:
            raise invalid("query", query, f"is not between 1 and {LONGEST_QUERY} characters")
        try:
            test = parse(query)
        except ValueError as error:
            raise invalid("query", query, f"cannot be understood: {error}") from error
        since = self._world.clock() - SEARCH_DAYS
        found = [item for item in self._tweets.everything() if item.at >= since and test(self._tweets.findable(item))]
        token = "next_token" if request.one("next_token") else "pagination_token"
        return self._timeline(request, found, token, (10, 100))

    def _lookup(self, request: Request, account: OpenAccount) -> Answer:
        wanted = ids(request)
        found = {item.native_id: item for item in self._tweets.everything()}
        items = [found[native_id] for native_id in wanted if native_id in found]
        errors = [not_found("tweet", native_id) for native_id in wanted if native_id not in found]
        self._count([item.native_id for item in items])
        return Answer(body=partial(self._tweets.listing(request, items, self.spelling), errors))

    def _timeline(
        self, request: Request, items: list[PublishedPost | PostedComment], token: str, sizes: tuple[int, int]
    ) -> Answer:
        between = bounds(request)
        given, next_token = page(request, token, [item for item in items if between(item)], size(request, *sizes))
        self._count([item.native_id for item in given])
        meta: Json = {"result_count": len(given)}
        if given:
            meta |= {"newest_id": given[0].native_id, "oldest_id": given[-1].native_id}
        if next_token:
            meta["next_token"] = next_token
        return Answer(body={**self._tweets.listing(request, given, self.spelling), "meta": meta})

    # --- acting ---------------------------------------------------------------------------------------------------

    def _hide(self, request: Request, account: OpenAccount, native_id: str) -> Answer:
        hidden = request.json().get("hidden")
        if not isinstance(hidden, bool):
            raise invalid("hidden", str(hidden), "is not a boolean")
        comment = self._world.comments.get(("x", native_id))
        if comment is None and ("x", native_id) in self._world.posts:
            return forbidden("You are not permitted to perform this action.")  # the first post of a conversation
        if comment is None or comment.deleted:
            gone = not_found("tweet", native_id, "tweet_id")
            return Answer(self.missing_status, {"errors": [gone], **({} if self.missing_status == 200 else gone)})
        if comment.post is None or comment.post.account is not account:
            return forbidden("You are not permitted to perform this action.")
        (self._world.hide if hidden else self._world.release)("x", native_id)
        return Answer(body={"data": {"hidden": comment.status == Status.HIDDEN}})

    def _mute(self, request: Request, account: OpenAccount, user_id: str) -> Answer:
        same(account, user_id)
        target_id = str(request.json().get("target_user_id", ""))
        self._world.mute(account, self._person(target_id, "target_user_id"))
        return Answer(body={"data": {"muting": True}})

    def _unmute(self, request: Request, account: OpenAccount, user_id: str, target_id: str) -> Answer:
        same(account, user_id)
        self._world.unmute(account, self._person(target_id, "target_user_id"))
        return Answer(body={"data": {"muting": False}})

    def _muted(self, request: Request, account: OpenAccount, user_id: str) -> Answer:
        same(account, user_id)
        return self._people(request, account.muted)

    def _blocked(self, request: Request, account: OpenAccount, user_id: str) -> Answer:
        same(account, user_id)
        return self._people(request, account.blocked)

    def _block(self, request: Request, account: OpenAccount, *ids: str) -> Answer:
        """Only the Enterprise plan may: https://docs.x.com/x-api/users/blocks/introduction."""
        return client_forbidden()

    def _people(self, request: Request, people: Mapping[str, Person]) -> Answer:
        given, next_token = page(request, "pagination_token", people.values(), size(request, 1, 1000, default=100))
        data = [self._tweets.user(person, request.many("user.fields")) for person in given]
        meta: Json = {"result_count": len(given), **({"next_token": next_token} if next_token else {})}
        return Answer(body={**({"data": data} if data else {}), "meta": meta})

    def _person(self, native_id: str, parameter: str) -> Person:
        person = self._world.people.get(("x", native_id))
        if person is None:
            raise Refusal(Answer(404, {"errors": [not_found("user", native_id, parameter)]}))
        return person

    # --- tokens ---------------------------------------------------------------------------------------------------

    def _renew(self, request: Request) -> Answer:
        """A refresh token holds for one use: the answer brings the next one."""
        form = request.form()
        client_id, secret = form.get("client_id", ""), form.get("client_secret")
        scheme, _, packed = request.headers.get("authorization", "").partition(" ")
        if scheme == "Basic":
            with contextlib.suppress(binascii.Error):
                client_id, _, secret = base64.b64decode(packed).decode("utf-8", "replace").partition(":")
        if not self._tokens.is_client("x", client_id, secret):
            return Answer(
                401, {"error": "unauthorized_client", "error_description": "Missing valid authorization header"}
            )
        if form.get("grant_type") != "refresh_token":
            return Answer(400, {"error": "unsupported_grant_type", "error_description": "Only refresh_token is known."})
        grant = self._tokens.grant(form.get("refresh_token", ""), "x", "refresh")
        if grant is None:
            description = "Value passed for the token was invalid."
            return Answer(400, {"error": "invalid_request", "error_description": description})
        self._tokens.spend(form["refresh_token"])
        scope = "tweet.read users.read tweet.moderate.write mute.read mute.write block.read offline.access"
        renewed = {
            "token_type": "bearer",
            "expires_in": int(X_ACCESS_LASTS.total_seconds()),
            "access_token": self._tokens.new(grant.account, "access", X_ACCESS_LASTS),
            "refresh_token": self._tokens.new(grant.account, "refresh"),
            "scope": scope,
        }
        return Answer(body=renewed)


def usage_capped() -> Answer:
    """A monthly cap, which no waiting mends: https://github.com/xdevplatform/xdk/issues/25."""
    more: Json = {"period": "Monthly", "scope": "Product", "product_name": "standard-basic"}
    return problem(429, "UsageCapExceeded", "Usage cap exceeded: Monthly product cap", "usage-capped", more)
