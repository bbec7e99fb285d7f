"""One author, explained: names, standing, strikes, bans, notes, and what they wrote last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from moderator.domain import Author, Ban, Comment, Decision, Ruling, Standing
from moderator.policy.limits import Policy
from moderator.policy.strikes import counted, hold_ends_at
from moderator.store import authors, bans, comments, decisions, followups
from moderator.store.authors import AuthorKey, Known, Note
from moderator.store.database import Transaction
from moderator.store.followups import Reached

LOOKED_THROUGH = 500


@dataclass(frozen=True, slots=True)
class AboutAuthor:
    """Everything known about one author. Accounts that a person linked stand together as one."""

    known: Known
    accounts: tuple[AuthorKey, ...]  # this one among them
    names: tuple[tuple[Author, datetime], ...]  # each with since when, oldest first
    standing: Standing
    counting: frozenset[str]  # the comments whose strikes count now
    on_hold_until: datetime | None
    bans: tuple[Ban, ...]  # ever, newest first
    steps: tuple[Reached, ...]
    notes: tuple[Note, ...]  # oldest first
    wrote: tuple[Comment, ...]  # newest first
    latest: Mapping[str, Decision]  # on what they wrote, by comment

    @property
    def linked(self) -> tuple[AuthorKey, ...]:
        return tuple(key for key in self.accounts if key != self.known.key)


def gather(tx: Transaction, known: Known, policy: Policy, now: datetime, last: int) -> AboutAuthor:
    """Read it all as of one moment, with the `last` comments of theirs."""
    accounts = authors.groups(tx, [known.key])[known.key]
    standing = authors.standing_of(tx, known.key, now, policy.strikes)
    wrote = comments.by_authors(tx, accounts, last)
    return AboutAuthor(
        known=known,
        accounts=accounts,
        names=tuple(authors.names(tx, known.platform, known.author.native_id)),
        standing=standing,
        counting=frozenset(strike.comment_id for strike in counted(standing, policy, now)),
        on_hold_until=hold_ends_at(standing, policy, now),
        bans=tuple(bans.of_authors(tx, accounts)),
        steps=tuple(followups.steps_of(tx, accounts)),
        notes=tuple(authors.notes(tx, accounts)),
        wrote=tuple(wrote),
        latest=decisions.latest_of(tx, [comment.id for comment in wrote]),
    )


def latest_out_of_sight(tx: Transaction, key: AuthorKey) -> Comment | None:
    """What a ban is for where nobody says otherwise: the author's latest comment that a decision keeps out of sight."""
    theirs = comments.by_authors(tx, [key], LOOKED_THROUGH)
    latest = decisions.latest_of(tx, [comment.id for comment in theirs])
    hidden = (each for each in theirs if each.id in latest and latest[each.id].ruling.gravity >= Ruling.HIDE.gravity)
    return next(hidden, None)


def is_in_force(ban: Ban, now: datetime) -> bool:
    return ban.ended_at is None and (ban.until is None or ban.until > now)


def as_facts(about: AboutAuthor, now: datetime) -> dict[str, Any]:
    """The same for a script: what `moderator author show --json` says."""
    known, standing = about.known, about.standing
    return {
        "author": asdict(known.author) | {"platform": known.platform, "first_seen_at": known.first_seen_at},
        "linked": [f"{platform}:{native_id}" for platform, native_id in about.linked],
        "names": [
            {"handle": name.handle, "display_name": name.display_name, "since": since} for name, since in about.names
        ],
        "comments": standing.comments,
        "hidden": standing.hidden,
        "strikes": [asdict(strike) | {"counts": strike.comment_id in about.counting} for strike in standing.strikes],
        "on_hold_until": about.on_hold_until,
        "bans": [_ban(ban, now) for ban in about.bans],
        "steps": [asdict(step) for step in about.steps],
        "notes": [asdict(note) for note in about.notes],
        "wrote": [
            {
                "id": comment.id,
                "posted_at": comment.posted_at,
                "ruling": about.latest[comment.id].ruling.value if comment.id in about.latest else "",
                "text": comment.text,
            }
            for comment in about.wrote
        ],
    }


def _ban(ban: Ban, now: datetime) -> dict[str, Any]:
    return {
        "id": ban.id,
        "means": ban.means.value,
        "by": ban.by.name,
        "at": ban.at,
        "until": ban.until,
        "why": ban.why,
        "comment": ban.comment_id,
        "in_force": is_in_force(ban, now),
        "ended_at": ban.ended_at,
        "ended_by": ban.ended_by,
    }
