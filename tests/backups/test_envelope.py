"""What was sealed comes out as it was, for the right key and from the whole file; otherwise it is refused in words."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from moderator.backups import BackupError
from moderator.backups.envelope import seal, unseal
from moderator.backups.keys import make_key, read_identities
from moderator.errors import ConfigError
from tests.store.made import NOON

LARGE = os.urandom(300_000)
MEMBERS = {"keys/a": b"abc", "moderator.db": LARGE, "empty": b"", "manifest.json": b"{}"}


def pieces(content: bytes, size: int = 7_777) -> Iterator[bytes]:
    return (content[start : start + size] for start in range(0, len(content), size))


@pytest.fixture
def key(tmp_path: Path) -> Path:
    make_key(tmp_path / "backup.key", NOON)
    return tmp_path / "backup.key"


@pytest.fixture
def sealed(tmp_path: Path, key: Path) -> Path:
    path = tmp_path / "sealed.age"
    (identity,) = read_identities(key)
    with path.open("wb") as file:
        seal(
            file,
            ((name, len(content), pieces(content)) for name, content in MEMBERS.items()),
            [str(identity.to_public())],
        )
    return path


def contents(path: Path, key: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}

    def take(name: str, content: IO[bytes]) -> None:
        found[name] = content.read()

    unseal(path, read_identities(key), take)
    return found


def test_what_was_sealed_comes_out_as_it_was(sealed: Path, key: Path) -> None:
    assert contents(sealed, key) == MEMBERS
    assert LARGE[:100] not in sealed.read_bytes()


def test_another_key_does_not_open_it(sealed: Path, tmp_path: Path) -> None:
    make_key(tmp_path / "other.key", NOON)
    with pytest.raises(BackupError, match="cannot be opened with this key"):
        contents(sealed, tmp_path / "other.key")


@pytest.mark.parametrize("share", [0.0, 0.001, 0.01, 0.3, 0.5, 0.9, 0.999])
def test_a_file_cut_anywhere_is_refused(sealed: Path, key: Path, share: float) -> None:
    whole = sealed.read_bytes()
    sealed.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(BackupError, match="damaged"):
        contents(sealed, key)


@pytest.mark.parametrize("share", [0.0, 0.0002, 0.001, 0.3, 0.7, 0.9999])
def test_a_file_with_one_bit_flipped_is_refused(sealed: Path, key: Path, share: float) -> None:
    whole = bytearray(sealed.read_bytes())
    whole[int((len(whole) - 1) * share)] ^= 1
    sealed.write_bytes(whole)
    with pytest.raises(BackupError, match="damaged"):
        contents(sealed, key)


def test_what_goes_wrong_with_a_member_is_told_as_itself(tmp_path: Path, key: Path) -> None:
    def members() -> Iterator[tuple[str, int, list[bytes]]]:
        yield "a", 1, [b"a"]
        raise BackupError("the database is damaged")

    (identity,) = read_identities(key)
    with (tmp_path / "x").open("wb") as file, pytest.raises(BackupError, match=r"^the database is damaged$"):
        seal(file, members(), [str(identity.to_public())])


def test_a_key_file_is_private_and_never_written_over(key: Path) -> None:
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = key.read_bytes()
    with pytest.raises(ConfigError, match="never written over"):
        make_key(key, NOON)
    assert key.read_bytes() == before
    key.chmod(0o644)
    with pytest.raises(ConfigError, match="others on this machine may read it"):
        read_identities(key)


def test_a_file_that_is_no_key_is_refused_without_repeating_it(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.key"
    wrong.write_text("AGE-SECRET-KEY-1CANARY\n")
    wrong.chmod(0o600)
    with pytest.raises(ConfigError, match="is no private key of a backup") as told:
        read_identities(wrong)
    assert "CANARY" not in str(told.value)
