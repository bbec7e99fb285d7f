"""How things stand on the day of the letter: the roll, the logins, the quotas and the checklist. It is told of no other day.

Files and counters are read, no platform is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from moderator.build import tokens_for
from moderator.by_hand import late
from moderator.errors import ModeratorError
from moderator.platforms.instagram.renewal import Renewal
from moderator.settings import AccountSettings, Settings
from moderator.settings.roll_file import load_roll
from moderator.store import reports
from moderator.store.database import Transaction

PACIFIC = ZoneInfo("America/Los_Angeles")
"""YouTube's quota day."""
MICRODOLLARS = 1_000_000
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
    if not account.credentials:  # Whoever only looks at the records has no logins.
        return []
    if account.account.platform == "instagram":
        try:
            return Renewal(account.credentials, tokens_for(account, settings.state_dir)).warnings(now)
        except ModeratorError:
            return ["Instagram's token could not be read. Ask for it: moderator check"]
    if account.credentials.get("consent_screen") == "testing":
        return [
            "YouTube's login dies seven days after it was given, since Google's consent screen is in testing. Publish it, log "
            'in again, and write consent_screen = "production" into the credential file.'
        ]
    return []


def _quotas(tx: Transaction, settings: Settings, now: datetime) -> Iterator[Note]:
    for account in settings.accounts:
        match account.account.platform:
            case "x":
                yield _money(tx, account, now)
            case "youtube":
                yield _units(tx, account, now)


def _checklist(tx: Transaction, settings: Settings, now: datetime) -> Iterator[Note]:
    if count := len(late(tx, settings, now)):
        items = "1 item is" if count == 1 else f"{count} items are"
        yield Note(
            f"{items} late on the termly checklist of the platforms' own settings: moderator checklist", warns=True
        )


def _money(tx: Transaction, account: AccountSettings, now: datetime) -> Note:
    month = f"{now:%Y-%m}"
    spent = reports.used(tx, account.account.id, "microdollars", [month]).get(month, 0) / MICRODOLLARS
    limit = account.options["monthly_limit_microdollars"] / MICRODOLLARS
    return Note(f"X: ${spent:.2f} of this month's ${limit:.2f} is spent.", warns=spent >= WARN_AT * limit)


def _units(tx: Transaction, account: AccountSettings, now: datetime) -> Note:
    today = now.astimezone(PACIFIC).date()
    days = [(today - timedelta(days=n)).isoformat() for n in range(7)]
    most = max(reports.used(tx, account.account.id, "units", days).values(), default=0)
    limit = account.options["daily_units"]
    said = f"YouTube: {most:,} of {limit:,} units were used on the busiest of the last seven days."
    return Note(said, warns=most >= WARN_AT * limit)
