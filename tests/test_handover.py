"""The page for the safeguarding lead: a case from its comment to the paper, what stands on it, and what never does."""

from __future__ import annotations

import json
import re
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from moderator.build import open_database
from moderator.cli import hand_over
from moderator.detectors.panel import build_detectors
from moderator.detectors.toxicity import WordListScorer
from moderator.domain import ActionKind, Author, Comment, Decision, Label, Mode, Ruling
from moderator.evidence_pack.handover import is_hint
from moderator.evidence_pack.handover_page import BROWSERS, pdf
from moderator.pipeline import House
from moderator.platforms.memory import Memory
from moderator.settings import Settings, read_settings
from moderator.store import alerts, decisions
from tests.commands import in_process
from tests.conftest import MINUTE, NOON, skip_needed
from tests.journeys.conftest import ROLL, SCHOOL, Journey

HOSTILE = '</title></blockquote><script>alert(1)</script><img src=x onerror="go()"><style>*{display:none}</style>'
UNSEEN = "\u202edrawkcab\u200b \x07 {{ 7 * 7 }} {% raw %} &lt;b&gt;"
THREAT = f"I'm going to smash his face in {HOSTILE} {UNSEEN}\nask Maja Nowicka"
VAN = Author("u-van", "@van<b>man</b>", "<h1>Van</h1>\u202eMan")
LEAD = ("--by", "Mr Achebe")

CONFIG = """
mode = "auto"
state_dir = "{state}"
[school]
id = "valewood"
name = "Valewood <i>Primary</i>"
[people]
head = "Mrs Ravenscroft"
safeguarding_lead = "Mr Achebe"
[[accounts]]
id = "youtube"
platform = "youtube"
handle = "@Valewoodprimarieschool"
native_id = "UCaaaaaaaaaaaaaaaaaaaaaa"
credentials = "youtube.json"
"""
POLICY = """
[duty]
time_zone = "Asia/Nicosia"
on_duty = ["mon-sun 00:00-23:59"]
"""


@dataclass(frozen=True)
class School:
    """A school in another time zone, with its files, its store and one platform."""

    folder: Path
    settings: Settings
    journey: Journey

    def run(self, *words: str) -> Any:
        return in_process([*words, "--config", str(self.folder / "config")])

    def hands_over(self, native_id: str, name: str, *more: str) -> dict[str, str]:
        """`moderator evidence`, and what it says of its files."""
        out = str(self.folder / f"{name}.zip")
        done = self.run("evidence", native_id, "--out", out, "--json", *LEAD, *more)
        assert done.exit_code == 0, done.output
        told: dict[str, str] = json.loads(done.stdout)
        return told

    def trail(self, native_id: str) -> list[dict[str, Any]]:
        trail: list[dict[str, Any]] = json.loads(self.run("explain", native_id, "--json").stdout)["trail"]
        return trail


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A threat in answer to a mother who named a child: hidden, read back, told, taken up, its author to be blocked."""
    folder = tmp_path_factory.mktemp("school")
    (folder / "config").mkdir()
    (folder / "state").mkdir(mode=0o700)
    (folder / "config" / "moderator.toml").write_text(CONFIG.format(state=folder / "state"), encoding="utf-8")
    (folder / "config" / "policy.toml").write_text(POLICY, encoding="utf-8")
    settings = read_settings(folder / "config", credentials_dir=None, logins=False)
    # Without its login an account is not in the settings; the file is there for the command to find.
    login = settings.state_dir / "credentials" / "youtube.json"
    login.touch(mode=0o600)
    login.write_text('{"client_id": "a", "client_secret": "b", "refresh_token": "c"}', encoding="utf-8")
    settings = read_settings(folder / "config", credentials_dir=None, logins=False)
    platform = Memory(settings.accounts[0].account)
    database = open_database(settings)
    detectors = build_detectors(SCHOOL, ROLL, WordListScorer())
    house = House(database, {platform.account.id: platform}, detectors, settings.policy, Mode.AUTO)
    journey = Journey(house, platform)
    happens(journey, platform)
    yield School(folder, settings, journey)
    database.close()


def happens(journey: Journey, youtube: Memory) -> None:
    youtube.publishes("Sports day <b>photos</b>", native_id="p1", at=NOON - 60 * MINUTE)
    youtube.receives("what time do the kids come out of the gate", "gate", VAN, at=NOON - 30 * MINUTE)
    youtube.receives("Tolliver Amberley ran so fast, ask @sam_jones99 or ring 07700 900123", "mum", "mum", at=NOON)
    youtube.receives(THREAT, "threat", VAN, reply_to="mum", at=NOON + MINUTE)
    youtube.receives("What a lovely day.", "kind", "nan", at=NOON)
    journey.round(NOON + 2 * MINUTE)
    with journey.house.database.transaction() as tx:
        alerts.hold_watch(tx)
        [alert] = alerts.raise_new(tx, NOON + 2 * MINUTE, MINUTE)
        assert alerts.told(tx, alert, NOON + 3 * MINUTE, NOON + 18 * MINUTE, ["head", "safeguarding_lead"])
    for _ in journey.house.verify(youtube.account.id, NOON + 5 * MINUTE):
        pass
    by_lead = journey.person_would_decide("threat", Ruling.HIDE, NOON + 9 * MINUTE, ActionKind.BLOCK)
    with journey.house.database.transaction() as tx:
        decisions.record(tx, replace(by_lead, decided_by="Mr Achebe", reasons=("<u>known to us</u>",)))
        alerts.settle_decided(tx, NOON + 10 * MINUTE)
    journey.act(NOON + 11 * MINUTE)


@pytest.fixture(scope="module")
def told(school: School) -> dict[str, str]:
    """What the command said, on a machine without a browser."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(school.folder))
        return school.hands_over("threat", "threat")


