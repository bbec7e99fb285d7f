from __future__ import annotations

from dataclasses import replace

import pytest

from moderator.domain import Account, Author, Context, Post, Visibility
from moderator.errors import StoreError
from moderator.platforms.base import Broken, Page
from moderator.store import audit, comments, watch
from moderator.store.database import Database, Transaction
from moderator.store.tables import BrokenItemRow
from tests.store.made import ACCOUNT, DAY, MINUTE, NOON, POST, a_comment, a_full_comment, receive


def events(database: Database, comment_id: str) -> list[str]:
    with database.reading() as tx:
        return [event.event for event in audit.trail(tx, comment_id)]


def cursor(tx: Transaction) -> str | None:
    state = watch.of_account(tx, "youtube").feeds.get("comments")
    return state.cursor if state else None


def test_a_comment_comes_back_as_it_was_received(database: Database) -> None:
    comment = a_full_comment()
    with database.transaction() as tx:
        assert receive(tx, comment) == [comment]
    with database.reading() as tx:
        assert comments.load(tx, comment.id) == comment
        assert comments.load(tx, "youtube-none") is None


def test_what_is_read_again_unchanged_is_received_once(database: Database) -> None:
    comment = a_comment()
    with database.transaction() as tx:
        receive(tx, comment)
    with database.transaction() as tx:
        assert receive(tx, comment, at=NOON + MINUTE) == []
    assert events(database, comment.id) == ["received"]


def test_a_comment_that_stands_twice_on_a_page_is_received_once_as_told_last(database: Database) -> None:
    first, last = a_comment(text="one"), a_comment(text="two")
    with database.transaction() as tx:
        assert receive(tx, first, last) == [last]
        assert comments.versions(tx, first.id) == [last]


def test_an_edit_is_the_next_version_and_is_judged_again(database: Database) -> None:
    comment = a_comment()
    edited = replace(comment, text="you are useless", edited_at=NOON)
    with database.transaction() as tx:
        receive(tx, comment)
    with database.transaction() as tx:
        assert receive(tx, edited, at=NOON + MINUTE) == [replace(edited, version=2)]
    with database.transaction() as tx:
        assert receive(tx, edited, at=NOON + 2 * MINUTE) == []
        assert comments.versions(tx, comment.id) == [comment, replace(edited, version=2)]
        assert comments.unjudged(tx, 10) == [replace(edited, version=2)]
    assert events(database, comment.id) == ["received", "edited"]


def test_another_picture_is_another_form(database: Database) -> None:
    comment = a_comment(image_urls=("https://youtube.example/1.png",))
    with database.transaction() as tx:
        receive(tx, comment)
        assert receive(tx, replace(comment, image_urls=("https://youtube.example/2.png",)))[0].version == 2


def test_an_older_form_from_a_lagging_server_changes_nothing(database: Database) -> None:
    old = a_comment(text="first", edited_at=NOON - 2 * MINUTE)
    new = replace(old, text="second", edited_at=NOON - MINUTE)
    with database.transaction() as tx:
        receive(tx, old)
        receive(tx, new)
        assert receive(tx, old) == []
        loaded = comments.load(tx, old.id)
    assert loaded is not None
    assert loaded.text == "second"


def test_what_the_platform_hid_itself_is_taken_over_but_not_what_it_cannot_tell(database: Database) -> None:
    comment = a_comment()
    with database.transaction() as tx:
        receive(tx, comment)
        assert receive(tx, replace(comment, visibility=Visibility.HIDDEN)) == []
        assert receive(tx, replace(comment, visibility=Visibility.UNKNOWN)) == []
        loaded = comments.load(tx, comment.id)
    assert loaded is not None
    assert loaded.visibility is Visibility.HIDDEN
    assert events(database, comment.id) == ["received", "visibility_changed"]


def test_one_feed_completes_what_another_left_out(database: Database) -> None:
    whole = a_comment(parent_native_id="c0", url="https://youtube.example/c1")
    with database.transaction() as tx:
        receive(tx, replace(whole, post_native_id="", parent_native_id="", url=""))
        receive(tx, whole)
        assert comments.load(tx, whole.id) == whole
        receive(tx, replace(whole, post_native_id="", parent_native_id="", url=""))
        assert comments.load(tx, whole.id) == whole


