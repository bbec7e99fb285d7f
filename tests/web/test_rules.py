"""The rules' page: the policy in words, what each rule did, and other limits tried on the comments that really came."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from moderator.domain import Comment, Label, RuleState, Ruling
from moderator.hindsight import spoken
from moderator.policy.authority import Role
from moderator.policy.rules import RULES
from moderator.policy.words import RuleTerms
from moderator.store import hearings
from moderator.store.tables import CommentRow
from moderator.web.rules import LABELS, score_of
from tests.store.made import decided
from tests.web.browser import Window
from tests.web.office import NAMES, Office
from tests.web.queue_made import HTMX, UNKIND, found
from tests.web.test_guard import everything

FIGURE = re.compile(
    r'<th scope="row">([^<]+)</th><td class="number">([\d,]+)</td><td class="number">(?:<strong>)?([\d,]+)'
)


def an_insult(office: Office, native_id: str, score: float = 0.93, name: float = 0.3) -> Comment:
    """A comment with an insult of this score, and perhaps the name of a child."""
    seen = (
        found(Label.INSULT, "absolute muppet", UNKIND, score),
        found(Label.CHILD_NAMED, "Alfie Baker", UNKIND, name),
    )
    comment = office.waits(native_id, UNKIND, findings=seen)
    office.later(timedelta(seconds=1))
    return comment


def figures(page: str) -> dict[str, tuple[int, int]]:
    """What happens to comments: now and then."""
    return {name: (int(now.replace(",", "")), int(then.replace(",", ""))) for name, now, then in FIGURE.findall(page)}


def card_of(page: str, sentence: str) -> str:
    """The one rule whose sentence begins so."""
    (card,) = (each for each in page.split('<li class="card rule">') if f"<h2>{sentence}" in each)
    return card


def test_every_rule_is_told_with_what_it_did_and_what_people_said(office: Office) -> None:
    for number in range(4):
        an_insult(office, f"c{number}")
    office.later(timedelta(minutes=5))
    for number, ruling in enumerate((Ruling.ALLOW, Ruling.HIDE)):
        decided(office.database, ruling, f"c{number}", office.now, by=NAMES[Role.HEAD])

    page = office.sign_in().get("/rules").text

    told = card_of(page, "An insult is queued, a strong one hidden")
    assert "It spoke of 4 comments. A person decided on 2, and otherwise on 1." in told
    assert "In use" in told
    assert "What your policy says" in told
    assert "It had nothing to say." in card_of(page, "A threat")
    assert page.count('<li class="card rule">') == len(RULES)
    assert "The figures are of the 4 comments of the last 30 days" in page
    assert "It hides by itself what the rules say." in page
    assert UNKIND not in page


def test_a_rule_that_is_tried_out_is_told_by_what_it_would_change(office: Office) -> None:
    an_insult(office, "c1", score=0.6, name=0.9)
    rule = "an_insult_beside_a_childs_name"
    policy = office.settings.policy
    others = {name: RuleTerms(RuleState.DRAFT) for each in RULES if (name := each.__name__) != rule}
    tried = replace(policy, rules={**others, rule: RuleTerms(RuleState.SHADOW)})
    with office.database.reading() as tx:
        heard = list(hearings.between(tx, office.now - timedelta(days=1), office.now + timedelta(days=1), timedelta(1)))

    told = spoken.count(heard, tried, office.settings.mode)

    assert (told.of(rule).times, told.of(rule).would_raise) == (1, 1)
    assert told.of("a_threat").times == 0


def test_a_busy_school_is_told_of_as_many_days_as_can_be_heard_at_once(office: Office) -> None:
    for day in range(6):
        an_insult(office, f"c{day}")
        office.later(timedelta(days=1) - timedelta(seconds=1))
    lengths = [timedelta(days=days) for days in (30, 3, 1)]
    with office.database.reading() as tx:
        assert spoken.begins(tx, office.now, lengths, 6) == office.now - timedelta(days=30)
        assert spoken.begins(tx, office.now, lengths, 5) == office.now - timedelta(days=3)
        assert spoken.begins(tx, office.now, lengths, 0) == office.now - timedelta(days=1)


def test_a_stricter_limit_shows_what_it_would_have_done_and_changes_nothing(office: Office) -> None:
    for number in range(3):
        an_insult(office, f"c{number}", score=0.6)
    an_insult(office, "c3", score=0.93)
    office.later(timedelta(minutes=5))
    decided(office.database, Ruling.ALLOW, "c0", office.now, by=NAMES[Role.HEAD])
    desk = office.sign_in()
    before = everything(office.database)

    page = desk.get("/rules/try/insult?queue=0.3&hide=0.5").text

    told = figures(page)
    assert told["Hidden at once"] == (1, 4)
    assert told["Wait for a person"] == (3, 0)
    assert told["Hidden, though a person kept it visible"] == (0, 1)
    assert "3 comments would be hidden at once, instead of waiting for a person." in page
    assert "A person kept it visible." in page
    assert "Waits from 0.30, hidden from 0.50" in page
    assert "<code>[limits.insult]</code><br><code>queue = 0.3</code><br><code>hide = 0.5</code>" in page
    assert everything(office.database) == before


def test_samples_are_masked_five_at_the_most_and_for_those_who_may_read_them(office: Office) -> None:
    ids = [an_insult(office, f"c{number}", score=0.6).id for number in range(7)]
    asked = "/rules/try/insult?queue=0.3&hide=0.5"

    page = office.sign_in(Role.STAFF).get(asked).text
    assert sum(f"/comments/{each}" in page for each in ids) == 5
    assert "deserves better" in page
    assert "Alfie" not in page
    assert "muppet" not in page

    seen_by_it = office.sign_in(Role.IT).get(asked)
    assert seen_by_it.status_code == 200
    assert figures(seen_by_it.text) == figures(page)
    assert "deserves better" not in seen_by_it.text
    assert "/comments/" not in seen_by_it.text


def test_the_sliders_answer_in_place_with_the_same_words(office: Office) -> None:
    an_insult(office, "c1", score=0.6)
    desk = office.sign_in()
    asked = "/rules/try/insult?queue=0.3&hide=0.5"

    part = desk.get(asked, **HTMX).text

    assert part.lstrip().startswith('<section id="tried"')
    assert "<html" not in part
    assert figures(part) == figures(desk.get(asked).text)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("", "As it is now"),
        ("queue=0.5&hide=0.8", "As it is now"),
        ("queue=0.9&hide=0.2", "Waits from 0.90, hidden from 0.90"),
        ("queue=0.5&hide=1.1", "Waits from 0.50, never hidden by the machine"),
        ("queue=1.1&hide=0.2", "Never acted on"),
        ("queue=0.5&hide=0.8&hide_typed=0,62", "Waits from 0.50, hidden from 0.62"),
        ("queue=nonsense&hide=nan", "As it is now"),
        ("queue=-3&hide=inf", "Waits from 0.50, never hidden by the machine"),
    ],
)
def test_what_is_asked_for_is_read_kindly(office: Office, asked: str, said: str) -> None:
    an_insult(office, "c1")
    assert said in office.sign_in().get(f"/rules/try/insult?{asked}").text


def test_a_label_without_a_limit_is_no_page(office: Office) -> None:
    desk = office.sign_in()
    assert desk.get("/rules/try/complaint").status_code == 404
    assert desk.get("/rules/try/nonsense").status_code == 404
    assert set(office.settings.policy.limits) <= set(LABELS), "each limit is on the page"
    assert (score_of("0.304", 0.5), score_of("", 0.5)) == (0.3, 0.5)


def test_who_may_not_watch_sees_no_rules(office: Office) -> None:
    other = office.sign_in(Role.OTHER)
    assert [other.get(path).status_code for path in ("/rules", "/rules/try/insult")] == [403, 403]


def test_before_the_first_comment_the_page_says_so(office: Office) -> None:
    desk = office.sign_in()
    assert "No comment came in the last 30 days." in desk.get("/rules").text
    assert "nothing to try it on" in desk.get("/rules/try/insult?hide=0.5").text


def test_the_pages_are_for_everybody_and_small_enough(office: Office, phone: Window) -> None:
    an_insult(office, "c1", score=0.6)
    for path in ("/rules", "/rules/try/insult?queue=0.3&hide=0.5"):
        phone.open(path, as_=office.sign_in())
        assert (path, phone.axe(), phone.is_wider_than_its_window()) == (path, [], False)
    assert phone.complaints == []


def test_moving_a_slider_answers_without_a_new_page(office: Office, phone: Window) -> None:
    an_insult(office, "c1", score=0.6)
    page = phone.open("/rules/try/insult", as_=office.sign_in())
    assert page.get_by_role("heading", name="As it is now").is_visible()

    page.get_by_label("Hidden at once from", exact=True).fill("0.5")

    page.get_by_role("heading", name="If it were so").wait_for()
    assert page.get_by_text("1 comment would be hidden at once, instead of waiting for a person.").is_visible()
    assert page.url.endswith("/rules/try/insult")
    assert phone.complaints == []


def test_a_policy_that_was_changed_is_told_and_a_faulty_one_is_not_in_force(office: Office) -> None:
    desk = office.sign_in()
    before = office.settings.policy.version
    assert before in desk.get("/rules").text

    path = office.settings.policy_path
    path.write_text("[limits.insult]\nqueue = 0.11\nhide = 0.99\n")
    page = desk.get("/rules").text
    assert before not in page
    assert "0.11" in page

    path.write_text("[limits.insult]\nqueue = 7\n")
    faulty = desk.get("/rules").text
    assert "The file of your rules was changed and cannot be read." in faulty
    assert "0.11" in faulty

    path.write_text("")
    assert before in desk.get("/rules").text


def test_what_cannot_be_tried_any_more_is_said(office: Office) -> None:
    gone, _ = an_insult(office, "c1"), an_insult(office, "c2")
    with office.database.transaction() as tx:
        tx.change(CommentRow, [{"id": gone.id, "words_gone_at": office.now}])

    page = office.sign_in().get("/rules/try/insult?queue=0.99&hide=0.99").text

    assert "1 more comment is left out: their words are kept no longer." in page
