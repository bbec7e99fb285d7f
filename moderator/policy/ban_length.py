"""When a ban ends: a day, so many days, the end of term; and no later than the school allows. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from moderator.errors import ModeratorError
from moderator.policy.limits import Policy


class NotPossible(ModeratorError):
    """What was asked for makes no sense as it stands."""


def end_of_day(policy: Policy, day: date) -> datetime:
    """The end of that day at the school."""
    return datetime.combine(day + timedelta(days=1), time(), policy.duty.zone)


def end_of_term(policy: Policy, now: datetime) -> date | None:
    """The last day of the term we are in, or of the next one in the holidays; None where no terms are set."""
    today = now.astimezone(policy.duty.zone).date()
    return min((term.last for term in policy.duty.terms if term.last >= today), default=None)


def refuse_impossible(policy: Policy, ends_at: datetime, now: datetime, said: str) -> None:
    """Raises NotPossible for an end that is past, and for one beyond the school's longest; `said`: the end as it was given."""
    longest = policy.bans.longest
    if ends_at <= now:
        raise NotPossible(f"The ban would be over on {said} already. Nothing was changed.")
    if ends_at - now > longest + timedelta(days=1):
        raise NotPossible(
            f"The school's policy allows a ban of {longest.days} days at most (policy.toml, bans.longest_days). Nothing was "
            "changed. One that is to last longer can be kept up until somebody lifts it."
        )
