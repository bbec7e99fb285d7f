"""Class Dojo through the whole house: mails, CSV rows and a paste come in once, are judged like all others, and become tasks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col

from moderator.by_hand import how_done, late, paste, prove, said_done
from moderator.by_hand.paste import NotPasted
from moderator.detectors.panel import build_detectors
from moderator.detectors.toxicity import WordListScorer
from moderator.domain import Account, Comment, Decision, Mode, Person, Ruling, Visibility
from moderator.pipeline import House
from moderator.platforms.byhand.adapter import ByHand
from moderator.platforms.byhand.mailbox import MailboxAddress
from moderator.policy.limits import DEFAULT
from moderator.settings import AccountSettings, read_settings
from moderator.settings.credentials import Credentials
from moderator.store import actions, audit, comments, decisions
from moderator.store import tasks as task_store
from moderator.store.database import Database
from moderator.store.tables import BrokenItemRow, CommentRow
from tests.conftest import MINUTE, NOON
from tests.journeys.conftest import ROLL, SCHOOL
from tests.platforms.byhand_street import TRUST, drop, sample
from tests.platforms.imap_server import PASSWORD, RECEIVED, USER, ImapServer
from tests.settings.conftest import shipped

DOJO = Account("dojo", "classdojo", "Valewood Primary")
KINDS = ("classdojo_plain", "classdojo_html", "seesaw_plain", "forwarded_gmail", "forwarded_attached")
HEAD = Person("Mrs Ravenscroft")


@dataclass
class Dojo:
    """A house that watches one mailbox and one folder; `restarted` gives another over the same store."""

    house: House
    server: ImapServer
    folder: Path

    @property
    def place(self) -> AccountSettings:
        return AccountSettings(DOJO, Credentials({}), "", 60, {}, by_hand=True)

    def restarted(self) -> Dojo:
        return replace(self, house=house_over(self.house.database, self.server, self.folder))

    def round(self, now: datetime = NOON) -> None:
        for feed in self.house.platforms["dojo"].feeds:
            for _received in self.house.poll("dojo", feed.name, now):
                list(self.house.judge(now))
        list(self.house.judge(now))
        self.house.act("dojo", now)

    def decided(self) -> dict[str, list[Ruling]]:
        """Every ruling on every comment, by its words."""
        with self.house.database.reading() as tx:
            found: dict[str, list[Ruling]] = {}
            for comment in self.comments():
                found.setdefault(comment.text, []).extend(one.ruling for one in decisions.history(tx, comment.id))
            return found

    def comments(self) -> list[Comment]:
        with self.house.database.reading() as tx:
            ids = [
                row.id for row in tx.all(tx.mine(CommentRow).order_by(col(CommentRow.posted_at), col(CommentRow.id)))
            ]
            return list(comments.by_id(tx, ids).values())

    def the(self, text: str) -> Comment:
        [found] = [comment for comment in self.comments() if comment.text == text]
        return found

    def set_aside(self) -> list[str]:
        with self.house.database.reading() as tx:
            return [row.reason for row in tx.all(tx.mine(BrokenItemRow))]


@pytest.fixture
def dojo(database: Database, tmp_path: Path) -> Iterator[Dojo]:
    (tmp_path / "drop").mkdir()
    with ImapServer(tmp_path) as server:
        yield Dojo(house_over(database, server, tmp_path / "drop"), server, tmp_path / "drop")


def house_over(database: Database, server: ImapServer, folder: Path) -> House:
    mailbox = MailboxAddress("127.0.0.1", USER, PASSWORD, server.port, timeout_s=5.0)
    trust = replace(TRUST, senders=("classdojo.com", "seesaw.me"))
    place = ByHand(DOJO, mailbox=mailbox, trust=trust, folder=folder, tls=server.trusting())
    return House(database, {"dojo": place}, build_detectors(SCHOOL, ROLL, WordListScorer()), DEFAULT, Mode.AUTO)


HEADER = "id,author,posted_at,text,url,post\n"
BROKEN_ROWS = (
    "b1,Pat,2026-11-16 08:00",
    "b2,Pat,2026-11-16 08:00,too,many,cells,here",
    "b3,Pat,yesterday,when was that?,,",
    "b4,Pat,2031-01-01 08:00,from the future,,",
    "b5,Pat,1970-01-01 08:00,from the past,,",
    "b6,Pat,2026-11-16 08:00,,,",
    "b7,Pat,2026-11-16 08:00,   ,,",
    "b8,Pat,2026-11-16 08:00,a\x00b,,",
    "b9,Pat,2026-11-16 08:00,bell\x07,,",
    "b10,Pat,2026-11-16 08:00,a link,http://insecure.example,",
    "b11,Pat,2026-11-16 08:00,a script,javascript:alert(1),",
    f"b12,{'P' * 201},2026-11-16 08:00,a name too long,,",
    f"b13,Pat,2026-11-16 08:00,{'long ' * 5000},,",
    'b14,Pat,2026-11-16 08:00,"never closed,,',
    'b15,Pat,2026-11-16 08:00,"closed" too soon,,',
    "g1,Pat,2026-11-16 08:00,other words under an id that stands above,,",
    "b17,Pat,32/13/2026 08:00,no such day,,",
    "b18,Pat,,no time,,",
    f"b19,Pat,2026-11-16 08:00,a post too long,,{'p' * 201}",
    '"',
)


def rows(*lines: str) -> str:
    return HEADER + "\n".join(lines) + "\n"


def test_mails_rows_and_a_paste_come_in_once_and_a_restart_doubles_nothing(dojo: Dojo) -> None:
    words = {kind: [f"{kind} {number}: what a day it was" for number in range(10)] for kind in KINDS}
    for kind in KINDS:
        for number, text in enumerate(words[kind]):
            dojo.server.receives(sample(kind, f"{kind}-{number}", text=text))
    good = [f"g{number},Pat,2026-11-16 08:{number:02},row {number},," for number in range(1, 11)]
    mixed = [
        line for number in range(20) for line in (*good[number // 2 : number // 2 + number % 2], BROKEN_ROWS[number])
    ]
    dojo_file = drop(dojo.folder, "stories.csv", rows(good[0], *mixed))
    with dojo.house.database.transaction() as tx:
        paste(tx, dojo.place, HEAD, "see you at the fair", author="Nan Elm", where="School Story", at=NOON)

    dojo.round()

    expected = (
        {text for kind in KINDS for text in words[kind]} | {f"row {n}" for n in range(1, 11)} | {"see you at the fair"}
    )
    assert set(dojo.decided()) == expected
    assert all(len(rulings) == 1 for rulings in dojo.decided().values())
    assert len(dojo.comments()) == len(expected)
    assert len(dojo.set_aside()) == 20
    assert not dojo_file.exists()
    assert len((dojo.folder / "set-aside" / "stories.csv").read_text().strip().splitlines()) >= 21

    again = dojo.restarted()
    drop(dojo.folder, "stories.csv", rows(good[0], *mixed))  # Somebody drops the same file once more.
    dojo.server.forgets_its_numbers()
    with dojo.house.database.transaction() as tx:
        assert not paste(
            tx, dojo.place, HEAD, "see you at the fair", author="Nan Elm", where="School Story", at=NOON
        ).fresh
    again.round(NOON + 2 * MINUTE)

    assert len(again.comments()) == len(expected)
    assert all(len(rulings) == 1 for rulings in again.decided().values())
    assert len(again.set_aside()) == 20


def test_a_crash_before_the_file_is_moved_doubles_nothing(dojo: Dojo) -> None:
    file = drop(dojo.folder, "one.csv", rows("g1,Pat,2026-11-16 08:00,lovely,,"))
    page = next(iter(dojo.house.poll("dojo", "folder", NOON)))
    assert [comment.text for comment in page.fresh] == ["lovely"]
    assert file.exists()  # The page is stored, and then the lights went out.

    dojo.restarted().round(NOON + MINUTE)

    assert [comment.text for comment in dojo.comments()] == ["lovely"]
    assert not file.exists()


def test_what_is_hidden_becomes_a_task_with_the_steps_of_the_place_and_is_never_said_to_be_seen(dojo: Dojo) -> None:
    dojo.server.receives(
        sample("classdojo_plain", "k1", text="you are an idiot Ms Rowe and everybody knows it you bitch")
    )
    dojo.round()
    [comment] = dojo.comments()
    with dojo.house.database.reading() as tx:
        [state] = actions.open_tasks(tx)
    assert state.task.kind == "hide"
    assert "tap the three dots" in state.task.steps
    assert "Class Dojo has no API" in state.task.why
    assert state.task.url.startswith("https://teach.classdojo.com/")
    assert how_done(state) == "open"

    with dojo.house.database.transaction() as tx:
        state = said_done(tx, HEAD, state.task.id, NOON)
    assert how_done(state) == "said to be done by Mrs Ravenscroft"
    dojo.house.check_tasks("dojo", NOON + MINUTE)
    dojo.round(NOON + 2 * MINUTE)

    with dojo.house.database.reading() as tx:
        assert task_store.find_task(tx, state.task.id) == state
        assert comments.load(tx, comment.id) == comment
        assert comment.visibility is Visibility.UNKNOWN
        assert [event.event for event in audit.trail(tx, comment.id)][-1] == "hidden"
    dojo.house.act("dojo", NOON + 3 * MINUTE)
    with dojo.house.database.reading() as tx:
        assert actions.open_tasks(tx) == []


def test_whoever_asks_for_removal_gives_one_task_and_not_two(dojo: Dojo) -> None:
    dojo.server.receives(sample("seesaw_plain", "k1", text="well done everyone"))
    dojo.round()
    [comment] = dojo.comments()
    with dojo.house.database.transaction() as tx:
        decisions.record(
            tx, Decision(comment.id, comment.version, Ruling.REMOVE, HEAD.name, NOON, ("wrong photo",), mode=Mode.AUTO)
        )
    dojo.house.act("dojo", NOON)
    with dojo.house.database.reading() as tx:
        assert [state.task.kind for state in actions.open_tasks(tx)] == ["remove"]


def test_a_forged_sender_is_set_aside_and_read_by_nobody(dojo: Dojo) -> None:
    real = sample("classdojo_plain", "k1", text="this one is true")
    dojo.server.receives(real)
    dojo.server.receives(real.replace(b"mx.valewood.example;", b"mx.elsewhere.example;").replace(b"k1", b"k2"))
    dojo.server.receives(
        real.replace(b"dmarc=pass", b"dmarc=fail").replace(b"dkim=pass", b"dkim=fail").replace(b"k1", b"k3")
    )
    dojo.server.receives(
        real.replace(b"header.from=classdojo.com", b"header.from=evil.example")
        .replace(b"header.d=classdojo.com", b"header.d=evil.example")
        .replace(b"k1", b"k4")
    )
    dojo.server.receives(
        real.replace(b"hello@classdojo.com", b"hello@classdojo.com.evil.example").replace(b"k1", b"k5")
    )
    forwarded = sample("forwarded_gmail", "k6").replace(b"miss.example@", b"somebody.else@")
    dojo.server.receives(forwarded)
    dojo.round()

    assert [comment.text for comment in dojo.comments()] == ["this one is true"]
    assert dojo.set_aside() == ["it is not proven who sent the mail"] * 5


def test_the_checklist_is_late_two_weeks_into_the_term_until_somebody_looked(dojo: Dojo, tmp_path: Path) -> None:
    files = shipped(tmp_path)
    files.add('[[accounts]]\nid = "dojo"\nplatform = "classdojo"\nhandle = "Valewood Primary"')
    settings = read_settings(files.config, credentials_dir=None)
    autumn, spring = RECEIVED, RECEIVED + timedelta(days=60)
    with dojo.house.database.transaction() as tx:
        assert [state.setting.id for state in late(tx, settings, autumn)] == ["classdojo-comments"]
        assert late(tx, settings, autumn.replace(month=9, day=10)) == []
        prove(tx, settings, "classdojo-comments", HEAD, "off for the whole school", autumn)
        assert late(tx, settings, autumn) == []
        assert late(tx, settings, spring.replace(month=1, day=10)) == []
        assert [state.proof.proof for state in late(tx, settings, spring.replace(day=25)) if state.proof] == [
            "off for the whole school"
        ]


@pytest.mark.parametrize(
    ("text", "change", "told"),
    [
        (" \n ", {}, "There is no text"),
        ("x" * 20_001, {}, "It is too long"),
        ("fine", {"author": "P" * 201}, "It is too long"),
        ("fine", {"posted_at": NOON + timedelta(days=3)}, "The time lies in the future"),
    ],
)
def test_a_paste_that_makes_no_sense_is_refused_with_the_remedy(
    dojo: Dojo, text: str, change: dict[str, str], told: str
) -> None:
    with pytest.raises(NotPasted, match=told), dojo.house.database.transaction() as tx:
        paste(tx, dojo.place, HEAD, text, at=NOON, **change)  # type: ignore[arg-type]
    assert dojo.comments() == []
