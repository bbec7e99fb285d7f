"""Whom urgent comments are told, and by what: the [alerts] table of moderator.toml. Off until somebody switches it on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field

from moderator.policy.authority import CLOSE_URGENT, Role
from moderator.settings.credentials import read_private, store_key
from moderator.settings.documents import Document
from moderator.settings.faults import Fault, gathered
from moderator.settings.forms import Form, NoFileName
from moderator.settings.mail import NoAddress, Person

VAPID_KEY = "vapid.key"
PUSH_HOSTS = (
    "push.apple.com",
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "push.services.mozilla.com",
    "notify.windows.com",
)
"""The push services of Safari, Chrome, Firefox and Edge; a host below one of them is one of them."""
TimeOfDay = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
HostName = Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
NoUrl = Annotated[str, Field(pattern=r"^(https?://[^\s/@]+(/\S*)?)?$", description='an http address, or ""')]


class OnCall(StrEnum):
    """Who is told, in the order in which they are."""

    HEAD = "head"
    DEPUTY = "deputy"
    SAFEGUARDING_LEAD = "safeguarding_lead"


class AlertsForm(Form):
    enabled: bool = False
    head: NoAddress = ""
    deputy: NoAddress = ""
    safeguarding_lead: NoAddress = ""
    repeat_after_minutes: int = Field(default=15, ge=1, le=120)
    then_every_minutes: int = Field(default=60, ge=5, le=720)
    digest_at: list[TimeOfDay] = Field(
        default_factory=lambda: ["08:00", "15:30"], description='a time of day such as "08:00"'
    )
    outage_after_minutes: int = Field(default=15, ge=1, le=1440)
    services_file: NoFileName = ""
    push_hosts: list[HostName] = Field(default_factory=list, description="a host name in small letters")
    push_to_loopback: bool = False
    ping_url: NoUrl = ""
    ping_every_minutes: int = Field(default=5, ge=1, le=1440)


def told_as(role: Role) -> OnCall | None:
    """What somebody with this role is told as; None for those who cannot close an urgent case."""
    return OnCall(role.value) if role in CLOSE_URGENT else None


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """What is told to whom, and how. While alerts are off, nothing is told and there is no key."""

    enabled: bool
    contacts: Mapping[OnCall, Person]
    repeat_after: timedelta
    then_every: timedelta
    digest_at: tuple[time, ...]  # school time
    outage_after: timedelta
    services: tuple[str, ...] = field(repr=False)  # addresses as apprise reads them; they hold secrets
    push_hosts: tuple[str, ...]
    push_to_loopback: bool
    ping_url: str = field(repr=False)
    ping_every: timedelta
    vapid_key: str = field(repr=False, default="")  # 64 hexadecimal digits


def read_alerts(
    document: Document, form: AlertsForm, mail_host: str, folder: Path, faults: list[Fault], logins: bool = True
) -> AlertSettings:
    """The settings without their key; what is wrong with them is added to `faults`.

    Without `logins` the file of further services may be missing, and there are none then.
    """
    faults += [document.fault(("alerts", key), what) for key, what in _faults(form, mail_host)]
    services: tuple[str, ...] = ()
    if form.enabled and form.services_file and (logins or (folder / form.services_file).exists()):
        with gathered(faults):
            services = _services(document, folder / form.services_file, faults)
    return AlertSettings(
        enabled=form.enabled,
        contacts={role: Person.read(written) for role in OnCall if (written := getattr(form, role.value))},
        repeat_after=timedelta(minutes=form.repeat_after_minutes),
        then_every=timedelta(minutes=form.then_every_minutes),
        digest_at=tuple(time.fromisoformat(written) for written in sorted(form.digest_at)),
        outage_after=timedelta(minutes=form.outage_after_minutes),
        services=services,
        push_hosts=(*PUSH_HOSTS, *form.push_hosts),
        push_to_loopback=form.push_to_loopback,
        ping_url=form.ping_url,
        ping_every=timedelta(minutes=form.ping_every_minutes),
    )


def alert_key(form: AlertsForm, folder: Path, state_dir: Path) -> str:
    """The key that signs pushes, made once; "" while alerts are off. Raises ConfigError."""
    return store_key(folder, state_dir, VAPID_KEY) if form.enabled else ""


def _faults(form: AlertsForm, mail_host: str) -> Sequence[tuple[str, str]]:
    if not form.enabled:
        return []
    found = []
    if not (form.head or form.deputy or form.safeguarding_lead):
        found.append(("head", 'nobody is told; write whom, such as head = "Mrs Example <head@school.example>"'))
    if not mail_host:
        found.append(("enabled", "pushes can fall silent, so letters must be able to leave: name a host in [mail]"))
    return found


def _services(document: Document, path: Path, faults: list[Fault]) -> tuple[str, ...]:
    """The addresses in a credential file, one a line; they are repeated in no message."""
    lines = [line.strip() for line in read_private(path).splitlines()]
    services = tuple(line for line in lines if line and not line.startswith("#"))
    if not services or any("://" not in line for line in services):
        faults.append(
            document.fault(("alerts", "services_file"), f"{path} must hold addresses such as ntfys://…, one a line")
        )
    return services
