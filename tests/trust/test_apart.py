"""What is one school's is not found by another: each page and each command that takes an id is asked for a neighbour's.

Twice: as the user of a trust, and as a superuser, whom PostgreSQL's own walls do not stop, so that each statement's own
condition is seen to hold alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.routing import APIRoute
from starlette.testclient import TestClient
from typer.main import get_command

from moderator.cli import program
from moderator.policy.authority import Role
from moderator.settings import read_settings
from moderator.store import moves, sessions, users
from moderator.store.database import Database
from moderator.web.access import COOKIE, form_token
from moderator.web.app import ROUTERS, create_app
from moderator.web.site import Site
from tests.commands import in_process
from tests.postgres import SUPERUSER, Server
from tests.store.conftest import KEY
from tests.store.made import NOON
from tests.test_moving import a_row

CANARY = "canary"
"""The beginning of every word and every id of the neighbour's."""
NOWHERE = "nowhere"
HEAD = "Mrs Ravenscroft"
IN_A_PATH = {
    "comment_id": "canary1",
    "native_id": "canary1",
    "platform": "canary1",
    "user_id": "canary1",
    "credential_id": "canary1",
    "phone": "canary1",
    "number": "1",
}
FORM = {
    "answer": "hide",
    "after": "1",
    "until": "soon",
    "number": "1",
    "how": "overturn",
    "name": "n",
    "why": "w",
    "to": "deputy",
}
"""What the forms carry beside."""
SAME_PAGE = {"/alerts/{number}": "an alert that is not there is one that somebody has looked after"}
NO_IDS = {
    "digest": "of a static file",
    "name": "of a static file",
    "week": "a date",
    "label": "what a finding may be",
    "by": "in which way comments are alike",
    "token": "secret and signed; the store keeps its digest only",
}
WORDS = {
    "decide": ["{}", "hide"],
    "propose": ["{}", "hide"],
    "pass-on": ["{}", "--to", "deputy"],
    "put-off": ["{}"],
    "explain": ["{}"],
    "alike": ["{}"],
    "decide-together": ["{}", "hide"],
    "overturn": ["{}"],
    "take-back": ["{}"],
    "tasks": ["--done", "{}"],
    "evidence": ["{}", "--out", "{folder}/e.zip"],
    "hold": ["{}", "--why", "w"],
    "erase": ["{}", "--why", "w"],
    "approve": ["1"],
    "subject-access": ["{}", "--to", "{folder}/s.zip"],
    "sign-off": ["{}", "--why", "w"],
    "users invite": ["{}"],
    "users end": ["{}"],
    "users recovery": ["{}"],
    "alerts seen": ["1"],
    "alerts remove": ["{}"],
    "author show": ["{}"],
    "author note": ["{}", "w"],
    "author block": ["{}", "--open-ended", "--reason", "w"],
    "author ban": ["{}", "--open-ended", "--reason", "w"],
    "author mute": ["{}", "--open-ended", "--reason", "w"],
    "author release": ["{}", "--reason", "w"],
    "author link": ["{}", "{}"],
    "author unlink": ["{}"],
    "complaints acknowledge": ["1"],
    "complaints answer": ["1", "--words", "w"],
    "cases label": ["{}", "insult"],
    "history": ["--author", "{}"],
    "audit": ["--comment", "{}"],
}
"""How each command that takes an id is given it."""
TAKES_NO_ID = {
    "accounts import": "a folder",
    "checklist done": "an item of the program's own list",
    "complaints add": "what somebody says",
    "models check": "a folder",
    "models fetch": "a model's name",
    "paste": "a new author",
    "policy check": "a file",
    "policy diff": "files",
    "policy show": "a file",
    "report pause": "an address",
    "report resume": "an address",
    "restore": "a file",
    "roll import": "a file",
    "users add": "a new name",
}


@dataclass
class Neighbours:
    """Valewood, as its head meets it, in one database with Ashgrove, whose every word is a canary."""

    config: Path
    database: Database
    superuser: Database

    def ashgrove(self) -> dict[str, list[str]]:
        with self.superuser.connected() as connection:
            return {
                table.name: sorted(
                    map(repr, connection.execute(sa.select(table).where(table.c.school_id == "ashgrove")))
                )
                for table in moves.tables()
            }

    @cached_property
    def page(self) -> tuple[TestClient, dict[str, str]]:
        """A browser in which the head is signed in, and what its forms carry."""
        settings = read_settings(self.config, credentials_dir=None, logins=False)
        site = Site(settings, self.database, "http://localhost", lambda: NOON)
        with self.database.transaction() as tx:
            user = users.find(tx, HEAD) or users.add(tx, HEAD, Role.HEAD, "the test", NOON)
            token = sessions.open_session(tx, user, "a test's browser", NOON)
        with self.database.reading() as tx:
            session = sessions.find(tx, token, NOON)
        assert session is not None
        client = TestClient(create_app(site), base_url=site.origin, follow_redirects=False)
        client.headers.update({"Cookie": f"{COOKIE}={token}", "Origin": site.origin, "Sec-Fetch-Site": "same-origin"})
        return client, {"csrf": form_token(site, session)}


