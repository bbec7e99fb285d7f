"""The way back: an empty machine goes on where the backup was made, and what stands there gives way only when told to."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from sqlalchemy import text

from moderator.backups import BackupError
from moderator.backups.contents import MANIFEST, open_backup
from moderator.backups.envelope import seal, unseal
from moderator.backups.keys import make_key, read_identities
from moderator.backups.make import Made
from moderator.backups.practise import last_practised, practise
from moderator.backups.restore import restore
from moderator.errors import AlreadyRunning, StoreError
from moderator.policy.authority import Role
from moderator.store import actions, audit, comments, invites, recovery, sessions, users
from moderator.store.actions import State
from moderator.store.database import Database
from moderator.store.running import hold
from moderator.store.verify import verify
from tests.backups.conftest import Build, Machine, Pair
from tests.store.made import ACCOUNT, DAY, MINUTE, NOON, a_comment, done, planned, receive

LATER = NOON + DAY


def fill(machine: Machine, *native_ids: str) -> Made:
    with machine.database().transaction() as tx:
        receive(tx, *(a_comment(native_id) for native_id in native_ids))
    return machine.backup()


def words(database: Database) -> set[str]:
    with database.reading() as tx:
        return {comment.native_id for comment in comments.unjudged(tx, 100)}


def test_an_empty_machine_goes_on_where_the_backup_was_made(pair: Pair) -> None:
    made = fill(pair.old, "c1", "c2")
    pair.old.close()
    done_ = restore(made.path, pair.new.identities(), pair.new.way(LATER))
    assert done_.rows == sum(made.manifest.rows.values())
    assert pair.new.settings.audit_key == pair.old.settings.audit_key
    database = pair.new.database()
    assert words(database) == {"c1", "c2"}
    with database.transaction() as tx:
        receive(tx, a_comment("c3"), at=LATER)
    with database.reading() as tx:
        assert verify(tx).whole
        assert [event.event for event in audit.trail(tx, "")] == ["restored"]
        assert last_practised(tx) == LATER


def test_what_is_put_back_is_private_and_the_settings_of_that_day_lie_beside_it(pair: Pair) -> None:
    made = fill(pair.old, "c1")
    restore(made.path, pair.new.identities(), pair.new.way())
    files = {path.relative_to(pair.new.state): path for path in pair.new.state.rglob("*") if path.is_file()}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files.values()} == {0o600}
    before = pair.old.folder.main.read_bytes()
    assert files[Path("config-from-backup/moderator.toml")].read_bytes() == before


def test_over_what_is_there_nothing_is_restored_unless_told_to(pair: Pair) -> None:
    made = fill(pair.old, "c1")
    with pair.old.database().transaction() as tx:
        receive(tx, a_comment("c2"))
    pair.old.close()
    with pytest.raises(StoreError, match=r"already\. Nothing was changed\. With --replace it is moved aside"):
        restore(made.path, pair.old.identities(), pair.old.way())
    assert words(pair.old.database()) == {"c1", "c2"}
    pair.old.close()

    (aside,) = restore(made.path, pair.old.identities(), pair.old.way(replace=True)).moved_aside

    assert words(pair.old.database()) == {"c1"}
    if Path(aside).is_absolute():
        settings = pair.old.settings
        kept = Database.open(
            f"sqlcipher:///{aside}", key=settings.store_key, audit_key=settings.audit_key, create=False
        )
        assert words(kept) == {"c1", "c2"}
        kept.close()
    else:
        assert aside.startswith("the schema before_restore_")
        with pair.old.database().reading() as tx:
            schema = aside.split()[2]
            assert tx.session.connection().scalar(text(f'SELECT count(*) FROM "{schema}".comments')) == 2
    assert pair.old.backup().manifest.rows["comments"] == 1  # What lies aside is in no further backup.


def test_a_machine_with_other_keys_gets_those_of_the_backup_and_keeps_its_own_aside(pair: Pair) -> None:
    made = fill(pair.old, "c1")
    pair.old.close()
    fill(pair.new, "c9")
    own = pair.new.settings.store_key
    pair.new.close()
    moved = restore(made.path, pair.new.identities(), pair.new.way(replace=True)).moved_aside
    assert pair.new.settings.store_key == pair.old.settings.store_key != own
    assert words(pair.new.database()) == {"c1"}
    (kept,) = [Path(name) for name in moved if "store.key" in name]
    assert kept.read_text().strip() == own


def test_a_daemon_at_work_is_not_restored_over(pair: Pair) -> None:
    made = fill(pair.old, "c1")
    with (
        hold(pair.old.database(), pair.old.state / "daemon.lock", NOON, 99),
        pytest.raises(AlreadyRunning, match="held by pid 99"),
    ):
        restore(made.path, pair.old.identities(), pair.old.way(replace=True))


def test_who_had_the_database_open_finds_the_restored_one_and_an_old_daemon_ends(build: Build) -> None:
    machine = build()
    made = fill(machine, "c1")
    page = machine.database()
    with page.transaction() as tx:
        receive(tx, a_comment("c2"))
    daemon = hold(page, machine.state / "forgotten.lock", NOON, 99)
    assert daemon.still_held()
    restore(made.path, machine.identities(), machine.way(replace=True))
    assert not daemon.still_held()
    daemon.release()
    assert words(page) == {"c1"}
    with page.transaction() as tx:
        receive(tx, a_comment("c3"))
    assert words(machine.database()) == {"c1", "c3"}


def test_nobody_is_let_in_by_a_session_a_link_or_a_code_that_was_ended_or_used_since(pair: Pair) -> None:
    with pair.old.database().transaction() as tx:
        user = users.add(tx, "Mrs Ravenscroft", Role.HEAD, "the test", NOON)
        token, link = sessions.open_session(tx, user, "a phone", NOON), invites.make(tx, user, "the test", NOON)
        code = recovery.make(tx, user, "the test", NOON)
    made = pair.old.backup()
    with pair.old.database().transaction() as tx:
        assert recovery.use(tx, code, NOON) == user
    restore(made.path, pair.new.identities(), pair.new.way(NOON + MINUTE))
    with pair.new.database().transaction() as tx:
        assert users.find(tx, "Mrs Ravenscroft") is not None
        assert sessions.find(tx, token, NOON + MINUTE) is None
        assert invites.find(tx, link, NOON + MINUTE) is None
        assert recovery.use(tx, code, NOON + MINUTE) is None
        assert recovery.made_at(tx, user) is None  # so that the page asks for a new one
        anew = recovery.make(tx, user, "the test", NOON + MINUTE)
        assert recovery.use(tx, anew, NOON + MINUTE) == user


def test_what_was_not_done_is_read_back_before_it_is_sent(pair: Pair) -> None:
    database = pair.old.database()
    waiting = planned(database, native_id="waits", at=NOON)
    finished = planned(database, native_id="done", at=NOON)
    done(database, finished)
    sent = planned(database, native_id="sent", at=NOON)
    with database.transaction() as tx:
        actions.begin(tx, [sent], NOON)
    made = pair.old.backup()
    assert restore(made.path, pair.new.identities(), pair.new.way(LATER)).read_back == 2
    with pair.new.database().reading() as tx:
        assert actions.due(tx, ACCOUNT.id, LATER + DAY, 10) == []
        assert {each.id for each in actions.unsure(tx, ACCOUNT.id, LATER, 10)} == {waiting.id, sent.id}
        (state,) = actions.of_comment(tx, waiting.comment.id)
        assert (state.state, state.attempts) == (State.UNKNOWN, 1)
        (state,) = actions.of_comment(tx, finished.comment.id)
        assert state.state is State.DONE


def test_what_was_erased_since_the_backup_is_erased_again_and_stays_on_the_list(pair: Pair) -> None:
    machine = pair.old
    made = fill(machine, "c1", "c2")
    gone = a_comment("c1").id
    list_ = machine.state / "erasures.jsonl"
    line = {
        "at": LATER.isoformat(),
        "school": "school",
        "comment_id": gone,
        "by": "Mrs Ravenscroft, Ms Okafor",
        "why": "asked",
    }
    list_.write_text(f"{json.dumps(line)}\n")
    machine.close()
    assert restore(made.path, machine.identities(), machine.way(LATER, replace=True)).erased == 1
    assert list_.read_text() == f"{json.dumps(line)}\n"
    database = machine.database()
    with database.reading() as tx:
        erased, kept = (comments.load(tx, a_comment(native_id).id) for native_id in ("c1", "c2"))
        assert erased is not None
        assert kept is not None
        assert kept.text not in erased.text
        assert audit.trail(tx, gone)[0].facts == {}
        assert audit.trail(tx, a_comment("c2").id)[0].facts != {}
        assert verify(tx).whole

    # A later backup carries the list along, so that an empty machine knows it too.
    again = machine.backup(LATER)
    restore(again.path, pair.new.identities(), pair.new.way(LATER))
    assert (pair.new.state / "erasures.jsonl").read_text() == f"{json.dumps(line)}\n"


def test_another_key_changes_nothing(pair: Pair, tmp_path: Path) -> None:
    made = fill(pair.old, "c1")
    make_key(tmp_path / "other.key", NOON)
    with pytest.raises(BackupError, match="cannot be opened with this key"):
        restore(made.path, read_identities(tmp_path / "other.key"), pair.new.way())
    restore(made.path, pair.new.identities(), pair.new.way())  # Without --replace: nothing was there.


@pytest.mark.parametrize("harm", ["cut", "flip"])
def test_a_damaged_backup_changes_nothing(pair: Pair, harm: str) -> None:
    made = fill(pair.old, "c1")
    pair.old.close()
    whole = bytearray(made.path.read_bytes())
    whole[len(whole) // 2] ^= 1
    made.path.write_bytes(made.path.read_bytes()[:-5000] if harm == "cut" else whole)
    with pytest.raises(BackupError, match="damaged or cut short"):
        restore(made.path, pair.old.identities(), pair.old.way(replace=True))
    assert words(pair.old.database()) == {"c1"}


def test_a_newer_versions_backup_is_refused(pair: Pair) -> None:
    database = pair.old.database()
    with database.transaction() as tx:
        tx.session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    made = pair.old.backup()
    for attempt in (restore, practise):
        with pytest.raises(StoreError, match=r"made by a newer version, .*\(schema 9999\)\. Nothing was changed"):
            attempt(made.path, pair.new.identities(), pair.new.way())
    assert not (pair.new.state / "moderator.db").exists()


def test_a_backup_whose_audit_trail_ends_too_soon_is_not_put_back(build: Build) -> None:
    """Somebody with the private key and the database's key made it from an older copy under a newer manifest."""
    old, new = build("old"), build("new")
    first = fill(old, "c1")
    with old.database().transaction() as tx:
        receive(tx, a_comment("c2"), at=NOON + MINUTE)
    second = old.backup()
    forged = second.manifest.model_copy(update={"audit_head": f"9:{second.manifest.audit_head.partition(':')[2]}"})
    held: dict[str, bytes] = {}
    unseal(second.path, old.identities(), lambda name, content: held.__setitem__(name, content.read()))
    held[MANIFEST] = forged.model_dump_json().encode()
    with second.path.open("wb") as file:
        seal(file, ((name, len(each), [each]) for name, each in held.items()), old.settings.backup.recipients)
    assert open_backup(second.path, old.identities()).manifest.audit_head.startswith("9:")
    with pytest.raises(BackupError, match="there were 9 when the head was told"):
        restore(second.path, new.identities(), new.way())
    assert not (new.state / "moderator.db").exists()
    restore(first.path, new.identities(), new.way())
