"""The compressed hour: workers share a street's accounts, one of them is killed each minute, and the database crashes once."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import psycopg

from moderator.store import turns, wakeup_tables
from moderator.store.database import Database
from tests.simulate.street import BEGIN, GRAVE, Clock, Ledger, Line, serve, written
from tests.simulate.worker import Plan, wanted, work

_processes = multiprocessing.get_context("fork")


@dataclass
class Hour:
    """What the hour brought."""

    polls: int = 0
    lateness: list[float] = field(default_factory=list)  # of each reading after an account's first: gap / interval
    calm_lateness: list[float] = field(default_factory=list)  # while storms were about, of accounts without one
    doubled_polls: int = 0
    repeated_polls: int = 0  # after a kill or the crash
    comments: int = 0
    grave: int = 0
    hidden: int = 0
    doubled_hides: int = 0
    hidden_after_s: list[float] = field(default_factory=list)
    calm_hidden_after_s: list[float] = field(default_factory=list)
    kills: int = 0
    claims_ms: list[float] = field(default_factory=list)
    cpu_s: float = 0.0  # of all workers that were not killed
    wall_s: float = 0.0


def run(plan: Plan, workers: int, kill_every_s: float, crash_at_s: float | None, say: Callable[[str], None]) -> Hour:
    """`kill_every_s` and `crash_at_s` are seconds of the compressed hour."""
    wakeup_tables.prepare(plan.url)
    store = Database.open(plan.url, school_id="")
    with store.transaction() as tx:
        turns.enlist(tx, wanted(plan), BEGIN)
    store.close()
    street = _processes.Process(target=serve, args=(plan.street, plan.every_s, plan.lease_s), daemon=True)
    street.start()
    while not plan.street.exists():
        time.sleep(0.05)
    hour, began = Hour(), time.monotonic()
    plan = replace(plan, clock=Clock(time.monotonic(), plan.clock.speed))
    crew = [_start(plan, f"w{number}") for number in range(workers)]
    chance = random.Random(plan.seed)
    next_kill, crashed = kill_every_s, crash_at_s is None
    while (passed := (plan.clock() - BEGIN).total_seconds()) < plan.hour_s:
        if passed >= next_kill:
            place = chance.randrange(workers)
            crew[place].kill()
            crew[place].join()
            crew[place] = _start(plan, f"w{workers + hour.kills}")
            hour.kills, next_kill = hour.kills + 1, next_kill + kill_every_s
        if not crashed and crash_at_s is not None and passed >= crash_at_s:
            crash(plan.url)
            Line(plan.street).ask("crashed", given=passed)
            crashed = True
            say(f"the database crashed at {passed:.0f} s of the hour")
        time.sleep(0.05)
    hour.wall_s = time.monotonic() - began
    for process in crew:
        os.kill(process.pid or 0, signal.SIGTERM)
    for process in crew:
        process.join(60)
    _count(plan, hour, Line(plan.street), say)
    street.kill()
    return hour


def _start(plan: Plan, name: str) -> Any:
    process = _processes.Process(target=work, args=(plan, name))
    process.start()
    return process


def crash(url: str) -> None:
    """Kill a process of the server as a fault of its own would: it ends all connections, recovers and starts anew."""
    with psycopg.connect(**wakeup_tables.conninfo(url), autocommit=True) as server:
        row = server.execute("SELECT pg_backend_pid()").fetchone()
        if row is not None:
            os.kill(row[0], signal.SIGKILL)


def _count(plan: Plan, hour: Hour, line: Line, say: Callable[[str], None]) -> None:
    ledger: Ledger = line.ask("ledger")
    reads, hides, hidden_at = ledger.reads, ledger.hides, ledger.hidden_at
    hour.doubled_polls, hour.repeated_polls = len(ledger.doubled), ledger.repeated
    for each in ledger.doubled:
        say(f"read twice: {each}")
    calm = (plan.hour_s * 0.3, plan.hour_s * 0.65)
    hour.polls = sum(map(len, reads.values()))
    for account, times in reads.items():
        for before, at in pairwise(times):
            gap = (at - before) / plan.every_s
            hour.lateness.append(gap)
            if account not in plan.storms and calm[0] <= at <= calm[1]:
                hour.calm_lateness.append(gap)
        if times:  # The last reading counts as late too, where none came after it.
            hour.lateness.append((plan.hour_s - times[-1]) / plan.every_s)
    hour.lateness += [plan.hour_s / plan.every_s] * (plan.accounts - len(reads))
    must_go: dict[tuple[int, str], float] = {}
    for account in range(plan.accounts):
        # What was written in the last readings' reach of the hour need not have been seen.
        said = written(plan.seed, account, plan.hour_s, account in plan.storms)
        hour.comments += len(said)
        ends = plan.hour_s - 2 * plan.every_s
        must_go |= {(account, native_id): at for at, native_id, text in said if text == GRAVE and at < ends}
    hour.grave, hour.hidden = len(must_go), sum(key in hidden_at for key in must_go)
    hour.doubled_hides = sum(count - 1 for count in hides.values())
    hour.hidden_after_s = [hidden_at[key] - at for key, at in must_go.items() if key in hidden_at]
    hour.calm_hidden_after_s = [
        hidden_at[key] - at for key, at in must_go.items() if key in hidden_at and key[0] not in plan.storms
    ]
    for path in plan.folder.glob("w*.json"):
        figures = json.loads(path.read_text(encoding="utf-8"))
        hour.claims_ms += [1000 * second for second in figures["claims_s"]]
        hour.cpu_s += figures["cpu_s"]
