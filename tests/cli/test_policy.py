"""`policy check`, `show` and `diff`: the school's policy, seen before it is in force."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from moderator.errors import ConfigError
from moderator.policy.rules import RULES
from tests.commands import in_process
from tests.conftest import REPOSITORY

SHIPPED = REPOSITORY / "config" / "policy.toml"


def said(*words: str | Path) -> str:
    """What a command that went well prints."""
    result = in_process(["policy", *map(str, words)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


LISTS = ("--toxicity", "stand-in", "--reader", "off")
"""Lists and patterns, which take a name for a name whatever stands around it."""


@pytest.fixture
def early(tmp_path: Path) -> Path:
    """A policy that hides on the slightest sign of a name, and has one rule tried out."""
    path = tmp_path / "early.toml"
    text = "[limits.child_named]\nqueue = 0.1\nhide = 0.2\n[rules.spam]\nstate = 'shadow'\n"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_policy_is_in_order() -> None:
    told = said("check", SHIPPED)
    assert f"{len(RULES)} rules, {len(RULES)} of them live" in told
    assert "hides none of" in told


def test_a_policy_that_hides_what_no_school_hides_is_refused_with_each_comment_and_reason(early: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        in_process(["policy", "check", str(early), *LISTS], catch_exceptions=False)

    told = str(refused.value)
    assert refused.value.exit_code == 2
    assert told.startswith(f"{early}: would hide ")
    assert "words that are names: “By the grace of God" in told
    assert "names a child" in told
    assert told.endswith("Then run: moderator policy check")


def test_a_script_is_told_the_same(early: Path) -> None:
    result = in_process(["policy", "check", str(early), "--json"])
    told = json.loads(result.output)
    assert result.exit_code == 2
    assert not told["ok"]
    assert {"text", "kind", "reasons"} == set(told["hides"][0])
    assert json.loads(said("check", SHIPPED, "--json"))["hides"] == []


def test_a_file_with_a_fault_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("\n[limits.insult]\nqueue = 0.9\nhide = 0.1\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"policy\.toml:3, limits\.insult\.queue: must not be above hide"):
        in_process(["policy", "check", str(path)], catch_exceptions=False)


def test_a_policy_is_shown_in_words_with_every_rule_its_state_and_its_sentences(early: Path) -> None:
    told = said("show", early)
    for rule in RULES:
        assert rule.__name__ in told
    for words in (
        "child_named    waits from 0.10, hidden from 0.20",
        "shadow",
        "“Children must not be tagged",
        "on duty",
    ):
        assert words in told


def test_a_script_reads_the_whole_policy(early: Path) -> None:
    told = json.loads(said("show", early, "--json"))
    assert told["limits"]["child_named"] == {"queue": 0.1, "hide": 0.2}
    assert {row["rule"]: row["state"] for row in told["rules"]}["spam"] == "shadow"


def test_two_policies_are_compared_in_words(early: Path) -> None:
    told = said("diff", SHIPPED, early)
    assert told.splitlines() == [
        "child_named: waits from 0.10, hidden from 0.20, instead of waits from 0.50, hidden from 0.85 (stricter)",
        "rule spam: shadow, instead of live",
    ]
    assert said("diff", SHIPPED, SHIPPED).strip() == "Both say the same."
    assert len(json.loads(said("diff", SHIPPED, early, "--json"))) == 2
