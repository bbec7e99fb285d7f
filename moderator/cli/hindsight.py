"""`whatif`, `tune`, `regret` and `cases`: what another policy would do, and what the school's own decisions teach."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from moderator.cli.common import (
    DEFAULT_CONFIG,
    SINCE,
    ByOption,
    ConfigOption,
    JsonOption,
    NotFound,
    local_time,
    opened,
    print_json,
    shortened,
    the_comment,
    the_person,
    time_since,
    utc_now,
)
from moderator.cli.hindsight_words import print_regret, print_tuning, print_whatif, tuning_row
from moderator.domain import Finding, Label
from moderator.errors import ConfigError
from moderator.hindsight import kept, regret, tune, whatif
from moderator.hindsight.masking import masked
from moderator.policy.limits import Policy
from moderator.settings import read_policy
from moderator.store import cases as case_store
from moderator.store import hearings
from moderator.store.cases import Reviewed
from moderator.store.database import Transaction

A_YEAR = "365d"
SinceOption = Annotated[str, typer.Option("--since", help=SINCE)]
WordsOption = Annotated[bool, typer.Option("--words", help="Show children's names and contact details unmasked.")]
cases_app = typer.Typer(invoke_without_command=True)


def whatif_command(
    policy: Annotated[Path, typer.Option("--policy", help="The policy.toml to try.")],
    config: ConfigOption = DEFAULT_CONFIG,
    since: SinceOption = "90d",
    samples: Annotated[int, typer.Option(min=0, max=100, help="Comments shown of each change.")] = 5,
    words: WordsOption = False,
    as_json: JsonOption = False,
) -> None:
    """Say which decisions of the last months another policy would have made differently. Changes nothing.

    Example: moderator whatif --policy new-policy.toml --since 90d
    """
    proposed, now = read_policy(policy), utc_now()
    begin = time_since(since, now)
    with opened(config) as (settings, database), database.reading() as tx:
        count_for = max(settings.policy.strikes.count_for, proposed.strikes.count_for)
        heard = hearings.between(tx, begin, now, count_for)
        result = whatif.compare(heard, settings.policy, proposed, settings.mode, now, samples)
        not_judged = hearings.count(tx, begin, now) - result.comments
        cleared = hearings.cleared(tx, begin, now)
    if as_json:
        print_json(whatif_row(result, words) | {"not_judged": not_judged, "cleared": cleared})
    else:
        print_whatif(
            result, settings.policy, proposed, (not_judged, cleared), lambda *said: shown_words(*said, plainly=words)
        )


def whatif_row(result: whatif.WhatIf, words: bool) -> dict[str, Any]:
    row = asdict(result)
    for told, change in zip(row["changes"], result.changes, strict=True):
        told["rules"] = dict(change.rules)
        told["samples"] = [
            {
                "id": sample.comment_id,
                "at": sample.at,
                "by_person": sample.by_person,
                "text": sample.text if words else masked(sample.text, sample.findings),
            }
            for sample in change.samples
        ]
    return row


def shown_words(text: str, findings: Sequence[Finding], *, plainly: bool) -> str:
    return shortened(text if plainly else masked(text, findings), 70)


def tune_command(
    config: ConfigOption = DEFAULT_CONFIG,
    label: Annotated[Label | None, typer.Option("--label", help="Only this label; without it all.")] = None,
    since: SinceOption = A_YEAR,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write a copy of policy.toml with the proposals.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Propose limits from the school's own decisions, with the misses and false alarms to expect. Changes nothing.

    Example: moderator tune --label insult --out new-policy.toml
    """
    present = config / "policy.toml"
    if out is not None and out.resolve() == present.resolve():
        raise ConfigError(f"{out} is the policy in force, and a person changes that. Name another file with --out.")
    now = utc_now()
    with opened(config) as (settings, database), database.reading() as tx:
        policy = settings.policy
        asked = [each for each in Label if each in policy.limits and label in (None, each)]
        begin = time_since(since, now)
        evidence = gather_evidence(tx, policy, asked, begin, now)
        cleared = hearings.cleared(tx, begin, now)
    if not asked:
        raise NotFound(f"The policy has no limits for {label}: nothing to tune.")
    told = [(each, tune.propose(each, policy)) for each in evidence]
    if as_json:
        print_json([tuning_row(*each) for each in told])
    else:
        print_tuning(told, cleared)
    changes = [proposal for _, proposal in told if proposal is not None and proposal.changes]
    if out is not None:
        text = present.read_text(encoding="utf-8") if present.exists() else ""
        out.write_text(tune.with_limits(text, changes), encoding="utf-8")
        read_policy(out)
        told_of = f"{out}: {len(changes)} labels changed. Look at it: moderator whatif --policy {out}"
        typer.echo(told_of, err=as_json)


