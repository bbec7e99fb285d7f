"""The table [backup]: off as shipped, and told at once where a key was copied wrongly."""

from __future__ import annotations

from pathlib import Path

from moderator.backups.keys import make_key
from moderator.settings import read_settings
from tests.settings.conftest import Folder, folder
from tests.store.made import NOON

__all__ = ["folder"]


def test_as_shipped_no_backup_is_made(folder: Folder) -> None:
    backup = folder.read().backup
    assert not backup.on
    assert (backup.folder, backup.keep_daily, backup.keep_weekly) == (folder.state / "backups", 7, 5)


def test_a_folder_may_lie_beside_the_settings_or_anywhere(folder: Folder, tmp_path: Path) -> None:
    folder.change('folder = ""', 'folder = "../saved"')
    assert folder.read().backup.folder.resolve() == (tmp_path / "saved").resolve()


def test_a_key_with_one_letter_wrong_is_told_with_its_line(folder: Folder, tmp_path: Path) -> None:
    public = make_key(tmp_path / "k", NOON)
    wrong = public[:-1] + ("q" if public[-1] != "q" else "p")
    folder.change("recipients = []", f'recipients = ["{public}", "{wrong}"]')
    line = folder.line("recipients")
    assert folder.faults() == [
        f"moderator.toml:{line}, backup.recipients: key 2 of the list is misspelt; "
        "copy it again as moderator backup --new-key printed it"
    ]


def test_the_private_half_is_refused_and_not_repeated(folder: Folder) -> None:
    folder.change("recipients = []", 'recipients = ["AGE-SECRET-KEY-1CANARY"]')
    (fault,) = folder.faults()
    assert "begins with age1" in fault
    assert "CANARY" not in fault


def test_the_keys_of_our_own_making_go_along_and_systemds_come_first(folder: Folder, tmp_path: Path) -> None:
    folder.read()
    own = folder.read().backup.keys()
    assert set(own) == {"store.key", "audit.key"}
    given = tmp_path / "credentials"
    given.mkdir()
    (given / "audit.key").write_text("cd" * 32)
    (given / "audit.key").chmod(0o600)
    handed_in = read_settings(folder.config, credentials_dir=given).backup.keys()
    assert handed_in == own | {"audit.key": b"cd" * 32}
