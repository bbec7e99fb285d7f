"""What is wrong with the school's files, gathered so that all of it is told at once.

Findings of pydantic become sentences here; no sentence repeats a value that could be a secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import process

from moderator.errors import ConfigError
from moderator.settings.locate import KeyPath, line_of

THEN = "Then run: moderator check"
_NEAR = 65  # of 100: "poll_evry_s" is near "poll_every_s", "colour" is near nothing


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend, and where."""

    file: Path
    what: str
    path: KeyPath = ()
    line: int = 0  # from 1; 0 where no line can be told
    column: int = 0

    def __str__(self) -> str:
        place = ":".join([str(self.file), *(str(number) for number in (self.line, self.column) if number)])
        return f"{place}, {dotted(self.path)}: {self.what}" if self.path else f"{place}: {self.what}"


class FaultyFiles(ConfigError):
    """One error that tells every fault on a line of its own, in the order of files and lines."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        told = list(dict.fromkeys(faults))
        files = list(dict.fromkeys(fault.file for fault in told))
        self.faults = tuple(sorted(told, key=lambda fault: (files.index(fault.file), fault.line, fault.column)))
        super().__init__("\n".join([*map(str, self.faults), THEN]))


@contextmanager
def gathered(faults: list[Fault]) -> Iterator[None]:
    """Keep what is wrong in `faults` and go on, so that the faults of the other files are told with it."""
    try:
        yield
    except FaultyFiles as error:
        faults += error.faults


def dotted(path: KeyPath) -> str:
    """A path as people write it: accounts[0].poll_every_s."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def nearest(word: str, words: Iterable[str]) -> str:
    """The word that was probably meant, or "" where none is near."""
    found = process.extractOne(word.lower(), list(words), score_cutoff=_NEAR)
    return str(found[0]) if found else ""


def shape_faults(
    error: ValidationError, form: type[BaseModel], file: Path, lines: Mapping[KeyPath, int], below: KeyPath = ()
) -> list[Fault]:
    """What pydantic found, each with its line. `below` is the path at which the form was applied."""
    found = []
    for details in error.errors(include_url=False):
        path = (*below, *details["loc"])
        found.append(Fault(file, sentence(details, form), path, line_of(lines, path)))
    return found


def sentence(details: ErrorDetails, form: type[BaseModel]) -> str:
    """One finding of pydantic in the words of this house."""
    place, kind, got = details["loc"], details["type"], details["input"]
    owner, usual = _owner(form, place), _usual(form, place)
    if kind == "extra_forbidden":
        meant = nearest(str(place[-1]), owner.model_fields)
        known = ", ".join(owner.model_fields)
        return f"unknown key; did you mean {meant}?" if meant else f"unknown key; the keys here are {known}"
    if kind == "missing":
        return f"missing; {usual}" if usual else "missing"
    key = next((part for part in reversed(place) if isinstance(part, str)), "")  # of a list's item, that of the list
    field = owner.model_fields.get(key)
    described = (field.description if field else None) or ""
    heard = f", got {toml(got)}" if isinstance(got, int | float) and kind != "string_type" else ""
    if kind == "literal_error":
        meant = nearest(str(got), _choices(owner, place))
        heard = f", got {toml(got)}" if isinstance(got, str | int | float) else ""
        usual = f'did you mean "{meant}"?' if meant else usual
    return f"must be {_demand(details, described)}{heard}" + (f"; {usual}" if usual else "")


_SHAPES = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list in [ ]",
    "dict_type": "a table",
    "model_type": "a table",
    "finite_number": "a finite number",
    "date_type": "a date without quotes, such as 2026-09-02",
}


def _demand(details: ErrorDetails, described: str) -> str:
    """What a value must be, for the findings that name a bound or a type."""
    kind, bounds = details["type"], details.get("ctx", {})
    match kind:
        case "greater_than_equal":
            return f"{bounds['ge']} or more"
        case "less_than_equal":
            return f"{bounds['le']} or less"
        case "greater_than":
            return f"more than {bounds['gt']}"
        case "too_short":
            return f"a list of {bounds['min_length']} or more"
        case "string_too_short":
            return "filled in"
        case "string_pattern_mismatch" if described:
            return described
        case "literal_error":
            return str(bounds["expected"]).replace("'", '"')
        case _:
            return _SHAPES.get(kind, f"otherwise ({details['msg']})")


def _owner(form: type[BaseModel], place: KeyPath) -> type[BaseModel]:
    """The form in which the last part of the place is a key."""
    for part in place[:-1]:
        if isinstance(part, str) and part in form.model_fields:
            inside = form.model_fields[part].annotation
            form = inside if isinstance(inside, type) and issubclass(inside, BaseModel) else form
    return form


def _usual(form: type[BaseModel], place: KeyPath) -> str:
    """What to write there: the default, or the example that the form gives."""
    owner, key = _owner(form, place), place[-1] if place else ""
    field = owner.model_fields.get(str(key))
    if field is None:
        return ""
    if field.examples:
        return f"for example {key} = {toml(field.examples[0])}"
    default = field.get_default(call_default_factory=True) if not field.is_required() else _given_above(form, place)
    tellable = isinstance(default, str | int | float | list) and default != ""
    return f"the default is {toml(default)}" if tellable else ""


def _given_above(form: type[BaseModel], place: KeyPath) -> object:
    """The value that a required key has in the default of the table around it."""
    if len(place) < 2:
        return None
    around = _owner(form, place[:-1]).model_fields.get(str(place[-2]))
    default = None if around is None or around.is_required() else around.get_default(call_default_factory=True)
    return getattr(default, str(place[-1]), None)


def _choices(owner: type[BaseModel], place: KeyPath) -> list[str]:
    """The words a key may hold; for a list, those of its items."""
    names = [part for part in place if isinstance(part, str)]
    annotation = owner.model_fields[names[-1]].annotation if names and names[-1] in owner.model_fields else None
    while get_args(annotation) and not isinstance(get_args(annotation)[0], str):
        annotation = get_args(annotation)[0]
    return [str(choice) for choice in get_args(annotation)]


def toml(value: object) -> str:
    """A plain value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml(item) for item in value)}]"
    return f'"{value}"' if isinstance(value, str) else str(value)
