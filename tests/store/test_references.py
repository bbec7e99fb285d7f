"""How often the same child is named, by references that go into the store and never come out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from moderator.domain import Account, Comment, Finding, Label, Ruling, Verdict
from moderator.store import decisions, hearings
from moderator.store.database import Database
from moderator.store.forgetting import clear
from moderator.store.references import named_alike
from moderator.store.tombstones import Why
from tests.store.conftest import KEY
from tests.store.made import DAY, NOON, a_comment, a_decision, receive

LIMIT = 0.5
LARKFIELD = Account("larkfield-youtube", "youtube", "@larkfield", "UC2", "larkfield")
TOLLIVER, MAJA = "70111e4270111e42", "3a1a3a1a3a1a3a1a"


def naming(
    database: Database, native_id: str, *references: str, at: datetime = NOON, score: float = 0.9, words: str = "well"
) -> Comment:
    """A comment in which pupils with these references were found, hidden by policy."""
    with database.transaction() as tx:
        (comment,) = receive(tx, a_comment(native_id, words), at=at)
        found = tuple(
            Finding(Label.CHILD_NAMED, score, (0, 4), "guarded_names", "2", "well", reference=each)
            for each in references
        )
        said = (Verdict("a_child_named", Ruling.HIDE, "names a child", found),)
        decisions.record(tx, a_decision(comment, at=at, verdicts=said), found)
    return comment


def counted(database: Database, comment: Comment, since: datetime = NOON - 30 * DAY) -> int:
    with database.reading() as tx:
        return named_alike(tx, comment, LIMIT, since)


def test_the_same_child_is_counted_however_the_name_was_spelt(database: Database) -> None:
    first = naming(database, "c1", TOLLIVER)
    naming(database, "c2", TOLLIVER, TOLLIVER)
    third = naming(database, "c3", MAJA, TOLLIVER)
    alone = naming(database, "c4", "0123456789abcdef")
    unsure = naming(database, "c5", "")

    assert [counted(database, each) for each in (first, third, alone, unsure)] == [3, 3, 1, 0]


def test_what_is_older_weaker_or_edited_away_does_not_count(database: Database) -> None:
    first = naming(database, "c1", TOLLIVER)
    naming(database, "old", TOLLIVER, at=NOON - 31 * DAY)
    naming(database, "weak", TOLLIVER, score=LIMIT - 0.01)
    naming(database, "edited", TOLLIVER)
    assert counted(database, first) == 2
    naming(database, "edited", words="well, nobody")

    assert counted(database, first) == 1


def test_a_school_counts_its_own_comments_only(database: Database, url: str) -> None:
    first = naming(database, "c1", TOLLIVER)
    naming(database, "c2", TOLLIVER)
    other = Database.open(url, key=KEY, school_id="larkfield")
    with other.transaction() as tx:
        theirs = receive(tx, a_comment("theirs", account=LARKFIELD), account=LARKFIELD)[0]
        found = (Finding(Label.CHILD_NAMED, 0.9, (0, 4), "guarded_names", "2", "well", reference=TOLLIVER),)
        decisions.record(tx, a_decision(theirs), found)

    assert counted(database, first) == 2
    assert counted(other, theirs) == 1
    assert counted(other, first) == 0
    other.close()


def test_references_go_with_the_words(database: Database) -> None:
    first, cleared, erased = (naming(database, each, TOLLIVER) for each in ("c1", "c2", "c3"))
    assert counted(database, first) == 3
    with database.transaction() as tx:
        clear(tx, [cleared.id], NOON, Why.RETENTION)
        clear(tx, [erased.id], NOON, Why.ERASED)

    assert counted(database, first) == 1
    with database.reading() as tx:
        held = tx.session.connection().execute(text("SELECT comment_id FROM findings WHERE reference IS NOT NULL"))
        assert held.scalars().all() == [first.id]


def test_no_reference_comes_out_of_the_store_and_none_stands_beside_a_verdict(database: Database) -> None:
    comment = naming(database, "c1", TOLLIVER)

    with database.reading() as tx:
        seen = [*decisions.findings(tx, comment.id, 1), *hearings.findings_of(tx, [comment.id])[comment.id, 1]]
        (decision,) = decisions.history(tx, comment.id)
        verdicts = tx.session.connection().execute(text("SELECT verdicts FROM decisions")).scalar()
    seen += [found for verdict in decision.verdicts for found in verdict.because]
    assert [found.reference for found in seen] == ["", "", ""]
    assert "well" in str(verdicts)
    assert TOLLIVER not in str(verdicts)
