"""Users at the command line: links, codes and endings, and that whoever acts there is one of them from then on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from moderator.domain import Ruling
from moderator.errors import ModeratorError
from moderator.settings import read_settings
from moderator.store import accounts, decisions, invites, recovery
from moderator.store.database import Database
from tests.commands import in_process
from tests.conftest import NOON
from tests.databases import make_tables
from tests.store.made import ACCOUNT, a_comment, a_decision, receive
from tests.web.office import CONFIG

HEAD = ("--by", "Mrs Ravenscroft")


@dataclass
class School:
    """A configured school with a store, and `moderator` in this process."""

    folder: Path
    database: Database

    def does(self, *words: str) -> str:
        """The command ends well; gives what it printed."""
        result = in_process([*words, "--config", str(self.folder)])
        assert result.exit_code == 0, (result.exception, result.output)
        return result.output

    def facts(self, *words: str) -> Any:
        return json.loads(self.does(*words, "--json"))

    def refuses(self, *words: str) -> str:
        """The command ends with an error made on purpose; gives its sentence."""
        result = in_process([*words, "--config", str(self.folder)])
        assert isinstance(result.exception, ModeratorError), (result.exception, result.output)
        return str(result.exception)

    def waits(self, native_id: str) -> str:
        """The id of a comment that waits for a person."""
        with self.database.transaction() as tx:
            (comment,) = receive(tx, a_comment(native_id, "What a lovely day"), at=NOON)
            decisions.record(tx, a_decision(comment, Ruling.QUEUE, at=NOON), ())
        return comment.id


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    (tmp_path / "moderator.toml").write_text(CONFIG.format(folder=tmp_path / "state"))
    (tmp_path / "policy.toml").write_text("")
    (tmp_path / "state").mkdir(mode=0o700)
    settings = read_settings(tmp_path, credentials_dir=None, logins=False)
    database = Database.open(settings.store_url, key=settings.store_key, audit_key=settings.audit_key)
    make_tables(database)
    with database.transaction() as tx:
        accounts.remember(tx, ACCOUNT)
    yield School(tmp_path, database)
    database.close()


def test_the_first_user_is_let_in_by_a_link_with_a_picture_and_the_next_by_the_first(school: School) -> None:
    assert "Nobody yet" in school.does("users", "list")
    said = school.does("users", "add", "Mrs Ravenscroft", "--role", "head")
    link = re.search(r"http://localhost:8080/welcome/[\w-]{43}\b", said)
    assert link is not None
    assert "█" in said
    assert "only" not in school.refuses("users", "add", "Mr Kowalczyk", "--role", "it", "--by", "a passer-by")
    second = school.facts("users", "add", "Mr Kowalczyk", "--role", "it", *HEAD, "--origin", "https://m.example.sch.uk")
    assert second["link"].startswith("https://m.example.sch.uk/welcome/")
    rows = school.facts("users", "list")
    assert [(row["name"], row["role"], row["added_by"]) for row in rows][1] == ("Mr Kowalczyk", "it", "Mrs Ravenscroft")


def test_a_dry_run_lets_nobody_in_and_meets_the_same_refusals(school: School) -> None:
    assert "would make" in school.does("users", "add", "Mrs Ravenscroft", "--role", "head", "--dry-run")
    assert school.facts("users", "list") == []
    school.does("users", "add", "Mrs Ravenscroft", "--role", "head")
    assert "already" in school.refuses("users", "add", "mrs  ravenscroft", "--role", "it", *HEAD, "--dry-run")
    assert "how the machine signs" in school.refuses("users", "add", "Policy", "--role", "it", *HEAD)
    school.does("users", "end", "Mrs Ravenscroft", *HEAD, "--dry-run")
    assert len(school.facts("users", "list")) == 1


def test_an_address_that_no_passkey_can_belong_to_is_refused_before_anything_is_done(school: School) -> None:
    said = school.refuses("users", "add", "Mrs Ravenscroft", "--role", "head", "--origin", "http://192.0.2.1")
    assert "--origin http://192.0.2.1" in said
    assert school.facts("users", "list") == []


def test_links_and_codes_of_the_command_line_are_those_of_the_page(school: School) -> None:
    link = school.facts("users", "add", "Mrs Ravenscroft", "--role", "head")["link"]
    newer = school.facts("users", "invite", "mrs ravenscroft", *HEAD)
    code = school.facts("users", "recovery", "Mrs Ravenscroft", *HEAD)["code"]
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{3}-){7}[0-9A-HJKMNP-TV-Z]{3}", code)
    now = datetime.fromisoformat(newer["ends_at"]) - invites.LIVES
    with school.database.transaction() as tx:
        assert invites.find(tx, link.rpartition("/")[2], now) is None
        user = invites.use(tx, newer["link"].rpartition("/")[2], now)
        assert user is not None
        assert recovery.use(tx, code.lower(), now) == user
    assert "no user called" in school.refuses("users", "invite", "Mr Nobody", *HEAD)


def test_who_is_ended_acts_no_more(school: School) -> None:
    school.does("users", "add", "Mrs Ravenscroft", "--role", "head")
    school.does("users", "add", "Mr Oyelaran", "--role", "deputy", *HEAD)
    assert "ended: Mr Oyelaran" in school.does("users", "end", "mr oyelaran", *HEAD)
    assert "not among the users" in school.refuses("users", "invite", "Mrs Ravenscroft", "--by", "Mr Oyelaran")


def test_once_there_are_users_their_roles_count_at_the_command_line(school: School) -> None:
    first, second = school.waits("c1"), school.waits("c2")
    school.does("decide", first, "hide", "--by", "whoever")
    school.does("users", "add", "Mrs Ravenscroft", "--role", "head")
    for name, role in (("Miss Pemberton", "staff"), ("Mr Kowalczyk", "it")):
        school.does("users", "add", name, "--role", role, *HEAD)
        refused = school.refuses("decide", second, "hide", "--by", name)
        assert f"{name} may not decide here" in refused
        assert "Mrs Ravenscroft" in refused
    stranger = school.refuses("decide", second, "hide", "--by", "whoever")
    assert "not among the users" in stranger
    assert '"Mrs Ravenscroft"' in stranger
    assert "does not look after the users" in school.refuses(
        "users", "invite", "Mr Kowalczyk", "--by", "Miss Pemberton"
    )
    school.does("decide", second, "hide", *HEAD)
    assert json.loads(school.does("history", "--json"))[0]["by"] == "Mrs Ravenscroft"


def test_no_command_takes_the_word_of_a_stranger(school: School) -> None:
    school.does("users", "add", "Mrs Ravenscroft", "--role", "head")
    comment = school.waits("c1")
    asked = [
        ("decide", comment, "hide"),
        ("overturn", comment),
        ("tasks", "--done", "1"),
        ("evidence", comment, "--out", str(school.folder / "out.zip")),
        ("erase", comment),
        ("alerts", "seen", "1"),
        ("cases", "label", comment, "insult"),
        ("author", "note", comment, "words"),
        ("author", "block", comment),
        ("author", "release", comment),
        ("users", "end", "Mrs Ravenscroft"),
    ]
    for words in asked:
        assert "A Stranger is not among the users" in school.refuses(*words, "--by", "A Stranger"), words
    assert school.does("queue").count(comment) == 1
