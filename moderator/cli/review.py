"""`queue`, `decide`, `explain`: what a person sees and says."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from moderator.cli.common import (
    DEFAULT_CONFIG,
    ByOption,
    ConfigOption,
    DryRunOption,
    JsonOption,
    local_time,
    opened,
    print_json,
    shortened,
    show,
    shown,
    the_comment,
    the_person,
    utc_now,
)
from moderator.cli.effects import effect_of, what_ends_with
from moderator.cli.tasks import task_rows
from moderator.cli.verdicts import print_verdicts
from moderator.domain import ActionKind, Decision, Mode, Ruling, Verdict, Visibility
from moderator.explained.comment import gather_facts
from moderator.explained.same_child import same_child
from moderator.review import decide_as, refuse_unless_allowed, ruling_with
from moderator.store import actions, decisions


class Answer(StrEnum):
    """What a person can decide."""

    ALLOW = "allow"
    HIDE = "hide"
    REMOVE = "remove"
    BLOCK = "block"
    UNBLOCK = "unblock"
    MUTE = "mute"
    UNMUTE = "unmute"


def queue(
    config: ConfigOption = DEFAULT_CONFIG,
    limit: Annotated[int, typer.Option(help="Show at most this many.")] = 50,
    waiting: Annotated[
        bool, typer.Option("--waiting", help="Show actions that have not gone through, instead.")
    ] = False,
    tasks: Annotated[bool, typer.Option("--tasks", help="Show what a person must do by hand, instead.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List what waits for a person: urgent first, then oldest.

    Example: moderator queue
    """
    with opened(config) as (settings, database), database.reading() as tx:
        if waiting:
            show(as_json, [waiting_row(state) for state in actions.waiting(tx)], "No action waits.")
        elif tasks:
            show(as_json, task_rows(tx), "Nothing to do by hand.")
        else:
            rows = [queue_row(item) for item in decisions.queued(tx, limit)]
            show(as_json, rows if as_json else [in_brief(row) for row in rows], "Nothing waits for a person.")
            if not as_json and (count := decisions.count_queued(tx)):
                wait = settings.policy.duty.hide_waits_at_most
                if late := decisions.count_late(tx, utc_now() - wait):
                    typer.echo(
                        f"{late} hidden comments have waited longer than {wait.total_seconds() / 3600:.0f} hours."
                    )
                typer.echo(f"{count} to decide. Next: moderator explain ID, then: moderator decide ID allow|hide")


def queue_row(item: decisions.Queued) -> dict[str, Any]:
    comment, decision = item.comment, item.decision
    return {
        "id": comment.id,
        "urgent": decision.urgent,
        "ruling": decision.ruling.value,
        "now": IN_SIGHT[comment.visibility],
        "posted": local_time(comment.posted_at),
        "text": shortened(comment.text, 70),
        "why": list(decision.reasons),
    }


IN_SIGHT = {
    Visibility.PUBLIC: "in sight",
    Visibility.HIDDEN: "hidden",
    Visibility.GONE: "gone",
    Visibility.UNKNOWN: "in sight",  # What X shows and nobody hid.
}


def in_brief(row: dict[str, Any]) -> dict[str, Any]:
    """One line for a person: the gravest reason without its policy line, which `explain` shows."""
    why = row["why"][0].partition("; policy: ")[0] if row["why"] else ""
    return {key: value for key, value in row.items() if key != "ruling"} | {"why": why}


def waiting_row(state: actions.ActionState) -> dict[str, Any]:
    return {
        "id": state.action.comment.id,
        "action": state.action.kind.value,
        "state": state.state,
        "attempts": state.attempts,
        "next": local_time(state.not_before),
        "last_error": state.last_error,
    }


