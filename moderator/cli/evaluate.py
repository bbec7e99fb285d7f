"""`evaluate`: how well the house reads, on labelled comments and on public sets, against the bars."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moderator.build import BUILT_IN, build_reader
from moderator.cli.common import (
    DEFAULT_CONFIG,
    JsonOption,
    ReaderOption,
    ToxicityOption,
    print_json,
    the_scorer,
    utc_now,
)
from moderator.cli.judge import NotReadable, school_and_detectors
from moderator.detectors.reader_model import ReadingModel
from moderator.detectors.toxicity import ToxicityScorer
from moderator.domain import Label
from moderator.judge_file import judge_lines
from moderator.policy.limits import Policy
from moderator.settings import read_policy

if TYPE_CHECKING:  # numpy, jinja2 and matplotlib are loaded only where something is measured.
    from moderator.evaluation.bars import Line
    from moderator.evaluation.judging import Judged
    from moderator.evaluation.public_figures import Comparison, PublicFigures
    from moderator.evaluation.report import Report

FIGURES, PAGE = "figures.json", "report.html"
_SIGNS = {True: "✓", False: "✗", None: "–"}


def evaluate(
    sets: Annotated[
        list[Path] | None,
        typer.Option("--set", help="A labelled set: school.json, pupils.csv, comments.jsonl. Again for more."),
    ] = None,
    public: Annotated[
        Path | None, typer.Option("--public", help="Folder with the public sets, for the reader of toxicity.")
    ] = None,
    toxicity: ToxicityOption = BUILT_IN,
    reader: ReaderOption = BUILT_IN,
    compare: Annotated[
        str,
        typer.Option(
            "--compare", help="A second reader, onnx:FOLDER, such as the same model before it was made small."
        ),
    ] = "",
    policy: Annotated[
        Path | None, typer.Option(help="A policy.toml; without it config/policy.toml or the defaults.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help=f"Folder for {FIGURES} and {PAGE}.")] = Path("evaluation"),
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many rows of each set.")] = None,
    threads: Annotated[int, typer.Option("--threads", min=1, max=64, help="How many texts are read side by side.")] = 1,
    toxicity_limit: Annotated[
        float | None,
        typer.Option(
            "--toxicity-limit", min=0.0, max=1.0, help="Toxic from this score; else the policy's queue for insult."
        ),
    ] = None,
    hate_limit: Annotated[
        float | None,
        typer.Option("--hate-limit", min=0.0, max=1.0, help="Hate from this score; else the policy's queue for hate."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 where a floor is missed.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure how well comments are read, print each figure with its bar, and save all figures and a page with plots.

    Example: moderator evaluate --set ./my-set --public ./public-sets --toxicity onnx:models/toxicity --threads 2
    """
    from moderator.evaluation.page import page
    from moderator.evaluation.report import as_json as figures_of
    from moderator.evaluation.report import report_on

    if not sets and public is None:
        raise typer.BadParameter("nothing to measure; give --set FOLDER, --public FOLDER or both.")
    if compare and public is None:
        raise typer.BadParameter(
            "two readers are compared on the public sets; give --public FOLDER too.", param_hint="--compare"
        )
    rules, scorer = (
        read_policy(policy or DEFAULT_CONFIG / "policy.toml", required=policy is not None),
        the_scorer(toxicity, DEFAULT_CONFIG),
    )
    other = the_scorer(compare, DEFAULT_CONFIG) if compare else None
    model = build_reader(reader)
    judged = _judge_sets(sets or [], (scorer, model), rules, limit, threads)
    measured, compared = None, None
    if public is not None:
        from moderator.evaluation.in_house import in_house

        limits = (_limit(toxicity_limit, rules, Label.INSULT), _limit(hate_limit, rules, Label.HATE))
        beside = in_house(other, model) if other else None
        measured, compared = _measure(public, in_house(scorer, model), beside, limits, limit, threads)
    report = report_on(_made_with(scorer, rules, limit), judged, measured, compared)
    figures = figures_of(report)
    _save(out, {FIGURES: json.dumps(figures, indent=1, ensure_ascii=False) + "\n", PAGE: page(report, utc_now())})
    if as_json:
        print_json(figures)
    else:
        _print(report, out)
    if strict and report.misses_a_floor:
        raise typer.Exit(1)


