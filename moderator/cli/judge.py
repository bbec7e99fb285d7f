"""`judge`: judges comments from a file, without any platform or database."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from moderator.build import BUILT_IN, build_reader
from moderator.cli.common import DEFAULT_CONFIG, ReaderOption, ToxicityOption, the_scorer
from moderator.detectors.base import Detector
from moderator.detectors.panel import build_detectors
from moderator.detectors.reader_model import ReadingModel
from moderator.detectors.roll import Roll
from moderator.detectors.toxicity import ToxicityScorer
from moderator.domain import School
from moderator.errors import ModeratorError
from moderator.judge_file import judge_lines
from moderator.settings import read_policy
from moderator.settings.school_file import read_school


class NotReadable(ModeratorError):
    """A file named on the command line cannot be read or written."""


def judge(
    comments: Annotated[Path, typer.Option(help="JSON lines, each with at least id and text; - reads standard input.")],
    school: Annotated[Path | None, typer.Option(help="Folder with school.json and pupils.csv.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the judgements go; without it they are printed.")] = None,
    scores: Annotated[bool, typer.Option("--scores", help="Add the six raw toxicity scores to each line.")] = False,
    policy: Annotated[
        Path | None, typer.Option(help="A policy.toml; without it config/policy.toml or the defaults.")
    ] = None,
    toxicity: ToxicityOption = BUILT_IN,
    reader: ReaderOption = BUILT_IN,
) -> None:
    """Judge comments from a file and write one JSON object for each: action, urgent, labels, findings, reasons.

    Example: moderator judge --school ./my-school --comments comments.jsonl --out judged.jsonl
    """
    scorer = the_scorer(toxicity, DEFAULT_CONFIG)
    the_school, detectors = school_and_detectors(school, scorer, build_reader(reader))
    rules = read_policy(policy or DEFAULT_CONFIG / "policy.toml", required=policy is not None)
    try:
        # A byte order mark, as Windows writes it, is no fault.
        text = sys.stdin.read() if str(comments) == "-" else comments.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text; save it again as UTF-8"
        raise NotReadable(f"{comments} cannot be read: {why}.") from None
    # All lines are read before the first is written: a faulty one leaves no half of a file behind.
    judged = judge_lines(text.split("\n"), detectors, scorer, rules, the_school, scores=scores)
    lines = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in judged)
    # Half a surrogate pair has no bytes in UTF-8; JSON has a way to write it.
    lines = lines.encode("utf-8", "backslashreplace").decode("utf-8")
    if out is None:
        sys.stdout.write(lines)
        return
    try:
        out.write_text(lines, encoding="utf-8")
    except OSError as error:
        raise NotReadable(f"{out} cannot be written: {error.strerror}.") from None


def school_and_detectors(
    folder: Path | None, scorer: ToxicityScorer, model: ReadingModel | None
) -> tuple[School, tuple[Detector, ...]]:
    """The school in a folder with school.json and pupils.csv, and what reads comments for it. Raises ConfigError."""
    school, pupils = read_school(folder) if folder else (School("school", "the school"), ())
    return school, build_detectors(school, Roll(pupils) if pupils else None, scorer, model)


def add_to(app: typer.Typer) -> None:
    app.command()(judge)
