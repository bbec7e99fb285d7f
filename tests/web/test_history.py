"""Looking back: what was decided, by whom, what came of it, and the way back from it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from moderator.domain import ActionKind, Author, Finding, Label, Ruling, Verdict, Visibility
from moderator.policy.authority import Role
from moderator.store import actions, audit, comments, decisions, queue
from moderator.store.database import Database
from tests.store.made import DAY, MINUTE, NOON, a_comment, a_decision, decided, done, planned, receive
from tests.web.office import NAMES, Office
from tests.web.queue_made import carried_out

HEAD = NAMES[Role.HEAD]


def cards(page: str) -> list[str]:
    return page.partition("</ol>")[0].split('<li class="card" id="d-')[1:]


def events(database: Database, comment_id: str) -> list[str]:
    with database.reading() as tx:
        return [event.event for event in audit.trail(tx, comment_id)]


def test_the_newest_decision_comes_first_with_who_what_and_what_came_of_it(office: Office) -> None:
    hide = planned(office.database, ActionKind.HIDE, "c1", NOON - DAY)
    done(office.database, hide, NOON - DAY)
    with office.database.transaction() as tx:
        actions.verified(tx, hide, Visibility.HIDDEN, NOON - DAY, None)
    decided(office.database, Ruling.ALLOW, "c2", NOON, by=HEAD)
    first, second = cards(office.sign_in().get("/history").text)
    assert "Keep visible" in first
    assert HEAD in first
    assert "Nothing had to be done" in first
    assert "Hide" in second
    assert "The program" in second
    assert "Hidden Sun 15 Nov, 12:00 on YouTube ✓" in second


def test_what_a_platform_has_not_confirmed_is_not_called_done(office: Office) -> None:
    hide = planned(office.database)
    with office.database.transaction() as tx:
        actions.begin(tx, [hide], NOON)
        actions.postpone(tx, hide, "timed out", NOON + MINUTE, NOON, unsure=True)
    (card,) = cards(office.sign_in().get("/history").text)
    assert "YouTube has not confirmed; we keep trying to hide it" in card
    assert "✓" not in card


def test_a_childs_name_is_masked_and_no_score_stands_in_the_list(office: Office) -> None:
    found = Finding(Label.CHILD_NAMED, 0.97, (9, 19), "names", "1", phrase="Oliver Mbe")
    verdict = Verdict("a_child_named", Ruling.QUEUE, "child named 0.97 (limit 0.50)", (found,))
    office.waits("c1", "well done Oliver Mbe!", findings=(found,), verdicts=(verdict,))
    page = office.sign_in().get("/history").text
    assert "Oliver" not in page
    assert "●●●" in page
    assert "Very likely: names a child." in page
    assert "0.97" not in page


def test_it_can_be_searched_in_words_and_says_what_was_searched(office: Office) -> None:
    office.waits("c1", "the quick brown fox")
    office.waits("c2", "something else")
    desk = office.sign_in()
    page = desk.get("/history?words=fox+quick").text
    assert len(cards(page)) == 1
    assert "brown" in page
    assert "2 decisions were searched since 18 August 2026." in page
    none = desk.get("/history?words=100%25").text
    assert cards(none) == []
    assert "Nothing fits" in none
    assert "2 decisions were searched" in none


def test_it_can_be_narrowed_by_person_kind_author_and_day(office: Office) -> None:
    decided(office.database, Ruling.HIDE, "c1", NOON - 2 * DAY)
    decided(office.database, Ruling.ALLOW, "c2", NOON, by="Ms Okafor")
    desk = office.sign_in()

    def seen(query: str) -> int:
        return len(cards(desk.get(f"/history?{query}").text))

    assert (seen("by=people"), seen("by=policy"), seen("by=Ms+Okafor"), seen("by=Nobody")) == (1, 1, 1, 0)
    assert (seen("ruling=hide"), seen("ruling=remove"), seen("ruling=nonsense")) == (1, 0, 2)
    assert (seen("author=@pat"), seen("author=somebody")) == (2, 0)
    assert (seen("since=2026-11-16"), seen("until=2026-11-14"), seen("since=yesterday")) == (1, 1, 2)
    assert (seen("platform=youtube"), seen("platform=x")) == (2, 0)
    assert "“Until”" not in desk.get("/history?rule=an_insult").text


def test_pages_follow_one_another_though_new_decisions_come_in_between(office: Office) -> None:
    for number in range(30):
        decided(office.database, Ruling.ALLOW, f"c{number}", NOON + number * MINUTE)
    desk = office.sign_in()
    first = desk.get("/history").text
    decided(office.database, Ruling.ALLOW, "late", NOON + 60 * MINUTE)
    (older,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = desk.get(older.replace("&amp;", "&")).text
    assert (len(cards(first)), len(cards(second))) == (25, 5)
    assert 'rel="next" href' not in second
    assert 'rel="prev"' in second
    assert not set(cards(first)) & set(cards(second))


def undo(page: str, **more: str) -> tuple[str, dict[str, Any]]:
    """The one way back that the page offers: where its form goes, and what it sends."""
    (path,) = re.findall(r'action="(/comments/[^"]+/undo)"', page)
    hidden = dict(re.findall(r'type="hidden" name="(number|how|back_to)" value="([^"]+)"', page))
    return path, hidden | more


def test_what_a_person_decided_is_taken_back_days_later_and_waits_again(office: Office) -> None:
    comment = office.waits()
    with office.database.transaction() as tx:
        decisions.record(tx, a_decision(comment, Ruling.HIDE, HEAD, office.now), after=1)
    office.later(timedelta(days=3))
    desk = office.sign_in(Role.DEPUTY)
    page = desk.get("/history").text
    assert "Undo" in page
    assert "The comment waits for somebody to decide again." in page
    path, form = undo(page)
    answer = desk.post(path, **form)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/comments/{comment.id}?done=undone"
    latest = office.latest(comment)
    assert (latest.ruling, latest.takes_back, latest.decided_by) == (Ruling.QUEUE, True, NAMES[Role.DEPUTY])
    assert events(office.database, comment.id)[-1] == "taken_back"
    assert desk.post(path, **form).status_code == 409
    assert office.latest(comment).number == latest.number


def test_before_a_hide_that_left_is_taken_back_the_page_says_that_it_will_be_seen(office: Office) -> None:
    comment = office.waits()
    with office.database.transaction() as tx:
        decisions.record(tx, a_decision(comment, Ruling.HIDE, HEAD, office.now), after=1)
    desk = office.sign_in(Role.DEPUTY)
    assert "decide again.<" in desk.get("/history").text
    carried_out(office, comment, ActionKind.HIDE)
    assert "decide again. On YouTube: " in desk.get("/history").text


def test_what_the_program_hid_wrongly_is_shown_again_and_kept_to_learn_from(office: Office) -> None:
    comment, _ = decided(office.database, Ruling.HIDE)
    with office.database.transaction() as tx:
        comments.set_visibility(tx, comment, Visibility.HIDDEN, NOON, "read back")
    desk = office.sign_in()
    page = desk.get("/history").text
    assert "Wrong: show it again" in page
    assert "On YouTube: " in page
    path, form = undo(page)
    row = desk.post(path, headers={"HX-Request": "true"}, **form)
    assert row.status_code == 200
    assert "<html" not in row.text
    assert len(cards(row.text)) == 1
    assert "Sending to YouTube…" in row.text
    assert office.latest(comment).ruling is Ruling.ALLOW
    assert events(office.database, comment.id)[-1] == "overturned"
    with office.database.reading() as tx:
        assert queue.is_held(tx, comment.id, office.now), "it leaves in ten seconds, and can be taken back until then"
        assert not queue.is_held(tx, comment.id, office.now + timedelta(seconds=11))


def test_where_nothing_leads_back_it_is_said_before_the_tap(office: Office) -> None:
    comment, _ = decided(office.database, Ruling.REMOVE, by=HEAD)
    with office.database.transaction() as tx:
        comments.set_visibility(tx, comment, Visibility.GONE, NOON, "read back")
    (card,) = cards(office.sign_in().get("/history").text)
    assert "It is gone from the platform: it cannot be put back." in card
    assert "<form" not in card


def test_only_who_may_decide_goes_back_on_a_decision(office: Office) -> None:
    comment, decision = decided(office.database, Ruling.HIDE)
    staff = office.sign_in(Role.STAFF)
    page = staff.get("/history")
    assert page.status_code == 200
    assert "Wrong: show it again" not in page.text
    form: dict[str, Any] = {"number": decision.number, "how": "overturn"}
    assert staff.post(f"/comments/{comment.id}/undo", **form).status_code == 403
    assert office.sign_in(Role.IT).get("/history").status_code == 403
    assert office.client.get("/history").status_code == 303
    assert office.latest(comment).number == decision.number


def test_an_urgent_case_is_not_taken_back_by_who_may_not_close_it(office: Office) -> None:
    with office.database.transaction() as tx:
        (comment,) = receive(tx, a_comment())
        made = decisions.record(tx, a_decision(comment, Ruling.HIDE, urgent=True))
    staff = office.sign_in(Role.STAFF)
    answer = staff.post(f"/comments/{comment.id}/undo", number=made.number, how="overturn")
    assert answer.status_code == 403
    lead = office.sign_in(Role.SAFEGUARDING_LEAD)
    assert lead.post(f"/comments/{comment.id}/undo", number=made.number, how="overturn").status_code == 303


def test_nothing_that_somebody_wrote_becomes_part_of_the_page(office: Office) -> None:
    hostile = "<script>alert(1)</script>"
    with office.database.transaction() as tx:
        author = Author("u\"'><b>", f"@{hostile}", hostile)
        (comment,) = receive(tx, a_comment("c1", hostile, author=author))
        decisions.record(tx, a_decision(comment, Ruling.QUEUE, reasons=(hostile,)))
    desk = office.sign_in()
    for path in ("/history", f"/history?words={hostile}&author={hostile}&since={hostile}&before={hostile}"):
        assert "<script>alert" not in desk.get(path).text
        assert "<b>" not in desk.get(path).text
