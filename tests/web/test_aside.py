"""What else can be done with a case: propose, pass on, put off, correct, tell a family, block; and what an alert leads to."""

from __future__ import annotations

from datetime import timedelta

from moderator.domain import Comment, Label, Person, Ruling
from moderator.policy.authority import Role
from moderator.store import actions, alerts, audit, bans, cases, decisions, tasks
from tests.store.made import MINUTE, SECOND, a_comment, a_decision, receive
from tests.web.office import NAMES, Office
from tests.web.queue_made import HTMX, a_kind_word, a_threat, an_insult

HEAD = NAMES[Role.HEAD]


def events(office: Office, comment: Comment) -> list[str]:
    with office.database.reading() as tx:
        return [event.event for event in audit.trail(tx, comment.id)]


def test_it_sees_no_words_of_any_comment(office: Office) -> None:
    comment = an_insult(office)
    it = office.sign_in(Role.IT)

    for path in ("/triage", f"/triage/{comment.id}", f"/triage/{comment.id}/like", "/triage/live", "/alerts/1"):
        got = it.get(path)
        assert got.status_code == 403, path
        assert "Ms Rowe" not in got.text
    assert it.post(f"/triage/{comment.id}/words").status_code == 403
    assert it.post(f"/triage/{comment.id}/decide", answer="hide", after=1).status_code == 403
    assert "words_shown" not in events(office, comment)


def test_staff_propose_and_whoever_decides_sees_it_on_the_card(office: Office) -> None:
    comment = an_insult(office)
    staff, head = office.sign_in(Role.STAFF), office.sign_in()
    page = staff.get("/triage").text
    assert "I would hide it" in page
    assert f"/triage/{comment.id}/decide" not in page

    staff.post(f"/triage/{comment.id}/propose", answer="hide", why="a row at the gate")

    page = head.get("/triage").text
    assert "<strong>Miss Pemberton</strong> would hide it: “a row at the gate”" in page
    assert office.latest(comment).number == 1
    assert staff.post(f"/triage/{comment.id}/decide", answer="hide", after=1).status_code == 403


def test_a_case_that_is_passed_on_leaves_one_queue_and_stands_in_the_other(office: Office) -> None:
    comment = an_insult(office)
    deputy, head = office.sign_in(Role.DEPUTY), office.sign_in()
    assert "The deputy (Mr Oyelaran)" in head.get(f"/triage/{comment.id}/pass").text

    gone = head.post(f"/triage/{comment.id}/pass", to="deputy", why="my own neighbour")

    assert gone.headers["location"] == "/triage?said=passed"
    mine, theirs = head.get("/triage").text, deputy.get("/triage").text
    assert "1 passed on to others." in mine
    assert f"/triage/{comment.id}/decide" not in mine
    assert "Passed on to the deputy by Mrs Ravenscroft, 12:00: “my own neighbour”" in theirs


def test_who_does_not_want_to_see_it_passes_it_to_who_stands_in(office: Office) -> None:
    comment = an_insult(office)
    office.sign_in(Role.DEPUTY)
    head = office.sign_in()

    gone = head.post(f"/triage/{comment.id}/pass", spared="true")

    assert "You need not look at it again." in head.get(gone.headers["location"]).text
    assert events(office, comment)[-1] == "passed_on"


def test_an_urgent_case_that_is_passed_on_stays_in_both_queues(office: Office) -> None:
    comment = a_threat(office)
    deputy, head = office.sign_in(Role.DEPUTY), office.sign_in()
    assert "It stands in both your queues" in head.get(f"/triage/{comment.id}/pass").text

    passed = head.post(f"/triage/{comment.id}/pass", to="deputy")
    assert "it stays in your queue too until one of you has decided" in head.get(passed.headers["location"]).text
    spared = head.post(f"/triage/{comment.id}/pass", spared="true")
    assert "it stays in your list until somebody has decided" in head.get(spared.headers["location"]).text

    for page in (head.get("/triage").text, deputy.get("/triage").text):
        assert f"/triage/{comment.id}/decide" in page
        assert "passed on to others" not in page


def test_what_was_put_off_until_morning_is_back_at_once_when_a_child_writes_more(office: Office) -> None:
    comment = office.waits("c1", "i dont like mondays")
    head = office.sign_in()
    head.post(f"/triage/{comment.id}/later", until="morning")
    office.later(MINUTE)

    words = "my stepdad hits me"
    with office.database.transaction() as tx:
        (edited,) = receive(tx, a_comment("c1", words, edited_at=office.now), at=office.now)
        decisions.record(tx, a_decision(edited, Ruling.QUEUE, at=office.now, urgent=True))

    page = head.get("/triage").text
    assert "1 to decide" in page
    assert words in page
    assert "put off by you" not in page


def test_where_no_colleague_may_decide_nothing_is_passed_on(office: Office) -> None:
    comment = an_insult(office)
    head = office.sign_in()

    got = head.post(f"/triage/{comment.id}/pass", spared="true")

    assert got.status_code == 400
    assert "Nothing was changed" in got.text
    assert "There is nobody to pass it on to" in head.get(f"/triage/{comment.id}/pass").text


