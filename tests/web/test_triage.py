"""The queue's page as somebody uses it: one card after the other, two answers, ten seconds to take one back."""

from __future__ import annotations

from dataclasses import replace

import httpx

from moderator.domain import ActionKind, Comment, Label, Ruling, Visibility, make_action
from moderator.policy.authority import Role
from moderator.store import actions, audit
from tests.store.made import MINUTE, SECOND, a_comment, receive
from tests.web.office import NAMES, Desk, Office
from tests.web.queue_made import HTMX, a_threat, an_insult, carried_out, found

HEAD = NAMES[Role.HEAD]


def answer(desk_: Desk, comment: Comment, says: str, after: int = 1, htmx: bool = False) -> httpx.Response:
    headers = HTMX if htmx else {}
    return desk_.post(f"/triage/{comment.id}/decide", headers=headers, answer=says, after=after)


def leaving(office: Office) -> list[str]:
    """The comments whose decision would leave now."""
    with office.database.reading() as tx:
        return [comment.id for _, comment in actions.unplanned(tx, 10, now=office.now)]


def events(office: Office, comment: Comment) -> list[tuple[str, str]]:
    with office.database.reading() as tx:
        return [(event.event, event.actor) for event in audit.trail(tx, comment.id)]


def test_where_nothing_waits_the_page_praises_and_says_who_is_watched(office: Office) -> None:
    page = office.sign_in().get("/triage").text

    assert "All done. Thank you." in page
    assert "YouTube (@millbrook) has not been read yet." in page


def test_the_door_says_how_much_waits_and_about_how_long_it_takes(office: Office) -> None:
    for number in range(7):
        office.waits(f"c{number}")

    assert "7 to decide" in (page := office.sign_in().get("/triage").text)
    assert "about 2 min" in page


def test_the_card_says_why_in_words_and_keeps_figures_in_the_sheet(office: Office) -> None:
    an_insult(office)

    page = office.sign_in().get("/triage").text

    assert "Very likely: insults somebody, and names a child." in page
    before_sheet, sheet = page.split("How this was read")
    assert "0.9" not in before_sheet
    assert "0.97" in sheet
    assert "Sports day!" in before_sheet


def test_the_card_says_that_the_same_child_was_named_before_and_not_by_what_that_is_known(office: Office) -> None:
    named = replace(found(Label.CHILD_NAMED, "Alfie", "well done Alfie", 0.97), reference="a1f1ea1f1ea1f1e0")
    office.waits("c1", "well done Alfie", Ruling.HIDE, (named,))
    alone = office.sign_in().get("/triage").text
    office.waits("c2", "well done Alfie", Ruling.HIDE, (named,))

    page = office.sign_in().get("/triage").text

    assert "a child named here" not in alone
    assert "Going by the roll, a child named here is named in 2 comments of the last 30 days." in page
    assert "Alfie" not in page
    assert named.reference not in page


def test_urgent_cases_stand_first_and_then_the_oldest(office: Office) -> None:
    office.waits("old", "an old one")
    office.later(MINUTE)
    office.waits("new", "a new one")
    a_threat(office)

    page = office.sign_in().get("/triage").text

    in_list = page[page.index('class="list"') :]
    assert in_list.index("outside the gate") < in_list.index("an old one") < in_list.index("a new one")
    assert "Urgent" in page


def test_a_name_and_an_insult_are_covered_and_can_be_decided_on_without_being_read(office: Office) -> None:
    comment = an_insult(office)
    head = office.sign_in()

    page = head.get("/triage").text
    assert "Alfie" not in page
    assert "muppet" not in page

    answer(head, comment, "hide")
    assert office.latest(comment).ruling is Ruling.HIDE
    assert ("words_shown", HEAD) not in events(office, comment)


