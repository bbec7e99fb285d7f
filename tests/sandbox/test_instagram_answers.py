"""Instagram's Graph API, as httpx finds it."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx
import pytest

from moderator.sandbox.server import Sandbox
from moderator.sandbox.world import World
from tests.sandbox.conftest import Clock

FIELDS = "id,text,timestamp,username,from,hidden,parent_id,replies{id,text,username,hidden,parent_id}"


@pytest.fixture
def medium(world: World) -> str:
    return world.publish("instagram", "Cake sale")


def test_the_account_and_its_media(instagram: httpx.Client, world: World, medium: str) -> None:
    world.comment("instagram", medium, "yum", handle="@granny")
    me = instagram.get("/me", params={"fields": "user_id,username"}).json()
    fields = "id,caption,timestamp,permalink,comments_count"
    listed = instagram.get(f"/{me['user_id']}/media", params={"fields": fields}).json()["data"]

    assert (me["user_id"], me["username"]) == ("17841400000000001", "valewood.primary")
    assert [(item["id"], item["caption"], item["comments_count"]) for item in listed] == [(medium, "Cake sale", 1)]
    assert instagram.get("/v23.0/me/media").json()["data"] == [{"id": medium}]


def test_replies_come_by_field_expansion_and_by_their_own_edge(
    instagram: httpx.Client, world: World, medium: str
) -> None:
    top = world.comment("instagram", medium, "yum", handle="@granny")
    reply = world.comment("instagram", medium, "indeed", handle="@uncle.bo", reply_to=top)
    world.comment("instagram", medium, "thanks", handle="@valewood.primary")

    newest, oldest = instagram.get(f"/{medium}/comments", params={"fields": FIELDS}).json()["data"]

    assert newest["from"] == {"id": "17841400000000001", "username": "valewood.primary"}
    assert oldest["id"] == top
    assert oldest["replies"]["data"] == [
        {"id": reply, "text": "indeed", "username": "uncle.bo", "hidden": False, "parent_id": top}
    ]
    assert instagram.get(f"/{top}/replies", params={"fields": "text"}).json()["data"] == [
        {"id": reply, "text": "indeed"}
    ]


def test_a_query_gives_fifty_at_most_and_cursors_lead_on(instagram: httpx.Client, world: World, medium: str) -> None:
    posted = [world.comment("instagram", medium, f"comment {n}", handle="@granny") for n in range(120)]

    sizes, seen, url = [], [], f"/{medium}/comments?fields=id&limit=100"
    while url:
        answer = instagram.get(url).json()
        sizes.append(len(answer["data"]))
        seen += [item["id"] for item in answer["data"]]
        url = answer.get("paging", {}).get("next", "")

    assert sizes == [50, 50, 20]
    assert sorted(seen) == sorted(posted)


def test_a_hidden_comment_leaves_the_list_and_is_read_by_its_id(
    instagram: httpx.Client, world: World, medium: str
) -> None:
    comment = world.comment("instagram", medium, "rude", handle="@granny")

    assert instagram.post(f"/{comment}", params={"hide": "true"}).json() == {"success": True}
    assert not world.is_public("instagram", comment)
    assert instagram.get(f"/{medium}/comments").json() == {"data": []}
    assert instagram.get(f"/{comment}", params={"fields": "hidden"}).json() == {"id": comment, "hidden": True}
    instagram.post(f"/{comment}", data={"hide": "false"})
    assert world.is_public("instagram", comment)


def test_the_owners_own_comment_is_always_shown(instagram: httpx.Client, world: World, medium: str) -> None:
    own = world.comment("instagram", medium, "thanks", handle="@valewood.primary")

    assert instagram.post(f"/{own}", params={"hide": "true"}).json() == {"success": True}

    assert world.is_public("instagram", own)
    assert not world.ledger[-1].effective


def test_a_removed_comment_takes_its_replies_along(instagram: httpx.Client, world: World, medium: str) -> None:
    top = world.comment("instagram", medium, "rude", handle="@granny")
    reply = world.comment("instagram", medium, "ha", handle="@uncle.bo", reply_to=top)

    assert instagram.delete(f"/{top}").json() == {"success": True}

    assert not world.is_public("instagram", reply)
    again = instagram.delete(f"/{top}")
    assert (again.status_code, again.json()["error"]["code"], again.json()["error"]["error_subcode"]) == (400, 100, 33)


def test_a_token_is_renewed_when_a_day_old_and_dies_after_sixty(sandbox: Sandbox, clock: Clock) -> None:
    token = sandbox.credentials("instagram")["access_token"]
    url, grant = f"{sandbox.instagram_base}/refresh_access_token", "ig_refresh_token"

    renewed = httpx.get(url, params={"grant_type": grant, "access_token": token}).json()
    too_young = httpx.get(url, params={"grant_type": grant, "access_token": renewed["access_token"]})

    assert renewed["expires_in"] == 60 * 24 * 3600
    assert too_young.status_code == 400
    clock.move(timedelta(days=59))
    old, new = (
        httpx.get(f"{sandbox.instagram_base}/me", params={"access_token": each}).json()
        for each in (token, renewed["access_token"])
    )
    assert old["error"]["code"] == 190
    assert "id" in new


def test_usage_is_told_and_too_many_calls_are_refused_until_the_day_has_passed(
    sandbox: Sandbox, instagram: httpx.Client, clock: Clock
) -> None:
    sandbox.instagram.calls_a_day = 4
    told = [instagram.get("/me").headers["X-Business-Use-Case-Usage"] for _ in range(4)]

    refused = instagram.get("/me")

    assert [json.loads(each)["17841400000000001"][0]["call_count"] for each in told] == [25, 50, 75, 100]
    assert refused.json()["error"]["code"] == 80002
    usage = json.loads(refused.headers["X-Business-Use-Case-Usage"])["17841400000000001"][0]
    assert usage["estimated_time_to_regain_access"] == 24 * 60
    clock.move(timedelta(days=1))
    assert instagram.get("/me").status_code == 200


def test_fields_that_make_no_sense_are_a_syntax_error(instagram: httpx.Client) -> None:
    assert instagram.get("/me", params={"fields": "id,replies{id"}).json()["error"]["code"] == 2500
    assert instagram.get("/me", params={"fields": "!"}).json()["error"]["code"] == 2500
