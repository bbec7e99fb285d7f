"""The simulation in seconds: workers are killed, and nothing is read or hidden twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.postgres import Server
from tests.simulate import hour
from tests.simulate.street import Clock
from tests.simulate.worker import Plan

SEED = 5


@pytest.mark.timeout(180)
def test_a_killed_worker_and_a_crash_of_the_database_lead_to_nothing_done_twice(
    postgresql: Server, tmp_path: Path
) -> None:
    print(f"seed {SEED}")
    with postgresql.fresh() as url:
        storms = frozenset({0})
        plan = Plan(url, tmp_path / "street", tmp_path, SEED, 12, storms, 30, 45, Clock(0.0, 3.0), hour_s=90.0)
        brought = hour.run(plan, 2, kill_every_s=40.0, crash_at_s=60.0, say=print)
    print(
        f"{brought.polls} readings, {brought.repeated_polls} of them after a kill; {brought.hidden} of {brought.grave} hidden"
    )
    assert brought.kills == 2
    assert brought.polls >= 12
    assert brought.comments > 100
    assert (brought.doubled_polls, brought.doubled_hides) == (0, 0)
