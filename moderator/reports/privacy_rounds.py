"""The round of the daemon that clears away what is over its time, once a day, and finishes an erasure that a crash cut short."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from moderator.logs import Log
from moderator.pipeline import House
from moderator.privacy.erase import ERASURES, apply_tombstones, read_lines
from moderator.privacy.retention import clear_away, is_time
from moderator.reports.rounds import Rounds

LOOK_EVERY_S = 900
CLEARING_TAKES_AT_MOST_S = 1800.0


def privacy_rounds(house: House, state_dir: Path, log: Log, clock: Callable[[], datetime]) -> list[Rounds]:
    def privacy(house: House, now: datetime) -> None:
        if lines := read_lines(state_dir / ERASURES):
            with house.database.transaction() as tx:
                if erased := apply_tombstones(tx, lines):
                    log.info("erasure.finished", comments=erased)
        with house.database.reading() as tx:
            due = is_time(tx, now)
        if due:
            counts = clear_away(house.database, house.policy.retention, now)
            log.info("retention.ran", clean=counts["clean"], actioned=counts["actioned"])

    return [Rounds("privacy", LOOK_EVERY_S, privacy, house, log, clock, CLEARING_TAKES_AT_MOST_S)]
