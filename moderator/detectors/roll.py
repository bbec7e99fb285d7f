"""Finds the names of pupils on the roll, however they are spelt. It never says which row of the roll it was; where it can be
only one, the finding bears the reference that the roll gives for that pupil.

Grown-ups with the same first name, words that are also names, and staff are told apart by what stands beside them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from moderator.detectors.answers import class_told
from moderator.detectors.full_names import FullNames
from moderator.detectors.kin_names import in_display_name, in_handle, own_name
from moderator.detectors.lexicon import (
    ADULT_NAMES,
    CHILD_KIN,
    FAMOUS,
    GROWN_UPS,
    LINKS,
    NOT_NAMES,
    PLACE_WORDS,
    TITLES,
)
from moderator.detectors.lexicon import words as table
from moderator.detectors.name_book import Hit, Kind, NameBook, Words, split
from moderator.detectors.tags import plain_handle
from moderator.detectors.text import fold, unmask
from moderator.domain import DISPLAY_NAME, Comment, Context, Finding, Label, Pupil, School
from moderator.domain.naming import CERTAIN, FIRST_NAME, LIKELY, TELLS_WHICH

_PLACE = re.compile(PLACE_WORDS)
_A_CHILD_IS_MEANT = re.compile(
    r"\b(?:my|our|ours|mine|she|he|her|him|his|son|daughter|proud|little|baby|boy|girl|lad|grandson|granddaughter|star|niece|nephew|"
    r"twins|fy|ein|fach|merch|mab|moj|moja|nasz|nasza|syn|corka|corcia|wnuk|wnuczka)\b"
)
_CHEERED = table("done luck birthday congratulations congrats bless go my our little wee lil brave clever poor")
_DID = table(
    """was is has did didnt hadnt had loved loves said says looks looked looking hasnt wants wanted got came took swam won
    scored made sang danced cried smiled read wore went goes gets thinks asked told wrote drew painted started
    finished left ran jumped fell settled waved waving smashed nailed rocked played came cant couldnt wont doesnt
    isnt wasnt talks talked keeps kept needs slept"""
)
_THANKED = table("thanks thank cheers said agree ta hi hello hiya hey morning with regards from love yours xx x")
_SEASONS = table("spring summer autumn winter may june april august")
_SEASON_NOUNS = table(
    """fair fayre fete holiday holidays hols term concert show reading break camp school club uniform party ball
    menu sun season day days bank half time weather"""
)
_WHERE = table("in at from to of this last next every during since by near through all for the")
_VIRTUES = table("faith hope grace charity peace joy love mercy patience")
_ARTICLES = table("a an the another")
_CALLED = table("mum dad mummy daddy mam mama papa mammy")
_WHOSE = table("my our his her their")
_LONG_AGO = re.compile(r"\b(?:19[3-9]\d|200\d)\b")
_CLOSE = 60  # characters
_MEANT = 0.5
"""From here on it is rather a pupil than not; of a word that is also a name nothing is kept that leads to a child."""


class Roll:
    """The pupils whose names are guarded. It shows how many they are and never who.

    `references` stand for the pupils in findings, one each in their order; without any, no finding has one.
    """

    def __init__(self, pupils: Iterable[Pupil] = (), references: Sequence[str] = ()) -> None:
        self.pupils = tuple(pupils)
        self._references = tuple(references)

    def __len__(self) -> int:
        return len(self.pupils)

    def __repr__(self) -> str:
        return f"Roll({len(self.pupils)} pupils)"

    def reference(self, pupils: Collection[int]) -> str:
        """Of the one pupil at these places on the roll; "" where they are several, or there are no references."""
        return self._references[next(iter(pupils))] if len(pupils) == 1 and self._references else ""


class GuardedNames:
    """One finding for each name from the roll. The score says how sure it is that a pupil is meant:

    the scale is that of `moderator.domain.naming`; below 0.5 stand words that are also names, surnames and the author's own name.
    """

    name, version = "guarded_names", "3"

    def __init__(self, roll: Roll, school: School) -> None:
        self._roll = roll
        self._book = NameBook(roll.pupils)
        self._full_names = FullNames(roll.pupils)
        self._others = _phrases((*school.staff, *school.public_figures, *FAMOUS))
        self._accounts = {plain_handle(one) for one in (*school.official_accounts.values(), *school.allowed_accounts)}
        self._classes = _class_pattern(school.classes)

    def examine(self, comment: Comment, context: Context) -> list[Finding]:
        words = Words.of(fold(comment.text), comment.text)
        scene = _Scene(words, comment, context, self._classes)
        seen = self._hits(words)
        hits = self._meant(seen, words)
        listed = _listed(hits, words)
        scored = [(self._score(hit, scene, hit in listed), hit) for hit in hits]
        hidden = self._hidden_hits(comment.text, [*seen, *hits])
        hidden += self._in_links_and_handles(comment)
        scored += [(CERTAIN if hit.name.kind is Kind.FULL else LIKELY, hit) for hit in hidden]
        found = [self._finding(score, hit, comment.text) for score, hit in _best(scored, len(comment.text))]
        return [*found, *self._of_kin(comment), *self._class_told(comment, context)]

    def _hits(self, words: Words) -> list[Hit]:
        hits = list(self._book.search(words))
        taken = {index for hit in hits for index in range(hit.first, hit.last + 1)}
        for index, word in enumerate(words.words):
            if index not in taken and not words.is_of_a_clan(index) and (name := self._book.slip_of(word)):
                hits.append(Hit(name, words.spans[index], index, index))
        return hits

    def _hidden_hits(self, text: str, seen: Sequence[Hit]) -> list[Hit]:
        """Names that show only once disguises are taken off: "4lfie", "a l f i e", "al.fie"."""
        plain = unmask(text)
        if plain is fold(text):
            return []  # Nothing was taken off, so all was seen already.
        words = Words.of(plain, text)
        hits = [
            hit
            for hit in self._meant(list(self._book.search(words)), words)
            if hit.name.kind is not Kind.LAST and not hit.name.may_be_a_word
        ]
        for start, end in plain.runs:
            for at, stop, name in self._book.inside(plain.text[start:end]):
                hits.append(Hit(name, plain.original_span((start + at, start + stop)), 0, 0))
        known, full = _Marks(len(text)), _Marks(len(text))
        for hit in seen:
            if hit.name.kind not in (Kind.SLIP, Kind.LAST):
                known.add(hit.span)
            if hit.name.kind is Kind.FULL:
                full.add(hit.span)
        return [hit for hit in hits if not (full if hit.name.kind is Kind.FULL else known).touch(hit.span)]

    def _in_links_and_handles(self, comment: Comment) -> list[Hit]:
        """Full names only: "/grace/" may be a street, a saint or a table grace, and "@grace_and_co" a shop."""
        folded, passed = fold(comment.text), (*self._accounts, plain_handle(comment.author.handle))
        links = Words.of_links(folded, comment.text)
        handles = Words.of_handles(folded, comment.text, comment.reply_prefix, passed)
        hits = [
            hit
            for words in (links, handles)
            for hit in (self._meant(list(self._book.search(words)), words) if words.words else ())
        ]
        return [hit for hit in hits if hit.name.kind is Kind.FULL]

    def _meant(self, seen: Sequence[Hit], words: Words) -> list[Hit]:
        hits = self._without_others(seen, words)
        return hits + self._without_others(list(self._full_names.among(hits, words)), words)

    def _without_others(self, hits: Sequence[Hit], words: Words) -> list[Hit]:
        """Without what belongs to staff, public figures, characters and titles."""
        if not hits:
            return []
        taken = {index for phrase in _find_phrases(self._others, words) for index in phrase}
        return [
            hit
            for hit in hits
            if not taken.intersection(range(hit.first, hit.last + 1))
            and (hit.name.kind is Kind.FULL or hit.first in words.breaks or words.word(hit.first - 1) not in TITLES)
        ]

    def _score(self, hit: Hit, scene: _Scene, listed: bool) -> float:
        name = hit.name
        if name.kind is Kind.FULL:
            return CERTAIN
        if name.kind is Kind.LAST:
            return TELLS_WHICH if scene.words.word(hit.first - 1) in name.initials else 0.2
        cheered = listed or (scene.cheers(hit) and not (hit.with_s and name.may_be_a_word))
        if scene.is_authors_own(hit) or scene.is_of_a_grown_up(hit) or scene.is_in_post(hit) or scene.is_a_thing(hit):
            return 0.4
        if name.may_be_a_word and not cheered:
            return scene.score_of_a_word(hit)
        if name.kind in (Kind.BENT, Kind.SLIP):
            return LIKELY if cheered or scene.stands_out(hit) else 0.4
        if scene.may_be_of_a_grown_up(hit, cheered):
            return 0.4 if scene.is_thanked(hit) else LIKELY
        if name.kind is Kind.PART or scene.may_be_something_else(hit):
            return LIKELY
        return TELLS_WHICH if scene.pins_down(hit) else FIRST_NAME

    def _finding(self, score: float, hit: Hit, text: str) -> Finding:
        note, phrase = f"name from the roll: {hit.name.kind}", text[slice(*hit.span)]
        reference = self._roll.reference(hit.name.pupils) if score >= _MEANT else ""
        return Finding(
            Label.CHILD_NAMED, score, hit.span, self.name, self.version, phrase, note=note, reference=reference
        )

    def _class_told(self, comment: Comment, context: Context) -> Iterator[Finding]:
        """ "Kingfishers now", said to somebody who asked for a child's class."""
        if span := class_told(comment, context, self._classes):
            note, phrase = "answers who asked for a child's class", comment.text[slice(*span)]
            yield Finding(Label.CHILD_NAMED, 0.6, span, self.name, self.version, phrase, note=note)

    def _of_kin(self, comment: Comment) -> Iterator[Finding]:
        """A child named by the author's own name: "Alfie's Nana". It counts where the text speaks of a child."""
        author = comment.author
        score = 0.55 if _A_CHILD_IS_MEANT.search(fold(comment.text).text) else 0.35
        whole = Finding(Label.CHILD_NAMED, score, None, self.name, self.version, field=DISPLAY_NAME)
        for hit in in_display_name(author.display_name, self._hits):
            note = f"name from the roll in the display name: {hit.name.kind}"
            yield replace(whole, span=hit.span, phrase=author.display_name[slice(*hit.span)], note=note)
        for name in islice(in_handle(author.handle, self._book), 1):
            yield replace(whole, note=f"name from the roll in the author's handle: {name.kind}")


