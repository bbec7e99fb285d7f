"""What counts against an author, for how long, and what follows at the first, second and third strike.

A standing and the time come in, a step of the ladder goes out. Nothing is recorded or done here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from moderator.domain import Label, Standing, Strike

if TYPE_CHECKING:
    from moderator.policy.limits import Policy

Follows = Literal["note", "hold", "propose_ban"]


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from the `at`-th strike on.

    `note`: it is written beside the author. `hold`: all the author writes waits for a person, `for_days` from the latest
    strike on; 0 for as long as the strikes count. `propose_ban`: a person is asked about a ban of `for_days`.
    """

    at: int
    then: Follows
    for_days: int = 0

    def __post_init__(self) -> None:
        if self.at < 1 or self.for_days < 0:
            raise ValueError(f"a step begins at strike 1 or later and lasts 0 days or more, got {self}")


@dataclass(frozen=True, slots=True)
class Strikes:
    """What the school counts, and the ladder: steps by rising `at`."""

    labels: frozenset[Label] = frozenset(
        {
            Label.INSULT,
            Label.HATE,
            Label.SEXUAL,
            Label.PROFANITY,
            Label.THREAT,
            Label.SPAM,
            Label.IMPERSONATION,
        }
    )
    count_for: timedelta = timedelta(days=180)
    confirmed_only: bool = True  # only what a person hid, or agreed to, counts
    ladder: tuple[Step, ...] = (Step(1, "note"), Step(2, "hold", 14), Step(3, "propose_ban", 90))

    def __post_init__(self) -> None:
        at = [step.at for step in self.ladder]
        if at != sorted(set(at)):
            raise ValueError(f"each step of the ladder begins later than the one before, got {at}")


def counted(standing: Standing, policy: Policy, now: datetime) -> tuple[Strike, ...]:
    """The strikes that count now, oldest first."""
    confirmed_only = policy.strikes.confirmed_only
    return tuple(
        strike
        for strike in sorted(standing.strikes, key=lambda strike: strike.at)
        if strike.at <= now < strike.expires_at and (strike.confirmed or not confirmed_only)
    )


def steps_reached(standing: Standing, policy: Policy, now: datetime) -> Step | None:
    """The highest step that the author's strikes reach now; None where none does."""
    count = len(counted(standing, policy, now))
    return max((step for step in policy.strikes.ladder if step.at <= count), key=lambda step: step.at, default=None)


def hold_ends_at(standing: Standing, policy: Policy, now: datetime) -> datetime | None:
    """Until when all that the author writes waits for a person; None where no hold is on now.

    A hold stays on beside the steps above it. One without days lasts until too few strikes are left that count.
    """
    if not standing.strikes:
        return None
    strikes = counted(standing, policy, now)
    ends = [_end(step, strikes) for step in policy.strikes.ladder if step.then == "hold" and step.at <= len(strikes)]
    last = max(ends, default=now)
    return last if last > now else None


def _end(step: Step, strikes: tuple[Strike, ...]) -> datetime:
    if step.for_days:
        return strikes[-1].at + timedelta(days=step.for_days)
    # With the strike that runs out at this place, fewer than `at` are left.
    return sorted(strike.expires_at for strike in strikes)[len(strikes) - step.at]
