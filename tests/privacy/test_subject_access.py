"""A person gets all that is held about them: their words whole, everybody else's masked, in files that do no harm."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from moderator.domain import Ruling
from moderator.policy.keeping import Retention
from moderator.privacy.subject_access import Answer, gather
from moderator.privacy.subject_access_files import FORMULA, content, harmless, table
from moderator.store import authors, holds, quoted
from tests.privacy.made import CHILD, DAY, HEAD, HOUR, LEAD, PAT, SAM, START, WORDS, School

NOW = START + 10 * DAY
LONDON = ZoneInfo("Europe/London")


def answer(school: School) -> Answer:
    """What Pat gets."""
    with school.database.reading() as tx:
        (known,) = authors.find(tx, "@pat_larkin")
        return gather(tx, known, Retention(), "Valewood Primary", ["@valewoodtv"], LONDON, NOW)


def test_every_comment_stands_there_with_why_it_is_kept_and_until_when(school: School) -> None:
    school.clean("c1", START, "What a lovely day")
    school.hidden("c2", START + DAY, "shut up you fool")
    school.waiting("c3", START + 2 * DAY, "is this a school or a zoo")
    held = school.clean("c4", START + 3 * DAY, "hello")
    with school.database.transaction() as tx:
        holds.hold_comment(tx, held, LEAD, START + 3 * DAY, "the police ask")

    wrote = answer(school).facts["comments"]

    assert [each["forms"][0]["words"] for each in wrote] == [
        *("What a lovely day", "shut up you fool", "is this a school or a zoo", "hello")
    ]
    assert [each["kept_until"] for each in wrote] == ["2026-02-04 09:00 GMT", "2027-01-06 10:00 GMT", "", ""]
    assert "let pass" in wrote[0]["why_kept"]
    assert "acted on it" in wrote[1]["why_kept"]
    assert "has yet to decide" in wrote[2]["why_kept"]
    assert "legal reason" in wrote[3]["why_kept"]
    assert [each["copy_kept"] for each in wrote] == [False, True, True, False]
    assert {each["by"] for each in wrote[1]["decisions"]} == {
        *("the school’s rules, by machine", "a person at the school")
    }


def test_others_are_masked_and_the_people_at_the_school_are_not_named(school: School) -> None:
    school.hidden("c1", START, f"{WORDS} @sam_osgood said so, and @Pat_Larkin agrees, @valewoodtv")
    school.hidden("c2", START + HOUR, "Sam Osgood writes this", SAM, parent_native_id="c1")
    school.hidden("c3", START + 2 * HOUR, "no I do not", parent_native_id="c2")
    school.notes(PAT, "rang about @sam_osgood", START)
    school.bans(school.hidden("c4", START, "fool"), START)

    told = json.dumps(answer(school).facts, ensure_ascii=False)

    words = json.loads(told)["comments"][0]["forms"][0]["words"]
    assert words.startswith("you absolute idiot, ●●● deserves better")
    assert words.endswith("●●● said so, and @Pat_Larkin agrees, @valewoodtv")
    for other in ("Tolliver", "Amberley", "sam_osgood", "Sam Osgood", "writes this", HEAD.name, LEAD.name, "u-sam"):
        assert other not in told
    assert "rang about ●●●" in told


def test_words_that_stand_above_somebody_elses_comment_alone_are_told_too(school: School) -> None:
    school.clean("c1", START, f"well done {CHILD}, says @sam_osgood")
    school.hidden("c2", START + HOUR, "no, you are the fool", SAM, parent_native_id="c1")
    school.clears(START + 40 * DAY)
    with school.database.reading() as tx:
        (known,) = quoted.named(tx, "@pat_larkin")
        made = gather(tx, known, Retention(), "Valewood Primary", [], LONDON, START + 41 * DAY)

    (words,) = made.facts["quoted"]
    assert (words["words"], words["written"]) == ("well done ●●●, says ●●●", "2026-01-05 08:59 GMT")
    assert words["kept_until"] == "2027-01-05 11:00 GMT"
    assert [each["handle"] for each in made.facts["accounts"]] == ["@pat_larkin"]
    assert made.read_first == {"words of theirs in the evidence on others' comments": 1}
    page = content(Path("a.html"), made.facts, "moderator").decode()
    assert "well done ●●●, says ●●●" in page
    assert "well done ●●●" in table(made.facts)
    assert "you are the fool" not in page


def test_what_to_read_first_is_told_to_the_school_and_not_to_the_asker(school: School) -> None:
    comment = school.waiting("c1", START, "wait until I see you")
    school.decides(comment, Ruling.HIDE, START + HOUR, HEAD.name)
    school.notes(PAT, "came to the office", START)

    made = answer(school)

    assert made.read_first == {"notes by people at the school": 1, "reasons given by people at the school": 1}
    assert "read_first" not in json.dumps(made.facts)


def test_linked_accounts_and_earlier_names_are_all_there(own: School) -> None:
    own.clean("c1", START)
    own.clean("c2", START + DAY, "hello", replace(PAT, handle="@pat_l"))
    own.clean("c3", START, "hi", SAM)
    with own.database.transaction() as tx:
        authors.link(tx, ("youtube", PAT.native_id), ("youtube", SAM.native_id), HEAD, START)
        (known,) = authors.find(tx, "@pat_l")
        facts = gather(tx, known, Retention(), "Valewood Primary", [], LONDON, NOW).facts
    assert len(facts["comments"]) == 3
    assert {name["handle"] for each in facts["accounts"] for name in each["names"]} == {
        *("@pat_larkin", "@pat_l", "@sam_osgood")
    }


class Tags(HTMLParser):
    """Every tag of a page, with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, attrs))


