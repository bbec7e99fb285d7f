"""X's JSON read into comments: whose words they are, where they begin, and what is set aside."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from moderator.domain import Author, Mention
from moderator.platforms.base import Broken
from moderator.platforms.x.reading import Item, Read, comment_from, post_from, read_items, words_of
from tests.platforms.replay import recorded
from tests.platforms.x_school import POST, SCHOOL, post_json

TOMASZ = Author("3300000000000000002", "tomasz_wrona", "Tomasz Wrona")


def item_of(**fields: Any) -> Item:
    return Item.model_validate(post_json("2094000000000000900", **fields))


def mentions(*spans: tuple[int, int, str]) -> dict[str, Any]:
    return {"mentions": [{"start": start, "end": end, "username": name} for start, end, name in spans]}


def only(data: list[Any]) -> Read:
    (read,) = read_items(data)
    assert isinstance(read, Read)
    return read


def test_a_reply_becomes_a_comment_under_its_post_with_its_picture_and_its_place() -> None:
    body = recorded("x/mentions.json")
    comment = comment_from(
        only(body["data"][1:]), SCHOOL, TOMASZ, {"3_1455": "https://pbs.twimg.com/media/display.jpg"}
    )

    assert comment.native_id == "2094000000000000200"
    assert (comment.post_native_id, comment.parent_native_id) == (POST, "")
    assert comment.posted_at == datetime(2026, 11, 16, 11, 40, tzinfo=UTC)
    assert comment.text[comment.reply_prefix :].startswith("What a lovely display")
    assert comment.image_urls == ("https://pbs.twimg.com/media/display.jpg",)
    assert comment.url == "https://x.com/tomasz_wrona/status/2094000000000000200"
    assert json.loads(comment.raw) == body["data"][1]


def test_a_reply_to_a_reply_names_the_comment_it_answers() -> None:
    comment = comment_from(only(recorded("x/mentions.json")["data"][:1]), SCHOOL, Author("3"), {})
    assert (comment.post_native_id, comment.parent_native_id) == (POST, "2094000000000000200")
    assert comment.url == "https://x.com/i/status/2094000000000000300"


def test_trouble_11_html_escapes_shift_no_span_of_the_text_people_see() -> None:
    comment = comment_from(only(recorded("x/mentions.json")["data"][:1]), SCHOOL, Author("3"), {})

    assert comment.text == "@FernhillPrimary @tomasz_wrona Agreed, thanks & well done to @FernhillLib too!"
    assert comment.text[comment.reply_prefix :] == "Agreed, thanks & well done to @FernhillLib too!"
    assert [comment.text[m.start : m.end] for m in comment.mentions] == [
        "@FernhillPrimary",
        "@tomasz_wrona",
        "@FernhillLib",
    ]
    explicit = [m for m in comment.mentions if m.start >= comment.reply_prefix]
    assert explicit == [Mention("FernhillLib", 61, 73, "4400000000000000004")]


def test_trouble_11_ranges_counted_in_utf_16_units_are_found_where_the_handle_really_stands() -> None:
    text = "🎉🎉 well done @bea_ackroyd"
    words = words_of(item_of(text=text, entities=mentions((15, 27, "bea_ackroyd"))))
    assert [words.text[m.start : m.end] for m in words.mentions] == ["@bea_ackroyd"]


def test_trouble_11_a_mention_that_is_nowhere_in_the_text_is_left_out() -> None:
    assert words_of(item_of(text="no handle here", entities=mentions((0, 5, "ghost")))).mentions == ()


def test_trouble_11_a_longer_handle_is_not_taken_for_the_one_it_begins_with() -> None:
    words = words_of(item_of(text="@bea2 and @bea", entities=mentions((99, 103, "bea"))))
    assert [(m.start, m.end) for m in words.mentions] == [(10, 14)]


SCHOOL_AND_BEA = mentions((0, 16, "FernhillPrimary"), (17, 21, "bea4"))

PREFIXES = [
    # text, display_text_range, entities, expected words, why
    ("@FernhillPrimary hello", [17, 22], mentions((0, 16, "FernhillPrimary")), "hello", "as X documents it"),
    ("@FernhillPrimary hello", [16, 22], mentions((0, 16, "FernhillPrimary")), "hello", "off by one, before the space"),
    ("@FernhillPrimary hello", [18, 22], mentions((0, 16, "FernhillPrimary")), "hello", "off by one, into the word"),
    ("@FernhillPrimary hello", [15, 22], mentions((0, 16, "FernhillPrimary")), "hello", "off by one, into the handle"),
    (
        "@FernhillPrimary hello",
        None,
        mentions((0, 16, "FernhillPrimary")),
        "hello",
        "no range: leading mentions are X's",
    ),
    ("@FernhillPrimary hello", [99, 120], mentions((0, 16, "FernhillPrimary")), "hello", "a range beyond the text"),
    ("@FernhillPrimary hello", "nonsense", mentions((0, 16, "FernhillPrimary")), "hello", "a range of another shape"),
    ("@FernhillPrimary hello", [17, 22], None, "hello", "no entities: the range, over nothing but handles"),
    ("hello there you all", [6, 19], None, "hello there you all", "a range over plain words hides none of them"),
    ("@FernhillPrimary @bea4 hi", [17, 25], SCHOOL_AND_BEA, "@bea4 hi", "the second one was written"),
    ("@FernhillPrimary @bea4 hi", [23, 25], SCHOOL_AND_BEA, "hi", "both are X's"),
    ("@FernhillPrimary @bea4 hi", [0, 25], SCHOOL_AND_BEA, "@FernhillPrimary @bea4 hi", "X says that none is its own"),
    ("well @FernhillPrimary", [5, 21], mentions((5, 21, "FernhillPrimary")), "well @FernhillPrimary", "not leading"),
    ("@FernhillPrimary", [17, 17], mentions((0, 16, "FernhillPrimary")), "", "a picture without words"),
]


@pytest.mark.parametrize(("text", "shown", "entities", "expected", "why"), PREFIXES)
def test_trouble_11_the_leading_reply_mentions_are_told_from_the_words(
    text: str, shown: Any, entities: Any, expected: str, why: str
) -> None:
    words = words_of(item_of(text=text, display_text_range=shown, entities=entities))
    assert words.text == text
    assert words.text[words.prefix :] == expected, why


def test_a_mention_of_its_own_has_no_reply_prefix() -> None:
    item = Item.model_validate(
        {
            "id": "2094000000000000901",
            "conversation_id": "2094000000000000901",
            "text": "@FernhillPrimary see this",
            "created_at": "2026-11-16T11:59:00Z",
            "entities": mentions((0, 16, "FernhillPrimary")),
        }
    )
    assert words_of(item).prefix == 0


def test_a_long_post_is_read_whole_and_in_the_newer_spelling_too() -> None:
    comment = comment_from(only(recorded("x/mentions_post_spelling.json")["data"]), SCHOOL, Author("3"), {})
    assert comment.text.endswith("goes on to thank @MsOkafor4 as well")
    assert comment.text[comment.reply_prefix :].startswith("A long thank-you")
    assert [m.handle for m in comment.mentions if m.start >= comment.reply_prefix] == ["MsOkafor4"]
    assert comment.parent_native_id == ""


def test_entities_of_another_shape_do_not_cost_us_the_comment() -> None:
    words = words_of(item_of(text="hello", entities={"mentions": [{"begin": 3}]}, attachments=7, public_metrics=[]))
    assert words.text == "hello"


@pytest.mark.parametrize(
    ("broken", "reason", "native_id"),
    [
        ({"id": "12", "created_at": "2026-11-16T11:59:00Z"}, "text: missing", "12"),
        ({"text": "Robin is here"}, "id: missing; created_at: missing", ""),
        (post_json("12", text=["Robin"]), "text: string_type", "12"),
        (post_json("12", text="half of \ud83d"), "text: string_not_storable", "12"),
        (post_json("12", text="nothing \0 more"), "text: string_not_storable", "12"),
        (post_json("12 or so"), "id: string_pattern_mismatch", ""),
        (post_json("12", created_at="yesterday"), "created_at: datetime_from_date_parsing", "12"),
        (post_json("12", note_tweet={"words": "Robin"}), "note_tweet.text: missing", "12"),
        ("Robin", "item: model_type", ""),
        (None, "item: model_type", ""),
    ],
)
def test_a_broken_item_is_set_aside_with_a_reason_that_quotes_nothing(broken: Any, reason: str, native_id: str) -> None:
    aside, kept = read_items([broken, post_json("13")])
    assert isinstance(kept, Read)
    assert isinstance(aside, Broken)
    assert (aside.reason, aside.native_id) == (reason, native_id)
    assert json.loads(aside.raw) == broken
    assert aside.raw.isascii()


def test_an_own_post_carries_what_x_counts_under_it() -> None:
    post = post_from(only(recorded("x/own_posts.json")["data"][1:2]).item, "FernhillPrimary")
    assert post.text == "Our harvest display is up in the hall & open to all"
    assert (post.native_id, post.comment_count) == (POST, 4)
    assert post.url == f"https://x.com/FernhillPrimary/status/{POST}"
