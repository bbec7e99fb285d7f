"""`moderator setup` without a terminal, against the pretend platforms: tried first, saved after, safe to repeat."""

from __future__ import annotations

import json
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomlkit

from moderator.cli.check import store_of
from moderator.cli.setup import secrets_place
from moderator.errors import ConfigError
from moderator.settings import read_settings
from moderator.setup.answers import Answers
from moderator.setup.write import Written, known_accounts, written
from tests.commands import in_process, run_command
from tests.conftest import REPOSITORY
from tests.journeys.street import Street, clean_environment, open_street
from tests.reports.post_office import PostOffice

SCHOOL = "Hartfield Primary"


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with open_street(tmp_path) as opened:
        yield opened


def answers(street: Street, tmp_path: Path, office: PostOffice | None = None, youtube: str = "") -> Path:
    login = {**street.sandbox.credentials("youtube"), "consent_screen": "production"}
    if youtube:
        login["refresh_token"] = youtube
    values = {
        "school": SCHOOL,
        "zone": "Europe/Jersey",
        "state_dir": str(tmp_path / "fresh-state"),
        "head": {"name": "Mrs Ravenscroft", "address": "head@hartfield.example"},
        "accounts": [
            {
                "platform": "youtube",
                "handle": "@Valewoodprimarieschool",
                "login": login,
                "api_base": street.sandbox.youtube_base,
            }
        ],
    }
    if office is not None:
        values["mail"] = {
            "host": "127.0.0.1",
            "port": office.port,
            "security": "none",
            "sender": "moderation@hartfield.example",
        }
    path = tmp_path / "answers.toml"
    path.write_text(tomlkit.dumps(values), encoding="utf-8")
    return path


