"""Erased words are gone for good: from every table, from others' evidence, from old backups, and when read again."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Thread

import pytest

from moderator.domain import Comment, Decision, Ruling
from moderator.errors import ConfigError, StoreError
from moderator.platforms.base import Page
from moderator.policy.keeping import Retention
from moderator.privacy.erase import (
    ERASURES,
    StillNeeded,
    Subject,
    apply_tombstones,
    ask,
    carry_out,
    quoted_of,
    read_lines,
)
from moderator.privacy.kept import kept_facts
from moderator.privacy.retention import Class
from moderator.store import approvals, authors, comments, decisions, evidence, holds, quoted
from moderator.store.database import Database
from tests.privacy.made import ACCOUNT, DAY, HEAD, HOUR, LEAD, OF_PAT, PAT, SAM, START, WORDS, School

PATS = ("youtube", PAT.native_id)
AT = START + 3 * DAY


def erase(school: School, subject: Subject, folder: Path, at: datetime = AT) -> int:
    """One person asks, another agrees."""
    with school.database.transaction() as tx:
        asked = ask(tx, subject, HEAD, at, "they asked in writing")
    with school.database.transaction() as tx:
        return carry_out(tx, approvals.find(tx, asked.number), LEAD, at, folder / ERASURES)


def test_all_that_an_author_wrote_is_gone_and_the_chain_is_whole(school: School, tmp_path: Path) -> None:
    first, second, sams = school.hidden("c1", START), school.clean("c2", START), school.hidden("c3", START, author=SAM)
    school.notes(PAT, "Pat Larkin rang", START)

    assert erase(school, Subject(authors=(PATS,)), tmp_path) == 2

    left = school.dump("audit_events", "tombstones")
    assert [mark for mark in OF_PAT if mark in left] == ["idiot", "Tolliver", "07700"]  # Those are Sam's words now.
    assert (school.words_of(first), school.words_of(second), school.words_of(sams)) == ("", "", WORDS)
    with school.database.reading() as tx:
        assert authors.find(tx, "@pat_larkin") == []
        assert decisions.findings(tx, first.id, 1) == []
        (said,) = kept_facts(tx, first, Retention())["lines"]
        assert [each.ruling for each in decisions.history(tx, first.id)] == [Ruling.HIDE, Ruling.HIDE]
    assert (
        said
        == "its words and its author were erased on 08 January 2026, because somebody asked for it and two people agreed"
    )
    assert school.is_whole()


def test_one_comment_goes_and_the_others_stay(school: School, tmp_path: Path) -> None:
    one, other = school.hidden("c1", START), school.clean("c2", START, "thank you all")

    assert erase(school, Subject(comment_id=one.id), tmp_path) == 1

    assert (school.words_of(one), school.words_of(other)) == ("", "thank you all")
    assert school.held(AT) == {Class.CLEAN: 1}
    with school.database.reading() as tx:
        assert len(authors.find(tx, "@pat_larkin")) == 1
    assert school.is_whole()


def test_each_erasure_is_a_line_for_its_owner_alone_and_the_record_forgets_whom_it_was_about(
    school: School, tmp_path: Path
) -> None:
    comment = school.hidden("c1", START)
    erase(school, Subject(comment_id=comment.id), tmp_path)
    school.hidden("c2", START)
    erase(school, Subject(authors=(PATS,)), tmp_path)

    file = tmp_path / ERASURES
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    one, two = map(json.loads, read_lines(file))
    both = {
        "at": AT.isoformat(),
        "school": "school",
        "by": "Mrs Ravenscroft, Mr Achebe",
        "why": "they asked in writing",
    }
    assert one == both | {"comment_id": comment.id}
    assert two == both | {"platform": "youtube", "author_native_id": PAT.native_id}
    assert "in writing" not in school.dump()
    with school.database.reading() as tx:
        assert approvals.waiting(tx) == []


def test_what_waits_or_is_on_hold_is_not_erased_and_neither_is_the_rest(school: School, tmp_path: Path) -> None:
    school.waiting("c1", START)
    held, clean = school.hidden("c2", START), school.clean("c3", START)
    with school.database.transaction() as tx:
        holds.hold_comment(tx, held, LEAD, START, "court")
    with pytest.raises(StillNeeded, match=r"to be decided.* and .* on hold"), school.database.transaction() as tx:
        ask(tx, Subject(authors=(PATS,)), HEAD, AT, "")
    with school.database.transaction() as tx:
        asked = ask(tx, Subject(comment_id=clean.id), HEAD, AT, "")
        holds.hold_comment(tx, clean, LEAD, AT, "court")
    with pytest.raises(StillNeeded, match="on hold"), school.database.transaction() as tx:
        carry_out(tx, asked, LEAD, AT, tmp_path / ERASURES)

    assert school.words_of(clean) != ""
    assert not (tmp_path / ERASURES).exists()


def test_nothing_goes_where_the_line_cannot_be_written(own: School, tmp_path: Path) -> None:
    comment = own.clean("c1", START)
    with pytest.raises(ConfigError, match="Nothing was erased"):
        erase(own, Subject(comment_id=comment.id), tmp_path / "nowhere")
    assert own.words_of(comment) != ""


def test_read_again_it_does_not_return_and_what_they_write_anew_does(school: School, tmp_path: Path) -> None:
    comment = school.hidden("c1", START)
    erase(school, Subject(authors=(PATS,)), tmp_path)

    assert school.delivers([comment], AT + DAY) == []
    unseen = replace(comment, id=f"{comment.id[:-1]}0", native_id="c9")
    assert [each.text for each in school.delivers([unseen], AT + DAY)] == [""]
    assert [mark for mark in OF_PAT if mark in school.dump("tombstones")] == []
    with school.database.reading() as tx:
        assert comments.unjudged(tx, 10) == []

    edited = replace(comment, text="now I say idiot again", edited_at=AT + 2 * DAY)
    anew = replace(comment, id=f"{comment.id[:-1]}1", native_id="c10", posted_at=AT + 2 * DAY)
    assert [each.version for each in school.delivers([edited, anew], AT + 2 * DAY)] == [2, 1]
    with school.database.reading() as tx:
        assert {each.text for each in comments.unjudged(tx, 10)} == {"now I say idiot again", WORDS}


def test_others_evidence_keeps_their_words_and_loses_the_erased_ones(school: School, tmp_path: Path) -> None:
    pats = school.hidden("c1", START)
    answer = school.hidden("c2", START + HOUR, "no, you are the fool", SAM, parent_native_id="c1")
    on_hold = school.hidden("c3", START + HOUR, "fool", SAM, parent_native_id="c1")
    school.hidden("c4", START, "nobody asked you", SAM)
    unconcerned = school.hidden("c5", START + HOUR, "fool", SAM, parent_native_id="c4")
    with school.database.transaction() as tx:
        holds.hold_comment(tx, on_hold, LEAD, START, "court")
        (before,), (untouched,) = evidence.load(tx, answer.id), evidence.load(tx, unconcerned.id)
    assert before.thread[0].text == WORDS

    erase(school, Subject(authors=(PATS,)), tmp_path)

    with school.database.reading() as tx:
        (kept,), (whole,) = evidence.load(tx, answer.id), evidence.load(tx, on_hold.id)
        assert evidence.load(tx, unconcerned.id) == [untouched]
    assert (kept.text, kept.thread[0].text) == ("no, you are the fool", "(erased at its author's wish)")
    assert kept.thread[0].author.handle == ""
    assert kept.is_unchanged
    assert kept.digest != before.digest
    assert whole.thread[0].text == WORDS  # Evidence on hold stays as it was.
    assert school.words_of(pats) == ""
    assert school.is_whole()


def test_words_cleared_by_their_age_are_still_found_and_erased_above_an_answer(school: School, tmp_path: Path) -> None:
    pats = school.clean("c1", START, "my words here")
    answer = school.hidden("c2", START + HOUR, "no, you are the fool", SAM, parent_native_id="c1")
    school.clears(START + 40 * DAY)
    with school.database.reading() as tx:
        assert authors.find(tx, "@pat_larkin") == []
        assert evidence.load(tx, answer.id)[0].thread[0].text == "my words here"
        assert [each.key for each in quoted.named(tx, "youtube:@Pat_Larkin")] == [PATS]
        assert quoted.named(tx, "x:@pat_larkin") == []
        assert quoted_of(tx, Subject(comment_id=pats.id)) == quoted_of(tx, Subject(authors=(PATS,))) == [answer.id]

    assert erase(school, Subject(comment_id=pats.id), tmp_path, START + 41 * DAY) == 0

    with school.database.reading() as tx:
        (kept,) = evidence.load(tx, answer.id)
        assert (quoted.named(tx, "@pat_larkin"), quoted_of(tx, Subject(comment_id=pats.id))) == ([], [])
    assert (kept.text, kept.thread[0].text) == ("no, you are the fool", "(erased at its author's wish)")
    assert kept.is_unchanged
    assert [mark for mark in ("my words here", *OF_PAT) if mark in school.dump("tombstones", "audit_events")] == []
    assert school.is_whole()


def test_a_page_that_is_being_stored_while_words_are_erased_brings_none_of_them(school: School, tmp_path: Path) -> None:
    old = school.clean("c1", START)
    new = replace(old, id=f"{old.id[:-1]}0", native_id="c9", text=WORDS)
    erasing = Thread(target=erase, args=(school, Subject(authors=(PATS,)), tmp_path))
    with school.database.transaction() as tx:
        comments.receive(tx, ACCOUNT, "comments", Page(comments=(new,)), START + DAY)
        decisions.record(tx, Decision(new.id, 1, Ruling.ALLOW, HEAD.name, START + DAY, ("let it be",)))
        erasing.start()
        erasing.join(timeout=0.5)
        assert erasing.is_alive()  # It waits until the page is stored.
    erasing.join(timeout=30)
    assert [mark for mark in OF_PAT if mark in school.dump("tombstones", "audit_events")] == []


def test_evidence_that_is_being_kept_while_words_are_erased_holds_none_of_them(school: School, tmp_path: Path) -> None:
    school.hidden("c1", START)
    answer = school.reads("c2", START + HOUR, "no, you are the fool", SAM, parent_native_id="c1")
    erasing = Thread(target=erase, args=(school, Subject(authors=(PATS,)), tmp_path))
    with school.database.transaction() as tx:
        decisions.record(tx, Decision(answer.id, 1, Ruling.HIDE, HEAD.name, START + DAY, ("rude",)))
        erasing.start()
        erasing.join(timeout=0.5)
        assert erasing.is_alive()
    erasing.join(timeout=30)
    with school.database.reading() as tx:
        (kept,) = evidence.load(tx, answer.id)
    assert kept.thread[0].text == "(erased at its author's wish)"


@pytest.fixture
def backup(own: School, tmp_path: Path) -> Iterator[School]:
    """The database as it stood before anything was erased: with words, and something still waiting."""
    own.hidden("c1", START)
    own.waiting("c2", START)
    own.clean("c3", START, "thank you all", SAM)
    own.database.close()  # The last to close it puts all into the one file; it is opened again when asked next.
    shutil.copy(tmp_path / "own.db", tmp_path / "backup.db")
    opened = Database.open(f"sqlcipher:///{tmp_path}/backup.db", key="5a" * 32)
    yield School(opened)
    opened.close()


def test_an_erasure_outlives_the_restore_of_a_backup_from_before(own: School, backup: School, tmp_path: Path) -> None:
    second = _second(own)
    own.acts(second, own.decides(second, Ruling.HIDE, START + DAY, HEAD.name), START + DAY)
    erase(own, Subject(authors=(PATS,)), tmp_path)
    lines = read_lines(tmp_path / ERASURES)
    assert any(mark in backup.dump() for mark in OF_PAT)

    with backup.database.transaction() as tx:
        assert apply_tombstones(tx, lines) == 2
    with backup.database.transaction() as tx:
        assert apply_tombstones(tx, lines) == 0  # Once more changes nothing.

    assert [mark for mark in OF_PAT if mark in backup.dump("tombstones", "audit_events")] == []
    assert backup.held(AT) == {Class.CLEAN: 1}
    assert backup.is_whole()
    with backup.database.reading() as tx:
        assert decisions.count_queued(tx) == 0


def _second(school: School) -> Comment:
    with school.database.reading() as tx:
        (found,) = comments.find(tx, "c2")
    return found


def test_lines_of_other_schools_and_torn_ones_are_passed_over_and_senseless_ones_refused(own: School) -> None:
    comment = own.clean("c1", START)
    about = {"at": AT.isoformat(), "comment_id": comment.id, "by": "Mrs Ravenscroft", "why": ""}
    other, torn = json.dumps(about | {"school": "larkfield"}), json.dumps(about)[:-9]
    with own.database.transaction() as tx:
        assert apply_tombstones(tx, [other, torn, ""]) == 0
    assert own.words_of(comment) != ""
    with pytest.raises(StoreError, match="names nothing"), own.database.transaction() as tx:
        apply_tombstones(tx, ['{"at": "2026-01-08T09:00:00+00:00", "by": "x"}'])
    with own.database.transaction() as tx:
        assert apply_tombstones(tx, [json.dumps(about)]) == 1  # A line without a school is this one's.


def test_a_line_after_a_torn_one_begins_anew(own: School, tmp_path: Path) -> None:
    (tmp_path / ERASURES).write_text('{"at": "2026-01', encoding="utf-8")
    erase(own, Subject(comment_id=own.clean("c1", START).id), tmp_path)
    _, whole = read_lines(tmp_path / ERASURES)
    assert json.loads(whole)["by"] == "Mrs Ravenscroft, Mr Achebe"


def test_linked_accounts_are_one_person(own: School, tmp_path: Path) -> None:
    own.clean("c1", START)
    own.clean("c2", START, "hello", SAM)
    with own.database.transaction() as tx:
        authors.link(tx, PATS, ("youtube", SAM.native_id), HEAD, START)
        accounts = authors.groups(tx, [PATS])[PATS]
    assert erase(own, Subject(authors=accounts), tmp_path) == 2
    assert own.held(AT) == {}


def test_the_tombstone_covers_what_was_written_until_then_only(own: School) -> None:
    old, later = own.clean("c1", START), own.clean("c2", AT + DAY, "hello again")
    line = {"at": AT.isoformat(), "platform": ACCOUNT.platform, "author_native_id": PAT.native_id, "by": "x", "why": ""}
    with own.database.transaction() as tx:
        assert apply_tombstones(tx, [json.dumps(line)]) == 1
    assert (own.words_of(old), own.words_of(later)) == ("", "hello again")
    with own.database.reading() as tx:
        assert len(authors.find(tx, "@pat_larkin")) == 1
