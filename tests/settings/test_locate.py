"""Every key of a TOML text is found on its line, however the text is written."""

from __future__ import annotations

import tomllib

import pytest

from moderator.settings.locate import KeyPath, line_of, locate
from tests.conftest import REPOSITORY

PLAIN = """\
mode = "shadow"

[school]
name = "Valewood" # of which [this] = is no key
staff = [
  "Mrs Example", # ]
  "Miss = [ Jo",
]
after = 1
"""
ARRAYS = """\
[[accounts]]
id = "x"
[accounts.options]
owns_app = true
[[accounts]]

id = "youtube"
[[accounts.feeds]]
name = "held"
[[accounts.feeds]]
name = "spam"
[log]
level = "info"
"""
DOTTED = """\
log.level = "info"
"log"."for mat" = "text"
'single'.quoted = 1
[ limits . "child_named" ]
queue = 0.4
deep.er = 2
"""
STRINGS = '''\
basic = """
mode = "not a key"
[not.a.table]
quotes inside: ""\\""" and at the end""""
literal = \'\'\'
# [[no]] = """
\'\'\'
escaped = "a \\" b # ["
single = '\\'
last = { a = [1, 2], b = "}" }
'''


@pytest.mark.parametrize(
    ("text", "path", "line", "why"),
    [
        (PLAIN, ("mode",), 1, "a key of the file itself"),
        (PLAIN, ("school",), 3, "a table"),
        (PLAIN, ("school", "name"), 4, "a comment behind the value is no key"),
        (PLAIN, ("school", "staff"), 5, "a list begins where its key stands"),
        (PLAIN, ("school", "staff", 1), 5, "what is inside a list has the line of the list"),
        (PLAIN, ("school", "after"), 9, "brackets in strings and comments do not count"),
        (PLAIN, ("school", "missing"), 3, "what is missing has the line of its table"),
        (PLAIN, ("missing",), 0, "nothing is around a key that the file itself misses"),
        (ARRAYS, ("accounts", 0, "id"), 2, "the first of several tables"),
        (ARRAYS, ("accounts", 0, "options", "owns_app"), 4, "a table below the first of them"),
        (ARRAYS, ("accounts", 1), 5, "the second of them"),
        (ARRAYS, ("accounts", 1, "id"), 7, "an empty line counts"),
        (ARRAYS, ("accounts", 1, "feeds", 1, "name"), 11, "an array of tables below one of them"),
        (ARRAYS, ("log", "level"), 13, "a table after them"),
        (DOTTED, ("log", "level"), 1, "a dotted key"),
        (DOTTED, ("log", "for mat"), 2, "a quoted key with a space"),
        (DOTTED, ("single", "quoted"), 3, "a key in single quotes"),
        (DOTTED, ("limits", "child_named"), 4, "spaces and quotes in a header"),
        (DOTTED, ("limits", "child_named", "deep", "er"), 6, "a dotted key in a table"),
        (STRINGS, ("literal",), 5, "what looks like a table in a long string is none"),
        (STRINGS, ("escaped",), 8, "a long string in single quotes"),
        (STRINGS, ("single",), 9, "an escaped quote ends no string"),
        (STRINGS, ("last",), 10, "a backslash in single quotes escapes nothing"),
        (STRINGS, ("last", "a"), 10, "an inline table is one line"),
        ("a = 1\r\n[b]\r\nc = 2\r\n", ("b", "c"), 3, "line ends of Windows"),
    ],
)
def test_a_key_is_found_on_its_line(text: str, path: KeyPath, line: int, why: str) -> None:
    assert line_of(locate(text), path) == line, why


@pytest.mark.parametrize("text", [PLAIN, ARRAYS, DOTTED, STRINGS])
def test_nothing_is_located_that_the_parser_does_not_know(text: str) -> None:
    values = tomllib.loads(text)
    for path in locate(text):
        inside: object = values
        for part in path:
            inside = inside[part]  # type: ignore[index]  # KeyError is the failure of this test.


@pytest.mark.parametrize("name", ["moderator.toml", "policy.toml"])
def test_every_key_of_the_shipped_files_stands_on_the_line_it_is_said_to(name: str) -> None:
    text = (REPOSITORY / "config" / name).read_text(encoding="utf-8")
    lines = text.splitlines()
    located = locate(text)
    assert len(located) > 15
    for path, line in located.items():
        assert str(path[-1]) in lines[line - 1]