def setup(config: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run_command("setup", "--config", str(config), *words, env=clean_environment(), timeout_s=60)


def test_a_fresh_machine_is_set_up_in_shadow_and_a_second_time_changes_nothing(street: Street, tmp_path: Path) -> None:
    config = tmp_path / "etc"
    with PostOffice() as office:
        path = answers(street, tmp_path, office)
        first = setup(config, "--answers", str(path))
        assert first.returncode == 0, first.stderr + first.stdout
        again = setup(config, "--answers", str(path))
        assert office.taken == []
    assert "ok    youtube" in first.stdout
    assert "ok    mail" in first.stdout
    assert "What to do next" in first.stdout
    assert "Nothing was changed" in again.stdout
    settings = read_settings(config, credentials_dir=None)
    assert (settings.school.name, settings.mode.value) == (SCHOOL, "shadow")
    assert settings.policy.duty.time_zone == "Europe/Jersey"
    assert settings.weekly.to[0].address == "head@hartfield.example"
    assert settings.alerts.enabled
    secret = tmp_path / "fresh-state" / "credentials" / "youtube.json"
    assert secret.stat().st_mode & 0o777 == 0o600
    token = json.loads(secret.read_text())["refresh_token"]
    files = [*config.iterdir()]
    assert {each.name for each in files} == {"moderator.toml", "policy.toml"}
    assert all(token not in each.read_text() for each in files)
    assert token not in first.stdout + first.stderr
    # The explanations above each key are still there for whoever reads the file later.
    shipped = (REPOSITORY / "config" / "moderator.toml").read_text(encoding="utf-8")
    kept = (config / "moderator.toml").read_text(encoding="utf-8")
    assert kept.count("# Default:") == shipped.count("# Default:")


def test_a_login_that_does_not_work_is_told_and_nothing_is_saved(street: Street, tmp_path: Path) -> None:
    config = tmp_path / "etc"
    wrong = answers(street, tmp_path, youtube="1//canary-wrong")
    said = setup(config, "--answers", str(wrong))
    assert said.returncode == 3, said.stderr
    assert "Nothing was saved" in said.stderr
    assert "canary-wrong" not in said.stderr + said.stdout
    assert not config.exists()
    assert not (tmp_path / "fresh-state").exists()
    saved = setup(config, "--answers", str(wrong), "--untried")
    assert saved.returncode == 0, saved.stderr
    assert (config / "moderator.toml").exists()


def test_where_the_service_is_installed_secrets_go_where_its_unit_looks(street: Street, tmp_path: Path) -> None:
    store = tmp_path / "credstore"
    said = setup(tmp_path / "etc", "--answers", str(answers(street, tmp_path)), "--credstore", str(store), "--json")
    assert said.returncode == 0, said.stderr
    assert [each.name for each in store.iterdir()] == ["moderator.youtube.json"]
    assert store.stat().st_mode & 0o077 == 0
    assert str(store / "moderator.youtube.json") in json.loads(said.stdout)["changed"]


def test_a_dry_run_writes_nothing_and_without_a_terminal_it_says_how(street: Street, tmp_path: Path) -> None:
    config = tmp_path / "etc"
    said = setup(config, "--answers", str(answers(street, tmp_path)), "--dry-run", "--untried")
    assert "would write" in said.stdout
    assert not config.exists()
    none = setup(config)
    assert none.returncode == 2
    assert "--answers FILE" in none.stderr


def test_a_misspelt_answer_is_told_by_its_key_alone(tmp_path: Path) -> None:
    path = tmp_path / "answers.toml"
    path.write_text('scool = "canary"\n', encoding="utf-8")
    said = setup(tmp_path / "etc", "--answers", str(path))
    assert said.returncode == 2
    assert "scool" in said.stderr
    assert "canary" not in said.stderr


def test_a_school_in_use_keeps_all_that_was_not_asked() -> None:
    main = 'mode = "auto"  # we trust it\n[school]\nname = "Valewood"\nstaff = ["Ms Rowe"]\n'
    policy = "[limits.insult]\nhide = 0.9\n"
    plan = written(main, policy, Answers(zone="Europe/London"), new=False)
    assert plan.main == main
    assert tomllib.loads(plan.policy) == {"limits": {"insult": {"hide": 0.9}}, "duty": {"time_zone": "Europe/London"}}
    assert plan.secrets == {}


def test_run_again_it_takes_nobody_off_a_list_and_switches_nothing_back_on(tmp_path: Path) -> None:
    config, state = tmp_path / "etc", tmp_path / "fresh-state"
    first = {
        "school": SCHOOL,
        "state_dir": str(state),
        "head": {"name": "Mrs Ravenscroft", "address": "head@hartfield.example"},
        "mail": {
            "host": "mail.hartfield.example",
            "port": 465,
            "security": "tls",
            "user": "moderation",
            "password": "s",
        }
        | {"sender": "moderation@hartfield.example"},
    }
    path = tmp_path / "answers.toml"
    path.write_text(tomlkit.dumps(first), encoding="utf-8")
    said = setup(config, "--answers", str(path), "--untried")
    assert said.returncode == 0, said.stderr
    main = config / "moderator.toml"
    document = tomlkit.parse(main.read_text(encoding="utf-8"))
    document["weekly"]["to"] += ["deputy@hartfield.example", "dsl@hartfield.example"]
    document["mail"]["reply_to"] = "office@hartfield.example"
    document["alerts"]["enabled"] = False
    main.write_text(tomlkit.dumps(document), encoding="utf-8")
    head = {"name": "Ms Quill", "address": "quill@hartfield.example"}
    again = {"head": head, "mail": {"host": "post.hartfield.example", "sender": "moderation@hartfield.example"}}
    path.write_text(tomlkit.dumps(again), encoding="utf-8")

    said = setup(config, "--answers", str(path), "--untried")

    assert said.returncode == 0, said.stderr
    settings = read_settings(config, credentials_dir=None)
    assert [each.address for each in settings.weekly.to] == [
        *("head@hartfield.example", "deputy@hartfield.example", "dsl@hartfield.example", "quill@hartfield.example")
    ]
    assert (settings.alerts.enabled, settings.mail.reply_to.address) == (False, "office@hartfield.example")
    assert (settings.mail.host, settings.mail.port, settings.mail.security) == ("post.hartfield.example", 465, "tls")
    assert (settings.mail.user, settings.mail.password) == ("moderation", "s")


def test_who_sets_up_mail_on_another_day_has_alerts_from_then_on() -> None:
    head = Answers.model_validate({"head": {"name": "Mrs Ravenscroft", "address": "head@hartfield.example"}})
    shipped = (REPOSITORY / "config" / "moderator.toml").read_text(encoding="utf-8")
    without = written(shipped, "", head, new=True).main
    assert not tomllib.loads(without)["alerts"]["enabled"]
    mail = {"mail": {"host": "mail.hartfield.example", "sender": "moderation@hartfield.example"}}
    later = tomllib.loads(written(without, "", Answers.model_validate(head.model_dump() | mail), new=False).main)
    assert (later["alerts"]["enabled"], len(later["weekly"]["to"])) == (True, 1)


def test_a_file_that_somebody_broke_is_told_with_its_place_and_left_as_it_is(tmp_path: Path) -> None:
    config, path = tmp_path / "etc", tmp_path / "answers.toml"
    shutil.copytree(REPOSITORY / "config", config)
    main, policy = config / "moderator.toml", config / "policy.toml"
    whole = main.read_text(encoding="utf-8"), policy.read_bytes()

    def told(words: str) -> str:
        path.write_text(words, encoding="utf-8")
        said = in_process(["setup", "--config", str(config), "--answers", str(path), "--untried"])
        assert isinstance(said.exception, ConfigError), said.exception
        return str(said.exception)

    assert f"{policy}:" in told('zone = "Europe/Lodnon"')
    password = '[mail]\nhost = "mail.hartfield.example"\nsender = "m@hartfield.example"\npassword = "canary"'
    assert "no user" in told(password)
    assert "canary" not in told(password)
    login = '[[accounts]]\nplatform = "youtube"\nhandle = "@H"'
    assert "moderator-setup-" not in told(login)
    assert (main.read_text(encoding="utf-8"), policy.read_bytes()) == whole
    policy.write_bytes(whole[1] + b"\xff")
    assert f"{policy}" in told('school = "Hartfield"')
    policy.write_bytes(whole[1])
    for broken in (whole[0].replace("[weekly]", "[weekly"), whole[0].replace("to = []", "to = 3")):
        main.write_text(broken, encoding="utf-8")
        assert f"{main}:" in told('[head]\naddress = "head@hartfield.example"')
        assert main.read_text(encoding="utf-8") == broken


def test_another_schools_settings_beside_the_service_do_not_replace_its_logins(tmp_path: Path) -> None:
    unit = tmp_path / "moderator.service"
    unit.write_text("[Service]\n", encoding="utf-8")
    plan = Written(f'state_dir = "{tmp_path}/state"\n', "", {})
    assert secrets_place(Path("/etc/moderator"), None, plan, unit) == (Path("/etc/credstore"), "moderator.")
    assert (store_of(Path("/etc/moderator")), store_of(tmp_path / "etc")) == (Path("/etc/credstore"), None)
    assert secrets_place(tmp_path / "etc", None, plan, unit) == (tmp_path / "state" / "credentials", "")


def test_a_login_renewed_goes_to_the_account_that_stands_and_to_its_own_file() -> None:
    main = (
        '[[accounts]]\nid = "our-channel"\nplatform = "youtube"\nhandle = "@Hartfield"\ncredentials = "channel.json"\n'
    )
    told = {"accounts": [{"platform": "youtube", "handle": "hartfield", "login": {"client_id": "new"}}]}
    answers = known_accounts(Answers.model_validate(told), main)
    plan = written(main, "", answers, new=False)
    (account,) = tomllib.loads(plan.main)["accounts"]
    assert (account["id"], account["credentials"]) == ("our-channel", "channel.json")
    assert {name: json.loads(text) for name, text in plan.secrets.items()} == {"channel.json": {"client_id": "new"}}
