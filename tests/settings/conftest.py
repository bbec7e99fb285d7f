"""A settings folder as a school has it: the shipped files, a state folder of its own, credentials of invented accounts."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from moderator.errors import ConfigError
from moderator.settings import Settings, read_settings
from tests.conftest import REPOSITORY

CANARY = "canary-value-7f3a"
"""Part of every invented secret: wherever it appears, a secret leaked."""

X_OAUTH1 = {
    "kind": "oauth1",
    "consumer_key": f"{CANARY}-1",
    "consumer_secret": f"{CANARY}-2",
    "access_token": f"{CANARY}-3",
    "access_token_secret": f"{CANARY}-4",
}
YOUTUBE = {"client_id": f"{CANARY}-5", "client_secret": f"{CANARY}-6", "refresh_token": f"{CANARY}-7"}
INSTAGRAM = {"access_token": f"{CANARY}-8"}


@dataclass(frozen=True)
class Folder:
    """/etc/moderator and the state folder, below a temporary one."""

    config: Path
    state: Path

    @property
    def main(self) -> Path:
        return self.config / "moderator.toml"

    @property
    def policy(self) -> Path:
        return self.config / "policy.toml"

    @property
    def credentials(self) -> Path:
        return self.state / "credentials"

    def change(self, old: str, new: str, path: Path | None = None) -> None:
        """Replace what begins a line of a settings file. What begins none fails, so that no test changes nothing."""
        path = path or self.main
        before, after = f"\n{path.read_text(encoding='utf-8')}".split(f"\n{old}", 1)
        path.write_text(f"{before}\n{new}{after}"[1:], encoding="utf-8")

    def set_in(self, table: str, **keys: str) -> None:
        """Change keys of one table, written as TOML writes them; other tables have some of the same name."""
        before, rest = self.main.read_text(encoding="utf-8").split(f"[{table}]\n")
        for key, value in keys.items():
            found = re.search(rf"^{key} = .*$", rest, re.MULTILINE)
            assert found
            rest = f"{rest[: found.start()]}{key} = {value}{rest[found.end() :]}"
        self.main.write_text(f"{before}[{table}]\n{rest}", encoding="utf-8")

    def add(self, text: str) -> None:
        self.main.write_text(f"{self.main.read_text(encoding='utf-8')}\n{text}", encoding="utf-8")

    def credential(self, name: str, values: object, mode: int = 0o600) -> Path:
        self.credentials.mkdir(parents=True, exist_ok=True)
        path = self.credentials / name
        path.write_text(values if isinstance(values, str) else json.dumps(values), encoding="utf-8")
        path.chmod(mode)
        return path

    def read(self) -> Settings:
        return read_settings(self.config, credentials_dir=None)

    def faults(self) -> list[str]:
        """Every line that a person is told, less the folder in front and the last line, which is always the same."""
        with pytest.raises(ConfigError) as told:
            self.read()
        *faults, last = str(told.value).splitlines()
        assert last == "Then run: moderator check"
        return [fault.removeprefix(f"{self.config}/") for fault in faults]

    def line(self, text: str, path: Path | None = None) -> int:
        """The line on which this text stands, from 1."""
        lines = (path or self.main).read_text(encoding="utf-8").splitlines()
        return next(number for number, line in enumerate(lines, start=1) if line.startswith(text))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return shipped(tmp_path)


def shipped(base: Path) -> Folder:
    """The shipped files, with the state folder moved to where a test may write."""
    folder = Folder(base / "etc", base / "state")
    folder.config.mkdir()
    for path in (folder.main, folder.policy):
        path.write_bytes((REPOSITORY / "config" / path.name).read_bytes())
    folder.change('state_dir = "/var/lib/moderator"', f'state_dir = "{folder.state}"')
    return folder


@pytest.fixture
def three(folder: Folder) -> Folder:
    """The same with one account on each platform and their credentials."""
    folder.add(
        """
[[accounts]]
id = "x"
platform = "x"
handle = "@ValewoodPrimary"
credentials = "x.json"

[[accounts]]
id = "youtube"
platform = "youtube"
handle = "@Valewoodprimarieschool"
credentials = "youtube.json"

[[accounts]]
id = "instagram"
platform = "instagram"
handle = "@ValewoodPrimary"
credentials = "instagram.json"
"""
    )
    folder.credential("x.json", X_OAUTH1)
    folder.credential("youtube.json", YOUTUBE)
    folder.credential("instagram.json", INSTAGRAM)
    return folder