class _Scene:
    """What stands around the names of one comment."""

    def __init__(self, words: Words, comment: Comment, context: Context, classes: re.Pattern[str]) -> None:
        self.words = words
        self.text = fold(comment.text).text
        letters = [char for char in comment.text if char.isalpha()]
        self.shouting = len(letters) > 5 and sum(char.isupper() for char in letters) > 0.6 * len(letters)
        self._post = frozenset(split(context.post.text)) if context.post else frozenset[str]()
        self._author = own_name(comment.author.display_name)
        folded = fold(comment.text)
        pins = [*_PLACE.finditer(self.text), *classes.finditer(self.text)]
        self._pinned = _Marks(len(comment.text))
        for match in pins:
            self._pinned.add(folded.original_span(match.span()), margin=_CLOSE)
        self._long_ago = bool(_LONG_AGO.search(self.text))
        self._small = not any(char.isupper() for char in comment.text)

    def cheers(self, hit: Hit) -> bool:
        """Whether the words beside it are those people use of a child of theirs."""
        before, after = self.words.word(hit.first - 1), self.words.word(hit.last + 1)
        if hit.first not in self.words.breaks and (before in _CHEERED or before in CHILD_KIN):
            return True
        if before == "of" and self.words.word(hit.first - 2) == "proud":
            return True
        theirs = after == "s" or hit.with_s
        return theirs and self.words.word(hit.last + (2 if after == "s" else 1)) in GROWN_UPS

    def score_of_a_word(self, hit: Hit) -> float:
        """For "Grace", "Will", "Summer": LIKELY where the sentence uses it as somebody's name, 0.15 where it does not."""
        if hit.with_s:
            return 0.15  # "graces", "angels": more than one, or a verb
        word, after = hit.name.words[0], self.words.word(hit.last + 1)
        before = self.words.word(hit.first - 1) if hit.first not in self.words.breaks else ""
        if word in _SEASONS and (before in _WHERE or after in _SEASON_NOUNS):
            return 0.15
        capital = self.words.capital(hit.first) and not self.shouting
        alone = self.words.starts_part(hit.first) and self.words.starts_part(hit.last + 1)
        if after.replace("'", "") in _DID and not before and (capital or word not in _SEASONS or word == "may"):
            return LIKELY
        if (after == "s" and word not in _SEASONS) or (after != "a" and self.is_initialled(hit)):
            return LIKELY
        if capital and not self.words.starts_part(hit.first) and before not in _WHERE | _ARTICLES:
            return 0.4 if (before in _THANKED and word in ADULT_NAMES) or self.is_in_post(hit) else LIKELY
        return 0.6 if capital and alone and word not in _SEASONS | _VIRTUES else 0.15

    def is_authors_own(self, hit: Hit) -> bool:
        return hit.name.words[0] == self._author

    def is_of_a_grown_up(self, hit: Hit) -> bool:
        """ "Auntie Rose", "my mum Rose", "my brother-in-law Tommy"; not "mummy Alfie did it"."""
        before, earlier = self.words.word(hit.first - 1), self.words.word(hit.first - 2)
        if hit.first in self.words.breaks:
            return False
        return before == "law" or (before in GROWN_UPS and (before not in _CALLED or earlier in _WHOSE))

    def may_be_of_a_grown_up(self, hit: Hit, cheered: bool) -> bool:
        return self._long_ago or (not cheered and hit.name.words[0] in ADULT_NAMES)

    def is_a_thing(self, hit: Hit) -> bool:
        before = self.words.word(hit.first - 1)
        joins = before == "a" and hit.name.kind is Kind.BENT  # "and" in Polish
        return before in _ARTICLES and not joins and hit.first not in self.words.breaks

    def may_be_something_else(self, hit: Hit) -> bool:
        """A small letter where the author knows capitals, or a stranger's last name behind it: "Ada Lovelace"."""
        next_one = hit.last + 1
        if self.words.capital(hit.first):
            follows = self.words.capital(next_one) and not self.words.starts_part(next_one) and not self.shouting
            return follows and self.words.word(next_one) not in NOT_NAMES and len(self.words.word(next_one)) > 1
        return not self._small or len(hit.name.words[0]) < 4

    def stands_out(self, hit: Hit) -> bool:
        return self.words.capital(hit.first) and not self.shouting

    def is_in_post(self, hit: Hit) -> bool:
        # By its own rule the school never names a pupil, so a name in its post is somebody else's: a guest, a dog, a book's.
        # The word as it is written counts as well: the post's "Ellis" is no slip of a pupil "Elvis".
        written = self.words.words[hit.first : hit.last + 1]
        return any(all(word in self._post for word in name) for name in (hit.name.words, written))

    def is_thanked(self, hit: Hit) -> bool:
        return self.words.word(hit.first - 1) in _THANKED or (
            self.words.word(hit.last + 1) in ("x", "xx", "xxx") and self.words.starts_part(hit.last + 2)
        )

    def pins_down(self, hit: Hit) -> bool:
        """Whether an initial of the last name follows, or a class or a place in the picture is told close by."""
        return self.is_initialled(hit) or self._pinned.touch(hit.span)

    def is_initialled(self, hit: Hit) -> bool:
        """Whether an initial of the last name follows: "Eira N", and not the Welsh "eira'n"."""
        return self.words.word(hit.last + 1) in hit.name.initials and self.words.before(hit.last + 1) != "'"


