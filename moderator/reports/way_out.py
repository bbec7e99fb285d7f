"""The link of a letter by which its recipient may ask for a rest from letters of its kind: theirs alone, and for a while."""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LASTS = timedelta(days=92)
_FOR = b"a rest from letters"


@dataclass(frozen=True, slots=True)
class WayOut:
    """Who asks for a rest from what."""

    address: str
    kind: str


def token_of(audit_key: str, way_out: WayOut, now: datetime) -> str:
    """`audit_key` is 64 hexadecimal digits; nobody without it can make a token."""
    last = (now + LASTS).date().isoformat()
    told = json.dumps([way_out.address, way_out.kind, last], ensure_ascii=False).encode()
    return f"{_packed(told)}.{_packed(_seal(audit_key, told))}"


def read_token(audit_key: str, token: str, now: datetime) -> WayOut | None:
    """None for a token that is not ours, or too old."""
    told, _, seal = token.partition(".")
    try:
        body = _unpacked(told)
        if not hmac.compare_digest(_seal(audit_key, body), _unpacked(seal)):
            return None
        address, kind, last = json.loads(body)
    except ValueError:
        return None
    over = datetime.fromisoformat(last).replace(tzinfo=UTC) + timedelta(days=1)
    return WayOut(address, kind) if now < over else None


def _seal(audit_key: str, told: bytes) -> bytes:
    key = hmac.digest(bytes.fromhex(audit_key), _FOR, "sha256")
    return hmac.digest(key, told, "sha256")[:16]


def _packed(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
