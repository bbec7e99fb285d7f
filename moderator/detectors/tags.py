"""Finds people tagged: handles mentioned, and hashtags that are somebody's name.

The school's own and allowed accounts may be mentioned, and so may whoever wrote the comment. Mentions that X itself puts in
front of a reply do not count; on YouTube and Instagram every mention does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from moderator.detectors.lexicon import ADULT_NAMES, CHILD_NAMES, NOT_NAMES, WORD_NAMES, words
from moderator.detectors.text import fold
from moderator.domain import Comment, Context, Finding, Label, Mention, School

HANDLE = re.compile(r"(?<![\w.@/+\-])[@＠](\w(?:[\w.\-·]*\w)?)")
_HASHTAG = re.compile(r"(?<!\w)[#＃](\w+)")
_CAMEL = re.compile(r"[A-ZÀ-Þ][a-zß-ÿ'’\-]+")
_AT_MEANT_AS_A_WORD = words("home school work the least last night lunch lunchtime all")
_HASHTAG_WORDS = NOT_NAMES | words(
    """day week month power squad strong proud inspired ready forever rocks rules matters together community heroes
    hero"""
)


def mentions_in(text: str) -> Iterator[Mention]:
    """Handles as they are written in a text; "@school" and "@3pm" are read as "at"."""
    for match in HANDLE.finditer(text):
        handle = match[1]
        if len(handle) > 1 and not handle[0].isdigit() and handle.lower() not in _AT_MEANT_AS_A_WORD:
            yield Mention(handle, match.start(), match.end())


class Tags:
    """Scores: 0.95 a handle, 0.7 a hashtag that is a first name with another name behind it."""

    name, version = "tags", "1"

    def __init__(self, school: School) -> None:
        # An official account of one platform is mentioned on the others too, often under the same handle.
        self._allowed = {
            plain_handle(handle) for handle in (*school.official_accounts.values(), *school.allowed_accounts)
        }
        self._figures = {plain_handle(name.replace(" ", "")) for name in (*school.public_figures, *school.staff)}

    def examine(self, comment: Comment, context: Context) -> list[Finding]:
        return [*self._handles(comment), *self._hashtags(comment)]

    def _handles(self, comment: Comment) -> Iterator[Finding]:
        mentions = comment.mentions or tuple(mentions_in(comment.text))
        for mention in mentions:
            if mention.start < comment.reply_prefix or plain_handle(mention.handle) in self._allowed:
                continue
            if plain_handle(mention.handle) != plain_handle(comment.author.handle):
                yield self._finding(
                    0.95, (mention.start, mention.end), comment, "handle of an account that is not the school's"
                )

    def _hashtags(self, comment: Comment) -> Iterator[Finding]:
        for match in _HASHTAG.finditer(comment.text):
            parts = _CAMEL.findall(match[1])
            if plain_handle(match[1]) in self._allowed | self._figures or "".join(parts) != match[1] or len(parts) != 2:
                continue
            first, last = (fold(part).text for part in parts)
            sure = first in ADULT_NAMES | CHILD_NAMES and first not in WORD_NAMES - ADULT_NAMES
            if sure and last not in _HASHTAG_WORDS and last not in WORD_NAMES - CHILD_NAMES:
                yield self._finding(0.7, match.span(), comment, "hashtag that reads as a person's name")

    def _finding(self, score: float, span: tuple[int, int], comment: Comment, note: str) -> Finding:
        phrase = comment.text[slice(*span)]
        return Finding(Label.PERSON_TAGGED, score, span, self.name, self.version, phrase, note=note)


def plain_handle(handle: str) -> str:
    """As handles are compared: folded, without the sign in front."""
    return fold(handle).text.strip().removeprefix("@")
