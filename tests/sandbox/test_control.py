"""The sandbox's own door, as a command or a test in another process uses it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from moderator.errors import ModeratorError
from moderator.sandbox.server import Sandbox


@pytest.fixture
def door(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{sandbox.base_url}/sandbox", timeout=5) as client:
        yield client


def test_a_day_can_be_played_from_another_process(door: httpx.Client) -> None:
    account = {"platform": "instagram", "handle": "@second.school", "native_id": "17841400000000002"}
    assert door.post("/accounts", json=account).status_code == 201
    post = {"platform": "instagram", "text": "Cake sale", "handle": "@second.school"}
    post_id = door.post("/posts", json=post).json()["native_id"]
    comment = {"platform": "instagram", "post_id": post_id, "text": "yum", "handle": "@granny"}
    comment_id = door.post("/comments", json={**comment, "at": "2026-11-20T10:00:00Z"}).json()["native_id"]
    target = {"platform": "instagram", "native_id": comment_id}

    door.post("/edit", json={**target, "text": "yuck"}).raise_for_status()
    door.post("/hide", json=target).raise_for_status()
    (hidden,) = door.get("/state").json()["comments"]
    door.post("/release", json=target).raise_for_status()
    door.post("/delete", json=target).raise_for_status()
    (deleted,) = door.get("/state").json()["comments"]

    assert (hidden["text"], hidden["at"], hidden["public"]) == ("yuck", "2026-11-20T10:00:00+00:00", False)
    assert (deleted["deleted"], deleted["public"]) == (True, False)
    events = [entry["event"] for entry in door.get("/ledger").json()]
    assert events == ["published", "posted", "edited", "hide", "release", "deleted"]


def test_faults_are_set_listed_and_cleared(door: httpx.Client, sandbox: Sandbox) -> None:
    fault = {"platform": "instagram", "kind": "server_error", "times": None, "status": 500}
    door.post("/faults", json=fault).raise_for_status()

    assert httpx.get(f"{sandbox.instagram_base}/me").status_code == 500
    assert [f["kind"] for f in door.get("/faults").json()] == ["server_error"]
    assert door.delete("/faults").status_code == 204
    assert httpx.get(f"{sandbox.instagram_base}/me").status_code == 400
    assert [call["fault"] for call in door.get("/calls").json()] == ["server_error", ""]


def test_credentials_are_given_out(door: httpx.Client, sandbox: Sandbox) -> None:
    for platform in ("x", "youtube", "instagram"):
        given = door.get("/credentials", params={"platform": platform}).json()
        assert given == sandbox.credentials(platform)
    assert door.get("/credentials", params={"platform": "x", "kind": "oauth2"}).json()["refresh_token"]


def test_a_person_blocks_by_hand(door: httpx.Client) -> None:
    door.post("/block", json={"platform": "x", "handle": "@nana_jo"}).raise_for_status()
    (account,) = [a for a in door.get("/state").json()["accounts"] if a["platform"] == "x"]
    assert len(account["blocked"]) == 1
    door.post("/unblock", json={"platform": "x", "handle": "@nana_jo"}).raise_for_status()
    (account,) = [a for a in door.get("/state").json()["accounts"] if a["platform"] == "x"]
    assert account["blocked"] == []


@pytest.mark.parametrize(
    ("path", "form", "words"),
    [
        ("/posts", {"platform": "myspace", "text": "hi"}, "platform"),
        ("/posts", {"platform": "x", "text": "hi", "txet": "hi"}, "txet"),
        ("/posts", {"platform": "x", "text": "hi", "at": "2026-11-20T10:00:00"}, "at"),
        ("/comments", {"platform": "instagram", "post_id": "5", "text": "hi"}, "no post 5"),
        ("/comments", {"platform": "instagram", "post_id": "", "text": "hi"}, "no post id"),
        ("/delete", {"platform": "x", "native_id": "5"}, "no comment 5"),
        ("/edit", {"platform": "x", "native_id": "5", "text": "hi"}, "cannot be edited"),
        ("/accounts", {"platform": "x", "handle": "too.long.a.handle"}, "1 to 15 letters"),
        ("/faults", {"platform": "x", "kind": "quota_spent"}, "does not happen on x"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(door: httpx.Client, path: str, form: dict[str, str], words: str) -> None:
    answer = door.post(path, json=form)

    assert answer.status_code == 400
    assert words in answer.json()["error"]


def test_what_is_not_here_is_told_with_what_is(door: httpx.Client, sandbox: Sandbox) -> None:
    assert "GET /sandbox/ledger" in door.get("/nothing").json()["known"]
    assert httpx.get(f"{sandbox.base_url}/elsewhere").status_code == 404


def test_the_journal_holds_the_ledger_line_by_line(tmp_path: Path) -> None:
    journal = tmp_path / "ledger.jsonl"
    with Sandbox(journal=journal) as sandbox:
        sandbox.world.open_account("x", handle="@ValewoodPrimary")
        post = sandbox.world.publish("x", "Hello")
        sandbox.world.comment("x", post, "hi")

    lines = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    assert [(line["number"], line["event"]) for line in lines] == [(1, "published"), (2, "posted")]
    assert datetime.fromisoformat(lines[0]["at"]).tzinfo == UTC


def test_tokens_hold_when_the_sandbox_starts_again(sandbox: Sandbox) -> None:
    token = sandbox.credentials("instagram")["access_token"]
    with Sandbox() as second:
        second.world.open_account("instagram", handle="@valewood.primary", native_id="17841400000000001")
        answer = httpx.get(f"{second.instagram_base}/me", params={"access_token": token})

    assert answer.status_code == 200


def test_a_port_in_use_is_told_with_its_remedy(sandbox: Sandbox) -> None:
    port = int(sandbox.base_url.rpartition(":")[2])

    with pytest.raises(ModeratorError, match="Take another port"):
        Sandbox(port=port)
