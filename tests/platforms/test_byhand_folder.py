"""CSV files that people drop: whatever lies there is read, set aside with why, or left alone, and holds up nothing."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from moderator.domain import Account
from moderator.errors import Unavailable
from moderator.platforms.base import Page, Start
from moderator.platforms.byhand.adapter import ByHand
from tests.conftest import NOON
from tests.platforms.byhand_street import drop

GOOD = "posted_at,text\n2026-11-16 10:00,Lovely\n"


def read(folder: Path) -> list[Page]:
    place = ByHand(Account("dojo", "classdojo", "Valewood Primary"), folder=folder)
    return list(place.fetch("folder", Start(None, NOON - timedelta(days=7)), NOON))


def texts(pages: list[Page]) -> list[str]:
    return [comment.text for page in pages for comment in page.comments]


def reasons(pages: list[Page]) -> list[str]:
    return [broken.reason for page in pages for broken in page.broken]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (GOOD + "2026-11-16 10:00," + "x" * 2_000_000, "the file is larger than 2 MB"),
        ("", "the first line must name the columns, and posted_at and text is not among them"),
        ("when,text\n", "the first line must name the columns, and posted_at is not among them"),
        ("posted_at,text,mood\n", "the first line may name only these columns, each once"),
        ("posted_at,text,text\n", "the first line may name only these columns, each once"),
        ("platform,posted_at,text\nseesaw,2026-11-16 10:00,hi\n", "platform is not classdojo"),
    ],
)
def test_a_file_that_cannot_be_read_is_moved_away_with_the_reason(tmp_path: Path, content: str, why: str) -> None:
    drop(tmp_path / "drop", "a.csv", content)
    drop(tmp_path / "drop", "b.csv", GOOD)
    pages = read(tmp_path / "drop")
    [reason] = reasons(pages)
    assert why in reason
    assert texts(pages) == ["Lovely"]
    assert why in (tmp_path / "drop" / "set-aside" / "a.csv").read_text()
    assert sorted(path.name for path in (tmp_path / "drop" / "done").iterdir()) == ["a.csv", "b.csv"]


def test_a_file_of_too_many_rows_is_read_as_far_as_it_may_go(tmp_path: Path) -> None:
    rows = "".join(f"r{number},2026-11-16 10:00,row {number}\n" for number in range(5_001))
    drop(tmp_path / "drop", "a.csv", "id,posted_at,text\n\n" + rows)
    pages = read(tmp_path / "drop")
    assert len(texts(pages)) == 5_000
    [reason] = reasons(pages)
    assert "put the rest into another file" in reason


def test_what_excel_wrote_on_a_british_machine_is_read(tmp_path: Path) -> None:
    drop(tmp_path / "drop", "a.csv", "posted_at,text\n16/11/2026 10:00,a caf\xe9 at £2\n".encode("cp1252"))
    assert texts(read(tmp_path / "drop")) == ["a café at £2"]


def test_what_is_no_plain_file_or_may_still_be_written_is_left_where_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    drop(folder, "good.csv", GOOD)
    drop(folder, "fresh.csv", GOOD, at=NOON - timedelta(seconds=2))
    (tmp_path / "secret").write_text(GOOD)
    (folder / "link.csv").symlink_to(tmp_path / "secret")
    (folder / "folder.csv").mkdir()
    os.mkfifo(folder / "pipe.csv")
    assert texts(read(folder)) == ["Lovely"]
    assert {path.name for path in folder.iterdir()} == {"done", "fresh.csv", "link.csv", "folder.csv", "pipe.csv"}


def test_a_folder_that_is_none_is_looked_at_again(tmp_path: Path) -> None:
    (tmp_path / "drop").write_text("somebody put a file in its place")
    with pytest.raises(Unavailable, match="cannot be read"):
        read(tmp_path / "drop")


def test_a_file_that_cannot_be_moved_is_read_again(tmp_path: Path) -> None:
    drop(tmp_path / "drop", "a.csv", GOOD)
    (tmp_path / "drop" / "done").write_text("no folder")
    for _ in range(2):
        with pytest.raises(Unavailable, match="nothing is doubled"):
            read(tmp_path / "drop")
    (tmp_path / "drop" / "done").unlink()
    assert texts(read(tmp_path / "drop")) == ["Lovely"]
