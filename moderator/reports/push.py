"""Web Push: a subscription and a few counts in, what the push service answered out.

pywebpush encrypts for the browser and py_vapid signs for the school; httpx carries it, so that no redirect is followed, no
answer is read at length, and no address is asked but those of push services. The payload is the same for everyone to see:
how urgent, how many.
"""

from __future__ import annotations

import ipaddress
import json
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from moderator.errors import ConfigError
from moderator.settings.hosts import is_loopback
from moderator.store.pushes import Subscription

TTL_S = 1800
"""How long a push service keeps a message for a phone that is off. By then the alert was told again."""
TIMEOUT_S = 10.0
SIGNED_FOR = timedelta(hours=12)
_CURVE_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_BASE64URL = r"^[A-Za-z0-9_-]{%s}={0,2}$"

Severity = Literal["urgent", "digest", "test"]


class Payload(BaseModel):
    """All that a push says. It travels encrypted, and still holds nothing that could harm anybody."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    severity: Severity
    urgent: int = Field(ge=0)
    waiting: int = Field(ge=0)


class Went(StrEnum):
    """What became of a push."""

    SENT = "sent"
    GONE = "gone"  # 404, 410: the browser took its permission back
    LATER = "later"  # 429, 5xx, no answer in time
    REFUSED = "refused"  # 413 and all else: trying again changes nothing


@dataclass(frozen=True, slots=True)
class Answer:
    """What a push service said, without its words."""

    went: Went
    detail: str
    retry_after: timedelta | None = None


class Keys(BaseModel):
    p256dh: Annotated[str, Field(pattern=_BASE64URL % "87")]
    auth: Annotated[str, Field(pattern=_BASE64URL % "22")]


class FromBrowser(BaseModel):
    """A PushSubscription as JSON.stringify writes it: https://www.w3.org/TR/push-api/ (read 2026-11-22)."""

    endpoint: Annotated[str, Field(max_length=2000)]
    keys: Keys


def read_subscription(text: str, person: str, role: str, hosts: Iterable[str], loopback: bool) -> Subscription:
    """What a browser gave to `person`. Raises ConfigError where it is none, or names no push service we know."""
    try:
        given = FromBrowser.model_validate_json(text)
    except ValidationError:
        # Without the chain: pydantic's own text repeats the keys.
        raise ConfigError(
            "This is no push subscription. It is the JSON that the browser gives: "
            '{"endpoint": "https://…", "keys": {"p256dh": "…", "auth": "…"}}'
        ) from None
    if fault := endpoint_fault(given.endpoint, hosts, loopback):
        raise ConfigError(f"The endpoint of this subscription {fault}.")
    return Subscription(given.endpoint, given.keys.p256dh, given.keys.auth, person, role)


def endpoint_fault(endpoint: str, hosts: Iterable[str], loopback: bool) -> str:
    """Why nothing is sent to an endpoint; "" if it is one of a push service. Whoever subscribes names the address, so that
    it could be any host of the school's network."""
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "is no address"
    if parts.username is not None or parts.password is not None:
        return "must hold no user name and password"
    if loopback and is_loopback(host) and parts.scheme in ("http", "https"):
        return ""
    if parts.scheme != "https" or port not in (None, 443):
        return "must begin with https:// and name no port"
    if not any(host == known or host.endswith(f".{known}") for known in hosts):
        return "is on no push service that we know; push_hosts in moderator.toml names others"
    return ""


def points_inside(host: str) -> bool:
    """Whether a name stands for an address that is not on the open internet. One that cannot be looked up does not: behind a
    proxy it is the proxy that does that."""
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return any(not ipaddress.ip_address(str(address[0]).partition("%")[0]).is_global for *_, address in found)


