"""The words of an HTML mail as a reader sees them: line by line, without markup, with the addresses its links lead to.

Python's own html.parser takes minutes over 300 kB of tags that never end (3.11, measured 2026-11-22), and anybody can send
such a mail. This one looks at every character once, and never goes back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

LONGEST_HTML = 300_000
"""Characters. What is longer is no notification."""
_UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript"})
_LINES = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "blockquote", "td", "section", "hr"})
_NAME = re.compile(r"/?[a-z][a-z0-9]{0,20}", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]{1,2000})"|'([^']{1,2000})'|([^\s"'>]{1,2000}))""", re.IGNORECASE)
_LONGEST_TAG = 4_000  # characters of a tag in which an address is looked for


def words_of(html: str) -> tuple[str, tuple[str, ...]]:
    """The text, one line for each block, and the links. Raises ValueError where it is too long."""
    if len(html) > LONGEST_HTML:
        raise ValueError("its HTML is too long")
    words: list[str] = []
    links: list[str] = []
    unseen = ""  # the name of what is open and not shown
    for is_tag, piece in _pieces(html):
        name = found[0].lower() if is_tag and (found := _NAME.match(piece)) else ""
        if unseen:
            unseen = "" if name == f"/{unseen}" else unseen
        elif not is_tag:
            words.append(" ".join(f"|{unescape(piece)}|".split())[1:-1])
        elif name in _UNSEEN:
            unseen = name
        elif name.removeprefix("/") in _LINES:
            words.append("\n")
        elif name == "a" and (link := _HREF.search(piece[:_LONGEST_TAG])):
            links.append(unescape(next(filter(None, link.groups()))).strip())
    lines = (" ".join(line.split()) for line in "".join(words).split("\n"))
    return "\n".join(line for line in lines if line), tuple(links)


def _pieces(html: str) -> Iterator[tuple[bool, str]]:
    """Text and tags in turn, a tag without its brackets; comments and declarations are left out. What never ends is text."""
    at = 0
    while (begin := html.find("<", at)) >= 0:
        following = html[begin + 1 : begin + 4]
        is_comment = following == "!--"
        if not is_comment and not (following[:1].isalpha() or following[:1] in ("/", "!", "?")):
            yield False, html[at : begin + 1]
            at = begin + 1
            continue
        yield False, html[at:begin]
        end = html.find("-->", begin + 4) if is_comment else html.find(">", begin + 1)
        if end < 0:
            at = begin
            break  # Nothing behind it ends either, so it need not be looked for again.
        if following[:1] not in ("!", "?"):
            yield True, html[begin + 1 : end]
        at = end + (3 if is_comment else 1)
    yield False, html[at:]
