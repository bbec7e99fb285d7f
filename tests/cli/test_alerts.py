"""`moderator alerts` as a person types it: whom alerts reach, and whether they really arrive."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from moderator.cli.common import utc_now
from moderator.settings import read_settings
from moderator.store import pushes
from moderator.store.database import Database
from tests.journeys.street import Street, clean_environment, open_street, wait_until
from tests.reports.alert_fixtures import box, service
from tests.reports.alert_story import DEPUTY, HEAD, Letterbox
from tests.reports.push_service import PushService

__all__ = ["box", "service"]

SENDER = "Moderation <moderation@valewood.example>"


@pytest.fixture
def street(tmp_path: Path, box: Letterbox) -> Iterator[Street]:
    with open_street(tmp_path) as opened:
        configure(
            opened,
            mail={"host": "127.0.0.1", "port": box.port, "security": "none", "sender": SENDER, "reply_to": SENDER},
            alerts={"enabled": True, "head": HEAD, "deputy": DEPUTY, "push_to_loopback": True},
            people={"head": "Mrs Ravenscroft", "others": ["Miss Example"]},
        )
        yield opened


def configure(street: Street, **tables: dict[str, Any]) -> None:
    path = street.config / "moderator.toml"
    settings = tomlkit.parse(path.read_text(encoding="utf-8"))
    for name, table in tables.items():
        settings[name] = dict(settings.get(name, {})) | table
    path.write_text(tomlkit.dumps(settings), encoding="utf-8")


def database(street: Street) -> Database:
    settings = read_settings(street.config, credentials_dir=None)
    return Database.open(
        settings.store_url, key=settings.store_key, audit_key=settings.audit_key, school_id=settings.school.id
    )


def ways(street: Street) -> dict[str, str]:
    said = street.command("alerts", "--json")
    assert said.returncode == 0, said.stderr
    return {f"{each['role']} {each['way']}": each["state"].split(":")[0] for each in json.loads(said.stdout)["ways"]}


def subscribe(street: Street, service: PushService, tmp_path: Path, person: str, *more: str) -> str:
    phone = service.phone()
    file = tmp_path / "phone.json"
    file.write_text(phone.subscription, encoding="utf-8")
    done = street.command("alerts", "subscribe", "--file", str(file), "--person", person, *more)
    assert done.returncode == 0, done.stderr
    return phone.endpoint


def test_a_test_is_confirmed_by_the_code_and_by_the_tap_and_by_nothing_else(
    street: Street, service: PushService, box: Letterbox, tmp_path: Path
) -> None:
    endpoint = subscribe(street, service, tmp_path, "mrs ravenscroft")
    assert set(ways(street).values()) == {"not confirmed"}

    words = [sys.executable, "-m", "moderator", "alerts", "test", "--wait-s", "30", "--config", str(street.config)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(words, text=True, env=clean_environment(), **pipes) as running:  # type: ignore[call-overload]
        wait_until(lambda: len(box.letters) == 2 and len(service.deliveries) == 1, 30, "sent by every way")
        codes = {str(each["To"].addresses[0].addr_spec): code_in(each.get_content()) for each in box.letters}
        running.stdin.write(f"{codes[HEAD]}\n000000\n")
        running.stdin.flush()
        opened = database(street)
        with opened.transaction() as tx:  # What the page does when she taps the push.
            assert not pushes.confirm(tx, "https://push.example/another", utc_now())
            assert pushes.confirm(tx, endpoint, utc_now())
        opened.close()
        said, _ = running.communicate(timeout=40)
    assert running.returncode == 0, said
    assert f"{HEAD}: confirmed" in said
    assert f"{DEPUTY}: not confirmed; that is not the code" in said
    assert "taken by the push service" in said
    assert re.search(r"push .*: confirmed", said)
    told = {way: state.split()[0] for way, state in ways(street).items()}
    assert told == {"head letter": "confirmed", "head push": "confirmed", "deputy letter": "not"}
    assert codes[HEAD] not in str(box.letters[0]["Subject"])


def test_without_waiting_nothing_counts_as_confirmed(street: Street, service: PushService, tmp_path: Path) -> None:
    subscribe(street, service, tmp_path, "Miss Example")
    done = street.command("alerts", "test", "--no-wait")
    assert done.returncode == 0, done.stderr
    assert "Whether they arrived is not known" in done.stdout
    assert ways(street) == dict.fromkeys(("head letter", "deputy letter", "deputy push"), "not confirmed")


def test_a_way_that_does_not_work_is_told_and_ends_with_an_error(
    street: Street, service: PushService, box: Letterbox, tmp_path: Path
) -> None:
    endpoint = subscribe(street, service, tmp_path, "Mrs Ravenscroft")
    service.troubles[endpoint.removeprefix(service.base)].status = 410
    box.refuses = "554 not from you"
    done = street.command("alerts", "test", "--no-wait")
    assert done.returncode == 1
    assert "554 not from you" in done.stdout
    assert "the phone takes it no more" in done.stdout
    assert ways(street)["head push"].startswith("dropped")


def test_a_lost_phone_is_removed_and_nothing_goes_there_any_more(
    street: Street, service: PushService, tmp_path: Path
) -> None:
    subscribe(street, service, tmp_path, "Mrs Ravenscroft")
    with database(street).reading() as tx:
        (phone,) = pushes.subscriptions(tx)

    tried = street.command("alerts", "remove", phone.id, "--dry-run")
    assert tried.stdout == f"would be removed: {phone.id} of Mrs Ravenscroft\n"
    done = street.command("alerts", "remove", phone.id, "--by", "Mr Kowalczyk")
    assert done.stdout == f"removed: {phone.id} of Mrs Ravenscroft\n"

    assert ways(street)["head push"].startswith("dropped")
    again = street.command("alerts", "remove", phone.id)
    assert (again.returncode, "Those that are: moderator alerts" in again.stderr) == (1, True)


def test_a_phone_at_an_unknown_service_is_refused(street: Street, tmp_path: Path, service: PushService) -> None:
    file = tmp_path / "phone.json"
    given = json.loads(service.phone().subscription) | {"endpoint": "https://intranet.school.example/push"}
    file.write_text(json.dumps(given), encoding="utf-8")
    done = street.command("alerts", "subscribe", "--file", str(file), "--person", "Mrs Ravenscroft")
    assert done.returncode == 2
    assert "is on no push service that we know" in done.stderr
    assert "head push" not in ways(street)


def test_further_services_are_told_through_apprise_and_their_addresses_stay_secret(
    street: Street, service: PushService
) -> None:
    pytest.importorskip("apprise")
    secret = street.state / "credentials" / "services"
    secret.touch(mode=0o600)
    secret.write_text(f"# SMS\njson://{service.base.removeprefix('http://')}/sms/canary-7f3a\n", encoding="utf-8")
    configure(street, alerts={"services_file": "services"})
    done = street.command("alerts", "test", "--no-wait")
    assert done.returncode == 0, done.stderr
    (delivery,) = service.deliveries
    assert delivery.path == "/sms/canary-7f3a"
    assert json.loads(delivery.body)["title"] == "A test of the alerts"
    assert "canary" not in done.stdout + street.command("alerts").stdout
    secret.write_text("nothing://canary-7f3a\n", encoding="utf-8")
    wrong = street.command("alerts", "test", "--no-wait")
    assert wrong.returncode == 2
    assert "address 1 in that file is none that apprise knows" in wrong.stderr
    assert "canary" not in wrong.stderr


def test_while_alerts_are_off_there_is_no_key_and_nothing_is_sent(street: Street, box: Letterbox) -> None:
    configure(street, alerts={"enabled": False})
    assert "Alerts are off" in street.command("alerts").stdout
    assert street.command("alerts", "test", "--no-wait").returncode == 2
    assert not (street.state / "credentials" / "vapid.key").exists()
    assert box.letters == []


def test_the_key_is_made_once_and_nobody_else_may_read_it(street: Street) -> None:
    first = json.loads(street.command("alerts", "--json").stdout)["public_key"]
    key = street.state / "credentials" / "vapid.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert json.loads(street.command("alerts", "--json").stdout)["public_key"] == first
    assert len(first) == 87


def code_in(words: str) -> str:
    found = re.search(r"Your code: (\d{6})", words)
    assert found is not None
    return found[1]
