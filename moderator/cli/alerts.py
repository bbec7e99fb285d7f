"""`alerts`: what waits for somebody to open it, whom it reaches by which way, and whether those ways work."""

from __future__ import annotations

import secrets
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

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
from moderator.errors import ConfigError
from moderator.reports.channels import open_channels
from moderator.reports.push import public_key, read_subscription
from moderator.reports.trying import Tested, try_letters, try_pushes, try_services
from moderator.settings import Settings
from moderator.settings.alerts import OnCall, told_as
from moderator.store import alerts as alert_store
from moderator.store import pushes
from moderator.store.database import Database

alerts_app = typer.Typer(invoke_without_command=True)
LOOK_FOR_TAP_EVERY_S = 1.0


@alerts_app.callback()
def alerts(context: typer.Context, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """List the alerts that nobody has opened, and the ways by which alerts reach whom.

    Example: moderator alerts
    """
    if context.invoked_subcommand is not None:
        return
    with opened(config) as (settings, database):
        rows, ways = open_rows(database), way_rows(settings, database)
    facts = {"enabled": settings.alerts.enabled, "open": rows, "ways": ways}
    if as_json:
        key = public_key(settings.alerts.vapid_key) if settings.alerts.enabled else ""
        print_json(facts | {"public_key": key})
        return
    if not settings.alerts.enabled:
        typer.echo("Alerts are off. Switch them on with enabled = true under [alerts] in moderator.toml.")
    for row in rows:
        typer.echo(
            f"{row['id']:<5} since {row['since']}  {row['cases']} urgent, told {row['told']} times, again at {row['again']}"
        )
    typer.echo("" if rows else "No alert is open.")
    for way in ways:
        typer.echo(f"{way['role']:<18} {way['way']:<8} {way['to']:<40} {way['state']}")


def open_rows(database: Database) -> list[dict[str, Any]]:
    with database.reading() as tx:
        return [
            {
                "id": alert.number,
                "since": local_time(alert.began_at),
                "cases": alert.cases,
                "told": alert.step,
                "again": local_time(alert.next_step_at),
            }
            for alert in alert_store.open_alerts(tx)
        ]


def way_rows(settings: Settings, database: Database) -> list[dict[str, Any]]:
    """Every way that alerts take, in the order in which people are told. Addresses of services stay secret."""
    with database.reading() as tx:
        browsers, confirmed = pushes.subscriptions(tx, dropped=True), pushes.confirmed_addresses(tx)
    rows = []
    for role in OnCall:
        if role in settings.alerts.contacts:
            address = settings.alerts.contacts[role].address
            rows.append(way_row(role, "letter", address, confirmed.get(address)))
        for each in (each for each in browsers if each.role == role):
            state = f"dropped {local_time(each.dropped_at)}: subscribe again" if each.dropped_at else ""
            rows.append(way_row(role, "push", f"{each.person} ({each.id})", each.confirmed_at, state))
    for number, address in enumerate(settings.alerts.services, start=1):
        rows.append(way_row("everybody", "service", f"{number}: {address.partition('://')[0]}", None, "not confirmed"))
    return rows


def way_row(role: str, way: str, to: str, confirmed_at: datetime | None, state: str = "") -> dict[str, Any]:
    arrives = f"confirmed {local_time(confirmed_at)}" if confirmed_at else "not confirmed: moderator alerts test"
    return {"role": role, "way": way, "to": to, "state": state or arrives}


@alerts_app.command("seen")
def seen(
    number: Annotated[int, typer.Argument(metavar="ID", help="The alert's number, from: moderator alerts")],
    config: ConfigOption = DEFAULT_CONFIG,
    by: ByOption = "",
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Say that you look after an alert: nobody is told of it again. Its comments still wait for a decision.

    Example: moderator alerts seen 12 --by "Mrs Ravenscroft"
    """
    who = the_person(by)
    with opened(config) as (_settings, database):
        with database.reading() as tx:
            found = next((each for each in alert_store.open_alerts(tx) if each.number == number), None)
        if found is None:
            raise NotFound(f"No open alert has the number {number}. Those that are open: moderator alerts")
        if not dry_run:
            with database.transaction() as tx:
                alert_store.seen(tx, number, who.name, utc_now())
    if as_json:
        print_json({"id": number, "cases": found.cases, "seen_by": who.name, "dry_run": dry_run})
        return
    verb = "would be seen" if dry_run else "seen"
    typer.echo(f"{verb} by {who.name}: alert {number}. What waits: moderator queue")


@alerts_app.command("subscribe")
def subscribe(
    file: Annotated[Path, typer.Option("--file", help="The subscription as JSON, as the browser gives it.")],
    person: Annotated[str, typer.Option("--person", help="Whose phone or browser it is.")],
    config: ConfigOption = DEFAULT_CONFIG,
    role: Annotated[
        OnCall | None, typer.Option("--role", help="What they are told as. Left out: as [people] says, else deputy.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the file; keep nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Let a phone or browser take alerts. Until its test is tapped, letters go beside.

    Example: moderator alerts subscribe --file phone.json --person "Mrs Ravenscroft"
    """
    who = the_person(person)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}.") from None
    with opened(config) as (settings, database):
        need_alerts(settings)
        alerts_are = settings.alerts
        as_whom = role or told_as(settings.people.role_of(who)) or OnCall.DEPUTY
        given = read_subscription(text, who.name, as_whom, alerts_are.push_hosts, alerts_are.push_to_loopback)
        if not dry_run:
            with database.transaction() as tx:
                pushes.subscribe(tx, given, utc_now())
    if as_json:
        print_json({"id": given.id, "person": who.name, "role": as_whom, "dry_run": dry_run})
        return
    typer.echo(f"{'would be added' if dry_run else 'added'}: {given.id} of {who.name}, told as {as_whom}")
    typer.echo("Now send it a test: moderator alerts test")


@alerts_app.command("remove")
def remove(
    subscription: Annotated[str, typer.Argument(metavar="ID", help="The phone's id, from: moderator alerts")],
    config: ConfigOption = DEFAULT_CONFIG,
    by: ByOption = "",
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Send no more alerts to a phone or browser, as when it was lost or somebody left.

    Example: moderator alerts remove 5f0c2a9b11de --by "Mr Kowalczyk"
    """
    who = the_person(by)
    with opened(config) as (_settings, database), database.transaction() as tx:
        found = next((each for each in pushes.subscriptions(tx) if each.id == subscription), None)
        if found is None:
            raise NotFound(f"No phone in use has the id {subscription}. Those that are: moderator alerts")
        if not dry_run:
            pushes.drop(tx, found.id, utc_now(), by=who.name)
    if as_json:
        print_json({"id": found.id, "person": found.person, "dry_run": dry_run})
        return
    typer.echo(f"{'would be removed' if dry_run else 'removed'}: {found.id} of {found.person}")


@alerts_app.command("test")
def try_all(
    config: ConfigOption = DEFAULT_CONFIG,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait for the tap, and ask for the codes.")] = True,
    wait_s: Annotated[float, typer.Option(min=1, max=900, help="Seconds to wait for the tap.")] = 120.0,
    as_json: JsonOption = False,
) -> None:
    """Send a test by every way, and find out which of them really arrive.

    A push is confirmed by a tap on it, a letter by the code that stands in it. Taken by a server is not arrived.

    Example: moderator alerts test --no-wait
    """
    with opened(config) as (settings, database):
        need_alerts(settings)
        channels, now = open_channels(settings), utc_now()
        codes = {each.address: f"{secrets.randbelow(10**6):06}" for each in settings.alerts.contacts.values()}
        tested = [
            *try_letters(channels, codes, now),
            *try_pushes(database, channels, now),
            *try_services(channels),
        ]
        if not as_json:
            for each in tested:
                typer.echo(f"{each.way:<8} {each.to:<40} {each.said}")
        if wait and not as_json:
            ask_for_codes(database, tested, codes)
            wait_for_taps(database, tested, now, wait_s)
        rows = way_rows(settings, database)
    if as_json:
        print_json(
            {"sent": [{"way": t.way, "to": t.to, "taken": t.taken, "said": t.said} for t in tested], "ways": rows}
        )
    elif not wait:
        typer.echo("Whether they arrived is not known. Look at the phones and mailboxes, or leave --no-wait out.")
    if not all(each.taken for each in tested):
        raise typer.Exit(1)


def need_alerts(settings: Settings) -> None:
    if not settings.alerts.enabled:
        raise ConfigError(
            "Alerts are off. Set enabled = true under [alerts] in moderator.toml first; addresses go there too."
        )


def ask_for_codes(database: Database, tested: list[Tested], codes: dict[str, str]) -> None:
    for each in tested:
        if each.way != "letter" or not each.taken:
            continue
        typed = typer.prompt(
            f"The code in the letter to {each.to} (Enter: it has not come)", default="", show_default=False
        )
        if secrets.compare_digest(typed.strip().encode(), codes[each.to].encode()):
            with database.transaction() as tx:
                pushes.confirm_address(tx, each.to, utc_now())
            typer.echo(f"letter   {each.to}: confirmed")
        else:
            typer.echo(f"letter   {each.to}: not confirmed" + ("; that is not the code" if typed.strip() else ""))


def wait_for_taps(database: Database, tested: list[Tested], since: datetime, wait_s: float) -> None:
    waiting = {each.subscription: each for each in tested if each.way == "push" and each.taken}
    if waiting:
        typer.echo(f"Please tap the test on each phone. Waiting up to {wait_s:.0f} seconds …")
    until = time.monotonic() + wait_s
    while waiting and time.monotonic() < until:
        with database.reading() as tx:
            tapped = [s.id for s in pushes.subscriptions(tx) if s.confirmed_at is not None and s.confirmed_at >= since]
        for subscription in [each for each in tapped if each in waiting]:
            typer.echo(f"push     {waiting.pop(subscription).to}: confirmed")
        time.sleep(LOOK_FOR_TAP_EVERY_S if waiting else 0)
    for each in waiting.values():
        typer.echo(f"push     {each.to}: not confirmed; letters go on beside it")


def add_to(app: typer.Typer) -> None:
    app.add_typer(alerts_app, name="alerts")
