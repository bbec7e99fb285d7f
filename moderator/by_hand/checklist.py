"""The termly checklist: which of the platforms' own switches somebody has looked at since this term began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from moderator.domain import Person
from moderator.errors import ModeratorError
from moderator.platforms.native_settings import NATIVE_SETTINGS, NativeSetting
from moderator.policy.duty import Duty
from moderator.settings import Settings
from moderator.store import checklist as store
from moderator.store.checklist import Proof
from moderator.store.database import Transaction

USUAL_TERMS = ((1, 4), (4, 20), (9, 1))
"""Month and day on which terms begin where policy.toml has none: after the New Year, after Easter, after the summer."""
LONGEST_PROOF = 1_000  # characters


class NoSuchItem(ModeratorError):
    """The checklist has no such item, or nothing was said that proves it."""


@dataclass(frozen=True, slots=True)
class ItemState:
    """A switch, the last look at it, and whether one is due."""

    setting: NativeSetting
    proof: Proof | None
    due_by: datetime  # in the term that is on now
    done: bool  # somebody looked since the term began
    late: bool


def look_over(tx: Transaction, settings: Settings, now: datetime) -> list[ItemState]:
    """Every switch of the platforms that the school uses."""
    proven = store.latest(tx)
    began = term_began(settings.policy.duty, now)
    due_by = began + timedelta(days=settings.checklist_due_days)
    return [_state(setting, proven.get(setting.id), began, due_by, now) for setting in in_use(settings)]


def in_use(settings: Settings) -> list[NativeSetting]:
    """Those of watched accounts, and of the school's other accounts that it told of."""
    platforms = {each.account.platform for each in settings.accounts} | set(settings.school.official_accounts)
    return [setting for setting in NATIVE_SETTINGS if setting.platform in platforms]


def late(tx: Transaction, settings: Settings, now: datetime) -> list[ItemState]:
    return [state for state in look_over(tx, settings, now) if state.late]


def prove(
    tx: Transaction, settings: Settings, item: str, who: Person, proof: str, at: datetime, *, dry_run: bool = False
) -> Proof:
    """Somebody looked, and says what they saw. Raises NoSuchItem; nothing is kept with `dry_run`."""
    if item not in {setting.id for setting in in_use(settings)}:
        raise NoSuchItem(f"The checklist has no item {item!r}. Those it has: moderator checklist")
    words = " ".join(proof.split())
    if not words or len(words) > LONGEST_PROOF:
        raise NoSuchItem(
            "Say in a few words what you saw, so that it can be relied on later: "
            f'moderator checklist done {item} --proof "on in all seven classes"'
        )
    made = Proof(item, at, who.name, words)
    if not dry_run:
        store.record(tx, made)
    return made


def term_began(duty: Duty, now: datetime) -> datetime:
    """Midnight of the first day of the term that is on now, or was the last."""
    today = now.astimezone(duty.zone).date()
    starts: Sequence[date] = [term.first for term in duty.terms]
    if not any(start <= today for start in starts):
        starts = [date(year, *day) for year in (today.year - 1, today.year) for day in USUAL_TERMS]
    return datetime.combine(max(start for start in starts if start <= today), time(), duty.zone)


def _state(setting: NativeSetting, proof: Proof | None, began: datetime, due_by: datetime, now: datetime) -> ItemState:
    done = proof is not None and proof.at >= began
    return ItemState(setting, proof, due_by, done, not done and now > due_by)
