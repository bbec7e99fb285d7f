"""What is asked: little, and all of it may be left out and asked again another day."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from moderator.settings.documents import read_document
from moderator.settings.faults import FaultyFiles, shape_faults
from moderator.settings.forms import Form, Id, Online
from moderator.settings.mail import Security


class Head(Form):
    name: str = ""
    address: str = ""  # gets the weekly summary and is told of what is urgent


class Mail(Form):
    host: str
    port: int | None = Field(default=None, ge=1, le=65535)
    security: Security | None = None
    user: str | None = None  # empty: the server asks for none
    password: str = Field(default="", repr=False)
    sender: str
    reply_to: str = ""  # left out, and nobody stands there yet: the sender


class Account(Form):
    """One account; `login` is what stands in its credential file, docs/connect-*.md say what that is."""

    platform: Online
    handle: str
    id: Id | None = None  # left out: the platform's name
    login: dict[str, str] = Field(default_factory=dict, repr=False)
    api_base: str = ""

    @property
    def account_id(self) -> str:
        return self.id or self.platform


class Answers(Form):
    """Whatever is left out stays as it stands."""

    school: str = ""
    zone: str = ""
    state_dir: str = ""
    head: Head = Field(default_factory=Head)
    mail: Mail | None = None
    accounts: list[Account] = Field(default_factory=list)


def read_answers(path: Path) -> Answers:
    """From a TOML file, for a machine without a terminal. Raises ConfigError; no value is repeated."""
    return checked(read_document(path).values, path)


def checked(values: Mapping[str, Any], path: Path) -> Answers:
    try:
        return Answers.model_validate(dict(values))
    except ValidationError as error:
        raise FaultyFiles(shape_faults(error, Answers, path, {})) from None
