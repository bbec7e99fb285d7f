"""How a trust stands: which schools are not read, late or out of quota, and where something urgent waits."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from moderator.errors import QuotaSpent
from moderator.settings.trust import TrustSettings
from moderator.store import decisions, turns
from moderator.store.turns import Wanted, Work
from moderator.trust import overview
from tests.settings.test_trust import URL, a_school, a_trust
from tests.store.made import a_comment, a_decision, receive
from tests.trust.made import CHILD, Trust, school_id

APPS = '[[apps]]\nname = "trust-youtube"\nplatform = "youtube"\n'


def settings_of(trust: Trust, tmp_path: Path) -> TrustSettings:
    for number in range(trust.schools):
        a_school(tmp_path, school_id(number))
    return a_trust(tmp_path, f'[store]\nurl = "{URL}"\n{APPS}')


def test_while_all_are_read_all_are_well(trust: Trust, tmp_path: Path) -> None:
    trust.later(minutes=6)
    trust.round(trust.crew())
    now = overview.look(settings_of(trust, tmp_path), trust.store, trust.now)
    assert now.well
    assert list(overview.in_words(now)) == [
        "3 schools, 3 of them well; 1 worker at work.",
        "trust-youtube  0 of 10,000 units used by 3 schools; more at 17 Nov 08:00 UTC",
    ]


def test_a_school_out_of_quota_is_told_and_once_it_was_not_read_for_long_it_is_blind(
    trust: Trust, tmp_path: Path
) -> None:
    settings, crew = settings_of(trust, tmp_path), trust.crew()
    trust.later(minutes=6)
    trust.round(crew)
    trust.later(minutes=5)
    trust.platforms["school-1"].fails_next(QuotaSpent("spent", retry_at=trust.now + timedelta(hours=3)))
    trust.round(crew)
    (told,) = overview.worth_telling(overview.look(settings, trust.store, trust.now))
    assert (told.school_id, told.out_of_quota, told.blind) == ("school-1", ("youtube",), {})
    for _ in range(7):
        trust.later(minutes=5)
        trust.round(crew)
    (told,) = overview.worth_telling(overview.look(settings, trust.store, trust.now))
    assert told.blind == {"youtube": 2400.0}


def test_without_workers_all_are_late_and_what_is_urgent_is_counted_and_never_quoted(
    trust: Trust, tmp_path: Path
) -> None:
    own = trust.platforms["school-2"].account
    comment = replace(a_comment(CHILD, account=own), account_id=own.id)
    with trust.databases["school-2"].transaction() as tx:
        receive(tx, comment, account=own)
        decisions.record(tx, replace(a_decision(comment), urgent=True))
    trust.later(hours=2)
    now = overview.look(settings_of(trust, tmp_path), trust.store, trust.now)
    assert not now.well
    assert [school.school_id for school in overview.worth_telling(now)] == ["school-2", "school-0", "school-1"]
    assert now.schools[2].urgent == 1
    assert all("poll" in school.behind and school.blind == {"youtube": None} for school in now.schools)
    said = "\n".join(overview.in_words(now)) + json.dumps(overview.as_facts(now))
    assert "No worker has begun anything" in said
    assert CHILD not in said


def test_a_school_with_a_folder_that_no_worker_knows_is_told(trust: Trust, tmp_path: Path) -> None:
    a_school(tmp_path, "newcomers")
    now = overview.look(settings_of(trust, tmp_path), trust.store, trust.now)
    assert now.not_enlisted == ("newcomers",)
    with trust.store.transaction() as tx:
        turns.enlist(tx, [Wanted("newcomers", "youtube", Work.POLL, 300)], trust.now, keep=set(trust.platforms))
    assert overview.look(settings_of_again(tmp_path), trust.store, trust.now).not_enlisted == ()


def settings_of_again(tmp_path: Path) -> TrustSettings:
    return a_trust(tmp_path, f'[store]\nurl = "{URL}"\n{APPS}')
