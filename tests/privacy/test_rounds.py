"""The daemon's own round: clearing away once a day, and an erasure finished that a crash cut short."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from moderator.domain import Mode
from moderator.logs import open_log
from moderator.pipeline import House
from moderator.policy.keeping import Retention
from moderator.policy.limits import DEFAULT
from moderator.privacy.erase import ERASURES
from moderator.reports.privacy_rounds import privacy_rounds
from moderator.reports.rounds import Rounds
from tests.privacy.made import DAY, START, School


@contextmanager
def rounds(school: School, folder: Path, clock: Callable[[], datetime], log: io.StringIO) -> Iterator[Rounds]:
    house = House(school.database, {}, (), DEFAULT, Mode.AUTO)
    (made,) = privacy_rounds(house, folder, open_log(log, style="json"), clock)
    made.start()
    try:
        yield made
    finally:
        made.leave()
        made.join(10)


def asked(made: Rounds, log: io.StringIO, lines: int) -> list[dict[str, object]]:
    """One round; gives what was logged once there are as many lines."""
    made.ask()
    until = time.monotonic() + 30
    while log.getvalue().count("\n") < lines and time.monotonic() < until:
        time.sleep(0.01)
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_it_clears_away_once_a_day_by_the_policy_in_force(own: School, tmp_path: Path) -> None:
    own.clean("c1", START)
    now, log = [START + 31 * DAY], io.StringIO()
    with rounds(own, tmp_path, lambda: now[0], log) as made:
        (first,) = asked(made, log, 1)
        assert (first["event"], first["clean"], first["actioned"]) == ("retention.ran", 1, 0)

        own.clean("c2", START + 30 * DAY)
        now[0] += timedelta(hours=23)
        assert len(asked(made, log, 1)) == 1  # Not yet a day.
        made.house = replace(made.house, policy=replace(DEFAULT, retention=Retention(DAY, 200 * DAY)))
        now[0] += timedelta(hours=1)
        assert asked(made, log, 2)[1]["clean"] == 1


def test_an_erasure_that_was_written_down_and_not_done_is_done(own: School, tmp_path: Path) -> None:
    comment = own.clean("c1", START)
    line = {"at": (START + DAY).isoformat(), "school": "school", "comment_id": comment.id, "by": "A, B", "why": ""}
    (tmp_path / ERASURES).write_text(json.dumps(line) + "\n", encoding="utf-8")
    log = io.StringIO()
    with rounds(own, tmp_path, lambda: START + 2 * DAY, log) as made:
        told = asked(made, log, 2)
    assert (told[0]["event"], told[0]["comments"]) == ("erasure.finished", 1)
    assert own.words_of(comment) == ""
    assert own.is_whole()
