"""Short answers that tell what they tell only together with the question: "no 31 now hun" to "are you still on Church Street?".

A comment and the lines it answers come in; the place of what it tells goes out, in characters of the original text.
"""

from __future__ import annotations

import re

from moderator.detectors.text import fold
from moderator.domain import Comment, Context

_LONGEST = 100  # characters of an answer
_LINES = 2  # that may be answered
_ROADS = r"street|st|road|rd|lane|ln|close|avenue|ave|drive|terrace|crescent|way|gardens|court|estate|flats"
_WHOSE = r"(?:your|ur|his|her|their|the)"
_ASKS_ADDRESS = re.compile(
    rf"\b(?:you|u)\b.{{0,20}}\b(?:on|at|in|off)\b.{{1,40}}\b(?:{_ROADS})\b.{{0,40}}\?|"
    r"\b(?:where|whereabouts)\b.{0,20}\b(?:live|living)\b|"
    rf"\b(?:what|which|whats)\b.{{0,20}}\b(?:{_WHOSE}\s(?:house|flat|address|door)|house\snumber|house\sis\syours)\b|"
    r"\bwhat\s(?:number|no|num)\s(?:are|r)\s(?:you|u)\b"
)
_ASKS_NUMBER = re.compile(
    r"\b(?:your|ur|his\s(?:mum|dad)s?|her\s(?:mum|dad)s?)'?s?\s(?:new\s)?(?:phone\s|mobile\s|mob\s)?(?:number|num|no|mobile|phone)\b"
)
_ASKS_CLASS = re.compile(
    r"\b(?:what|which|wot|whose)\s(?:class|year|yr)(?:'?s|\sis|\sare|\sr|\swas)\s(?!the\b|this\b|that\b|it\b).{1,40}\bin\b"
)
_SMALL_TALK = (
    r"(?:yes|yeah|yep|yea|ye|aye|nah|no|nope|oh|ha|lol|it|its|it's|is|we|were|we're|i|im|i'm|am|he|he's|hes|she|she's|shes|they|"
    r"they're|in|at|on|still|now|just|moved|to|up|the|this|year|again|hun|hunny|love|lovely|babe|mate|thanks|ta|please|x+|with)"
)
_TALK = rf"(?:{_SMALL_TALK}\b[\s,.!\x1f]*){{0,6}}"
_HOUSE = re.compile(
    rf"\b(?:no|num|number|nr|flat)\b[.:]?\s?(?P<said>\d{{1,3}}[a-d]?)\b(?!\s?(?:bus|tram|train|goals?|years?|min))|"
    rf"^\W*{_TALK}(?P<bare>\d{{1,3}}[a-d]?)\b\W*{_TALK}\W*$"
)
_MENTIONS = re.compile(r"^(?:\s*@[\w.\-]+)+")
_DIGITS = re.compile(r"(?<![\d:£.])\d(?:[\s\-]?\d){2,9}\b(?![:%])")


def address_told(comment: Comment, context: Context) -> tuple[int, int] | None:
    """Where it tells a house number or some digits of a telephone to somebody who asked for them."""
    text = _short(comment, context)
    if text and _asked(_ASKS_ADDRESS, context) and (house := _HOUSE.search(text)):
        return _span(comment, house.span("said" if house["said"] else "bare"))
    if text and _asked(_ASKS_NUMBER, context) and (digits := _DIGITS.search(text)):
        return _span(comment, digits.span())
    return None


def class_told(comment: Comment, context: Context, classes: re.Pattern[str]) -> tuple[int, int] | None:
    """Where it tells nothing but a class, to somebody who asked for a child's."""
    text = _short(comment, context)
    found = classes.search(text) if text and _asked(_ASKS_CLASS, context) else None
    if found is None or not re.fullmatch(rf"\W*{_TALK}", text[: found.start()]):
        return None
    return _span(comment, found.span()) if re.fullmatch(rf"\W*{_TALK}\W*", text[found.end() :]) else None


def _short(comment: Comment, context: Context) -> str:
    """The folded text with blanks for the mentions in front, where it is short and an answer; else nothing."""
    if not context.thread or len(comment.text) > _LONGEST:
        return ""
    return _MENTIONS.sub(lambda mentions: " " * len(mentions[0]), fold(comment.text).text)


def _asked(question: re.Pattern[str], context: Context) -> bool:
    return any(question.search(fold(line.text[:400]).text) for line in context.thread[-_LINES:])


def _span(comment: Comment, place: tuple[int, int]) -> tuple[int, int]:
    return fold(comment.text).original_span(place)
