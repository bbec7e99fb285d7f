"""What every platform adapter promises, asked of all of them alike: the memory platform, X, YouTube and Instagram, and a
place without an API.

The real adapters talk to the sandbox over HTTP with their vendors' own libraries, or to a mailbox. What a street cannot do at
all it must refuse, and its tests say so. Whoever writes another adapter adds a street for it and has these tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from moderator.domain import ActionKind, Comment, Outcome, Result, Visibility
from moderator.errors import Gone, LoginExpired, PlatformError, QuotaSpent, Refused, Unavailable
from moderator.platforms.base import Platform
from moderator.sandbox.server import Sandbox
from tests.conftest import NOON
from tests.made import an_action
from tests.platforms.byhand_street import ByHandStreet
from tests.platforms.imap_server import ImapServer
from tests.platforms.streets import SCHOOL, WAYS, Clock, MemoryStreet, Reader, SandboxStreet, Street


@pytest.fixture(autouse=True)
def retries_do_not_wait() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture(params=["memory", "memory that tells no visibility", *WAYS, "by hand"])
def street(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Street]:
    if request.param == "by hand":
        with ImapServer(tmp_path) as server:
            yield ByHandStreet(server, tmp_path / "drop", SCHOOL)
        return
    if request.param not in WAYS:
        yield MemoryStreet(reads_visibility=request.param == "memory")
        return
    with Sandbox(clock=Clock()) as sandbox:
        yield SandboxStreet(sandbox, WAYS[request.param])


@pytest.fixture
def reader(street: Street) -> Reader:
    return Reader(street)


def act(adapter: Platform, kind: ActionKind, comment: Comment) -> Outcome | PlatformError:
    [answer] = adapter.apply([an_action(kind, comment, f"{comment.id}.1")], NOON)
    return answer


def acts(adapter: Platform) -> bool:
    """Whether the program itself can do anything there; where it cannot, all that it is asked for is refused."""
    return bool(adapter.capabilities.actions)


def read_one(street: Street, reader: Reader, text: str = "u are an id10t") -> Comment:
    street.posts(text)
    [comment] = reader.reads()
    return comment


# Reading.


def test_what_was_posted_is_read_with_its_author_its_post_and_its_time(street: Street, reader: Reader) -> None:
    native_id = street.posts("What a day!", by="@nan_of_elm")
    [comment] = reader.reads()
    assert comment.native_id == native_id
    assert comment.text[comment.reply_prefix :].strip() == "What a day!"
    assert comment.author.handle.lstrip("@") == "nan_of_elm"
    assert comment.author.native_id
    assert comment.posted_at.utcoffset() is not None
    assert comment.post_native_id in {post.native_id for page in reader.pages for post in page.posts}
    assert comment.url
    assert comment.raw


def test_each_comment_is_read_and_none_a_second_time_in_the_same_form(street: Street, reader: Reader) -> None:
    posted = [street.posts(f"comment {number}") for number in range(7)]
    assert sorted(comment.native_id for comment in reader.reads()) == sorted(posted)
    assert reader.reads() == []


def test_an_answer_to_a_comment_says_which_one_it_answers(street: Street, reader: Reader) -> None:
    above = street.posts("Who won?")
    below = street.posts("Red team did", by="@nan_of_elm", reply_to=above)
    told = {comment.native_id: comment for comment in reader.reads()}
    assert told[below].parent_native_id == above
    assert told[above].parent_native_id == ""


def test_the_cursor_survives_a_restart(street: Street, reader: Reader) -> None:
    street.posts("before")
    reader.reads(street.adapter())
    after = street.posts("after")
    assert [comment.native_id for comment in reader.reads(street.adapter())] == [after]


def test_an_edited_comment_is_read_again_as_the_same_comment_in_another_form(street: Street, reader: Reader) -> None:
    before = read_one(street, reader, "lovely")
    if not street.can_edit:
        with pytest.raises(ValueError, match="cannot be edited"):
            street.edits(before.native_id, "awful")
        return
    street.edits(before.native_id, "awful")
    [after] = reader.reads()
    assert (after.id, after.text) == (before.id, "awful")
    assert after.form != before.form


def test_what_the_account_wrote_itself_is_left_out(street: Street, reader: Reader) -> None:
    theirs = street.posts("Who won?")
    street.posts("Red team did", by=SCHOOL, reply_to=theirs)
    street.posts("Thank you all for coming", by=SCHOOL)
    assert [comment.native_id for comment in reader.reads()] == [theirs]


def test_a_broken_item_is_set_aside_and_the_rest_of_its_page_kept(street: Street, reader: Reader) -> None:
    posted = {street.posts(f"comment {number}") for number in range(3)}
    street.breaks_one_item()
    read = {comment.native_id for comment in reader.reads()}
    assert len(read & posted) >= 2
    assert [broken for page in reader.pages for broken in page.broken]


def test_a_deleted_comment_is_read_no_more(street: Street, reader: Reader) -> None:
    gone, stays = street.posts("oops"), street.posts("lovely")
    street.deletes(gone)
    assert [comment.native_id for comment in reader.reads()] == [stays]


# Acting.


def test_a_comment_is_hidden_read_back_and_released(street: Street, reader: Reader) -> None:
    comment, adapter = read_one(street, reader), street.adapter()
    tells = adapter.capabilities.reads_visibility
    if not acts(adapter):
        assert isinstance(act(adapter, ActionKind.HIDE, comment), Refused)
        assert adapter.read_back([comment], NOON) == {comment.native_id: Visibility.UNKNOWN}
        return

    assert isinstance(act(adapter, ActionKind.HIDE, comment), Outcome)
    assert not street.is_public(comment.native_id)
    expected = Visibility.HIDDEN if tells else Visibility.UNKNOWN
    assert adapter.read_back([comment], NOON) == {comment.native_id: expected}

    assert isinstance(act(adapter, ActionKind.RELEASE, comment), Outcome)
    assert street.is_public(comment.native_id)
    expected = Visibility.PUBLIC if tells else Visibility.UNKNOWN
    assert adapter.read_back([comment], NOON) == {comment.native_id: expected}


def test_hiding_twice_is_harmless(street: Street, reader: Reader) -> None:
    comment, adapter = read_one(street, reader), street.adapter()
    if not acts(adapter):
        assert isinstance(act(adapter, ActionKind.HIDE, comment), Refused)
        assert street.is_public(comment.native_id)
        return
    answers = [act(adapter, ActionKind.HIDE, comment) for _ in range(2)]
    assert [type(answer) for answer in answers] == [Outcome, Outcome]
    assert not street.is_public(comment.native_id)
    assert street.hides_that_changed_something(comment.native_id) == 1


def test_a_hidden_comment_is_not_read_again(street: Street, reader: Reader) -> None:
    comment = read_one(street, reader)
    act(street.adapter(), ActionKind.HIDE, comment)
    assert reader.reads() == []


def test_what_is_posted_after_a_hide_is_read_at_the_next_look(street: Street, reader: Reader) -> None:
    adapter = street.adapter()
    street.posts("u are an id10t")
    [comment] = reader.reads(adapter)
    act(adapter, ActionKind.HIDE, comment)
    after = street.posts("well said")
    assert [comment.native_id for comment in reader.reads(adapter)] == [after]


def test_a_comment_deleted_meanwhile_is_gone(street: Street, reader: Reader) -> None:
    comment, adapter = read_one(street, reader), street.adapter()
    if not acts(adapter):
        assert isinstance(act(adapter, ActionKind.HIDE, comment), Refused)
        assert street.is_public(comment.native_id)
        return
    street.deletes(comment.native_id)
    answer = act(adapter, ActionKind.HIDE, comment)
    assert isinstance(answer, Gone) or (isinstance(answer, Outcome) and answer.result is Result.GONE)
    assert adapter.read_back([comment], NOON) == {comment.native_id: Visibility.GONE}


def test_answers_come_one_for_each_action_and_in_their_order(street: Street, reader: Reader) -> None:
    street.posts("one")
    gone = street.posts("two")
    street.posts("three")
    comments, adapter = reader.reads(), street.adapter()
    street.deletes(gone)
    actions = [an_action(ActionKind.HIDE, comment, f"{comment.id}.1") for comment in comments]
    batch = adapter.capabilities.batch
    answers = [
        answer
        for begin in range(0, len(actions), batch)
        for answer in adapter.apply(actions[begin : begin + batch], NOON)
    ]
    if not acts(adapter):
        assert [type(answer) for answer in answers] == [Refused] * len(actions)
        return
    for action, answer in zip(actions, answers, strict=True):
        is_gone = isinstance(answer, Gone) or (isinstance(answer, Outcome) and answer.result is Result.GONE)
        assert is_gone is (action.comment.native_id == gone)
        assert not isinstance(answer, Outcome) or answer.action == action
    assert not any(street.is_public(comment.native_id) for comment in comments)


def test_a_hide_whose_answer_is_lost_says_that_it_may_be_done(street: Street, reader: Reader) -> None:
    comment, adapter = read_one(street, reader), street.adapter()
    if not acts(adapter):
        assert isinstance(act(adapter, ActionKind.HIDE, comment), Refused)
        assert street.is_public(comment.native_id)
        return
    street.loses_the_next_reply()
    answer = act(adapter, ActionKind.HIDE, comment)
    # A library that asks again by itself may come back with the outcome.
    assert isinstance(answer, Outcome) or (isinstance(answer, Unavailable) and answer.maybe_done)
    assert not street.is_public(comment.native_id)
    assert street.hides_that_changed_something(comment.native_id) == 1


# Trouble.


def test_a_host_that_cannot_be_reached_is_unavailable_and_nothing_was_done(street: Street, reader: Reader) -> None:
    comment, adapter = read_one(street, reader), street.unreachable()
    with pytest.raises(Unavailable):
        reader.reads(adapter)
    answer = act(adapter, ActionKind.HIDE, comment)
    assert isinstance(answer, Unavailable if acts(adapter) else Refused)
    assert not isinstance(answer, Unavailable) or not answer.maybe_done
    assert street.is_public(comment.native_id)


def test_a_platform_out_of_order_is_unavailable(street: Street, reader: Reader) -> None:
    comment, adapter = read_one(street, reader), street.adapter()
    street.fails()
    with pytest.raises(Unavailable):
        reader.reads(adapter)
    assert isinstance(act(adapter, ActionKind.HIDE, comment), Unavailable if acts(adapter) else Refused)


def test_a_revoked_token_calls_a_person(street: Street, reader: Reader) -> None:
    comment = read_one(street, reader)
    street.revokes_the_token()
    adapter = street.adapter()
    with pytest.raises(LoginExpired):
        reader.reads(adapter)
    assert isinstance(act(adapter, ActionKind.HIDE, comment), LoginExpired if acts(adapter) else Refused)
    assert street.is_public(comment.native_id)


def test_a_spent_quota_says_when_to_try_again(street: Street, reader: Reader) -> None:
    comment = read_one(street, reader)
    street.spends_the_quota()
    adapter = street.adapter()
    with pytest.raises(QuotaSpent) as raised:
        reader.reads(adapter)
    answer = act(adapter, ActionKind.HIDE, comment)
    assert isinstance(answer, QuotaSpent if acts(adapter) else Refused)
    assert raised.value.retry_at > NOON
    assert not isinstance(answer, QuotaSpent) or answer.retry_at > NOON
    assert street.is_public(comment.native_id)


@pytest.mark.parametrize("mishap", ["fails", "revokes_the_token", "spends_the_quota"])
def test_what_was_posted_during_a_mishap_is_read_after_it(street: Street, mishap: str) -> None:
    adapter, reader = street.adapter(), Reader(street)
    reader.reads(adapter)
    getattr(street, mishap)()
    posted = street.posts("posted meanwhile")
    with pytest.raises(PlatformError):
        reader.reads(adapter)
    street.recovers()
    assert [comment.native_id for comment in reader.reads(street.adapter())] == [posted]


# Words.


@pytest.mark.parametrize("kind", list(ActionKind))
def test_every_action_is_the_adapters_or_a_persons_and_its_effect_is_told(
    street: Street, reader: Reader, kind: ActionKind
) -> None:
    comment, adapter = read_one(street, reader), street.adapter()
    assert adapter.capabilities.effects[kind].strip()
    if kind not in adapter.capabilities.actions:
        steps, address = adapter.by_hand(an_action(kind, comment, "d.1"))
        assert steps.strip()
        assert address.strip()
        assert not isinstance(act(adapter, kind, comment), Outcome)


def test_the_account_is_told_as_the_platform_knows_it(street: Street) -> None:
    state = street.adapter().check(NOON)
    assert state.account.handle.lstrip("@").casefold() == SCHOOL.lstrip("@").casefold()
    assert state.account.native_id
    assert all(warning.strip() for warning in state.warnings)


def test_feeds_have_names_of_their_own_and_one_of_them_sweeps(street: Street) -> None:
    feeds = street.adapter().feeds
    assert len({feed.name for feed in feeds}) == len(feeds)
    assert any(feed.sweep for feed in feeds)
    assert all(feed.every_s > 0 for feed in feeds)
