"""The letter as a mail program reads it: complete as text, safe as HTML, each figure the store's own, and nobody's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from io import BytesIO

import pytest
from PIL import Image

from moderator.by_hand.checklist import late, prove
from moderator.policy.duty import Term
from moderator.reports import words
from moderator.reports.health import Note
from moderator.reports.render import Letter, message_of, weekly_letter
from moderator.reports.send import Letters
from moderator.reports.weekly import Report, Week
from moderator.settings.mail import Person
from moderator.store import decisions, tasks
from moderator.store.database import Database
from tests.reports.made import (
    DAY,
    HEAD,
    HEAD_MAIL,
    HOSTILE,
    HOUR,
    MARKS,
    WEEK,
    Life,
    a_full_week,
    london,
    watched,
)

W47, MONDAY, DUE = Week(2026, 47), london("2026-11-16 00:00"), london("2026-11-23 07:30")
ALLOWED_TAGS = {
    *("html", "head", "meta", "title", "style", "body", "table", "tbody", "tr", "td", "th"),
    *("p", "b", "h2", "code", "a", "img"),
}


class Page(HTMLParser):
    """The HTML part as a phone takes it apart: its tags, and the text of each cell, paragraph and heading."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.lines: list[str] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("td", "th", "p", "h2", "title"):
            self.lines.append("")
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self.lines and "style" not in self._open:
            self.lines[-1] += data

    def cells(self) -> list[str]:
        return [line.strip() for line in self.lines]

    def rows(self) -> Iterator[tuple[str, ...]]:
        """The lines of the tables: a name and three figures."""
        known = {name for _, name in words.LINES}
        for at, line in enumerate(self.cells()):
            if line in known:
                yield tuple(self.cells()[at : at + 4])


@pytest.fixture
def hostile(own: Database) -> Life:
    """Weeks in which every name, handle, comment, post, task and reason is an attack."""
    life = Life(own, words=HOSTILE)
    life.begin(MONDAY - 3 * WEEK)
    life.hidden("x", MONDAY - WEEK + DAY)
    a_full_week(life, MONDAY)
    return life


def made(own: Database, letters: Letters, week: Week = W47) -> tuple[Report, Letter]:
    with own.reading() as tx:
        return letters.weekly(tx, week, DUE)


