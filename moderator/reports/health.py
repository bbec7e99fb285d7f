"""How things stand on the day of the letter: the roll, the logins, the quotas and the checklist. It is told of no other day.

Files and counters are read, no platform is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from moderator.build import login_warnings
from moderator.by_hand import late
from moderator.errors import ModeratorError
from moderator.platforms.street import shown_name
from moderator.reports.quota import busiest_of, quota_of
from moderator.settings import AccountSettings, Settings
from moderator.settings.roll_file import load_roll
from moderator.store.database import Transaction

WARN_AT = 0.75


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence; `warns` where somebody should do something."""

    text: str
    warns: bool = False


def health_today(tx: Transaction, settings: Settings, now: datetime) -> tuple[Note, ...]:
    """Roll, logins, quotas and what is late on the checklist, one sentence each."""
    return (*_roll(settings, now), *beside_the_roll(tx, settings, now))


def beside_the_roll(tx: Transaction, settings: Settings, now: datetime) -> tuple[Note, ...]:
    """The same for whoever may not open the roll: logins (where they are at hand), quotas and the checklist."""
    return (*_logins(settings, now), *_quotas(tx, settings, now), *_checklist(tx, settings, now))


def _roll(settings: Settings, now: datetime) -> Iterator[Note]:
    try:
        roll = load_roll(settings, now)
    except ModeratorError:
        yield Note("The pupils' roll could not be opened. Ask for it: moderator check", warns=True)
        return
    if roll is None:
        yield Note("No pupils' roll is held, so that children are found by the way they are written of, not by name.")
    elif roll.warning:
        yield Note(roll.warning, warns=True)
    else:
        days = (now - roll.imported_at).days
        yield Note(f"The pupils' roll is {days} days old.")


def _logins(settings: Settings, now: datetime) -> Iterator[Note]:
    found = [warning for account in settings.accounts for warning in _expiring(account, settings, now)]
    yield from (Note(warning, warns=True) for warning in found)
    if not found and any(account.credentials for account in settings.accounts):
        yield Note("No login runs out within a fortnight, as far as the platforms tell.")


def _expiring(account: AccountSettings, settings: Settings, now: datetime) -> list[str]:
    try:
        return login_warnings(account, settings.state_dir, now)
    except ModeratorError:
        return [f"The login of {shown_name(account.account.platform)} could not be read. Ask for it: moderator check"]


def _quotas(tx: Transaction, settings: Settings, now: datetime) -> Iterator[Note]:
    for account in settings.accounts:
        name = shown_name(account.account.platform)
        if busiest := busiest_of(tx, account, now, days=7):
            said = f"{busiest.used:,.0f} of {busiest.limit:,.0f} {busiest.unit} were used on the busiest of the last seven days"
            yield Note(f"{name}: {said}.", warns=busiest.used >= WARN_AT * busiest.limit)
        elif quota := quota_of(tx, account, now):
            yield Note(f"{name}: {quota.told} is spent.", warns=quota.used >= WARN_AT * quota.limit)


def _checklist(tx: Transaction, settings: Settings, now: datetime) -> Iterator[Note]:
    if count := len(late(tx, settings, now)):
        items = "1 item is" if count == 1 else f"{count} items are"
        yield Note(
            f"{items} late on the termly checklist of the platforms' own settings: moderator checklist", warns=True
        )
