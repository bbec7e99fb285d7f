"""Children named by what their kin call themselves: "Alfie's Nana", "Mum of Alfie", "@nain_i_nansi", "@tegansmum".

An author's display name or handle comes in, the names from the roll in it go out; how much they count is said in `roll.py`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator

from moderator.detectors.lexicon import GROWN_UPS, PARENTS
from moderator.detectors.name_book import Hit, Kind, Name, NameBook, Words, split
from moderator.detectors.text import fold

_NAME_FROM = 4  # letters, of names joined with other words in a handle
_AROUND = 60  # characters that are looked at on either side of a name
_OF_A_PARENT = re.compile(rf"^(?:'?\s?s)?\s(?:proud\s|biggest\s)?(?:{PARENTS})\b")
_CALLED = r"mum|mam|mama|mom|mummy|mammy|dad|daddy|tata|hooyo|aabo|ammi|abbu|umm|um|ummu|abu"
"""Stand before a child's name; "Nana Rose" and "Uncle Tom" are called so themselves."""
_A_PARENT_OF = re.compile(
    rf"\b(?:(?:{PARENTS})\s(?:of|to|i)|(?P<called>{_CALLED}))\s(?:[^\W\d_]+(?:,\s|\s(?:and|&|\+|n|a|i)\s))?$"
)
_JOINED_BEFORE = re.compile(rf"(?P<name>[^\W\d_]+?)(?P<s>s?)(?:{PARENTS})")
_JOINED_BEHIND = re.compile(rf"(?:{PARENTS})(?:of|to|2)(?P<name>[^\W\d_]+)")


def in_display_name(shown: str, search: Callable[[Words], Iterable[Hit]]) -> Iterator[Hit]:
    """The children in whose mother's or uncle's name an author writes."""
    folded = fold(shown)
    for hit in search(Words.of(folded, shown)):
        start, end = (bisect_left(folded.starts, edge) for edge in hit.span)
        rest = folded.text[end : end + _AROUND]
        behind = _OF_A_PARENT.match(rest if hit.with_s or rest[:1] == "'" else "'s" + rest)
        if hit.name.kind is not Kind.LAST and (
            behind or _of_kin(hit.name, folded.text[max(0, start - _AROUND) : start])
        ):
            yield hit


def in_handle(handle: str, book: NameBook) -> Iterator[Name]:
    """The same of a handle, where signs, digits or capitals part the words, or none: "@UncleToAlfie", "@alfiesmum"."""
    written = f"@{handle.lstrip('@')}"
    words = Words.of_handles(fold(written), written, 0, ()).words
    text = " ".join(words)
    for hit in in_display_name(text, book.search):
        if len("".join(hit.name.words)) >= _NAME_FROM:
            yield hit.name
    for word in words:
        before, behind = _JOINED_BEFORE.fullmatch(word), _JOINED_BEHIND.fullmatch(word)
        joined = [before["name"], before["name"] + before["s"]] if before else []
        for name in map(book.first_name, (*joined, behind["name"]) if behind else joined):
            if name and not name.may_be_a_word and len(name.words[0]) >= _NAME_FROM:
                yield name


def own_name(shown: str) -> str:
    """The first word of a display name, folded; nothing where it tells of kin: "Alfie's Mum" is not called Alfie."""
    words = split(shown)
    return "" if not words or (len(words) > 1 and GROWN_UPS.intersection(words)) else words[0]


def _of_kin(name: Name, before: str) -> bool:
    parent = _A_PARENT_OF.search(before)
    return parent is not None and not (parent["called"] and name.may_be_a_word)