def parsed(letter: Letter, letters: Letters, to: Person = HEAD_MAIL) -> EmailMessage:
    body = letters.mail(letter, "weekly 2026-W47", to, DUE).body
    message = message_from_bytes(body, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body(preferencelist=(kind,))
    assert found is not None
    text = found.get_content()
    assert isinstance(text, str)
    return text


@pytest.mark.usefixtures("hostile")
def test_every_figure_in_the_letter_is_a_figure_of_the_store(own: Database, letters: Letters) -> None:
    report, letter = made(own, letters)
    message = parsed(letter, letters)
    text, page = part(message, "plain"), Page(part(message, "html"))

    expected = [(row.name, *row.cells) for group in report.groups for row in words.rows(group)]
    assert list(page.rows()) == expected
    in_text = [tuple(re.split(r" {2,}", line.strip())) for line in text.splitlines()]
    names = {name for _, name in words.LINES}
    assert [line for line in in_text if line[0] in names] == expected
    with own.reading() as tx:
        queued, open_tasks = decisions.queued(tx), tasks.open_tasks(tx)
    assert message["Subject"] == f"Week 47: 24 read, 4 hidden, {len(queued)} wait for you"
    flat = " ".join(text.split())
    assert f"{len(queued)} wait for you (1 of them urgent)." in flat
    assert sum(int(count) for count in re.findall(r"(?:family|somebody): (\d+)", flat)) == len(open_tasks) == 2
    for day in report.days:
        told = f"{day.day:%a} {day.day.day}: {day.read} read, {day.hidden} hidden"
        assert told in text
        assert told in part(message, "html")
    assert str(report.head) in text
    assert str(report.head) in part(message, "html")
    assert "3 strikes began, 0 ran out." in text
    assert "This term policy hid 5 comments; people looked at 3 and put 1 of those back" in flat


@pytest.mark.usefixtures("hostile")
def test_hostile_names_and_words_leave_no_trace(own: Database, letters: Letters) -> None:
    report, letter = made(own, letters)
    message = parsed(letter, letters)
    with own.reading() as tx:
        _, totals = letters.governors(tx, Term(date(2026, 11, 2), date(2026, 11, 22)))

    texts = [
        *(letter.subject, letter.text, letter.html, totals.subject, totals.text, totals.html, str(report)),
        *(f"{name}: {value}" for name, value in message.items()),
    ]
    for text in texts:
        for mark in (*MARKS, "Ravenscroft <script"):
            assert mark not in text, mark
    assert message.get_all("Bcc") is None
    assert {tag for tag, _ in Page(letter.html).tags} <= ALLOWED_TAGS


def test_the_school_s_own_name_is_escaped_and_stays_on_its_line(own: Database, letters: Letters) -> None:
    Life(own).allowed("x", MONDAY + DAY)
    school = replace(letters.settings.school, name="St <b>Mary</b>'s &\r\nBcc: a@b \u202eR.C.")
    report, letter = made(own, replace(letters, settings=replace(letters.settings, school=school)))

    assert report.school == school.name
    assert "<b>Mary" not in letter.html
    assert "St &lt;b&gt;Mary&lt;/b&gt;" in letter.html
    assert "\u202e" not in letter.html + letter.text
    assert "\nBcc" not in letter.text


@pytest.mark.usefixtures("hostile")
def test_the_headers_say_what_it_is_and_to_whom_an_answer_goes(own: Database, letters: Letters) -> None:
    _, letter = made(own, letters)
    message = parsed(letter, letters)

    assert message["From"] == "Valewood moderation <moderation@school.example>"
    assert message["To"] == "Mrs Ravenscroft <head@school.example>"
    assert message["Reply-To"] == "Mrs Ravenscroft <head@school.example>"
    assert message["Date"] == "Mon, 23 Nov 2026 07:30:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == "<weekly.school.school.example>"
    assert str(message["List-Unsubscribe"]).startswith("<mailto:head@school.example?subject=Please%20change")
    assert "List-Unsubscribe-Post" not in message  # One tap of a machine must not end a report on safety.
    assert message["Message-ID"] == parsed(letter, letters)["Message-ID"]
    assert message["Message-ID"] != parsed(letter, letters, Person("", "deputy@school.example"))["Message-ID"]
    assert str(message["Message-ID"]).endswith("@school.example>")


@pytest.mark.usefixtures("hostile")
def test_with_a_page_it_links_to_it_and_without_one_it_names_the_command(own: Database, letters: Letters) -> None:
    _, plain = made(own, letters)
    mail = replace(letters.settings.mail, page="https://moderation.school.example")
    paged = replace(letters, settings=replace(letters.settings, mail=mail))
    _, linked = made(own, paged)

    assert "moderator queue" in plain.text
    assert "https://" not in plain.html
    assert "https://moderation.school.example/triage" in linked.text
    links = [attrs["href"] for tag, attrs in Page(linked.html).tags if tag == "a"]
    assert links == [f"https://moderation.school.example/{place}" for place in ("triage", "tasks", "reports")]
    message = message_of(linked, mail, HEAD_MAIL, "<a@b>", "weekly.school", DUE)
    assert message["List-Unsubscribe"] == "<https://moderation.school.example/reports>"


@pytest.mark.usefixtures("hostile")
def test_it_is_small_and_survives_plain_mail_programs(own: Database, letters: Letters) -> None:
    _, letter = made(own, letters)
    body = letters.mail(letter, "weekly 2026-W47", HEAD_MAIL, DUE).body
    message = parsed(letter, letters)
    page = Page(part(message, "html"))

    assert len(body) <= 100_000
    assert body.isascii()
    assert all(len(line) <= 998 for line in body.split(b"\r\n"))
    assert body.count(b"\n") == body.count(b"\r\n")
    # Gmail shows neither SVG nor pictures inside of addresses, and nothing may be fetched from anywhere.
    assert not re.search(r"<svg|data:|src=.?http|url\(|@import|<link|<script", letter.html)
    pictures = [attrs for tag, attrs in page.tags if tag == "img"]
    assert len(pictures) == 1
    assert pictures[0]["alt"]
    related = [each for each in message.walk() if each.get_content_type() == "image/png"]
    assert [f"cid:{each['Content-ID'].strip('<>')}" for each in related] == [pictures[0]["src"]]
    assert letter.html.count("prefers-color-scheme: dark") == 1  # Apple Mail has a dark mode of its own.
    assert all("style" in attrs for tag, attrs in page.tags if tag in ("td", "th", "p", "h2"))
    assert all(len(line) <= 76 or "--known" in line or ":" in line for line in letter.text.splitlines())


@pytest.mark.usefixtures("hostile")
def test_the_chart_is_small_and_reads_on_white_and_on_black(own: Database, letters: Letters) -> None:
    _, letter = made(own, letters)
    assert letter.chart is not None

    assert len(letter.chart) <= 30_000
    with Image.open(BytesIO(letter.chart)) as opened:
        picture = opened.convert("RGBA")
    assert picture.width >= 1000
    assert picture.getpixel((2, 2))[3] == 0  # type: ignore[index]
    solid = [colour[:3] for count, colour in picture.getcolors(100_000) or [] if colour[3] > 250 and count > 200]  # type: ignore[index]
    assert solid
    for colour in solid:
        assert contrast(colour, (255, 255, 255)) >= 3
        assert contrast(colour, (0, 0, 0)) >= 3


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: tuple[int, ...]) -> float:
    parts = [part / 255 for part in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_an_empty_week_is_two_lines_that_prove_that_somebody_watched(own: Database, letters: Letters) -> None:
    life = Life(own)
    life.begin(MONDAY - DAY)
    watched(life, MONDAY - DAY, DUE)

    with own.transaction() as tx:
        for state in late(tx, letters.settings, DUE):
            prove(tx, letters.settings, state.setting.id, HEAD, "as it should be", MONDAY)

    report, letter = made(own, letters)

    assert report.empty
    lines = letter.text.split("\n")
    assert lines[0].startswith("Nothing was written under the school's posts from 16 to 22 November")
    assert " ".join(letter.text.split()).endswith(
        f"Watching went on without a gap. The record ends with {report.head}."
    )
    assert letter.subject == "Week 47: 0 read, 0 hidden, nothing waits"
    assert letter.chart is None
    assert len(Page(letter.html).lines) < 10


def test_a_login_that_runs_out_is_told_even_in_an_empty_week(own: Database, letters: Letters) -> None:
    life = Life(own)
    life.begin(MONDAY - DAY)
    watched(life, MONDAY - DAY, DUE)
    report, _ = made(own, letters)

    letter = weekly_letter(report, [Note("The Instagram token dies in 3 days.", warns=True)])

    assert "! The Instagram token dies in 3 days." in letter.text
    assert "<b" in letter.html


def test_how_things_stand_today_is_not_told_of_a_week_long_ago(own: Database, letters: Letters) -> None:
    Life(own).begin(MONDAY)
    with own.reading() as tx:
        _, soon = letters.weekly(tx, W47, DUE + DAY)
        report, late = letters.weekly(tx, W47, DUE + 30 * DAY)
        again, _ = letters.weekly(tx, W47, DUE)

    assert "pupils' roll" in soon.text
    assert "pupils' roll" not in late.text
    assert report == again


@pytest.mark.usefixtures("hostile")
def test_governors_get_totals_only(own: Database, letters: Letters) -> None:
    with own.reading() as tx:
        report, letter = letters.governors(tx, Term(date(2026, 11, 2), date(2026, 11, 22)))

    assert letter.subject == "Moderation from 2 to 22 November 2026: 25 comments read, 5 hidden"
    rows = [(row.name, *row.cells) for row in words.rows(report.all, usual=False)]
    told = [tuple(re.split(r" {2,}", line.strip())) for line in letter.text.splitlines()]
    assert [line for line in told if line[0] in {name for _, name in words.LINES}] == rows
    for kept_back in ("YouTube", "Instagram", "wait", "strike", "hand", "record", "watched", "roll", str(report.head)):
        assert kept_back not in letter.text + " ".join(Page(letter.html).lines)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        *((0.4, "0 s"), (59.6, "60 s"), (99, "99 s"), (100, "2 min"), (3_600, "60 min"), (7_800, "2 h 10 min")),
        *((86_400, "24 h"), (172_800, "2 days"), (300_000, "3 days 11 h")),
    ],
)
def test_times_are_told_as_people_say_them(seconds: float, said: str) -> None:
    assert words.lasting(seconds) == said


def test_the_first_line_says_what_kind_of_week_it_was(own: Database, letters: Letters) -> None:
    life = Life(own)
    life.begin(MONDAY - DAY)
    watched(life, MONDAY - DAY, DUE)
    for n in range(2):
        life.allowed("x", MONDAY + n * HOUR + 9 * HOUR)
    _, quiet = made(own, letters)
    life.queued("x", MONDAY + 5 * DAY)
    _, waits = made(own, letters)

    assert quiet.text.startswith("Quiet week: 2 comments read, 0 hidden, nothing waits for you.\n")
    assert waits.text.startswith("This week: 3 comments read, 0 hidden, 1 waits for you.\n")
