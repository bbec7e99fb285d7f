"""A TOML file as read: its values, the line of every key, and the faults of its form.

Nothing is checked here that concerns two keys together; that is `read.py`.
"""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from moderator.settings.faults import Fault, FaultyFiles, shape_faults
from moderator.settings.locate import KeyPath, line_of, locate

_Checked = TypeVar("_Checked", bound=BaseModel)
_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")
_END = " (at end of document)"
_SECRET = re.compile(r"token|secret|passw|passphrase|api_?key|private_?key|bearer", re.IGNORECASE)
_ROUNDS = 3  # a faulty key goes, then the table that lacks it, then nothing is left to go
# Named like a secret, but holding only the name of the file that has it.
_FILE_NAMES = {"password_file", "mail_password_file"}


@dataclass(frozen=True, slots=True)
class Document:
    """One TOML file."""

    path: Path
    values: Mapping[str, Any]
    lines: Mapping[KeyPath, int]
    content: bytes
    """As it was read, for who tells one state of the file from another."""

    def fault(self, path: KeyPath, what: str) -> Fault:
        return Fault(self.path, what, path, line_of(self.lines, path))


def read_document(path: Path) -> Document:
    """Read a TOML file. Raises ConfigError where it is missing, is no UTF-8 or is no TOML."""
    try:
        content = path.read_bytes()
        text = content.decode()
        return Document(path, tomllib.loads(text), locate(text), content)
    except FileNotFoundError:
        example = f"Copy the example config/{path.name} there, or name another folder with --config"
        raise FaultyFiles([Fault(path, f"is not there. {example}")]) from None
    except OSError as error:
        raise FaultyFiles([Fault(path, f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise FaultyFiles([Fault(path, "is not UTF-8 text", (), line)]) from None
    except tomllib.TOMLDecodeError as error:
        raise FaultyFiles([_syntax_fault(path, text, str(error))]) from error


def _syntax_fault(path: Path, text: str, said: str) -> Fault:
    """The place that the parser tells only in words."""
    if found := _PLACE.search(said):
        line, column = int(found[1]), int(found[2])
    else:
        line, column = text.count("\n") + 1, len(text) - text.rfind("\n")
    what = _PLACE.sub("", said).removesuffix(_END)
    return Fault(path, f"is no TOML: {what[:1].lower()}{what[1:]}", (), line, column)


def resolved(folder: Path, text: str) -> Path:
    """A path as a settings file writes it: relative ones begin at the `folder` of that file."""
    return (folder / Path(text).expanduser()).absolute()


def without_secrets(document: Document) -> tuple[Document, list[Fault]]:
    """The document less every key that looks like a secret, and a fault for each. Values are not repeated."""
    values, faults = copy.deepcopy(dict(document.values)), []
    for path in _secret_paths(values):
        _delete(values, path)
        why = (
            "secrets stand only in credential files, since this file is copied into backups, mails and questions for help. "
            "Move it to a file in the credentials folder, name that file here, and have the secret renewed"
        )
        faults.append(document.fault(path, why))
    return replace(document, values=values), faults


def check_form(
    form: type[_Checked], document: Document, values: Mapping[str, Any], below: KeyPath = ()
) -> tuple[_Checked | None, list[Fault]]:
    """Values against a form, with all faults. What is faulty is then left out, so that the rest can be checked further;
    None where what is left cannot stand alone."""
    faults: list[Fault] | None = None
    rest = copy.deepcopy(dict(values))
    for _ in range(_ROUNDS):
        try:
            return form.model_validate(rest), faults or []
        except ValidationError as error:
            if faults is None:
                faults = shape_faults(error, form, document.path, document.lines, below)
            for details in error.errors(include_url=False, include_input=False):
                # A table that lacks a key cannot stand: it is left out whole, and its default takes its place.
                _delete(rest, details["loc"][:-1] if details["type"] == "missing" else details["loc"])
    return None, faults or []


def _secret_paths(values: object, path: KeyPath = ()) -> list[KeyPath]:
    if isinstance(values, list):
        return [found for at, item in enumerate(values) for found in _secret_paths(item, (*path, at))]
    if not isinstance(values, dict):
        return []
    found: list[KeyPath] = []
    for key, value in values.items():
        inside = (*path, key)
        found += [inside] if _SECRET.search(key) and key not in _FILE_NAMES else _secret_paths(value, inside)
    return found


def _delete(values: Any, path: KeyPath) -> None:
    """Take away what is at the path; an item of a list takes its list along, so that no other item moves."""
    holder: Any = values
    for part in path[:-1]:
        holder = holder[part]
    if isinstance(holder, dict) and path:
        holder.pop(path[-1], None)
    elif path:
        _delete(values, path[:-1])
