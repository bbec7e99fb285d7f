"""Credential files: read only where nobody else can, told about by name and never by value."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from moderator.errors import ConfigError
from moderator.settings import credentials_folder
from moderator.settings.credentials import KINDS, Credentials, read_credentials, store_key
from tests.settings.conftest import CANARY, INSTAGRAM, X_OAUTH1, YOUTUBE, Folder

X_OAUTH2 = {"kind": "oauth2", "client_id": "c", "access_token": f"{CANARY}-a", "refresh_token": f"{CANARY}-r"}


@pytest.mark.parametrize(
    ("platform", "values", "kind"),
    [
        ("x", X_OAUTH1, "oauth1"),
        ("x", X_OAUTH2, "oauth2"),
        ("x", {**X_OAUTH2, "client_secret": "s"}, "oauth2"),
        ("youtube", YOUTUBE, "oauth2"),
        ("youtube", {"kind": "oauth2", **YOUTUBE, "token": "t", "token_uri": "https://example.org/token"}, "oauth2"),
        ("youtube", {**YOUTUBE, "consent_screen": "internal"}, "oauth2"),
        ("instagram", INSTAGRAM, "instagram_login"),
        ("instagram", {**INSTAGRAM, "obtained_at": "2026-11-22"}, "instagram_login"),
    ],
)
def test_each_kind_is_read_as_it_stands(folder: Folder, platform: str, values: dict[str, str], kind: str) -> None:
    path = folder.credential("a.json", values)

    assert dict(read_credentials(path, platform)) == {"kind": kind, **values}


def test_every_platform_of_the_settings_has_kinds() -> None:
    assert set(KINDS) == {"x", "youtube", "instagram"}


@pytest.mark.parametrize(
    ("platform", "content", "told"),
    [
        ("x", '{"kind": "oauth1",\n oops}', ":2:2: is not valid JSON: "),
        ("x", "[1]", ": must hold one JSON object"),
        ("x", "", ":1:1: is not valid JSON: "),
        ("x", json.dumps({"access_token": CANARY}), ', kind: missing; write "oauth1" or "oauth2"'),
        (
            "x",
            json.dumps({"kind": "oauth3", "access_token": CANARY}),
            ', kind: unknown kind; x knows "oauth1" or "oauth2"; did you mean "oauth1"?',
        ),
        ("youtube", json.dumps({**YOUTUBE, "kind": 3}), ', kind: unknown kind; youtube knows "oauth2"'),
        ("x", json.dumps({**X_OAUTH1, "acces_tokn": CANARY}), ", acces_tokn: unknown key; did you mean access_token?"),
        ("x", json.dumps({**X_OAUTH1, "access_token": ""}), ", access_token: must be filled in, without spaces"),
        ("x", json.dumps({**X_OAUTH1, "access_token": f"{CANARY} {CANARY}"}), ", access_token: must be filled in"),
        ("x", json.dumps({**X_OAUTH1, "access_token": 1234567}), ", access_token: must be text in quotes"),
        ("instagram", json.dumps({**INSTAGRAM, "obtained_at": CANARY}), ", obtained_at: must be a day such as"),
    ],
)
def test_a_fault_names_the_key_and_never_the_value(folder: Folder, platform: str, content: str, told: str) -> None:
    path = folder.credential("a.json", content)

    with pytest.raises(ConfigError) as error:
        read_credentials(path, platform)

    first, last = str(error.value).splitlines()
    assert first.startswith(f"{path}{told}")
    assert last == "Then run: moderator check"
    assert CANARY not in first
    assert "1234567" not in first


def test_all_that_a_file_lacks_is_told_at_once(folder: Folder) -> None:
    path = folder.credential("a.json", {"kind": "oauth1"})

    with pytest.raises(ConfigError) as error:
        read_credentials(path, "x")

    keys = ["consumer_key", "consumer_secret", "access_token", "access_token_secret"]
    assert str(error.value).splitlines()[:-1] == [f"{path}, {key}: missing" for key in keys]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o666])
def test_a_file_that_others_may_read_is_refused_with_the_remedy(folder: Folder, mode: int) -> None:
    path = folder.credential("a.json", X_OAUTH1, mode)

    with pytest.raises(ConfigError) as error:
        read_credentials(path, "x")
    told = f"{path}: others on this machine may read it (mode {mode:04o}). Run: chmod 600 {path}"
    assert str(error.value).splitlines()[0] == told

    path.chmod(0o600)
    assert read_credentials(path, "x")["kind"] == "oauth1"


def test_a_folder_in_the_place_of_a_file_is_told(folder: Folder) -> None:
    path = folder.credentials / "a.json"
    path.mkdir(parents=True, mode=0o700)

    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        read_credentials(path, "x")


def test_credentials_show_their_names_only() -> None:
    held = Credentials({"kind": "oauth2", "access_token": CANARY})

    assert repr(held) == str(held) == f"{held}" == "Credentials(kind=…, access_token=…)"
    assert held["access_token"] == CANARY


def test_systemd_says_where_credentials_are() -> None:
    assert credentials_folder({"CREDENTIALS_DIRECTORY": "/run/credentials/moderator.service"}) == Path(
        "/run/credentials/moderator.service"
    )
    assert credentials_folder({"CREDENTIALS_DIRECTORY": ""}) is None
    assert credentials_folder({}) is None


def test_the_first_start_makes_a_key_that_every_later_one_finds(folder: Folder) -> None:
    key = folder.read().store_key

    path = folder.credentials / "store.key"
    assert (len(key), set(key) <= set("0123456789abcdef")) == (64, True)
    assert path.stat().st_mode & 0o777 == 0o600
    assert folder.credentials.stat().st_mode & 0o777 == 0o700
    assert sorted(file.name for file in folder.credentials.iterdir()) == ["audit.key", "store.key"]
    assert folder.read().store_key == key
    assert path.read_text(encoding="utf-8").strip() == key


def test_a_key_from_systemd_goes_before_our_own(tmp_path: Path) -> None:
    ours = store_key(tmp_path / "state" / "credentials", tmp_path / "state")
    given = tmp_path / "run"
    given.mkdir()
    (given / "store.key").write_text("AB" * 32, encoding="utf-8")
    (given / "store.key").chmod(0o400)

    assert store_key(given, tmp_path / "state") == "ab" * 32
    assert store_key(tmp_path / "elsewhere", tmp_path / "state") == ours


@pytest.mark.parametrize("content", ["", "abc", "g" * 64, "ab" * 33, b"\xff\xfe"])
def test_a_damaged_key_is_told_and_kept(folder: Folder, content: str | bytes) -> None:
    path = folder.credential("store.key", "")
    damaged = content if isinstance(content, bytes) else content.encode()
    path.write_bytes(damaged)

    (fault,) = folder.faults()

    assert fault.startswith(f"{path}: ")
    assert path.read_bytes() == damaged


def test_a_database_whose_key_is_gone_gets_no_other_key(folder: Folder) -> None:
    folder.read()
    path = folder.credentials / "store.key"
    (folder.state / "moderator.db").touch()
    path.unlink()

    (fault,) = folder.faults()

    assert fault.startswith(f"{path}: is missing, and {folder.state / 'moderator.db'} opens with no other key. Restore")
    assert not path.exists()


def test_a_state_folder_that_cannot_be_made_is_told(folder: Folder) -> None:
    folder.state.write_text("a file in the way", encoding="utf-8")

    (fault,) = folder.faults()

    assert fault.startswith(f"{folder.credentials / 'store.key'}: cannot be made: Not a directory.")


def test_twenty_first_starts_at_once_agree_on_one_key(tmp_path: Path) -> None:
    keys: list[str] = []
    gate = threading.Barrier(20)

    def start() -> None:
        gate.wait()
        keys.append(store_key(tmp_path / "credentials", tmp_path))

    starts = [threading.Thread(target=start) for _ in range(20)]
    for each in starts:
        each.start()
    for each in starts:
        each.join()

    assert len(keys) == 20
    assert len(set(keys)) == 1
    assert [file.name for file in (tmp_path / "credentials").iterdir()] == ["store.key"]
