"""Who we are to X: OAuth 1.0a tokens that last, or OAuth 2.0 tokens that live two hours and are renewed.

tweepy does not renew (https://github.com/tweepy/tweepy/issues/1911). A refresh token works once, so the new pair is saved
before it is first used. https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code (read 2026-11-22)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import requests
import tweepy
from pydantic import BaseModel, ValidationError
from requests.auth import AuthBase

from moderator.errors import ConfigError, LoginExpired, StoreError, Unavailable
from moderator.platforms.base import Tokens
from moderator.platforms.x.transport import TWEEPY_HOST

OAUTH1_KEYS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
OAUTH2_KEYS = ("client_id", "access_token", "refresh_token")


class Login(Protocol):
    """One way of being let in. `user_auth` is what tweepy's methods want to be told about it."""

    user_auth: bool

    def client(self) -> Any:
        """A tweepy.Client that sends this login's tokens."""

    def signature(self) -> AuthBase | None:
        """What signs a request to another host than tweepy's, where requests are signed."""

    def ready(self) -> None:
        """Raises Unavailable where renewed tokens could not be kept."""

    def renew(self, client: Any) -> bool:
        """Give the client a fresh token; False where this login has none to give. Raises PlatformError."""

    def scopes(self) -> frozenset[str]:
        """What the token is known to allow; empty where X never said."""


def login_from(credentials: Mapping[str, str], tokens: Tokens) -> Login:
    """Raises ConfigError, which names every missing key."""
    kinds = {"oauth1": OAUTH1_KEYS, "oauth2": OAUTH2_KEYS}
    kind = credentials.get("kind", "")
    if kind not in kinds:
        raise ConfigError(f'X credentials: "kind" must be "oauth1" or "oauth2", got "{kind}".')
    held = {**credentials, **(tokens.load() if kind == "oauth2" else {})}
    missing = [key for key in kinds[kind] if not held.get(key)]
    if missing:
        raise ConfigError(f"X credentials ({kind}): {', '.join(missing)} missing. X's developer console shows them.")
    return OAuth1(credentials) if kind == "oauth1" else OAuth2(credentials, tokens)


class OAuth1:
    """Tokens of OAuth 1.0a: they last until somebody revokes them."""

    user_auth = True

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self._keys = [credentials[key] for key in OAUTH1_KEYS]

    def client(self) -> Any:
        consumer_key, consumer_secret, access_token, access_token_secret = self._keys
        return tweepy.Client(
            consumer_key=consumer_key,
            consumer_secret=consumer_secret,
            access_token=access_token,
            access_token_secret=access_token_secret,
            return_type=requests.Response,
        )

    def signature(self) -> AuthBase | None:
        signature: AuthBase = tweepy.OAuth1UserHandler(*self._keys).apply_auth()
        return signature

    def ready(self) -> None:
        """Nothing to keep."""

    def renew(self, client: Any) -> bool:
        return False

    def scopes(self) -> frozenset[str]:
        return frozenset()


class Renewed(BaseModel):
    """X's answer to a refresh token."""

    access_token: str
    refresh_token: str = ""
    scope: str = ""


class OAuth2:
    """Tokens of OAuth 2.0 with PKCE, renewed when X no longer takes the access token."""

    user_auth = False

    def __init__(self, credentials: Mapping[str, str], tokens: Tokens) -> None:
        self._client_id, self._client_secret = credentials["client_id"], credentials.get("client_secret", "")
        self._tokens = tokens
        self._held: dict[str, str] = {**credentials, **tokens.load()}
        self._saved = True

    def client(self) -> Any:
        return tweepy.Client(self._held["access_token"], return_type=requests.Response)

    def signature(self) -> AuthBase | None:
        return None

    def scopes(self) -> frozenset[str]:
        return frozenset(self._held.get("scope", "").split())

    def ready(self) -> None:
        """Save a renewed pair before it is used; the old refresh token is worth nothing any more."""
        if self._saved:
            return
        try:
            self._tokens.save({key: self._held[key] for key in Renewed.model_fields if key in self._held})
        except (OSError, StoreError) as error:
            raise Unavailable(f"X's renewed tokens could not be saved; trying again. {error}") from error
        self._saved = True

    def renew(self, client: Any) -> bool:
        kept = self._kept()
        if kept.get("access_token", "") not in ("", self._held["access_token"]):
            self._held |= kept  # Another process renewed them; our refresh token is spent.
        else:
            fresh = self._ask_for_new(client.session)
            self._held |= {key: value for key, value in fresh.model_dump().items() if value}
            self._saved = False
        client.bearer_token = self._held["access_token"]
        self.ready()
        return True

    def _kept(self) -> dict[str, str]:
        try:
            return self._tokens.load()
        except (OSError, StoreError):
            return {}  # What cannot be read any more is replaced by what we are about to save.

    def _ask_for_new(self, session: requests.Session) -> Renewed:
        form = {"grant_type": "refresh_token", "refresh_token": self._held["refresh_token"]}
        secret = (self._client_id, self._client_secret) if self._client_secret else None
        if secret is None:
            form["client_id"] = self._client_id
        try:
            response = session.post(f"{TWEEPY_HOST}/2/oauth2/token", data=form, auth=secret)
        except requests.RequestException as error:
            raise Unavailable(f"X could not be reached to renew the token ({type(error).__name__}).") from error
        if response.status_code in (400, 401, 403):
            raise LoginExpired(
                "X no longer renews the account's token (revoked, or used by another program). "
                "Make new keys (docs/connect-x.md), replace the credential file, then run: moderator check"
            )
        try:
            return Renewed.model_validate_json(response.content)
        except ValidationError:
            # Not chained: pydantic's message would show what it could not read, which may be a token.
            raise Unavailable(f"X did not renew the token (status {response.status_code}); trying again.") from None
