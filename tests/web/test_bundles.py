"""Cases decided together: what belongs together, what never does, and that each is recorded by itself."""

from __future__ import annotations

import json
import re

import pytest

from moderator.domain import Author, Ruling
from moderator.policy.authority import Role
from moderator.store import actions, decisions
from tests.commands import in_process
from tests.store.made import SECOND, a_comment, a_decision, receive
from tests.web.office import Desk, Office
from tests.web.queue_made import HTMX, a_threat, spam


def cases_in(page: str) -> str:
    found = re.search(r'name="case" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def like(desk: Desk, comment_id: str) -> str:
    return desk.get(f"/triage/{comment_id}/like", **HTMX).text


def test_a_card_offers_the_twelve_that_are_alike(office: Office) -> None:
    first, *_ = spam(office, 12)
    office.waits("other", "What time does the fair begin on Saturday?")

    offered = like(office.sign_in(), first.id)

    assert "12 like this one" in offered
    assert "13 by this author" in offered


def test_disguises_are_seen_through_and_short_words_must_be_the_same(office: Office) -> None:
    first = office.waits("c1", "Buy cheap followers now!")
    office.waits("c2", "ВUY CHEAP FOLLOWERS NOW !!")
    short = office.waits("c3", "great")
    office.waits("c4", "grate")
    office.waits("c5", "Great")
    head = office.sign_in()

    assert "2 like this one" in like(head, first.id)
    assert "2 like this one" in like(head, short.id)


def test_a_sample_of_five_is_shown_and_the_whole_number(office: Office) -> None:
    first, *_ = spam(office, 30)

    page = office.sign_in().get(f"/triage/{first.id}/like/alike").text

    assert "30 comments that say the same, or nearly" in page
    assert page.count("<blockquote") == 5


def test_one_answer_is_recorded_singly_for_each_and_waits_ten_seconds(office: Office) -> None:
    first, *_ = all_of = spam(office, 12)
    head = office.sign_in()
    page = head.get(f"/triage/{first.id}/like/alike").text

    gone = head.post("/triage/together", answer="hide", case=cases_in(page))

    assert {office.latest(each).ruling for each in all_of} == {Ruling.HIDE}
    assert {office.latest(each).decided_by for each in all_of} == {"Mrs Ravenscroft"}
    with office.database.reading() as tx:
        assert actions.unplanned(tx, 100, now=office.now) == []
        assert len(actions.unplanned(tx, 100, now=office.now + 11 * SECOND)) == 12
    after = head.get(gone.headers["location"]).text
    assert "12 comments, you chose: Hide." in after
    assert "Undo" in after


def test_all_can_be_taken_back_at_once(office: Office) -> None:
    first, *_ = all_of = spam(office, 5)
    head = office.sign_in()
    gone = head.post("/triage/together", answer="hide", case=cases_in(head.get(f"/triage/{first.id}/like/alike").text))

    head.post("/triage/undo", case=cases_in(head.get(gone.headers["location"]).text))

    assert all(office.latest(each).takes_back for each in all_of)
    assert "5 to decide" in head.get("/triage").text


def test_an_urgent_one_is_never_among_them(office: Office) -> None:
    calm = office.waits("c1", "somebody should wait for her outside the gate")
    urgent = a_threat(office)
    head = office.sign_in()

    assert "like this" not in like(head, calm.id)
    assert like(head, urgent.id).strip() == ""

    sent = head.post("/triage/together", answer="allow", case=f"{calm.id}.1,{urgent.id}.1")
    assert "1 of them was changed or decided meanwhile, and left as it stands." in sent.text
    assert office.latest(urgent).number == 1
    assert office.latest(calm).ruling is Ruling.ALLOW


def test_one_that_a_colleague_decided_meanwhile_is_left_and_said(office: Office) -> None:
    first, second, third = spam(office, 3)
    head, deputy = office.sign_in(), office.sign_in(Role.DEPUTY)
    page = head.get(f"/triage/{first.id}/like/alike").text
    deputy.post(f"/triage/{second.id}/decide", answer="allow", after=1)

    got = head.post("/triage/together", answer="hide", case=cases_in(page)).text

    assert "1 of them was changed or decided meanwhile, and left as it stands." in got
    assert "2 comments, you chose: Hide." in got
    assert office.latest(second).ruling is Ruling.ALLOW
    assert {office.latest(first).ruling, office.latest(third).ruling} == {Ruling.HIDE}


def test_one_that_was_edited_meanwhile_is_left_and_said(office: Office) -> None:
    first, second = spam(office, 2)
    head = office.sign_in()
    page = head.get(f"/triage/{first.id}/like/alike").text
    with office.database.transaction() as tx:
        receive(tx, a_comment("s001", "now it says something kind"), at=office.now)

    got = head.post("/triage/together", answer="hide", case=cases_in(page)).text

    assert "left as it stands" in got
    assert office.latest(second).number == 1


@pytest.mark.parametrize("by", ["author", "post"])
def test_one_authors_cases_and_one_posts_can_be_decided_together(office: Office, by: str) -> None:
    mine = office.waits("c1", "one thing")
    office.waits("c2", "quite another")
    with office.database.transaction() as tx:
        elsewhere = a_comment("c3", "else", author=Author("u-kim", "@kim", "Kim"), post_native_id="p2")
        (stranger,) = receive(tx, elsewhere, at=office.now)
        decisions.record(tx, a_decision(stranger, Ruling.QUEUE, at=office.now))

    page = office.sign_in().get(f"/triage/{mine.id}/like/{by}").text

    assert "2 comments" in page
    assert stranger.id not in cases_in(page)


def test_no_more_than_two_hundred_at_once(office: Office) -> None:
    first, *_ = all_of = spam(office, 203)
    head = office.sign_in()
    page = head.get(f"/triage/{first.id}/like/author").text
    assert "come after these" in page

    head.post("/triage/together", answer="allow", case=",".join(f"{each.id}.1" for each in all_of))

    assert sum(office.latest(each).number == 2 for each in all_of) == 200


def test_without_javascript_the_ones_alike_have_a_page(office: Office) -> None:
    first, *_ = spam(office, 2)
    alone = office.waits("alone", "")
    head = office.sign_in()

    assert "2 like this one" in head.get(f"/triage/{first.id}/like").text
    assert "like this one" not in head.get(f"/triage/{alone.id}/like").text


def test_staff_may_not_decide_together(office: Office) -> None:
    first, second = spam(office, 2)
    staff = office.sign_in(Role.STAFF)

    assert staff.get(f"/triage/{first.id}/like/alike").status_code == 403
    assert staff.post("/triage/together", answer="hide", case=f"{second.id}.1").status_code == 403
    assert office.latest(second).number == 1


# The same at the command line.


def says(office: Office, *words: str) -> str:
    done = in_process([*words, "--config", str(office.settings.policy_path.parent)])
    assert done.exit_code == 0, done.output
    return done.output


def test_commands_list_what_goes_together_and_decide_on_it_singly(office: Office) -> None:
    first, *others = spam(office, 6)
    threat = a_threat(office)
    office.waits("other", "What time does the fair begin on Saturday?")

    assert "6 together." in says(office, "alike", first.id)
    assert len(json.loads(says(office, "alike", first.id, "--like", "author", "--json"))) == 7
    assert "it is urgent" in says(office, "alike", threat.id)

    by = ("--by", "Mrs Ravenscroft")
    told = says(office, "decide-together", first.id, "hide", *by, "--dry-run")
    assert "would record: hide for 6 comments" in told
    assert not office.latest(first).by_person

    told = says(office, "decide-together", first.id, "hide", *by, "--reason", "adverts")
    assert "recorded: hide for 6 comments by Mrs Ravenscroft" in told
    for each in (first, *others):
        latest = office.latest(each)
        assert (latest.ruling, latest.decided_by, latest.reasons) == (Ruling.HIDE, "Mrs Ravenscroft", ("adverts",))
    assert "No other case goes with it" in says(office, "alike", first.id)
