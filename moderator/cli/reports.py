"""`report weekly`, `reports`: a week's letter made again, looked at or sent, and what became of those sent before."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from moderator.cli import resting
from moderator.cli.common import (
    DEFAULT_CONFIG,
    ConfigOption,
    JsonOption,
    NotFound,
    local_time,
    opened,
    print_json,
    show,
    utc_now,
)
from moderator.errors import ConfigError, ModeratorError
from moderator.policy.duty import Term
from moderator.reports.mail import Mailer
from moderator.reports.render import Letter, write_page
from moderator.reports.send import (
    Letters,
    governors_key,
    half_terms,
    latest_due,
    send_reports,
    weekly_key,
)
from moderator.reports.weekly import Report, Week, span_of
from moderator.settings import Settings
from moderator.settings.mail import Person
from moderator.store import mails
from moderator.store.database import Database

A_DAY = "A day, such as 2026-09-02."
LOOKED_AT = Person("", "nobody@moderator.invalid")
"""Whom a letter is made for that nobody gets."""
HELP = "Make a report again, to look at or to send.\n\nExample: moderator report weekly --open"
report_app = typer.Typer(no_args_is_help=True)


def weekly(
    config: ConfigOption = DEFAULT_CONFIG,
    week: Annotated[str, typer.Option("--week", help="Which week, such as 2026-W47; else the last whole one.")] = "",
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE.eml", help="Write the letter into a file.")] = None,
    send: Annotated[bool, typer.Option("--send", help="Send it to those named in the settings, once to each.")] = False,
    look: Annotated[bool, typer.Option("--open", help="Show it in the browser of this machine.")] = False,
    governors: Annotated[
        bool, typer.Option("--governors", help="The totals of a half term, for governors: the last one that is over.")
    ] = False,
    first: Annotated[str, typer.Option("--from", metavar="DAY", help=f"With --governors: the first day. {A_DAY}")] = "",
    last: Annotated[str, typer.Option("--until", metavar="DAY", help=f"With --governors: the last day. {A_DAY}")] = "",
    as_json: JsonOption = False,
) -> None:
    """Print a week's summary as text, or write, show or send it. Made again, a week has the same figures.

    Example: moderator report weekly --week 2026-W47 --to week47.eml
    """
    now = utc_now()
    with opened(config) as (settings, database):
        letters = Letters(settings, settings.policy)
        if governors or first or last:
            key, report, letter = _totals(letters, database, first, last, now)
            people: Sequence[Person] = settings.weekly.governors
        else:
            key, report, letter = _week(letters, database, week, now)
            people = settings.weekly.to
        if to is not None:
            _write(to, letters.mail(letter, key, people[0] if people else LOOKED_AT, now).body)
        if look:
            typer.launch(str(write_page(letter, Path(tempfile.mkdtemp(prefix="moderator-report-")))))
        if send:
            _send(letters, database, letter, key, people, now)
    if as_json:
        print_json(_in_figures(key, report, letter))
    elif to is not None:
        typer.echo(f"{letter.subject}\nwritten to {to}")
    elif not send and not look:
        typer.echo(f"{letter.subject}\n\n{letter.text}", nl=False)


def _week(letters: Letters, database: Database, text: str, now: datetime) -> tuple[str, Report, Letter]:
    duty = letters.duty
    try:
        week = Week.read(text) if text else latest_due(now, letters.settings.weekly, duty)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no week. Write it as 2026-W47.", param_hint="--week") from None
    span = span_of(week, duty)
    if span.since > now:
        raise NotFound(f"Week {week} has not begun yet.")
    if span.until > now:
        typer.echo(f"Week {week} is not over yet: its figures are still growing.", err=True)
    with database.reading() as tx:
        return weekly_key(week), *letters.weekly(tx, week, now)


def _totals(letters: Letters, database: Database, first: str, last: str, now: datetime) -> tuple[str, Report, Letter]:
    known = half_terms(letters.settings, letters.duty)
    if first or last:
        half = Term(_a_day(first, "--from"), _a_day(last, "--until"))
        if half.last < half.first:
            raise typer.BadParameter("it is before the first day.", param_hint="--until")
    else:
        today = now.astimezone(letters.duty.zone).date()
        over = [term for term in known if term.last < today]
        if not over:
            raise NotFound(
                "No half term is over that the settings know of. Name its days with --from and --until, or write half_terms "
                "into the [weekly] table of moderator.toml."
            )
        half = over[-1]
    before = [term for term in known if term.last < half.first]
    with database.reading() as tx:
        return governors_key(half), *letters.governors(tx, half, before[-1] if before else None)


def _a_day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day. {A_DAY}", param_hint=option) from None


def _write(path: Path, body: bytes) -> None:
    try:
        path.write_bytes(body)
    except OSError as error:
        raise ModeratorError(f"{path} cannot be written: {error.strerror}.") from error


def _send(
    letters: Letters, database: Database, letter: Letter, key: str, people: Sequence[Person], now: datetime
) -> None:
    """Into the outbox and out; what the mail server does not take now the daemon tries again."""
    _need_mail(letters.settings, people)
    with database.transaction() as tx:
        fresh = [person for person in people if mails.put(tx, letters.mail(letter, key, person, now))]
    for person in people:
        if person not in fresh:
            typer.echo(
                f"{person.address}: has it already, or will get it; nobody gets it twice. See: moderator reports"
            )
    failed = False
    for sending in send_reports(database, Mailer(letters.settings.mail), now):
        failed = failed or not sending.went
        again = "The daemon tries again." if sending.next_try_at else "It is not tried again."
        typer.echo(f"{sending.mail.recipient}: {'sent' if sending.went else f'not sent. {sending.why} {again}'}")
    if failed:
        raise typer.Exit(1)


def _need_mail(settings: Settings, people: Sequence[Person]) -> None:
    if not settings.mail.on:
        raise ConfigError("moderator.toml names no mail server. Write host, sender and reply_to into its table [mail].")
    if not people:
        raise ConfigError("moderator.toml names nobody to send it to. Write addresses into its table [weekly].")


def _in_figures(key: str, report: Report, letter: Letter) -> dict[str, Any]:
    figures = asdict(report)
    span = figures.pop("span")
    return {"key": key, "subject": letter.subject, "first": span["first"], "last": span["last"], **figures}


def reports(
    config: ConfigOption = DEFAULT_CONFIG,
    kind: Annotated[str, typer.Option("--kind", help="Only letters of this kind: weekly, governors or alert.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many of the latest letters.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """List the letters that were written, newest first: to whom, whether they went, and what holds them up.

    Example: moderator reports --kind weekly
    """
    with opened(config) as (_settings, database), database.reading() as tx:
        rows = [_row(posted) for posted in mails.listed(tx, kind or None, limit)]
    show(as_json, rows, "No letter was written yet.")


def _row(posted: mails.Posted) -> dict[str, Any]:
    waits = posted.state is mails.MailState.WAITING
    return {
        "key": posted.key,
        "to": posted.recipient,
        "state": posted.state.value.replace("_", " "),
        "at": local_time(posted.not_before if waits else posted.ended_at),
        "attempts": f"{posted.attempts} {'try' if posted.attempts == 1 else 'tries'}",
        "why": posted.last_error,
    }


report_app.command("weekly")(weekly)
resting.add_to(report_app)


def add_to(app: typer.Typer) -> None:
    app.add_typer(report_app, name="report", help=HELP)
    app.command()(reports)
