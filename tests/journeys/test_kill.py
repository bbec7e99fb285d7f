"""kill -9 at random moments of a busy day: nothing is lost, nothing is done twice, by the platforms' own ledger."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from moderator.sandbox.school import load_day
from tests.journeys.street import Street, open_street

KILLS = int(os.environ.get("MODERATOR_KILLS", "50"))
SEED = int(os.environ.get("MODERATOR_SEED", "20261122"))
PLATFORMS = ("x", "youtube", "instagram")


@pytest.mark.timeout(420)
def test_fifty_kills_at_random_moments_lose_and_double_nothing(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    print(f"seed {SEED}, kills {KILLS}")
    with open_street(tmp_path) as street:
        must_go = keep_killing(street, chance, tmp_path / "log")
        with street.daemon(tmp_path / "log"):
            for platform, native_id in must_go:
                street.wait_hidden(platform, native_id, 60)
            time.sleep(3)
        effective = Counter(
            (e.platform, e.native_id) for e in street.sandbox.world.ledger if e.event == "hide" and e.effective
        )
        calls = sum(1 for e in street.sandbox.world.ledger if e.event == "hide")
    lost = [key for key in must_go if effective[key] == 0]
    doubled = [key for key, count in effective.items() if count > 1]
    wrongly = set(effective) - set(must_go)
    print(f"posted {len(must_go)} that must go; hides sent {calls}, lost {len(lost)}, doubled {len(doubled)}")
    assert (lost, doubled, wrongly) == ([], [], set())


def test_a_daemon_that_starts_more_often_than_x_tells_who_it_is_reads_x_all_the_same(tmp_path: Path) -> None:
    with open_street(tmp_path) as street:
        street.sandbox.x.limits["me"] = 1
        for start in range(3):
            with street.daemon(tmp_path / "log"):
                named = street.comment("x", "So proud of Aurora Finchley today", handle=f"@nan_{start}")
                street.wait_hidden("x", named, 20)
        asked = [call for call in street.sandbox.calls if call.path == "/2/users/me"]
        assert [call.status for call in asked] == [200, 429, 429]


def keep_killing(street: Street, chance: random.Random, log: Path) -> list[tuple[str, str]]:
    """Start the daemon and kill it, again and again, while comments arrive; returns those that must be hidden."""
    pupils = load_day()["pupils"]
    must_go: list[tuple[str, str]] = []
    for kill in range(KILLS):
        process = street.start_daemon(log)
        until = time.monotonic() + chance.uniform(0.1, 1.8)
        while time.monotonic() < until:
            platform, pupil = chance.choice(PLATFORMS), chance.choice(pupils)
            name = f"{pupil['first_name']} {pupil['last_name']}"
            if chance.random() < 0.5:
                native_id = street.comment(platform, f"So proud of {name} today", handle=f"@nan_{kill}")
                must_go.append((platform, native_id))
            else:
                street.comment(platform, "What a lovely day you all had.", handle=f"@dad_{kill}")
            time.sleep(chance.uniform(0.1, 0.5))
        process.kill()
        process.wait()
    return must_go
