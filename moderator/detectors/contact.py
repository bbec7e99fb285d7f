"""Finds ways to reach or visit somebody: telephone numbers, e-mail and street addresses, dates of birth, closed groups.

An advert's own number counts as well. Help lines and other free numbers do not: they are nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from phonenumbers import Leniency, PhoneNumberMatcher

from moderator.detectors.answers import address_told
from moderator.detectors.base import PartlyRead
from moderator.detectors.lexicon import words
from moderator.detectors.places import postcodes, street_addresses
from moderator.detectors.text import Folded, fold
from moderator.domain import Comment, Context, Finding, Label

_LINK = re.compile(r"(?<!\S)\S*(?:://|www\.)\S+")
_COUNTED = ("0123456789", "012345678910")
_FREE = ("0800", "0808", "116", "0300", "0500")
# Ten digits or more with little between them: all that phonenumbers could take for a number, and it is slow.
_DIGITS = re.compile(r"(?:[+(\[][-x\s()\[\].\\/~]{0,4}){0,2}\d(?:[-x\s()\[\].\\/~]{0,4}\d){9,}")
_DIGITS_READ = 1_000
"""Characters of such stretches read in a comment: seventy numbers, and 25 ms at worst (2026-11-22)."""
_EMAIL = re.compile(r"(?<![\w.+\-])[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{2,63}){1,4}")
# A blank follows the word "dot", and a dot only before what is no word: "at school. Me and Dad" begins a sentence.
_SPELT_EMAIL = re.compile(
    r"\b(?P<who>\w{1,30}(?:(?:\s|\s?[(\[]?\bdot\b[)\]]?\s?|\.)\w{1,30}){0,4})\s?(?P<marked>[(\[])?\bat\b[)\]]?\s?(?P<site>\w{1,30})"
    r"(?:\s?[(\[]?\bdot\b[)\]]?\s?(?P<said>com|co|net|org|uk|ac|example|me|info|live|name|email)|"
    r"\s?\.(?P<end>\s?(?:com|co\.uk)|co|net|org|uk|ac|example|me|info|live|name|email))\b"
)
_WORDS_TOO = frozenset({"co", "me", "info", "live", "name", "email", "net", "ac"})
"""Endings that begin a sentence as well, where the blank behind a full stop was forgotten."""
_POST_OFFICES = words(
    """gmail googlemail hotmail outlook yahoo ymail icloud live btinternet talktalk virginmedia ntlworld blueyonder proton
    protonmail gmx fastmail mail"""
)
_PERSONS = re.compile(r"[^\W\d_]{3,}[\w.]*[._\d]\w*$|\bdot\b")
"""A name as only an address has it: "kath.quay", "kath88"."""
_ASKS_TO_WRITE = re.compile(r"\b(?:e-?mail|mail|write\sto)\b")
_NUMBER_WORDS = (
    r"(?:oh|o|zero|nought|one|two|three|four|five|six|seven|eight|nine|hundred|double|treble|triple|thousand)"
)
_SPELT_NUMBER = re.compile(rf"\b(?:oh|o|zero|nought)(?:[\s,\-]{{1,2}}{_NUMBER_WORDS}){{5,}}\b")
_MORE_DIGITS = {"double": 1, "triple": 2, "treble": 2, "hundred": 1, "thousand": 2}
"""How many digits a word makes of those beside it, less what stands for one already; "oh one two three four five" is counting."""
_SHORTEST_NUMBER = 9
_COUNTED_ALOUD = re.compile(r"one\W+two\W+three\W+four\W+five\W+six\W+seven")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = rf"(?:\d{{1,2}}[/.\-]\d{{1,2}}[/.\-](?:20)?\d\d|\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH},?\s(?:20)?\d\d)\b"
_BORN = re.compile(rf"\b(?:born(?!\s(?:to|and)\b)|dob|d\.o\.b|date\sof\sbirth|(?P<day>birthday))\b.{{0,20}}?{_DATE}")
_YEAR = re.compile(r"\d\d$")
# Who is reached there is an office and nobody's own.
_OFFICE = re.compile(
    r"(?:office|admin|info|information|enquir(?:y|ies)|contact|help|reception|admissions?|school|head|headteacher|governors?|pta|"
    r"finance|attendance|uniform|kitchen|trips?|lettings|nursery)@[\w.\-]+\.(?:sch|gov|nhs|police)\.uk|[a-z\-]+@[\w.\-]+\.(?:gov|nhs|police)\.uk"
)
_GROUP = re.compile(r"(?:chat\.whatsapp\.com|wa\.me|t\.me|discord\.gg|signal\.group)/\S+")

_PATTERNS = (
    (_EMAIL, 0.95, "e-mail address"),
    (_SPELT_NUMBER, 0.85, "telephone number, spelt out"),
    (_BORN, 0.9, "date of birth"),
    (_GROUP, 0.85, "link into a closed group"),
)


class Contact:
    """One finding for each way to reach somebody; the score says how sure the form of it is."""

    name, version = "contact", "4"

    def examine(self, comment: Comment, context: Context) -> list[Finding]:
        folded = fold(comment.text)
        stretches, rest = _digits(folded.text)
        found = [*self._numbers(folded, stretches), *self._patterns(folded, comment)]
        findings = [self._finding(*one, folded, comment) for one in found] or self._answer(comment, context)
        if rest:
            raise PartlyRead(f"more digits than are read for telephone numbers, {rest} characters of them", findings)
        return findings

    def _numbers(self, folded: Folded, stretches: Sequence[tuple[int, str]]) -> Iterator[tuple[int, int, float, str]]:
        links = [match.span() for match in _LINK.finditer(folded.text)]
        for start, end, raw in (number for stretch in stretches for number in _numbers_in(*stretch)):
            digits = re.sub(r"\D", "", raw)
            if any(first < end and start < last for first, last in links):
                continue
            if digits in _COUNTED:
                continue
            abroad = raw.startswith("+") and len(digits) >= 10
            at_home = digits.startswith("0") and 10 <= len(digits) <= 14 and not digits.startswith(_FREE)
            if abroad or at_home:
                yield start, end, 0.95, "telephone number"

    def _patterns(self, folded: Folded, comment: Comment) -> Iterator[tuple[int, int, float, str]]:
        for pattern, score, note in _PATTERNS:
            for match in pattern.finditer(folded.text):
                if _speaks_for_itself(match, comment):
                    yield *match.span(), score, note
        for match in _SPELT_EMAIL.finditer(folded.text):
            if score := _spelt(match, folded, comment.text):
                yield *match.span(), score, "e-mail address, spelt out"
        for start, end, score in postcodes(folded, comment.text):
            yield start, end, score, "postcode"
        for start, end, score in street_addresses(folded, comment.text):
            yield start, end, score, "street address"

    def _answer(self, comment: Comment, context: Context) -> list[Finding]:
        span, note = address_told(comment, context), "answers who asked for an address or a number"
        if span is None:
            return []
        phrase = comment.text[slice(*span)]
        return [Finding(Label.CONTACT, 0.6, span, self.name, self.version, phrase, note=note)]

    def _finding(self, start: int, end: int, score: float, note: str, folded: Folded, comment: Comment) -> Finding:
        span = folded.original_span((start, end))
        phrase = comment.text[slice(*span)]
        return Finding(Label.CONTACT, score, span, self.name, self.version, phrase, note=note)


def _speaks_for_itself(match: re.Match[str], comment: Comment) -> bool:
    """Whether it is no office's address, no counting aloud, and no birthday that is yet to be held."""
    if match.re is _EMAIL:
        return not _OFFICE.fullmatch(match[0])
    if match.re is _SPELT_NUMBER:
        said = re.findall(_NUMBER_WORDS, match[0])
        return sum(_MORE_DIGITS.get(word, 1) for word in said) >= _SHORTEST_NUMBER and not _COUNTED_ALOUD.search(
            match[0]
        )
    if match.re is _BORN and match["day"]:
        year = _YEAR.search(match[0])
        return year is None or int(year[0]) < comment.posted_at.year % 100
    return True


def _spelt(match: re.Match[str], folded: Folded, text: str) -> float:
    """How sure it is that somebody writes to this address: of "tickets at quay.com" it is not, since that is a site as well."""
    if match["said"]:
        return 0.85
    ending = text[slice(*folded.original_span(match.span("end")))].strip()
    if ending.istitle():
        return 0.0
    known = match["site"] in _POST_OFFICES
    wants = ending.lower() not in _WORDS_TOO and _ASKS_TO_WRITE.search(match["who"])
    return 0.85 if known or match["marked"] or wants or _PERSONS.search(match["who"]) else 0.4


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
