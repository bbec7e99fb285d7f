"""Authors, tasks and overturned decisions at the command line, on the pretend platforms."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.street import Street, open_street

INSULT = "shut up you stupid b1tch"
THREAT = "I'm going to smash his face in"
KIND = "What a lovely day you all had."
HEAD = ("--by", "Mrs Ravenscroft")


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with open_street(tmp_path) as opened:
        yield opened


def does(street: Street, *words: str) -> str:
    """The command ends well; gives what it printed."""
    said = street.command(*words)
    assert said.returncode == 0, said.stderr + said.stdout
    return said.stdout


def facts(street: Street, *words: str) -> Any:
    return json.loads(does(street, *words, "--json"))


def fails(street: Street, *words: str) -> str:
    """The command ends with 1 and one sentence; gives it."""
    said: subprocess.CompletedProcess[str] = street.command(*words)
    assert said.returncode == 1, said.stderr + said.stdout
    assert "Traceback" not in said.stderr
    return said.stderr


def test_an_authors_strikes_count_once_a_person_agrees_and_notes_stand_beside_them(street: Street) -> None:
    native_id = street.comment("youtube", INSULT, handle="@pat")
    does(street, "once")
    assert "does not count yet" in does(street, "author", "show", "@pat")
    does(street, "decide", native_id, "hide", *HEAD)
    does(street, "author", "note", "@pat", "Came to the office and was kind.", *HEAD)
    shown = facts(street, "author", "show", native_id)
    assert (shown["comments"], shown["hidden"], len(shown["strikes"])) == (1, 1, 1)
    assert shown["strikes"][0]["counts"] is True
    assert shown["notes"][0]["by"] == "Mrs Ravenscroft"
    assert "Came to the office" in does(street, "author", "show", "@PAT")
    assert "Nobody called @nobody" in fails(street, "author", "show", "@nobody")


def test_what_only_a_person_saw_counts_when_the_person_says_so(street: Street) -> None:
    native_id = street.comment("youtube", KIND, handle="@pat")
    does(street, "once")
    does(street, "decide", native_id, "hide", "--strike", "--reason", "a taunt, to those who know", *HEAD)
    assert facts(street, "author", "show", "@pat")["strikes"][0]["counts"] is True


def test_a_mute_says_what_it_does_and_when_it_ends_and_is_taken_back(street: Street) -> None:
    street.comment("x", INSULT, handle="@pat")
    does(street, "once")
    dry = does(street, "author", "mute", "@pat", "--days", "7", *HEAD, "--dry-run")
    assert "everyone else sees them" in dry
    assert "It ends by itself on" in dry
    assert facts(street, "author", "show", "@pat")["bans"] == []
    does(street, "author", "mute", "@pat", "--days", "7", "--reason", "insults", *HEAD)
    (ban,) = facts(street, "author", "show", "@pat")["bans"]
    assert (ban["means"], ban["in_force"], ban["why"]) == ("mute", True, "insults")
    assert "would lift" in does(street, "author", "release", "@pat", *HEAD, "--dry-run")
    assert "lifted by Mrs Ravenscroft" in does(street, "author", "release", "@pat", *HEAD)
    assert "is not banned" in fails(street, "author", "release", "@pat", *HEAD)


def test_a_block_on_youtube_says_that_it_is_final_and_that_only_a_person_lifts_it(street: Street) -> None:
    native_id = street.comment("youtube", INSULT, handle="@pat")
    does(street, "once")
    said = does(street, "author", "ban", native_id, "--days", "30", *HEAD, "--dry-run")
    assert "for good" in said
    assert "Only a person can lift it there, and a task will say so" in said
    does(street, "author", "ban", native_id, "--days", "30", *HEAD)
    does(street, "once")
    assert not street.is_public("youtube", native_id)


def test_a_ban_needs_evidence_and_one_length_within_the_schools_longest(street: Street) -> None:
    native_id = street.comment("x", KIND, handle="@pat")
    street.comment("x", KIND, handle="@sam")
    does(street, "once")
    assert "nothing to ban them for" in fails(street, "author", "block", "@pat", *HEAD)
    assert "was not written by @sam" in fails(street, "author", "block", "@sam", "--comment", native_id, *HEAD)
    with_comment = ("author", "block", "@pat", "--comment", native_id, *HEAD)
    assert "Give one of" in fails(street, *with_comment, "--days", "3", "--open-ended")
    assert "at most" in fails(street, *with_comment, "--days", "9999")
    assert "over on 2020-01-01" in fails(street, *with_comment, "--until", "2020-01-01")
    assert "as 2027-01-31" in fails(street, *with_comment, "--until", "next week")
    assert facts(street, *with_comment)["until"]
    (ban,) = facts(street, "author", "show", "@pat")["bans"]
    assert ban["comment"] == facts(street, "explain", native_id)["comment"]["id"]


def test_two_accounts_that_a_person_links_count_together_until_they_are_unlinked(street: Street) -> None:
    street.comment("x", INSULT, handle="@pat")
    street.comment("youtube", INSULT, handle="@pat")
    does(street, "once")
    assert "could be 2 authors" in fails(street, "author", "show", "@pat")
    assert "would link" in does(street, "author", "link", "x:@pat", "youtube:@pat", *HEAD, "--dry-run")
    does(street, "author", "link", "x:@pat", "youtube:@pat", *HEAD)
    assert len(facts(street, "author", "show", "x:@pat")["strikes"]) == 2
    does(street, "author", "unlink", "x:@pat", *HEAD)
    assert len(facts(street, "author", "show", "x:@pat")["strikes"]) == 1
    assert "linked to no other" in fails(street, "author", "unlink", "x:@pat", *HEAD)
    assert "one account, not two" in fails(street, "author", "link", "x:@pat", "x:@pat", *HEAD)


def test_a_task_is_listed_with_its_steps_and_ticked_off(street: Street) -> None:
    native_id = street.comment("x", KIND)
    does(street, "once")
    does(street, "decide", native_id, "block", *HEAD)
    does(street, "once")
    (task,) = facts(street, "tasks")
    assert task["kind"] == "block"
    assert "x.com" in task["url"]
    assert "would be said to be done" in does(street, "tasks", "--done", task["id"], *HEAD, "--dry-run")
    assert facts(street, "tasks", "--done", task["id"], *HEAD)["done_by"] == "Mrs Ravenscroft"
    assert "Nothing to do by hand." in does(street, "tasks")
    assert "No task has the id" in fails(street, "tasks", "--done", "nothing", *HEAD)


def test_an_overturned_decision_is_in_sight_again_and_what_waits_cannot_be_overturned(street: Street) -> None:
    native_id = street.comment("youtube", INSULT)
    waits = street.comment("youtube", "you absolute idiot")
    does(street, "once")
    assert not street.is_public("youtube", native_id)
    assert "would overturn: hide by policy, now allow" in does(street, "overturn", native_id, *HEAD, "--dry-run")
    done = facts(street, "overturn", native_id, *HEAD, "--reason", "a line from the play")
    assert (done["was"], done["ruling"]) == ("hide", "allow")
    does(street, "once")
    assert street.is_public("youtube", native_id)
    assert "moderator decide" in fails(street, "overturn", waits, *HEAD)


def test_what_is_urgent_is_for_the_head_and_the_lead_once_they_are_named(street: Street) -> None:
    native_id = street.comment("youtube", THREAT)
    does(street, "once")
    assert "nobody is named" in street.command("check").stdout
    path = street.config / "moderator.toml"
    people = '\n[people]\nhead = "Mrs Ravenscroft"\nsafeguarding_lead = "Mr Achebe"\nothers = ["Ms Okafor"]\n'
    path.write_text(path.read_text(encoding="utf-8") + people, encoding="utf-8")
    for words in (("decide", native_id, "hide"), ("overturn", native_id), ("author", "mute", native_id)):
        for dry in ((), ("--dry-run",)):
            said = fails(street, *words, "--by", "Ms Okafor", *dry)
            assert "only Mr Achebe or Mrs Ravenscroft may decide" in said
    does(street, "decide", native_id, "hide", "--by", "mr achebe")
    assert "decided by Mr Achebe or Mrs Ravenscroft" in street.command("check").stdout
