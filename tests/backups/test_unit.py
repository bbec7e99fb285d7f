"""The shipped timer and its service: understood by systemd, locked in as the daemon is, and at home in the same folder."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from moderator.settings.forms import ACCOUNT_FORMS, StoreForm
from moderator.settings.read import AUDIT_KEY, EVIDENCE_KEY, ROLL_KEY
from tests.conftest import REPOSITORY, skip_needed

UNITS = REPOSITORY / "systemd"
SERVICE, TIMER, DAEMON = (
    UNITS / name for name in ("moderator-backup.service", "moderator-backup.timer", "moderator.service")
)


@pytest.fixture(scope="module")
def analyze() -> str:
    command = shutil.which("systemd-analyze")
    if command is None:
        skip_needed("systemd-analyze not found")
    return str(command)


def lines(unit: str) -> list[str]:
    return (UNITS / unit).read_text(encoding="utf-8").splitlines()


def test_the_service_exposes_at_most_1_2(analyze: str) -> None:
    words = [analyze, "security", "--offline=true", "--no-pager", "--threshold=12", str(SERVICE)]
    judged = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert judged.returncode == 0, judged.stdout


def test_systemd_knows_every_line(analyze: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("units")
    for unit in (SERVICE, TIMER):
        text = re.sub(r"^ExecStart=.*$", "ExecStart=/bin/true", unit.read_text(encoding="utf-8"), flags=re.MULTILINE)
        (folder / unit.name).write_text(text)
    words = [analyze, "verify", str(folder / SERVICE.name), str(folder / TIMER.name)]
    verified = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert [line for line in verified.stderr.splitlines() if "moderator-backup" in line] == []


def test_it_works_in_the_daemons_folder_as_the_daemons_user() -> None:
    for line in ("DynamicUser=yes", "StateDirectory=moderator", "StateDirectoryMode=0700", "UMask=0077"):
        assert line in lines(SERVICE.name)
        assert line in lines(DAEMON.name)
    # A dynamic user is named after its unit where nothing is said: the daemon's is "moderator".
    assert "User=moderator" in lines(SERVICE.name)
    assert not [line for line in lines(DAEMON.name) if line.startswith("User=") and line != "User=moderator"]


def test_it_gets_the_keys_it_takes_along_and_neither_logins_nor_the_key_of_the_roll() -> None:
    loaded = {
        line.removeprefix("LoadCredential=").split(":")[0]
        for line in lines(SERVICE.name)
        if line.startswith("LoadCredential=")
    }
    assert {StoreForm().key, AUDIT_KEY, EVIDENCE_KEY} <= loaded
    assert not loaded & {ROLL_KEY, *(f"{name}.json" for name in ACCOUNT_FORMS)}


def test_a_night_on_which_the_machine_was_off_is_made_up_for() -> None:
    assert "Persistent=yes" in lines(TIMER.name)
