"""Schools that come, change and go while workers are at work."""

from __future__ import annotations

import io
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from moderator.errors import ConfigError
from moderator.logs import open_log
from moderator.settings.trust import Schools, read_trust
from moderator.store import turns
from moderator.store.database import Database
from moderator.trust.enlisting import Enlisting
from moderator.trust.office import Office
from tests.conftest import NOON
from tests.journeys.street import wait_until
from tests.postgres import Server
from tests.settings.test_trust import URL, a_school, a_trust

ACCOUNT = '[[accounts]]\nid = "youtube"\nplatform = "youtube"\nhandle = "@v"\ncredentials = "youtube.json"\n'
Enlisted = Callable[[], set[tuple[str, str, str]]]


@pytest.fixture
def store(postgresql: Server) -> Iterator[Database]:
    with postgresql.fresh() as url:
        database = Database.open(url, school_id="")
        yield database
        database.close()


@contextmanager
def looking_around(folder: Path, store: Database, log: io.StringIO) -> Iterator[Schools]:
    """As a worker does it beside its work, though more often."""
    schools = Schools(read_trust(folder / "trust.toml", credentials_dir=None), logins=False)
    opened = open_log(log, style="json")
    office = Office(schools, schools.trust.form.worker, store, opened, lambda: NOON)
    reread = lambda: read_trust(folder / "trust.toml", credentials_dir=None)  # noqa: E731
    with Enlisting(office, reread, opened, threading.Event(), every_s=0.05):
        yield schools


def enlisted(store: Database) -> set[tuple[str, str, str]]:
    with store.reading() as tx:
        return {(row.school_id, row.account_id, row.app) for row in turns.all_turns(tx)}


def test_a_school_an_account_and_an_app_that_come_and_go_are_followed_without_a_restart(
    tmp_path: Path, store: Database
) -> None:
    a_school(tmp_path, "valewood")
    a_trust(tmp_path)
    log = io.StringIO()

    def soon(what: set[tuple[str, str, str]]) -> None:
        wait_until(lambda: enlisted(store) == what, 20, f"{what}; there is {enlisted(store)}")

    with looking_around(tmp_path, store, log):
        soon({("valewood", "", "")})
        folder = a_school(tmp_path, "ashgrove")
        soon({("valewood", "", ""), ("ashgrove", "", "")})
        main = folder / "moderator.toml"
        main.write_text(main.read_text(encoding="utf-8") + ACCOUNT, encoding="utf-8")
        soon({("valewood", "", ""), ("ashgrove", "", ""), ("ashgrove", "youtube", "")})
        a_trust(tmp_path, f'[store]\nurl = "{URL}"\n[[apps]]\nname = "shared"\nplatform = "youtube"\n')
        soon({("valewood", "", ""), ("ashgrove", "", ""), ("ashgrove", "youtube", "shared")})
        shutil.rmtree(folder)
        soon({("valewood", "", "")})
    assert '"came": "ashgrove"' in log.getvalue()
    assert '"went": "ashgrove"' in log.getvalue()


def test_while_the_trusts_file_is_faulty_or_all_schools_are_gone_nothing_changes(
    tmp_path: Path, store: Database
) -> None:
    a_school(tmp_path, "valewood")
    a_trust(tmp_path)
    log = io.StringIO()
    with looking_around(tmp_path, store, log):
        wait_until(lambda: bool(enlisted(store)), 20, "the turns of valewood")
        (tmp_path / "schools").rename(tmp_path / "elsewhere")
        (tmp_path / "schools").mkdir()
        wait_until(lambda: "holds no school any more" in log.getvalue(), 20, "it is told")
        (tmp_path / "trust.toml").write_text("[stor", encoding="utf-8")
        wait_until(lambda: "is no TOML" in log.getvalue(), 20, "it is told")
    assert enlisted(store) == {("valewood", "", "")}
    assert log.getvalue().count("holds no school any more") == 1


def test_a_school_whose_files_are_faulty_is_told_once_and_the_others_are_looked_after(
    tmp_path: Path, store: Database
) -> None:
    a_school(tmp_path, "valewood")
    (a_school(tmp_path, "ashgrove") / "moderator.toml").write_text("mode =", encoding="utf-8")
    a_trust(tmp_path)
    log = io.StringIO()
    with looking_around(tmp_path, store, log):
        wait_until(lambda: enlisted(store) == {("valewood", "", "")}, 20, "the turns of valewood")
        a_school(tmp_path, "larkfield")
        wait_until(lambda: ("larkfield", "", "") in enlisted(store), 20, "the turns of larkfield")
    assert log.getvalue().count('"event": "school.faulty"') == 1


def test_a_worker_finds_a_school_that_another_worker_saw_first(tmp_path: Path) -> None:
    a_school(tmp_path, "valewood")
    schools = Schools(a_trust(tmp_path))
    a_school(tmp_path, "ashgrove")
    assert schools.settings("ashgrove").school.id == "ashgrove"
    with pytest.raises(ConfigError, match="no school is there"):
        schools.settings("../schools/ashgrove")
