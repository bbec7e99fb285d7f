"""Urgent cases reach somebody, again and again until they are opened, and nothing else rings at night."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta

import pytest

from moderator.domain import Ruling
from moderator.errors import LoginExpired
from moderator.platforms.base import Page
from moderator.policy.duty import Duty
from moderator.privacy.erase import apply_tombstones
from moderator.reports.alerts import digest_slot
from moderator.store import accounts, alerts, audit, comments
from tests.conftest import MINUTE, NOON
from tests.reports.alert_fixtures import box, service, story
from tests.reports.alert_story import HEAD, WORDS, Story
from tests.reports.push_service import PushService
from tests.store.made import ACCOUNT, PAT, a_comment

__all__ = ["box", "service", "story"]

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
NIGHT = NOON.replace(hour=2)
ONE = "1 urgent comment waits"


def test_an_urgent_comment_is_told_at_the_next_look_by_push_and_by_letter(story: Story) -> None:
    phone = story.subscribed(confirmed=False)
    story.urgent()
    looked = story.look(5 * SECOND)

    assert phone.read() == [{"severity": "urgent", "urgent": 1, "waiting": 1}]
    assert story.letters() == [f"head: {ONE}"]
    assert looked.raised == [1]
    assert looked.told == [(1, 1)]


def test_what_is_not_urgent_rings_nobody(story: Story) -> None:
    phone = story.subscribed()
    story.decided("c1", Ruling.HIDE)
    story.decided("c2", Ruling.QUEUE)
    story.looks(2 * HOUR, 10 * MINUTE)

    assert phone.asked() == 0
    assert story.letters() == []


def test_a_push_that_is_known_to_arrive_needs_no_letter_beside_it_the_first_time(story: Story) -> None:
    phone = story.subscribed(confirmed=True)
    story.urgent()
    story.look(5 * SECOND)
    assert phone.asked() == 1
    assert story.letters() == []

    story.look(15 * MINUTE)  # Pushes can fall silent: the second time a letter goes too.
    assert phone.asked() == 2
    assert story.letters() == [f"head: {ONE}"]


ESCALATION = [
    (0, "head"),
    (15, "head"),
    (30, "head"),
    (30, "deputy"),
    (30, "lead"),
    (90, "head"),
    (90, "deputy"),
    (90, "lead"),
    (150, "head"),
    (150, "deputy"),
    (150, "lead"),
]


@pytest.mark.parametrize("begins", [NOON, NIGHT], ids=["at noon", "at night"])
def test_it_is_told_again_and_then_to_everybody_until_somebody_opens_it(story: Story, begins: datetime) -> None:
    story.now = begins
    story.urgent()
    story.look()
    story.looks(timedelta(minutes=160), MINUTE)
    assert sorted((round((at - begins) / MINUTE), to.partition("@")[0]) for at, to, _ in story.told) == sorted(
        ESCALATION
    )

    with story.database.transaction() as tx:
        assert alerts.seen(tx, 1, "Mr Example", story.now)
        assert not alerts.seen(tx, 1, "Mr Example", story.now)
    told = len(story.told)
    story.looks(3 * HOUR, 10 * MINUTE)
    assert len(story.told) == told


def test_a_decision_by_a_person_ends_it(story: Story) -> None:
    comment = story.urgent()
    story.look()
    story.person_decides(comment)
    assert [alert.opened_by for alert in story.look(MINUTE).opened] == ["Mrs Ravenscroft"]
    story.looks(2 * HOUR, 5 * MINUTE)
    assert story.letters() == [f"head: {ONE}"]


def test_of_two_cases_the_undecided_one_goes_on_calling(story: Story) -> None:
    first, _second = story.urgent("c1"), story.urgent("c2")
    story.look()
    story.person_decides(first)
    story.look(15 * MINUTE)
    assert story.letters() == ["head: 2 urgent comments wait", f"head: {ONE}"]


def test_deleting_or_softening_the_comment_opens_nothing(story: Story) -> None:
    comment = story.urgent()
    story.look()
    with story.database.transaction() as tx:
        (softer,) = comments.receive(tx, ACCOUNT, "comments", page_with(comment.native_id, "lovely day"), story.now)
    story.decided(softer.native_id, Ruling.ALLOW)
    story.look(15 * MINUTE)
    assert story.letters() == [f"head: {ONE}", f"head: {ONE}"]


def test_an_edit_calls_anew_only_once_the_earlier_form_was_opened(story: Story) -> None:
    comment = story.urgent()
    story.look()
    story.edited("c1", WORDS + " again")
    story.look(MINUTE)
    assert story.open_numbers() == [1]

    story.person_decides(comment)
    story.look(MINUTE)
    assert story.open_numbers() == []
    story.edited("c1", WORDS + " and again")
    story.look(MINUTE)
    assert story.open_numbers() == [2]


def test_several_within_a_minute_are_one_alert_and_the_late_ones_are_told_together(story: Story) -> None:
    story.urgent("c1")
    story.look()
    for number in range(2, 6):
        story.now += 5 * SECOND
        story.urgent(f"c{number}")
        story.look()
    story.looks(MINUTE, 5 * SECOND)

    assert story.open_numbers() == [1]
    assert story.letters() == [f"head: {ONE}", "head: 5 urgent comments wait"]
    at = [at for at, _, _ in story.told]
    assert at[1] - at[0] <= MINUTE
    story.urgent("c6")
    story.look(2 * MINUTE)
    assert story.open_numbers() == [1, 2]


def test_alerts_that_are_due_together_are_told_in_one_message(story: Story) -> None:
    for number in range(3):
        story.urgent(f"c{number}")
        story.look(2 * MINUTE)
    story.told.clear()
    story.look(40 * MINUTE)
    assert story.letters() == ["head: 3 urgent comments wait"]


def test_after_the_machine_was_off_it_is_told_once_and_not_for_every_missed_time(story: Story) -> None:
    story.urgent()
    story.look()
    story.look(9 * HOUR)
    story.look(MINUTE)
    assert story.letters() == [f"head: {ONE}", f"head: {ONE}"]


def test_where_the_head_cannot_be_reached_the_others_are_told_at_once(story: Story) -> None:
    contacts = dict(story.channels.settings.contacts)
    del contacts[next(role for role in contacts if contacts[role].address == HEAD)]
    story.with_settings(contacts=contacts)
    story.urgent()
    story.look()
    assert sorted(story.letters()) == [f"deputy: {ONE}", f"lead: {ONE}"]


def test_no_message_holds_a_word_or_a_handle_and_the_trail_says_who_was_told(story: Story) -> None:
    comment = story.urgent()
    story.subscribed(confirmed=False)
    story.looks(40 * MINUTE, 5 * MINUTE)
    written = "".join(letter.as_string() for letter in story.box.letters)
    for word in ("stepdad", "pat_larkin", "Pat", comment.id, comment.native_id + "\n"):
        assert word not in written
    with story.database.transaction() as tx:
        assert [event.event for event in audit.trail(tx, comment.id)] == ["received", "decided", "alert_raised"]
        told = [event.facts for event in audit.trail(tx, "") if event.event == "alert_told"]
    assert [(facts["step"], facts["to"]) for facts in told] == [
        (1, "head"),
        (2, "head"),
        (3, "head,deputy,safeguarding_lead"),
    ]


DIGESTS = [
    # (begins, times, when letters come within a day, why)
    (NOON.replace(hour=6), ("08:00", "15:30"), ["08:00", "15:30"], "school time is UTC in winter"),
    (
        datetime.fromisoformat("2026-07-06T05:00:00+00:00"),
        ("08:00", "15:30"),
        ["07:00", "14:30"],
        "and an hour ahead in summer",
    ),
    (NOON.replace(hour=6), ("06:30",), ["07:00"], "in quiet hours it waits for their end"),
    (NOON.replace(hour=6), ("22:00",), [], "so late that their end is too far"),
    (NOON.replace(hour=10), ("08:00",), ["10:05"], "the machine was off for two hours"),
    (NOON.replace(hour=12), ("08:00",), [], "the machine was off for longer"),
    (NOON.replace(hour=6), (), [], "none asked for"),
]


@pytest.mark.parametrize(("begins", "times", "expected"), [pytest.param(*row, id=why) for *row, why in DIGESTS])
def test_the_rest_waits_for_a_digest(
    story: Story, begins: datetime, times: tuple[str, ...], expected: list[str]
) -> None:
    story.with_settings(digest_at=tuple(time.fromisoformat(each) for each in times))
    story.now = begins
    story.decided("c1", Ruling.HIDE)
    story.decided("c2", Ruling.QUEUE)
    story.looks(timedelta(hours=16), 5 * MINUTE)
    assert [f"{at:%H:%M}" for at, _, _ in story.told] == expected
    assert set(story.letters()) <= {"head: 2 comments wait"}


def test_no_digest_is_sent_when_nothing_waits_and_none_when_something_comes_later(story: Story) -> None:
    story.with_settings(digest_at=(time(8),))
    story.now = NOON.replace(hour=7, minute=55)
    story.decided("c1", Ruling.ALLOW)
    story.looks(10 * MINUTE, MINUTE)
    story.decided("c2", Ruling.QUEUE)
    story.looks(HOUR, 5 * MINUTE)
    assert story.letters() == []


def test_the_hour_that_comes_twice_brings_one_digest() -> None:
    twice = [datetime.fromisoformat(f"2026-10-25T{at}:00+00:00") for at in ("00:30", "01:30")]
    assert [digest_slot([time(1, 30)], Duty(), now) for now in twice] == ["2026-10-25 01:30"] * 2


def test_an_alert_about_comments_that_were_erased_rings_no_more(story: Story) -> None:
    """As after a restore: the backup has the alert, and the erasures that were asked for since are applied to it."""
    story.urgent("c1")
    story.urgent("c2")
    story.look()
    erasure = {"at": story.now.isoformat(), "platform": ACCOUNT.platform, "author_native_id": PAT.native_id}
    assert story.letters() == ["head: 2 urgent comments wait"]

    with story.database.transaction() as tx:
        assert apply_tombstones(tx, [json.dumps(erasure | {"school": tx.school_id, "by": "A, B", "why": ""})]) == 2
    looked = story.look(16 * MINUTE)
    story.looks(2 * HOUR, 15 * MINUTE)

    assert [(alert.number, alert.opened_by) for alert in looked.opened] == [(1, "moderator")]
    assert story.open_numbers() == []
    assert story.letters() == ["head: 2 urgent comments wait"]
    story.urgent("c3", text="and my stepdad again")
    assert story.look().raised == [2]


def feed(story: Story, error: str | None, at: datetime) -> None:
    with story.database.transaction() as tx:
        accounts.remember(tx, ACCOUNT)
        comments.mark_read(tx, ACCOUNT.id, "comments", at, error)


def test_an_outage_is_told_once_when_it_begins_and_once_when_it_ends(story: Story) -> None:
    feed(story, None, story.now)
    for minute in range(60):
        # Good for a moment between two failures is no end.
        feed(story, "no route" if minute < 40 and minute != 20 else None, story.now)
        story.look(MINUTE)
    assert story.letters() == [
        "head: The account youtube cannot be read",
        "head: The account youtube can be read again",
    ]
    assert "16 November 2026, 12:01 to 16 November 2026, 12:41" in story.box.letters[1].get_content().replace("\n", " ")


def test_that_an_account_is_paused_is_told_though_the_mail_server_was_off_for_days(story: Story) -> None:
    feed(story, None, story.now)
    with story.database.transaction() as tx:
        accounts.pause(tx, ACCOUNT.id, "the token was revoked", None, story.now)
    story.box.refuses = "451 later"
    story.looks(4 * 24 * HOUR, 2 * HOUR)
    assert story.letters() == []

    story.box.refuses = ""
    story.looks(24 * HOUR, 2 * HOUR)
    assert story.letters() == ["head: The account youtube is paused"]


def test_a_short_failure_is_not_told(story: Story) -> None:
    for minute in range(60):
        feed(story, "no route" if minute % 20 < 5 else None, story.now)
        story.look(MINUTE)
    assert story.letters() == []


def test_what_began_at_night_is_told_in_the_morning_in_one_letter_if_it_is_over(story: Story) -> None:
    story.now = NOON.replace(hour=1)
    for quarter in range(28):
        feed(story, "no route" if quarter < 12 else None, story.now)
        story.look(15 * MINUTE)
    assert [(f"{at:%H:%M}", subject) for at, _, subject in story.told] == [
        ("07:00", "The account youtube can be read again")
    ]


def test_an_expired_login_is_told_at_once_and_its_mending_too(story: Story) -> None:
    feed(story, None, story.now)
    with story.database.transaction() as tx:
        accounts.pause(tx, ACCOUNT.id, str(LoginExpired("the token was revoked")), None, story.now)
    story.looks(20 * MINUTE, MINUTE)
    with story.database.transaction() as tx:
        accounts.resume(tx, ACCOUNT.id, story.now)
    story.looks(20 * MINUTE, MINUTE)
    assert story.letters() == [
        "head: The account youtube is paused",
        "head: The account youtube can be read again",
    ]


def test_the_dead_mans_ping_comes_while_accounts_are_read_and_ends_when_they_are_not(
    story: Story, service: PushService
) -> None:
    story.with_settings(ping_url=f"{service.base}/ping")
    story.look(MINUTE)
    assert service.pings == []  # Nothing was ever read.
    for _ in range(30):
        feed(story, None, story.now)
        story.look(MINUTE)
    assert len(service.pings) == 6
    story.looks(HOUR, MINUTE)
    assert len(service.pings) == 8  # The last two, until nothing was read for ten minutes.
    feed(story, None, story.now)
    service.troubles["/ping"].status = 500
    assert story.look(MINUTE).ping_failed


def page_with(native_id: str, text: str) -> Page:
    return Page(comments=(a_comment(native_id, text, edited_at=NOON),), posts=(), cursor=None)
