"""A file or folder that cannot be read, written or deleted is named in one sentence at the door, and nothing else happens."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomlkit

from moderator.backups import BackupError
from moderator.backups.files import told_last
from moderator.backups.keys import make_key
from moderator.backups.make import prune
from moderator.build import open_database
from moderator.checkup.lines import Level
from moderator.checkup.record import backup_line
from moderator.cli.work import last_backup_told
from moderator.errors import Damaged, ModeratorError
from moderator.monitor.figures import backup_age_s
from moderator.settings import read_settings
from moderator.web.health import backup_notes
from tests.commands import in_process
from tests.conftest import NOON
from tests.evaluation.made import write_set
from tests.settings.conftest import Folder, shipped
from tests.store.made import a_comment, receive

LISTS = ("--toxicity", "stand-in", "--reader", "off")
TOO_LONG = "x" * 300
"""No file system takes a name like that; it is refused to root as well."""


@pytest.fixture
def school(tmp_path: Path) -> Folder:
    """A school with the comment c1, which makes backups."""
    folder = shipped(tmp_path)
    folder.set_in("detectors", toxicity='"stand-in"', reader='"off"')
    folder.change("recipients = []", f'recipients = ["{make_key(tmp_path / "backup.key", NOON)}"]')
    database = open_database(folder.read())
    with database.transaction() as tx:
        receive(tx, a_comment("c1"))
    database.close()
    (tmp_path / "file").write_text("a file where a folder should be")
    return folder


def fails(*words: str) -> str:
    """The command's one sentence."""
    ended = in_process(words)
    assert isinstance(ended.exception, ModeratorError), ended.output
    return str(ended.exception)


@pytest.mark.parametrize(
    "words",
    [
        ("audit", "--by", "Mrs Ravenscroft", "--export"),
        ("cases", "--out"),
        ("diagnostics", "--offline", "--to"),
        ("evidence", "c1", "--by", "Mrs Ravenscroft", "--out"),
        ("report", "weekly", "--week", "2026-W40", "--to"),
    ],
    ids=lambda words: words[0],
)
def test_what_cannot_be_written_is_named(school: Folder, tmp_path: Path, words: tuple[str, ...]) -> None:
    target = tmp_path / "file" / "out"
    assert fails(*words, str(target), "-c", str(school.config)).startswith(
        f"{target} cannot be written: Not a directory"
    )


def test_a_folder_is_not_replaced_by_a_file(school: Folder, tmp_path: Path) -> None:
    words = ("diagnostics", "--offline", "--to", str(tmp_path / "state"), "-c", str(school.config))
    assert "state cannot be written: Is a directory" in fails(*words)


def test_judgements_and_figures_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    comments, target = write_set(tmp_path / "fox") / "comments.jsonl", tmp_path / "file" / "out"
    (tmp_path / "file").write_text("")
    for words in (("judge", "--comments", str(comments)), ("evaluate", "--set", str(comments.parent))):
        assert fails(*words, *LISTS, "--out", str(target)) == f"{target} cannot be written: Not a directory."


@pytest.mark.parametrize(
    "words",
    [
        ("alerts", "subscribe", "--person", "Mrs Ravenscroft", "--file"),
        ("backup", "--list", "--to"),
        ("diagnostics", "--offline", "--to", "never-made.zip", "--log"),
    ],
    ids=lambda words: words[0],
)
def test_what_cannot_be_read_is_named(school: Folder, tmp_path: Path, words: tuple[str, ...]) -> None:
    assert f"{TOO_LONG} cannot be read: " in fails(*words, str(tmp_path / TOO_LONG), "-c", str(school.config))


@pytest.mark.parametrize(("content", "why"), [(b"\xff{}", "it is not UTF-8 text"), (None, "Is a directory")])
def test_comments_that_cannot_be_read_are_not_judged(tmp_path: Path, content: bytes | None, why: str) -> None:
    comments = tmp_path
    if content is not None:
        comments = tmp_path / "comments.jsonl"
        comments.write_bytes(content)
    assert f"{comments} cannot be read: {why}" in fails("judge", *LISTS, "--comments", str(comments))


def test_a_set_up_that_cannot_read_or_write_its_files_says_so(tmp_path: Path) -> None:
    answers = tmp_path / "answers.toml"
    answers.write_text(tomlkit.dumps({"school": "Hartfield Primary", "state_dir": str(tmp_path / "state")}))
    words = ("setup", "--untried", "--answers", str(answers), "-c")
    assert "file/etc cannot be written: Not a directory. Run it as root." in fails(
        *words, str(blocked(tmp_path) / "etc")
    )
    (tmp_path / "etc" / "moderator.toml").mkdir(parents=True)
    assert "etc/moderator.toml: cannot be read: Is a directory" in fails(*words, str(tmp_path / "etc"))


def blocked(folder: Path) -> Path:
    path = folder / "file"
    path.write_text("a file where a folder should be")
    return path


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("report", "weekly", "--governors", "--from", "half term", "--until", "2026-10-30"), "'half term' is no day."),
        (
            ("author", "ban", "@pat", "--until", "easter", "--by", "Mrs Ravenscroft"),
            "--until takes a day as 2027-01-31",
        ),
    ],
)
def test_a_day_that_is_none_is_asked_for_again(school: Folder, words: tuple[str, ...], told: str) -> None:
    ended = in_process([*words, "-c", str(school.config)])
    assert ended.exit_code != 0
    assert told in f"{ended.output}{ended.exception}"


def test_a_database_that_does_not_open_is_one_line_of_the_check(school: Folder) -> None:
    school.credential("store.key", "cd" * 32)
    told = in_process(["check", "--offline", "-c", str(school.config)])
    assert "FAIL  database" in told.output
    assert "cannot be read with this key" in told.output


# A folder of backups that the disk will not show.


def test_where_the_backups_cannot_be_listed_each_window_says_so(school: Folder) -> None:
    school.set_in("backup", folder=f'"{school.state / TOO_LONG}"')
    settings = read_settings(school.config, credentials_dir=None)
    assert backup_line(settings, NOON).level is Level.FAIL
    assert backup_age_s(settings, NOON) is None
    assert [note.warns for note in backup_notes(settings, NOON)] == [True]
    assert told_last(settings.backup.folder, settings.school.id) == f"There is none in {settings.backup.folder}."


def test_a_damaged_database_ends_the_daemon_with_the_backup_to_put_back(school: Folder) -> None:
    settings = school.read()
    with pytest.raises(Damaged, match=r"is damaged\. There is none in .*backups"), last_backup_told(settings):
        raise Damaged("Database moderator.db is damaged.")


def test_an_old_backup_that_cannot_be_deleted_is_told(school: Folder) -> None:
    settings = school.read()
    for year in range(2010, 2026):
        (settings.backup.folder / f"moderator-{settings.school.id}-{year}-01-05T0200Z.age").mkdir(parents=True)
    with pytest.raises(BackupError, match=r"Old backups in .* cannot be deleted: Is a directory"):
        prune(settings)
