"""The arithmetic of the audit chain: what binds each event to the one before it. Pure; no statement is written here.

Each event has a salt of its own and two seals, both HMAC-SHA256 under the chain's key, in hexadecimal:

    commitment = HMAC(key, salt and facts)
    link       = HMAC(key, link before, commitment, school, number, time, event, actor, comment, account)

The facts of an event can be erased together with their salt: the commitment stays, so the chain stays whole, and without
the salt nobody can find out by trying what the facts were. All other columns are bound in the clear. The head of the chain
(how many events, and the last link) is sealed too, so that whoever has no key cannot set it back.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SALT_BYTES = 16
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the trail. `actor` is who did it: a person, "policy", "moderator" or a platform's name."""

    event: str
    at: datetime
    actor: str
    comment_id: str = ""
    account_id: str = ""
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: how many events it has, and the last one's link. It may be told to anybody."""

    events: int = 0
    link: str = ""

    def __str__(self) -> str:
        return f"{self.events}:{self.link}"


@dataclass(frozen=True, slots=True)
class Entry:
    """An event with its place in the chain: `number` counts from 1 without a gap."""

    number: int
    event: Event
    salt: str  # empty once the facts are erased
    commitment: str
    link: str


def derived_key(store_key: str) -> bytes:
    """The chain's key where none of its own is given, from a database key of 64 hexadecimal digits (RFC 5869)."""
    return HKDF(SHA256(), KEY_BYTES, None, b"moderator audit chain").derive(bytes.fromhex(store_key))


def chained(key: bytes, school_id: str, head: Head, events: Sequence[Event]) -> list[Entry]:
    """The events as they follow on `head`, each with a fresh salt. Their words must be storable already."""
    salts = os.urandom(SALT_BYTES * len(events)).hex()
    entries: list[Entry] = []
    before, width = head.link, 2 * SALT_BYTES
    for index, event in enumerate(events):
        number, salt = head.events + index + 1, salts[index * width : (index + 1) * width]
        committed = commitment(key, salt, event.facts)
        before = link(key, before, committed, school_id, number, event)
        entries.append(Entry(number, event, salt, committed, before))
    return entries


def commitment(key: bytes, salt: str, facts: Mapping[str, str | int]) -> str:
    return _seal(key, ["facts", salt, dict(facts)])


def link(key: bytes, before: str, committed: str, school_id: str, number: int, event: Event) -> str:
    at = event.at.astimezone(UTC).isoformat(timespec="microseconds")
    clear = [school_id, number, at, event.event, event.actor, event.comment_id, event.account_id]
    return _seal(key, ["link", before, committed, *clear])


def head_seal(key: bytes, school_id: str, head: Head) -> str:
    """What the head is stored with: only who has the key can make it."""
    return _seal(key, ["head", school_id, head.events, head.link])


def same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _seal(key: bytes, parts: list[object]) -> str:
    # The first part says what is sealed, so that a seal of one kind is never one of another.
    return hmac.digest(key, _CANONICAL.encode(parts).encode("ascii"), "sha256").hex()
