"""A link that lets somebody in: its address, its picture for a phone's camera, and a new one for a name and a role."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import segno

from moderator.policy.authority import Role
from moderator.store import invites, users
from moderator.store.database import Database

QUIET = 4
"""Empty modules around a code, which cameras need (ISO/IEC 18004)."""


def address_of(origin: str, token: str) -> str:
    return f"{origin.rstrip('/')}/welcome/{token}"


def invite_link(database: Database, origin: str, name: str, role: Role, now: datetime, by: str = "moderator") -> str:
    """A link by which this user makes a passkey, once and within 15 minutes. The user is added where there is none yet."""
    with database.transaction() as tx:
        user = users.find(tx, name) or users.add(tx, name, role, by, now)
        return address_of(origin, invites.make(tx, user, by, now))


@dataclass(frozen=True, slots=True)
class Picture:
    """A QR code as an SVG draws it: a square of `size` modules, and one path over those that are dark."""

    size: int
    path: str


def picture_of(link: str) -> Picture:
    rows = segno.make_qr(link, error="m").matrix
    drawn = "".join(_row(bytes(row), y + QUIET) for y, row in enumerate(rows))
    return Picture(len(rows) + 2 * QUIET, drawn)


def _row(row: bytes, y: int) -> str:
    x, drawn = QUIET, ""
    for dark, run in groupby(row):
        length = len(list(run))
        drawn += f"M{x} {y}h{length}v1h-{length}z" if dark else ""
        x += length
    return drawn


def for_terminal(link: str) -> str:
    """The same in letters, two modules high each."""
    out = io.StringIO()
    segno.make_qr(link, error="l").terminal(out, compact=True)
    return out.getvalue()
