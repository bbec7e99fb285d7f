"""A crash at every boundary of a day: before and after each transaction and each call to the platform."""

from __future__ import annotations

import tempfile
from pathlib import Path

from moderator.platforms.memory import Memory
from moderator.store.database import Database
from tests.journeys.conftest import KEY, YOUTUBE
from tests.journeys.test_crash import crash_at_each
from tests.soak.figures import Figure, command
from tests.soak.held_and_damaged import house_of


def run(_seed: int, _quick: bool) -> list[Figure]:
    """Every boundary there is, quick or not; nothing here is left to chance."""
    figures = []
    for reads in (True, False):
        with tempfile.TemporaryDirectory(prefix="moderator-crash-") as name:
            template = Path(name) / "template.db"
            database = Database.open(f"sqlcipher:///{template}", key=KEY)
            database.migrate()
            house = house_of(database, Memory(YOUTUBE))
            database.close()
            told = "can be read back" if reads else "cannot be read back"
            try:
                points, broken = crash_at_each(house, template, reads, Path(name), everywhere=True), ""
            except AssertionError as error:
                points, broken = 0, str(error)
        figures += [
            Figure(f"crash points K, each crashed at; what is hidden {told}", points, "20 or more", points > 20),
            Figure("lost, doubled, or a chain not whole", broken or 0, "0", not broken),
        ]
    return figures


if __name__ == "__main__":
    command("Crash points", run)
