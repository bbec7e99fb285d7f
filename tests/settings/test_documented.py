"""The shipped files and the forms say the same: every key with a comment above it, every default as it really is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from moderator.domain import Label
from moderator.policy.limits import DEFAULT
from moderator.policy.rules import RULES
from moderator.settings import read_policy
from moderator.settings.forms import ACCOUNT_FORMS
from moderator.settings.locate import locate
from moderator.settings.main_form import MainForm
from moderator.settings.policy_forms import LabelName, LimitsForm, PolicyForm, RulesForm
from moderator.settings.trust import TrustForm
from moderator.settings.trust_apps import AppForm
from tests.conftest import REPOSITORY

CONFIG = REPOSITORY / "config"
PLACEHOLDERS = {"school.name": "Valewood Primary"}
"""Shipped values that are no defaults: a school must put its own there, or nothing would start."""

AS_THEY_STAND = re.compile(r"^rules\.\w+\.says$|^family\.message$")
"""Keys whose default is too long to be written twice: that it is the shipped value is tested all the same."""

EXAMPLES = re.compile(r"^#(?=\S)", re.MULTILINE)


def fields(form: type[BaseModel], table: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every key that holds a value, by its path; tables are looked into."""
    for name, field in form.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from fields(field.annotation, f"{table}{name}.")
        elif (table, name) == ("", "accounts"):
            for account_form in ACCOUNT_FORMS.values():
                yield from fields(account_form, "accounts.")
        elif (table, name) == ("", "apps"):
            yield from fields(AppForm, "apps.")
        else:
            yield f"{table}{name}", field


FIELDS = {
    "moderator.toml": dict(fields(MainForm)),
    "policy.toml": dict(fields(PolicyForm)),
    "trust.toml": dict(fields(TrustForm)),
}
KEYS = [(name, path) for name, known in FIELDS.items() for path in known]


def lines_of(name: str) -> list[str]:
    """The lines of a shipped file with its examples switched on."""
    return EXAMPLES.sub("", (CONFIG / name).read_text(encoding="utf-8")).splitlines()


def keys_of(name: str) -> dict[str, list[int]]:
    """Every key that holds a value in a shipped file, examples included, with all its lines."""
    found: dict[str, list[int]] = {}
    lines = lines_of(name)
    for path, line in locate("\n".join(lines)).items():
        if not lines[line - 1].startswith("["):
            found.setdefault(".".join(part for part in path if isinstance(part, str)), []).append(line)
    return found


def comment_above(lines: list[str], line: int) -> str:
    """The comment directly above a line (from 1), as one text."""
    at = line - 1
    while at and lines[at - 1].startswith("# "):
        at -= 1
    return "\n".join(text.removeprefix("# ") for text in lines[at : line - 1])


def comment_on(name: str, path: str) -> str:
    """The comment where the key is explained: at its first place that has one. All rules have the same two keys."""
    lines, keys = lines_of(name), keys_of(name)
    assert path in keys, f"{path} is missing"
    rule = re.match(r"^rules\.\w+\.(\w+)$", path)
    alike = [key for key in keys if rule and re.match(rf"^rules\.\w+\.{rule[1]}$", key)] or [path]
    comments = [comment_above(lines, line) for key in alike for line in keys[key]]
    return next((comment for comment in comments if comment), "")


def plain(value: object) -> object:
    """A default as TOML would hold it: tables as dicts, without what they leave out."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.model_dump(exclude_defaults=True) if isinstance(value, BaseModel) else value


@pytest.mark.parametrize(("name", "path"), KEYS)
def test_every_key_is_explained_above_it_in_the_shipped_file(name: str, path: str) -> None:
    comment = comment_on(name, path)

    assert len(comment.splitlines()) >= 2, f"{path} needs a sentence and its default"
    assert comment.endswith(".")


@pytest.mark.parametrize(("name", "path"), KEYS)
def test_the_default_in_the_comment_is_the_one_in_force(name: str, path: str) -> None:
    field = FIELDS[name][path]
    last = comment_on(name, path).splitlines()[-1]

    if field.is_required() and not path.startswith("limits."):
        assert last == "Required."
        return
    if AS_THEY_STAND.match(path):
        assert re.fullmatch(r"Default: the \w+ that stands? here\.", last)
        return
    written = tomllib.loads(f"value = {last.removeprefix('Default: ').removesuffix('.')}")["value"]
    default = field.get_default(call_default_factory=True)
    if path.startswith("limits."):
        _, label, key = path.split(".")
        default = getattr(getattr(LimitsForm(), label), key)
    assert written == plain(default)


@pytest.mark.parametrize("name", ["moderator.toml", "policy.toml"])
def test_the_shipped_value_is_the_default(name: str) -> None:
    values = tomllib.loads((CONFIG / name).read_text(encoding="utf-8"))
    form = MainForm if name == "moderator.toml" else PolicyForm
    shipped = form.model_validate(values).model_dump()

    for path, placeholder in PLACEHOLDERS.items() if form is MainForm else ():
        table, key = path.split(".")
        assert shipped[table].pop(key) == placeholder
        shipped[table][key] = form().model_dump()[table][key]
    assert shipped == form().model_dump()


@pytest.mark.parametrize(("name", "known"), FIELDS.items())
def test_nothing_is_explained_that_does_not_exist(name: str, known: dict[str, FieldInfo]) -> None:
    assert set(keys_of(name)) == set(known)


def test_the_shipped_file_of_a_trust_has_the_defaults_beside_what_it_must_say() -> None:
    values = tomllib.loads((CONFIG / "trust.toml").read_text(encoding="utf-8"))
    least = {"store": {"url": values["store"]["url"]}}
    assert TrustForm.model_validate(values) == TrustForm.model_validate(least)


def test_every_label_that_can_be_held_against_a_comment_has_its_limits_and_can_be_urgent() -> None:
    offences = {label.value for label in Label} - {Label.COMPLAINT.value}
    assert set(LimitsForm.model_fields) == offences
    assert set(get_args(LabelName)) == offences


def test_every_rule_has_its_table() -> None:
    assert list(RulesForm.model_fields) == list(DEFAULT.rules)
    assert {rule.__name__ for rule in RULES} == set(DEFAULT.rules)


def test_the_shipped_policy_is_the_one_that_the_program_comes_with() -> None:
    assert replace(read_policy(CONFIG / "policy.toml"), version=DEFAULT.version) == DEFAULT


def test_an_empty_policy_file_is_the_one_that_the_program_comes_with(tmp_path: Path) -> None:
    empty = tmp_path / "policy.toml"
    empty.write_text("# as shipped\n", encoding="utf-8")

    assert replace(read_policy(empty), version=DEFAULT.version) == DEFAULT
