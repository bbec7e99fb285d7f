"""Letters reach the mail server once, whatever it does to them; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from moderator.errors import Refused, Unavailable
from moderator.reports.mail import BACKOFF, GIVE_UP_AFTER, Mailer, new_message, packed, send_due, stable_id
from moderator.settings.mail import Person
from moderator.store import mails
from moderator.store.database import Database
from moderator.store.mails import Mail, MailState, Posted
from moderator.store.tables import MailRow
from tests.reports.made import DAY, HEAD_MAIL, HOUR, MAIL, MINUTE, london
from tests.reports.post_office import PostOffice

MONDAY = london("2026-11-23 07:30")
Reopen = Callable[[], Database]


def a_mail(key: str = "weekly 2026-W47", to: Person = HEAD_MAIL, at: datetime = MONDAY) -> Mail:
    message_id = stable_id(MAIL, "school", key, to.address)
    message = new_message(MAIL, to, "Week 47", message_id, at)
    message.set_content("Nothing waits for you.\n")
    return packed(message, key, "weekly", at)


def put(database: Database, *letters: Mail) -> list[bool]:
    with database.transaction() as tx:
        return [mails.put(tx, letter) for letter in letters]


def posted(database: Database) -> list[Posted]:
    with database.reading() as tx:
        return mails.listed(tx)


def every_minute(database: Database, mailer: Mailer, since: datetime, until: datetime) -> None:
    """What the daemon does; the minutes in which nothing is due are left out."""
    at = since
    while at <= until:
        send_due(database, mailer, at)
        with database.reading() as tx:
            waiting = mails.due(tx, until + GIVE_UP_AFTER)
        at = max(at + MINUTE, min((mail.not_before for mail in waiting), default=until + MINUTE))


def test_a_letter_is_put_once_for_its_key_and_recipient(database: Database, reopen: Reopen) -> None:
    other = reopen()

    assert put(database, a_mail()) == [True]
    assert put(other, a_mail(at=MONDAY + HOUR)) == [False]
    assert put(other, a_mail(to=Person("", "deputy@school.example")), a_mail("weekly 2026-W48")) == [True, True]

    assert {(each.key, each.recipient) for each in posted(database)} == {
        ("weekly 2026-W47", "head@school.example"),
        ("weekly 2026-W47", "deputy@school.example"),
        ("weekly 2026-W48", "head@school.example"),
    }


def test_two_processes_that_see_the_same_letter_send_it_once(database: Database, reopen: Reopen) -> None:
    put(database, a_mail())
    with database.reading() as one, reopen().reading() as two:
        (first,), (second,) = mails.due(one, MONDAY), mails.due(two, MONDAY)

    with database.transaction() as tx:
        assert mails.take(tx, first, MONDAY)
    with reopen().transaction() as tx:
        assert not mails.take(tx, second, MONDAY)
        assert mails.due(tx, MONDAY + 9 * MINUTE) == []
        # Whoever took it and died leaves it to the others.
        assert [each.attempts for each in mails.due(tx, MONDAY + 10 * MINUTE)] == [1]


def test_a_letter_that_went_out_leaves_no_words_behind(database: Database, office: PostOffice, mailer: Mailer) -> None:
    put(database, a_mail())

    (sending,) = send_due(database, mailer, MONDAY)

    assert sending.went
    assert [taken.recipient for taken in office.taken] == ["head@school.example"]
    message = office.taken[0].message
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == a_mail().message_id
    (kept,) = posted(database)
    assert (kept.state, kept.attempts, kept.last_error) == (MailState.SENT, 1, "")
    with database.transaction() as tx:
        assert [row.body for row in tx.all(tx.mine(MailRow))] == [b""]
    assert send_due(database, mailer, MONDAY + DAY) == []


def test_a_server_that_is_down_for_three_days_gets_it_once_when_it_is_back(
    database: Database, office: PostOffice, mailer: Mailer
) -> None:
    office.close()
    put(database, a_mail())

    every_minute(database, mailer, MONDAY, MONDAY + 3 * DAY)
    (waiting,) = posted(database)
    assert waiting.state is MailState.WAITING
    assert f"127.0.0.1:{office.port} cannot be reached" in waiting.last_error
    office.open()
    every_minute(database, mailer, MONDAY + 3 * DAY, MONDAY + 4 * DAY)

    assert len(office.taken) == 1
    (kept,) = posted(database)
    assert kept.state is MailState.SENT
    assert kept.ended_at is not None
    assert kept.ended_at <= MONDAY + 3 * DAY + BACKOFF[-1]


def test_after_five_days_it_is_given_up_and_says_why(database: Database, office: PostOffice, mailer: Mailer) -> None:
    office.close()
    put(database, a_mail())

    every_minute(database, mailer, MONDAY, MONDAY + 7 * DAY)

    (kept,) = posted(database)
    assert kept.state is MailState.GIVEN_UP
    assert kept.ended_at == MONDAY + GIVE_UP_AFTER
    assert "cannot be reached" in kept.last_error
    office.open()
    assert send_due(database, mailer, MONDAY + 8 * DAY) == []
    assert office.taken == []


def test_a_machine_that_was_off_past_the_fifth_day_still_tries_once(database: Database, mailer: Mailer) -> None:
    put(database, a_mail())

    assert [sending.went for sending in send_due(database, mailer, MONDAY + 9 * DAY)] == [True]


def test_a_greylisted_letter_is_taken_at_a_later_try(database: Database, office: PostOffice, mailer: Mailer) -> None:
    answers = iter(["450 4.2.0 Greylisted", "450 4.2.0 Greylisted", ""])
    office.rcpt = lambda _address: next(answers)
    put(database, a_mail())

    (sending,) = send_due(database, mailer, MONDAY)
    assert sending.next_try_at == MONDAY + MINUTE
    assert "450 4.2.0 Greylisted" in sending.why
    every_minute(database, mailer, MONDAY, MONDAY + HOUR)

    assert len(office.taken) == 1
    (kept,) = posted(database)
    assert (kept.state, kept.attempts) == (MailState.SENT, 3)


def test_a_refused_letter_is_given_up_at_once_and_holds_up_no_other(
    database: Database, office: PostOffice, mailer: Mailer
) -> None:
    office.rcpt = lambda address: "550 5.1.1 No such user" if address.startswith("gone@") else ""
    put(database, a_mail(to=Person("", "gone@school.example")), a_mail())

    every_minute(database, mailer, MONDAY, MONDAY + DAY)

    assert [taken.recipient for taken in office.taken] == ["head@school.example"]
    refused = next(each for each in posted(database) if each.recipient.startswith("gone@"))
    assert (refused.state, refused.attempts) == (MailState.GIVEN_UP, 1)
    assert "550 5.1.1 No such user" in refused.last_error


def test_a_server_that_hangs_after_the_letter_is_left_and_tried_again(database: Database, office: PostOffice) -> None:
    office.data = "hang"
    put(database, a_mail())

    (sending,) = send_due(database, office.mailer(timeout_s=0.5), MONDAY)
    assert not sending.went
    assert "never said so" in sending.why
    office.data = ""
    every_minute(database, office.mailer(), MONDAY, MONDAY + HOUR)

    assert len(office.taken) == 1


def test_only_a_lost_250_may_repeat_a_letter_and_then_with_the_same_message_id(
    database: Database, office: PostOffice, mailer: Mailer
) -> None:
    office.data = "lose"
    put(database, a_mail())

    (sending,) = send_due(database, mailer, MONDAY)
    assert not sending.went
    office.data = ""
    every_minute(database, mailer, MONDAY, MONDAY + 2 * DAY)

    assert len(office.taken) == 2
    assert len({taken.message["Message-ID"] for taken in office.taken}) == 1
    assert office.taken[0].body == office.taken[1].body


@pytest.mark.parametrize(
    ("answer", "remedy"), [("451 4.3.0 Try later", Unavailable), ("554 5.7.1 Looks like spam", Refused)]
)
def test_what_the_server_says_of_the_letter_decides_what_is_done(
    office: PostOffice, mailer: Mailer, answer: str, remedy: type[Exception]
) -> None:
    office.data = answer

    with pytest.raises(remedy, match=answer[:9]):
        mailer.send(a_mail())


def test_a_login_or_an_encryption_that_the_server_does_not_know_is_told_and_tried_again(office: PostOffice) -> None:
    here = replace(MAIL, host="127.0.0.1", port=office.port)
    for settings, said in (
        (replace(here, security="starttls"), "does not offer"),
        (replace(here, user="moderation", password="canary-7f3a"), "does not offer"),
        (replace(here, security="tls"), "cannot be spoken to in safety"),
    ):
        with pytest.raises(Unavailable, match=said) as told:
            Mailer(settings).send(a_mail())
        assert "canary" not in str(told.value)
        assert "canary" not in repr(settings)
    assert office.taken == []


def test_a_header_takes_no_second_line() -> None:
    with pytest.raises(ValueError, match="Header values"):
        new_message(MAIL, HEAD_MAIL, "Week 47\r\nBcc: everyone@evil.example", "<a@b>", MONDAY)


def test_the_waits_between_two_tries_grow_and_are_the_same_every_time(
    database: Database, office: PostOffice, mailer: Mailer
) -> None:
    office.close()
    put(database, a_mail())
    at, waits = MONDAY, []
    for _ in range(10):
        (sending,) = send_due(database, mailer, at)
        assert sending.next_try_at is not None
        waits.append(sending.next_try_at - at)
        at = sending.next_try_at

    assert waits == [*BACKOFF, *(BACKOFF[-1],) * 2]
    assert sum(BACKOFF[:4], timedelta()) <= timedelta(minutes=31)
