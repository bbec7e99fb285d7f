"""Health: whether everything is watched, what is quiet for the wrong reason, what waits, and that no word of a comment is shown."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from moderator.domain import Account, Ruling
from moderator.policy.authority import Role
from moderator.reports.mail import new_message, packed
from moderator.settings.mail import Person
from moderator.store import accounts, audit, comments, mails, pushes
from moderator.store.mails import Mail
from moderator.store.pushes import Channel, Send, SendState, Subscription
from tests.reports.made import MAIL
from tests.store.made import ACCOUNT
from tests.web.office import NAMES, Office, open_office
from tests.web.queue_made import THREAT, UNKIND, a_threat, an_insult

MINUTE = timedelta(minutes=1)


def read(office: Office, account: str = ACCOUNT.id) -> None:
    """The daemon reads the account to its end."""
    with office.database.transaction() as tx:
        comments.mark_read(tx, account, "comments", office.now, None)


def health(office: Office, role: Role = Role.IT) -> str:
    """The page as it is read: without markup, spaces run together."""
    page = office.sign_in(role).get("/health")
    assert page.status_code == 200
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def a_letter(office: Office, key: str = "weekly 2026-W46") -> Mail:
    message = new_message(
        MAIL, Person("", "head@school.example"), "Week 46", f"<{key[-3:]}@school.example>", office.now
    )
    message.set_content("Nothing waits for you.\n")
    return packed(message, key, key.split()[0], office.now)


def test_what_was_read_just_now_is_watched(office: Office) -> None:
    read(office)
    page = health(office)
    assert "Everything is being watched." in page
    assert "YouTube @millbrook Read last read 12:00" in page
    assert "Never read yet." not in page


def test_an_account_that_fell_silent_is_told_first_with_what_to_do(office: Office) -> None:
    read(office)
    office.later(29 * MINUTE)
    assert "quiet for the wrong reason" not in health(office).lower()

    office.later(2 * MINUTE)
    page = health(office)

    assert "Not everything is being watched: YouTube." in page
    assert "Quiet for the wrong reason: nothing was read since. Ask IT: systemctl status moderator" in page
    assert page.index("Not everything") < page.index("What is watched") < page.index("Quiet for the wrong reason")


def test_a_platform_that_asks_to_be_left_alone_is_waited_for_and_the_page_says_until_when(office: Office) -> None:
    read(office)
    until = office.now + timedelta(minutes=45)
    with office.database.transaction() as tx:
        comments.mark_read(tx, ACCOUNT.id, "comments", office.now, "Too many calls at once.", until)
    page = health(office)
    assert "Waiting until 12:45, as the platform or your own limit asks: Too many calls at once." in page
    assert "Nothing is lost. It goes on by itself." in page


def test_a_failed_reading_and_a_paused_account_say_why(tmp_path: Path) -> None:
    other = Account("x", "x", "@millbrook", "9")
    also = '[[accounts]]\nid = "x"\nplatform = "x"\nhandle = "@millbrook"\nnative_id = "9"\ncredentials = "x.json"\n'
    with open_office(tmp_path, also) as office:
        read(office)
        with office.database.transaction() as tx:
            accounts.remember(tx, other)
            comments.mark_read(tx, ACCOUNT.id, "comments", office.now, "YouTube did not answer in time.")
            accounts.pause(tx, other.id, "its login has expired", office.now + timedelta(days=1), office.now)
        page = health(office)
    assert "The last reading failed: YouTube did not answer in time. It is tried again by itself." in page
    assert "Left alone: its login has expired" in page
    assert "Not everything is being watched: " in page


def test_a_school_whose_accounts_were_never_read_is_not_called_well(office: Office) -> None:
    page = health(office)
    assert "Not everything is being watched: YouTube." in page
    assert "Never read yet." in page
    assert "not yet until" not in page


def test_an_account_that_was_taken_out_of_the_settings_is_nobodys_worry(office: Office) -> None:
    with office.database.transaction() as tx:
        former = Account("instagram", "instagram", "@millbrook", "17")
        accounts.remember(tx, former)
        comments.mark_read(tx, former.id, "comments", office.now - timedelta(days=3), None)
    read(office)

    page = health(office)
    assert "Everything is being watched." in page
    assert "Instagram" not in page


def test_a_gap_in_watching_stays_to_be_seen(office: Office) -> None:
    read(office)
    office.later(timedelta(hours=5))
    assert "Times without watching, last 14 days (1)" in health(office)
    assert "YouTube: from 12:00 until now" in health(office)


def test_it_sees_how_things_stand_and_no_word_of_a_comment(office: Office) -> None:
    read(office)
    for comment in (an_insult(office), a_threat(office)):
        assert comment.id
    page = office.sign_in(Role.IT).get("/health").text
    assert "2 comments wait for a person." in re.sub(r"\s+", " ", page)
    for words in (THREAT, UNKIND, "Alfie", "muppet", "Pat Larkin", "@pat"):
        assert words not in page
    assert office.sign_in(Role.IT).get("/history").status_code == 403
    assert office.sign_in(Role.OTHER).get("/health").status_code == 403


def test_a_hidden_comment_that_waited_too_long_needs_somebody(office: Office) -> None:
    office.waits("c1", ruling=Ruling.HIDE)
    office.later(timedelta(days=5))
    assert "1 hidden comment has waited for a person longer than your policy allows." in health(office)


def test_the_outbox_shows_what_went_what_waits_and_what_never_arrived(office: Office) -> None:
    keys = ("weekly 2026-W44", "weekly 2026-W45", "weekly 2026-W46", "governors 2026-09-02/2026-10-23")
    with office.database.transaction() as tx:
        for key in keys:
            assert mails.put(tx, a_letter(office, key))
        gone, tried, lost, _ = (a_letter(office, key) for key in keys)
        assert mails.take(tx, tried, office.now)
        mails.sent(tx, gone, office.now)
        mails.failed(tx, tried, office.now + 5 * MINUTE, "451 the mailbox is full")
        mails.given_up(tx, lost, office.now, "550 no such mailbox")
    page = health(office)
    assert "Weekly summary 2026-W44 Sent 12:00 to head@school.example" in page
    assert "Weekly summary 2026-W45 Waiting, tried 1 time 12:05 to head@school.example 451 the mailbox is full" in page
    assert "Weekly summary 2026-W46 Not sent 12:00 to head@school.example 550 no such mailbox" in page
    assert "Governors’ totals 2026-09-02/2026-10-23 Waiting" in page
    assert "Nothing waits for you." not in page, "no words of a letter"


def test_phones_and_alerts_that_did_not_arrive_are_counted(office: Office) -> None:
    phone = Subscription("https://fcm.googleapis.com/1", "A" * 87, "A" * 22, NAMES[Role.HEAD], "head")
    send = Send("alert 1.1", Channel.PUSH, phone.id, "head", "urgent", 1, 1, office.now)
    with office.database.transaction() as tx:
        pushes.subscribe(tx, phone, office.now)
        pushes.put(tx, send)
        (taken,) = pushes.take_due(tx, office.now)
        pushes.end(tx, taken, SendState.FAILED, office.now, "410")
    page = health(office)
    assert "1 phone gets alerts." in page
    assert "1 alert did not reach a phone; a letter went instead." in page


def test_the_seal_of_the_record_can_be_compared_with_the_letters(office: Office) -> None:
    office.waits()
    page = health(office)
    with office.database.reading() as tx:
        head = audit.head(tx)
    assert f"{head.events} entries." in page
    assert head.link in page
