"""What goes wrong at the door is one clear sentence with its remedy, an exit code, and nothing changed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from moderator.build import open_database
from moderator.errors import AlreadyRunning
from moderator.sandbox.faults import Fault
from moderator.settings import read_settings
from moderator.store.running import Runner, file_lock
from tests.commands import run_command
from tests.conftest import NOON
from tests.journeys.street import Street, clean_environment, open_street


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with open_street(tmp_path) as opened:
        yield opened


def fails(said: subprocess.CompletedProcess[str], code: int, *words: str) -> str:
    """The command ended with this code, in words a person can use."""
    assert said.returncode == code, said.stderr + said.stdout
    assert "Traceback" not in said.stderr
    for word in words:
        assert word in said.stderr + said.stdout
    return said.stderr + said.stdout


def edit(street: Street, old: str, new: str) -> None:
    path = street.config / "moderator.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_all_faults_of_the_configuration_are_told_at_once_with_line_and_nearest_key(street: Street) -> None:
    edit(street, 'mode = "auto"', 'mode = "atuo"\nmdoe = 1')
    edit(street, "poll_every_s = 2", "poll_evry_s = 2")
    said = fails(
        street.command("run"), 2, "moderator.toml:1", "atuo", "did you mean mode", "poll_every_s", "moderator check"
    )
    assert said.count("poll_evry_s") == 3, "one fault for each account"


def test_a_missing_credential_file_names_the_file_and_where_to_read_on(street: Street) -> None:
    (street.state / "credentials" / "x.json").unlink()
    fails(street.command("run"), 2, "credentials", "x")


def test_a_credential_file_that_others_can_read_is_refused_with_the_remedy(street: Street) -> None:
    (street.state / "credentials" / "youtube.json").chmod(0o644)
    fails(street.command("check"), 2, "chmod 600")


def test_wrong_credentials_are_told_for_each_account_and_the_others_still_work(street: Street) -> None:
    secret = street.state / "credentials" / "instagram.json"
    secret.write_text(json.dumps({"access_token": "IGAAwrong"}), encoding="utf-8")
    said = fails(street.command("check"), 2, "FAIL  instagram", "ok    x", "ok    youtube")
    assert "IGAAwrong" not in said


def test_an_unreachable_host_is_told_and_the_daemon_would_go_on_trying(street: Street) -> None:
    edit(street, f'"{street.sandbox.instagram_base}"', '"http://127.0.0.1:9"')
    fails(street.command("check"), 2, "FAIL  instagram")
    fails(street.command("once"), 3, "instagram")


def test_who_does_not_get_the_daemons_place_makes_no_database(street: Street) -> None:
    """A restore, or a daemon that has only just started, has the place before there is any database."""
    with file_lock(street.state / "daemon.lock", Runner("here", 4711, NOON)):
        for command in ("run", "once"):
            fails(street.command(command), 75, "held by pid 4711")
        with pytest.raises(AlreadyRunning, match=r"no database yet, and none was made.*held by pid 4711"):
            open_database(read_settings(street.config, credentials_dir=None), wait_s=0.2)
        assert list(street.state.glob("*moderator.db*")) == []
    assert street.command("once").returncode == 0


def test_a_database_with_another_key_is_left_alone(street: Street) -> None:
    assert street.command("once").returncode == 0
    database = street.state / "moderator.db"
    before = database.read_bytes()
    key = street.state / "credentials" / "store.key"
    key.write_text("cd" * 32, encoding="utf-8")
    fails(street.command("queue"), 4, "key")
    assert database.read_bytes() == before


def test_a_database_whose_key_is_gone_gets_no_new_key(street: Street) -> None:
    assert street.command("once").returncode == 0
    key = street.state / "credentials" / "store.key"
    key.unlink()
    fails(street.command("queue"), 2, "store.key", "backup")
    assert not key.exists()


def test_a_configuration_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    said = run_command("queue", "--config", str(tmp_path / "nowhere"), env=clean_environment())
    fails(said, 2, "nowhere")


def test_an_id_that_means_nothing_says_where_ids_are_listed(street: Street) -> None:
    fails(street.command("explain", "x-nothing"), 1, "x-nothing", "moderator queue")


def test_nobody_can_decide_under_the_machines_name(street: Street) -> None:
    native_id = street.comment("youtube", "What a lovely day you all had.")
    assert street.command("once").returncode == 0
    fails(street.command("decide", native_id, "hide", "--by", "policy"), 1, "--by")


def test_a_dry_decision_says_what_would_really_happen_and_records_nothing(street: Street) -> None:
    native_id = street.comment("x", "What a lovely day you all had.")
    assert street.command("once").returncode == 0
    said = street.command("decide", native_id, "hide", "--by", "Mrs Ravenscroft", "--dry-run")
    assert "View hidden replies" in said.stdout
    blocked = street.command("decide", native_id, "block", "--by", "Mrs Ravenscroft", "--dry-run")
    assert "by hand" in blocked.stdout
    facts = json.loads(street.command("explain", native_id, "--json").stdout)
    assert [decision["decided_by"] for decision in facts["decisions"]] == ["policy"]


def test_a_block_on_x_is_a_task_with_steps_that_a_person_ticks_off(street: Street) -> None:
    native_id = street.comment("x", "What a lovely day you all had.")
    assert street.command("once").returncode == 0
    assert street.command("decide", native_id, "block", "--by", "Mrs Ravenscroft").returncode == 0
    assert street.command("once").returncode == 0
    (task,) = json.loads(street.command("queue", "--tasks", "--json").stdout)
    assert "x.com" in task["url"]
    done = street.command("tasks", "--done", task["id"], "--by", "Mrs Ravenscroft")
    assert done.returncode == 0, done.stderr
    assert "Nothing to do by hand." in street.command("queue", "--tasks").stdout


def test_one_platform_in_trouble_does_not_stop_the_others(street: Street) -> None:
    pupil = "Well done Imogen Crellin"
    hidden = {platform: street.comment(platform, pupil) for platform in ("x", "youtube", "instagram")}
    street.sandbox.world.add_fault(Fault("x", "server_error", times=None))
    fails(street.command("once"), 3, "x")
    assert street.is_public("x", hidden["x"])
    assert not street.is_public("youtube", hidden["youtube"])
    assert not street.is_public("instagram", hidden["instagram"])
