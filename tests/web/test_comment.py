"""One comment with everything that is known of it."""

from __future__ import annotations

from moderator.domain import ActionKind, Author, Finding, Label, Ruling, Verdict, Visibility
from moderator.policy.authority import Role
from moderator.store import actions, audit, comments, decisions
from tests.store.made import MINUTE, NOON, a_comment, a_decision, decided, done, planned, receive
from tests.web.office import NAMES, Office

HEAD = NAMES[Role.HEAD]
NAME = Finding(Label.CHILD_NAMED, 0.97, (10, 20), "names", "3", phrase="Oliver Mbe", note="full name on the roll")


def told(office: Office, comment_id: str, role: Role = Role.HEAD) -> str:
    page = office.sign_in(role).get(f"/comments/{comment_id}")
    assert page.status_code == 200, page.text
    return page.text


def test_its_whole_story_stands_on_one_page_in_words(office: Office) -> None:
    verdicts = (Verdict("a_child_named", Ruling.HIDE, "names a child 0.97 (limit 0.80)", (NAME,)),)
    with office.database.transaction() as tx:
        (comment,) = receive(tx, a_comment("c1", "well done Oliver Mbe!"))
        made = decisions.record(tx, a_decision(comment, Ruling.HIDE, verdicts=verdicts), (NAME,))
        assert made.number == 1
    hide = planned(office.database, ActionKind.HIDE, "c1")
    done(office.database, hide)
    with office.database.transaction() as tx:
        actions.verified(tx, hide, Visibility.HIDDEN, NOON, None)
    page = told(office, comment.id)
    assert "well done ●●●" not in page
    assert "●●●" in page
    assert "Oliver" not in page
    assert "Very likely: names a child." in page
    assert "Hidden 12:00 on YouTube ✓" in page
    before, _, sheet = page.partition("How this was read (with figures)")
    assert "0.97" not in before
    assert "0.97" in sheet
    assert "Had nothing to say: " in sheet
    assert "an insult" in sheet
    assert "Read back from the platform: hidden" in page
    assert "Evidence that was kept" in page


def test_hidden_words_are_shown_when_asked_for_and_that_is_written_down(office: Office) -> None:
    comment = office.waits("c1", "well done Oliver Mbe!", findings=(NAME,))
    desk = office.sign_in(Role.DEPUTY)
    assert "Oliver" not in desk.get(f"/comments/{comment.id}").text
    assert "Oliver Mbe" in desk.post(f"/comments/{comment.id}/words").text
    with office.database.reading() as tx:
        last = audit.trail(tx, comment.id)[-1]
    assert (last.event, last.actor, dict(last.facts)) == ("words_shown", NAMES[Role.DEPUTY], {"version": 1})
    assert "Oliver" not in desk.get(f"/comments/{comment.id}").text


def test_an_edit_stands_beside_what_was_written_first(office: Office) -> None:
    comment = office.waits("c1", "you are an idiot")
    with office.database.transaction() as tx:
        receive(tx, a_comment("c1", "you are kind", edited_at=NOON + MINUTE), at=NOON + MINUTE)
    page = told(office, comment.id)
    assert "At first" in page
    assert "you are an idiot" in page
    assert "Now" in page
    assert page.count("you are kind") >= 1


def test_what_waits_leads_to_the_queue_and_what_was_decided_to_the_way_back(office: Office) -> None:
    waits = office.waits("c1")
    page = told(office, waits.id)
    assert f'href="/triage/{waits.id}"' in page
    assert "/undo" not in page
    hidden, _ = decided(office.database, Ruling.HIDE, "c2", by=HEAD)
    page = told(office, hidden.id)
    assert "Take this back" in page
    assert f"/comments/{hidden.id}/handover" in page
    assert "/authors/ban?platform=youtube&amp;author=u-pat&amp;for=" in page


def test_a_link_leads_only_to_the_platform_itself(office: Office) -> None:
    for native_id, url in (
        ("good", "https://www.youtube.com/watch?v=1&lc=2"),
        ("plain", "http://www.youtube.com/watch?v=1"),
        ("bad", "https://youtube.com.evil.example/"),
        ("user", "https://youtube.com@evil.example/"),
        ("code", "javascript:alert(1)//youtube.com"),
    ):
        with office.database.transaction() as tx:
            (comment,) = receive(tx, a_comment(native_id, url=url))
            decisions.record(tx, a_decision(comment, Ruling.QUEUE))
        page = told(office, comment.id)
        assert ("Open it on YouTube" in page) is (native_id == "good"), native_id
        assert 'href="javascript' not in page
        assert 'evil.example/"' not in page


def test_what_is_still_being_read_says_so_and_what_is_not_there_is_not_found(office: Office) -> None:
    with office.database.transaction() as tx:
        (comment,) = receive(tx, a_comment("new"))
    assert "It is still being read." in told(office, comment.id)
    desk = office.sign_in()
    assert desk.get("/comments/youtube-nothing").status_code == 404
    assert desk.post("/comments/youtube-nothing/words").status_code == 404
    assert office.sign_in(Role.IT).get(f"/comments/{comment.id}").status_code == 403


def test_reading_a_page_changes_nothing(office: Office) -> None:
    comment = office.waits()
    desk = office.sign_in()

    def head() -> str:
        with office.database.reading() as tx:
            return str(audit.head(tx))

    before = head()
    for path in (f"/comments/{comment.id}", "/history", "/authors/youtube/u-pat", "/tasks", "/audit", "/paste"):
        assert desk.get(path).status_code == 200, path
    for path in ("/authors/ban?platform=youtube&author=u-pat", "/audit/download"):
        assert desk.get(path).status_code == 200, path
    assert head() == before


def test_a_name_or_an_answer_of_the_platform_never_becomes_part_of_the_page(office: Office) -> None:
    hostile = '"><img src=x onerror=alert(1)>'
    with office.database.transaction() as tx:
        author = Author("u1", hostile, hostile)
        (comment,) = receive(tx, a_comment("c1", hostile, author=author, url=hostile))
        found = Finding(Label.INSULT, 0.9, (0, 3), hostile, hostile, phrase=hostile, note=hostile)
        decisions.record(tx, a_decision(comment, Ruling.HIDE, HEAD, reasons=(hostile,)), (found,))
        comments.set_visibility(tx, comment, Visibility.HIDDEN, NOON, hostile)
    desk = office.sign_in()
    for page in (desk.get(f"/comments/{comment.id}"), desk.post(f"/comments/{comment.id}/words")):
        assert "<img" not in page.text
