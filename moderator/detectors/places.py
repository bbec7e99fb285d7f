"""Finds where somebody lives: street addresses and postcodes, told from year groups, results, house points and walks.

A number and a noun of streets are not enough: "year 5 came second place", "a 5 min walk" and "Quay 3 Mill Lane 1" have both.
Capitals tell them apart, and what stands before and behind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from moderator.detectors.lexicon import words
from moderator.detectors.text import Folded

_STREET = "road|rd|street|avenue|ave|lane|crescent|terrace|grove|mews"
_PLAIN_WORDS = "close|drive|gardens|place|court|walk|row|way|square|green|hill|view|rise|house|flats|estate"
"""Nouns of streets that are said as often of other things: "first place", "the front row", "red house"."""
_HOUSE = re.compile(
    r"(?<![\w.:/£$€#+\-])(?<!\d,)(?P<lead>(?:flat|no|number|at)\.?\s?|@\s?)?"
    r"(?P<number>\d{1,3}[a-f]?(?P<range>\s?[-/]\s?\d{1,3}[a-f]?)?),?\s"
    rf"(?P<name>(?:[a-z']{{3,15}}\s){{1,2}})(?:(?P<street>{_STREET})|{_PLAIN_WORDS})\b"
)
_BEFORE = 40
_NUMBERED = re.compile(
    r"\b(?:years?|yrs?|y|class(?:es)?|teams?|groups?|forms?|stages?|rooms?|sets?|levels?|grades?|primary|p|under|over|aged?|"
    r"weeks?|days?|terms?|pages?|chapters?|parts?|rounds?|heats?|tables?|rows?|units?|steps?|bus|route|junction|platform|"
    r"pitch|exits?|zone|gate|bay|stop|vs?|versus|top|bottom|score[ds]?|won|lost|beat|drew|mon|tues?|wed|thurs?|fri|sat|sun|\w{3,6}day)"
    r"[\s.:]{0,2}(?:\d{1,2}\s?(?:,|and|&|\+|to|or|-|/)\s?){0,3}$"
)
"""Ends where a number begins that counts years, classes or goals, or is a day of the month."""
_DETERMINED = re.compile(r"\b(?:the|our|a|an|my|his|her|their|your|all|first|last|about|around|another)\s$")
"""Before a number that counts what follows: "our 3 Peaks Walk"."""
_THE = re.compile(r"\bthe\s$")
"""The same before a street that is sure: "the 17 Church Road bus"."""
_RESULT_BEHIND = re.compile(r"\s?[-,:]?\s?\d{1,3}(?![\w:.])")
_SCHOOL_BEHIND = re.compile(
    r"[\s,]{1,2}(?:primary|school|infants?|juniors?|academy|nursery|pta|fc|pupils?|children|kids|team|staff|playground|points?|park|woods?|field|bus)\b"
)
_COUNTED = words(
    """of in to the kid kids child children pupil pupils parent parents adults teachers staff people families girls boys lads
    dogs car cars bus buses lorries vans bikes times time more extra other different new whole full great long short lovely
    min mins minute minutes sec secs second seconds hour hours hr hrs day days week weeks month months year years mile miles
    metre metres meter meters yard yards feet foot inch inches mph kph lane way track down for out and
    pound pounds quid pence percent points goals runs laps legs places houses stars acre acres
    jan january feb february mar march apr april jun june jul july aug august sep sept september oct october nov november
    dec december st nd rd th am pm"""
)
"""Behind a number they are what it counts. "May" is left out, since streets are called so more often than walks are held."""
_BETWEEN = words(
    """in on at to the of for from with and but or out off up down into over under before after then when while until till
    our their your this that these those his her its was were are been had has have came come went gone took got get won
    will would can could did does just very really such each every past along near outside opposite behind about around"""
)
"""No part of a street's name."""
_DESCRIBES = words(
    """first second third fourth fifth sixth last next same right wrong other every each front back top middle bottom extra
    long short quick little big small best good great nice lovely amazing steep new old whole own only main opening winning
    red blue green yellow orange purple pink white black gold silver
    sponsored charity nature school morning dog family food toy book blood welly park beach woodland winter summer spring
    autumn christmas easter halloween torchlight circle fun mile minute min hour metre football tennis netball basketball
    village bowling town open half peaks tors ways
    magic maths number dwarfs dalmatians one two three four five six seven eight nine ten"""
)
"""Before a noun that is no street's they say which: "second place", "the front row", "a nature walk"."""
_SEEN_ON_TRIPS = frozenset({"10 downing street", "11 downing street", "221b baker street"})

