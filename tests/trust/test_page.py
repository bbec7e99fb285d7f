"""The trust's page and a worker's figures, asked over HTTP as an operator and a monitoring server ask."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx

from moderator.monitor.server import Served
from moderator.settings.monitor import MonitorSettings
from moderator.settings.trust import Schools, TrustSettings
from moderator.store import app_uses, decisions
from moderator.trust import overview
from moderator.trust.figures import WorkerFigures
from moderator.trust.overview import SchoolNow, TrustNow
from moderator.trust.page import GOOD_FOR, TrustPage, page
from tests.conftest import NOON
from tests.settings.test_trust import URL, a_school, a_trust
from tests.store.made import a_comment, a_decision, receive
from tests.trust.made import CHILD, Trust, school_id

HERE = MonitorSettings("127.0.0.1", 0)
APPS = '[[apps]]\nname = "trust-youtube"\nplatform = "youtube"\n'


def settings_of(trust: Trust, tmp_path: Path) -> TrustSettings:
    for number in range(trust.schools):
        a_school(tmp_path, school_id(number))
    return a_trust(tmp_path, f'[store]\nurl = "{URL}"\n{APPS}')


def test_the_page_shows_where_somebody_is_wanted_and_nobodys_words(trust: Trust, tmp_path: Path) -> None:
    settings = settings_of(trust, tmp_path)
    own = trust.platforms["school-2"].account
    comment = a_comment(text=CHILD, account=own)
    with trust.databases["school-2"].transaction() as tx:
        receive(tx, comment, account=own)
        decisions.record(tx, replace(a_decision(comment), urgent=True))
    shown = TrustPage(lambda now: overview.look(settings, trust.store, now), trust.clock)
    with Served(HERE, shown.answer) as served, httpx.Client(base_url=f"http://127.0.0.1:{served.port}") as asked:
        assert "No worker has begun anything" in asked.get("/").text
        trust.later(hours=2)
        answer = asked.get("/")
        assert "<h1>3 schools, 0 of them well</h1>" in answer.text
        rows = re.findall(
            r"<tr><td>(school-\d)</td><td>([^<]*)</td><td>[^<]*</td><td>[^<]*</td><td>([^<]*)</td>", answer.text
        )
        assert [(school, blind) for school, blind, _ in rows] == [
            (f"school-{number}", "youtube (never)") for number in (2, 0, 1)
        ]
        assert rows[0][2].startswith("1, since ")
        assert "0 of 10,000" in answer.text
        assert "script" not in answer.text
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert asked.get("/healthz").status_code == 503
        facts = asked.get("/status.json").json()
        assert [school["well"] for school in facts["schools"]] == [False, False, False]
        assert CHILD not in answer.text + str(facts)
        assert asked.get("/triage").status_code == 404
        assert asked.post("/").status_code == 501
        assert asked.get("/", headers={"Host": "elsewhere.example"}).status_code == 421


def test_who_asks_again_at_once_sees_the_same_moment(trust: Trust) -> None:
    looks: list[datetime] = []

    def look(now: datetime) -> TrustNow:
        looks.append(now)
        return TrustNow(now, (), (), {}, ())

    shown = TrustPage(look, trust.clock)
    for _ in range(3):
        shown.answer("/")
    trust.now += GOOD_FOR
    shown.answer("/")
    assert looks == [NOON, NOON + GOOD_FOR]


def test_whatever_stands_in_the_page_is_escaped() -> None:
    school = SchoolNow("a", {"<b>": None}, {}, ("<i>",), 0, 0, 0, 0, None)
    said = page(TrustNow(NOON, (school,), (), {"<u>": 1}, ("<s>",)))
    assert not re.search(r"<[bius]>", said)
    assert "&lt;b&gt; (never)" in said


def test_a_worker_tells_what_it_did_by_school_and_what_is_left(trust: Trust, tmp_path: Path) -> None:
    schools = Schools(settings_of(trust, tmp_path))
    figures = WorkerFigures(schools, trust.store, trust.clock)
    trust.platforms["school-1"].receives(CHILD, native_id="c1")
    with trust.store.transaction() as tx:
        app_uses.reserve(tx, "trust-youtube", "units", "2026-11-16", "school-0", 40, None)
    trust.later(minutes=6)
    crew = trust.crew(figures=figures)
    trust.round(crew)
    trust.later(minutes=6)
    told = figures.answer("/metrics")[2].decode()
    for line in (
        'moderator_turns_total{school="school-1",work="poll"} 1.0',
        'moderator_judged_comments_total{school="school-1"} 1.0',
        'moderator_actions_total{kind="hide",school="school-1"} 1.0',
        'moderator_turns_due{work="poll"} 3.0',
        'moderator_app_quota_left{app="trust-youtube",counter="units"} 9960.0',
    ):
        assert f"\n{line}\n" in told, told
    (claims,) = re.findall(r'moderator_claim_seconds_count{work="poll"} (\S+)', told)
    assert float(claims) == 4  # the fourth found nothing
    (oldest,) = re.findall(r'moderator_turns_due_oldest_seconds{work="poll"} (\S+)', told)
    assert timedelta(minutes=0) < timedelta(seconds=float(oldest)) <= timedelta(minutes=6)
    assert CHILD not in told
