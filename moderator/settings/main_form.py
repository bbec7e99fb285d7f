"""The shape of the whole of moderator.toml, table by table."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from moderator.settings.alerts import AlertsForm
from moderator.settings.backup import BackupForm
from moderator.settings.forms import (
    ActingForm,
    ChecklistForm,
    DetectorsForm,
    Form,
    LogForm,
    PeopleForm,
    ReadingForm,
    SchoolForm,
    StoreForm,
)
from moderator.settings.mail import MailForm, WeeklyForm
from moderator.settings.monitor import MonitorForm
from moderator.settings.pictures import PicturesForm
from moderator.settings.web import WebForm


class MainForm(Form):
    """moderator.toml. The accounts are taken as they are, and each is read again with the form of its platform."""

    mode: Literal["shadow", "queue", "auto"] = "shadow"
    state_dir: str = Field(default="/var/lib/moderator", min_length=1)
    school: SchoolForm = Field(default_factory=SchoolForm)
    people: PeopleForm = Field(default_factory=PeopleForm)
    store: StoreForm = Field(default_factory=StoreForm)
    reading: ReadingForm = Field(default_factory=ReadingForm)
    acting: ActingForm = Field(default_factory=ActingForm)
    log: LogForm = Field(default_factory=LogForm)
    detectors: DetectorsForm = Field(default_factory=DetectorsForm)
    mail: MailForm = Field(default_factory=MailForm)
    weekly: WeeklyForm = Field(default_factory=WeeklyForm)
    alerts: AlertsForm = Field(default_factory=AlertsForm)
    web: WebForm = Field(default_factory=WebForm)
    monitor: MonitorForm = Field(default_factory=MonitorForm)
    backup: BackupForm = Field(default_factory=BackupForm)
    checklist: ChecklistForm = Field(default_factory=ChecklistForm)
    pictures: PicturesForm = Field(default_factory=PicturesForm)
    accounts: list[dict[str, Any]] = Field(default_factory=list)
