"""The [[apps]] of trust.toml: developer apps that several schools share, and what each platform grants them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from moderator.platforms.sharing import GRANTED
from moderator.settings.documents import Document
from moderator.settings.faults import Fault
from moderator.settings.forms import Form, Id


class AppForm(Form):
    """One app. Limits that are of another platform are refused where both are known."""

    name: Id = Field(examples=["trust-youtube"])
    platform: Literal["x", "youtube"] = Field(examples=["youtube"])
    schools: list[Id] = Field(default_factory=list)
    daily_units: int = Field(default=10_000, ge=1)
    monthly_limit_dollars: float = Field(default=0.0, ge=0.0, allow_inf_nan=False)
    monthly_reads: int = Field(default=0, ge=0)
    reserve_percent: int = Field(default=20, ge=0, le=90)
    severe_percent: int = Field(default=5, ge=0, le=90)


@dataclass(frozen=True, slots=True)
class SharedAppSettings:
    """An app with the schools that are there to share it."""

    name: str
    platform: str
    schools: frozenset[str]
    limits: Mapping[str, int]  # by counter, in one span of the platform's; what is not in it is only counted
    reserve_percent: int
    severe_percent: int


def shared_apps(
    document: Document, forms: Sequence[AppForm], schools: Collection[str], faults: list[Fault]
) -> tuple[SharedAppSettings, ...]:
    """Every app without faults. A school that is named and is not there (any more) is left out of the shares."""
    found: list[SharedAppSettings] = []
    for at, form in enumerate(forms):
        own = frozenset(schools if not form.schools else set(form.schools) & set(schools))
        wrong = _wrong(form, own, found)
        faults += [document.fault(("apps", at, key), what) for key, what in wrong.items()]
        if not wrong:
            app = SharedAppSettings(
                form.name, form.platform, own, _limits(form), form.reserve_percent, form.severe_percent
            )
            found.append(app)
    return tuple(found)


def _wrong(form: AppForm, schools: frozenset[str], before: Sequence[SharedAppSettings]) -> dict[str, str]:
    """By key."""
    wrong: dict[str, str] = {}
    if any(app.name == form.name for app in before):
        wrong["name"] = "another app above is called so; every name is used once"
    for app in before:
        if app.platform == form.platform and (both := sorted(app.schools & schools)):
            wrong["schools"] = (
                f"{', '.join(both[:3])} goes through {app.name} on {form.platform} already: one app for each"
            )
    others = {key for granted in GRANTED.values() for key in granted.limits} - set(GRANTED[form.platform].limits)
    wrong |= {
        key: f"{form.platform} has no such limit; take it out here"
        for key in sorted(others)
        if key in form.model_fields_set
    }
    return wrong


def _limits(form: AppForm) -> Mapping[str, int]:
    counted = GRANTED[form.platform].limits.items()
    limits = {counter: round(getattr(form, key) * each) for key, (counter, each) in counted}
    return {counter: limit for counter, limit in limits.items() if limit}
