"""What the school itself has posted is looked at once in each form, and waits for the school, not for a machine."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from moderator.by_hand.own_pictures import BADGE, DECENT
from moderator.by_hand.own_post import CHECKED
from moderator.by_hand.watch import (
    NoSuchPost,
    how_settled,
    in_one_line,
    look_at_own_posts,
    look_at_pictures_of_own_posts,
    settle_own_post,
)
from moderator.detectors.panel import build_detectors
from moderator.detectors.toxicity import WordListScorer
from moderator.domain import Account, Person, Post
from moderator.pictures.of_comments import CommentPictures
from moderator.pictures.values import Line, Seen
from moderator.platforms.base import Page
from moderator.store import accounts, audit, comments, own_posts, reports
from moderator.store.database import Database
from tests.conftest import MINUTE, NOON
from tests.detectors.school import ROLL, SCHOOL
from tests.journeys.test_pictures import Street

ACCOUNT = Account("x", "x", "@HarbourLane", "1")
DETECTORS = build_detectors(SCHOOL, ROLL, WordListScorer())
NAMED = Post("p1", "Well done to Zofia in Kingfishers", NOON - timedelta(days=2), "https://x.com/p1")
PLAIN = Post("p2", "We planted seeds today", NOON - timedelta(days=1), "https://x.com/p2")


def publish(database: Database, *posts: Post) -> None:
    with database.transaction() as tx:
        accounts.remember(tx, ACCOUNT)
        comments.receive(tx, ACCOUNT, "comments", Page((), posts), NOON)


def look(database: Database) -> list[str]:
    return [each.post.native_id for each in look_at_own_posts(database, DETECTORS, SCHOOL, ROLL, NOON)]


def waiting(database: Database) -> list[str]:
    with database.reading() as tx:
        return [in_one_line(each) for each in own_posts.unsettled(tx)]


def test_a_post_that_names_a_pupil_is_told_once_without_the_name(database: Database) -> None:
    publish(database, NAMED, PLAIN)
    assert look(database) == ["p1"]
    assert look(database) == []  # nor after a restart: what was looked at stands in the store
    assert waiting(database) == ["Our own post of 14 November: this is a pupil's name."]
    with database.reading() as tx:
        told = [event for event in audit.trail(tx, "") if event.event == "own_post_found"]
    assert len(told) == 1
    assert "Zofia" not in str(told)


def test_an_edit_is_looked_at_anew_and_settles_what_stood_before(database: Database) -> None:
    publish(database, NAMED)
    look(database)
    publish(database, replace(NAMED, text="Well done to Kingfishers"))
    assert look(database) == []
    assert waiting(database) == []
    with database.reading() as tx:
        assert [how_settled(each) for each in own_posts.settled(tx, NOON)] == ["seen to be edited"]
    publish(database, replace(NAMED, text="Well done to Kacper"))
    assert look(database) == ["p1"]


def test_somebody_says_that_it_is_settled(database: Database) -> None:
    publish(database, NAMED)
    look(database)
    with database.transaction() as tx:
        (found,) = own_posts.unsettled(tx)
        settle_own_post(tx, found.code, Person("Mrs Ravenscroft"), NOON + MINUTE)
    assert waiting(database) == []
    assert look(database) == []
    with database.transaction() as tx:
        again = settle_own_post(tx, found.code, Person("Mr Oyelaran"), NOON + 2 * MINUTE)
        (kept,) = own_posts.settled(tx, NOON)
    assert how_settled(again) == how_settled(kept) == "said to be done by Mrs Ravenscroft"
    with database.transaction() as tx, pytest.raises(NoSuchPost):
        settle_own_post(tx, "x:0123456789ab", Person("Mrs Ravenscroft"), NOON + MINUTE)


def test_what_was_posted_long_ago_is_left_alone(database: Database) -> None:
    publish(database, replace(NAMED, posted_at=NOON - timedelta(days=400)))
    assert look(database) == []


def test_the_same_words_in_two_posts_are_two_tasks_each_with_its_own_tick(database: Database) -> None:
    publish(database, NAMED, replace(NAMED, native_id="p3", url="https://x.com/p3"))
    look(database)
    with database.transaction() as tx:
        first, second = own_posts.unsettled(tx)
        settle_own_post(tx, second.code, Person("Mrs Ravenscroft"), NOON + MINUTE)
        assert [each.code for each in own_posts.unsettled(tx)] == [first.code]
        counts = [own_posts.count_unsettled(tx, at) for at in (NOON - MINUTE, NOON, NOON + MINUTE)]
        assert counts == [0, 2, 1]
        assert reports.open_tasks(tx, NOON) == {own_posts.OWN_POST: 2}


def on_a_wall(*lines: str, nudity: float = 0.0) -> Seen:
    return Seen(tuple(Line(each, 0.98, (0, 0, 9, 9)) for each in lines), (), nudity)


def look_at_pictures(database: Database, street: Street, platform: str = "x") -> list[str]:
    pictures, there = CommentPictures({"x": street}, street), {"x": platform}
    looked = look_at_pictures_of_own_posts(database, pictures, there, DETECTORS, SCHOOL, ROLL, NOON, limit=9)
    return sorted(each.post.native_id for each in looked)


def test_a_badge_on_a_picture_that_is_out_is_a_task_and_each_picture_is_fetched_once(database: Database) -> None:
    street = Street({"h/badge": on_a_wall("Zofia Malinowska"), "h/wall": on_a_wall("Sports day")})
    publish(database, replace(PLAIN, image_urls=("h/badge", "h/wall")), replace(PLAIN, native_id="p3"))
    assert look_at_pictures(database, street) == ["p2"]
    assert look_at_pictures(database, street) == []
    assert street.fetched == ["h/badge", "h/wall"]
    with database.reading() as tx:
        (found,) = own_posts.unsettled(tx)
    assert found.answer == "do not post"
    assert [line for _, line in found.remarks] == [BADGE]
    assert found.remarks[0][0].startswith("on picture 1: ")
    assert "Zofia" not in str(found.remarks)


def test_new_words_and_new_pictures_settle_each_what_was_said_of_them_alone(database: Database) -> None:
    street = Street({"h/badge": on_a_wall("Zofia Malinowska"), "h/wall": on_a_wall("Sports day")})
    publish(database, replace(NAMED, image_urls=("h/badge",)))
    look(database)
    look_at_pictures(database, street)
    assert len(waiting(database)) == 2
    publish(database, replace(NAMED, text="Well done to Kingfishers", image_urls=("h/badge",)))
    look(database)
    assert waiting(database) == ["Our own post of 14 November: on the picture: a child's name can be read."]
    publish(database, replace(NAMED, text="Well done to Kingfishers", image_urls=("h/wall",)))
    look_at_pictures(database, street)
    assert waiting(database) == []


def test_what_cannot_be_fetched_and_bare_skin_are_told_and_where_words_hint_nothing_is_fetched(
    database: Database,
) -> None:
    street = Street({"h/bare": on_a_wall("Zofia Malinowska", nudity=0.7)})
    publish(
        database,
        replace(PLAIN, native_id="p4", image_urls=("h/gone",)),
        replace(PLAIN, native_id="p5", image_urls=("h/bare",)),
        replace(PLAIN, native_id="p6", text="send me more pics of that little girl", image_urls=("h/any",)),
    )
    assert look_at_pictures(database, street) == ["p4", "p5", "p6"]
    assert sorted(street.fetched) == ["h/bare", "h/gone"]
    with database.reading() as tx:
        found = {each.post.native_id: each for each in own_posts.unsettled(tx)}
    assert found["p4"].remarks == (
        ("on the picture: it was not looked at, for its host answered 404; a person must look", CHECKED),
    )
    assert DECENT in [line for _, line in found["p5"].remarks]
    assert found["p6"].remarks[0][0].startswith("a picture was not fetched")


def test_pictures_that_are_out_are_left_alone_where_the_school_did_not_ask_for_it(database: Database) -> None:
    street = Street({"h/badge": on_a_wall("Zofia Malinowska")})
    publish(database, replace(PLAIN, image_urls=("h/badge",)))
    assert look_at_pictures(database, street, platform="instagram") == []
    assert street.fetched == []
