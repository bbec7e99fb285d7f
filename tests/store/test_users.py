"""Users and what opens the page for them, on SQLCipher and on PostgreSQL."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import col

from moderator.domain import Person
from moderator.policy.authority import May, People, Role, may_give
from moderator.store import challenges, invites, passkeys, pushes, recovery, sessions, users
from moderator.store.challenges import Purpose
from moderator.store.database import Database
from moderator.store.leaving import end_user
from moderator.store.passkeys import LastPasskey, Passkey
from moderator.store.pushes import Subscription
from moderator.store.tables import AuditEventRow
from moderator.store.users import NotPossible, User
from moderator.store.verify import verify
from tests.conftest import MINUTE, NOON

SECOND = timedelta(seconds=1)
WAITS = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' LIMIT 1"


@pytest.fixture
def head(database: Database) -> User:
    with database.transaction() as tx:
        return users.add(tx, " Mrs  Ravenscroft ", Role.HEAD, "the test", NOON)


def a_passkey(user: User, credential_id: str = "AAAA", at: datetime = NOON) -> Passkey:
    return Passkey(credential_id, user.id, "a2V5", 0, ("internal", "hybrid"), "iPhone, Safari", at)


def events(database: Database) -> list[str]:
    with database.reading() as tx:
        return [row.event for row in tx.all(tx.mine(AuditEventRow).order_by(col(AuditEventRow.id)))]


def test_a_user_has_a_name_of_their_own_however_it_is_spaced(database: Database, head: User) -> None:
    assert head.name == "Mrs Ravenscroft"
    assert re.fullmatch(r"[0-9a-f]{32}", head.id)
    with database.transaction() as tx:
        assert users.find(tx, "mrs ravenscroft") == head
        for taken in ("MRS RAVENSCROFT", "", "  ", "policy", "Moderator", "a\x1b[31mname", "n" * 81):
            with pytest.raises(NotPossible):
                users.add(tx, taken, Role.IT, "the test", NOON)


def test_who_answers_for_what_is_said_by_the_users_as_soon_as_there_are_some(database: Database) -> None:
    configured = People({"Mr Example": Role.HEAD})
    with database.transaction() as tx:
        assert users.people(tx, configured) is configured
        users.add(tx, "Mrs Ravenscroft", Role.HEAD, "the test", NOON)
        users.add(tx, "Miss Pemberton", Role.STAFF, "the test", NOON)
        people = users.people(tx, configured)
    may = {name: people.may_decide(Person(name)) for name in ("mrs ravenscroft", "Miss Pemberton", "Mr Example")}
    assert may == {"mrs ravenscroft": True, "Miss Pemberton": False, "Mr Example": False}
    assert people.who_may(May.CHANGE) == ["Mrs Ravenscroft"]
    assert configured.may_decide(Person("anybody"))


GIVES = [
    (Role.HEAD, Role.HEAD, True),
    (Role.DEPUTY, Role.IT, True),
    (Role.IT, Role.IT, True),
    (Role.IT, Role.STAFF, False),
    (Role.IT, Role.HEAD, False),
    (Role.STAFF, Role.STAFF, False),
    (Role.OTHER, Role.OTHER, False),
]


@pytest.mark.parametrize(("giver", "role", "may"), GIVES)
def test_nobody_gives_what_they_do_not_have(giver: Role, role: Role, may: bool) -> None:
    assert may_give(giver, role) is may


def test_passkeys_are_added_used_renamed_and_removed_but_for_the_last(database: Database, head: User) -> None:
    first, second = a_passkey(head), a_passkey(head, "BBBB", NOON + SECOND)
    with database.transaction() as tx:
        passkeys.add(tx, first, head.name)
        passkeys.add(tx, second, head.name)
        with pytest.raises(NotPossible):
            passkeys.add(tx, first, head.name)
        assert passkeys.used(tx, first, 7, NOON + MINUTE)
        assert not passkeys.used(tx, first, 8, NOON + MINUTE)  # Read before it was used: its counter is an old one.
        passkeys.rename(tx, head, "BBBB", "  the\tlaptop\u202e ")
        assert passkeys.of_user(tx, head) == [
            replace(first, sign_count=7, used_at=NOON + MINUTE),
            replace(second, name="the laptop"),
        ]
        passkeys.remove(tx, head, "AAAA", head.name, NOON)
        with pytest.raises(LastPasskey):
            passkeys.remove(tx, head, "BBBB", head.name, NOON)
    assert events(database).count("passkey_removed") == 1


def test_a_challenge_is_taken_once_by_whom_and_for_what_it_was_made(database: Database, head: User) -> None:
    with database.transaction() as tx:
        asked = challenges.ask(tx, Purpose.STEP_UP, head.id, NOON)
        assert challenges.take(tx, asked.id, Purpose.SIGN_IN, head.id, NOON) is None
        assert challenges.take(tx, asked.id, Purpose.STEP_UP, "", NOON) is None
        assert challenges.take(tx, "other", Purpose.STEP_UP, head.id, NOON) is None
        assert challenges.take(tx, asked.id, Purpose.STEP_UP, head.id, NOON + 5 * MINUTE) is None
        assert challenges.take(tx, asked.id, Purpose.STEP_UP, head.id, NOON + 5 * MINUTE - SECOND) == asked
        assert challenges.take(tx, asked.id, Purpose.STEP_UP, head.id, NOON) is None


def test_an_invitation_lives_a_quarter_of_an_hour_and_the_newest_counts(database: Database, head: User) -> None:
    with database.transaction() as tx:
        older, newer = (invites.make(tx, head, "the test", NOON) for _ in range(2))
        assert invites.find(tx, older, NOON) is None
        assert invites.find(tx, newer, NOON + 15 * MINUTE) is None
        assert invites.use(tx, newer, NOON + 15 * MINUTE - SECOND) == head
        assert invites.use(tx, newer, NOON) is None


def test_a_recovery_code_is_typed_as_it_is_read_and_works_once(database: Database, head: User) -> None:
    with database.transaction() as tx:
        code = recovery.make(tx, head, "the test", NOON)
        assert recovery.made_at(tx, head) == NOON
        assert recovery.use(tx, code[:-1], NOON) is None
        assert recovery.use(tx, "", NOON) is None
        typed = code.lower().replace("-", " ").replace("0", "O").replace("1", "l")
        assert recovery.use(tx, typed, NOON) == head
        assert recovery.use(tx, code, NOON) is None
        assert recovery.made_at(tx, head) is None
    assert events(database)[-2:] == ["recovery_code_made", "recovery_code_used"]


def test_a_session_that_was_ended_meanwhile_does_not_go_on_under_a_new_token(database: Database, head: User) -> None:
    with database.transaction() as tx:
        token = sessions.open_session(tx, head, "iPhone", NOON)
        session = sessions.find(tx, token, NOON)
        assert session is not None
        newer = sessions.prove(tx, session, NOON)
        with pytest.raises(NotPossible):
            sessions.prove(tx, session, NOON)
        assert sessions.find(tx, token, NOON) is None
        assert [each.digest for each in sessions.of_user(tx, head, NOON)] == [sessions.digest_of(newer)]
        sessions.open_session(tx, head, "Mac", NOON)
        sessions.end_all(tx, head, head.name, NOON, keep=sessions.digest_of(newer))
        assert [each.device for each in sessions.of_user(tx, head, NOON)] == ["iPhone"]


def test_whoever_leaves_leaves_nothing_behind_that_opens_the_page(database: Database, head: User) -> None:
    push = Subscription("https://push.example/1", "p256dh", "auth", "mrs ravenscroft", "head")
    with database.transaction() as tx:
        token = sessions.open_session(tx, head, "iPhone", NOON)
        invitation, code = invites.make(tx, head, "the test", NOON), recovery.make(tx, head, "the test", NOON)
        passkeys.add(tx, a_passkey(head), head.name)
        pushes.subscribe(tx, push, NOON)
        end_user(tx, head, "Mr Oyelaran", NOON)
    with database.transaction() as tx:
        opened = (
            sessions.find(tx, token, NOON),
            invites.use(tx, invitation, NOON),
            recovery.use(tx, code, NOON),
            passkeys.find(tx, "AAAA"),
            users.find(tx, head.name),
        )
        assert opened == (None, None, None, None, None)
        assert pushes.subscriptions(tx) == []
        again = users.add(tx, head.name, Role.HEAD, "Mr Oyelaran", NOON)
        assert again.id != head.id
    assert "user_ended" in events(database)
    with database.reading() as tx:
        assert verify(tx).whole


def test_signing_out_twice_is_told_once_and_work_is_noted_once_a_minute(database: Database, head: User) -> None:
    with database.transaction() as tx:
        token = sessions.open_session(tx, head, "iPhone", NOON)
        session = sessions.find(tx, token, NOON)
        assert session is not None
        assert session.is_fresh(NOON + 4 * MINUTE)
        sessions.touch(tx, session, NOON + 59 * SECOND)
        assert [each.seen_at for each in sessions.of_user(tx, head, NOON)] == [NOON]
        sessions.touch(tx, session, NOON + MINUTE)
        assert [each.seen_at for each in sessions.of_user(tx, head, NOON)] == [NOON + MINUTE]
        for _ in range(2):
            sessions.end(tx, session.digest, head.name, NOON + MINUTE)
    assert events(database).count("signed_out") == 1


def test_the_phones_of_the_others_still_ring_when_somebody_leaves(database: Database, head: User) -> None:
    with database.transaction() as tx:
        for number, person in enumerate((head.name, "Mr Oyelaran")):
            pushes.subscribe(tx, Subscription(f"https://push.example/{number}", "p256dh", "auth", person, ""), NOON)
        users.end(tx, head, "Mr Oyelaran", NOON)
        assert [phone.person for phone in pushes.subscriptions(tx)] == ["Mr Oyelaran"]


def test_a_passkey_needs_a_name_and_is_nobody_elses_to_change(database: Database, head: User) -> None:
    with database.transaction() as tx:
        other = users.add(tx, "Mr Oyelaran", Role.OTHER, "the test", NOON)
        passkeys.add(tx, a_passkey(head), head.name)
        with pytest.raises(NotPossible, match="give it a name"):
            passkeys.rename(tx, head, "AAAA", " ")
        with pytest.raises(NotPossible, match="not there any more"):
            passkeys.rename(tx, other, "AAAA", "mine")


def somebody_waits(database: Database) -> bool:
    """For a row that another transaction holds."""
    with database.connected() as connection:
        return connection.scalar(text(WAITS)) is not None


def test_of_two_who_type_the_same_recovery_code_at_once_one_gets_in(database: Database, head: User) -> None:
    got_in: list[User | None] = []

    def second() -> None:
        with database.transaction() as tx:
            got_in.append(recovery.use(tx, code, NOON))

    with database.transaction() as tx:
        code = recovery.make(tx, head, "the test", NOON)
    other = threading.Thread(target=second)
    with database.transaction() as tx:
        got_in.append(recovery.use(tx, code, NOON))
        other.start()
        until = time.monotonic() + 10
        while database.dialect == "postgresql" and not somebody_waits(database):
            assert time.monotonic() < until
            time.sleep(0.01)
    other.join()
    assert got_in == [head, None]
