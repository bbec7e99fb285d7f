"""The comments that no school's policy may hide, and which of them a policy would hide all the same.

They are shipped with the program in policy/never_hidden.toml and judged with real detectors, so that a policy is held against
what it does and not against what it says.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from moderator.detectors.base import Detector, examine_all
from moderator.detectors.panel import build_detectors
from moderator.detectors.reader_model import ReadingModel
from moderator.detectors.roll import Roll
from moderator.detectors.toxicity import ToxicityScorer
from moderator.domain import Author, Case, Comment, Context, Mode, Pupil, Ruling, School
from moderator.policy.decide import decide
from moderator.policy.limits import Policy

_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


class _School(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    staff: tuple[str, ...]
    public_figures: tuple[str, ...]
    allowed_accounts: tuple[str, ...]
    pupils: tuple[str, ...]  # first and last name


class NeverHidden(BaseModel):
    """One comment that is left in sight."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    kind: str


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    school: _School
    case: tuple[NeverHidden, ...]


@dataclass(frozen=True, slots=True)
class WronglyHidden:
    """A comment that a policy would hide, with the reasons it would give."""

    comment: NeverHidden
    reasons: tuple[str, ...]


def wrongly_hidden(policy: Policy, scorer: ToxicityScorer, model: ReadingModel | None = None) -> list[WronglyHidden]:
    """The shipped comments that this policy would hide by itself, judged by its strictest hour."""
    detectors = _detectors(scorer, model)
    found = []
    for shipped in never_hidden():
        reasons = _reasons_to_hide(shipped.text, _strictest(policy), detectors)
        if reasons:
            found.append(WronglyHidden(shipped, reasons))
    return found


def never_hidden() -> tuple[NeverHidden, ...]:
    """The comments that are shipped."""
    return _file().case


@cache
def _file() -> _File:
    text = resources.files("moderator.policy").joinpath("never_hidden.toml").read_text(encoding="utf-8")
    return _File.model_validate(tomllib.loads(text))


def _detectors(scorer: ToxicityScorer, model: ReadingModel | None) -> tuple[Detector, ...]:
    held = _file().school
    names = (name.split(" ", 1) for name in held.pupils)
    pupils = [Pupil(first_name=first, last_name=last) for first, last in names]
    school = School(
        "never-hidden",
        held.name,
        allowed_accounts=held.allowed_accounts,
        staff=held.staff,
        public_figures=held.public_figures,
    )
    return build_detectors(school, Roll(pupils), scorer, model)


def _strictest(policy: Policy) -> Policy:
    """The policy as it is while nobody is on duty."""
    return replace(policy, duty=replace(policy.duty, shifts=()))


def _reasons_to_hide(text: str, policy: Policy, detectors: tuple[Detector, ...]) -> tuple[str, ...]:
    comment = Comment("c", "a", "instagram", "n", Author("u", "@pat_by_the_lock", "Pat"), text, _NO_TIME)
    findings, failed = examine_all(detectors, comment, Context())
    decision = decide(Case(comment, findings, not_judged=failed), policy, Mode.AUTO, _NO_TIME)
    return decision.reasons if decision.ruling is Ruling.HIDE else ()
