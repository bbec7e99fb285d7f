"""A report in figures -> a letter in words, with a table and a chart: plain text that is complete, and HTML for phones.

The templates get figures in words, the school's name and addresses of our own settings, nothing else; all of it is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from functools import cache
from importlib.resources import files
from pathlib import Path
from textwrap import fill
from typing import Any
from urllib.parse import quote

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from moderator.reports import words
from moderator.reports.chart import chart_png
from moderator.reports.health import Note
from moderator.reports.mail import MailSettings, new_message
from moderator.reports.weekly import Report
from moderator.settings.mail import Person

CHART_DAYS = 14
"""Of a longer time no chart by day is drawn."""
TEXT_WIDTH = 72
CHART = "chart.png"
UNSUBSCRIBE = "Please change or pause the moderation report"


@dataclass(frozen=True, slots=True)
class Letter:
    """What a report says, to whomever it goes."""

    subject: str
    text: str
    html: str
    chart: bytes | None = field(repr=False)


def weekly_letter(report: Report, notes: Sequence[Note], page: str = "") -> Letter:
    """The head's letter: all figures, what waits, and how things stand; two lines where there is nothing to tell."""
    told = told_weekly(report, notes, page)
    chart = chart_png(report.days) if not told["empty"] and len(report.days) <= CHART_DAYS else None
    return _letter(told | {"chart": CHART if chart else ""}, chart)


def told_weekly(report: Report, notes: Sequence[Note], page: str = "") -> dict[str, Any]:
    """What the head's letter says, part by part, for the letter and for a page."""
    return _shared(report, page, ("This week", "Last week", "Usual")) | {
        "subject": words.subject(report),
        "empty": words.empty(report) if report.empty and not any(note.warns for note in notes) else (),
        "governors": False,
        "verdict": words.verdict(report),
        "groups": [{"title": words.title(group), "rows": words.rows(group)} for group in report.groups],
        "notes": notes,
        "why": "You get this summary every week because your school named you in its settings.",
    }


def governors_letter(report: Report, page: str = "") -> Letter:
    """Totals of a half term, and nothing else: what waits, who did it and how it is run is the school's to tell."""
    figures = report.all.this
    told = f"{words.counted(int(figures.read), 'comment')} read, {words.number(figures.hidden)} hidden"
    rows = words.rows(report.all, usual=False)
    return _letter(
        _shared(report, page, ("This time", "Before"))
        | {
            "subject": f"Moderation from {words.days(report.span)}: {told}",
            "empty": (),
            "governors": True,
            "verdict": f"From {words.days(report.span)}: {told}.",
            "groups": [{"title": "All platforms together", "rows": rows}],
            "chart": "",
            "notes": (),
            "when": words.days(report.span),
            "legend": words.LEGEND,
            "why": "You get these totals after each half term because the school named you in its settings.",
        },
        None,
    )


def _shared(report: Report, page: str, columns: tuple[str, ...]) -> dict[str, Any]:
    waiting = words.waits(report) if report.waiting.comments else ""
    return {
        "school": words.on_one_line(report.school),
        "when": f"{words.week_name(report.span).lower()}, {words.days(report.span)}",
        "columns": columns,
        "page": page,
        "as_of": words.moment(report.as_of, report.span),
        "waiting": f"{waiting[:1].upper()}{waiting[1:]}." if waiting else "",
        "oldest": words.oldest(report),
        "tasks": words.tasks(report),
        "legend": words.LEGEND + words.USUAL,
        "days": words.by_day(report),
        "changes": words.changes(report),
        "regrets": words.regrets(report),
        "gaps": [words.gap(gap, report.span) for gap in report.gaps],
        "record": words.record(report),
        "head": str(report.head),
    }


def _letter(told: dict[str, Any], chart: bytes | None) -> Letter:
    html = _templates().get_template("letter.html").render(told)
    text = _templates().get_template("letter.txt").render(told)
    return Letter(told["subject"], _wrapped(text.strip()), _inliner().inline(html), chart)


def _wrapped(text: str) -> str:
    """Lines short enough to be read as plain text; what has no spaces, as an address or the record's end, stays whole."""
    return "".join(f"{_fill(line)}\n" for line in text.splitlines())


def _fill(line: str) -> str:
    return line if len(line) <= TEXT_WIDTH else fill(line, TEXT_WIDTH, break_long_words=False, break_on_hyphens=False)


@cache
def _templates() -> Environment:
    """What is put into letter.html is escaped; letter.txt is no markup."""
    return Environment(
        loader=PackageLoader("moderator.reports"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _inliner() -> css_inline.CSSInliner:
    css = (files("moderator.reports") / "templates" / "letter.css").read_text(encoding="utf-8")
    return css_inline.CSSInliner(extra_css=css, load_remote_stylesheets=False, keep_style_tags=True)


def message_of(
    letter: Letter,
    settings: MailSettings,
    to: Person,
    message_id: str,
    list_id: str,
    at: datetime,
    token: str = "",
) -> EmailMessage:
    """The letter to one person. `list_id`: as "weekly.school", made whole by the sender's domain; `at` becomes its Date.

    `token` opens the page that asks whether this person wants a rest.
    """
    # Short, since some mail programs do not know a Content-ID again that goes on in a second line.
    chart_id = f"{message_id.strip('<>')[:16]}@{settings.domain}"
    message = new_message(settings, to, letter.subject, message_id, at)
    message["List-Id"] = f"<{list_id}.{settings.domain}>"
    way_out = _way_out(settings, token)
    message["List-Unsubscribe"] = f"<{way_out}>"
    text, html = letter.text, letter.html.replace(f"cid:{CHART}", f"cid:{chart_id}")
    if settings.page:
        text, html = (said.replace(f"{settings.page}/reports", way_out) for said in (text, html))
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    if letter.chart is not None:
        (_, page) = message.iter_parts()
        page.add_related(letter.chart, "image", "png", cid=f"<{chart_id}>", filename="days.png", disposition="inline")
    return message


def write_page(letter: Letter, folder: Path) -> Path:
    """The letter as a page of its own for a browser, the chart beside it; returns the page's path."""
    page = folder / "letter.html"
    if letter.chart is not None:
        (folder / CHART).write_bytes(letter.chart)
    page.write_text(letter.html.replace(f"cid:{CHART}", CHART), encoding="utf-8")
    return page


def _way_out(settings: MailSettings, token: str) -> str:
    """To a page that asks first, or to a person: a report on safety does not end by one click of a machine (RFC 8058)."""
    if settings.page:
        return f"{settings.page}/reports/pause/{token}" if token else f"{settings.page}/reports"
    return f"mailto:{settings.reply_to.address}?subject={quote(UNSUBSCRIBE)}"