@pytest.fixture(scope="module")
def html(told: dict[str, str]) -> str:
    return Path(told["handover"]).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def text(html: str) -> str:
    """The page as it is read: without markup, spaces run together."""
    return re.sub(r"\s+", " ", Elements(html).text)


class Elements(HTMLParser):
    """The elements and attributes of a page, and its text without the style sheet."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.text += "" if tag in ("bdi", "span") else " "

    def handle_data(self, data: str) -> None:
        if self.names and self.names[-1] != "style":
            self.text += data


def section(text: str, begins: str, ends: str) -> str:
    return text[text.index(begins) : text.index(ends)]


def test_the_page_lies_beside_the_zip_for_its_owner_alone_and_the_record_says_who_has_it(
    school: School, told: dict[str, str]
) -> None:
    page = Path(told["handover"])
    assert page == school.folder / "threat-handover.html"
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert told["pdf"] == ""
    *_, zipped, handed = school.trail("threat")
    assert [zipped["event"], handed["event"]] == ["evidence_exported", "handover_exported"]
    assert handed["actor"] == "Mr Achebe"
    assert handed["facts"] == {"sha256": told["handover_sha256"]}
    again = school.run("evidence", "threat", "--out", str(school.folder / "threat.zip"), *LEAD)
    assert again.exit_code != 0


def test_it_tells_who_reports_and_warns_on_its_face(text: str, told: dict[str, str]) -> None:
    face = section(text, "CONFIDENTIAL", "1. Facts")
    assert "SAFEGUARDING RECORD" in face
    assert "This page is no substitute for the safeguarding lead’s judgement." in face
    assert "Reported by Mr Achebe, designated safeguarding lead School Valewood <i>Primary</i> Reported on" in face
    assert told["comment"] in face


def test_the_facts_are_word_for_word_with_times_by_the_schools_clocks(text: str) -> None:
    facts = section(text, "1. Facts", "2. Concern")
    assert "All times are by the school’s clocks (Asia/Nicosia)" in text
    assert "Quotation begins: the comment, word for word I'm going to smash his face in" in facts
    assert "ask Maja Nowicka Quotation ends" in facts
    assert "Posted Monday 16 November 2026, 14:01:00 EET (2026-11-16 12:01:00 UTC)" in facts
    assert "First read by the school Monday 16 November 2026, 14:02:00 EET" in facts
    assert "On YouTube, under the school’s account @Valewoodprimarieschool, at memory://youtube/p1/threat" in facts
    assert "handle @van<b>man</b>, number on YouTube u-van" in facts
    assert "Sports day <b>photos</b>" in facts
    assert "None is on this page." in facts


def test_concern_and_risk_are_in_plain_words_and_say_what_is_not_known(text: str) -> None:
    concern = section(text, "2. Concern", "3. Risk")
    assert "Violence or damage is threatened." in concern
    assert "It can be wrong, and it knows none of the people." in concern
    risk = section(text, "3. Risk", "4. Action taken")
    assert "Treat it as now" in risk
    assert "Perhaps whoever the words threaten or a child whom the words name or describe." in risk
    assert "It is not the first of this kind from this account" in risk
    assert "Who is really behind the account" in risk


def test_action_taken_says_when_by_whom_and_who_was_told(text: str) -> None:
    action = section(text, "4. Action taken", "5. Still to do")
    assert "Hidden on Monday 16 November 2026, 14:02:00 EET, 60 seconds after it was posted." in action
    assert "Read back on Monday 16 November 2026, 14:05:00 EET: hidden from the public." in action
    assert "To be blocked by hand on YouTube; nobody has said yet that it is done." in action
    assert "The school’s policy, applied by the program, decided to hide it, on Monday 16" in action
    assert "Mr Achebe decided to hide it, and to block the author, on Monday 16 November 2026, 14:09:00 EET." in action
    assert "Because: <u>known to us</u>" in action
    assert "given out to the head (Mrs Ravenscroft) and the safeguarding lead (Mr Achebe) on Monday" in action
    assert "Mr Achebe took it up on Monday 16 November 2026, 14:09:00 EET." in action


def test_what_is_left_to_do_the_history_and_the_proof_stand_on_it(text: str) -> None:
    to_do = section(text, "5. Still to do", "6. The author’s history")
    assert "By hand on YouTube:" in to_do
    assert "The safeguarding lead reports this: decide now" in to_do
    assert "No person has decided" not in to_do
    history = section(text, "6. The author’s history", "7. Where to report")
    assert "With this one, 2 comments under the school’s posts" in history
    assert "In 1 other comment the program saw somebody at risk too: Monday 16 November 2026, 13:30:00 EET." in history
    proof = text[text.index("9. Proof") :]
    assert "each is as it was written" in proof
    assert re.search(r"moderator verify-audit --known \d+:[0-9a-f]{64}", proof)
    assert re.search(r"SHA-256 of form 1 as kept Monday .*: [0-9a-f]{64}", proof)


@pytest.mark.parametrize(
    "route",
    [
        "999",
        "101",
        "CEOP www.ceop.police.uk",
        "IWF report.iwf.org.uk",
        "LADO",
        "local safeguarding partners",
        "YouTube’s own form",
    ],
)
def test_each_route_to_report_is_named(text: str, route: str) -> None:
    assert route in section(text, "7. Where to report", "8. To be filled in")


def test_of_other_people_no_more_is_told_than_the_comments_own_words_hold(html: str) -> None:
    assert "●●● ran so fast, ask ●●● or ring ●●●" in html
    assert "Another account (A)" in html
    for theirs in ("Tolliver", "Amberley", "sam_jones99", "900123", "@mum", "u-mum", "what time do the kids"):
        assert theirs not in html, theirs


def test_hostile_words_leave_no_markup_and_nothing_unseen(html: str, text: str) -> None:
    page = Elements(html)
    assert not set(page.names) & {"script", "img", "a", "iframe", "link", "b", "i", "u", "object", "form"}
    assert page.names.count("style") == page.names.count("title") == page.names.count("h1") == 1
    assert not {name for name in page.attributes if name.startswith("on")} | page.attributes & {"href", "src", "style"}
    assert "default-src 'none'" in html
    assert not re.search("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\x00-\x09\x0b-\x1f]", html)
    assert "‹U+202E›drawkcab‹U+200B› ‹U+0007› {{ 7 * 7 }} {% raw %} &lt;b&gt;" in text
    assert '<script>alert(1)</script><img src=x onerror="go()">' in text


def test_an_edit_shows_both_forms_and_what_was_not_looked_at_stays_in_the_record(school: School) -> None:
    youtube = school.journey.platform
    youtube.receives("my uncle hits me", "child", "child", reply_to="mum", at=NOON + 20 * MINUTE)
    school.journey.round(NOON + 21 * MINUTE)
    youtube.edits("mum", "Tolliver Amberley is at the park now", at=NOON + 22 * MINUTE)
    youtube.edits("child", "it was a joke", at=NOON + 22 * MINUTE)
    school.journey.poll(NOON + 23 * MINUTE)
    told = school.hands_over("child", "child")
    html = Path(told["handover"]).read_text(encoding="utf-8")
    text = re.sub(r"\s+", " ", Elements(html).text)
    assert "Form 1 of 2" in text
    assert "my uncle hits me" in text
    assert "it was a joke" in text
    assert "Its words are left out here" in text
    assert "at the park" not in html
    assert "It was given out" not in text
    assert "No alert about it stands in the program’s record." in text
    assert "No person has decided on the comment yet." in text


def test_a_harmless_comment_has_no_page_unless_a_person_asks_for_one(school: School) -> None:
    assert "handover" not in school.hands_over("kind", "kind")
    told = school.hands_over("kind", "asked", "--handover")
    text = Elements(Path(told["handover"]).read_text(encoding="utf-8")).text
    assert "Mr Achebe asks for this page and knows why." in text
    assert "Treat it as now" not in text


def test_a_changed_record_is_said_in_capitals(school: School) -> None:
    from sqlalchemy import text as sql

    with school.journey.house.database.connected() as connection, connection.begin():
        connection.execute(sql("DROP TRIGGER audit_events_update"))
        [(was,)] = connection.execute(sql("SELECT actor FROM audit_events WHERE id = 2")).all()
        connection.execute(sql("UPDATE audit_events SET actor = 'Mrs Ravenscroft' WHERE id = 2"))
    html = Path(school.hands_over("threat", "changed")["handover"]).read_text(encoding="utf-8")
    with school.journey.house.database.connected() as connection, connection.begin():
        connection.execute(sql("UPDATE audit_events SET actor = :was WHERE id = 2"), {"was": was})
    assert "THE SCHOOL’S RECORD WAS CHANGED: event 2 is not as it was written" in html
    assert "each is as it was written" not in html


@pytest.mark.parametrize(
    ("labels", "urgent", "hint", "why"),
    [
        ({Label.SAFEGUARDING}, False, True, "somebody may be at risk"),
        ({Label.THREAT}, False, True, "a threat"),
        ({Label.RISK}, False, True, "at risk now"),
        ({Label.CONTACT, Label.CHILD_NAMED}, False, True, "where a named child can be reached"),
        ({Label.CONTACT, Label.UNDERAGE}, False, True, "a child tells how it can be reached"),
        ({Label.SPAM}, True, True, "urgent by the school's own policy"),
        ({Label.CONTACT}, False, False, "the number of a plumber"),
        ({Label.CHILD_NAMED}, False, False, "a child named with love"),
        ({Label.INSULT, Label.PROFANITY}, False, False, "rude"),
        (set(), False, False, "nothing"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_hint_is_what_may_mean_that_somebody_is_at_risk(
    labels: set[Label], urgent: bool, hint: bool, why: str
) -> None:
    comment = Comment("c", "youtube", "youtube", "c", VAN, "", NOON)
    decision = Decision(comment.id, 1, Ruling.QUEUE, "policy", NOON, (), urgent=urgent, labels=tuple(labels))
    assert is_hint(decision) is hint, why


@pytest.mark.timeout(300)
def test_a_pdf_is_printed_where_there_is_a_browser_and_is_never_waited_for(html: str, tmp_path: Path) -> None:
    if not any(shutil.which(name) for name in BROWSERS):
        skip_needed("chromium not found")
    (html_file := tmp_path / "file").write_text("a file where a folder should be")
    printed = pdf(html, within=timedelta(minutes=4))
    assert printed is not None
    assert printed.startswith(b"%PDF-")
    assert pdf(html, within=timedelta(milliseconds=1)) is None
    assert hand_over.printed(html_file / "evidence-handover.html", html.encode())["pdf"] == ""
