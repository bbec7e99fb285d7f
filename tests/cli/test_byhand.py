"""`paste`, `checklist` and `check-post` as a person types them."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import Result

from moderator.build import open_database
from moderator.by_hand.watch import look_at_own_posts
from moderator.detectors.panel import build_detectors
from moderator.detectors.roll import Roll
from moderator.detectors.toxicity import WordListScorer
from moderator.domain import Post
from moderator.platforms.base import Page
from moderator.settings import read_settings
from moderator.settings.roll_file import import_roll
from moderator.store import accounts, comments
from tests.commands import in_process
from tests.conftest import MINUTE, NOON
from tests.platforms.byhand_street import drop, sample
from tests.platforms.imap_server import PASSWORD, USER, ImapServer
from tests.settings.conftest import Folder, shipped


@pytest.fixture
def school(tmp_path: Path) -> Folder:
    folder = shipped(tmp_path)
    folder.change('toxicity = "built-in"', 'toxicity = "stand-in"')
    folder.change('reader = "built-in"', 'reader = "off"')
    folder.add('[[accounts]]\nid = "dojo"\nplatform = "classdojo"\nhandle = "Valewood Primary"\n')
    return folder


def run(school: Folder, *words: str, stdin: str | None = None) -> Result:
    return in_process([*words, "--config", str(school.config)], input=stdin)


def test_a_paste_is_taken_in_once_and_judged_by_the_next_round(school: Folder) -> None:
    words = ["paste", "--place", "classdojo", "--author", "Pat Jones", "--where", "Sports day, Class 3"]
    words += ["--by", "Miss Example", "--json"]
    first = json.loads(run(school, *words, stdin="you are an idiot\n").stdout)
    again = json.loads(run(school, *words, stdin="you are an idiot\n").stdout)
    assert (first["new"], again["new"]) == (True, False)
    assert first["id"] == again["id"]

    assert first["id"] in run(school, "once", "--json").stdout
    told = run(school, "explain", first["id"]).stdout
    assert "you are an idiot" in told
    assert "insult" in told
    assert "Sports day, Class 3" in told


def test_a_dry_run_of_a_paste_says_what_policy_says_and_records_nothing(school: Folder) -> None:
    words = ("paste", "--text", "you are an idiot, you bitch", "--by", "Miss Example")
    told = run(school, *words, "--dry-run")
    assert told.stdout.startswith("would be ")
    assert "was here already" not in run(school, *words).stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--place", "facebook", "--text", "hi"), "Which place? Say it with --place: dojo"),
        (("--text", " "), "There is no text"),
        (("--text", "hi", "--posted-at", "last week"), "is no time such as"),
        (("--text", "hi", "--posted-at", "2031-01-01"), "lies in the future"),
    ],
)
def test_a_paste_that_cannot_be_is_refused_in_words(school: Folder, words: tuple[str, ...], told: str) -> None:
    result = run(school, "paste", *words, "--by", "Miss Example")
    assert result.exit_code != 0
    assert told in f"{result.output}{result.exception}"


def test_the_checklist_keeps_who_looked_when_and_what_they_saw(school: Folder) -> None:
    [before] = json.loads(run(school, "checklist", "--json").stdout)
    assert (before["id"], before["done"], before["by"]) == ("classdojo-comments", False, "")
    assert "Enable comments" in run(school, "checklist").stdout

    refused = run(school, "checklist", "done", "classdojo-comments", "--by", "Miss Example")
    assert "Say in a few words what you saw" in str(refused.exception)
    done = run(school, "checklist", "done", "classdojo-comments", "--by", "Miss Example", "--proof", "off everywhere")
    assert done.exit_code == 0

    [after] = json.loads(run(school, "checklist", "--json").stdout)
    assert (after["done"], after["late"], after["by"], after["proof"]) == (
        True,
        False,
        "Miss Example",
        "off everywhere",
    )
    assert "1 of 1 looked at this term" in run(school, "check").stdout


def test_an_own_post_is_answered_in_words_with_the_line_of_policy(school: Folder, tmp_path: Path) -> None:
    roll = tmp_path / "pupils.csv"
    roll.write_text("first_name,last_name,photo_consent\nTolliver,Amberley,no\n", encoding="utf-8")
    import_roll(read_settings(school.config, credentials_dir=None), roll, NOON)

    stopped = run(school, "check-post", "--text", "Tolliver won the chess cup!")
    assert stopped.exit_code == 1
    assert "“Tolliver”: a child of this name has no consent to be online." in stopped.stdout
    assert "cross referenced" in stopped.stdout

    fine = run(school, "check-post", stdin="Team 2 loved the lighthouse today!")
    assert fine.exit_code == 0
    assert fine.stdout.startswith("Nothing that was seen stands against posting this.")


def test_a_mailbox_named_in_the_settings_is_read_and_judged(school: Folder) -> None:
    with ImapServer() as server:
        school.add(
            f"""mail_host = "127.0.0.1"
mail_port = {server.port}
mail_security = "none"
mail_user = "{USER}"
mail_password_file = "dojo.password"
mail_servers = ["mx.valewood.example"]
csv_folder = "{school.state.parent}"
"""
        )
        school.credential("dojo.password", f"{PASSWORD}\n")
        now = datetime.now(UTC)
        server.receives(sample("classdojo_plain", "k1", text="you are an idiot, you bitch"), now)
        drop(
            school.state.parent,
            "one.csv",
            f"posted_at,text\n{now:%Y-%m-%d %H:%M},see you at the fair\n",
            now - 9 * MINUTE,
        )

        assert "ok    dojo          Valewood Primary (dojo)" in run(school, "check").stdout
        told = run(school, "once")

        assert "you are an idiot, you bitch" in told.stdout
        assert "see you at the fair" in told.stdout
        assert run(school, "once").stdout == "Nothing new.\n"


def test_a_post_that_is_out_stands_among_the_tasks_and_is_ticked_off(school: Folder) -> None:
    settings = read_settings(school.config, credentials_dir=None)
    place = settings.accounts[0].account
    post = Post("p1", "Well done to Elsie from Year 3", NOON, "https://example.org/p1")
    with closing(open_database(settings)) as database:
        with database.transaction() as tx:
            accounts.remember(tx, place)
            comments.receive(tx, place, "comments", Page((), (post,)), NOON)
        detectors = build_detectors(settings.school, None, WordListScorer())
        look_at_own_posts(database, detectors, settings.school, Roll(), NOON)

    [task] = json.loads(run(school, "tasks", "--json").stdout)
    assert task["kind"] == "own_post"
    assert task["url"] == "https://example.org/p1"
    assert "Then tick this off" in task["steps"]
    assert "The policy: “Posts must not contain any identifiable information" in task["why"]
    assert "Elsie" not in str(task)
    assert json.loads(run(school, "queue", "--tasks", "--json").stdout) == [task]
    [out] = json.loads(run(school, "own-posts", "--json").stdout)
    assert out["url"] == "https://example.org/p1"
    settle = ("own-posts", "--settled", out["code"], "--by", "Miss Example")
    assert "would be" in run(school, *settle, "--dry-run").stdout

    tick = ("tasks", "--done", task["id"], "--by", "Miss Example")
    assert "would be said to be done" in run(school, *tick, "--dry-run").stdout
    assert "said to be done by Miss Example: own_post" in run(school, *tick).stdout
    assert "Nothing to do by hand." in run(school, "tasks").stdout
    assert run(school, "tasks", "--done", "x:nothing", "--by", "Miss Example").exit_code != 0