@pytest.mark.parametrize("odd", ["half a pair \ud83d here", "a nul \x00 here"])
def test_letters_no_database_holds_are_replaced_one_for_one_and_read_again_as_the_same(
    database: Database, odd: str
) -> None:
    comment = a_comment(text=odd, author=Author("u-odd", odd, odd), raw=odd)
    with database.transaction() as tx:
        [received] = receive(tx, comment)
    with database.transaction() as tx:
        assert receive(tx, comment) == []
        loaded = comments.load(tx, comment.id)
    assert loaded is not None
    assert loaded.text == received.text
    assert len(loaded.text) == len(odd)
    assert loaded.text.endswith(" here")


def test_a_broken_item_is_set_aside_once_and_the_rest_of_its_page_is_kept(database: Database) -> None:
    page = Page(comments=(a_comment(),), broken=(Broken("no author", "b1", "{}"), Broken("no text", "b2", "{}")))
    with database.transaction() as tx:
        assert len(comments.receive(tx, ACCOUNT, "comments", page, NOON)) == 1
    with database.transaction() as tx:
        comments.receive(tx, ACCOUNT, "sweep", page, NOON + MINUTE)
        rows = tx.all(tx.mine(BrokenItemRow))
    assert sorted((row.native_id, row.reason, row.feed) for row in rows) == [
        ("b1", "no author", "comments"),
        ("b2", "no text", "comments"),
    ]


def test_the_cursor_moves_with_its_page_or_not_at_all(database: Database) -> None:
    with database.transaction() as tx:
        assert cursor(tx) is None
        receive(tx, a_comment(), cursor="after c1")
    with pytest.raises(StoreError), database.transaction() as tx:
        receive(tx, a_comment("c2"), a_comment("c3", posted_at=NOON.replace(tzinfo=None)), cursor="after c2")
    with database.transaction() as tx:
        assert cursor(tx) == "after c1"
        assert comments.find(tx, "c2") == []
        comments.receive(tx, ACCOUNT, "comments", Page(cursor=None), NOON)
        comments.receive(tx, ACCOUNT, "comments", Page(cursor="half"), NOON, complete=False)
        assert cursor(tx) == "after c1"


def test_known_replies_counts_all_that_stands_under_recent_posts(database: Database) -> None:
    old_post = Post("old", "", NOON - 30 * DAY)
    quiet = Post("quiet", "", NOON - DAY)
    page = Page(
        posts=(old_post, quiet, Post("ancient", "", NOON - 60 * DAY)),
        comments=(
            a_comment("c1"),
            a_comment("c2", visibility=Visibility.HIDDEN),
            a_comment("c3", visibility=Visibility.GONE),
            a_comment("c4", post_native_id="old", posted_at=NOON - 29 * DAY),
            a_comment("c5", post_native_id="old"),
            a_comment("c6", post_native_id="ancient", posted_at=NOON - 59 * DAY),
        ),
    )
    with database.transaction() as tx:
        comments.receive(tx, ACCOUNT, "comments", page, NOON)
        assert watch.of_account(tx, "youtube", NOON - 7 * DAY).replies == {"p1": 2, "old": 2, "quiet": 0}
        assert watch.of_account(tx, "x", NOON - 7 * DAY).replies == {}


def test_unjudged_comments_come_oldest_first_and_by_account(database: Database) -> None:
    other = Account("x", "x", "@millbrook")
    with database.transaction() as tx:
        receive(tx, a_comment("late"), at=NOON + MINUTE)
        receive(tx, a_comment("b", posted_at=NOON), a_comment("a", posted_at=NOON - MINUTE), at=NOON)
        receive(tx, a_comment("x1", account=other), at=NOON + 2 * MINUTE, account=other)
        assert [comment.native_id for comment in comments.unjudged(tx, 3)] == ["a", "b", "late"]
        assert [comment.native_id for comment in comments.unjudged(tx, 9, "x")] == ["x1"]


