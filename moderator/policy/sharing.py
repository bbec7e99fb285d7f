"""Who may use how much of a developer app that several schools share. Counts in, a bound or a factor out.

An app is granted an amount for a span of time. Sweeps stop first, then reading, then acting, and the last part is for what is
urgent. Below each of these bounds a school has a fair share. Beyond its share it may take only what the others together will
not miss: their shares of the time that is left stay theirs. So a storm in one school uses what nobody needed so far.
"""

from __future__ import annotations

from dataclasses import dataclass

from moderator.platforms.sharing import Purpose

SWEEP_PERCENT = 70
"""Of what is granted; beyond it sweeps wait, since what is left belongs to reading and acting."""
SLOWEST = 6.0
"""How many times as long as usual an account waits for its next reading while its app runs short."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What an app is granted in one span of time, and for how many schools."""

    limit: int
    schools: int
    reserve_percent: int = 20  # that reading leaves to acting
    severe_percent: int = 5  # that acting leaves to what is urgent

    def bound(self, purpose: Purpose) -> int:
        """The most that may be used by all together after a call for this purpose."""
        percent = {
            Purpose.SWEEP: min(SWEEP_PERCENT, 100 - self.reserve_percent),
            Purpose.READ: 100 - self.reserve_percent,
            Purpose.ACT: 100 - self.severe_percent,
            Purpose.SEVERE: 100,
        }[purpose]
        return self.limit * percent // 100

    def share(self, purpose: Purpose) -> int:
        """The most that one school may use, whatever the others do."""
        return self.bound(purpose) // max(1, self.schools)

    def free_of_others(self, purpose: Purpose, passed: float) -> int:
        """The most that all may have used after a call of a school that is beyond its share; `passed` of the span is over."""
        kept = (self.schools - 1) * self.share(purpose) * (1.0 - passed)
        return self.bound(purpose) - round(kept)

    def slowing(self, used: int, used_by_school: int, passed: float) -> float:
        """How many times as long as usual to wait between two readings: 1.0 while what is left lasts as long as the span.

        Slow are those alone who use more than their share of the time, while all together use more than the time's.
        """
        left = max(
            _left(used, self.bound(Purpose.READ)),
            _left(used_by_school, self.share(Purpose.READ)),
        )
        due = 1.0 - passed
        return 1.0 if left >= due else min(SLOWEST, due / max(left, due / SLOWEST))


def _left(used: int, of: int) -> float:
    return 0.0 if of <= 0 else max(0.0, 1.0 - used / of)