def test_who_asks_to_see_the_words_is_written_down_and_sees_them_at_once(office: Office) -> None:
    comment = an_insult(office)
    head = office.sign_in()

    shown = head.post(f"/triage/{comment.id}/words", headers=HTMX).text
    plain = head.post(f"/triage/{comment.id}/words").text

    assert "<mark" in shown
    assert "Alfie Baker" in shown
    assert "Alfie Baker" in plain
    assert events(office, comment).count(("words_shown", HEAD)) == 2
    with office.database.reading() as tx:
        facts = [event.facts for event in audit.trail(tx, comment.id) if event.event == "words_shown"]
    assert facts == [{"version": 1}] * 2
    assert "Alfie" not in head.get(f"/triage/{comment.id}/words").text


def test_a_get_of_the_words_shows_nothing_that_is_covered(office: Office) -> None:
    comment = an_insult(office)

    assert "Alfie" not in office.sign_in().get(f"/triage/{comment.id}?whole=true").text


def test_the_same_side_means_the_same_on_every_card(office: Office) -> None:
    seen, hidden = office.waits("seen"), an_insult(office, "hidden")
    carried_out(office, hidden, ActionKind.HIDE, seen=Visibility.HIDDEN)
    head = office.sign_in()

    in_sight, out = head.get(f"/triage/{seen.id}").text, head.get(f"/triage/{hidden.id}").text

    assert in_sight.index("Keep visible") < in_sight.index("Hide<")
    assert out.index("Show again") < out.index("Keep hidden")
    assert "YouTube: held for review, nobody but the channel&#39;s moderators sees it." in in_sight
    assert "YouTube: published, everybody sees it again." in out
    assert "Hidden 12:00 on YouTube ✓" in out


def test_without_javascript_an_answer_leads_to_the_next_card_with_a_way_back(office: Office) -> None:
    first, second = office.waits("c1", "the first"), office.waits("c2", "the second")
    head = office.sign_in()

    gone = answer(head, first, "allow")

    assert gone.status_code == 303
    page = head.get(gone.headers["location"]).text
    assert "You chose: Keep visible." in page
    assert "Undo" in page
    assert "1 to decide" in page
    assert f"/triage/{second.id}/decide" in page


def test_with_htmx_the_next_card_is_in_the_answer_itself(office: Office) -> None:
    first, second = office.waits("c1", "the first"), office.waits("c2", "the second")

    got = answer(office.sign_in(), first, "hide", htmx=True)

    assert got.status_code == 200
    assert "<html" not in got.text
    assert got.text.lstrip().startswith('<div id="tray">')
    assert f"/triage/{second.id}/decide" in got.text
    assert "You chose: Hide." in got.text


def test_nothing_leaves_for_ten_seconds(office: Office) -> None:
    comment = office.waits()

    answer(office.sign_in(), comment, "hide")

    assert leaving(office) == []
    office.later(11 * SECOND)
    assert leaving(office) == [comment.id]


def test_the_bar_repeats_the_words_of_the_button(office: Office) -> None:
    comment = an_insult(office)
    carried_out(office, comment, ActionKind.HIDE, seen=Visibility.HIDDEN)
    head = office.sign_in()

    assert "You chose: Keep hidden." in answer(head, comment, "hide", htmx=True).text
    assert "You chose: Show again." in answer(head, comment, "allow", after=2, htmx=True).text


def test_undo_puts_the_case_back_and_nothing_ever_leaves(office: Office) -> None:
    comment = office.waits()
    head = office.sign_in()
    answer(head, comment, "hide")

    back = head.post("/triage/undo", case=f"{comment.id}.2")

    assert back.headers["location"] == f"/triage/{comment.id}?said=back"
    page = head.get(back.headers["location"]).text
    assert "Taken back. It waits for you again." in page
    assert "1 to decide" in page
    assert office.latest(comment).takes_back


def test_undo_of_what_a_colleague_decided_anew_changes_nothing(office: Office) -> None:
    comment = office.waits()
    head, deputy = office.sign_in(), office.sign_in(Role.DEPUTY)
    answer(head, comment, "hide")
    answer(deputy, comment, "allow", after=2)

    told = head.post("/triage/undo", case=f"{comment.id}.2").text

    assert "Somebody decided on it since, so nothing was taken back." in told
    assert office.latest(comment).ruling is Ruling.ALLOW


