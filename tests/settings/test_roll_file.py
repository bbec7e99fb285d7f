"""The roll at rest: encrypted, replaced whole, loud when it is old."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from moderator.domain import Pupil
from moderator.errors import ConfigError
from moderator.settings import Settings, read_settings
from moderator.settings.roll_file import drop_roll, import_roll, load_roll
from tests.conftest import NOON
from tests.disk import full_disk
from tests.settings.conftest import Folder

PUPILS = (Pupil("Tolliver", "Amberley", "Tolly", "Team 2", True), Pupil("Zofia", "Nowak", "", "Team 1", False))
CSV = "first_name,last_name,known_as,class,photo_consent\nTolliver,Amberley,Tolly,Team 2,yes\nZofia,Nowak,,Team 1,no\n"
DAY = timedelta(days=1)


@pytest.fixture
def csv_path(tmp_path: Path) -> Path:
    path = tmp_path / "pupils.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


@pytest.fixture
def settings(folder: Folder) -> Settings:
    return folder.read()


def test_a_school_may_hold_no_roll(settings: Settings) -> None:
    assert load_roll(settings, NOON) is None


def test_what_was_imported_is_loaded_again(settings: Settings, csv_path: Path) -> None:
    summary = import_roll(settings, csv_path, NOON)
    roll = load_roll(settings, NOON + DAY)

    assert (summary.count, summary.digest) == (2, hashlib.sha256(CSV.encode()).hexdigest()[:16])
    assert roll is not None
    assert (roll.pupils, roll.imported_at, roll.warning) == (PUPILS, NOON, "")
    assert roll.expires_at == NOON + 120 * DAY


def test_the_file_holds_no_name_and_is_ours_alone(settings: Settings, csv_path: Path) -> None:
    import_roll(settings, csv_path, NOON)

    sealed = settings.roll.path.read_bytes()
    assert not any(name in sealed for name in (b"Tolliver", b"Amberley", b"Zofia", b"Team"))
    for path in (settings.roll.path, settings.roll.key_path):
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_dry_run_counts_and_changes_nothing(settings: Settings, csv_path: Path) -> None:
    assert import_roll(settings, csv_path, NOON, dry_run=True).count == 2
    assert load_roll(settings, NOON) is None
    assert not settings.roll.key_path.exists()


def test_an_import_replaces_the_roll_and_makes_copies_of_the_old_one_unreadable(
    settings: Settings, csv_path: Path
) -> None:
    import_roll(settings, csv_path, NOON)
    old = settings.roll.path.read_bytes()
    csv_path.write_text("first_name,last_name\nMaja,Nowicka\n", encoding="utf-8")
    import_roll(settings, csv_path, NOON + DAY)

    roll = load_roll(settings, NOON + DAY)
    assert roll is not None
    assert [pupil.first_name for pupil in roll.pupils] == ["Maja"]

    settings.roll.path.write_bytes(old)
    with pytest.raises(ConfigError, match="does not open with"):
        load_roll(settings, NOON)


def test_the_same_file_imported_twice_is_sealed_differently(settings: Settings, csv_path: Path) -> None:
    import_roll(settings, csv_path, NOON)
    first = settings.roll.path.read_bytes()
    import_roll(settings, csv_path, NOON)

    assert settings.roll.path.read_bytes() != first


@pytest.mark.parametrize("row", ["Zofia,Nowak,12/03/2018", ",Nowak,"])
def test_a_bad_file_leaves_the_old_roll_untouched(settings: Settings, csv_path: Path, row: str) -> None:
    import_roll(settings, csv_path, NOON)
    before = settings.roll.path.read_bytes(), settings.roll.key_path.read_bytes()
    csv_path.write_text(f"first_name,last_name,known_as\n{row},x\n", encoding="utf-8")

    with pytest.raises(ConfigError):
        import_roll(settings, csv_path, NOON)

    assert (settings.roll.path.read_bytes(), settings.roll.key_path.read_bytes()) == before


def test_an_empty_file_does_not_wipe_the_roll(settings: Settings, csv_path: Path) -> None:
    import_roll(settings, csv_path, NOON)
    csv_path.write_text("first_name,last_name\n", encoding="utf-8")

    with pytest.raises(ConfigError, match="To hold no roll at all: moderator roll off"):
        import_roll(settings, csv_path, NOON)

    assert load_roll(settings, NOON) is not None


@pytest.mark.parametrize("sealed_already", [False, True])
def test_a_crash_between_key_and_roll_loses_neither(settings: Settings, csv_path: Path, sealed_already: bool) -> None:
    """An import writes the new key before the old one, then the roll, then the new key alone."""
    import_roll(settings, csv_path, NOON)
    old_key, old_roll = settings.roll.key_path.read_text(encoding="utf-8"), settings.roll.path.read_bytes()
    import_roll(settings, csv_path, NOON + DAY)
    new_key = settings.roll.key_path.read_text(encoding="utf-8")
    settings.roll.key_path.write_text(new_key + old_key, encoding="utf-8")
    if not sealed_already:
        settings.roll.path.write_bytes(old_roll)

    crashed = load_roll(settings, NOON + DAY)
    assert crashed is not None
    assert crashed.imported_at == (NOON + DAY if sealed_already else NOON)

    import_roll(settings, csv_path, NOON + 2 * DAY)
    after = load_roll(settings, NOON + 2 * DAY)
    assert after is not None
    assert after.pupils == PUPILS
    assert len(settings.roll.key_path.read_text(encoding="utf-8").split()) == 1


@pytest.mark.parametrize(
    ("days", "warning"),
    [
        (0, ""),
        (105, ""),
        (106, "expires on 16 March 2027"),
        (119, "expires on 16 March 2027"),
        (120, "expired on 16 March 2027"),
        (400, "expired on 16 March 2027"),
    ],
)
def test_an_old_roll_is_used_and_says_so_loudly(settings: Settings, csv_path: Path, days: int, warning: str) -> None:
    import_roll(settings, csv_path, NOON)

    roll = load_roll(settings, NOON + days * DAY)

    assert roll is not None
    assert roll.pupils == PUPILS
    assert warning in roll.warning
    assert bool(roll.warning) is bool(warning)


def test_the_roll_of_one_school_is_refused_to_another(settings: Settings, csv_path: Path) -> None:
    import_roll(settings, csv_path, NOON)
    other = replace(settings, roll=replace(settings.roll, school_id="larkfield"))

    with pytest.raises(ConfigError, match="does not open with"):
        load_roll(other, NOON)


@pytest.mark.parametrize("cut", [0, 5, 20, 30, -1])
def test_a_damaged_roll_is_told_with_the_remedy(settings: Settings, csv_path: Path, cut: int) -> None:
    import_roll(settings, csv_path, NOON)
    settings.roll.path.write_bytes(settings.roll.path.read_bytes()[:cut])

    with pytest.raises(ConfigError, match="Import the roll again: moderator roll import"):
        load_roll(settings, NOON)


def test_a_roll_that_others_may_read_is_refused(settings: Settings, csv_path: Path) -> None:
    import_roll(settings, csv_path, NOON)
    settings.roll.path.chmod(0o644)

    with pytest.raises(ConfigError, match="others on this machine may read it"):
        load_roll(settings, NOON)


def test_a_roll_without_its_key_is_told(settings: Settings, csv_path: Path) -> None:
    import_roll(settings, csv_path, NOON)
    settings.roll.key_path.unlink()

    with pytest.raises(ConfigError, match=r"roll\.key: cannot be read: No such file"):
        load_roll(settings, NOON)


def test_a_key_from_systemd_is_used_and_never_written(folder: Folder, csv_path: Path, tmp_path: Path) -> None:
    given = tmp_path / "run"
    given.mkdir()
    key = given / "roll.key"
    key.write_text("ab" * 32, encoding="utf-8")
    key.chmod(0o400)
    settings = read_settings(folder.config, credentials_dir=given)

    import_roll(settings, csv_path, NOON)
    import_roll(settings, csv_path, NOON)

    roll = load_roll(settings, NOON)
    assert roll is not None
    assert roll.pupils == PUPILS
    assert key.read_text(encoding="utf-8") == "ab" * 32
    assert not (folder.credentials / "roll.key").exists()


def references(settings: Settings, now: datetime = NOON) -> tuple[str, ...]:
    roll = load_roll(settings, now)
    assert roll is not None
    return roll.references


def test_each_pupil_has_a_reference_that_stays_until_the_next_import(settings: Settings, csv_path: Path) -> None:
    import_roll(settings, csv_path, NOON)
    first = references(settings)

    assert len(set(first)) == len(PUPILS)
    assert all(re.fullmatch("[0-9a-f]{16}", each) for each in first)
    assert references(settings, NOON + 90 * DAY) == first
    import_roll(settings, csv_path, NOON + 90 * DAY)
    assert not set(references(settings)) & set(first)


def test_an_import_cuts_the_link_even_under_a_key_from_systemd(folder: Folder, csv_path: Path, tmp_path: Path) -> None:
    key = tmp_path / "roll.key"
    key.write_text("ab" * 32, encoding="utf-8")
    key.chmod(0o400)
    settings = read_settings(folder.config, credentials_dir=tmp_path)

    import_roll(settings, csv_path, NOON)
    first = references(settings)
    import_roll(settings, csv_path, NOON)

    assert not set(references(settings)) & set(first)


def test_a_reference_is_no_digest_that_a_list_of_names_gives_away(settings: Settings, csv_path: Path) -> None:
    """Whoever has the roll, the file and the database, but not the key, cannot say which reference is whose."""
    import_roll(settings, csv_path, NOON)
    sealed = settings.roll.path.read_bytes()
    rows = [json.dumps([each.first_name, each.last_name, each.known_as, each.class_name]).encode() for each in PUPILS]
    guesses = [b"", b"Tolliver", b"Tolliver Amberley", *rows]
    made = {hashlib.sha256(guess).hexdigest()[:16] for guess in guesses}
    made |= {hmac.digest(sealed[16:28], guess, "sha256").hex()[:16] for guess in guesses}

    assert not made & set(references(settings))


def test_what_was_loaded_shows_neither_names_nor_references(settings: Settings, csv_path: Path) -> None:
    import_roll(settings, csv_path, NOON)
    shown = repr(load_roll(settings, NOON))

    assert "imported_at" in shown
    assert not any(mark in shown for mark in ("Tolliver", "Nowak", *references(settings)))


def test_where_the_disk_takes_no_more_the_roll_from_before_stays(settings: Settings, csv_path: Path) -> None:
    import_roll(settings, csv_path, NOON)
    with full_disk(), pytest.raises(ConfigError, match="cannot be written: File too large"):
        import_roll(settings, csv_path, NOON + DAY)
    roll = load_roll(settings, NOON)
    assert roll is not None
    assert roll.imported_at == NOON
    files = {path.name for path in settings.roll.path.parent.iterdir()}
    assert not {name for name in files if name.startswith(".")}


def test_a_roll_that_cannot_be_removed_is_told(settings: Settings) -> None:
    settings.roll.path.mkdir(parents=True)
    with pytest.raises(ConfigError, match="cannot be removed: Is a directory"):
        drop_roll(settings)
