"""What somebody might try against the page, or two people might do at once: none of it may go through."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import pytest

from moderator.domain import DISPLAY_NAME, Author, Comment, Finding, Label, Ruling
from moderator.policy.authority import Role
from moderator.store import authors, bans, comments, decisions, invites, recovery, tries, users
from moderator.store.database import Transaction
from moderator.store.tries import TooMany
from moderator.web.auth import TRIES
from tests.store.made import a_comment, a_decision, receive
from tests.web.office import NAMES, Desk, Office
from tests.web.visit import visit

T = TypeVar("T")
VILE = "none of this is what anybody has read"


def at_once(*works: Callable[[], T]) -> list[T]:
    """All of these side by side."""
    with ThreadPoolExecutor(len(works)) as pool:
        return [each.result() for each in [pool.submit(work) for work in works]]


def edited(office: Office, comment: Comment) -> Comment:
    """Its author wrote something else, and nobody has read that yet."""
    with office.database.transaction() as tx:
        (found,) = receive(tx, a_comment(comment.native_id, VILE), at=office.now)
    return found


def block(desk: Desk, comment: Comment, after: int) -> int:
    path = f"/triage/{comment.id}/block"
    return desk.post(path, after=after, until="days", why="again and again", means="block").status_code


def keep_out(desk: Desk, comment: Comment, after: int) -> int:
    form = {"comment_id": comment.id, "means": "block", "until": "days"}
    return desk.post("/authors/ban", headers=None, after=after, **form).status_code


def test_words_that_nobody_has_read_are_not_put_back_by_overturning_what_stood_there_before(office: Office) -> None:
    head = office.sign_in()
    comment = office.waits(text="a kind word", ruling=Ruling.HIDE)
    number = office.latest(comment).number
    edited(office, comment)
    answer = head.post(f"/comments/{comment.id}/undo", number=number, how="overturn", why="it was kind")
    assert answer.status_code == 409
    assert "edited just now" in answer.text
    assert office.latest(comment).ruling is Ruling.HIDE
    with office.database.reading() as tx:
        assert [each.id for each in _unjudged(tx)] == [comment.id]


def test_nor_does_a_ban_settle_words_that_nobody_has_read(office: Office) -> None:
    head = office.sign_in()
    comment = office.waits(text="rude")
    number = office.latest(comment).number
    edited(office, comment)
    assert block(head, comment, number) == 409
    assert keep_out(head, comment, number) == 409
    with office.database.reading() as tx:
        assert [each.id for each in _unjudged(tx)] == [comment.id]
        assert bans.in_force(tx, [authors.key_of(comment)], office.now) == {}


def _unjudged(tx: Transaction) -> list[Comment]:
    return comments.unjudged(tx, 10, None)


def test_one_link_lets_in_one_person_however_many_use_it_at_once(office: Office) -> None:
    with office.database.transaction() as tx:
        user = users.add(tx, NAMES[Role.HEAD], Role.HEAD, "the test", office.now)
        token = invites.make(tx, user, "the test", office.now)
        code = recovery.make(tx, user, "the test", office.now)

    def use() -> bool:
        with office.database.transaction() as tx:
            return invites.use(tx, token, office.now) is not None

    def recover() -> bool:
        with office.database.transaction() as tx:
            return recovery.use(tx, code, office.now) is not None

    assert sum(at_once(*[use] * 4)) == 1
    assert sum(at_once(*[recover] * 4)) == 1


def test_two_who_decide_at_once_make_one_decision(office: Office) -> None:
    head, deputy = office.sign_in(), office.sign_in(Role.DEPUTY)
    for number in range(5):
        comment = office.waits(f"c{number}")
        after = office.latest(comment).number
        at_once(
            lambda: head.post(f"/triage/{comment.id}/decide", answer="hide", after=after),  # noqa: B023
            lambda: deputy.post(f"/triage/{comment.id}/decide", answer="allow", after=after),  # noqa: B023
        )
        with office.database.reading() as tx:
            assert [each.number for each in decisions.history(tx, comment.id)] == [after, after + 1]


def test_two_who_ban_at_once_make_one_ban(office: Office) -> None:
    head, deputy = office.sign_in(), office.sign_in(Role.DEPUTY)
    comment = office.waits(text="rude")
    after = office.latest(comment).number
    answers = at_once(lambda: keep_out(head, comment, after), lambda: keep_out(deputy, comment, after))
    assert sorted(answers) == [303, 409]
    with office.database.reading() as tx:
        assert len(bans.of_authors(tx, [authors.key_of(comment)])) == 1


def test_whoever_tries_to_get_in_keeps_nobody_from_showing_that_it_is_they(office: Office) -> None:
    head = office.sign_in()
    stranger = visit(office)
    for _ in range(TRIES + 1):
        stranger.post("/recover", code="000")
    assert stranger.post("/recover", code="000").status_code == 429
    assert head.post("/confirm/options").status_code == 200
    assert head.post("/confirm", credential="{}").status_code == 403
    for _ in range(TRIES):
        last = head.post("/confirm", credential="{}")
    assert last.status_code == 429


def test_tries_made_at_once_are_all_counted(office: Office) -> None:
    def one() -> bool:
        try:
            with office.database.transaction() as tx:
                tries.allow(tx, "sign_in here", 5, timedelta(minutes=1), office.now)
        except TooMany:
            return False
        return True

    assert sum(at_once(*[one] * 12)) == 5


@pytest.mark.parametrize(
    "path",
    [
        "/audit?before=99999999999999999999",
        "/alerts/-99999999999999999999999",
        "/alerts/99999999999999999999999",
        "/history?before=2026-01-01T00:00:00%2B00:00~999999999999999999999999~x",
        "/history?before=9999-12-31T23:59:59-14:00~1~x",
        "/history?before=0001-01-01T00:00:00%2B14:00~1~x",
    ],
)
def test_a_number_or_a_day_that_nothing_holds_asks_for_nothing(office: Office, path: str) -> None:
    assert office.sign_in().get(path).status_code == 200


def test_a_childs_name_in_an_authors_own_name_is_masked_on_their_page_too(office: Office) -> None:
    nana = Author("u-nana", "", "Alfie's Nana")
    seen = Finding(Label.CHILD_NAMED, 0.55, (0, 5), "roll", "1", "Alfie", DISPLAY_NAME)
    with office.database.transaction() as tx:
        for native_id, author in (("n1", nana), ("n2", replace(nana, display_name="The Nana"))):
            (comment,) = receive(tx, a_comment(native_id, "so proud of him", author=author), at=office.now)
            decisions.record(tx, a_decision(comment, Ruling.QUEUE, at=office.now), [seen] if native_id == "n1" else ())
    staff = office.sign_in(Role.HEAD)
    for path in (f"/comments/{comment.id}", "/authors/youtube/u-nana", "/authors/ban?platform=youtube&author=u-nana"):
        page = staff.get(path)
        assert page.status_code == 200
        assert "Nana" in page.text
        assert "Alfie" not in page.text
