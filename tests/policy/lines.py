"""The table of the school's policy: sentence, rule, case. Built from config/policy.toml and tests/cases/policy_lines.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from moderator.build import BUILT_IN, build_reader, build_scorer
from moderator.detectors.base import Detector, examine_all
from moderator.detectors.panel import build_detectors
from moderator.detectors.toxicity import WordListScorer
from moderator.domain import (
    POLICY,
    ActionKind,
    Author,
    Ban,
    Case,
    Context,
    Decision,
    Mode,
    Person,
    Post,
    Ruling,
    Standing,
    Strike,
)
from moderator.policy.decide import decide
from moderator.policy.limits import Policy
from tests.cases import FOLDER
from tests.conftest import NOON, REPOSITORY
from tests.detectors.school import ROLL, SCHOOL, comment

SHIPPED = REPOSITORY / "config" / "policy.toml"
CASES = FOLDER / "policy_lines.toml"
DETECTORS = build_detectors(SCHOOL, ROLL, WordListScorer())
DAY = timedelta(days=1)


@cache
def with_models() -> tuple[Detector, ...]:
    return build_detectors(SCHOOL, ROLL, build_scorer(BUILT_IN, Path()), build_reader(BUILT_IN))


class LineCase(BaseModel):
    """A comment on which a rule speaks for a sentence of the policy, or keeps silent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: str
    text: str
    post: str = ""
    by_model: bool = False  # read by the models that come with the program, not by lists and patterns alone
    ruling: Ruling
    why: str
    line: str = ""  # how the sentence begins
    silent: bool = False
    urgent: bool = False
    author: str = "pat_of_the_quay"
    author_name: str = "Pat"
    images: tuple[str, ...] = ()
    strikes: int = 0
    banned_by: str = ""
    broken: bool = False
    previous: Ruling | None = None


def read_cases(path: Path = CASES) -> list[LineCase]:
    return [LineCase.model_validate(row) for row in tomllib.loads(path.read_text("utf-8"))["case"]]


def decided(row: LineCase, policy: Policy) -> Decision:
    """What real detectors and the policy make of the case, at noon on a school day."""
    written = comment(row.text, author=row.author, author_name=row.author_name)
    written = replace(written, image_urls=row.images, version=2)
    context = Context(Post("p", row.post)) if row.post else Context()
    findings, failed = examine_all(with_models() if row.by_model else DETECTORS, written, context)
    if row.broken:
        failed = ("toxicity: DetectorError",)
    before = row.previous and Decision(written.id, 1, row.previous, POLICY, NOON - DAY, ("earlier",))
    heard = Case(written, findings, Context(), _standing(row), before or None, failed)
    return decide(heard, policy, Mode.AUTO, NOON)


def _standing(row: LineCase) -> Standing:
    strikes = tuple(
        Strike(f"c{number}", NOON - number * DAY, NOON + 100 * DAY, confirmed=True)
        for number in range(row.strikes, 0, -1)
    )
    return Standing(strikes=strikes, bans=tuple(_bans(row)))


def _bans(row: LineCase) -> Iterator[Ban]:
    if row.banned_by:
        yield Ban(
            "b1",
            "instagram",
            Author("u1"),
            ActionKind.BLOCK,
            Person(row.banned_by),
            NOON - DAY,
            NOON + 30 * DAY,
            "again and again",
            "c1",
        )


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    sentence: str
    rule: str
    cases: tuple[LineCase, ...]


def table(policy: Policy, cases: list[LineCase]) -> list[Row]:
    """Every sentence beside every rule that serves it, with the cases in which the rule speaks for it."""
    return [
        Row(sentence, rule, tuple(case for case in cases if case.rule == rule and speaks_for(case, sentence)))
        for rule, terms in policy.rules.items()
        for sentence in terms.says
    ]


def speaks_for(case: LineCase, sentence: str) -> bool:
    return bool(case.line) and not case.silent and sentence.startswith(case.line)


def printed(rows: list[Row]) -> str:
    """The table as a person reads it."""
    return "\n".join(
        f"{row.sentence[:70]:<70}  {row.rule:<31}  {'; '.join(case.why for case in row.cases)}" for row in rows
    )
