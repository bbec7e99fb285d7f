"""What a person does by hand: listed with its steps, ticked off, and seen to be done."""

from __future__ import annotations

from dataclasses import replace

from moderator.actions.families import task_id
from moderator.by_hand.watch import look_at_own_posts
from moderator.detectors.panel import build_detectors
from moderator.detectors.toxicity import WordListScorer
from moderator.domain import Decision, Post, Ruling, Task, TaskKind
from moderator.platforms.base import Page
from moderator.policy.authority import Role
from moderator.store import actions, audit, comments, own_posts, tasks
from tests.detectors.school import ROLL, SCHOOL
from tests.store.made import ACCOUNT, DAY, NOON, a_task, decided
from tests.web.office import NAMES, Office

HEAD = NAMES[Role.HEAD]


def opened(office: Office, native_id: str = "c1", **changes: str) -> tuple[Task, Decision]:
    comment, decision = decided(office.database, Ruling.HIDE, native_id, by=HEAD)
    task = replace(a_task(comment, decision), **changes)  # type: ignore[arg-type]
    with office.database.transaction() as tx:
        actions.plan(tx, decision, comment, [], [task], NOON)
    return task, decision


def test_a_task_tells_its_steps_and_the_place_and_is_said_to_be_done(office: Office) -> None:
    task, _ = opened(office, url="https://www.youtube.com/channel/UC2")
    desk = office.sign_in(Role.DEPUTY)
    page = desk.get("/tasks").text
    assert "Block an author on YouTube" in page
    assert "Open the profile, then Block." in page
    assert (
        '<a class="button plain" href="https://www.youtube.com/channel/UC2" target="_blank" rel="noopener noreferrer">'
        in page
    )
    for _ in range(2):
        assert desk.post("/tasks/done", task=task.id).headers["Location"] == "/tasks?done=yes"
    page = desk.get("/tasks").text
    assert "Nothing to do by hand" in page
    assert "Done in the last 30 days (1)" in page
    assert f"Said to be done by {NAMES[Role.DEPUTY]}" in page
    assert "✓" not in page


def test_what_the_platform_shows_to_be_done_gets_its_tick(office: Office) -> None:
    task, _ = opened(office)
    with office.database.transaction() as tx:
        tasks.verify_task(tx, task.id, NOON)
    assert "Seen to be done ✓" in office.sign_in().get("/tasks").text
    office.later(31 * DAY)
    assert "Done in the last 30 days" not in office.sign_in().get("/tasks").text


def test_with_htmx_the_task_itself_comes_back_as_it_stands(office: Office) -> None:
    task, _ = opened(office)
    answer = office.sign_in().post("/tasks/done", headers={"HX-Request": "true"}, task=task.id)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert f"Said to be done by {HEAD}" in answer.text
    assert "<form" not in answer.text


def test_a_place_elsewhere_is_text_and_no_link(office: Office) -> None:
    opened(office, url="https://evil.example/youtube.com")
    page = office.sign_in().get("/tasks").text
    assert "evil.example/youtube.com" in page
    assert 'href="https://evil' not in page


def test_a_message_to_a_family_is_ready_to_copy_and_no_command_is_shown(office: Office) -> None:
    comment, _ = decided(office.database, Ruling.HIDE, "c1", by=HEAD)
    steps = f"Send the message. Then say that it was sent: moderator tasks --done {task_id(comment)}"
    task = Task(
        task_id(comment),
        comment,
        TaskKind.ASK_FAMILY,
        steps,
        "a child is named kindly",
        "",
        "Thank you for your words.",
    )
    with office.database.transaction() as tx:
        tasks.open_task(tx, task, NOON)
    page = office.sign_in().get("/tasks").text
    assert "Write a kind word to a family on YouTube" in page
    assert "Thank you for your words." in page
    assert "Send the message." in page
    assert "moderator tasks" not in page
    assert "If nothing has changed after a week, you hear of it again." in page


def test_only_who_may_decide_ticks_off_and_only_what_is_there(office: Office) -> None:
    task, _ = opened(office)
    staff = office.sign_in(Role.STAFF)
    page = staff.get("/tasks")
    assert page.status_code == 200
    assert "You say that it is done." not in page.text
    assert staff.post("/tasks/done", task=task.id).status_code == 403
    assert office.sign_in().post("/tasks/done", task="nothing").status_code == 404
    assert office.sign_in(Role.IT).get("/tasks").status_code == 403


def posted(office: Office, text: str) -> str:
    """The school posts this, and the daemon looks at it; the code of the task."""
    post = Post("p7", text, NOON - DAY, "https://www.youtube.com/watch?v=p7")
    with office.database.transaction() as tx:
        comments.receive(tx, ACCOUNT, "comments", Page((), (post,)), NOON)
    look_at_own_posts(office.database, build_detectors(SCHOOL, ROLL, WordListScorer()), SCHOOL, ROLL, NOON)
    with office.database.reading() as tx:
        return next((each.code for each in own_posts.unsettled(tx)), "")


def test_a_post_of_our_own_that_names_a_pupil_is_a_task_with_its_line_and_is_ticked_off_once(office: Office) -> None:
    code = posted(office, "Well done to Zofia in Kingfishers")
    deputy, head = office.sign_in(Role.DEPUTY), office.sign_in(Role.HEAD)
    page = deputy.get("/tasks").text
    assert "1 to do" in page
    assert "See to a post of our own on YouTube" in page
    assert "This is a pupil&#39;s name." in page
    assert "Posts must not contain any identifiable information" in page
    assert 'href="https://www.youtube.com/watch?v=p7"' in page
    assert "Zofia" not in page
    assert deputy.get("/waiting").json()["tasks"] == 1
    assert "1 post of ours breaks the policy as it stands." in deputy.get("/check-post").text
    answer = deputy.post("/tasks/done", headers={"HX-Request": "true"}, task=code)
    assert "<html" not in answer.text
    assert f"Said to be done by {NAMES[Role.DEPUTY]}" in answer.text
    assert head.post("/tasks/done", task=code).headers["Location"] == "/tasks?done=yes"
    page = head.get("/tasks").text
    assert "Nothing to do by hand" in page
    assert f"Said to be done by {NAMES[Role.DEPUTY]}" in page
    assert head.get("/waiting").json()["tasks"] == 0
    with office.database.reading() as tx:
        settled = [each for each in audit.trail(tx, "") if each.event == "own_post_settled"]
    assert [each.actor for each in settled] == [NAMES[Role.DEPUTY]]


def test_a_post_of_our_own_that_was_edited_is_seen_to_be_done_and_staff_only_look(office: Office) -> None:
    code = posted(office, "Well done to Zofia in Kingfishers")
    staff = office.sign_in(Role.STAFF)
    assert "It is settled" not in staff.get("/tasks").text
    assert staff.post("/tasks/done", task=code).status_code == 403
    assert posted(office, "Well done to everybody") == ""
    assert "Seen to be edited ✓" in staff.get("/tasks").text
