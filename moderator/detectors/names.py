"""Finds children who are named without being on the roll, by the words that tie them to somebody: "my son Emrys".

A small transparent set of patterns over capitalised words. Staff, grown-ups with a title, places and the school's own words are
passed over. A model replaces it; what it finds then counts beside the roll as this does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from moderator.detectors.lexicon import ADULT_NAMES, CHILD_NAMES, NOT_NAMES, PARENTS, TITLES, WORD_NAMES, words
from moderator.detectors.name_book import split
from moderator.domain import Comment, Context, Finding, Label, School

_NAME = r"(?P<name>[^\W\d_a-z][^\W\d_]{0,20}[a-z][^\W\d_]{0,20}(?:-[A-Z][a-z]{1,20})?)"
_SMALL = r"(?:little|big|eldest|youngest|oldest|middle|beautiful|lovely|gorgeous|clever|brave|own|wee|late|dear)"
_KIN = (
    r"(?:son|daughter|nephew|niece|grand-?son|grand-?daughter|god-?son|god-?daughter|brother|sister|cousin|boy|girl|lad|lass|"
    r"baby|twins?|little\s(?:one|man|lady|girl|boy)|kid|child|eldest|youngest|oldest|bestie|[Bb]airn|wean)"
)
_CHEER = r"well\sdone|good\sluck|come\son|happy\sbirthday|congratulations|congrats|go\son"
_AGE = r"(?:[3-9]|1[01]|four|five|six|seven|eight|nine|ten|eleven)\b(?!\s?(?:pm|am|[-–:]))"
_CALLED = r"(?:(?:[Hh]is|[Hh]er)\sname(?:['’]?s|\sis)|(?:boy|girl|lad|child|kid)\s(?:called|named))"
_INITIALS = r"[A-Z]\.?\s?[A-Z](?:[.\-\s]{0,2}[A-Z])?\.?"
_PARENT = rf"(?:{PARENTS})"
_YEARS = r"[Yy]ear\s?[1-6R]|[Yy]r\s?[1-6]|[Yy][1-6]|[Rr]eception|[Nn]ursery|[Cc]lass\s\w+"

_PATTERNS = (
    (rf"\b(?i:my|our|her|his|their|your)\s(?:{_SMALL}\s)?{_KIN},?\s(?:is\s|called\s|named\s)?{_NAME}", 0.8),
    (rf"\b{_NAME}(?:,|\sis)\s(?:my|our)\s(?:{_SMALL}\s)?{_KIN}\b", 0.75),
    (rf"\b{_NAME}['’]?s\s(?:proud\s)?{_PARENT}\b", 0.7),
    (rf"\b(?i:{_PARENT}|mummy|daddy)\s(?:of|to)\s{_NAME}", 0.7),
    (rf"\b(?i:our|my)\s(?:{_SMALL}\s)?{_NAME}", 0.65),
    (rf"\b(?i:your|wee|little)\s{_NAME}", 0.6),
    (rf"\b(?i:{_CHEER})(?:\sto)?,?\s(?:{_SMALL}\s)?{_NAME}", 0.6),
    (rf"\b(?i:proud\sof)\s(?:you,?\s|our\s|my\s)?(?:{_SMALL}\s)?{_NAME}", 0.65),
    (rf"\b{_NAME}(?:,|\sis|\s\()\s?(?:aged\s|only\s)?{_AGE}", 0.65),
    (rf"\b{_CALLED}\s{_NAME}", 0.8),
)  # fmt: skip
_ABBREVIATIONS = words("pe re uk eu it tv ict dt pshe ta tas mp ok am pm id pta ks sen nhs dj qr pc bbc itv usa")
_RULES = tuple((re.compile(pattern), score) for pattern, score in _PATTERNS)
_AND_MORE = re.compile(r"(?:,\s(?:and\s)?|\s(?:and|&|n|\+)\s)" + _NAME.replace("(?P<name>", "("))


class RelatedNames:
    """Scores 0.6-0.8, by how firmly the words say that a child is meant; half where a grown-up could well be."""

    name, version = "related_names", "1"

    def __init__(self, school: School) -> None:
        people = (*school.staff, *school.public_figures, *school.classes, school.name)
        classes = "|".join([*map(re.escape, school.classes), _YEARS])
        in_class = rf",?\s(?:is\s|was\s)?(?:in|from|of)\s(?:\w+['’]s\s)?(?:{classes})\b"
        self._rules = (*_RULES, (re.compile(rf"\b{_NAME}{in_class}"), 0.8))
        self._initials = re.compile(rf"\b({_INITIALS}){in_class}")
        self._known = {word for one in people for word in split(one)}

    def examine(self, comment: Comment, context: Context) -> list[Finding]:
        if _shouts(comment.text):
            return []  # Where every word is in capitals, none of them tells a name.
        ours = set(split(context.post.text)) if context.post else set()
        best: dict[tuple[int, int], float] = {}
        for span, score in self._hits(comment.text, ours):
            best[span] = max(score, best.get(span, 0.0))
        return [self._finding(score, span, comment.text) for span, score in sorted(best.items())]

    def _hits(self, text: str, ours: set[str]) -> Iterator[tuple[tuple[int, int], float]]:
        for pattern, score in self._rules:
            for match in pattern.finditer(text):
                if self._is_name(match["name"], text[: match.start("name")], ours):
                    weight = self._weight(match["name"])
                    yield match.span("name"), score * weight
                    yield from self._more(text, match.end("name"), score * weight, ours)
        for match in self._initials.finditer(text):
            if match[1].replace(".", "").casefold() not in _ABBREVIATIONS:
                yield match.span(1), 0.7

    def _more(self, text: str, at: int, score: float, ours: set[str]) -> Iterator[tuple[tuple[int, int], float]]:
        """Names joined to the one just found: "our Ava and Noah"."""
        while (match := _AND_MORE.match(text, at)) and self._is_name(match[1], text[: match.start(1)], ours):
            yield match.span(1), score
            at = match.end(1)

    def _is_name(self, word: str, before: str, ours: set[str]) -> bool:
        plain = split(word)
        if (
            not word[0].isupper()
            or not plain
            or plain[0] in NOT_NAMES
            or plain[0] in TITLES
            or plain[0] in self._known
            or plain[0] in ours
        ):
            return False
        previous = split(before[-20:])[-1:]
        return len(plain[0]) > 1 and (not previous or previous[0] not in TITLES)

    def _weight(self, word: str) -> float:
        plain = split(word)[0]
        if plain in WORD_NAMES or (plain in ADULT_NAMES and plain not in CHILD_NAMES):
            return 0.6
        return 1.0

    def _finding(self, score: float, span: tuple[int, int], text: str) -> Finding:
        phrase, note = text[slice(*span)], "a child named by relation"
        return Finding(Label.CHILD_NAMED, round(score, 2), span, self.name, self.version, phrase, note=note)


def _shouts(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return sum(char.isupper() for char in letters) > 0.6 * max(len(letters), 1)
