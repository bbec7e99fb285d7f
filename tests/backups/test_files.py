"""Which backups are kept, and what their names say."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from moderator.backups.files import Kept, backups_in, name_for, to_delete
from tests.store.made import DAY, MINUTE, NOON


def nightly(nights: int) -> list[Kept]:
    """A backup every night, newest first."""
    return [Kept(Path(f"{night}"), NOON - night * DAY) for night in range(nights)]


def test_a_term_of_nightly_backups_leaves_the_last_days_and_the_last_of_each_week() -> None:
    backups = nightly(100)
    gone = to_delete(backups, keep_daily=7, keep_weekly=5)
    kept = [int(each.path.name) for each in backups if each not in gone]
    # 16 November 2026 is a Monday: the Sundays before it are the last of their weeks.
    assert kept == [0, 1, 2, 3, 4, 5, 6, 8, 15, 22]
    assert to_delete([each for each in backups if each not in gone], 7, 5) == []


def test_after_a_long_pause_the_old_ones_are_still_there() -> None:
    before_the_summer = [Kept(Path(f"{night}"), NOON - timedelta(days=60 + night)) for night in range(3)]
    assert to_delete(before_the_summer, 7, 5) == []
    assert to_delete([Kept(Path("new"), NOON), *before_the_summer], 7, 5) == []


def test_of_several_on_one_day_the_last_stays_and_one_before_an_upgrade_as_well() -> None:
    upgrade = Kept(Path("upgrade"), NOON - 2 * MINUTE, before_upgrade=True)
    backups = [Kept(Path("late"), NOON), Kept(Path("early"), NOON - MINUTE), upgrade]
    assert [each.path.name for each in to_delete(backups, 7, 5)] == ["early"]
    assert to_delete([Kept(Path("later"), NOON + 31 * DAY), upgrade], 7, 5) == [upgrade]


def test_the_newest_stays_whatever_is_asked_for() -> None:
    assert [each.path.name for each in to_delete(nightly(3), keep_daily=0, keep_weekly=0)] == ["1", "2"]


def test_a_folder_is_listed_by_names_and_only_this_schools(tmp_path: Path) -> None:
    first = name_for(tmp_path, "elm", NOON)
    assert first.name == "moderator-elm-2026-11-16T1200Z.age"
    first.touch()
    second = name_for(tmp_path, "elm", NOON)
    second.touch()
    upgrade = name_for(tmp_path, "elm", NOON - DAY, before="0009")
    upgrade.touch()
    for name in ("moderator-elm-park-2026-11-16T1200Z.age", ".moderator-elm-2026-11-16T1300Z.age.part", "holiday.jpg"):
        (tmp_path / name).touch()
    found = backups_in(tmp_path, "elm")
    assert [each.path for each in found] == [second, first, upgrade]
    assert [each.before_upgrade for each in found] == [False, False, True]
    assert backups_in(tmp_path / "none", "elm") == []
