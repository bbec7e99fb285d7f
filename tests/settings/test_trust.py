"""A trust's file and its schools' folders: told whole, read when asked for, read anew when changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from moderator.errors import ConfigError
from moderator.settings.trust import Schools, TrustSettings, read_trust
from tests.conftest import REPOSITORY

URL = "postgresql+psycopg://moderator_app@db.example/trust"


def a_school(base: Path, school_id: str, **changes: str) -> Path:
    """A school's folder as it stands in a trust."""
    said = {"id": school_id, "state_dir": f"{base / 'state' / school_id}", "url": URL, **changes}
    folder = base / "schools" / school_id
    folder.mkdir(parents=True)
    (folder / "policy.toml").write_bytes((REPOSITORY / "config" / "policy.toml").read_bytes())
    (folder / "moderator.toml").write_text(
        f'state_dir = "{said["state_dir"]}"\n[school]\nid = "{said["id"]}"\nname = "School {school_id}"\n'
        f'[store]\nurl = "{said["url"]}"\n',
        encoding="utf-8",
    )
    return folder


def a_trust(base: Path, text: str = f'[store]\nurl = "{URL}"\n') -> TrustSettings:
    (base / "trust.toml").write_text(text, encoding="utf-8")
    return read_trust(base / "trust.toml", credentials_dir=None)


def test_each_folder_with_the_files_of_a_school_is_a_school(tmp_path: Path) -> None:
    a_school(tmp_path, "valewood")
    a_school(tmp_path, "ashgrove")
    (tmp_path / "schools" / "notes").mkdir()
    (tmp_path / "schools" / ".put-aside").mkdir()
    trust = a_trust(tmp_path)
    assert [place.school_id for place in trust.schools] == ["ashgrove", "valewood"]
    assert Schools(trust).settings("valewood").school.name == "School valewood"


def test_the_password_comes_from_its_file_and_is_shown_nowhere(tmp_path: Path) -> None:
    a_school(tmp_path, "valewood", url=URL)
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "pg").write_text("canary\n", encoding="utf-8")
    (tmp_path / "credentials" / "pg").chmod(0o600)
    trust = a_trust(tmp_path, f'[store]\nurl = "{URL}"\npassword_file = "pg"\n')
    assert ":canary@" in trust.store_url
    assert "canary" not in repr(trust)
    assert ":canary@" in Schools(trust).settings("valewood").store_url


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[store]\nurl = "sqlcipher:///x.db"\n', "a trust is kept in PostgreSQL"),
        ('[store]\nurl = "postgresql+psycopg://a:b@c/d"\n', "must hold no password"),
        (f'school_dir = "x"\n[store]\nurl = "{URL}"\n', "schools_dir"),
        (f'schools_dir = "nowhere"\n[store]\nurl = "{URL}"\n', "cannot be read: No such file"),
        (f'[store]\nurl = "{URL}"\npassword_file = "pg"\n', "password_file: no file of this name is in"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, said: str) -> None:
    a_school(tmp_path, "valewood")
    with pytest.raises(ConfigError, match=said):
        a_trust(tmp_path, text)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": "other"}, "the folder is called valewood: both must be the same"),
        ({"state_dir": "/var/lib/moderator"}, "no two schools share one"),
        ({"url": ""}, "must name the trust's database"),
        ({"url": URL.replace("/trust", "/another")}, "must name the trust's database"),
    ],
)
def test_a_school_that_would_mix_with_others_is_refused_alone(
    tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    if "state_dir" in changes:
        changes = {"state_dir": str(tmp_path / "state")}
    a_school(tmp_path, "valewood", **changes)
    a_school(tmp_path, "ashgrove")
    schools = Schools(a_trust(tmp_path))
    with pytest.raises(ConfigError, match=said):
        schools.settings("valewood")
    assert schools.settings("ashgrove").school.id == "ashgrove"
    with pytest.raises(ConfigError, match="no school is there"):
        schools.settings("elsewhere")


def test_a_school_is_read_once_and_again_when_a_file_of_its_changed(tmp_path: Path) -> None:
    main = a_school(tmp_path, "valewood") / "moderator.toml"
    schools = Schools(a_trust(tmp_path))
    first = schools.settings("valewood")
    assert schools.settings("valewood") is first
    main.write_text(f'mode = "queue"\n{main.read_text(encoding="utf-8")}', encoding="utf-8")
    assert schools.settings("valewood").mode == "queue"
    main.write_text("mode =", encoding="utf-8")
    with pytest.raises(ConfigError):
        schools.settings("valewood")
    main.unlink()
    with pytest.raises(ConfigError, match="is not there"):
        schools.settings("valewood")
