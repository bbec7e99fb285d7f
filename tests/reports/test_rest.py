"""A rest from the reports: whose letter it is, how long it lasts, who is told, and that nothing piles up meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from moderator.reports.rest import LONGEST, LastReader, rest
from moderator.reports.send import Letters, put_due
from moderator.reports.way_out import LASTS, WayOut, read_token, token_of
from moderator.settings.mail import Person
from moderator.store import mails, pauses
from moderator.store.database import Database
from tests.reports.made import DAY, DEPUTY_MAIL, HEAD_MAIL, WEEK, Life, london, school_letters

KEY = "5a" * 32
HEAD, DEPUTY = HEAD_MAIL.address, DEPUTY_MAIL.address
BEGAN = london("2026-10-05 09:00")
MONDAY = london("2026-11-02 07:30")
"""A Monday on which the report is due."""


@pytest.fixture
def watched(life: Life) -> Database:
    """A school that was watched for weeks."""
    life.begin(BEGAN)
    return life.database


def told_on(database: Database, letters: Letters, now: datetime) -> dict[str, list[str]]:
    """What the daemon puts into the outbox at this time: weeks by recipient."""
    found: dict[str, list[str]] = {}
    for mail in put_due(database, letters, now):
        found.setdefault(mail.recipient, []).append(mail.key)
    return found


def rests(
    database: Database, letters: Letters, address: str, until: datetime, now: datetime, kind: str = "weekly"
) -> list[str]:
    with database.transaction() as tx:
        return [each.address for each in rest(tx, letters.settings, address, kind, until, now)]


def written(database: Database, kind: str = "rest") -> list[EmailMessage]:
    """The letters of a kind that wait in the outbox, as they will be sent."""
    with database.reading() as tx:
        waiting = mails.due(tx, london("2030-01-01 00:00"), kind)
    read = [message_from_bytes(mail.body, policy=policy.default) for mail in waiting]
    return [message for message in read if isinstance(message, EmailMessage)]


# The link of a letter.


def test_the_link_tells_whose_letters_of_what_kind_and_no_longer_than_a_term() -> None:
    token = token_of(KEY, WayOut(HEAD, "weekly"), MONDAY)

    assert read_token(KEY, token, MONDAY) == WayOut(HEAD, "weekly")
    assert read_token(KEY, token, MONDAY + LASTS) == WayOut(HEAD, "weekly")
    assert read_token(KEY, token, MONDAY + LASTS + DAY) is None


def test_nobody_makes_a_link_for_somebody_else() -> None:
    own, others = token_of(KEY, WayOut(HEAD, "weekly"), MONDAY), token_of(KEY, WayOut(DEPUTY, "weekly"), MONDAY)
    told, seal = own.split(".")
    forged = [
        f"{others.split('.')[0]}.{seal}",
        f"{told}.{others.split('.')[1]}",
        token_of("6b" * 32, WayOut(HEAD, "weekly"), MONDAY),
        told,
        f"{told}.",
        f".{seal}",
        f"{told[:-1]}A.{seal}",
        "",
        "é.ü",
        "a.b.c",
        "x" * 5000,
    ]
    assert [read_token(KEY, each, MONDAY) for each in forged] == [None] * len(forged)


def test_every_letter_carries_a_link_of_its_own(watched: Database, tmp_path: Path) -> None:
    letters = school_letters(tmp_path)
    settings = letters.settings
    letters = Letters(
        replace(settings, mail=replace(settings.mail, page="https://moderation.school.example")), letters.policy
    )

    put_due(watched, letters, MONDAY)

    for letter in written(watched, "weekly"):
        link = letter["List-Unsubscribe"].strip("<>")
        assert link.startswith("https://moderation.school.example/reports/pause/")
        whose = read_token(settings.audit_key, link.rpartition("/")[2], MONDAY)
        assert whose == WayOut(letter["To"].addresses[0].addr_spec, "weekly")
        assert "List-Unsubscribe-Post" not in letter, "no machine ends it by one click"


# A rest.


def test_who_rests_is_passed_over_and_finds_no_pile_afterwards(watched: Database, letters: Letters) -> None:
    both = told_on(watched, letters, MONDAY)
    assert both == {HEAD: ["weekly 2026-W44"], DEPUTY: ["weekly 2026-W44"]}

    rests(watched, letters, HEAD, MONDAY + 2 * WEEK - DAY / 2, MONDAY + DAY)

    assert told_on(watched, letters, MONDAY + WEEK) == {DEPUTY: ["weekly 2026-W45"]}
    assert told_on(watched, letters, MONDAY + WEEK + DAY) == {}
    back = told_on(watched, letters, MONDAY + 2 * WEEK)
    assert back == {HEAD: ["weekly 2026-W46"], DEPUTY: ["weekly 2026-W46"]}
    assert told_on(watched, letters, MONDAY + 3 * WEEK)[HEAD] == ["weekly 2026-W47"]


def test_who_rests_again_gets_no_pile_of_the_first_rest_either(watched: Database, letters: Letters) -> None:
    told_on(watched, letters, MONDAY)
    rests(watched, letters, HEAD, MONDAY + 2 * WEEK - DAY / 2, MONDAY + DAY)
    told_on(watched, letters, MONDAY + WEEK)

    rests(watched, letters, HEAD, MONDAY + 3 * WEEK + DAY, MONDAY + WEEK + DAY)

    assert HEAD not in told_on(watched, letters, MONDAY + WEEK + 2 * DAY)
    assert HEAD not in told_on(watched, letters, MONDAY + 2 * WEEK)
    assert told_on(watched, letters, MONDAY + 4 * WEEK)[HEAD] == ["weekly 2026-W48"]


def test_a_rest_that_was_ended_early_leaves_no_pile_and_counts_once(watched: Database, letters: Letters) -> None:
    told_on(watched, letters, MONDAY)
    rests(watched, letters, HEAD, MONDAY + 4 * WEEK, MONDAY + DAY)
    told_on(watched, letters, MONDAY + WEEK)
    with watched.transaction() as tx:
        assert [each.address for each in pauses.in_force(tx, MONDAY + WEEK)] == [HEAD]
        assert pauses.resume(tx, HEAD, "weekly", "Mr Kowalczyk", MONDAY + WEEK + DAY)
        assert not pauses.resume(tx, HEAD, "weekly", "Mr Kowalczyk", MONDAY + WEEK + DAY), "once is enough"
        assert not pauses.resume(tx, "nobody@school.example", "weekly", "Mr Kowalczyk", MONDAY)

    assert HEAD not in told_on(watched, letters, MONDAY + WEEK + 2 * DAY)
    assert told_on(watched, letters, MONDAY + 2 * WEEK)[HEAD] == ["weekly 2026-W46"]


def test_the_others_are_told_by_letter_once_however_often_it_is_asked_for(watched: Database, letters: Letters) -> None:
    until = london("2026-11-17 00:00")
    assert rests(watched, letters, HEAD, until, MONDAY) == [DEPUTY]
    assert rests(watched, letters, HEAD, until, MONDAY + timedelta(seconds=30)) == [DEPUTY]

    (letter,) = written(watched)

    assert letter["To"].addresses[0].addr_spec == DEPUTY
    assert letter["Subject"].endswith(f"{HEAD} gets no weekly moderation report before 17 November")
    said = " ".join(letter.get_content().split())
    assert "It comes again from 17 November 2026. You still get yours." in said


def test_the_last_reader_gets_no_rest(watched: Database, letters: Letters) -> None:
    rests(watched, letters, HEAD, MONDAY + 2 * WEEK, MONDAY)

    with pytest.raises(LastReader, match="Nobody else gets the weekly summary"):
        rests(watched, letters, DEPUTY, MONDAY + 2 * WEEK, MONDAY + DAY)

    assert told_on(watched, letters, MONDAY + WEEK) == {DEPUTY: ["weekly 2026-W45"]}
    # Once the first is back, the second may.
    assert rests(watched, letters, DEPUTY, MONDAY + 5 * WEEK, MONDAY + 3 * WEEK) == [HEAD]


def test_a_rest_is_eight_weeks_long_at_the_most(watched: Database, letters: Letters) -> None:
    rests(watched, letters, HEAD, MONDAY + 300 * WEEK, MONDAY)
    with watched.reading() as tx:
        assert pauses.covers(tx, HEAD, "weekly", MONDAY + LONGEST - DAY)
        assert not pauses.covers(tx, HEAD, "weekly", MONDAY + LONGEST)
        assert pauses.in_force(tx, MONDAY + LONGEST) == []


def test_a_governor_rests_from_the_totals_alone_and_the_school_is_told(watched: Database, tmp_path: Path) -> None:
    governor = Person("Mrs Adeyemi", "chair@school.example")
    letters = school_letters(tmp_path, governors=(governor,))

    told = rests(watched, letters, governor.address, MONDAY + 2 * WEEK, MONDAY, "governors")

    assert told == [HEAD, DEPUTY]
    said = written(watched)[0].get_content()
    assert "asked for a rest from the half-termly totals for governors" in said
    assert "You still get" not in said
    with watched.reading() as tx:
        assert pauses.covers(tx, governor.address, "governors", MONDAY + WEEK)
        assert not pauses.covers(tx, governor.address, "weekly", MONDAY + WEEK)