def gather_evidence(
    tx: Transaction, policy: Policy, labels: Sequence[Label], since: datetime, until: datetime
) -> list[tune.Evidence]:
    reviewed = list(case_store.reviewed(tx, since, until))
    return [
        tune.evidence_for(
            label,
            reviewed,
            policy,
            case_store.unseen_scores(
                *(tx, label, tune.LOWEST, since, until),
                forgiven=policy.speech.friendly if label is Label.PROFANITY else (),
            ),
        )
        for label in labels
    ]


def regret_command(
    config: ConfigOption = DEFAULT_CONFIG,
    since: Annotated[str, typer.Option("--since", help=f"{SINCE} Without it this term.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Say what was wrongly hidden this term, and how long it took to put back.

    Example: moderator regret --since 2026-09-01
    """
    now = utc_now()
    with opened(config) as (settings, database), database.reading() as tx:
        begin = time_since(since, now) if since else regret.term_began(settings.policy.duty, now)
        measured = regret.measure(tx, begin, now)
    if as_json:
        in_seconds = {name: each and each.total_seconds() for name, each in _times(measured).items()}
        row = {name: value for name, value in asdict(measured).items() if name not in ("median", "longest")}
        print_json(row | in_seconds | {"share": measured.share})
    else:
        print_regret(measured)


def _times(measured: regret.Regret) -> dict[str, timedelta | None]:
    return {"median_s": measured.median, "longest_s": measured.longest}


@cases_app.callback()
def cases(
    context: typer.Context,
    config: ConfigOption = DEFAULT_CONFIG,
    since: SinceOption = A_YEAR,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write them as JSON lines, with the words: keep it in the school."),
    ] = None,
    words: WordsOption = False,
    as_json: JsonOption = False,
) -> None:
    """List what people decided after policy did: false alarms, misses, and where both agreed.

    Example: moderator cases --out cases.jsonl, then: moderator judge --comments cases.jsonl
    """
    if context.invoked_subcommand is not None:
        return
    now = utc_now()
    with opened(config) as (_settings, database), database.reading() as tx:
        found = [each for each in case_store.reviewed(tx, time_since(since, now), now) if kept.has_words(each)]
    if out is not None:
        write_privately(out, "".join(json.dumps(kept.line(each), ensure_ascii=False) + "\n" for each in found))
        typer.echo(
            f"{out}: {len(found)} cases, in the words of real people. Keep the file inside the school.", err=as_json
        )
    elif as_json:
        print_json([kept.line(each) for each in found])
    else:
        print_cases(found, words)


def print_cases(found: Sequence[Reviewed], words: bool) -> None:
    for each in found:
        known = kept.labels(each)
        what = ", ".join(known) if known else "" if known is not None else "no labels yet"
        text = shown_words(each.comment.text, each.findings, plainly=words)
        went = f"{each.by_policy.ruling} -> {each.by_person.ruling} by {each.by_person.decided_by}"
        typer.echo(
            f"{kept.kind(each):<12} {each.comment.id}  {went}, {local_time(each.by_person.decided_at)}  {text}  {what}"
        )
    if not found:
        typer.echo("Nobody has decided on a comment after policy did, in this time.")
        return
    count = {kind: sum(kept.kind(each) is kind for each in found) for kind in kept.Kind}
    typer.echo(", ".join(f"{number} {kind}" for kind, number in count.items()))


def write_privately(path: Path, text: str) -> None:
    """A file that nobody but its owner reads. Raises ConfigError where it cannot be written."""
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="utf-8") as target:
            path.chmod(0o600)
            target.write(text)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}. Name another file with --out.") from error


@cases_app.command("label")
def label_case(
    comment_id: Annotated[str, typer.Argument(metavar="ID")],
    labels: Annotated[
        list[Label] | None, typer.Argument(metavar="[LABEL]...", help="None: nothing is wrong with it.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    by: ByOption = "",
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be kept; keep nothing.")] = False,
) -> None:
    """Say what a decided comment really holds, for tuning and training. The decision on it stays.

    Example: moderator cases label x-7f3k2m9qa4bc insult --by "Mrs Ravenscroft"
    """
    who = the_person(by)
    given = tuple(labels or ())
    with opened(config) as (_settings, database), database.transaction() as tx:
        comment = the_comment(tx, comment_id)
        if not case_store.of_comment(tx, comment.id):
            raise NotFound(f"{comment.id} is no case: nobody decided on it after policy. First: moderator decide")
        if not dry_run:
            case_store.correct(tx, comment, given, who, utc_now(), reason)
    said = ", ".join(given) or "nothing"
    typer.echo(f"{'would keep' if dry_run else 'kept'}: {comment.id} holds {said}, by {who.name}")


def add_to(app: typer.Typer) -> None:
    app.command("whatif")(whatif_command)
    app.command("tune")(tune_command)
    app.command("regret")(regret_command)
    app.add_typer(cases_app, name="cases")
