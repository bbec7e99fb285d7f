"""The page for the safeguarding lead, taken away from the site: the same file as the command's, and written down alike."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from moderator.cli.record import export
from moderator.domain import Comment
from moderator.policy.authority import Role
from moderator.store import audit, evidence
from moderator.store.chain import Event
from tests.web.browser import Window
from tests.web.office import NAMES, Desk, Office
from tests.web.queue_made import THREAT, a_threat
from tests.web.test_guard import everything

LEAD = NAMES[Role.SAFEGUARDING_LEAD]


def path_of(comment: Comment) -> str:
    return f"/comments/{comment.id}/handover"


def exports(office: Office, comment: Comment) -> list[Event]:
    with office.database.reading() as tx:
        return [each for each in audit.trail(tx, comment.id) if each.event == "handover_exported"]


def test_the_page_says_what_the_file_holds_and_no_word_of_the_comment(office: Office) -> None:
    comment = a_threat(office)
    desk = office.sign_in(Role.SAFEGUARDING_LEAD)
    before = everything(office.database)

    page = desk.get(path_of(comment)).text

    assert "In immediate danger ring 999 first" in page
    assert "What it holds" in page
    assert "Taken before" not in page
    assert "The program saw nobody at risk" not in page
    assert THREAT not in page
    assert everything(office.database) == before


def test_the_file_is_the_whole_case_to_be_kept_elsewhere_and_that_it_was_taken_is_written_down(office: Office) -> None:
    comment = a_threat(office)
    desk = office.sign_in(Role.SAFEGUARDING_LEAD)

    answer = desk.post(path_of(comment))

    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="handover-{comment.id}.html"'
    assert answer.headers["cache-control"] == "no-store"
    assert "CONFIDENTIAL: SAFEGUARDING RECORD" in answer.text
    assert THREAT in answer.text
    assert f"<bdi>{LEAD}" in answer.text
    (event,) = exports(office, comment)
    assert (event.actor, event.facts) == (LEAD, {"sha256": sha256(answer.content).hexdigest()})
    assert f"<bdi>{LEAD}</bdi>" in desk.get(path_of(comment)).text.partition("Taken before")[2]
    with office.database.reading() as tx:
        assert [each.text for each in evidence.load(tx, comment.id)] == [THREAT]


def test_the_command_makes_the_same_page(office: Office, tmp_path: Path) -> None:
    comment = a_threat(office)
    by_page = office.sign_in(Role.SAFEGUARDING_LEAD).post(path_of(comment)).text

    told = export(office.settings, office.database, comment.id, tmp_path / "case.zip", LEAD, office.now, True)

    by_command = Path(told["handover"]).read_text(encoding="utf-8")
    proof = "<h2>9. Proof</h2>"  # Tells how many events there were.
    assert proof in by_page
    assert by_page.partition(proof)[0] == by_command.partition(proof)[0]
    assert len(exports(office, comment)) == 2


def test_where_nobody_seemed_at_risk_the_page_says_so_and_makes_it_all_the_same(office: Office) -> None:
    comment = office.waits()
    desk = office.sign_in()
    assert "The program saw nobody at risk in this comment." in desk.get(path_of(comment)).text
    assert f"{NAMES[Role.HEAD]} asks for this page and knows why." in desk.post(path_of(comment)).text


def test_it_asks_for_a_passkey_just_used_and_for_somebody_who_decides(office: Office) -> None:
    comment = a_threat(office)

    def answers(desk: Desk) -> list[int]:
        return [desk.get(path_of(comment)).status_code, desk.post(path_of(comment)).status_code]

    assert answers(office.sign_in(Role.STAFF)) == [403, 403]
    assert answers(office.sign_in(Role.IT)) == [403, 403]
    head = office.sign_in()
    office.later(timedelta(minutes=6))
    assert head.get(path_of(comment)).headers["location"].startswith("/confirm?next=%2Fcomments%2F")
    assert head.post(path_of(comment)).headers["location"].startswith("/confirm?next=%2Fcomments%2F")
    assert exports(office, comment) == []


def test_a_comment_that_is_not_there_is_no_page_and_leaves_no_trace(office: Office) -> None:
    desk = office.sign_in()
    assert [desk.get("/comments/none/handover").status_code, desk.post("/comments/none/handover").status_code] == [
        404,
        404,
    ]


def test_it_reads_well_on_a_phone_and_the_file_comes_as_a_download(office: Office, phone: Window) -> None:
    comment = a_threat(office)
    page = phone.open(path_of(comment), as_=office.sign_in())
    assert (phone.axe(), phone.is_wider_than_its_window()) == ([], False)

    with page.expect_download() as taken:
        page.get_by_role("button", name="Download the page").click()

    assert taken.value.suggested_filename == f"handover-{comment.id}.html"
    assert phone.complaints == []
