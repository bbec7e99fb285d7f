"""X, as real tweepy finds it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
import tweepy

from moderator.sandbox.server import Sandbox
from moderator.sandbox.world import World
from tests.sandbox.conftest import SCHOOL_X_ID, Clock, tweepy_client

FIELDS = ["author_id", "conversation_id", "display_text_range", "entities", "in_reply_to_user_id", "note_tweet"]


def mentions(x: tweepy.Client, **parameters: object) -> dict[str, Any]:
    answer: dict[str, Any] = x.get_users_mentions(SCHOOL_X_ID, user_auth=True, **parameters)
    return answer


def ids(answer: dict[str, Any]) -> list[str]:
    return [item["id"] for item in answer.get("data", [])]


def test_both_kinds_of_token_say_who_the_school_is(sandbox: Sandbox) -> None:
    assert tweepy_client(sandbox).get_me()["data"]["username"] == "ValewoodPrimary"
    assert tweepy_client(sandbox, "oauth2").get_me(user_auth=False)["data"]["id"] == SCHOOL_X_ID


def test_an_unknown_token_is_unauthorized(sandbox: Sandbox) -> None:
    answer = httpx.get(f"{sandbox.x_base}/2/users/me", headers={"Authorization": "Bearer nothing"})

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {"title": "Unauthorized", "detail": "Unauthorized", "type": "about:blank", "status": 401}


def test_a_reply_carries_its_mentions_in_front_and_says_where_its_words_begin(x: tweepy.Client, world: World) -> None:
    post = world.publish("x", "Sports day!")
    first = world.comment("x", post, "Go & win <3", handle="@nana_jo")
    second = world.comment("x", post, "well said @nana_jo", handle="@uncle_bo", reply_to=first)

    newest, oldest = mentions(x, tweet_fields=FIELDS)["data"]

    assert oldest["id"] == first
    assert oldest["text"] == "@ValewoodPrimary Go &amp; win &lt;3"
    assert oldest["display_text_range"] == [17, len(oldest["text"])]
    assert newest["id"] == second
    assert newest["text"] == "@nana_jo @ValewoodPrimary well said @nana_jo"
    assert newest["conversation_id"] == post
    for entity in newest["entities"]["mentions"]:
        assert newest["text"][entity["start"] : entity["end"]] == "@" + entity["username"]


def test_fields_come_when_asked_for_and_not_otherwise(x: tweepy.Client, world: World) -> None:
    world.comment("x", world.publish("x", "Hello"), "hi", handle="@nana_jo")

    (plain,) = mentions(x)["data"]
    (expanded,) = mentions(x, expansions=["author_id"])["includes"]["users"]

    assert set(plain) == {"id", "text", "edit_history_tweet_ids"}
    assert expanded["username"] == "nana_jo"


def test_a_long_reply_is_cut_and_whole_in_its_note(x: tweepy.Client, world: World) -> None:
    words = "a long story " * 40
    world.comment("x", world.publish("x", "Hello"), words, handle="@nana_jo")

    (reply,) = mentions(x, tweet_fields=FIELDS)["data"]

    assert words not in reply["text"]
    assert len(reply["text"]) <= 280 + len("@ValewoodPrimary ")
    assert reply["note_tweet"]["text"] == f"@ValewoodPrimary {words}"


def test_a_picture_comes_by_expansion(x: tweepy.Client, world: World) -> None:
    link = "https://pbs.twimg.com/media/abc.jpg"
    world.comment("x", world.publish("x", "Hello"), "look", handle="@nana_jo", image_url=link)

    answer = mentions(x, expansions=["attachments.media_keys"], media_fields=["url", "type"])

    assert [medium["url"] for medium in answer["includes"]["media"]] == [link]


def test_nested_replies_without_the_school_are_found_by_conversation_only(x: tweepy.Client, world: World) -> None:
    post = world.publish("x", "Hello")
    first = world.comment("x", post, "hi", handle="@nana_jo")
    nested = world.comment("x", post, "psst", handle="@uncle_bo", reply_to=first, mentions_school=False)
    query = f"(conversation_id:{post} OR conversation_id:99) -from:ValewoodPrimary"

    assert ids(mentions(x)) == [first]
    assert ids(x.search_recent_tweets(query, user_auth=True)) == [nested, first]


def test_search_looks_back_seven_days(x: tweepy.Client, world: World, clock: Clock) -> None:
    post = world.publish("x", "Hello", at=clock.now - timedelta(days=9))
    world.comment("x", post, "old", handle="@nana_jo", at=clock.now - timedelta(days=8))
    new = world.comment("x", post, "new", handle="@nana_jo", at=clock.now - timedelta(days=6))

    assert ids(x.search_recent_tweets(f"conversation_id:{post}", user_auth=True)) == [new]


def test_a_query_of_more_than_512_characters_is_refused(x: tweepy.Client) -> None:
    with pytest.raises(tweepy.BadRequest) as caught:
        x.search_recent_tweets("a" * 513, user_auth=True)

    assert caught.value.response.json()["type"].endswith("/invalid-request")


def test_the_mentions_timeline_pages_and_ends_at_eight_hundred(x: tweepy.Client, world: World) -> None:
    post = world.publish("x", "Hello")
    posted = [world.comment("x", post, f"comment {n}", handle="@nana_jo") for n in range(820)]

    seen: list[str] = []
    token = None
    while True:
        answer = mentions(x, max_results=100, pagination_token=token)
        seen += ids(answer)
        token = answer["meta"].get("next_token")
        if token is None:
            break

    assert seen == posted[:19:-1]


def test_since_id_gives_what_is_newer_and_an_empty_page_has_no_data(x: tweepy.Client, world: World) -> None:
    post = world.publish("x", "Hello")
    first = world.comment("x", post, "one", handle="@nana_jo")
    second = world.comment("x", post, "two", handle="@nana_jo")

    assert ids(mentions(x, since_id=first)) == [second]
    assert mentions(x, since_id=second) == {"meta": {"result_count": 0}}


@pytest.mark.parametrize(
    "parameters",
    [{"max_results": 4}, {"max_results": 101}, {"since_id": "x1"}, {"pagination_token": "%%"}, {"start_time": "soon"}],
)
def test_a_parameter_that_will_not_do_is_named(x: tweepy.Client, parameters: dict[str, object]) -> None:
    with pytest.raises(tweepy.BadRequest) as caught:
        mentions(x, **parameters)

    assert next(iter(parameters)) in caught.value.response.json()["errors"][0]["parameters"]


def test_own_posts_count_their_direct_replies(x: tweepy.Client, world: World) -> None:
    post = world.publish("x", "Hello")
    first = world.comment("x", post, "one", handle="@nana_jo")
    world.comment("x", post, "two", handle="@uncle_bo", reply_to=first)

    (own,) = x.get_users_tweets(SCHOOL_X_ID, tweet_fields=["public_metrics"], user_auth=True)["data"]

    assert own["id"] == post
    assert own["public_metrics"]["reply_count"] == 1


def test_a_reply_is_hidden_and_shown_again_and_the_ledger_tells_a_second_hide(x: tweepy.Client, world: World) -> None:
    comment = world.comment("x", world.publish("x", "Hello"), "rude", handle="@nana_jo")

    assert x.hide_reply(comment) == {"data": {"hidden": True}}
    assert not world.is_public("x", comment)
    x.hide_reply(comment)
    assert x.unhide_reply(comment) == {"data": {"hidden": False}}
    assert world.is_public("x", comment)
    assert [(e.event, e.effective) for e in world.ledger[2:]] == [("hide", True), ("hide", False), ("release", True)]


def test_only_replies_to_the_school_can_be_hidden(x: tweepy.Client, world: World) -> None:
    elsewhere = world.comment("x", "", "have you seen @ValewoodPrimary", handle="@nana_jo")
    own = world.publish("x", "Hello")

    assert ids(mentions(x)) == [elsewhere]
    for native_id in (elsewhere, own):
        with pytest.raises(tweepy.Forbidden):
            x.hide_reply(native_id)


def test_a_deleted_reply_is_missing_in_a_lookup_and_cannot_be_hidden(sandbox: Sandbox, x: tweepy.Client) -> None:
    world = sandbox.world
    post = world.publish("x", "Hello")
    here, gone = (world.comment("x", post, text, handle="@nana_jo") for text in ("here", "gone"))
    world.delete("x", gone)

    answer = x.get_tweets([here, gone], user_auth=True)

    assert ids(answer) == [here]
    assert [(e["resource_id"], e["title"]) for e in answer["errors"]] == [(gone, "Not Found Error")]
    with pytest.raises(tweepy.NotFound):
        x.hide_reply(gone)
    sandbox.x.missing_status = 200
    assert "data" not in x.hide_reply(gone)


def test_muting_is_listed_and_taken_back(x: tweepy.Client, world: World) -> None:
    nana = world.person("x", "@nana_jo")

    assert x.mute(nana.native_id) == {"data": {"muting": True}}
    assert ids(x.get_muted()) == [nana.native_id]
    assert x.unmute(nana.native_id) == {"data": {"muting": False}}
    assert x.get_muted() == {"meta": {"result_count": 0}}


def test_blocking_is_read_only(x: tweepy.Client, sandbox: Sandbox) -> None:
    sandbox.world.block("x", "@nana_jo")
    nana = sandbox.world.person("x", "@nana_jo")
    token = sandbox.credentials("x", kind="oauth2")["access_token"]
    url = f"{sandbox.x_base}/2/users/{SCHOOL_X_ID}/blocking"
    headers = {"Authorization": f"Bearer {token}"}

    assert ids(x.get_blocked()) == [nana.native_id]
    refused = httpx.post(url, headers=headers, json={"target_user_id": nana.native_id})
    assert refused.status_code == 403
    assert refused.json()["type"].endswith("/client-forbidden")
    assert refused.json()["reason"] == "client-not-enrolled"
    assert httpx.delete(f"{url}/{nana.native_id}", headers=headers).status_code == 403


def test_users_are_looked_up_and_strangers_reported(x: tweepy.Client, world: World) -> None:
    nana = world.person("x", "@nana_jo", "Jo")

    answer = x.get_users(ids=[nana.native_id, "5"], user_auth=True)

    assert answer["data"] == [{"id": nana.native_id, "name": "Jo", "username": "nana_jo"}]
    assert [error["resource_id"] for error in answer["errors"]] == ["5"]


def test_the_rate_limit_counts_down_and_opens_again_after_a_quarter_of_an_hour(
    sandbox: Sandbox, x: tweepy.Client, clock: Clock
) -> None:
    sandbox.x.limits["mentions"] = 2
    mentions(x)
    mentions(x)

    with pytest.raises(tweepy.TooManyRequests) as caught:
        mentions(x)

    headers = caught.value.response.headers
    assert (headers["x-rate-limit-limit"], headers["x-rate-limit-remaining"]) == ("2", "0")
    assert int(headers["x-rate-limit-reset"]) == clock.now.timestamp() + 15 * 60
    clock.move(timedelta(minutes=15))
    mentions(x)


def test_the_monthly_cap_is_no_rate_limit_and_a_post_counts_once_a_day(
    sandbox: Sandbox, x: tweepy.Client, clock: Clock
) -> None:
    post = sandbox.world.publish("x", "Hello")
    for n in range(3):
        sandbox.world.comment("x", post, f"comment {n}", handle="@nana_jo")
    sandbox.x.post_cap = 4
    mentions(x)
    mentions(x)
    assert sandbox.x.posts_read == 3
    clock.move(timedelta(days=1))
    mentions(x)
    assert sandbox.x.posts_read == 6

    with pytest.raises(tweepy.TooManyRequests) as caught:
        mentions(x)

    assert caught.value.response.json()["type"].endswith("/usage-capped")
    assert int(caught.value.response.headers["x-rate-limit-remaining"]) > 0


def test_an_oauth2_token_dies_after_two_hours_and_its_refresh_token_works_once(sandbox: Sandbox, clock: Clock) -> None:
    secrets = sandbox.credentials("x", kind="oauth2")
    form = {"grant_type": "refresh_token", "refresh_token": secrets["refresh_token"], "client_id": secrets["client_id"]}
    clock.move(timedelta(hours=2))
    with pytest.raises(tweepy.Unauthorized):
        tweepy_client(sandbox, "oauth2").get_me(user_auth=False)

    renewed = httpx.post(f"{sandbox.x_base}/2/oauth2/token", data=form)
    again = httpx.post(f"{sandbox.x_base}/2/oauth2/token", data=form)

    headers = {"Authorization": f"Bearer {renewed.json()['access_token']}"}
    assert httpx.get(f"{sandbox.x_base}/2/users/me", headers=headers).status_code == 200
    assert renewed.json()["refresh_token"] != secrets["refresh_token"]
    assert (again.status_code, again.json()["error"]) == (400, "invalid_request")


def test_a_confidential_client_names_itself_by_basic_login(sandbox: Sandbox) -> None:
    secrets = sandbox.credentials("x", kind="oauth2")
    form = {"grant_type": "refresh_token", "refresh_token": secrets["refresh_token"]}
    url = f"{sandbox.x_base}/2/oauth2/token"

    assert httpx.post(url, data=form, auth=(secrets["client_id"], "wrong")).status_code == 401
    assert httpx.post(url, data=form, auth=(secrets["client_id"], secrets["client_secret"])).status_code == 200


def test_asked_to_it_answers_in_the_newer_spelling(sandbox: Sandbox, x: tweepy.Client) -> None:
    sandbox.x.spelling = "post"
    sandbox.world.comment("x", sandbox.world.publish("x", "Hello"), "long " * 80, handle="@nana_jo")

    (plain,) = mentions(x, tweet_fields=FIELDS)["data"]
    (expanded,) = mentions(x, tweet_fields=FIELDS, expansions=["author_id"])["data"]

    assert "note_post" in plain
    assert "note_tweet" not in plain
    assert "author_id" not in plain
    assert "author_id" in expanded
