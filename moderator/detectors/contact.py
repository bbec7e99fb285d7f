"""Finds ways to reach or visit somebody: telephone numbers, e-mail and street addresses, dates of birth, closed groups.

An advert's own number counts as well. Help lines and other free numbers do not: they are nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from phonenumbers import Leniency, PhoneNumberMatcher

from moderator.detectors.base import PartlyRead
from moderator.detectors.text import Folded, fold
from moderator.domain import Comment, Context, Finding, Label

_LINK = re.compile(r"(?<!\S)\S*(?:://|www\.)\S+")
_FREE = ("0800", "0808", "116", "0300", "0500")
# Ten digits or more with little between them: all that phonenumbers could take for a number, and it is slow.
_DIGITS = re.compile(r"(?:[+(\[][-x\s()\[\].\\/~]{0,4}){0,2}\d(?:[-x\s()\[\].\\/~]{0,4}\d){9,}")
_DIGITS_READ = 1_000
"""Characters of such stretches read in a comment: seventy numbers, and 25 ms at worst (2026-11-22)."""
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

    name, version = "contact", "2"

    def examine(self, comment: Comment, context: Context) -> list[Finding]:
        folded = fold(comment.text)
        stretches, rest = _digits(folded.text)
        found = [*self._numbers(folded, stretches), *self._patterns(folded)]
        findings = [self._finding(*one, folded, comment) for one in found]
        if rest:
            raise PartlyRead(f"more digits than are read for telephone numbers, {rest} characters of them", findings)
        return findings

    def _numbers(self, folded: Folded, stretches: Sequence[tuple[int, str]]) -> Iterator[tuple[int, int, float, str]]:
        links = [match.span() for match in _LINK.finditer(folded.text)]
        for start, end, raw in (number for stretch in stretches for number in _numbers_in(*stretch)):
            digits = re.sub(r"\D", "", raw)
            if any(first < end and start < last for first, last in links):
                continue
            abroad = raw.startswith("+") and len(digits) >= 10
            at_home = digits.startswith("0") and 10 <= len(digits) <= 14 and not digits.startswith(_FREE)
            if abroad or at_home:
                yield start, end, 0.95, "telephone number"

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


def _digits(text: str) -> tuple[list[tuple[int, str]], int]:
    """The stretches of digits to be read for telephone numbers, each with its place, and how many characters are not."""
    stretches: list[tuple[int, str]] = []
    seen = 0
    for match in _DIGITS.finditer(text):
        if seen < _DIGITS_READ:
            stretches.append((match.start(), match[0][: _DIGITS_READ - seen]))
        seen += len(match[0])
    return stretches, max(0, seen - _DIGITS_READ)


def _numbers_in(place: int, digits: str) -> Iterator[tuple[int, int, str]]:
    """What phonenumbers takes for a number, with its place in the text."""
    # POSSIBLE, because VALID passes over ranges that were never given out; the checks above are for Britain.
    for found in PhoneNumberMatcher(digits, "GB", leniency=Leniency.POSSIBLE):
        yield place + found.start, place + found.end, found.raw_string
