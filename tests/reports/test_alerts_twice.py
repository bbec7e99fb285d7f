"""Two daemons on the same data tell everything once; on both databases."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import time, timedelta

import pytest

from moderator.domain import Ruling
from moderator.reports.alerts import look
from moderator.reports.channels import KIND
from moderator.reports.mail import send_due
from moderator.store import accounts, alerts, comments
from tests.conftest import MINUTE
from tests.reports.alert_fixtures import box, service
from tests.reports.alert_story import Letterbox, Story, alert_settings, open_channels
from tests.reports.push_service import PushService
from tests.store.conftest import Reopen, database, postgresql, reopen, url
from tests.store.made import ACCOUNT

__all__ = ["box", "database", "postgresql", "reopen", "service", "url"]


@pytest.fixture
def two(reopen: Reopen, service: PushService, box: Letterbox) -> tuple[Story, Story]:
    """Two daemons that opened the same database."""
    channels = open_channels(box, alert_settings(digest_at=(time(12, 20),)))
    return Story(reopen(), channels, service, box), Story(reopen(), channels, service, box)


def together(two: tuple[Story, Story], after: timedelta) -> None:
    """Both look at the same moment."""
    start, failed = threading.Barrier(2), []

    def round_of(story: Story) -> None:
        try:
            story.now += after
            start.wait()
            look(story.database, story.channels, story.duty, story.now)
            send_due(story.database, story.channels.mailer, story.now, KIND)
        except Exception as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=round_of, args=(story,)) for story in two]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_two_daemons_tell_everything_once(two: tuple[Story, Story]) -> None:
    one, _other = two
    phone = one.subscribed(confirmed=False)
    dead = one.subscribed("deputy", confirmed=True)
    dead.answers(410)
    for number in range(3):
        one.urgent(f"c{number}")
    one.decided("c9", Ruling.QUEUE)
    with one.database.transaction() as tx:
        accounts.pause(tx, ACCOUNT.id, "the login expired", None, one.now)
    together(two, timedelta())
    for _ in range(6):
        together(two, 5 * MINUTE)
    with one.database.reading() as tx:
        (alert,) = alerts.open_alerts(tx)
    assert (alert.number, alert.cases, alert.step) == (1, 3, 3)
    # At once, after 15 minutes and after 30, and the digest.
    assert Counter(each["severity"] for each in phone.read()) == {"urgent": 3, "digest": 1}
    assert dead.asked() == 1
    told = Counter((str(each["To"].addresses[0].username), str(each["Subject"])) for each in one.box.letters)
    assert told == {
        ("head", "3 urgent comments wait"): 3,
        ("head", "4 comments wait"): 1,
        ("deputy", "3 urgent comments wait"): 1,
        ("lead", "3 urgent comments wait"): 1,
        ("deputy", "Alerts reach your phone no more"): 1,
        ("head", "The account youtube is paused"): 1,
    }


def test_the_end_of_an_outage_is_told_by_one_of_two(two: tuple[Story, Story]) -> None:
    one, _ = two
    for minute in range(30):
        with one.database.transaction() as tx:
            accounts.remember(tx, ACCOUNT)
            comments.mark_read(tx, ACCOUNT.id, "comments", one.now, "down" if minute < 20 else None)
        together(two, MINUTE)
    assert [str(each["Subject"]) for each in one.box.letters] == [
        "The account youtube cannot be read",
        "The account youtube can be read again",
    ]