def _phrases(names: Iterable[str]) -> dict[str, list[tuple[str, ...]]]:
    """The names as word sequences, by their first word."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for name in names:
        if words := split(name):
            found.setdefault(words[0], []).append(words)
    return found


def _find_phrases(phrases: dict[str, list[tuple[str, ...]]], words: Words) -> Iterator[range]:
    for read, places in words.readings():
        for index, word in enumerate(read):
            for phrase in phrases.get(word, ()):
                here = read[index : index + len(phrase)]
                if tuple(here) == phrase or "".join(here) == "".join(phrase) + "s":  # "a class of Harry Potters"
                    yield range(places[index].start, places[index + len(here) - 1].stop)


def _class_pattern(classes: Sequence[str]) -> re.Pattern[str]:
    """The school's own classes, and the ways in which a year is told everywhere."""
    own = [r"\s".join(map(re.escape, split(name))) for name in classes if split(name)]
    ways = "|".join([*own, r"(?:year|yr|y)\s?[1-6]", "nursery"])
    return re.compile(rf"\b(?:{ways})\b")


def _listed(hits: Sequence[Hit], words: Words) -> set[Hit]:
    """The hits that stand in a row of names: "Hope, Ethan and Autumn". A row of mere words needs capitals."""
    row: list[Hit] = []
    listed: set[Hit] = set()
    for hit in [*sorted(hits, key=lambda hit: hit.first), None]:
        if hit and hit.name.kind is Kind.LAST:
            continue
        if hit and row and set(words.words[row[-1].last + 1 : hit.first]) <= LINKS:
            row.append(hit)
            continue
        sure = [one for one in row if not one.name.may_be_a_word]
        seasons = all(one.name.words[0] in _SEASONS for one in row)
        if len(row) > 1 and (sure or (not seasons and all(words.capital(one.first) for one in row))):
            listed.update(row)
        row = [hit] if hit else []
    return listed


def _best(scored: Iterable[tuple[float, Hit]], length: int) -> list[tuple[float, Hit]]:
    """The surest hit wherever several overlap, in the order of the text."""
    kept: list[tuple[float, Hit]] = []
    taken = _Marks(length)
    for score, hit in sorted(scored, key=lambda one: (-one[0], one[1].span[0] - one[1].span[1])):
        if not taken.touch(hit.span):
            taken.add(hit.span)
            kept.append((score, hit))
    return sorted(kept, key=lambda one: one[1].span)


class _Marks:
    """Stretches of a text. A comment may hold thousands of names, so they are not compared one with another."""

    def __init__(self, length: int) -> None:
        self._marked = bytearray(length)

    def add(self, span: tuple[int, int], margin: int = 0) -> None:
        start, end = max(0, span[0] - margin), min(len(self._marked), span[1] + margin)
        self._marked[start:end] = b"\x01" * (end - start)

    def touch(self, span: tuple[int, int]) -> bool:
        return any(self._marked[slice(*span)])
