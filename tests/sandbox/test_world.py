"""The state of the street, without a server."""

from __future__ import annotations

import html
import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderator.sandbox.paging import page
from moderator.sandbox.world import World
from moderator.sandbox.x_search import Findable, parse
from moderator.sandbox.x_text import LONGEST, render

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    world = World(lambda: NOON)
    for platform, handle in (("x", "@ValewoodPrimary"), ("youtube", "@valewood"), ("instagram", "@valewood")):
        world.open_account(platform, handle=handle)
    return world


def test_ids_look_like_the_vendors(world: World) -> None:
    x_post, video, medium = (world.publish(platform, "hi") for platform in ("x", "youtube", "instagram"))
    top = world.comment("youtube", video, "hi")
    reply = world.comment("youtube", video, "ho", reply_to=top)

    assert len(x_post) == 19
    assert len(video) == 11
    assert len(medium) == 17
    assert len(top) == 26
    assert reply.startswith(f"{top}.")
    assert len(reply.partition(".")[2]) == 22
    assert world.account("youtube").native_id.startswith("UC")


def test_ids_on_x_rise_with_time(world: World) -> None:
    post = world.publish("x", "hi", at=NOON - timedelta(hours=1))
    late = world.comment("x", post, "late")
    early = world.comment("x", post, "early", at=NOON - timedelta(minutes=1))

    assert int(post) < int(early) < int(late)


def test_the_same_seed_gives_the_same_street() -> None:
    def street() -> list[str]:
        world = World(lambda: NOON)
        world.open_account("youtube", handle="@valewood")
        post = world.publish("youtube", "hi")
        return [post, world.comment("youtube", post, "ho"), world.person("youtube", "@mum").native_id]

    assert street() == street()


def test_people_keep_their_id_and_may_change_their_name(world: World) -> None:
    before = world.person("instagram", "@granny", "Granny").native_id
    again = world.person("instagram", "@Granny", "Grandma")

    assert (again.native_id, again.display_name) == (before, "Grandma")
    assert world.person("x", "@granny").native_id != before


def test_mentions_before_a_reply_name_everybody_in_the_conversation_but_its_author(world: World) -> None:
    post = world.publish("x", "hi")
    first = world.comment("x", post, "one", handle="@nana_jo")
    second = world.comment("x", post, "two", handle="@uncle_bo", reply_to=first)
    third = world.comment("x", post, "three", handle="@nana_jo", reply_to=second)
    school = world.comment("x", post, "four", handle="@ValewoodPrimary", reply_to=third)

    assert world.find("x", first).prefix == ("ValewoodPrimary",)
    assert world.find("x", second).prefix == ("nana_jo", "ValewoodPrimary")
    assert world.find("x", third).prefix == ("uncle_bo", "ValewoodPrimary")
    assert world.find("x", school).prefix == ("nana_jo", "uncle_bo")


def test_a_second_delete_changes_nothing_and_says_so(world: World) -> None:
    comment = world.comment("x", world.publish("x", "hi"), "ho")
    world.delete("x", comment)
    world.delete("x", comment)

    assert [e.effective for e in world.ledger if e.event == "deleted"] == [True, False]
    assert not world.is_public("x", comment)
    assert not world.is_public("x", "never was")


def test_many_threads_lose_nothing(world: World) -> None:
    post = world.publish("instagram", "hi")
    threads = [
        threading.Thread(target=lambda: [world.comment("instagram", post, "ho") for _ in range(50)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(world.comments_on("instagram")) == 400
    assert [entry.number for entry in world.ledger] == list(range(1, 402))


@given(st.lists(st.integers(0, 10**6), unique=True), st.integers(1, 7))
def test_pages_hold_everything_once_newest_first(numbers: list[int], size: int) -> None:
    seen: list[int] = []
    token: str | None = ""
    while token is not None:
        given_now, token = page(numbers, lambda number: f"{number:09d}", size, token)
        assert len(given_now) <= size
        seen += given_now

    assert seen == sorted(numbers, reverse=True)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=600), st.sampled_from([(), ("nana_jo", "School")]))
def test_ranges_on_x_point_at_what_they_name(body: str, prefix: tuple[str, ...]) -> None:
    rendered = render(body, prefix, str.lower, "7", media_key="3_7")

    for part in (rendered, rendered.note or rendered):
        for mention in part.entities.get("mentions", []):
            assert _cut(part.text, mention) == f"@{mention['username']}"
        for tag in part.entities.get("hashtags", []):
            assert _cut(part.text, tag) == html.escape(f"#{tag['tag']}", quote=False)
        for link in part.entities.get("urls", []):
            assert _cut(part.text, link) == link["url"]
    start, end = rendered.display_range
    assert rendered.text[:start] == "".join(f"@{handle} " for handle in prefix)
    assert (rendered.note is not None) is (len(body) > LONGEST)
    if "http" not in body and rendered.note is None:
        assert html.unescape(rendered.text[start:end]) == html.unescape(html.escape(body, quote=False))


def _cut(text: str, entity: dict[str, object]) -> str:
    start, end = entity["start"], entity["end"]
    assert isinstance(start, int)
    assert isinstance(end, int)
    return text[start:end]


FOUND = Findable(
    native_id="3",
    text="@school well done & @bo",
    author=("nana_jo", "21"),
    conversation_id="1",
    answers=("school", "11"),
    answers_post="2",
    mentioned=frozenset({"school", "bo"}),
    has_image=False,
)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("conversation_id:1", True),
        ("conversation_id:2", False),
        ("(conversation_id:9 OR conversation_id:1) -from:school", True),
        ("conversation_id:9 OR conversation_id:1 from:nobody", False),  # AND binds closer
        ("conversation_id:1 -from:Nana_Jo", False),
        ("from:21", True),
        ("to:School is:reply", True),
        ("in_reply_to_tweet_id:2", True),
        ("-(from:nana_jo OR from:bo)", False),
        ("@bo", True),
        ("has:images", False),
        ('"well done"', True),
        ('-"well done"', False),
    ],
)
def test_search_understands(query: str, expected: bool) -> None:
    assert parse(query)(FOUND) is expected


@pytest.mark.parametrize("query", ["(from:a", "from:a)", "OR", "from:a OR", "()", 'say "hi', "near:here"])
def test_search_refuses_what_it_does_not_understand(query: str) -> None:
    with pytest.raises(ValueError):
        parse(query)