@pytest.fixture(scope="module", params=["behind both walls", "by each statement alone"])
def neighbours(
    request: pytest.FixtureRequest, postgresql: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Neighbours]:
    with postgresql.fresh() as url:
        beyond = url.replace("moderator@", f"{SUPERUSER}@")
        url = beyond if request.param == "by each statement alone" else url
        config = tmp_path_factory.mktemp("valewood")
        (config / "policy.toml").write_text("")
        (config / "moderator.toml").write_text(
            f'state_dir = "{config}/state"\n[school]\nid = "valewood"\nname = "Valewood"\n[store]\nurl = "{url}"\n'
            '[detectors]\ntoxicity = "stand-in"\nreader = "off"\n'
        )
        settings = read_settings(config, credentials_dir=None, logins=False)
        database = Database.open(url, audit_key=settings.audit_key, school_id="valewood")
        superuser = Database.open(beyond, audit_key=KEY, school_id="ashgrove")
        with superuser.transaction() as tx:
            for table in moves.tables():
                row = {k: f"{CANARY}1" if v == "v1" else v for k, v in a_row(table, 1).items()}
                tx.session.connection().execute(table.insert(), [row | {"school_id": "ashgrove"}])
        made = Neighbours(config, database, superuser)
        before = made.ashgrove()
        yield made
        assert made.ashgrove() == before
        database.close()
        superuser.close()


def routes() -> list[tuple[str, str]]:
    """Each way to ask for something by its address."""
    found = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    return [(method, route.path) for route in found for method in sorted(route.methods or ()) if "{" in route.path]


def parameters(path: str) -> list[str]:
    return re.findall(r"{(\w+)(?::\w+)?}", path)


def filled(path: str, values: dict[str, str]) -> str:
    return re.sub(r"{(\w+)(:\w+)?}", lambda found: values.get(found[1], "author"), path)


def test_each_part_of_an_address_is_known() -> None:
    parts = {name for _method, path in routes() for name in parameters(path)}
    assert parts == {*IN_A_PATH, *NO_IDS}


@pytest.mark.parametrize(("method", "path"), [each for each in routes() if set(parameters(each[1])) & set(IN_A_PATH)])
def test_a_neighbours_id_in_an_address_is_not_found(neighbours: Neighbours, method: str, path: str) -> None:
    client, form = neighbours.page
    nowhere = dict.fromkeys(IN_A_PATH, NOWHERE) | {"number": "77"}
    theirs, unknown = (
        client.request(method, filled(path, values), data=form | FORM if method == "POST" else None)
        for values in (IN_A_PATH, nowhere)
    )
    assert theirs.status_code == unknown.status_code
    assert theirs.status_code in (303, 400, 404) or path in SAME_PAGE, theirs.text
    assert "could not be read" not in theirs.text  # then nobody would have looked for the id
    assert CANARY not in theirs.text.replace(CANARY + "1", "") or theirs.status_code == 404
    assert theirs.headers.get("location", "").replace("canary1", NOWHERE) == unknown.headers.get("location", "")


def test_a_neighbours_ids_in_a_form_change_nothing(neighbours: Neighbours) -> None:
    client, form = neighbours.page
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute) and "POST" in (route.methods or ()) and route.path != "/sign-out":
                fields = {field.alias: FORM.get(field.alias, "canary1") for field in route.dependant.body_params}
                answer = client.post(filled(route.path, IN_A_PATH), data=fields | form)
                assert answer.status_code < 500, route.path


def commands() -> Iterator[tuple[str, Any]]:
    def below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
        inner: dict[str, Any] = getattr(command, "commands", {})
        yield from ((found for each, sub in inner.items() for found in below(f"{name} {each}".strip(), sub)))
        if not inner:
            yield name, command

    yield from below("", get_command(program()))


def test_each_command_that_takes_an_id_has_its_case() -> None:
    ids = {"comment", "author", "task", "done", "number", "who"}
    taking = {
        name
        for name, command in commands()
        if any(part.param_type_name == "argument" or part.name in ids for part in command.params)
    }
    assert taking == {*WORDS, *TAKES_NO_ID}


@pytest.mark.parametrize("neighbours", ["by each statement alone"], indirect=True)
@pytest.mark.parametrize("name", WORDS)
def test_a_command_does_not_find_a_neighbours_id(neighbours: Neighbours, name: str, tmp_path: Path) -> None:
    by = ["--by", HEAD] if any(part.name == "by" for part in dict(commands())[name].params) else []
    said = []
    for given in ("canary1", NOWHERE):
        words = [word.replace("{}", given).replace("{folder}", str(tmp_path)) for word in WORDS[name]]
        result = in_process([*name.split(), *words, *by, "--config", str(neighbours.config)])
        said.append(f"{result.exit_code} {result.exception!r} {result.output}".replace(given, "IT"))
    theirs, unknown = said
    assert theirs == unknown
    assert CANARY not in theirs
    assert "Usage:" not in theirs
    assert not isinstance(result.exception, TypeError | KeyError | AttributeError)
