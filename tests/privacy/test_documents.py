"""The papers say what the tables hold, and what is cleared away covers every place where words may stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import JSON, Text

from moderator.policy.limits import DEFAULT
from moderator.store.forgetting import BLANKED, DROPPED
from moderator.store.leftovers import LEFTOVERS
from moderator.store.tables import Row, Words
from tests.conftest import REPOSITORY

PAPERS = REPOSITORY / "docs" / "privacy"
NAMES = ("dpia", "record-of-processing", "privacy-notice", "transparency", "retention-schedule", "complaints-procedure")
ROW = re.compile(r"^\| `(\w+)` \| ((?:`\w+` ?)+)\| (.+) \| (.+) \|$", re.MULTILINE)


def told() -> dict[str, list[str]]:
    """The fields of each table, as the assessment names them."""
    text = (PAPERS / "dpia.md").read_text(encoding="utf-8")
    return {table: re.findall(r"`(\w+)`", fields) for table, fields, _for, _kept in ROW.findall(text)}


@pytest.mark.parametrize("table", sorted(Row.metadata.tables))
def test_every_field_of_every_table_stands_in_the_assessment(table: str) -> None:
    columns = [column.name for column in Row.metadata.tables[table].columns]
    assert sorted(told().get(table, [])) == sorted(columns), f"docs/privacy/dpia.md, part 6: {table}"


def test_the_assessment_names_no_table_that_does_not_exist() -> None:
    assert set(told()) == set(Row.metadata.tables)


@pytest.mark.parametrize("name", NAMES)
def test_a_paper_names_the_school_by_a_slot_and_nobody_else(name: str) -> None:
    text = (PAPERS / f"{name}.md").read_text(encoding="utf-8")
    assert "[" in text
    assert "Valewood" not in text
    assert f"({name}.md)" in (PAPERS / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["retention-schedule", "privacy-notice", "transparency", "record-of-processing"])
def test_the_times_in_the_papers_are_those_of_the_policy(name: str) -> None:
    text = (PAPERS / f"{name}.md").read_text(encoding="utf-8")
    assert f"{DEFAULT.retention.clean.days} days" in text
    assert "12 months" in text
    assert DEFAULT.retention.actioned.days == 365


@pytest.mark.parametrize("path", sorted(PAPERS.glob("*.md")), ids=lambda path: path.name)
def test_links_between_the_papers_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


SKELETON = {
    # Numbers of ours, words of our own lists, and people at the school: none of these is a commenter's.
    "comments": {"id", "school_id", "account_id", "platform", "native_id", "post_native_id", "parent_native_id"}
    | {"visibility", "ruling", "words_gone_why"},
    "comment_versions": {"comment_id", "school_id", "form"},
    "findings": {"school_id", "comment_id", "label", "detector", "detector_version", "field"},
    "decisions": {
        "comment_id",
        "school_id",
        "ruling",
        "decided_by",
        "mode",
        "labels",
        "author_action",
        "policy_version",
    },
    "actions": {"id", "school_id", "account_id", "comment_id", "kind", "asked_by", "state", "verified_visibility"},
    "outcomes": {"school_id", "action_id", "result"},
    "tasks": {"id", "school_id", "account_id", "comment_id", "kind", "closed_by"},
    "bans": {"id", "school_id", "account_id", "platform", "comment_id", "means", "banned_by", "ended_by"},
    "cases": {"comment_id", "school_id", "labels", "labelled_by"},
    "alert_cases": {"comment_id", "school_id", "opened_by"},
    "passed_cases": {"school_id", "comment_id", "to_role", "passed_by"},
    "proposals": {"school_id", "comment_id", "ruling", "proposed_by"},
}
"""What stays of a comment, by table, among the columns that can hold words."""
ALSO_CLEARED = {
    "comments": {"url", "author_native_id"},
    "decisions": {"reasons", "verdicts"},
    "outcomes": {"detail"},
}
NOT_CLEARED_WITH_A_COMMENT = {
    "audit_events": "append only; what it holds about an erased comment is blanked by audit.erase",
    "holds": "nothing on hold is cleared; a released one goes by its own time",
}


def test_whatever_is_added_to_the_tables_about_a_comment_is_cleared_or_said_to_stay() -> None:
    blanked = {table.__tablename__: set(blank) for table, blank in BLANKED}
    dropped = {table.__tablename__ for table in DROPPED}
    for name, table in Row.metadata.tables.items():
        about_a_comment = {"comment_id", "action_id"} & set(table.columns.keys()) or name == "comments"
        if not about_a_comment or name in dropped or name in NOT_CLEARED_WITH_A_COMMENT:
            continue
        words = {c.name for c in table.columns if isinstance(c.type, JSON | Text | Words)}
        cleared = blanked.get(name, set()) | ALSO_CLEARED.get(name, set())
        assert words == SKELETON.get(name, set()) | (cleared & words), f"{name}: see moderator/store/forgetting.py"


def test_whatever_names_an_author_goes_with_them() -> None:
    gone = {leftover.table.__tablename__ for leftover in LEFTOVERS} | {"comments", "bans"}
    gone |= {table.__tablename__ for table in DROPPED}
    with_authors = {name for name, table in Row.metadata.tables.items() if "author_native_id" in table.columns}
    assert with_authors - gone == set()