def decide(
    comment_id: Annotated[
        str, typer.Argument(metavar="ID", help="Id from `moderator queue`, the start of one, or the platform's.")
    ],
    answer: Annotated[
        Answer,
        typer.Argument(help="allow puts back what is hidden; remove is final; a block may have to be undone by hand."),
    ],
    config: ConfigOption = DEFAULT_CONFIG,
    by: ByOption = "",
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    strike: Annotated[
        bool, typer.Option("--strike", help="It is an offence that no rule saw: it counts while it stays out of sight.")
    ] = False,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Record a person's decision on one comment; the running daemon carries it out within seconds.

    Example: moderator decide x-7f3k2m9qa4bc allow --by "Mrs Ravenscroft" --reason "a kind word, no child"
    """
    who = the_person(by)
    with opened(config) as (settings, database):
        with database.reading() as tx:
            comment = the_comment(tx, comment_id)
            before = decisions.latest(tx, comment.id)
            refuse_unless_allowed(tx, settings.people, who, comment.id)
            kind = ActionKind.RELEASE if answer is Answer.ALLOW else ActionKind(answer.value)
            ends = what_ends_with(tx, comment, kind, utc_now())
        effect = effect_of(settings, comment, kind) + ends
        decision = Decision(
            comment_id=comment.id,
            version=comment.version,
            ruling=ruling_of(answer, before),
            decided_by=who.name,
            decided_at=utc_now(),
            reasons=(reason,) if reason else (),
            mode=settings.mode,
            author_action=kind if answer in AUTHOR_ANSWERS else None,
            verdicts=(AN_OFFENCE,) if strike else (),
        )
        if not dry_run:
            with database.transaction() as tx:
                decision = decide_as(tx, settings.people, who, decision, after=before.number if before else 0)
    if as_json:
        print_json(
            {
                "id": comment.id,
                "decision": decision.number,
                "ruling": decision.ruling,
                "effect": effect,
                "dry_run": dry_run,
            }
        )
    else:
        typer.echo(f"{'would record' if dry_run else 'recorded'}: {answer} {comment.id} by {who.name}")
        typer.echo(effect)


AN_OFFENCE = Verdict("a_persons_word", Ruling.HIDE, "a person calls it an offence", strike=True)
AUTHOR_ANSWERS = {Answer.BLOCK, Answer.UNBLOCK, Answer.MUTE, Answer.UNMUTE}


def ruling_of(answer: Answer, before: Decision | None) -> Ruling:
    """An answer about the author hides the comment of one who is blocked, and leaves it as it was otherwise."""
    if answer in (Answer.ALLOW, Answer.HIDE, Answer.REMOVE):
        return Ruling(answer.value)
    return ruling_with(ActionKind(answer.value), before)


def explain(
    comment_id: Annotated[str, typer.Argument(metavar="ID")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show everything known about one comment: words, findings, rules, decisions, actions, outcomes, times.

    Example: moderator explain x-7f3k2m9qa4bc
    """
    with opened(config) as (settings, database), database.reading() as tx:
        comment = the_comment(tx, comment_id)
        facts = gather_facts(tx, comment, settings.policy)
        facts["same_child"] = same_child(tx, comment, settings.policy, utc_now())
    if as_json:
        print_json(facts)
    else:
        print_facts(facts)


def print_facts(facts: dict[str, Any]) -> None:
    comment = facts["comment"]
    author = comment["author"]
    typer.echo(
        f"{comment['id']}  ({comment['platform']} {comment['native_id']})  now {comment['visibility']}  {comment['url']}"
    )
    typer.echo(
        f"by {shown(author['display_name'])} {shown(author['handle'])}, posted {local_time(comment['posted_at'])}"
    )
    if facts["post"]:
        typer.echo(f"under: {shortened(facts['post'], 100)}")
    for line in facts["thread"]:
        typer.echo(f"after: {shown(line['author'])}: {shortened(line['text'], 100)}")
    for form in facts["forms"]:
        typer.echo(f"words{'' if len(facts['forms']) == 1 else ' ' + str(form['version'])}: {shown(form['text'])}")
    for found in sorted(facts["findings"], key=lambda each: -each["score"]):
        phrase = f" “{shown(found['phrase'])}”" if found["phrase"] else ""
        note = f" ({found['note']})" if found["note"] else ""
        typer.echo(
            f"found: {found['label']} {found['score']:.2f}{phrase}{note} by {found['detector']} {found['version']}"
        )
    if facts["same_child"]:
        typer.echo(f"again: {facts['same_child']}")
    print_verdicts(facts["rules"])
    for decision in facts["decisions"]:
        what = decision["ruling"] + (f" + {decision['author_action']}" if decision["author_action"] else "")
        shadow = " (shadow: nothing is done)" if decision["mode"] == Mode.SHADOW else ""
        typer.echo(f"decided: {what} by {decision['decided_by']} {local_time(decision['decided_at'])}{shadow}")
        for reason in decision["reasons"]:
            typer.echo(f"   because {reason}")
    for state in facts["actions"]:
        verified = f", read back as {state['verified_visibility']}" if state["verified_at"] else ""
        error = f", last error: {state['last_error']}" if state["last_error"] and state["state"] != "done" else ""
        typer.echo(f"action: {state['action']} {state['state']} after {state['attempts']} attempts{verified}{error}")
    for line in facts["kept"]["lines"]:
        typer.echo(f"kept: {shown(line)}")
    for event in facts["trail"]:
        typer.echo(f"trail: {local_time(event['at'])}  {event['event']}  {event['actor']}")


def add_to(app: typer.Typer) -> None:
    for command in (queue, decide, explain):
        app.command()(command)