class Pusher:
    """Sends pushes in the school's name. Safe to share between threads."""

    def __init__(
        self, key: str, contact: str, hosts: Iterable[str], *, loopback: bool = False, timeout_s: float = TIMEOUT_S
    ) -> None:
        """`key` is 64 hexadecimal digits; `contact` is an e-mail address that push services may write to."""
        self._key, self._contact, self._hosts, self._loopback = key, contact, tuple(hosts), loopback
        self._client = httpx.Client(timeout=httpx.Timeout(timeout_s, pool=None), follow_redirects=False)

    def send(self, to: Subscription, payload: Payload, topic: str, now: datetime) -> Answer:
        """Hand one push over. Nothing is raised: what went wrong is in the answer.

        Of those with the same `topic`, up to 32 letters, a phone that was off is shown the latest only.
        """
        host = urlsplit(to.endpoint).hostname or ""
        if endpoint_fault(to.endpoint, self._hosts, self._loopback):
            return Answer(Went.REFUSED, "its address is no push service's")
        if not is_loopback(host) and points_inside(host):
            return Answer(Went.REFUSED, "its address is inside a private network")
        try:
            headers = self._headers(to, topic, now)
            body = encrypted(to, payload)
        except ValueError:
            return Answer(Went.REFUSED, "its keys are no keys")
        try:
            with self._client.stream("POST", to.endpoint, content=body, headers=headers) as response:
                return answer_of(response, now)  # Its words are not read: nobody needs them, and they may never end.
        except httpx.TimeoutException:
            return Answer(Went.LATER, "no answer in time")
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            return Answer(Went.LATER, type(error).__name__)

    def _headers(self, to: Subscription, topic: str, now: datetime) -> dict[str, str]:
        parts = urlsplit(to.endpoint)
        claims: dict[str, str | int] = {
            "sub": f"mailto:{self._contact}",
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int((now + SIGNED_FOR).timestamp()),
        }
        signed: dict[str, str] = vapid(self._key).sign(claims)
        return signed | {
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(TTL_S),
            "Urgency": "high",
            "Topic": topic,
        }


def encrypted(to: Subscription, payload: Payload) -> bytes:
    """The payload for this browser only (RFC 8291). Raises ValueError where its keys are none."""
    from pywebpush import WebPusher, WebPushException

    info = {"endpoint": to.endpoint, "keys": {"p256dh": to.p256dh, "auth": to.auth}}
    try:
        body: bytes = WebPusher(info).encode(json.dumps(payload.model_dump()).encode())["body"]
    except WebPushException as error:
        raise ValueError("no keys") from error
    return body


def answer_of(response: httpx.Response, now: datetime) -> Answer:
    """https://www.rfc-editor.org/rfc/rfc8030 sections 5 and 8 (read 2026-11-22): 201 is the answer to a push that was taken."""
    status = response.status_code
    if 200 <= status <= 202:
        return Answer(Went.SENT, str(status))
    if status in (404, 410):
        return Answer(Went.GONE, str(status))
    if status == 429 or status >= 500:
        return Answer(Went.LATER, str(status), _retry_after(response.headers.get("Retry-After", ""), now))
    return Answer(Went.REFUSED, str(status))


def _retry_after(said: str, now: datetime) -> timedelta | None:
    """The header's seconds or date, as time from now."""
    if said.isascii() and said.isdigit():
        return timedelta(seconds=min(int(said), 86_400))
    try:
        return max(parsedate_to_datetime(said) - now, timedelta())
    except (ValueError, TypeError):
        return None


def public_key(key: str) -> str:
    """What a browser is given as `applicationServerKey` when it subscribes: base64url of 65 bytes."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from py_vapid.utils import b64urlencode

    point = vapid(key).public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return str(b64urlencode(point))


def vapid(key: str) -> Any:
    """The signing key, from the 64 hexadecimal digits of its file."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from py_vapid import Vapid02

    # Nearly all 256-bit numbers are private keys of this curve; the few that are none are folded onto one.
    number = int(key, 16) % (_CURVE_ORDER - 1) + 1
    # Its check of mail addresses knows no host without a dot.
    return Vapid02(ec.derive_private_key(number, ec.SECP256R1()), conf={"no-strict": True})
