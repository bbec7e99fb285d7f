"""What a comment costs, and how long a claim takes, as the number of schools in the store grows."""

from __future__ import annotations

import multiprocessing
import os
from datetime import timedelta
from pathlib import Path
from time import monotonic

from moderator.store import turns
from moderator.store.database import Database
from moderator.store.turns import Turn, Wanted, Work
from moderator.trust.crew import Crew
from tests.postgres import Server
from tests.simulate.street import BEGIN, Clock, serve, written
from tests.simulate.worker import Plan, crew_of, school_id, wanted

_processes = multiprocessing.get_context("fork")


def claims_ms(server: Server, accounts: int, claims: int) -> list[float]:
    """Milliseconds of single claims with so many accounts in the table, all of them due, as after an outage."""
    with server.fresh() as url:
        store = Database.open(url, school_id="")
        with store.transaction() as tx:
            asked = [Wanted(school_id(n // 3), f"a{n % 3}", Work.POLL, 300) for n in range(accounts)]
            turns.enlist(tx, asked, BEGIN - timedelta(hours=1))
            tx.session.connection().exec_driver_sql("ANALYZE turns")
        took = []
        for _ in range(claims):
            began = monotonic()
            with store.transaction() as tx:
                held = turns.claim(tx, Work.POLL, "w", BEGIN, timedelta(seconds=45), 1, 2)
            took.append(1000 * (monotonic() - began))
            with store.transaction() as tx:
                for turn in held:
                    turns.finish(tx, turn, BEGIN, BEGIN + timedelta(seconds=300))
        store.close()
    return took


ENOUGH = 50
"""Schools whose comments are measured at least; a smaller store is filled and measured several times."""
WARM = 4
"""Schools that go first and are not measured: what a new worker puts together once is no cost of a comment."""


def per_comment_ms(server: Server, folder: Path, schools: int, sample: int) -> float:
    """Processor milliseconds of a worker for each comment, from claim to done, over `sample` accounts of a store of so many."""
    folder.mkdir()
    times = -(-ENOUGH // max(1, sample - WARM))
    measured = [_spent(server, folder / str(number), schools, sample) for number in range(times)]
    return 1000 * sum(spent for spent, _ in measured) / sum(count for _, count in measured)


def _spent(server: Server, folder: Path, schools: int, sample: int) -> tuple[float, int]:
    """Seconds, and for how many comments."""
    folder.mkdir()
    with server.fresh() as url:
        street = _processes.Process(target=serve, args=(folder / "street", 300), daemon=True)
        street.start()
        # Time stands still at the end of the hour: each account then has all its comments waiting.
        still = Clock(0.0, 0.0, ahead_s=3600.0)
        plan = Plan(url, folder / "street", folder, 1, schools, frozenset(), 300, 45, still)
        store = Database.open(url, school_id="")
        with store.transaction() as tx:
            turns.enlist(tx, wanted(plan), BEGIN)
            # Judging and acting begin where a comment woke them; the look at each account once an hour is no cost of a comment.
            tx.session.connection().exec_driver_sql(
                "UPDATE turns SET due_at = due_at + interval '1 day' WHERE work <> 'poll'"
            )
            tx.session.connection().exec_driver_sql("ANALYZE turns")
        judged: list[Turn] = []
        crew = crew_of(plan, store, "cost", tell=lambda turn, _late, _took: judged.append(turn))
        all_the_way(crew, WARM)
        judged.clear()
        before = sum(os.times()[:2])
        all_the_way(crew, sample - WARM)
        spent = sum(os.times()[:2]) - before
        own = {turn.school_id for turn in judged if turn.work is Work.JUDGE}
        comments = sum(len(written(plan.seed, int(each[1:]), plan.hour_s, storm=False)) for each in own)
        store.close()
        street.kill()
    return spent, comments


def all_the_way(crew: Crew, accounts: int) -> None:
    """Read so many accounts, and judge and act on all that came."""
    read = 0
    while read < accounts and (held := crew._claim(Work.POLL)):
        read += crew._do(Work.POLL, held)
    for work in (Work.JUDGE, Work.ACT):
        while crew.drain(work):
            pass
