"""Who may call: the tokens the sandbox gave out, until when they hold, and how they are renewed.

Those of a fresh sandbox depend on the account alone, so a credential file stays valid when the sandbox starts again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from moderator.sandbox.state import OpenAccount
from moderator.sandbox.world import World

X_ACCESS_LASTS = timedelta(hours=2)  # the authorization code flow's page at docs.x.com
GOOGLE_ACCESS_LASTS = timedelta(hours=1)
INSTAGRAM_LASTS = timedelta(
    days=60
)  # https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token
INSTAGRAM_MIN_AGE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token stands for. `expires_at` None: it holds until revoked."""

    account: OpenAccount
    kind: str  # "oauth1", "access", "refresh"
    issued_at: datetime
    expires_at: datetime | None = None


class Tokens:
    """Every token known to the sandbox, by its text."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._grants: dict[str, Grant] = {}
        self._begun: set[int] = set()  # accounts that have their first tokens
        self._renewals = 0

    def credentials(self, platform: str, kind: str = "", handle: str | None = None) -> dict[str, str]:
        """A full set for an adapter. `kind` for X: "oauth1" (default) or "oauth2". Raises LookupError without account."""
        with self._world.lock:
            self._begin()
            account = self._world.account(platform, handle)
            client = {
                "client_id": self._secret(platform, "client id"),
                "client_secret": self._secret(platform, "client"),
            }
            match platform, kind:
                case "x", "oauth2":
                    access, refresh = self._secret(account, "access"), self._secret(account, "refresh")
                    return {"kind": "oauth2", **client, "access_token": access, "refresh_token": refresh}
                case "x", _:
                    consumer = {"consumer_key": self._consumer_key, "consumer_secret": self._secret("x", "consumer")}
                    access, secret = self._oauth1_token(account), self._secret(account, "oauth1 secret")
                    return {"kind": "oauth1", **consumer, "access_token": access, "access_token_secret": secret}
                case "youtube", _:
                    return {**client, "refresh_token": self._secret(account, "refresh")}
                case _:
                    return {"access_token": self._instagram_token(account)}

    def grant(self, token: str, platform: str, *kinds: str) -> Grant | None:
        """What this token stands for, or None where it is unknown, expired or of another kind."""
        with self._world.lock:
            self._begin()
            grant = self._grants.get(token)
            if grant is None or grant.account.platform != platform or grant.kind not in kinds:
                return None
            return None if grant.expires_at is not None and self._world.clock() >= grant.expires_at else grant

    def oauth1_grant(self, consumer_key: str, token: str) -> Grant | None:
        return self.grant(token, "x", "oauth1") if consumer_key == self._consumer_key else None

    def is_client(self, platform: str, client_id: str, client_secret: str | None) -> bool:
        """Whether the app is known; a None secret is not asked for (a public client)."""
        return client_id == self._secret(platform, "client id") and client_secret in (
            None,
            self._secret(platform, "client"),
        )

    def new(self, account: OpenAccount, kind: str, lasts: timedelta | None = None) -> str:
        """A fresh token for the account."""
        with self._world.lock:
            self._renewals += 1
            prefix = "IGAA" if account.platform == "instagram" else ""
            token = prefix + self._secret(account, f"{kind} {self._renewals} {self._world.clock().timestamp()}")
            self._issue(token, account, kind, lasts)
            return token

    def spend(self, token: str) -> None:
        """A token that holds for one use only."""
        self._grants.pop(token, None)

    def expire_access(self, platform: str) -> None:
        """Every access token of the platform that can run out has run out now; refresh tokens hold."""
        with self._world.lock:
            self._begin()
            for token, grant in self._grants.items():
                if grant.account.platform == platform and grant.kind == "access":
                    now = self._world.clock()
                    self._grants[token] = Grant(grant.account, grant.kind, grant.issued_at, now)

    def _begin(self) -> None:
        """Issue the first tokens of accounts opened since we last looked."""
        for account in self._world.accounts:
            if id(account) in self._begun:
                continue
            self._begun.add(id(account))
            match account.platform:
                case "x":
                    self._issue(self._oauth1_token(account), account, "oauth1", None)
                    self._issue(self._secret(account, "access"), account, "access", X_ACCESS_LASTS)
                    self._issue(self._secret(account, "refresh"), account, "refresh", None)
                case "youtube":
                    self._issue(self._secret(account, "refresh"), account, "refresh", None)
                case _:
                    # Two days old already, so that it may be renewed at once.
                    old = timedelta(days=2)
                    self._issue(self._instagram_token(account), account, "access", INSTAGRAM_LASTS - old, age=old)

    def _issue(
        self, token: str, account: OpenAccount, kind: str, lasts: timedelta | None, age: timedelta = timedelta()
    ) -> None:
        now = self._world.clock()
        self._grants[token] = Grant(account, kind, now - age, now + lasts if lasts else None)

    @property
    def _consumer_key(self) -> str:
        return self._secret("x", "consumer key")[:25]

    def _oauth1_token(self, account: OpenAccount) -> str:
        return f"{account.native_id}-{self._secret(account, 'oauth1')}"  # tweepy reads the id from its first part

    def _instagram_token(self, account: OpenAccount) -> str:
        return "IGAA" + self._secret(account, "access")

    def _secret(self, owner: OpenAccount | str, what: str) -> str:
        name = owner if isinstance(owner, str) else f"{owner.platform} {owner.native_id}"
        return self._world.ids.secret(f"{name} {what}", 40)