_POSTCODE = re.compile(r"\b(?P<area>[a-z]{1,2})\d[a-z\d]?(?P<blank>\s?)(?P<inward>\d[abd-hjlnp-uw-z]{2})\b")
_COUNTS = re.compile(r"1st|2nd|3rd|[04-9]th|\d(?:ft|hr|lb|pt|yr|ed|nt)")
_AREAS = words(
    """ab al b ba bb bd bh bl bn br bs bt ca cb cf ch cm co cr ct cv cw da dd de dg dh dl dn dt dy e ec eh en ex fk fy g gl gu
    gy ha hd hg hp hr hs hu hx ig im ip iv je ka kt kw ky l la ld le ll ln ls lu m me mk ml n ne ng nn np nr nw ol ox pa pe ph
    pl po pr rg rh rm s sa se sg sk sl sm sn so sp sr ss st sw sy ta td tf tn tq tr ts tw ub w wa wc wd wf wn wr ws wv yo ze"""
)
"""The areas that British postcodes begin with (https://en.wikipedia.org/wiki/List_of_postcode_areas_in_the_United_Kingdom)."""
_YEARS = words("ks yr")
"""Key stages and years: "KS2 3HB" is a class."""


_OPEN_TO_ALL = re.compile(
    r"\b(?:hall|church|chapel|library|museum|shop|cafe|restaurant|chippy|takeaway|pub|hotel|theatre|cinema|surgery|dentists?|bakery|"
    r"bakers?|florists?|butchers?|market|station|sponsors?)\b[^.!?]{0,30}$"
)
_SOMEBODYS = re.compile(
    r"\b(?:lives?|lived|living|stays?|staying|home|house|flat|bungalow|he|she|they|his|her|their|above|behind|opposite)\b"
)


def street_addresses(folded: Folded, text: str) -> Iterator[tuple[int, int, float]]:
    """Where in the folded text a house is told, `text` being what was folded, and how sure it is that it is somebody's own."""
    for match in _HOUSE.finditer(folded.text):
        if _is_a_house(match, folded, text):
            yield *match.span(), _sure(match, folded)


def postcodes(folded: Folded, text: str) -> Iterator[tuple[int, int, float]]:
    """Where in the folded text a postcode stands, and how sure it is that it is of somebody's home."""
    for match in _POSTCODE.finditer(folded.text):
        if _is_a_postcode(match, folded, text):
            yield *match.span(), _sure(match, folded)


def _sure(match: re.Match[str], folded: Folded) -> float:
    """Less for "the church hall, CH41 6AB", in a comment that speaks of nobody; a person looks at that all the same."""
    before = folded.text[max(0, match.start() - _BEFORE) : match.start()]
    return 0.6 if _OPEN_TO_ALL.search(before) and not _SOMEBODYS.search(folded.text) else 0.85


def _is_a_house(match: re.Match[str], folded: Folded, text: str) -> bool:
    names = match["name"].split()
    before = folded.text[max(0, match.start() - _BEFORE) : match.start()]
    behind = folded.text[match.end() : match.end() + _BEFORE]
    if names[0] in _COUNTED or not _BETWEEN.isdisjoint(names) or _NUMBERED.search(before):
        return False
    if " ".join(match[0].split()) in _SEEN_ON_TRIPS or _SCHOOL_BEHIND.match(behind):
        return False
    large = _begins_large(match, folded, text)
    plain = match["street"] is None and names[-1] in _DESCRIBES
    if match["lead"]:
        return large[-1] or not plain
    if match["range"] or _RESULT_BEHIND.match(behind) or (any(large) and not large[0]):
        return False
    if match["street"] is not None:
        return not _THE.search(before)
    house = match[0].endswith("house")  # "115 Green House, 98 Nelson House" are points.
    return large[0] and not house and not plain and not _DETERMINED.search(before)


def _begins_large(match: re.Match[str], folded: Folded, text: str) -> Sequence[bool]:
    """For each word of the street's name, whether it was written with a capital; in a comment all of capitals none was."""
    starts = [match.start("name") + each.start() for each in re.finditer(r"\S+", match["name"])]
    shouted = text.isupper()
    return [not shouted and text[folded.starts[start]].isupper() for start in starts]


def _is_a_postcode(match: re.Match[str], folded: Folded, text: str) -> bool:
    area = match["area"]
    if area in _YEARS or (len(area) == 1 and area not in _AREAS):
        return False
    if not _COUNTS.fullmatch(match["inward"]):
        return True
    inward = text[slice(*folded.original_span(match.span("inward")))]
    return area in _AREAS and (inward.isupper() or not match["blank"])
