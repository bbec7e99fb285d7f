"""The key of the audit chain, and databases that were there before it."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import text

from moderator.errors import StoreError
from moderator.store import audit, comments
from moderator.store.database import Database, new_key
from moderator.store.schema import configuration
from tests.store.conftest import KEY, Reopen
from tests.store.made import NOON, a_comment, receive
from tests.store.trail import SIX, Checked, checked, head


class TestItsKey:
    def test_another_key_neither_writes_nor_fits(self, six: Database, url: str) -> None:
        stranger = Database.open(url, key=KEY, audit_key=new_key())
        with pytest.raises(StoreError, match=r"audit\.key"), stranger.transaction() as tx:
            audit.write(tx, "looked", NOON, actor="Ms Okafor")
        found = checked(stranger)
        assert found.bent == 1
        assert "audit.key is not the key" in found.why
        with pytest.raises(StoreError, match="not written with this key"):
            head(stranger)
        assert checked(six).whole
        stranger.close()

    def test_a_key_of_its_own_is_taken_before_the_databases(self, reopen: Reopen, url: str) -> None:
        own = Database.open(url, key=KEY, audit_key="ab" * 32)
        with own.transaction() as tx:
            audit.write_all(tx, SIX)
        assert checked(own).whole
        assert checked(reopen()).bent == 1
        own.close()

    @pytest.mark.parametrize("key", ["", "ab", "zz" * 32])
    def test_a_key_that_is_none_is_refused(self, url: str, key: str) -> None:
        with pytest.raises(StoreError, match="64 hexadecimal"):
            Database.open(url, key=KEY, audit_key=key)

    def test_without_any_key_all_can_be_read_and_nothing_told(self, six: Database, url: str) -> None:
        if six.dialect == "sqlite":
            assert six.audit_key is not None  # There it always has one: no database opens without a key.
            return
        keyless = Database.open(url)
        with keyless.reading() as tx:
            assert len(audit.trail(tx, "c1")) == 3
        with pytest.raises(StoreError, match="key of the audit trail is missing"):
            checked(keyless)
        with pytest.raises(StoreError, match="key of the audit trail is missing"), keyless.transaction() as tx:
            receive(tx, a_comment())
        with six.reading() as tx:
            assert comments.find(tx, "c1") == []
        keyless.close()

    def test_the_key_is_not_shown(self, six: Database) -> None:
        assert six.audit_key is not None
        assert six.audit_key.hex() not in repr(six)
        assert repr(six.audit_key) not in repr(six)


class TestUpgrade:
    def test_what_happened_before_there_was_a_chain_is_chained(self, database: Database, url: str) -> None:
        at_first_tables(database)
        database.migrate()
        other = Database.open(url, key=KEY, school_id="other")
        assert checked(database) == Checked(3, head(database))
        assert checked(other) == Checked(1, head(other))
        with database.transaction() as tx:
            assert [event.facts for event in audit.trail(tx, "c1")] == [{"version": 1}, {"version": 2}]
            audit.write(tx, "looked", NOON, actor="Ms Okafor")
        assert checked(database) == Checked(4, head(database))
        other.close()

    def test_it_is_refused_without_a_key_and_nothing_is_changed(self, database: Database, url: str) -> None:
        at_first_tables(database)
        keyless = Database(database.engine, database.where, database.school_id)
        with pytest.raises(StoreError, match="cannot be chained without the key"):
            keyless.migrate()
        database.migrate()
        assert checked(database).events == 3

    def test_it_can_be_taken_back_with_all_events(self, six: Database) -> None:
        with six.connected("EXCLUSIVE") as connection, connection.begin():
            command.downgrade(configuration(connection), "0001")
        with pytest.raises(StoreError, match="append only"), six.connected() as connection, connection.begin():
            connection.execute(text("DELETE FROM audit_events"))
        six.migrate()
        assert checked(six).events == 6
        with six.reading() as tx:
            assert audit.trail(tx, "c1") == SIX[:3]


def at_first_tables(database: Database) -> None:
    """The database as the first version left it: four events, of two schools, with a gap in their numbers."""
    with database.connected("EXCLUSIVE") as connection, connection.begin():
        command.downgrade(configuration(connection), "0001")
        for number, school, comment, facts in FIRST_THREE:
            connection.execute(text(OLD_EVENT), {"id": number, "school": school, "comment": comment, "facts": facts})
        connection.execute(text(OLD_EVENT), {"id": 6, "school": "school", "comment": "c2", "facts": ONE})


ONE = '{"version": 1}'
FIRST_THREE = ((1, "school", "c1", ONE), (2, "other", "o1", ONE), (5, "school", "c1", '{"version": 2}'))
OLD_EVENT = """
    INSERT INTO audit_events (id, school_id, at, event, actor, comment_id, account_id, facts)
    VALUES (:id, :school, '2026-11-16 12:00:00.000000', 'received', 'youtube', :comment, 'youtube',
        :facts)
"""
