"""`report pause`, `report resume`: a rest from a report, as its recipient asks for it by the link of a letter."""

from __future__ import annotations

from typing import Annotated

import typer

from moderator.cli.common import (
    DEFAULT_CONFIG,
    ByOption,
    ConfigOption,
    DryRunOption,
    JsonOption,
    NotFound,
    local_time,
    opened,
    print_json,
    the_person,
    utc_now,
)
from moderator.reports.rest import KINDS, ends, others, recipients, rest
from moderator.settings import Settings
from moderator.store import pauses

AddressArgument = Annotated[str, typer.Argument(metavar="ADDRESS", help="The e-mail address, as in moderator.toml.")]
GovernorsOption = Annotated[bool, typer.Option("--governors", help="The governors' totals, not the weekly summary.")]


def pause(
    address: AddressArgument,
    weeks: Annotated[int, typer.Option(min=1, max=8, help="For how many weeks.")] = 2,
    governors: GovernorsOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Give a recipient a rest from their report; the others are told by letter. Not the last one who gets it.

    Example: moderator report pause head@school.example --weeks 4
    """
    kind, now = kind_of(governors), utc_now()
    with opened(config) as (settings, database):
        the_recipient(settings, address, kind)
        until = ends(settings, weeks, now)
        if dry_run:
            with database.reading() as tx:
                told = others(tx, settings, address, kind, now)
        else:
            with database.transaction() as tx:
                told = rest(tx, settings, address, kind, until, now)
    to = [person.address for person in told]
    if as_json:
        print_json({"address": address, "kind": kind, "until": until, "told": to, "dry_run": dry_run})
        return
    typer.echo(f"{address} {'would get' if dry_run else 'gets'} no {KINDS[kind]} before {local_time(until)}.")
    typer.echo(f"{'Would be told' if dry_run else 'Told'} by letter: {', '.join(to) or 'nobody'}.")


def resume(
    address: AddressArgument,
    governors: GovernorsOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    by: ByOption = "",
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Send a recipient their report again before the rest is over. What they missed is not sent.

    Example: moderator report resume head@school.example
    """
    who, kind, now = the_person(by), kind_of(governors), utc_now()
    with opened(config) as (_settings, database), database.transaction() as tx:
        if not any((each.address, each.kind) == (address, kind) for each in pauses.in_force(tx, now)):
            raise NotFound(f"{address} has no rest from the {KINDS[kind]} just now.")
        if not dry_run:
            pauses.resume(tx, address, kind, who.name, now)
    if as_json:
        print_json({"address": address, "kind": kind, "dry_run": dry_run})
        return
    typer.echo(f"{address} {'would get' if dry_run else 'gets'} the {KINDS[kind]} again.")


def kind_of(governors: bool) -> str:
    return "governors" if governors else "weekly"


def the_recipient(settings: Settings, address: str, kind: str) -> None:
    """Raises NotFound for somebody who gets no such letter."""
    if all(person.address != address for person in recipients(settings, kind)):
        raise NotFound(f"{address} does not get the {KINDS[kind]}. Who does stands in [weekly] of moderator.toml.")


def add_to(report_app: typer.Typer) -> None:
    report_app.command()(pause)
    report_app.command()(resume)
