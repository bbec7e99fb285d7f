"""Tables of comments and what is expected of each. An overturned decision becomes a row here."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from moderator.domain import Label

FOLDER = Path(__file__).parent


class Row(BaseModel):
    """One row: the strongest finding of `label` scores `at_least` (on `phrase`, where told), or stays `below`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    label: Label
    why: str
    at_least: float | None = None
    below: float | None = None
    phrase: str = ""
    platform: str = "instagram"
    author: str = "pat_of_the_quay"
    author_name: str = "Pat"
    post: str = ""
    answers: str = ""


def table(name: str) -> list[Any]:
    """The rows of `name`.toml, as parameters of a test."""
    rows = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))["case"]
    return [pytest.param(Row.model_validate(row), id=f"{number}-{row['why']}") for number, row in enumerate(rows, 1)]
