"""The case on one plain page, to be read and printed by people who know nothing of this program.

Self-contained and without scripts, links or pictures. Whatever others wrote is escaped, and marks that could turn words round
or hide them are shown by their number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime
from html import escape

from moderator.domain import Decision, Mode, Ruling
from moderator.evidence_pack.case_file import CaseFile
from moderator.store.actions import ActionState
from moderator.store.evidence import Evidence

Tell = Callable[[datetime], str]
JOINER = "\u200d"
RULINGS = {
    Ruling.ALLOW: "leave it where it is",
    Ruling.QUEUE: "leave it in sight until a person has looked at it",
    Ruling.HIDE: "take it out of sight, which can be undone",
    Ruling.REMOVE: "remove it for good",
}
STYLE = """
body { font: 11pt/1.45 Georgia, serif; max-width: 44em; margin: 2em auto; padding: 0 1em; color: #111; background: #fff }
h1 { font-size: 1.4em } h2 { font-size: 1.1em; border-bottom: 1px solid #999; margin-top: 1.6em }
dt { font-weight: bold } dd { margin: 0 0 .4em 1.5em; overflow-wrap: anywhere }
blockquote { margin: .5em 0; padding: .5em 1em; border-left: 3px solid #666; white-space: pre-wrap; overflow-wrap: anywhere }
small { color: #444 } li { margin-bottom: .4em } section, blockquote { break-inside: avoid }
"""


def page(case: CaseFile, program: str, by: str, now: datetime) -> str:
    """The whole HTML page. `by` asked for it."""
    tell = _teller(case)
    body = [
        f"<h1>Evidence: comment {_safe(case.comment.id)}</h1>",
        f"<p>Put together for {_safe(by)} on {tell(now)}. Pictures and their addresses are not kept.</p>",
        *(_section(_heading(kept, len(case.evidence)), _written(kept, tell)) for kept in case.evidence),
        _section("What was decided", _list(_decided(each, tell) for each in case.decisions)),
        _section("What was done", _list(_done(each, tell) for each in case.actions)),
        _section(
            "Everything in order",
            _list(
                f"{tell(each.at)}: {_safe(each.event.replace('_', ' '))}, by {_safe(each.actor)}" for each in case.trail
            ),
        ),
        f"<p><small>Made by {_safe(program)}. The school's record had {case.head.events} events then; the last one's seal is "
        f"{_safe(case.head.link)}. The file how-to-check.txt beside this page says how to check that nothing was changed."
        "</small></p>",
    ]
    return "\n".join([*_opening(case), *body, "</body>", "</html>", ""])


def visible(text: str) -> str:
    """The text with each character that cannot be seen written as its number; line breaks stay, and joined emoji too."""
    return re.sub(r"[^\n]", lambda found: _seen(text, found.start()), text)


def _seen(text: str, at: int) -> str:
    letter = text[at]
    joins = letter == JOINER and at > 0 and unicodedata.category(text[at - 1]) in ("So", "Sk", "Mn")
    return letter if letter.isprintable() or joins else f"‹U+{ord(letter):04X}›"


def _safe(text: str) -> str:
    return escape(visible(text))


def _opening(case: CaseFile) -> list[str]:
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return [
        "<!DOCTYPE html>",
        '<html lang="en-GB">',
        f'<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">',
        f"<title>Evidence: comment {_safe(case.comment.id)}</title><style>{STYLE}</style></head>",
        "<body>",
    ]


def _teller(case: CaseFile) -> Tell:
    """Tells a time in UTC and as the school's clocks showed it."""

    def tell(when: datetime) -> str:
        return f"{when:%A %d %B %Y, %H:%M:%S} UTC ({when.astimezone(case.zone):%A %H:%M:%S %Z} at the school)"

    return tell


def _section(heading: str, body: str) -> str:
    return f"<section><h2>{heading}</h2>\n{body}</section>"


def _heading(kept: Evidence, forms: int) -> str:
    return "What was written" if forms == 1 else f"What was written (version {kept.version})"


def _written(kept: Evidence, tell: Tell) -> str:
    author = kept.author
    facts = {
        "By": f"{_safe(author.display_name) or '(no name)'} {_safe(author.handle)}",
        "The platform's number for them": _safe(author.native_id) or "not told",
        "Address": _safe(kept.url) or "not told",
        "Written": tell(kept.posted_at),
        "Changed": tell(kept.edited_at) if kept.edited_at else "",
        "First read by us": tell(kept.seen_at),
        "Kept as evidence": f"{tell(kept.captured_at)} ({_safe(kept.why)})",
        "Under the post": _quote(kept.post_text) + _safe(kept.post_url) if kept.post_text or kept.post_url else "",
        "In answer to": "".join(
            f"{_safe(up.author.handle)}, {tell(up.posted_at)}{_quote(up.text)}" for up in kept.thread
        ),
        "Since then": "" if kept.is_unchanged else "<strong>This is no longer what was kept.</strong>",
        "SHA-256 of what was kept": kept.digest,
        "The platform's own reply": _quote(kept.raw),
    }
    rows = "\n".join(f"<dt>{name}</dt><dd>{told}</dd>" for name, told in facts.items() if told)
    return f"{_quote(kept.text)}\n<dl>{rows}</dl>"


def _quote(text: str) -> str:
    return f"<blockquote>{_safe(text)}</blockquote>"


def _decided(decision: Decision, tell: Tell) -> str:
    who = "the policy of the school, by machine" if not decision.by_person else _safe(decision.decided_by)
    also = f", and to {decision.author_action} the author" if decision.author_action else ""
    shadow = " (while only trying out: nothing was done)" if decision.mode is Mode.SHADOW else ""
    why = "; ".join(_safe(reason) for reason in decision.reasons)
    told = f"{tell(decision.decided_at)}: {RULINGS[decision.ruling]}{also}, decided by {who}{shadow}."
    return f"{told} Because: {why}" if why else told


def _done(state: ActionState, tell: Tell) -> str:
    done = f"done {tell(state.done_at)}" if state.done_at else f"not done ({state.state.replace('_', ' ')})"
    told = f"; the platform said: {_safe(state.detail)}" if state.detail else ""
    asked = f"; it said: {_safe(state.last_error)}" if state.last_error else ""
    seen = f"{state.verified_visibility or 'unknown'}, {tell(state.verified_at)}" if state.verified_at else ""
    return f"{state.action.kind}: {done}{told}{asked}{f'; read back as {seen}' if seen else ''}."


def _list(items: Iterable[str]) -> str:
    rows = "\n".join(f"<li>{item}</li>" for item in items)
    return f"<ol>\n{rows}\n</ol>" if rows else "<p>Nothing.</p>"
