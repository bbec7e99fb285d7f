"""The query language of X's recent search, as far as a moderator needs it: operators, quotes, OR, minus, brackets.

https://docs.x.com/x-api/posts/search/integrate/build-a-query: a space means AND and binds closer than OR.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

LONGEST_QUERY = 512
_TOKEN = re.compile(r'\s*(?:(?P<bracket>[()])|(?P<word>-?(?:"[^"]*"|[^\s()"]+)))')


@dataclass(frozen=True, slots=True)
class Findable:
    """What search looks at of one post; handles, words and text in lower case."""

    native_id: str
    text: str
    author: tuple[str, str]  # handle, id
    conversation_id: str
    answers: tuple[str, str]  # handle and id of whom it replies to
    answers_post: str
    mentioned: frozenset[str]
    has_image: bool


Test = Callable[[Findable], bool]


def parse(query: str) -> Test:
    """The query as a test of one post. Raises ValueError, with words for the caller, where it cannot be understood."""
    tokens = _tokens(query)
    test = _either(tokens)
    if tokens:
        raise ValueError(f"unexpected {tokens[0]!r}")
    return test


def _tokens(query: str) -> list[str]:
    tokens, at = [], 0
    query = query.rstrip()
    while at < len(query):
        match = _TOKEN.match(query, at)
        if match is None:
            raise ValueError(f"missing quote at position {at + 1}")
        tokens.append(match["bracket"] or match["word"])
        at = match.end()
    # "-(" is a minus of its own: brackets end a word.
    return tokens


def _either(tokens: list[str]) -> Test:
    tests = [_all(tokens)]
    while tokens and tokens[0] == "OR":
        tokens.pop(0)
        tests.append(_all(tokens))
    return lambda post: any(test(post) for test in tests)


def _all(tokens: list[str]) -> Test:
    tests = []
    while tokens and tokens[0] not in (")", "OR"):
        tests.append(_one(tokens))
    if not tests:
        raise ValueError("an operator is missing beside OR or within brackets")
    return lambda post: all(test(post) for test in tests)


def _one(tokens: list[str]) -> Test:
    word = tokens.pop(0)
    if word == "-" and tokens:
        inner = _one(tokens)
        return lambda post: not inner(post)
    if word == "(":
        inner = _either(tokens)
        if not tokens or tokens.pop(0) != ")":
            raise ValueError("missing )")
        return inner
    if word.startswith("-") and len(word) > 1:
        inner = _operator(word[1:])
        return lambda post: not inner(post)
    return _operator(word)


def _operator(token: str) -> Test:
    name, _, value = token.partition(":")
    value = value.strip('"').removeprefix("@").lower()
    match name:
        case "conversation_id":
            return lambda post: post.conversation_id == value
        case "in_reply_to_tweet_id":
            return lambda post: post.answers_post == value
        case "from":
            return lambda post: value in post.author
        case "to":
            return lambda post: value in post.answers
        case "is" if value == "reply":
            return lambda post: bool(post.answers_post)
        case "has" if value == "images":
            return lambda post: post.has_image
        case _ if token.startswith("@"):
            return lambda post: token[1:].lower() in post.mentioned
        case _ if ":" in token and not token.startswith('"'):
            raise ValueError(f"this sandbox does not know the operator {name}:")
        case _:
            return lambda post: token.strip('"').lower() in post.text
