"""How often each rule speaks of the comments that came, and what people then said: hearings and a policy in, figures out.

No detector runs. Each comment is heard again as of the time when policy decided on it, under the policy in force, so that a
rule that was changed since is told as it stands today. Nothing is recorded and nothing is done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from moderator.domain import Mode, Ruling
from moderator.hindsight.whatif import would_raise
from moderator.policy.decide import decide
from moderator.policy.limits import Policy
from moderator.policy.rules import RULES, Rule
from moderator.store import hearings
from moderator.store.database import Transaction
from moderator.store.hearings import STOPPED, Hearing


@dataclass(frozen=True, slots=True)
class Spoken:
    """One rule's figures, in comments."""

    times: int = 0
    looked_at: int = 0  # of those, a person decided on the comment
    otherwise: int = 0  # a person left in sight what the rule would stop, or stopped what it would leave
    would_raise: int = 0  # in shadow: decisions that would be graver, were it live


@dataclass(frozen=True, slots=True)
class Told:
    """Every rule that spoke, by name."""

    comments: int
    rules: Mapping[str, Spoken]

    def of(self, rule: str) -> Spoken:
        return self.rules.get(rule, Spoken())


def count(heard: Iterable[Hearing], policy: Policy, mode: Mode, rules: Sequence[Rule] = RULES) -> Told:
    """Hear each comment once more and count who speaks."""
    comments = 0
    times: Counter[str] = Counter()
    looked_at: Counter[str] = Counter()
    otherwise: Counter[str] = Counter()
    raises: Counter[str] = Counter()
    for hearing in heard:
        comments += 1
        decision = decide(hearing.case, policy, mode, hearing.at, rules)
        for rule, ruling in {verdict.rule: verdict.ruling for verdict in decision.verdicts}.items():
            times[rule] += 1
            looked_at[rule] += hearing.by_person is not None
            otherwise[rule] += is_otherwise(ruling, hearing.by_person)
        raises.update({verdict.rule for verdict in decision.verdicts if would_raise(verdict, decision)})
    return Told(comments, {rule: Spoken(times[rule], looked_at[rule], otherwise[rule], raises[rule]) for rule in times})


def is_otherwise(ruling: Ruling, by_person: Ruling | None) -> bool:
    """Whether a person's last word goes against a rule's."""
    if by_person is None:
        return False
    return (by_person in STOPPED) if ruling is Ruling.ALLOW else by_person is Ruling.ALLOW


def begins(tx: Transaction, until: datetime, lengths: Sequence[timedelta], most: int) -> datetime:
    """The first moment of the longest of these times before `until` in which at most `most` comments came; of the shortest
    where even that holds more."""
    longest_first = sorted(lengths, reverse=True)
    fits = (each for each in longest_first if hearings.count(tx, until - each, until) <= most)
    return until - next(fits, longest_first[-1])
