"""SIGKILL at random moments of a busy day, on SQLCipher and on PostgreSQL: nothing is lost and nothing is done twice.

A person decides meanwhile: what was acknowledged to her stands in the record. Now and then a start is timed to its first good
reading of a platform.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

from moderator.store import decisions
from tests.journeys.street import wait_until
from tests.soak.figures import Figure, command
from tests.soak.school_day import SchoolDay, school_day

RECOVERED_WITHIN_S = 10.0
HEAD = "Mrs Ravenscroft"
TIMED_EVERY, CLICKS_EVERY = 3, 5


def recovery_s(day: SchoolDay, started: datetime) -> float:
    """How long after its start a daemon has read some account to its end."""
    wait_until(lambda: any(at > started for at in day.last_read().values()), 60, "read after a kill")
    return (max(day.last_read().values()) - started).total_seconds()


def clicks(day: SchoolDay) -> tuple[str, int] | None:
    """The head confirms that a comment is hidden; returns its id and the decision's number, as it was acknowledged to her."""
    hidden = sorted(set(day.must_go) - set(day.to_be_seen()))
    if not hidden:
        return None
    _, native_id = day.chance.choice(hidden)
    said = day.street.command("decide", native_id, "hide", "--by", HEAD, "--json")
    if said.returncode:
        return None
    told = json.loads(said.stdout)
    return told["id"], told["decision"]


def forgotten(day: SchoolDay, acknowledged: list[tuple[str, int]]) -> int:
    """How many of her decisions are not in the record."""
    last = dict(sorted(acknowledged, key=lambda each: each[1]))
    with day.opened() as database, database.reading() as tx:
        found = {comment_id: decisions.latest(tx, comment_id) for comment_id in last}
    return sum(
        stands is None or stands.decided_by != HEAD or (stands.number or 0) < last[comment_id]
        for comment_id, stands in found.items()
    )


def kill_on(kind: str, seed: int, kills: int) -> list[Figure]:
    chance = random.Random(f"{seed} {kind}")
    took: list[float] = []
    acknowledged: list[tuple[str, int]] = []
    with tempfile.TemporaryDirectory() as name, school_day(kind, Path(name), chance) as day:
        day.named = min(0.5, 10 / kills)
        for number in range(1, kills + 1):
            started, process = datetime.now(UTC), day.start()
            if number % TIMED_EVERY == 0:
                took.append(recovery_s(day, started))
            day.post_for(chance.uniform(0.3, 3.2))
            if number % CLICKS_EVERY == 0 and (click := clicks(day)) is not None:
                acknowledged.append(click)
                time.sleep(chance.uniform(0, 0.5))
            process.kill()
            process.wait()
        process = day.start()
        try:
            figures = day.figures(kind)
            acknowledged += [click] if (click := clicks(day)) is not None else []
        finally:
            process.kill()
            process.wait()
        lost = forgotten(day, acknowledged)
    p95 = quantiles(took, n=20, method="inclusive")[-1] if len(took) > 1 else took[0]
    return [
        Figure(f"{kind}: SIGKILLs", kills, "200; 6 in the quick run", True),
        Figure(f"{kind}: first good reading after a start, 95 of 100 within, s", p95, "10", p95 <= RECOVERED_WITHIN_S),
        Figure(f"{kind}: a person's decisions acknowledged", len(acknowledged), "1 or more", bool(acknowledged)),
        Figure(f"{kind}: of these lost", lost, "0", lost == 0),
        *figures,
    ]


def run(seed: int, quick: bool) -> list[Figure]:
    return [figure for kind in ("sqlcipher", "postgresql") for figure in kill_on(kind, seed, 6 if quick else 200)]


if __name__ == "__main__":
    command("SIGKILLs", run)