HOSTILE = "=cmd|' /C calc'!A0 <script>alert(1)</script> \u202eturned {{ 7 * 7 }} <img src=x onerror=alert(1)>"


def test_the_page_holds_no_script_and_nothing_from_elsewhere(own: School) -> None:
    own.hidden("c1", START, HOSTILE)
    page = content(Path("answer.html"), answer(own).facts, "moderator 0.1").decode()

    tags = Tags(page).seen
    assert {tag for tag, _ in tags} & {"script", "img", "a", "iframe", "form", "link"} == set()
    assert not [name for _, attrs in tags for name, _ in attrs if name.startswith("on") or name in ("src", "href")]
    assert "&lt;script&gt;" in page
    assert "‹U+202E›" in page
    assert "49" not in page.split("turned")[1][:20]
    assert '<html lang="en-GB">' in page


def test_the_zip_holds_the_page_the_data_and_a_table(own: School) -> None:
    own.hidden("c1", START, HOSTILE)
    packed = zipfile.ZipFile(io.BytesIO(content(Path("answer.zip"), answer(own).facts, "moderator 0.1")))

    assert sorted(packed.namelist()) == ["comments.csv", "data.json", "page.html"]
    assert json.loads(packed.read("data.json"))["school"] == "Valewood Primary"
    text = packed.read("comments.csv").decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["words"].startswith("'=cmd|")
    assert text.count('"') % 2 == 0
    assert packed.read("comments.csv").startswith(b"\xef\xbb\xbf")
    assert json.loads(content(Path("answer.json"), answer(own).facts, "")) == json.loads(packed.read("data.json"))
    assert content(Path("answer.csv"), answer(own).facts, "") == packed.read("comments.csv")


@given(
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.sampled_from(["", " ", "=", "+", "-", "@", "\t", "\r", "\n=", " ="]),
)
def test_no_cell_begins_a_formula_and_none_is_lost(words: str, front: str) -> None:
    cell = front + words
    assert not harmless(cell).lstrip(" ").startswith(FORMULA)
    assert harmless(cell).removeprefix("'") in (cell, cell.removeprefix("'"))
    comment = dict.fromkeys(("id", "platform", "written", "now", "why_kept", "kept_until"), "x")
    made = table({"comments": [comment | {"forms": [{"words": cell}], "decisions": []}], "quoted": []})
    _, row = csv.reader(io.StringIO(made.removeprefix("\ufeff"), newline=""))
    assert row[3] == harmless(cell)
