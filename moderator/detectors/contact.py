"""Finds ways to reach or visit somebody: telephone numbers, e-mail and street addresses, dates of birth, closed groups.

An advert's own number counts as well. Help lines and other free numbers do not: they are nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from phonenumbers import Leniency, PhoneNumberMatcher

from moderator.detectors.text import Folded, fold
from moderator.domain import Comment, Context, Finding, Label

_LINK = re.compile(r"(?<!\S)\S*(?:://|www\.)\S+")
_FREE = ("0800", "0808", "116", "0300", "0500")
_EMAIL = re.compile(r"(?<![\w.+\-])[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{2,63}){1,4}")
_SPELT_EMAIL = re.compile(
    r"\b\w{1,30}(?:(?:\s|\s?[(\[]?\bdot\b[)\]]?\s?|\.)\w{1,30}){0,4}\s?[(\[]?\bat\b[)\]]?\s?\w{1,30}\s?[(\[]?(?:\bdot\b|\.)[)\]]?\s?"
    r"(?:com|co|net|org|uk|ac|example|me|info)\b"
)
_NUMBER_WORDS = (
    r"(?:oh|o|zero|nought|one|two|three|four|five|six|seven|eight|nine|hundred|double|treble|triple|thousand)"
)
_SPELT_NUMBER = re.compile(rf"\b(?:oh|o|zero|nought)(?:[\s,\-]{{1,2}}{_NUMBER_WORDS}){{5,}}\b")
_POSTCODE = re.compile(r"\b(?:[a-z]{1,2}\d[a-z\d]?)\s?\d[abd-hjlnp-uw-z]{2}\b")
_STREET = (
    r"(?:road|rd|street|avenue|ave|lane|close|drive|crescent|terrace|gardens|grove|place|court|walk|row|way|square|mews|"
    r"green|hill|view|rise|house|flats|estate)"
)
_HOUSE = re.compile(rf"\b(?:(?:flat|no|number|at)\s?)?\d{{1,3}}[a-f]?,?\s(?:[a-z']{{3,15}}\s){{1,2}}{_STREET}\b")
_NOT_A_HOUSE = re.compile(
    r"\d\s(?:of|in|to|the|kids|years?|minutes?|hours?|miles?|more|down|for|out|and|times|people|cars)\b"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = rf"(?:\d{{1,2}}[/.\-]\d{{1,2}}[/.\-](?:20)?\d\d|\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH},?\s(?:20)?\d\d)\b"
_BORN = re.compile(rf"\b(?:born|dob|d\.o\.b|birthday|date\sof\sbirth)\b.{{0,20}}?{_DATE}")
_GROUP = re.compile(r"(?:chat\.whatsapp\.com|wa\.me|t\.me|discord\.gg|signal\.group)/\S+")

_PATTERNS = (
    (_EMAIL, 0.95, "e-mail address"),
    (_SPELT_EMAIL, 0.85, "e-mail address, spelt out"),
    (_SPELT_NUMBER, 0.85, "telephone number, spelt out"),
    (_POSTCODE, 0.85, "postcode"),
    (_BORN, 0.9, "date of birth"),
    (_GROUP, 0.85, "link into a closed group"),
)


class Contact:
    """One finding for each way to reach somebody; the score says how sure the form of it is."""

    name, version = "contact", "1"

    def examine(self, comment: Comment, context: Context) -> list[Finding]:
        folded = fold(comment.text)
        found = [*self._numbers(folded), *self._patterns(folded)]
        return [self._finding(*one, folded, comment) for one in found]

    def _numbers(self, folded: Folded) -> Iterator[tuple[int, int, float, str]]:
        links = [match.span() for match in _LINK.finditer(folded.text)]
        # POSSIBLE, because VALID passes over ranges that were never given out; the checks below are for Britain.
        matcher = PhoneNumberMatcher(folded.text, "GB", leniency=Leniency.POSSIBLE, max_tries=500)
        while matcher.has_next():
            match = matcher.next()
            digits = re.sub(r"\D", "", match.raw_string)
            if any(start < match.end and match.start < end for start, end in links):
                continue
            abroad = match.raw_string.startswith("+") and len(digits) >= 10
            at_home = digits.startswith("0") and 10 <= len(digits) <= 14 and not digits.startswith(_FREE)
            if abroad or at_home:
                yield match.start, match.end, 0.95, "telephone number"

    def _patterns(self, folded: Folded) -> Iterator[tuple[int, int, float, str]]:
        for pattern, score, note in _PATTERNS:
            for match in pattern.finditer(folded.text):
                yield *match.span(), score, note
        for match in _HOUSE.finditer(folded.text):
            if not _NOT_A_HOUSE.search(match[0]):
                yield *match.span(), 0.85, "street address"

    def _finding(self, start: int, end: int, score: float, note: str, folded: Folded, comment: Comment) -> Finding:
        span = folded.original_span((start, end))
        phrase = comment.text[slice(*span)]
        return Finding(Label.CONTACT, score, span, self.name, self.version, phrase, note=note)
