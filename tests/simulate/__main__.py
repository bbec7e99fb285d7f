"""`make simulate`: the compressed hour and the costs, as a table on the screen and as JSON in build/simulate/."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from tests.conftest import REPOSITORY
from tests.postgres import Server, server
from tests.simulate import cost, hour, judging
from tests.simulate.street import Clock
from tests.simulate.worker import Plan
from tests.soak.figures import Figure, table

FOLDER = REPOSITORY / "build" / "simulate"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is simulated."""

    accounts: int
    speed: float
    every_s: int
    hour_s: float
    workers: int
    schools: tuple[int, ...]  # in the store, for the cost of a comment
    sample: int  # schools whose comments are counted
    rows: int  # accounts in the table of turns
    claims: int
    rounds: int  # over all texts, to measure judging


WHOLE = Size(10_000, 1.0, 300, 3600.0, 4, (10, 1000, 10_000), 400, 72_000, 2000, 3)
QUICK = Size(60, 6.0, 300, 900.0, 2, (10, 100), 20, 7_200, 100, 1)


def main() -> None:
    given = asked()
    size = QUICK if given.quick else WHOLE
    accounts, speed, every_s = given.accounts or size.accounts, given.speed or size.speed, given.every or size.every_s
    workers = given.workers or size.workers
    print(
        f"seed {given.seed}: {accounts} accounts read each {every_s} s, {workers} workers, clock {speed:g} times as fast"
    )
    figures: list[Figure] = []
    with server() as postgres, tempfile.TemporaryDirectory(prefix="moderator-simulate-") as folder:
        base = Path(folder)
        if not given.costs_only:
            figures += the_hour(postgres, base / "hour", given.seed, accounts, speed, every_s, workers, size)
        if not given.hour_only:
            figures += the_costs(postgres, base, size)
    print(table(figures))
    write(figures, given.seed)
    sys.exit(0 if all(each.held for each in figures) else 1)


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulate", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="what people write, and who is killed (default 1)")
    parser.add_argument("--quick", action="store_true", help="the same in two minutes, with few accounts")
    parser.add_argument("--accounts", type=int, help="how many accounts")
    parser.add_argument("--every", type=int, help="seconds between two readings of an account, by the compressed clock")
    parser.add_argument("--speed", type=float, help="seconds of the compressed clock in one second")
    parser.add_argument("--workers", type=int, help="how many workers")
    parser.add_argument("--hour-only", action="store_true", help="leave out what a comment and a claim cost")
    parser.add_argument("--costs-only", action="store_true", help="leave out the hour")
    return parser.parse_args()


def the_hour(
    postgres: Server, folder: Path, seed: int, accounts: int, speed: float, every_s: int, workers: int, size: Size
) -> list[Figure]:
    folder.mkdir()
    storms = frozenset(range(max(1, accounts // 200)))
    with postgres.fresh() as url:
        plan = Plan(url, folder / "street", folder, seed, accounts, storms, every_s, 45, Clock(0.0, speed), size.hour_s)
        brought = hour.run(plan, workers, 60.0, size.hour_s / 2, print)
    return figures_of(brought)


def figures_of(brought: hour.Hour) -> list[Figure]:
    late, calm = worst(brought.lateness), worst(brought.calm_lateness)
    claims = percentile(brought.claims_ms, 99)
    seconds = brought.wall_s
    return [
        Figure("readings", brought.polls, "", True),
        Figure("readings a second", brought.polls / seconds, "", True),
        Figure("time between two readings / interval, half of them", percentile(brought.lateness, 50), "", True),
        Figure(
            "the same, 99 of 100",
            percentile(brought.lateness, 99),
            "at most 1.2",
            percentile(brought.lateness, 99) <= 1.2,
        ),
        Figure("the same, the longest", late, "at most 1.2", late <= 1.2),
        Figure("the longest of calm schools during storms", calm, "at most 1.2", calm <= 1.2),
        Figure("read twice", brought.doubled_polls, "0", brought.doubled_polls == 0),
        Figure("read again after a kill or the crash", brought.repeated_polls, "", True),
        Figure("comments written", brought.comments, "", True),
        Figure("to be hidden", brought.grave, "", True),
        Figure("not hidden", brought.grave - brought.hidden, "0", brought.grave == brought.hidden),
        Figure("hidden twice", brought.doubled_hides, "0", brought.doubled_hides == 0),
        Figure("from posted to hidden, 99 of 100, seconds", percentile(brought.hidden_after_s, 99), "", True),
        Figure("the same in calm schools", percentile(brought.calm_hidden_after_s, 99), "", True),
        Figure("workers killed", brought.kills, "", True),
        Figure("claim, half of them, ms", percentile(brought.claims_ms, 50), "", True),
        Figure("claim, 99 of 100, ms", claims, "at most 50", claims <= 50),
        Figure("wall time of the hour, seconds", seconds, "", True),
    ]


def the_costs(postgres: Server, folder: Path, size: Size) -> list[Figure]:
    took = cost.claims_ms(postgres, size.rows, size.claims)
    figures = [
        Figure(
            f"claim among {size.rows:,} accounts that are all due, half of them, ms", percentile(took, 50), "", True
        ),
        Figure("the same, 99 of 100", percentile(took, 99), "at most 50", percentile(took, 99) <= 50),
    ]
    by_size = {}
    for schools in size.schools:
        by_size[schools] = cost.per_comment_ms(postgres, folder / f"cost-{schools}", schools, min(size.sample, schools))
        figures.append(Figure(f"processor ms a comment, {schools:,} schools in the store", by_size[schools], "", True))
    speed = judging.judging(postgres, size.rounds)
    share = speed.worker / speed.bare
    figures += [
        Figure("comments a second, read and decided with no database", speed.bare, "", True),
        Figure("the same by a worker, for eight schools", speed.worker, "", True),
        Figure("the second in the first", share, "at least 0.8", share >= 0.8),
    ]
    grown = by_size[max(by_size)] / by_size[min(by_size)]
    figures.append(Figure("the last in the first", grown, "at most 1.2", grown <= 1.2))
    return figures


def percentile(values: Sequence[float], percent: int) -> float:
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, len(ranked) * percent // 100)] if ranked else 0.0


def worst(values: Sequence[float]) -> float:
    return max(values, default=0.0)


def write(figures: Sequence[Figure], seed: int) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    told = [{"name": each.name, "value": each.value, "bar": each.bar, "held": each.held} for each in figures]
    machine = {"system": platform.platform(), "cores": os.cpu_count(), "load": os.getloadavg()[0]}
    path = FOLDER / f"figures-{int(monotonic())}.json"
    path.write_text(json.dumps({"seed": seed, "machine": machine, "figures": told}, indent=1), encoding="utf-8")
    print(f"written to {path}")


if __name__ == "__main__":
    main()
