"""`whatif`, `cases`, `tune`, `regret` and the rules in `explain`, through the door, on a day at the pretend platforms."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from moderator.settings import read_policy
from tests.conftest import REPOSITORY
from tests.journeys.street import Street, open_street

NAMED = "Well done Imogen Crellin, so proud"
RUDE = "Mr Quayle is a pathetic useless idiot"
KIND = "What a lovely day you all had"


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with open_street(tmp_path) as opened:
        shutil.copy(REPOSITORY / "config" / "policy.toml", opened.config / "policy.toml")
        yield opened


def said(street: Street, *words: str) -> str:
    told = street.command(*words)
    assert told.returncode == 0, told.stderr + told.stdout
    return told.stdout


def read(street: Street, *words: str) -> Any:
    return json.loads(said(street, *words, "--json"))


def gentler(street: Street) -> Path:
    """A policy under which no machine hides a child's name."""
    text = (street.config / "policy.toml").read_text(encoding="utf-8")
    start = text.index("[limits.child_named]")
    path = street.config.parent / "gentler.toml"
    path.write_text(text[:start] + text[start:].replace("hide = 0.85", "hide = 1.1", 1), encoding="utf-8")
    assert read_policy(path) != read_policy(street.config / "policy.toml")
    return path


def test_a_head_looks_before_she_changes_the_policy_and_learns_from_what_she_decided(street: Street) -> None:
    for text in (NAMED, RUDE, KIND):
        street.comment("youtube", text)
    said(street, "once")
    named = next(row["id"] for row in read(street, "queue") if "Imogen" in row["text"])
    path = gentler(street)

    told = said(street, "whatif", "--policy", str(path), "--since", "7d")
    assert "3 comments" in told
    assert "1 decisions would change" in told
    assert "hide -> queue: 1" in told
    assert f"{named}" in told
    assert "●●●" in told
    assert "Imogen" not in told
    assert "Nothing was changed." in told
    assert "Imogen" in said(street, "whatif", "--policy", str(path), "--words")
    assert f"{named}" not in said(street, "whatif", "--policy", str(path), "--samples", "0")

    said(street, "decide", named, "allow", "--by", "Mrs Ravenscroft")
    said(street, "once")
    result = read(street, "whatif", "--policy", str(path))
    assert (result["now"]["wrongly_hidden"], result["then"]["wrongly_hidden"]) == (1, 0)
    assert result["not_judged"] == 0
    assert "Imogen" not in json.dumps(result)

    listed = said(street, "cases")
    assert "false alarm" in listed
    assert "Imogen" not in listed
    out = street.config.parent / "cases.jsonl"
    assert "1 cases" in said(street, "cases", "--out", str(out))
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    (line,) = [json.loads(each) for each in out.read_text(encoding="utf-8").splitlines()]
    assert (line["text"], line["labels"], line["accept"]) == (NAMED, [], ["allow"])

    assert "would keep" in said(street, "cases", "label", named, "child_named", "--by", "Ms Okafor", "--dry-run")
    assert read(street, "cases")[0]["labels"] == []
    assert "holds child_named" in said(street, "cases", "label", named, "child_named", "--by", "Ms Okafor")
    assert read(street, "cases")[0]["labels"] == ["child_named"]

    regretted = read(street, "regret")
    assert (regretted["hidden"] >= 1, regretted["wrongly"], regretted["still_hidden"]) == (True, 1, 0)
    assert regretted["median_s"] == regretted["longest_s"]
    assert "Wrongly hidden: 1" in said(street, "regret", "--since", "1d")


def test_tune_refuses_in_words_where_there_is_too_little_to_go_on(street: Street) -> None:
    new = street.config.parent / "new.toml"
    told = said(street, "tune", "--label", "insult", "--out", str(new))
    assert "insult: too little to go on" in told
    assert "0 labels changed" in told
    assert read_policy(new) == read_policy(street.config / "policy.toml")
    (row,) = read(street, "tune", "--label", "insult")
    assert row["label"] == "insult"
    assert "30 are needed" in row["refused"]


def test_tune_never_writes_over_the_policy_in_force(street: Street) -> None:
    told = street.command("tune", "--out", str(street.config / "policy.toml"))
    assert told.returncode == 2
    assert "the policy in force" in told.stderr


def test_what_nobody_decided_on_cannot_be_labelled(street: Street) -> None:
    native_id = street.comment("youtube", KIND)
    said(street, "once")
    told = street.command("cases", "label", native_id, "spam", "--by", "Ms Okafor")
    assert told.returncode == 1
    assert "is no case" in told.stderr
    assert "Nobody has decided" in said(street, "cases")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("whatif", "--policy", "nowhere.toml"), "nowhere.toml"),
        (("regret", "--since", "yesterday"), "yesterday"),
        (("tune", "--label", "complaint"), "no limits for complaint"),
    ],
)
def test_what_cannot_be_understood_is_one_clear_sentence(
    street: Street, words: tuple[str, ...], complaint: str
) -> None:
    told = street.command(*words)
    assert told.returncode != 0
    assert "Traceback" not in told.stderr
    assert complaint in told.stderr


def in_state(street: Street, rule: str, state: str) -> None:
    path = street.config / "policy.toml"
    before, after = path.read_text(encoding="utf-8").split(f"[rules.{rule}]")
    path.write_text(
        f"{before}[rules.{rule}]" + after.replace('state = "live"', f'state = "{state}"', 1), encoding="utf-8"
    )


def test_explain_tells_the_verdict_of_each_rule(street: Street) -> None:
    in_state(street, "hate", "draft")
    in_state(street, "a_child_named", "shadow")
    native_id = street.comment("youtube", NAMED)
    said(street, "once")
    told = said(street, "explain", native_id)
    assert "rules on version 1:\n" in told
    assert "   hide   a_childs_full_name\n" in told
    assert "   hide   a_child_named (shadow: counted, decides nothing)\n" in told
    assert "   draft, not run: hate\n" in told
    rules = read(street, "explain", native_id)["rules"]
    assert "a_threat" in rules["silent"]
    assert "hate" not in rules["silent"]
    assert (rules["draft"], rules["failed"], rules["policy_changed"]) == (["hate"], [], False)

    in_state(street, "spam", "draft")
    assert "decided under another policy than the one in force" in said(street, "explain", native_id)
