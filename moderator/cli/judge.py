"""`judge`: judges comments from a file, without any platform or database."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from moderator.build import build_scorer
from moderator.cli.common import DEFAULT_CONFIG
from moderator.detectors.panel import build_detectors
from moderator.detectors.roll import Roll
from moderator.domain import School
from moderator.judge_file import judge_lines
from moderator.settings import read_policy
from moderator.settings.school_file import read_school


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
    with ExitStack() as files:
        source = sys.stdin if str(comments) == "-" else files.enter_context(comments.open(encoding="utf-8"))
        target = files.enter_context(out.open("w", encoding="utf-8")) if out else sys.stdout
        for judged in judge_lines(source, detectors, scorer, rules, the_school, scores=scores):
            target.write(json.dumps(judged, ensure_ascii=False) + "\n")


def add_to(app: typer.Typer) -> None:
    app.command()(judge)
