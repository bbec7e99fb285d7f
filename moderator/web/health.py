"""How things stand: what was read when, what is quiet for the wrong reason, what waits in the outbox. No words of a comment."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from moderator.backups.files import backups_in
from moderator.checkup.freshness import quiet_after
from moderator.domain import Account
from moderator.platforms.street import shown_name
from moderator.reports.health import Note, beside_the_roll
from moderator.settings import Settings
from moderator.store import accounts, audit, comments, decisions, mails, outages, pauses, pushes, reports
from moderator.store.database import Transaction
from moderator.store.mails import MailState, Posted
from moderator.web.access import Watcher
from moderator.web.pages import in_words, render
from moderator.web.site import Here, Site

router = APIRouter()

LOOK_BACK = timedelta(days=14)
GAP = timedelta(hours=1)
LITTLE_ROOM_MIB, NO_ROOM_MIB = 200, 2
MOST_LETTERS = 20
KINDS = {"weekly": "Weekly summary", "governors": "Governors’ totals", "alert": "Alert", "digest": "Digest"}
STATES = {MailState.WAITING: "waiting", MailState.SENT: "done", MailState.GIVEN_UP: "warning"}


@dataclass(frozen=True, slots=True)
class Watched:
    """One account: when it was last read, and what is wrong with it."""

    account: Account
    platform: str
    last_read: datetime | None
    wrong: str  # empty: all is well
    remedy: str


@dataclass(frozen=True, slots=True)
class Sent:
    """One letter of the outbox."""

    what: str
    to: str
    kind: str  # of chip
    state: str
    at: datetime | None
    why: str


@router.get("/health")
def health(request: Request, site: Here, _visitor: Watcher) -> Response:
    """Freshness first: the one thing that says whether the rest can be believed."""
    now, settings = site.now(), site.settings
    with site.database.reading() as tx:
        ids = {each.account.id for each in settings.accounts}  # Those taken out of the settings are nobody's worry.
        watched = [watched_account(tx, site, each, now) for each in accounts.all_accounts(tx) if each.id in ids]
        gaps = [gap for gap in reports.gaps(tx, now - LOOK_BACK, now, GAP) if gap.account_id in ids]
        notes = [
            *beside_the_roll(tx, settings, now),
            *roll_notes(settings, now),
            *backup_notes(settings, now),
            *disk_notes(settings),
        ]
        values: dict[str, Any] = {
            "waiting": decisions.count_queued(tx),
            "late": decisions.count_late(tx, now - settings.policy.duty.hide_waits_at_most),
            "outages": outages.untold(tx),
            "letters": [letter(each) for each in mails.listed(tx, None, MOST_LETTERS)],
            "pushes": [each for each in pushes.sends(tx) if each.state is pushes.SendState.FAILED][-MOST_LETTERS:],
            "phones": pushes.subscriptions(tx),
            "pauses": pauses.in_force(tx, now),
            "head": audit.head(tx),
        }
    wrong = [each for each in watched if each.wrong]
    return render(
        request,
        "health/page.html",
        watched=watched,
        gaps=gaps,
        notes=[note for note in notes if not note.warns],
        warnings=[note for note in notes if note.warns],
        verdict=verdict(watched, wrong, notes),
        shown_name=shown_name,
        **values,
    )


def verdict(watched: Sequence[Watched], wrong: Sequence[Watched], notes: Sequence[Note]) -> tuple[str, str]:
    """One sentence, and the kind of its notice."""
    if not watched:
        return "No account is watched yet.", "warning"
    if wrong:
        names = ", ".join(each.platform for each in wrong)
        return f"Not everything is being watched: {names}.", "urgent"
    late = sum(note.warns for note in notes)
    if late:
        return (
            f"Everything is being watched. {late} {'thing needs' if late == 1 else 'things need'} somebody.",
            "warning",
        )
    return "Everything is being watched.", "done"


def watched_account(tx: Transaction, site: Site, account: Account, now: datetime) -> Watched:
    """What is wrong is told with what to do about it."""
    states = comments.feed_states(tx, account.id)
    last = max((state.last_ok_at for state in states if state.last_ok_at), default=None)
    paused = accounts.paused(tx, account.id, now)
    errors = [state.last_error for state in states if state.last_error]
    until = min((state.not_before for state in states if state.not_before and state.not_before > now), default=None)
    wrong, remedy = "", ""
    if paused:
        wrong, remedy = f"Left alone: {paused}", "Your IT person logs in again: moderator check says how."
    elif errors and until is not None:
        wrong = f"Waiting until {in_words(site, until)}, as the platform or your own limit asks: {errors[0]}"
        remedy = "Nothing is lost. It goes on by itself."
    elif errors:
        wrong, remedy = f"The last reading failed: {errors[0]}", "It is tried again by itself. Tell IT if it lasts."
    elif last is None:
        wrong, remedy = "Never read yet.", "Is the program running? Ask IT: systemctl status moderator"
    elif now - last > quiet_after(site.settings, account.id):
        wrong, remedy = "Quiet for the wrong reason: nothing was read since.", "Ask IT: systemctl status moderator"
    return Watched(account, shown_name(account.platform), last, wrong, remedy)


def roll_notes(settings: Settings, now: datetime) -> Iterator[Note]:
    """The roll itself is shut to this process: only its file's age is told."""
    try:
        kept_at = settings.roll.path.stat().st_mtime
    except OSError:
        yield Note("No pupils’ roll is held, so that children are found by the way they are written of, not by name.")
        return
    days = max(0, int((now.timestamp() - kept_at) // 86_400))
    stale = days >= settings.roll.expires_days
    said = f"The pupils’ roll is {days} {'day' if days == 1 else 'days'} old."
    yield Note(f"{said} Ask the office for a new list: moderator roll import" if stale else said, warns=stale)


def backup_notes(settings: Settings, now: datetime) -> Iterator[Note]:
    if not settings.backup.on:
        yield Note("No backup is made. Ask IT: moderator backup --new-key FILE", warns=True)
        return
    try:
        found = backups_in(settings.backup.folder, settings.school.id)
    except OSError:
        found = []
    if not found:
        yield Note("No backup was made yet. Ask IT: moderator backup", warns=True)
        return
    days = (now - found[0].made_at).days
    said = "The last backup was made " + ("today." if days <= 0 else "yesterday." if days == 1 else f"{days} days ago.")
    yield Note(said, warns=days > 2)


def disk_notes(settings: Settings) -> Iterator[Note]:
    """Whether there is room for what is to be written down, and whether it may be."""
    goes_on = "Nothing is lost, and it goes on by itself afterwards."
    if not os.access(settings.state_dir, os.W_OK):
        yield Note(f"The disk cannot be written, so that nothing new is read. Ask IT: dmesg. {goes_on}", warns=True)
        return
    free_mib = shutil.disk_usage(settings.state_dir).free // 2**20
    if free_mib < NO_ROOM_MIB:
        yield Note(f"The disk is full, so that nothing new is read. Ask IT to make room on it. {goes_on}", warns=True)
    elif free_mib < LITTLE_ROOM_MIB:
        yield Note(f"The disk is nearly full: {free_mib} MB are left. Ask IT to make room on it.", warns=True)


def letter(posted: Posted) -> Sent:
    waits = posted.state is MailState.WAITING
    state = {MailState.WAITING: "Waiting", MailState.SENT: "Sent", MailState.GIVEN_UP: "Not sent"}[posted.state]
    if waits and posted.attempts:
        state = f"Waiting, tried {posted.attempts} {'time' if posted.attempts == 1 else 'times'}"
    what = f"{KINDS.get(posted.kind, posted.kind.capitalize())}{of_what(posted)}"
    at = posted.not_before if waits else posted.ended_at
    return Sent(what, posted.recipient, STATES[posted.state], state, at, posted.last_error)


def of_what(posted: Posted) -> str:
    """The week or the days that a report is about."""
    first, _, rest = posted.key.partition(" ")
    return f" {rest}" if first in ("weekly", "governors") and rest else ""