def test_where_pictures_are_looked_at_comments_that_have_some_come_last(database: Database) -> None:
    words, picture = a_comment("words"), a_comment("picture", image_urls=("https://h/1",))
    with database.transaction() as tx:
        receive(tx, words)
    with database.transaction() as tx:
        receive(tx, picture, at=NOON + MINUTE)
    for platforms, order in {(): "picture words", ("x",): "picture words", ("x", "youtube"): "words picture"}.items():
        with database.reading() as tx:
            found = comments.unjudged(tx, 9, newest_first=True, pictures_last_on=platforms)
        assert [comment.native_id for comment in found] == order.split()


def test_a_comment_is_found_by_its_id_the_beginning_of_it_or_the_platforms_id(database: Database) -> None:
    one, two = a_comment("c_1"), a_comment("cx1")
    with database.transaction() as tx:
        receive(tx, one, two)
        assert comments.find(tx, one.id) == [one]
        assert comments.find(tx, one.id[:13]) == [one]
        assert comments.find(tx, "c_1") == [one]
        assert {comment.id for comment in comments.find(tx, "youtube-")} == {one.id, two.id}
        assert comments.find(tx, "") == []
        assert comments.find(tx, "%") == []


def test_the_context_is_the_post_and_the_thread_oldest_first(database: Database) -> None:
    chain = [a_comment("r0")] + [a_comment(f"r{n}", parent_native_id=f"r{n - 1}") for n in range(1, 14)]
    alone = a_comment("alone", post_native_id="unknown", parent_native_id="missing")
    with database.transaction() as tx:
        receive(tx, *chain, alone)
        found = comments.contexts(tx, [chain[13], chain[2], alone])
        assert found[chain[13].id] == Context(POST, tuple(chain[3:13]))
        assert found[chain[2].id] == Context(POST, tuple(chain[:2]))
        assert found[alone.id] == Context(None, ())
        assert comments.context(tx, chain[2]) == found[chain[2].id]


def test_comments_that_answer_each_other_in_a_circle_do_not_hold_us_up(database: Database) -> None:
    a, b = a_comment("a", parent_native_id="b"), a_comment("b", parent_native_id="a")
    with database.transaction() as tx:
        receive(tx, a, b)
        assert comments.context(tx, a).thread == (b,)


def test_a_post_told_with_less_keeps_what_was_known(database: Database) -> None:
    with database.transaction() as tx:
        receive(tx, a_comment())
        comments.receive(tx, ACCOUNT, "comments", Page(posts=(Post("p1", "", comment_count=9),)), NOON)
        assert comments.context(tx, a_comment()).post == replace(POST, comment_count=9)


def test_how_a_feed_was_read_is_remembered(database: Database) -> None:
    with database.transaction() as tx:
        comments.mark_read(tx, "youtube", "comments", NOON, None)
        comments.mark_read(tx, "youtube", "comments", NOON + MINUTE, "quota spent", NOON + DAY)
        receive(tx, a_comment(), cursor="7")
        [state] = comments.feed_states(tx, "youtube")
        assert (state.last_ok_at, state.last_read_at, state.last_error) == (NOON, NOON + MINUTE, "quota spent")
        assert (state.not_before, state.cursor) == (NOON + DAY, "7")
        comments.mark_read(tx, "youtube", "comments", NOON + 2 * MINUTE, None)
        [state] = comments.feed_states(tx)
        assert (state.last_ok_at, state.last_error, state.not_before) == (NOON + 2 * MINUTE, "", None)


def test_what_the_public_sees_is_told_once_when_it_changes(database: Database) -> None:
    comment = a_comment()
    with database.transaction() as tx:
        receive(tx, comment)
        for at in (NOON, NOON + MINUTE):
            comments.set_visibility(tx, comment, Visibility.GONE, at, "swept")
        [_, changed] = audit.trail(tx, comment.id)
    assert (changed.event, dict(changed.facts)) == (
        "visibility_changed",
        {"was": "public", "now": "gone", "why": "swept"},
    )


def test_another_schools_comments_are_not_to_be_seen(database: Database) -> None:
    comment = a_comment()
    with database.transaction() as tx:
        receive(tx, comment)
    other = replace(database, school_id="other")
    with other.transaction() as tx:
        assert comments.load(tx, comment.id) is None
        assert comments.find(tx, comment.native_id) == []
        assert comments.unjudged(tx, 10) == []
        assert comments.versions(tx, comment.id) == []