def _judge_sets(
    folders: Sequence[Path],
    models: tuple[ToxicityScorer, ReadingModel | None],
    rules: Policy,
    limit: int | None,
    threads: int,
) -> dict[str, tuple[Judged, ...]]:
    """The judged comments by the name of their set. Two folders of one name are told apart by their paths."""
    from moderator.evaluation.judging import judge_set
    from moderator.evaluation.labelled import read_set

    read = [read_set(folder, limit) for folder in dict.fromkeys(folders)]
    names = [one.name for one in read]
    judged = {}
    for one in read:
        name = one.name if names.count(one.name) == 1 else str(one.folder)
        school, detectors = school_and_detectors(one.folder, *models)
        _tell(f"{name}: {len(one.comments)} comments")

        def judge(lines: Sequence[str], school: Any = school, detectors: Any = detectors) -> list[dict[str, Any]]:
            return list(judge_lines(lines, detectors, models[0], rules, school))

        judged[name] = judge_set(one, judge, threads)
    return judged


def _measure(
    folder: Path,
    scorer: ToxicityScorer,
    other: ToxicityScorer | None,
    limits: tuple[float, float],
    limit: int | None,
    threads: int,
) -> tuple[PublicFigures, Comparison | None]:
    from moderator.evaluation.public_figures import Limits, compare, measure
    from moderator.evaluation.public_sets import read_public

    sets = read_public(folder, limit)
    measured = measure(scorer, sets, Limits(*limits), threads, _tell)
    return measured, compare(measured.jigsaw, other, sets.jigsaw, threads) if other is not None else None


def _limit(given: float | None, rules: Policy, label: Label) -> float:
    return rules.limit(label).queue if given is None else given


def _made_with(scorer: ToxicityScorer, rules: Policy, limit: int | None) -> dict[str, str]:
    reader = f"{scorer.name} {scorer.version}{', which stands in for a model' if scorer.is_stand_in else ''}"
    part = {} if limit is None else {"only a part": f"at most {limit} rows of each set"}
    return {"reader of toxicity": reader, "policy": rules.version, "moderator": version("moderator"), **part}


def _save(folder: Path, files: dict[str, str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise NotReadable(f"{folder} cannot be written: {error.strerror}.") from None


def _tell(said: str) -> None:
    typer.echo(f"reading {said}", err=True)


def _print(report: Report, out: Path) -> None:
    from moderator.evaluation.mistakes import by_kind

    where = ""
    for line in report.lines:
        if line.where != where:
            where = line.where
            typer.echo(where)
        typer.echo(_in_words(line))
    for each in report.told:
        recalls = [f"{name} {_number(share.value)}" for name, share in each.figures.items()]
        kinds = [f"{kind} {count}" for kind, count in by_kind(each.mistakes).items()]
        typer.echo(f"{each.name}, {each.comments} comments: " + " · ".join(recalls))
        typer.echo("  errors: " + (" · ".join(kinds) or "none"))
        typer.echo(f"  calibration error, all labels: {_number(each.pooled.error)}")
    if report.public is not None:
        typer.echo("six labels: " + " · ".join(f"{label} {auc:.4f}" for label, auc in report.public.jigsaw.auc.items()))
        typer.echo(f"toxicity on the non-fuzzed test set: {_number(report.public.nonfuzzed_auc)}")
    typer.echo(f"saved {out / FIGURES} and {out / PAGE}")


def _in_words(line: Line) -> str:
    bar = line.bar
    floor, goal = (
        f"{bar.direction} {bar.floor:g} {_SIGNS[line.meets_floor]}",
        f"{bar.direction} {bar.goal:g} {_SIGNS[line.meets_goal]}",
    )
    told = f"  {bar.figure:<64} {_number(line.value):>7}   floor {floor}   goal {goal}"
    return f"{told}   {line.note}" if line.note else told


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def add_to(app: typer.Typer) -> None:
    app.command()(evaluate)
