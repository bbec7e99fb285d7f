"""All lines, in the order in which a person reads them: the machine, the files, the records, and then the world outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from moderator.build import Models, build_models, build_platform, school_detectors
from moderator.checkup import machine
from moderator.checkup.files import files_lines
from moderator.checkup.lines import Line, fail, ok, skipped, warn
from moderator.checkup.outside import OFFLINE, login_line, mail_line, push_lines, trial_letter
from moderator.checkup.reading import model_lines
from moderator.checkup.record import record_lines
from moderator.checkup.units import FOLDER, unit_lines
from moderator.errors import ModeratorError
from moderator.reports.mail import Mailer
from moderator.settings import Settings
from moderator.settings.forms import ONLINE, page_of
from moderator.store import pushes
from moderator.store.database import Database
from moderator.store.engines import SQLITE_VERSION

STORES = {"sqlite": "SQLCipher, encrypted", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Asked:
    """How far to look."""

    config: Path
    offline: bool = False  # ask nobody over the network
    send: bool = False  # send a test letter
    units: Path = FOLDER


def machine_lines() -> Iterator[Line]:
    """What can be said before any file of the school's was read."""
    yield machine.versions()
    yield machine.sqlite_line(SQLITE_VERSION)
    yield machine.clock_line(machine.clock_is_synchronised())


def settings_lines(settings: Settings, now: datetime, asked: Asked) -> Iterator[Line]:
    """What can be said without the database."""
    yield machine.zone_line(now, settings.policy.duty.zone)
    yield machine.disk(settings.state_dir)
    yield config_line(settings)
    yield from files_lines(settings, asked.config)
    yield from unit_lines(asked.units)
    yield from model_lines(settings)
    yield detectors_line(settings, now)


def config_line(settings: Settings) -> Line:
    if not settings.accounts:
        return fail(
            "config",
            "no account is watched",
            f"See {', '.join(map(page_of, (*ONLINE, 'byhand')))}, or: moderator setup",
        )
    return ok("config", f"{len(settings.accounts)} accounts, mode {settings.mode}")


def detectors_line(settings: Settings, now: datetime) -> Line:
    """Loads everything that reads comments, as the daemon does at its start."""
    try:
        models: Models = build_models(settings)
        found = school_detectors(settings, now, models)
    except ModeratorError as error:
        return fail("detectors", str(error), "Mend what it names; until then no comment can be judged.")
    return ok("detectors", f"{len(found)} are ready")


def database_lines(settings: Settings, database: Database, now: datetime, asked: Asked) -> Iterator[Line]:
    """What is asked of the records, of the platforms, of the mail server and of the push services."""
    yield ok("database", STORES[database.dialect])
    with database.reading() as tx:
        yield from record_lines(tx, settings, now)
    for each in settings.accounts:
        if asked.offline and not each.by_hand:
            yield skipped(each.account.id, OFFLINE)
        else:
            yield account_line(settings, database, each.account.id, now)
    letter = trial_letter(settings.mail, now) if asked.send and settings.mail.on else None
    yield mail_line(settings.mail, Mailer(settings.mail), asked.offline, letter)
    with database.reading() as tx:
        phones, letters = pushes.subscriptions(tx), pushes.confirmed_addresses(tx)
    yield from push_lines(settings.alerts, phones, letters, asked.offline)
    yield page_line(settings)


def account_line(settings: Settings, database: Database, account_id: str, now: datetime) -> Line:
    each = next(each for each in settings.accounts if each.account.id == account_id)
    try:
        platform = build_platform(each, database, settings.state_dir)
    except ModeratorError as error:
        return fail(account_id, str(error), "Mend what it names.")
    return login_line(platform, now)


def page_line(settings: Settings) -> Line:
    origin = settings.web.origin
    if origin.startswith("http://"):
        return warn(
            "page", f"{origin} is for this machine alone: no phone reaches it", "Set origin in [web]: docs/page.md"
        )
    return ok("page", origin)
