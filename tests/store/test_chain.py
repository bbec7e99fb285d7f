"""The audit trail, and somebody with the database's own tools who would like it to say something else."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest
from sqlalchemy import text

from moderator.domain import Ruling
from moderator.errors import StoreError
from moderator.store import audit, decisions
from moderator.store.chain import Head
from moderator.store.database import Database
from tests.postgres import Server
from tests.store.conftest import KEY, Reopen
from tests.store.made import MINUTE, NOON, a_comment, a_decision, receive
from tests.store.trail import SIX, Checked, attack, checked, head

COPY = """
    INSERT INTO audit_events (school_id, id, at, event, actor, comment_id, account_id, facts, salt, commitment, link)
    SELECT school_id, {number}, at, event, actor, comment_id, account_id, facts, salt, commitment, link
    FROM audit_events WHERE id = {of}
"""
WRITE_FIFTY = """
import sys
from datetime import UTC, datetime
from moderator.store import audit, decisions
from moderator.store.database import Database

database = Database.open(sys.argv[1], key=sys.argv[2])
for number in range(50):
    with database.transaction() as tx:
        audit.write(tx, "looked", datetime(2026, 11, 16, tzinfo=UTC), actor=sys.argv[3], number=number)
"""


def test_a_trail_that_nobody_touched_is_whole(six: Database) -> None:
    assert checked(six) == Checked(6, head(six))
    assert head(six).events == 6
    assert len(head(six).link) == 64
    with six.reading() as tx:
        assert audit.trail(tx, "c1") == SIX[:3]


def test_an_empty_trail_is_whole_and_one_without_its_events_is_not(database: Database) -> None:
    assert checked(database) == Checked(0, Head())
    with database.transaction() as tx:
        receive(tx, a_comment())
    assert checked(database).events == 1
    attack(database, "DELETE FROM audit_events", "DELETE FROM audit_heads")
    assert checked(database).bent == 1


@pytest.mark.parametrize(
    "change",
    [
        "school_id = 'other'",
        "id = 99",
        "id = -3",
        "at = '2026-11-16 12:02:01'",
        "event = 'released'",
        "actor = 'Mrs Ravenscroft'",
        "comment_id = 'c2'",
        "account_id = 'x'",
        """facts = '{"kind": "release"}'""",
        """facts = '{"kind": "hide", "more": 1}'""",
        "facts = '{}'",
        "salt = ''",
        "salt = '00'",
        "commitment = link",
        "link = commitment",
        "link = ''",
        "facts = '{}', salt = ''",
        """facts = 'null', salt = ''""",
    ],
)
def test_whatever_is_changed_in_an_event_it_is_named(six: Database, change: str) -> None:
    attack(six, f"UPDATE audit_events SET {change} WHERE id = 3")
    found = checked(six)
    assert not found.whole
    # A number below all others comes to the front, where it is one row too many.
    assert found.bent == (1 if change == "id = -3" else 3)
    assert found.events == found.bent - 1


@pytest.mark.parametrize(
    "change", ["at = 'tea time'", "facts = 'no JSON'", "id = 'three'", "facts = x'00ff'", "link = x'00'"]
)
def test_what_cannot_even_be_read_is_named_too(six: Database, change: str) -> None:
    try:
        attack(six, f"UPDATE audit_events SET {change} WHERE id = 3")
    except StoreError:  # PostgreSQL minds what a column holds, and takes nothing of the attack.
        assert six.dialect == "postgresql"
        assert checked(six).whole
        return
    found = checked(six)
    assert (found.events, found.bent) == (2, 3)


@pytest.mark.parametrize(
    ("attacks", "bent"),
    [
        (("DELETE FROM audit_events WHERE id = 1",), 1),
        (("DELETE FROM audit_events WHERE id = 3",), 3),
        (("DELETE FROM audit_events WHERE id = 6",), 6),
        (("DELETE FROM audit_events WHERE id > 4",), 5),
        (("DELETE FROM audit_events",), 1),
        (("DELETE FROM audit_events WHERE id = 3", "UPDATE audit_events SET id = id - 1 WHERE id > 3"), 3),
        (("DELETE FROM audit_events WHERE id = 6", "UPDATE audit_heads SET events = 5"), 6),
        (("DELETE FROM audit_heads",), 7),
        (("UPDATE audit_heads SET seal = link",), 7),
        (
            (
                "DELETE FROM audit_events WHERE id = 6",
                "UPDATE audit_heads SET events = 5, link = (SELECT link FROM audit_events WHERE id = 5)",
            ),
            6,
        ),
        (
            (
                "UPDATE audit_events SET id = -1 WHERE id = 2",
                "UPDATE audit_events SET id = 2 WHERE id = 3",
                "UPDATE audit_events SET id = 3 WHERE id = -1",
            ),
            2,
        ),
        ((COPY.format(number=7, of=6),), 7),
        ((COPY.format(number=0, of=1),), 1),
        (
            (
                "UPDATE audit_events SET id = id + 100 WHERE id >= 4",
                "UPDATE audit_events SET id = id - 99 WHERE id > 100",
                COPY.format(number=4, of=3),
            ),
            4,
        ),
    ],
    ids=[
        *("first gone", "middle gone", "last gone", "tail gone", "all gone", "gone and numbered anew"),
        *("tail gone, counted back", "head gone", "head bent", "tail gone, head set back"),
        *("two swapped", "one behind the end", "one before the start", "one in the middle"),
    ],
)
def test_what_is_removed_put_in_or_put_in_another_order_is_named(
    six: Database, attacks: tuple[str, ...], bent: int
) -> None:
    attack(six, *attacks)
    found = checked(six)
    assert (found.bent, found.events) == (bent, bent - 1)
    assert found.why


def test_who_puts_back_an_old_end_of_the_chain_is_found_by_the_head_that_was_told(six: Database) -> None:
    early, now = head(six), None
    with six.reading() as tx:
        (old,) = tx.session.connection().execute(text("SELECT events, link, seal FROM audit_heads")).all()
    with six.transaction() as tx:
        audit.write(tx, "decided", NOON, actor="Mr Finch", comment_id="c1", ruling="hide")
    now = head(six)
    set_back = f"UPDATE audit_heads SET events = {old.events}, link = '{old.link}', seal = '{old.seal}'"
    attack(six, "DELETE FROM audit_events WHERE id = 7", set_back)
    assert checked(six).whole
    assert checked(six, early).whole
    assert checked(six, now).bent == 7
    assert checked(six, Head(5, now.link)).bent == 5


def test_after_an_attack_on_the_head_nothing_more_is_written(six: Database) -> None:
    attack(six, "UPDATE audit_heads SET events = 5")
    with pytest.raises(StoreError, match=r"audit\.key from your backup"), six.transaction() as tx:
        audit.write(tx, "looked", NOON, actor="Ms Okafor")


class TestErasing:
    def test_the_facts_of_a_comment_go_and_the_chain_stays_whole(self, six: Database) -> None:
        with six.transaction() as tx:
            assert audit.erase(tx, "c1", NOON + 6 * MINUTE, actor="Ms Okafor", why="asked by the family") == 3
        assert checked(six) == Checked(7, head(six))
        with six.reading() as tx:
            *first, erased = audit.trail(tx, "c1")
            assert [(event.event, event.facts) for event in first] == [
                ("received", {}),
                ("decided", {}),
                ("hidden", {}),
            ]
            assert (erased.event, erased.actor, erased.facts["events"]) == ("erased", "Ms Okafor", 3)
            assert audit.trail(tx, "c2") == SIX[3:5]
        with six.reading() as tx:
            assert (
                tx.session.connection().execute(text("SELECT count(*) FROM audit_events WHERE salt = ''")).scalar() == 3
            )

    def test_what_stays_of_an_erased_event_is_still_guarded(self, six: Database) -> None:
        with six.transaction() as tx:
            audit.erase(tx, "c1", NOON, actor="Ms Okafor")
        attack(six, "UPDATE audit_events SET actor = 'Mr Finch' WHERE id = 2")
        assert checked(six).bent == 2

    def test_facts_cannot_be_given_back_to_an_erased_event(self, six: Database) -> None:
        with six.transaction() as tx:
            audit.erase(tx, "c1", NOON, actor="Ms Okafor")
        attack(six, """UPDATE audit_events SET facts = '{"kind": "release"}' WHERE id = 3""")
        assert checked(six).bent == 3

    def test_it_can_be_done_twice_and_with_what_is_not_written_yet(self, six: Database) -> None:
        with six.transaction() as tx:
            audit.erase(tx, "c1", NOON, actor="Ms Okafor")
            audit.write(tx, "looked", NOON, actor="Mr Finch", comment_id="c1", page="queue")
            assert audit.erase(tx, "c1", NOON, actor="Ms Okafor") == 2
        assert checked(six) == Checked(9, head(six))

    def test_who_blanks_facts_by_other_means_is_found_out_though_the_triggers_let_it_pass(self, six: Database) -> None:
        with six.transaction() as tx:
            tx.session.connection().execute(text("UPDATE audit_events SET facts = '{}', salt = '' WHERE id = 5"))
        found = checked(six)
        assert found.bent == 5
        assert "nobody wrote down" in found.why

    def test_an_erasure_of_before_does_not_excuse_a_later_one_by_other_means(self, six: Database) -> None:
        with six.transaction() as tx:
            audit.erase(tx, "c1", NOON, actor="Ms Okafor")
        with six.transaction() as tx:
            audit.write(tx, "decided", NOON, actor="Mr Finch", comment_id="c1", ruling="allow")
        attack(six, "UPDATE audit_events SET facts = '{}', salt = '' WHERE id = 8")
        assert checked(six).bent == 8

    def test_events_about_no_comment_stay(self, six: Database) -> None:
        with pytest.raises(ValueError, match="stay"), six.transaction() as tx:
            audit.erase(tx, "", NOON, actor="Ms Okafor")


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM audit_events WHERE id = 3",
        "UPDATE audit_events SET actor = 'x' WHERE id = 3",
        "UPDATE audit_events SET facts = '{}' WHERE id = 3",
        "UPDATE audit_events SET salt = '' WHERE id = 3",
        "UPDATE audit_events SET facts = '{}', salt = '', actor = 'x' WHERE id = 3",
        "UPDATE audit_events SET facts = '{}', salt = '', link = commitment WHERE id = 3",
        "UPDATE audit_events SET id = id + 10",
    ],
)
def test_the_database_itself_refuses_every_change_but_the_blanking(six: Database, change: str) -> None:
    with pytest.raises(StoreError, match="append only"), six.transaction() as tx:
        tx.session.connection().execute(text(change))
    assert checked(six).whole


class TestTogether:
    def test_several_threads_write_one_chain(self, reopen: Reopen) -> None:
        databases = [reopen(), reopen()]

        def work(database: Database, who: str) -> None:
            for number in range(20):
                with database.transaction() as tx:
                    receive(tx, a_comment(f"{who}{number}"))
                    audit.write(tx, "looked", NOON, actor=who, number=number)

        threads = [
            threading.Thread(target=work, args=(database, f"{index}{part}"))
            for index, database in enumerate(databases)
            for part in "ab"
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert checked(databases[0]) == Checked(160, head(databases[1]))

    def test_two_processes_write_one_chain(self, url: str, database: Database) -> None:
        writers = [
            subprocess.Popen([sys.executable, "-c", WRITE_FIFTY, url, KEY, who], stderr=subprocess.PIPE, text=True)
            for who in ("Ms Okafor", "Mr Finch")
        ]
        for writer in writers:
            _, complaint = writer.communicate(timeout=60)
            assert writer.returncode == 0, complaint
        assert checked(database).events == 100
        assert checked(database).whole

    def test_whoever_writes_much_holds_the_chain_for_its_end_only(self, postgresql: Server) -> None:
        """Two decide at once, each on a comment of its own: neither waits for the other, so they cannot wait in a circle."""
        with postgresql.fresh() as url:
            one, other = Database.open(url, key=KEY), Database.open(url, key=KEY, wait_s=0.5)
            with one.transaction() as tx:
                receive(tx, a_comment("c1"), a_comment("c2"))
            with one.transaction() as tx:
                decisions.record(tx, a_decision(a_comment("c1")))
                with other.transaction() as beside:
                    decisions.record(beside, a_decision(a_comment("c2")))
                decisions.record(tx, a_decision(a_comment("c2"), Ruling.ALLOW, by="Ms Okafor"))
            assert checked(one) == Checked(5, head(other))
            one.close()
            other.close()

    def test_what_is_undone_leaves_no_gap(self, six: Database) -> None:
        class PowerCut(Exception):
            pass

        def work() -> None:
            with six.transaction() as tx:
                audit.write(tx, "looked", NOON, actor="Ms Okafor")
                audit.append(tx)
                raise PowerCut

        with pytest.raises(PowerCut):
            work()
        with six.transaction() as tx:
            audit.write(tx, "looked", NOON, actor="Mr Finch")
        assert checked(six) == Checked(7, head(six))

    def test_each_school_has_a_chain_of_its_own(self, six: Database, url: str) -> None:
        other = Database.open(url, key=KEY, school_id="other")
        with other.transaction() as tx:
            audit.write_all(tx, SIX[:2])
        assert (checked(other).events, checked(six).events) == (2, 6)
        attack(other, "DELETE FROM audit_events WHERE id = 1 AND school_id = 'other'")
        assert (checked(other).bent, checked(six).whole) == (1, True)
        other.close()


def test_events_hold_whatever_letters_come_and_still_fit(database: Database) -> None:
    odd = "half \ud83d and \x00 and “quotes” \U0001f389"
    with database.transaction() as tx:
        audit.write(tx, "failed", NOON, actor=odd, comment_id="c1", error=odd, count=2**60)
    assert checked(database).whole
    with database.reading() as tx:
        [told] = audit.trail(tx, "c1")
    assert told.facts == {"error": told.actor, "count": 2**60}


def test_reading_cannot_tell_of_anything(database: Database) -> None:
    with pytest.raises(StoreError), database.reading() as tx:
        audit.write(tx, "looked", NOON, actor="Ms Okafor")
    assert checked(database).events == 0


def test_an_older_head_put_back_over_newer_events_is_seen(database: Database) -> None:
    with database.transaction() as tx:
        audit.write_all(tx, SIX[:4])
    with database.reading() as tx:
        row = tx.session.connection().execute(text("SELECT events, link, seal FROM audit_heads")).one()
    with database.transaction() as tx:
        audit.write_all(tx, SIX[4:])
    attack(database, f"UPDATE audit_heads SET events = {row.events}, link = '{row.link}', seal = '{row.seal}'")
    assert checked(database).bent == 5
