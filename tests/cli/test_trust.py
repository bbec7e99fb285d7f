"""`trust`: many schools, and each with its own files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from moderator.errors import ConfigError, StoreError
from moderator.store import audit, comments
from moderator.store.database import Database
from moderator.store.roles import refuse_who_sees_all
from tests.commands import in_process
from tests.postgres import SUPERUSER, Server, postgresql
from tests.settings.test_trust import a_school, a_trust
from tests.store.made import NOON, a_comment, receive

__all__ = ["postgresql"]


def test_check_reads_every_school_and_names_the_one_to_mend(tmp_path: Path) -> None:
    for school_id in ("ashgrove", "valewood"):
        a_school(tmp_path, school_id)
    words = ["trust", "check", "--trust", str(a_trust(tmp_path).path)]
    assert in_process(words, catch_exceptions=False).output == "2 schools, and nothing to mend.\n"

    a_school(tmp_path, "elmtree", id="other")
    with pytest.raises(ConfigError, match=r"1 of 3 schools .*\nelmtree: .*both must be the same"):
        in_process(words, catch_exceptions=False)
    told = in_process([*words, "--json"]).output
    assert list(json.loads(told)["faulty"]) == ["elmtree"]


def test_prepare_makes_a_user_who_can_work_and_cannot_take_the_walls_down(tmp_path: Path, postgresql: Server) -> None:
    with empty(postgresql) as name:
        url = postgresql.url(name, "moderator_app")
        a_school(tmp_path, "valewood", url=url)
        trust = a_trust(tmp_path, f'[store]\nurl = "{url}"\n')
        words = ["trust", "prepare", "--trust", str(trust.path), "--as", postgresql.url(name, SUPERUSER)]
        assert "CREATE ROLE moderator_app LOGIN" in in_process([*words, "--dry-run"]).output
        for _ in range(2):
            told = in_process(words, catch_exceptions=False).output
            assert told.endswith("is ready. moderator_app works on it, and moderator_owner owns it.\n")

        store = Database.open(trust.store_url, school_id="")
        refuse_who_sees_all(store)
        school = store.for_school("school", b"s" * 32)
        with school.transaction() as tx:
            receive(tx, a_comment())
            audit.write(tx, "looked", NOON, actor="Ms Okafor")
        for statement in (
            "ALTER TABLE comments DISABLE ROW LEVEL SECURITY",
            "DROP POLICY own_school ON comments",
            "SET ROLE moderator_owner",
            "TRUNCATE comments CASCADE",
            "UPDATE alembic_version SET version_num = 'x'",
            "CREATE TABLE mine (id int)",
        ):
            with pytest.raises(StoreError, match="denies this user"), school.transaction() as tx:
                tx.session.connection().execute(text(statement))
        with store.for_school("ashgrove", None).reading() as tx:
            assert comments.find(tx, a_comment().id) == []
        store.close()


def test_who_could_see_past_the_walls_is_told_so(postgresql: Server) -> None:
    with postgresql.fresh() as url:
        for seeing in (url, url.replace("moderator@", f"{SUPERUSER}@")):
            store = Database.open(seeing, school_id="")
            with pytest.raises(StoreError, match="moderator trust prepare"):
                refuse_who_sees_all(store)
            store.close()


@contextmanager
def empty(server: Server) -> Iterator[str]:
    """The name of a database with nothing in it, that belongs to the administrator."""
    server.run("CREATE DATABASE test_trust", SUPERUSER)
    try:
        yield "test_trust"
    finally:
        server.run("DROP DATABASE test_trust WITH (FORCE)", SUPERUSER)