def test_a_case_that_is_put_off_comes_back_by_itself(office: Office) -> None:
    comment = an_insult(office)
    head, deputy = office.sign_in(), office.sign_in(Role.DEPUTY)
    assert "Tue 17 Nov, 08:00" in head.get(f"/triage/{comment.id}/later").text

    head.post(f"/triage/{comment.id}/later", until="soon")

    assert "1 put off by you." in head.get("/triage").text
    assert "1 to decide" in deputy.get("/triage").text
    for _ in range(5):
        office.later(timedelta(minutes=25))
        page = head.get("/triage").text
    assert "1 to decide" in page


def test_what_was_put_off_can_be_had_back_at_once(office: Office) -> None:
    comment = an_insult(office)
    head = office.sign_in()
    head.post(f"/triage/{comment.id}/later", until="morning")

    head.post("/triage/take-up")

    assert "1 to decide" in head.get("/triage").text
    assert events(office, comment)[-1] == "put_off"


def test_where_somebody_may_be_at_risk_nothing_is_put_off(office: Office) -> None:
    comment = a_threat(office)
    head = office.sign_in()
    assert "Not now" not in head.get("/triage").text

    got = head.post(f"/triage/{comment.id}/later", until="morning")

    assert "Somebody may be at risk, so this cannot wait." in got.text
    assert "1 to decide" in got.text


def test_what_was_read_wrongly_is_kept_and_counted_and_changes_no_decision(office: Office) -> None:
    first, second = an_insult(office, "c1"), an_insult(office, "c2")
    head = office.sign_in()
    assert "An insult" in head.get(f"/triage/{first.id}/correct").text

    once = head.post(f"/triage/{first.id}/correct", wrong="insult", why="a nickname")
    twice = head.post(f"/triage/{second.id}/correct", wrong="insult")

    assert "Noted: not an insult. This is the first of its kind." in once.text
    assert "We have seen 2 like it." in twice.text
    assert office.latest(first).number == 1
    head.post(f"/triage/{first.id}/decide", answer="allow", after=1)
    with office.database.reading() as tx:
        (reviewed,) = cases.of_comment(tx, first.id)
    assert reviewed.correction is not None
    assert reviewed.correction.labels == (Label.CHILD_NAMED,)


def test_a_correction_of_nothing_is_told_so(office: Office) -> None:
    comment = an_insult(office)

    got = office.sign_in().post(f"/triage/{comment.id}/correct")

    assert got.status_code == 400
    assert "Please tick what is wrong." in got.text


def test_the_message_to_a_family_is_ready_and_names_no_child(office: Office) -> None:
    comment = a_kind_word(office)
    head = office.sign_in()
    assert "Tell the family…" in head.get("/triage").text

    page = head.get(f"/triage/{comment.id}/family").text
    assert "Alfie" not in page
    assert "Do not answer in public" in page

    head.post(f"/triage/{comment.id}/family")
    with office.database.reading() as tx:
        state = tasks.find_task(tx, f"{comment.id}:ask_family")
    assert state is not None
    assert state.closed_by == HEAD


def test_no_family_is_told_of_an_insult(office: Office) -> None:
    comment = an_insult(office)
    head = office.sign_in()

    assert "Tell the family" not in head.get("/triage").text
    assert head.get(f"/triage/{comment.id}/family").status_code == 404


def test_a_block_says_what_cannot_be_undone_and_waits_ten_seconds(office: Office) -> None:
    comment = an_insult(office)
    head = office.sign_in()
    asked = head.get(f"/triage/{comment.id}/block").text
    assert "A person can take the block back in YouTube Studio, not the removal." in asked
    assert "30 days" in asked

    gone = head.post(f"/triage/{comment.id}/block", after=1, until="days", why="again and again")

    assert "You chose: Hide, and block the author." in head.get(gone.headers["location"]).text
    with office.database.reading() as tx:
        assert actions.unplanned(tx, 10, now=office.now) == []
        (ban,) = bans.in_force(tx, [("youtube", "u-pat")], office.now)["youtube", "u-pat"]
    assert ban.until == office.now + timedelta(days=30)
    assert (ban.by, ban.why) == (Person(HEAD), "again and again")

    head.post("/triage/undo", case=f"{comment.id}.2")
    with office.database.reading() as tx:
        assert bans.in_force(tx, [("youtube", "u-pat")], office.now) == {}


def test_a_block_asks_for_a_fresh_passkey(office: Office) -> None:
    comment = an_insult(office)
    head = office.sign_in()
    office.later(6 * MINUTE)

    for got in (
        head.get(f"/triage/{comment.id}/block"),
        head.post(f"/triage/{comment.id}/block", after=1, until="open", why="x"),
    ):
        assert got.status_code == 303
        assert got.headers["location"].startswith("/confirm?next=")
    assert office.latest(comment).number == 1


