"""A complaint about data is acknowledged within 30 days, by the school's calendar, and nobody forgets it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from moderator.errors import StoreError
from moderator.privacy.complaints import due_at, in_words, is_late, state
from moderator.store import data_complaints
from moderator.store.data_complaints import DataComplaint
from tests.privacy.made import DAY, HEAD, LEAD, START, School

LONDON = ZoneInfo("Europe/London")
CAME = datetime(2026, 6, 22, 16, 30, tzinfo=LONDON)


def test_the_day_it_came_is_the_first_of_the_thirty() -> None:
    assert due_at(DataComplaint(1, CAME, "P.", "hidden"), LONDON).isoformat() == "2026-07-21T23:59:59+01:00"


def test_the_last_day_ends_by_the_schools_clock_though_it_changes_in_between() -> None:
    came = datetime(2026, 10, 10, 0, 30, tzinfo=LONDON)  # 23:30 on the day before in UTC
    assert due_at(DataComplaint(1, came, "P.", "hidden"), LONDON).isoformat() == "2026-11-08T23:59:59+00:00"


@pytest.mark.parametrize(
    ("days", "said", "ok"),
    [
        (0, "1 not answered yet", True),
        (22, "1 not answered yet", True),
        (24, "to be acknowledged soon: 1 by 21 July", False),
        (30, "late: nobody acknowledged complaint 1 within 30 days", False),
    ],
)
def test_check_says_when_one_is_due(days: int, said: str, ok: bool) -> None:
    waiting = [DataComplaint(1, CAME, "P.", "hidden")]
    well, told = in_words(waiting, LONDON, CAME + days * DAY)
    assert well is ok
    assert said in told


def test_nothing_waits_where_all_were_answered() -> None:
    assert in_words([], LONDON, CAME) == (True, "none about data waits")


def test_from_coming_to_answer_each_step_stands_in_the_record_without_a_word(school: School) -> None:
    with school.database.transaction() as tx:
        made = data_complaints.add(tx, "Zibby Quennell, 01632 960001", "asks why it was hidden", START, HEAD, START)
        second = data_complaints.add(tx, "Another", "another thing", START, HEAD, START)
    assert (made.number, second.number) == (1, 2)
    with school.database.transaction() as tx:
        data_complaints.acknowledge(tx, 1, HEAD, START + DAY)
        data_complaints.acknowledge(tx, 1, LEAD, START + 2 * DAY)  # The first one counts.
        done = data_complaints.answer(tx, 1, "shown again, with an apology", LEAD, START + 5 * DAY)
        answered_at_once = data_complaints.answer(tx, 2, "explained", LEAD, START + 3 * DAY)

    assert (done.acknowledged_by, done.acknowledged_at, done.answered_by) == (HEAD.name, START + DAY, LEAD.name)
    assert answered_at_once.acknowledged_at == START + 3 * DAY
    assert state(done, LONDON, START + 6 * DAY) == "answered on 10 January 2026 by Mr Achebe"
    assert not is_late(done, LONDON, START + 400 * DAY)
    trail = school.dump("data_complaints")
    assert "complaint_answered" in trail
    assert not any(word in trail for word in ("Quennell", "960001", "hidden", "apology"))
    with school.database.reading() as tx:
        assert data_complaints.listed(tx) == []
        assert len(data_complaints.listed(tx, answered=True)) == 2


def test_what_makes_no_sense_is_refused(own: School) -> None:
    with pytest.raises(StoreError, match="needs who complains"), own.database.transaction() as tx:
        data_complaints.add(tx, " ", "about", START, HEAD, START)
    with pytest.raises(StoreError, match="There is no complaint 7"), own.database.transaction() as tx:
        data_complaints.acknowledge(tx, 7, HEAD, START)
    with own.database.transaction() as tx:
        data_complaints.add(tx, "P.", "about", START, HEAD, START)
    with pytest.raises(StoreError, match="Say in --words"), own.database.transaction() as tx:
        data_complaints.answer(tx, 1, "", HEAD, START)
    with own.database.transaction() as tx:
        data_complaints.answer(tx, 1, "done", HEAD, START)
    with pytest.raises(StoreError, match="answered by Mrs Ravenscroft already"), own.database.transaction() as tx:
        data_complaints.answer(tx, 1, "done", HEAD, START)


def test_an_answered_one_loses_its_words_after_a_year_and_an_open_one_never(own: School) -> None:
    with own.database.transaction() as tx:
        for name in ("Zibby Quennell", "Somebody Else"):
            data_complaints.add(tx, name, f"about {name}", START, HEAD, START)
        data_complaints.answer(tx, 1, "told Zibby Quennell why", HEAD, START + DAY)
    own.clears(START + 365 * DAY)
    assert "Quennell" in own.dump()

    own.clears(START + 366 * DAY + timedelta(seconds=1))

    assert "Quennell" not in own.dump()
    with own.database.reading() as tx:
        first, second = data_complaints.listed(tx, answered=True)
    assert (first.about, first.answered_by, second.about) == ("", HEAD.name, "about Somebody Else")
