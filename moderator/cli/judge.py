"""`judge`: judges comments from a file, without any platform or database."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from moderator.build import build_scorer
from moderator.cli.common import DEFAULT_CONFIG
from moderator.detectors.panel import build_detectors
from moderator.detectors.roll import Roll
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
    toxicity: Annotated[str, typer.Option(help="The reader of toxicity: stand-in, or onnx:FOLDER.")] = "stand-in",
) -> None:
    """Judge comments from a file and write one JSON object for each: action, urgent, labels, findings, reasons.

    Example: moderator judge --school ./my-school --comments comments.jsonl --out judged.jsonl
    """
    the_school, pupils = read_school(school) if school else (School("school", "the school"), ())
    scorer = build_scorer(toxicity)
    detectors = build_detectors(the_school, Roll(pupils) if pupils else None, scorer)
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
    if out is None:
        sys.stdout.write(lines)
        return
    try:
        out.write_text(lines, encoding="utf-8")
    except OSError as error:
        raise NotReadable(f"{out} cannot be written: {error.strerror}.") from None


def add_to(app: typer.Typer) -> None:
    app.command()(judge)
