"""Which comment a notification tells of: one form of mail for each sender.

How Class Dojo and Seesaw word their mails is not published. The forms here are ours, loose on purpose, and tried on samples
that we wrote; a mail that speaks of a comment in other words is read whole, so that nothing is passed over.
A comment's author writes part of the mail. So its words reach from the first line that tells of it to the LAST line that ends
it: whoever writes such a line into a comment hides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from moderator.platforms.byhand.comments import Written
from moderator.platforms.byhand.sender import is_of


@dataclass(frozen=True, slots=True)
class Form:
    """How one sender words its mails."""

    tells: re.Pattern[str]  # a line with `author` and perhaps `where`; the comment follows it
    ends: re.Pattern[str]  # the line after the comment


def _form(tells: str, ends: str) -> Form:
    return Form(re.compile(tells, re.IGNORECASE), re.compile(ends, re.IGNORECASE))


_AUTHOR, _WHERE = r"(?P<author>\S.{0,79}?)", r"(?P<where>\S.{0,199}?)"
FORMS: Mapping[str, Form] = {
    "classdojo.com": _form(
        rf"^{_AUTHOR} (?:commented|replied|left a comment) (?:on|to|in) (?:your |a )?(?:post|photo|video|comment)? ?"
        rf"(?:in |on )?{_WHERE}:$",
        r"^(?:view|see|open) (?:the |this )?(?:comment|post|story)\b|^reply to this comment\b",
    ),
    "seesaw.me": _form(
        rf"^{_AUTHOR} (?:commented|added a comment|replied) (?:on|to) {_WHERE}:$",
        r"^(?:approve or delete|approve|view|see|open) (?:the |this )?(?:comment|post|item)\b",
    ),
}
"""By the domain that sends them."""
ANY_FORM = _form(
    rf"^{_AUTHOR} (?:commented|replied|wrote|left a comment|added a comment)(?: (?:on|to|in) {_WHERE})?:$",
    r"^(?:approve|view|see|open|reply)\b.{0,40}\b(?:comment|post|item|story|message)\b",
)
SPEAKS_OF_A_COMMENT = re.compile(r"\b(?:comment|commented|comments|repl(?:y|ied|ies))\b", re.IGNORECASE)
_LINK = re.compile(r"https://[^\s<>\"]{1,500}")
_QUOTES = {"“": "”", '"': '"', "«": "»"}


def comment_in(
    domain: str, subject: str, text: str, links: Sequence[str], owners: Sequence[str] = ()
) -> Written | None:
    """What a mail from this domain tells of; None where it speaks of no comment at all.

    In words that we do not know it is told whole, without an author. `owners` are the domains whose links are kept.
    """
    form = next((form for sender, form in FORMS.items() if is_of(domain, [sender])), ANY_FORM)
    lines = [line.strip() for line in text.splitlines()]
    url = _address([*links, *_LINK.findall(text)], owners or [domain])
    begin = next((at for at, line in enumerate(lines) if form.tells.search(line)), None)
    told = form.tells.search(lines[begin]) if begin is not None else None
    if begin is not None and told is not None:
        ends = [at for at in range(begin + 1, len(lines)) if form.ends.search(lines[at])]
        words = "\n".join(lines[begin + 1 : ends[-1] if ends else None])
        if words.strip():
            return Written(_unquoted(words.strip()), told["author"], (told["where"] or "").strip(' “”"'), url)
    if SPEAKS_OF_A_COMMENT.search(subject) or SPEAKS_OF_A_COMMENT.search(text):
        return Written(f"{subject}\n\n{text}".strip(), "", "", url)
    return None


def _unquoted(words: str) -> str:
    """Without the marks around the whole of it."""
    closing = _QUOTES.get(words[0])
    if closing and len(words) > 1 and words[-1] == closing:
        return words[1:-1].strip()
    return words


def _address(links: Sequence[str], owners: Sequence[str]) -> str:
    for link in links:
        try:
            parts = urlsplit(link)
            host = (parts.hostname or "").lower()
        except ValueError:
            continue
        if parts.scheme == "https" and is_of(host, owners) and link.isprintable() and len(link) <= 500:
            return link
    return ""
