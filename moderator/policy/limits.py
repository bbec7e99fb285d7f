"""What the school wants: for each label from which score a comment is queued and hidden, and all else that policy goes by.

A `Policy` is a frozen value, read from config/policy.toml by the settings room; `DEFAULT` is the one that file is shipped with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from moderator.domain import Label, RuleState
from moderator.policy.duty import Duty
from moderator.policy.keeping import Retention
from moderator.policy.lines import LINES
from moderator.policy.strikes import Strikes
from moderator.policy.words import Bans, Family, RuleTerms, Speech


@dataclass(frozen=True, slots=True)
class Limit:
    """Scores from which a comment is queued and hidden. Above 1.0 means never by the machine."""

    queue: float
    hide: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.queue <= self.hide:
            raise ValueError(f"queue must be from 0 to hide, got queue {self.queue} and hide {self.hide}")

    def lowered(self, by: float) -> Limit:
        """A stricter limit, hidden from `by` lower on; what the machine never hides stays so."""
        return self if self.hide > 1.0 else Limit(self.queue, max(self.queue, round(self.hide - by, 4)))


NEVER = 1.1
"""A limit that no score reaches."""
_UNLIMITED = Limit(NEVER, NEVER)
_FAMILY = (
    "Thank you for your kind words on {platform} on {when}, under our post “{post}”. We name no child on our public pages, "
    "to keep every family safe, so your comment is out of sight for now. Could you take the name out, or delete the "
    "comment? You have done nothing wrong, and we are glad you are cheering. Ring the office if you would like to talk."
)


@dataclass(frozen=True)
class Policy:
    """A school's policy. A label without a limit is recorded and never acted on; a rule without terms is live."""

    limits: Mapping[Label, Limit]
    urgent: frozenset[Label]  # somebody is told at once when one of these is over its queue limit
    version: str
    rules: Mapping[str, RuleTerms] = field(default_factory=dict)
    speech: Speech = field(default_factory=Speech)
    duty: Duty = field(default_factory=Duty)
    strikes: Strikes = field(default_factory=Strikes)
    bans: Bans = field(default_factory=Bans)
    family: Family = field(default_factory=lambda: Family(_FAMILY))
    retention: Retention = field(default_factory=Retention)

    def limit(self, label: Label) -> Limit:
        """The limit while somebody is on duty."""
        return self.limits.get(label, _UNLIMITED)

    def terms(self, rule: str) -> RuleTerms:
        return self.rules.get(rule, _LIVE)

    def state(self, rule: str) -> RuleState:
        return self._states.get(rule, RuleState.LIVE)

    @cached_property
    def _states(self) -> Mapping[str, RuleState]:
        return {rule: terms.state for rule, terms in self.rules.items()}

    @cached_property
    def quotes(self) -> Mapping[str, str]:
        """Rule -> the first words of the sentence it serves, as they stand at the end of a reason."""
        return {rule: f"; policy: {terms.quote}" for rule, terms in self.rules.items() if terms.says}

    @cached_property
    def off_duty_limits(self) -> Mapping[Label, Limit]:
        """The limits while nobody is on duty."""
        by = self.duty.lowers_hide_by
        return {
            label: limit.lowered(by) if label in self.duty.stricter_for else limit
            for label, limit in self.limits.items()
        }


_LIVE = RuleTerms()

FRIENDLY = ("bloody", "damn", "damned", "crap", "hell", "bugger", "feck", "flipping", "sod", "arsed")
"""Swear words that offend nobody at most schools: "bloody brilliant", "hell of a day"."""

DEFAULT = Policy(
    limits=MappingProxyType(
        {
            Label.CHILD_NAMED: Limit(queue=0.5, hide=0.85),
            Label.PERSON_TAGGED: Limit(queue=0.5, hide=NEVER),
            Label.CONTACT: Limit(queue=0.5, hide=0.8),
            Label.INSULT: Limit(queue=0.5, hide=0.8),
            Label.HATE: Limit(queue=0.5, hide=0.85),
            Label.SEXUAL: Limit(queue=0.5, hide=0.75),
            # Mild and friendly swearing ("bloody brilliant") scores far below; no head asked for it to go.
            Label.PROFANITY: Limit(queue=0.5, hide=0.85),
            Label.THREAT: Limit(queue=0.5, hide=0.65),
            # Hidden words of a child at risk help nobody; a person must read them, and soon.
            Label.SAFEGUARDING: Limit(queue=0.6, hide=NEVER),
            Label.UNDERAGE: Limit(queue=0.5, hide=NEVER),
            Label.SPAM: Limit(queue=0.55, hide=0.9),
            Label.IMPERSONATION: Limit(queue=0.5, hide=0.85),
            Label.HARM: Limit(queue=0.5, hide=NEVER),
            Label.GRAVE: Limit(queue=0.5, hide=0.5),
            # One in six is reason enough to look at once: the other five cost a glance.
            Label.RISK: Limit(queue=0.17, hide=NEVER),
        }
    ),
    urgent=frozenset({Label.THREAT, Label.SAFEGUARDING, Label.RISK}),
    version="default-3",
    rules=MappingProxyType({rule: RuleTerms(says=says) for rule, says in LINES.items()}),
    speech=Speech(friendly=frozenset(FRIENDLY)),
)
