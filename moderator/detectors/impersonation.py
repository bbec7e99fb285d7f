"""Finds accounts that pose as the school or its staff: by a name or handle that is theirs or looks like it, and by their words.

What is one letter away may be chance; a digit or a foreign letter in the place of one is none, since nobody writes their own
name so. A member of staff's name alone says nothing: families have the same names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from moderator.detectors.lexicon import words
from moderator.detectors.name_book import split
from moderator.detectors.phrases import Phrases, Row
from moderator.detectors.text import fold
from moderator.domain import Author, Comment, Context, Finding, Label, School

OFFICE = words(
    """school primary academy office official admin head headteacher pta admissions team helpdesk it fund page
    governors kitchen trips payments reception staff deputy"""
)
_BESIDE_A_HANDLE = words(
    """official real the admin team office account new backup news help support payments uk school primary page updates trips
    reception staff hq info academy head headteacher here only x ig yt tv"""
)
_FAMILY = words(
    "mum mums mam mams dad dads nan nana nans gran grandma grandad parent parents fan fans family families residents"
)
COMMON_SURNAMES = words(
    """smith jones taylor brown williams wilson johnson davies davis robinson wright thompson evans walker white roberts green
    hall wood jackson clarke clark patel khan lewis james phillips ali hussain mason mitchell rose davidson moore martin king
    hill ward cooper turner parker morris cook bell baker harris harrison morgan allen adams watson scott young miller lee
    hughes edwards collins bennett gray cox murphy kelly carter shaw richardson anderson marshall simpson begum ahmed singh
    kaur owen price stewart campbell rogers reid murray thomas griffiths graham webb chapman mills"""
)
"""Borne by so many that a parent of the same name is more likely than an impostor."""
_POSES: tuple[Row, ...] = (
    (
        r"""(?:mr|mrs|miss|ms) [\w-]+,? (?:here|from the (?:office|school)|on my (?:personal|private|new) (?:account|page))
        (?:this is|it's) (?:the school|(?:mr|mrs|miss|ms) [\w-]+)(?!'?s| who| that)
        (?:official|notice|message) (?:\w+ )?from (?:the )?school
        (?:our|my|the school's) (?:new|official|private) (?:\w+ )?(?:page|account|channel|profile)
        dear (?:parents|families)
        parents (?:must|should) (?!not |never )(?:\w+ )?(?:pay|send|confirm|reply|click|verify)""",
        0.6,
        "speaks as the school",
    ),
)
_ASKS = re.compile(
    r"\b(?:pay|payment|deposit|fee|follow|dm|message me|add me|reply|send|click|link|passwords?|login|log in|username|bank|card|"
    r"confirm|subscribe|whatsapp|account|page|email me|text me|ring me|£\s?\d)\b"
)
_DEMANDS = re.compile(
    r"\b(?:(?<!my\s)passwords?|dm|(?:message|text|ring|e-?mail|whatsapp|add|tell|give|show)\s(?:me|us)|(?:click|tap)\s(?:on|here|below|the|this|my|link)|usernames?|bank\sdetails|"
    r"your\s(?:[\w']+\s){0,5}(?:bank|card|login|account|details|numbers?|passport)|subscribe|follow\s(?:me\s|us\s)?(?:here|instead)|reply\swith|passport|"
    r"(?:pay|send|transfer)\s(?:[\w£']+\s){0,5}(?:here|now|today|at\sonce|(?:to\s)?(?:me|us)|to\sthis))\b"
)
"""What somebody wants who poses: money, a login, a word in private. Parents who ask the school use many words of `_ASKS`."""
_SEEKS_HELP = re.compile(
    r"\b(?:(?:can|could|would|will)\s(?:you|somebody|someone|anybody|anyone|the\s\w+)|(?:do|can|should|must|did|could)\s(?:i|we)|"
    r"my\s(?:login|password|account)|(?:i|we)\s(?:forgot|paid|sent|can't|cannot|need))\b"
)
_OF_THEIRS = re.compile(r"\byour\b|\bthis\saccount\b|\bhere\b")
"""Whoever poses asks others for what is theirs, or leads them elsewhere; who seeks help speaks of their own."""
_NOT_SURE = 0.8
_ALIKE = str.maketrans(
    {"1": "l", "|": "l", "!": "l", "i": "l", "0": "o", "5": "s", "$": "s", "3": "e", "4": "a", "@": "a", "7": "t"}
)
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_SHORTEST = 6
"""Letters that a handle must have to be told from chance."""


@dataclass(frozen=True, slots=True)
class _Like:
    """Whom an author's name or handle is like, and how sure that is by itself and beside words that ask for something."""

    whom: str  # "school's" or "staff's"
    alone: float
    asking: float
    posing: float
    how: str


class Impersonation:
    """Scores: 0.9 a name like ours beside words that pose and ask, or that want money, a login or a word in private; 0.8 beside
    words that ask or pose only, and for one written with digits or signs to look like ours; 0.55 to 0.75 the school's name, or a
    handle near its own; 0.4 a name like that of staff, which families have too.
    """

    name, version = "impersonation", "3"

    def __init__(self, school: School) -> None:
        self._official = {_handle(one) for one in school.official_accounts.values()} - {""}
        self._allowed = self._official | {_handle(one) for one in school.allowed_accounts}
        self._school = tuple(word for word in split(school.name) if word not in OFFICE)
        self._staff = [split(one) for one in school.staff if len(split(one)) > 1]
        self._poses = Phrases(_POSES)

    def examine(self, comment: Comment, context: Context) -> list[Finding]:
        if comment.author.handle and _handle(comment.author.handle) in self._allowed:
            return []
        folded = fold(comment.text)
        asks = bool(_ASKS.search(folded.text))
        posing = next(iter(self._poses.find(folded)), None)
        most = 1.0 if _demands(folded.text) or (posing and asks) else _NOT_SURE
        scored = [
            (min(most, like.posing if posing else like.asking if asks else like.alone), like)
            for like in self._likes(comment.author)
        ]
        found: list[tuple[float, tuple[int, int] | None, str]] = []
        if scored:
            score, like = max(scored, key=lambda one: one[0])
            found.append((score, None, f"{like.how} the {like.whom}, on an account that is not"))
        if posing:
            found.append((0.7 if asks else 0.45, posing.span, "writes as the school or its staff"))
        return [self._finding(score, span, note, comment) for score, span, note in found]

    def _finding(self, score: float, span: tuple[int, int] | None, note: str, comment: Comment) -> Finding:
        phrase = comment.text[slice(*span)] if span else ""
        return Finding(Label.IMPERSONATION, score, span, self.name, self.version, phrase, note=note)

    def _likes(self, author: Author) -> Iterator[_Like]:
        called = split(author.display_name)
        yield from self._named_like_the_school(called)
        yield from self._named_like_staff(called)
        yield from self._handle_like_ours(_handle(author.handle))

    def _named_like_the_school(self, called: tuple[str, ...]) -> Iterator[_Like]:
        """ "Valley Mum" is a parent; "Valley Primary Office" would be us, and so would "Va11ey"."""
        if not self._school:
            return
        if not _FAMILY.isdisjoint(called):
            return
        rest = "".join(word for word in called if skeleton(word) not in _OFFICE_ALIKE)
        office = any(skeleton(word) in _OFFICE_ALIKE for word in called)
        ours = "".join(self._school)
        if rest == ours or (office and set(self._school) <= set(called)):
            yield _Like("school's", 0.55, 0.9, 0.9, "display name like")
        elif skeleton(rest) == skeleton(ours):
            yield _Like("school's", 0.8, 0.9, 0.9, "display name made to look like")
        elif office and _is_near(rest, ours):
            yield _Like("school's", 0.55, 0.9, 0.9, "display name nearly like")

    def _named_like_staff(self, called: tuple[str, ...]) -> Iterator[_Like]:
        for one in self._staff:
            first = called[: len(one)]
            asking = 0.45 if one[-1] in COMMON_SURNAMES else 0.9
            if first == one:
                yield _Like("staff's", 0.4, asking, 0.9, "display name like")
            elif tuple(map(skeleton, first)) == tuple(map(skeleton, one)):
                yield _Like("staff's", 0.8, 0.9, 0.9, "display name made to look like")
            elif first[:-1] == one[:-1] and len(first) == len(one) and _is_near(first[-1], one[-1], longest=6):
                yield _Like("staff's", 0.3, min(asking, 0.75), 0.75, "display name nearly like")

    def _handle_like_ours(self, handle: str) -> Iterator[_Like]:
        whole, inner = skeleton(handle), skeleton(_EDGES.sub("", handle))
        for ours in sorted(self._official):
            wanted = skeleton(ours)
            if len(wanted) < _SHORTEST:
                continue
            if whole == wanted:
                yield _Like("school's", 0.75, 0.9, 0.9, "handle made to look like")
            elif _is_or_adds(inner, wanted):
                yield _Like("school's", 0.6, 0.9, 0.9, "handle that carries")
            elif _is_near(whole, wanted):
                yield _Like("school's", 0.65, 0.9, 0.9, "handle nearly like")
        for one in self._staff:
            wanted = skeleton("".join(one))
            if len(wanted) >= _SHORTEST and _is_or_adds(inner, wanted):
                yield _Like("staff's", 0.4, 0.45 if one[-1] in COMMON_SURNAMES else 0.9, 0.9, "handle like")


def _demands(text: str) -> bool:
    return bool(_DEMANDS.search(text)) and (not _SEEKS_HELP.search(text) or bool(_OF_THEIRS.search(text)))


def skeleton(word: str) -> str:
    """A folded word as the eye takes it in: what looks alike is one letter, and marks between are gone."""
    alike = fold(word).text.translate(_ALIKE).replace("vv", "w").replace("rn", "m")
    return "".join(letter for letter in alike if letter.isalnum())


_OFFICE_ALIKE = frozenset(map(skeleton, OFFICE))
_BESIDE = re.compile(rf"(?:{'|'.join(sorted(map(skeleton, _BESIDE_A_HANDLE), key=len, reverse=True))})+")
"""What is left of a handle that says no more beside ours than an office would: "real", "officialschool"."""


def _is_near(one: str, other: str, longest: int = 8) -> bool:
    """One slip apart, or two in a long name: a letter more, less, other, or two swapped. Names shorter than `longest` never."""
    slips = 2 if len(other) >= 14 else 1
    return len(other) >= longest and 0 < OSA.distance(one, other, score_cutoff=slips) <= slips


def _is_or_adds(handle: str, wanted: str) -> bool:
    """Whether it is the wanted one, alone or beside words that an office would add."""
    return handle == wanted or (wanted in handle and _BESIDE.fullmatch(handle.replace(wanted, "", 1)) is not None)


def _handle(handle: str) -> str:
    return fold(handle).text.strip().removeprefix("@")
