"""Every alert and digest is a letter of its own: mail servers drop one whose Message-ID they have seen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path

import pytest

from moderator.reports.alerts import BUNDLE
from moderator.reports.mail import new_message, packed, stable_id
from moderator.store import alerts, mails
from moderator.store.database import Database
from tests.conftest import MINUTE
from tests.databases import make_tables
from tests.reports.alert_fixtures import box, service
from tests.reports.alert_story import HEAD, Letterbox, Story, alert_settings, open_channels
from tests.reports.push_service import PushService

__all__ = ["box", "service"]

ONE = "1 urgent comment waits"


class Schools:
    """Schools of one trust: each has its own database and the id "school"; one person is told of them all."""

    def __init__(self, folder: Path, service: PushService, box: Letterbox) -> None:
        self.folder, self.service, self.box = folder, service, box
        self.opened: list[Database] = []

    def opens(self, name: str, file: str) -> Story:
        is_new = not (self.folder / file).exists()
        database = Database.open(f"sqlcipher:///{self.folder / file}", key="5a" * 32)
        if is_new:
            make_tables(database)
        self.opened.append(database)
        channels = open_channels(self.box, alert_settings(digest_at=(time(12, 20),)), school=f"school {name}")
        return Story(database, channels, self.service, self.box)

    def ids(self) -> list[str]:
        return [str(letter["Message-ID"]) for letter in self.box.letters]

    def close(self) -> None:
        for each in self.opened:
            each.close()


@pytest.fixture
def schools(tmp_path: Path, service: PushService, box: Letterbox) -> Iterator[Schools]:
    opened = Schools(tmp_path, service, box)
    yield opened
    opened.close()


def test_alerts_and_digests_of_two_schools_are_letters_of_their_own(schools: Schools) -> None:
    for story in (schools.opens("Valewood Primary", "one.db"), schools.opens("Ashgrove Primary", "two.db")):
        story.urgent()
        story.look()
        assert story.letters() == [f"head: {ONE}"]
        story.look(20 * MINUTE)  # The digest, and the alert once more.
        assert len(story.letters()) == 3
    assert len(schools.ids()) == len(set(schools.ids())) == 6


def test_after_a_restore_the_first_alert_is_no_letter_that_came_before(schools: Schools) -> None:
    before = schools.opens("Valewood Primary", "before.db")
    before.database.close()
    shutil.copy(schools.folder / "before.db", schools.folder / "backup.db")

    story = schools.opens("Valewood Primary", "before.db")
    story.urgent()
    story.look()
    restored = schools.opens("Valewood Primary", "backup.db")
    restored.now = story.now + timedelta(days=1)
    restored.urgent("c2")
    restored.look()

    assert story.letters() == restored.letters() == [f"head: {ONE}"]
    assert len(set(schools.ids())) == 2


def test_a_letter_that_waits_while_the_program_is_renewed_goes_once(schools: Schools) -> None:
    """As the version before wrote it: its key without the alert's beginning, its Message-ID without the school."""
    story = schools.opens("Valewood Primary", "own.db")
    story.urgent()
    mail, key = story.channels.mail, "alert 1.1"
    to = next(iter(story.channels.settings.contacts.values()))
    old_id = stable_id(mail, "alert", key, to.address)
    message = new_message(mail, to, ONE, old_id, story.now)
    message.set_content("Somebody may be at risk.\n")
    with story.database.transaction() as tx:
        (alert,) = alerts.raise_new(tx, story.now, BUNDLE)
        assert alerts.told(tx, alert, story.now, story.now + 15 * MINUTE, ["head"])
        assert mails.put(tx, packed(message, key, "alert", story.now))

    story.looks(14 * MINUTE, MINUTE)

    assert story.told == [(story.told[0][0], HEAD, ONE)]
    assert schools.ids() == [old_id]
