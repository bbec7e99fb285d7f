"""`worker`: shares the work of a trust's schools with other workers, on this machine or another."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from typing import Annotated

import typer

from moderator.backups.upgrade import is_behind
from moderator.cli.common import utc_now
from moderator.cli.trust import DEFAULT_TRUST, TrustOption, load_trust
from moderator.errors import StoreError
from moderator.logs import open_log
from moderator.monitor.server import Served
from moderator.settings.monitor import place_of
from moderator.settings.trust import Schools, WorkerForm
from moderator.store.database import Database
from moderator.store.roles import refuse_who_sees_all
from moderator.store.turns import Work
from moderator.trust.clock import DatabaseClock
from moderator.trust.crew import Crew, Terms
from moderator.trust.enlisting import Enlisting
from moderator.trust.figures import WorkerFigures
from moderator.trust.office import Office
from moderator.trust.wakeups import Wakeups


def worker(
    trust: TrustOption = DEFAULT_TRUST,
    only: Annotated[
        list[Work] | None,
        typer.Option(
            help="Do this kind of work alone; may be given several times. Judging needs no network and no logins."
        ),
    ] = None,
    concurrency: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="How many accounts are read at once, in the place of polls_at_once."),
    ] = None,
    listen: Annotated[
        str,
        typer.Option(
            help="Tell this worker's figures under /metrics: 127.0.0.1:9465, or the whole path of a Unix socket. No login."
        ),
    ] = "",
) -> None:
    """Share the work of the trust's schools until told to stop (SIGTERM or Ctrl-C); start as many as there is work for.

    What is in hand then ends first, and the rest is handed to the other workers.

    Example: moderator worker --trust /etc/moderator/trust.toml --only poll --only act
    """
    settings = load_trust(trust)
    form, kinds = settings.form.worker, tuple(only or Work)
    name = f"{socket.gethostname()}-{os.getpid()}-{utc_now():%H%M%S}"
    log = open_log(style=form.log_format, journal="JOURNAL_STREAM" in os.environ).bind(worker=name)
    store = Database.open(settings.store_url, school_id="")
    try:
        if is_behind(store):
            raise StoreError(
                "The tables are of an older version of moderator. Bring them up to this one first, as the owner of the "
                "database: moderator trust prepare"
            )
        refuse_who_sees_all(store)
        clock, leaving = DatabaseClock(store), threading.Event()
        schools = Schools(settings, logins=set(kinds) != {Work.JUDGE})
        figures = WorkerFigures(schools, store, clock)
        office = Office(schools, form, store, log, clock, figures.judged, figures.acted)
        terms = Terms(timedelta(seconds=form.lease_s), per_school=form.per_school)
        hands = office.hands(kinds, leaving)
        crew = Crew(store, hands, name, terms, log, clock, figures.turned, leaving, figures.claimed)
        log.info("worker.started", kinds=",".join(kinds), schools=len(schools))
        served = Served(place_of(listen), figures.answer) if listen else nullcontext()
        with served, Enlisting(office, partial(load_trust, trust), log, leaving):
            Wakeups(crew, settings.store_url, slots(form, concurrency), log).run()
        log.info("worker.stopped")
    finally:
        store.close()


def slots(form: WorkerForm, concurrency: int | None) -> dict[Work, int]:
    """How many turns of each kind one worker does at once. Of two that judge one reads and one keeps."""
    polls = concurrency or form.polls_at_once
    return {Work.POLL: polls, Work.ACT: form.acts_at_once, Work.JUDGE: 2, Work.REPORT: 1, Work.RETENTION: 1}


def add_to(app: typer.Typer) -> None:
    app.command()(worker)
