"""How long an author is kept out, as a form asks for it and as it is answered."""

from __future__ import annotations

from datetime import date, datetime, time

from moderator.policy.ban_length import NotPossible, end_of_day, end_of_term, refuse_impossible
from moderator.policy.limits import Policy

DAYS, TERM, DAY, OPEN = "days", "term", "day", "open"


def choices(policy: Policy, now: datetime) -> list[tuple[str, str]]:
    """The values of the form's field `until`, each with its words; the usual one first."""
    days = policy.bans.default.days
    found = [(DAYS, "1 day" if days == 1 else f"{days} days")]
    last = end_of_term(policy, now)
    if last is not None and end_of_day(policy, last) - now <= policy.bans.longest:
        found.append((TERM, f"Until the end of term, {last.day} {last:%B}"))
    found.append((DAY, "Until a day, given below"))
    found.append((OPEN, "Until somebody lifts it"))
    return found


def ends_at(policy: Policy, until: str, day: str, now: datetime) -> datetime | None:
    """When a ban ends, as the form was filled in; None where somebody has to lift it. Raises NotPossible."""
    if until == OPEN:
        return None
    if until == DAYS:
        return now + policy.bans.default
    last = end_of_term(policy, now) if until == TERM else _day(day)
    if last is None:
        raise NotPossible("Please say until which day. Nothing was changed.")
    found = end_of_day(policy, last)
    refuse_impossible(policy, found, now, f"{last.day} {last:%B %Y}")
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def morning_after(policy: Policy, now: datetime) -> datetime:
    """Eight o'clock of the next day at the school."""
    today = now.astimezone(policy.duty.zone).date()
    return datetime.combine(date.fromordinal(today.toordinal() + 1), time(8), policy.duty.zone)
