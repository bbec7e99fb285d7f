"""Settings and lines of text without secrets and names. What is not known to be harmless is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel

from moderator.settings import Settings
from moderator.settings.forms import ACCOUNT_FORMS
from moderator.settings.main_form import MainForm

REMOVED = "[removed]"
HARMLESS = {
    "detectors.toxicity",
    "detectors.reader",
    "weekly.time",
    "accounts.id",
    "accounts.platform",
    "accounts.poll_every_s",
}
"""Keys whose words tell of the program and of nobody. Numbers, switches and choices from a list are harmless by their form."""
NO_SECRETS = {"kind", "consent_screen", "obtained_at", "token_uri"}
SHORTEST = 3
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_HANDLE = re.compile(r"(?<![\w@])@\w[\w.-]+")


def redacted_settings(form: BaseModel, path: str = "") -> dict[str, Any]:
    """Every key of the form: its value where that is harmless, else whether there is one."""
    found: dict[str, Any] = {}
    for name, field in type(form).model_fields.items():
        value, here = getattr(form, name), f"{path}{name}"
        if isinstance(value, BaseModel):
            found[name] = redacted_settings(value, f"{here}.")
        elif here == "accounts":
            found[name] = [_account(table) for table in value]
        elif here in HARMLESS or isinstance(value, bool | int | float) or _is_choice(field.annotation):
            found[name] = value
        else:
            found[name] = f"{len(value)} given" if isinstance(value, list | dict) else "set" if value else "not set"
    return found


def _is_choice(annotation: Any) -> bool:
    """A Literal of words: what stands there is one of ours."""
    choices = get_args(annotation)
    return bool(choices) and all(isinstance(each, str) for each in choices)


def _account(table: Mapping[str, Any]) -> dict[str, Any]:
    known = ACCOUNT_FORMS.get(str(table.get("platform")), ACCOUNT_FORMS["classdojo"]).model_fields
    return {
        key: value if f"accounts.{key}" in HARMLESS or isinstance(value, bool | int | float) else "set"
        for key, value in table.items()
        if key in known
    }


def parts_to_remove(settings: Settings, form: MainForm) -> frozenset[str]:
    """Every secret, name, handle and address that the settings know."""
    return frozenset(each for each in _known(settings, form) if len(each.strip()) >= SHORTEST)


def _known(settings: Settings, form: MainForm) -> Iterator[str]:
    yield from (settings.store_key, settings.audit_key, settings.mail.password, settings.alerts.vapid_key)
    yield from settings.alerts.services
    school = settings.school
    yield from (
        school.name,
        *school.staff,
        *school.public_figures,
        *school.allowed_accounts,
        *school.official_accounts.values(),
    )
    yield from settings.people.roles
    for each in settings.accounts:
        yield from (value for key, value in each.credentials.items() if key not in NO_SECRETS)
        yield from (each.account.handle, each.account.native_id)
    for person in (settings.mail.sender, settings.mail.reply_to, *settings.weekly.to, *settings.weekly.governors):
        yield from (person.name, person.address)
    for person in settings.alerts.contacts.values():
        yield from (person.name, person.address)
    yield from (form.mail.user, form.mail.host, form.alerts.ping_url, form.store.url)


def clean(text: str, parts: Iterable[str]) -> str:
    """The text without these parts, and without anything that looks like an address or a handle."""
    longest_first = sorted(parts, key=len, reverse=True)
    if longest_first:
        text = re.sub("|".join(map(re.escape, longest_first)), REMOVED, text, flags=re.IGNORECASE)
    return _HANDLE.sub(REMOVED, _ADDRESS.sub(REMOVED, text))