def test_a_double_tap_is_one_decision_and_no_error(office: Office) -> None:
    comment = office.waits()
    head = office.sign_in()

    first, second = answer(head, comment, "hide", htmx=True), answer(head, comment, "hide", htmx=True)

    assert first.status_code == second.status_code == 200
    assert "You chose: Hide." in second.text
    assert office.latest(comment).number == 2


def test_the_second_of_two_people_sees_who_decided_what_and_changes_nothing(office: Office) -> None:
    comment, other = office.waits("c1"), office.waits("c2", "the next one")
    head, deputy = office.sign_in(), office.sign_in(Role.DEPUTY)
    answer(deputy, comment, "allow")

    got = answer(head, comment, "hide")

    assert got.status_code == 200
    assert "Mr Oyelaran was quicker, at 12:00: Keep visible. Your tap changed nothing." in got.text
    assert f"/triage/{other.id}/decide" in got.text
    assert office.latest(comment).ruling is Ruling.ALLOW


def test_a_case_that_its_author_changed_meanwhile_is_looked_at_again(office: Office) -> None:
    comment = office.waits()
    head = office.sign_in()
    with office.database.transaction() as tx:
        receive(tx, a_comment("c1", "now it says something else"), at=office.now)

    got = answer(head, comment, "hide")

    assert "Its author changed it while you looked at it." in got.text
    assert office.latest(comment).number == 1


def test_who_answers_otherwise_by_a_second_tap_is_told_what_stands(office: Office) -> None:
    comment = office.waits()
    head = office.sign_in()
    answer(head, comment, "hide")

    got = answer(head, comment, "allow")

    assert "Hide. Your tap changed nothing." in got.text
    assert office.latest(comment).ruling is Ruling.HIDE


def test_the_bar_tells_the_truth_until_the_platform_was_read_back(office: Office) -> None:
    comment = office.waits()
    head = office.sign_in()
    answer(head, comment, "hide")
    bar = f"/triage/done?refs={comment.id}.2"

    assert "Undo" in head.get(bar).text
    office.later(11 * SECOND)
    assert "Sending…" in (sending := head.get(bar).text)
    assert "hx-get" in sending

    carried_out(office, comment, ActionKind.HIDE)
    assert "Hidden 12:00 on YouTube" in (done := head.get(bar).text)
    assert "✓" not in done
    assert "hx-get" in done


def test_the_bar_ends_with_a_tick_once_the_platform_was_read_back(office: Office) -> None:
    comment = office.waits()
    head = office.sign_in()
    answer(head, comment, "hide")
    office.later(11 * SECOND)
    carried_out(office, comment, ActionKind.HIDE, seen=Visibility.HIDDEN)

    bar = head.get(f"/triage/done?refs={comment.id}.2").text

    assert "Hidden 12:00 on YouTube ✓" in bar
    assert "hx-get" not in bar


def test_a_platform_that_has_not_confirmed_is_said_to_be_tried_again(office: Office) -> None:
    comment = office.waits()
    head = office.sign_in()
    answer(head, comment, "hide")
    office.later(11 * SECOND)
    with office.database.transaction() as tx:
        decision = office.latest(comment)
        action = make_action(ActionKind.HIDE, comment, decision.id, decision.person)
        actions.plan(tx, decision, comment, [action], [], office.now)
        actions.begin(tx, [action], office.now)
        actions.postpone(tx, action, "timeout", office.now + MINUTE, office.now, unsure=True)

    assert "YouTube has not confirmed; we keep trying to hide it" in head.get(f"/triage/done?refs={comment.id}.2").text


def test_a_bar_for_what_never_was_is_not_found(office: Office) -> None:
    head = office.sign_in()

    assert head.get("/triage/done?refs=youtube-nothing.1").status_code == 404
    assert head.get("/triage/done?refs=;;..x").status_code == 404
    assert head.get("/triage/youtube-nothing").status_code == 404
