"""`complaints`: what people complain of about the use of their data, with the law's clock of 30 days."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, time
from typing import Annotated, Any

import typer

from moderator.cli.common import (
    DEFAULT_CONFIG,
    ByOption,
    ConfigOption,
    JsonOption,
    local_time,
    opened,
    print_json,
    shown,
    the_person,
    utc_now,
)
from moderator.privacy.complaints import due_at, is_late, state
from moderator.settings import Settings
from moderator.store import data_complaints
from moderator.store.data_complaints import DataComplaint

complaints_app = typer.Typer(
    help="Complaints about how the school uses people's data.\n\nExample: moderator complaints list",
    no_args_is_help=True,
)
NumberArgument = Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="From: moderator complaints list")]


@complaints_app.command()
def add(
    about: Annotated[str, typer.Argument(help="What it is about, in a sentence or two.")],
    complainant: Annotated[str, typer.Option("--from", help="Who complains, and how to reach them.")],
    config: ConfigOption = DEFAULT_CONFIG,
    received: Annotated[
        str, typer.Option("--received", metavar="DATE", help="When it came, as 2026-11-16; else today.")
    ] = "",
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Write a complaint down; the day on which it came starts the clock.

    Example: moderator complaints add "wants to know why a comment was hidden" --from "P. Larkin, pat@example.org"
    """
    with opened(config) as (settings, database), database.transaction() as tx:
        at = utc_now()
        made = data_complaints.add(tx, complainant, about, day_of(settings, received, at), the_person(by), at)
    tell(settings, made, as_json)


def day_of(settings: Settings, received: str, now: datetime) -> datetime:
    """Noon of that day by the school's clock, or now. Raises typer.BadParameter."""
    if not received:
        return now
    try:
        at = datetime.combine(date.fromisoformat(received), time(12), settings.policy.duty.zone)
    except ValueError:
        raise typer.BadParameter(f"{received!r} is no day as 2026-11-16", param_hint="--received") from None
    if at.date() > now.astimezone(at.tzinfo).date():
        raise typer.BadParameter(f"{received} has not come yet", param_hint="--received")
    return min(at, now)


@complaints_app.command("list")
def list_all(
    config: ConfigOption = DEFAULT_CONFIG,
    every: Annotated[bool, typer.Option("--all", help="Those that were answered too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the complaints that are not answered yet, with the day by which each must be acknowledged.

    Example: moderator complaints list --all
    """
    with opened(config) as (settings, database), database.reading() as tx:
        found = data_complaints.listed(tx, answered=every)
    if as_json:
        print_json([facts(settings, each) for each in found])
        return
    for each in found:
        told = state(each, settings.policy.duty.zone, utc_now())
        typer.echo(f"{each.number:>4}  came {local_time(each.received_at)}  {told}")
        typer.echo(f"      {shown(each.complainant)}: {shown(each.about)}")
    if not found:
        typer.echo("No complaint about data waits.")


@complaints_app.command()
def acknowledge(
    number: NumberArgument, config: ConfigOption = DEFAULT_CONFIG, by: ByOption = "", as_json: JsonOption = False
) -> None:
    """Write down that whoever complained was told that their complaint has come.

    Example: moderator complaints acknowledge 2 --by "Mrs Ravenscroft"
    """
    with opened(config) as (settings, database), database.transaction() as tx:
        made = data_complaints.acknowledge(tx, number, the_person(by), utc_now())
    tell(settings, made, as_json)


@complaints_app.command()
def answer(
    number: NumberArgument,
    words: Annotated[str, typer.Option("--words", help="What the school answered.")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Write down how a complaint was answered. The answer itself goes out by the school's own letter.

    Example: moderator complaints answer 2 --words "shown again, with an apology" --by "Mrs Ravenscroft"
    """
    with opened(config) as (settings, database), database.transaction() as tx:
        made = data_complaints.answer(tx, number, words, the_person(by), utc_now())
    tell(settings, made, as_json)


def facts(settings: Settings, complaint: DataComplaint) -> dict[str, Any]:
    zone, now = settings.policy.duty.zone, utc_now()
    told = {"acknowledge_by": due_at(complaint, zone).date(), "late": is_late(complaint, zone, now)}
    return asdict(complaint) | told | {"state": state(complaint, zone, now)}


def tell(settings: Settings, complaint: DataComplaint, as_json: bool) -> None:
    if as_json:
        print_json(facts(settings, complaint))
    else:
        typer.echo(f"complaint {complaint.number}: {state(complaint, settings.policy.duty.zone, utc_now())}")


def add_to(app: typer.Typer) -> None:
    app.add_typer(complaints_app, name="complaints")
