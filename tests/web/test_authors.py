"""One author: how they stand, what people noted, and whether they may come in."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from moderator.domain import ActionKind, Author, Ban, Finding, Label, Ruling, Verdict
from moderator.policy.authority import Role
from moderator.store import actions, authors, bans, decisions, queue
from tests.store.made import DAY, NOON, a_comment, a_decision, a_task, decided, receive
from tests.web.office import NAMES, Office

HEAD, PAT = NAMES[Role.HEAD], ("youtube", "u-pat")
INSULT = Verdict("an_insult", Ruling.HIDE, "insults somebody", (), strike=True)
KEY: dict[str, Any] = {"platform": "youtube", "native_id": "u-pat"}


def ban_form(page: str, **more: str) -> dict[str, Any]:
    hidden = dict(re.findall(r'type="hidden" name="(comment_id|after)" value="([^"]+)"', page))
    return {**hidden, "means": "block", "until": "days", "why": "insults, three times"} | more


def in_force(office: Office) -> list[Ban]:
    with office.database.reading() as tx:
        return bans.in_force(tx, [PAT], office.now).get(PAT, [])


def test_how_somebody_stands_is_told_in_words(office: Office) -> None:
    with office.database.transaction() as tx:
        receive(tx, a_comment("c0", author=Author("u-pat", "@old_pat", "Pat")), at=NOON - 9 * DAY)
    decided(office.database, Ruling.HIDE, "c1", NOON - DAY, by=HEAD, verdicts=(INSULT,))
    decided(office.database, Ruling.HIDE, "c2", NOON, verdicts=(INSULT,))
    page = office.sign_in().get("/authors/youtube/u-pat").text
    assert "3 comments, 2 of them out of sight." in page
    assert "2 strikes" in page
    assert page.count("nobody has agreed to it yet") == 1
    assert "@old_pat" in page
    assert "Went by another name before" in page
    assert "They were never kept out." in page


def test_a_childs_name_among_their_comments_is_masked(office: Office) -> None:
    found = Finding(Label.CHILD_NAMED, 0.97, (9, 19), "names", "1", phrase="Oliver Mbe")
    office.waits("c1", "well done Oliver Mbe!", findings=(found,))
    page = office.sign_in().get("/authors/youtube/u-pat").text
    assert "●●●" in page
    assert "Oliver" not in page


def test_a_note_is_kept_once_with_who_wrote_it(office: Office) -> None:
    office.waits()
    desk = office.sign_in(Role.STAFF)
    for _ in range(2):
        answer = desk.post("/authors/note", text="Came to the office <b>and</b> was kind.", **KEY)
        assert answer.headers["Location"] == "/authors/youtube/u-pat?done=noted"
    with office.database.reading() as tx:
        (note,) = authors.notes(tx, [PAT])
    assert note.by == NAMES[Role.STAFF]
    page = desk.get("/authors/youtube/u-pat").text
    assert "Came to the office" in page
    assert "<b>and" not in page
    assert desk.post("/authors/note", text="x", platform="youtube", native_id="nobody").status_code == 404


def test_somebody_is_kept_out_once_for_a_comment_with_its_consequences_said_before(office: Office) -> None:
    comment, _ = decided(office.database, Ruling.HIDE, "c1")
    desk = office.sign_in()
    page = desk.get("/authors/ban?platform=youtube&author=u-pat").text
    assert comment.text in page
    assert "for good" in page
    assert "Only a person can lift it there" in page
    form = ban_form(page)
    for _ in range(2):
        answer = desk.post("/authors/ban", **form)
        assert answer.headers["Location"] == "/authors/youtube/u-pat?done=block"
    (ban,) = in_force(office)
    assert (ban.means, ban.by.name, ban.comment_id, ban.why) == (
        ActionKind.BLOCK,
        HEAD,
        comment.id,
        "insults, three times",
    )
    assert ban.until == office.now + timedelta(days=30)
    shown = desk.get("/authors/youtube/u-pat").text
    assert "Blocked by Mrs Ravenscroft" in shown
    assert "Let them back in…" in shown
    assert desk.get("/history").text.count("Hide, and block the author") == 1


def test_a_ban_says_until_when_within_what_the_school_allows(office: Office) -> None:
    decided(office.database, Ruling.HIDE, "c1")
    desk = office.sign_in()
    page = desk.get("/authors/ban?platform=youtube&author=u-pat").text
    for wrong, told in (
        ({"until": "day", "day": "2099-01-01"}, "365 days at most"),
        ({"until": "day", "day": "2020-01-01"}, "over on 1 January 2020 already"),
        ({"until": "day", "day": "soon"}, "until which day"),
        ({"means": "shout"}, "choose whether to block or to mute"),
    ):
        answer = desk.post("/authors/ban", **ban_form(page, **wrong))
        assert answer.status_code == 400
        assert told in answer.text
    assert in_force(office) == []
    desk.post("/authors/ban", **ban_form(page, until="open", means="mute"))
    (ban,) = in_force(office)
    assert (ban.means, ban.until) == (ActionKind.MUTE, None)


def test_a_ban_asks_for_a_passkey_just_used_and_for_a_role_that_decides(office: Office) -> None:
    comment, decision = decided(office.database, Ruling.HIDE, "c1")
    desk = office.sign_in()
    office.later(timedelta(minutes=6))
    address = "/authors/ban?platform=youtube&author=u-pat"
    assert desk.get(address).headers["Location"].startswith("/confirm?next=%2Fauthors%2Fban%3Fplatform%3Dyoutube")
    form: dict[str, Any] = {
        "comment_id": comment.id,
        "after": decision.number,
        "means": "block",
        "until": "days",
        "why": "x",
    }
    assert desk.post("/authors/ban", **form).headers["Location"].startswith("/confirm")
    staff = office.sign_in(Role.STAFF)
    assert staff.get(address).status_code == staff.post("/authors/ban", **form).status_code == 403
    assert in_force(office) == []


def test_a_colleague_who_was_quicker_is_not_overruled_by_an_old_form(office: Office) -> None:
    comment, _ = decided(office.database, Ruling.HIDE, "c1")
    desk = office.sign_in()
    form = ban_form(desk.get("/authors/ban?platform=youtube&author=u-pat").text)
    with office.database.transaction() as tx:
        decisions.record(tx, a_decision(comment, Ruling.ALLOW, "Mr Oyelaran"))
    assert desk.post("/authors/ban", **form).status_code == 409
    assert in_force(office) == []


def test_without_anything_out_of_sight_there_is_nothing_to_keep_them_out_for(office: Office) -> None:
    seen, _ = decided(office.database, Ruling.ALLOW, "c1")
    desk = office.sign_in()
    page = desk.get("/authors/ban?platform=youtube&author=u-pat").text
    assert "nothing to keep them out for" in page
    assert "<form class" not in page
    assert seen.text in desk.get(f"/authors/ban?platform=youtube&author=u-pat&for={seen.id}").text
    assert desk.get("/authors/ban?platform=youtube&author=nobody").status_code == 404


def test_somebody_is_let_back_in_and_the_record_says_why(office: Office) -> None:
    decided(office.database, Ruling.HIDE, "c1")
    desk = office.sign_in()
    desk.post("/authors/ban", **ban_form(desk.get("/authors/ban?platform=youtube&author=u-pat").text))
    (ban,) = in_force(office)
    assert "What will happen" in desk.get(f"/authors/lift?ban={ban.id}").text
    for _ in range(2):
        answer = desk.post("/authors/lift", ban=ban.id, why="apologised")
        assert answer.headers["Location"] == "/authors/youtube/u-pat?done=lifted"
    assert in_force(office) == []
    assert "Ended 12:00 by Mrs Ravenscroft" in desk.get("/authors/youtube/u-pat").text
    assert "This ban is over already." in desk.get(f"/authors/lift?ban={ban.id}").text
    assert desk.get("/authors/lift?ban=nothing").status_code == 404


def test_two_accounts_are_linked_and_count_together_until_they_are_unlinked(office: Office) -> None:
    decided(office.database, Ruling.HIDE, "c1", by=HEAD, verdicts=(INSULT,))
    with office.database.transaction() as tx:
        for number in (1, 2):
            receive(tx, a_comment(f"s{number}", author=Author(f"u-sam{number}", "@sam", "Sam")))
        receive(tx, a_comment("m1", author=Author("u-max", "@max", "Max")))
    desk = office.sign_in()
    assert "Nobody called @nobody" in desk.post("/authors/link", other="@nobody", **KEY).text
    assert "That could be 2 authors." in desk.post("/authors/link", other="@sam", **KEY).text
    assert "That is this account itself." in desk.post("/authors/link", other="@pat", **KEY).text
    assert desk.post("/authors/link", other="youtube:@max", **KEY).status_code == 303
    page = desk.get("/authors/youtube/u-max").text
    assert "1 strike" in page
    assert "Also writes as" in page
    desk.post("/authors/unlink", **KEY)
    assert "1 strike" not in desk.get("/authors/youtube/u-max").text
    assert office.sign_in(Role.STAFF).post("/authors/unlink", **KEY).status_code == 403


def test_an_id_with_odd_letters_has_its_page_too(office: Office) -> None:
    with office.database.transaction() as tx:
        author = Author("a/b?c#d&e", "@odd", "Odd")
        (comment,) = receive(tx, a_comment("c1", author=author))
        decisions.record(tx, a_decision(comment, Ruling.HIDE, HEAD))
    desk = office.sign_in()
    (path,) = set(re.findall(r'href="(/authors/[^"]+)"', desk.get("/history").text))
    assert "1 comment, it is out of sight." in desk.get(path).text
    assert desk.get("/authors/youtube/nobody").status_code == 404


def test_what_is_to_be_done_by_hand_about_them_stands_on_their_page(office: Office) -> None:
    comment, decision = decided(office.database, Ruling.HIDE, "c1", by=HEAD)
    with office.database.transaction() as tx:
        actions.plan(tx, decision, comment, [], [a_task(comment, decision)], NOON)
    page = office.sign_in().get("/authors/youtube/u-pat").text
    assert "To be done by hand" in page
    assert "Open the profile, then Block." in page


def test_whatever_ends_a_ban_asks_for_a_passkey_just_used(office: Office) -> None:
    comment, _ = decided(office.database, Ruling.HIDE, "c1")
    desk = office.sign_in()
    desk.post("/authors/ban", **ban_form(desk.get("/authors/ban?platform=youtube&author=u-pat").text))
    (ban,) = in_force(office)
    office.later(timedelta(minutes=6))
    number = office.latest(comment).number
    ways: dict[str, dict[str, Any]] = {
        "/authors/lift": {"ban": ban.id},
        "/triage/undo": {"case": f"{comment.id}.{number}"},
        f"/triage/{comment.id}/decide": {"answer": "allow", "after": number},
        f"/comments/{comment.id}/undo": {"number": number, "how": "take_back"},
    }
    for path, form in ways.items():
        answer = desk.post(path, **form)
        assert (path, answer.headers.get("Location", "")[:8]) == (path, "/confirm")
        assert in_force(office) == [ban]

    fresh = office.sign_in()
    assert fresh.post(f"/triage/{comment.id}/decide", answer="allow", after=number).status_code == 303
    assert in_force(office) == []
    with office.database.reading() as tx:
        assert queue.is_held(tx, comment.id, office.now), "and nothing leaves for ten seconds"
