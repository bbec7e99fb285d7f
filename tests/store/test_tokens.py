from __future__ import annotations

import stat
from pathlib import Path

import pytest

from moderator.errors import StoreError
from moderator.store.tokens import FileTokens

FIRST = {"access_token": "a1", "refresh_token": "r1"}
RENEWED = {"access_token": "a2", "refresh_token": "r2"}


def test_at_first_the_tokens_are_those_of_the_credential_file(tmp_path: Path) -> None:
    assert FileTokens(tmp_path / "youtube.json", FIRST).load() == FIRST
    assert list(tmp_path.iterdir()) == []


def test_renewed_tokens_outlive_a_restart_in_a_file_of_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "youtube.json"
    FileTokens(path, FIRST).save(FIRST)
    FileTokens(path, FIRST).save(RENEWED)
    assert FileTokens(path, FIRST).load() == RENEWED
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [left.name for left in tmp_path.iterdir()] == ["youtube.json"]


def test_a_person_who_logs_in_anew_is_heard(tmp_path: Path) -> None:
    path = tmp_path / "youtube.json"
    FileTokens(path, FIRST).save(RENEWED)
    anew = {"access_token": "a9", "refresh_token": "r9"}
    assert FileTokens(path, anew).load() == anew


def test_a_save_that_fails_leaves_the_tokens_before(tmp_path: Path) -> None:
    path = tmp_path / "youtube.json"
    tokens = FileTokens(path, FIRST)
    tokens.save(RENEWED)
    in_the_way = tmp_path / "none" / "youtube.json"
    with pytest.raises(StoreError, match="cannot be written to"):
        FileTokens(in_the_way, FIRST).save(FIRST)
    path_is_folder = tmp_path / "folder"
    (path_is_folder / "full").mkdir(parents=True)
    with pytest.raises(StoreError, match="cannot be written to"):
        FileTokens(path_is_folder, FIRST).save(FIRST)
    assert tokens.load() == RENEWED
    assert sorted(left.name for left in tmp_path.iterdir()) == ["folder", "youtube.json"]


@pytest.mark.parametrize("torn", [b"", b"{", b'{"tokens": {}}', b'["a"]', b'{"renewed_from": "", "tokens": {"a": 1}}'])
def test_a_torn_file_is_told_without_its_content(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "youtube.json"
    path.write_bytes(torn)
    with pytest.raises(StoreError, match="Remove the file to begin again") as told:
        FileTokens(path, FIRST).load()
    assert told.value.__suppress_context__