def test_a_block_until_a_day_that_is_past_is_refused(office: Office) -> None:
    comment = an_insult(office)
    head = office.sign_in()

    for day in ("2026-11-01", "", "tomorrow"):
        got = head.post(f"/triage/{comment.id}/block", after=1, until="day", day=day, why="x")
        assert got.status_code == 400
        assert "Nothing was changed." in got.text
    assert office.latest(comment).number == 1


def test_a_block_after_a_colleague_decided_changes_nothing(office: Office) -> None:
    comment = an_insult(office)
    head, deputy = office.sign_in(), office.sign_in(Role.DEPUTY)
    deputy.post(f"/triage/{comment.id}/decide", answer="allow", after=1)

    got = head.post(f"/triage/{comment.id}/block", after=1, until="open", why="x")

    assert "Mr Oyelaran was quicker, at 12:00: Keep visible." in got.text
    assert office.latest(comment).number == 2


def raised(office: Office) -> list[int]:
    with office.database.transaction() as tx:
        return [alert.number for alert in alerts.raise_new(tx, office.now, MINUTE)]


def still_rings(office: Office) -> int:
    with office.database.reading() as tx:
        return len(alerts.open_alerts(tx))


def test_a_push_leads_to_the_cases_of_its_alert(office: Office) -> None:
    an_insult(office)
    urgent = a_threat(office)
    (number,) = raised(office)

    desk = office.sign_in()
    assert desk.get("/alerts").headers["Location"] == f"/alerts/{number}"
    page = desk.get(f"/alerts/{number}").text

    assert f"/triage/{urgent.id}/decide" in page
    assert "muppet" not in page


def test_an_alert_that_somebody_looked_after_leads_to_the_queue(office: Office) -> None:
    assert office.sign_in().get("/alerts").headers["Location"] == "/triage"
    page = office.sign_in().get("/alerts/7")

    assert page.status_code == 200
    assert "Somebody has looked after that alert already." in page.text
    assert office.sign_in().get("/alerts/99999999999999999999").status_code == 200


def test_looking_at_an_urgent_card_ends_the_ringing_but_no_get_does(office: Office) -> None:
    comment = a_threat(office)
    raised(office)
    head = office.sign_in()

    page = head.get("/triage").text
    assert f'hx-post="/triage/{comment.id}/seen"' in page
    assert still_rings(office) == 1

    assert head.post(f"/triage/{comment.id}/seen", headers=HTMX).status_code == 204
    assert still_rings(office) == 0


def test_without_javascript_the_decision_ends_the_ringing(office: Office) -> None:
    comment = a_threat(office)
    raised(office)

    office.sign_in().post(f"/triage/{comment.id}/decide", answer="hide", after=1)

    assert still_rings(office) == 0


def test_staff_who_look_do_not_end_the_ringing(office: Office) -> None:
    comment = a_threat(office)
    raised(office)
    staff = office.sign_in(Role.STAFF)

    assert "/seen" not in staff.get("/triage").text
    staff.post(f"/triage/{comment.id}/words")
    assert still_rings(office) == 1


def test_a_page_that_is_open_hears_of_new_urgent_cases_and_of_nothing_else(office: Office) -> None:
    head = office.sign_in()
    since = int(office.now.timestamp())
    office.later(15 * SECOND)
    an_insult(office)
    assert head.get(f"/triage/live?since={since}&known=0").status_code == 204

    a_threat(office, "u1")
    a_threat(office, "u2")
    told = head.get(f"/triage/live?since={since}&known=0")

    assert "2 new urgent cases – show" in told.text
    assert f"since={since}&amp;known=2" in told.text
    assert head.get(f"/triage/live?since={since}&known=2").status_code == 204


def test_a_page_that_asks_with_odd_times_is_answered(office: Office) -> None:
    a_threat(office)
    head = office.sign_in()

    assert head.get("/triage/live?since=-5&known=0").status_code == 200
    assert head.get("/triage/live?since=99999999999999&known=0").status_code == 204


def test_hostile_words_never_become_markup(office: Office) -> None:
    office.waits("h1", '<script>alert(1)</script>"><img src=x onerror=alert(1)> \u202egnp.exe')
    head = office.sign_in()

    page = head.get("/triage").text

    assert "<script>alert" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert "\u202e" not in page


def test_a_comment_decided_on_already_says_so_and_can_be_decided_anew(office: Office) -> None:
    comment = an_insult(office)
    head = office.sign_in()
    head.post(f"/triage/{comment.id}/decide", answer="hide", after=1)

    page = head.get(f"/triage/{comment.id}").text
    assert "Decided" in page
    head.post(f"/triage/{comment.id}/decide", answer="allow", after=2)

    assert office.latest(comment).ruling is Ruling.ALLOW
    with office.database.reading() as tx:
        assert [each.ruling for each in decisions.history(tx, comment.id)] == [Ruling.HIDE, Ruling.HIDE, Ruling.ALLOW]
