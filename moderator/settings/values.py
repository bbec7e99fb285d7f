"""What the rest of the house knows of the school's files: checked values, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from moderator.domain import Account, Mode, School
from moderator.policy.authority import People
from moderator.policy.limits import Policy
from moderator.settings.alerts import AlertSettings
from moderator.settings.backup import BackupSettings
from moderator.settings.credentials import Credentials
from moderator.settings.mail import MailSettings, WeeklySettings
from moderator.settings.monitor import MonitorSettings
from moderator.settings.pictures import PictureSettings
from moderator.settings.web import WebSettings


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """One account to watch.

    `api_base` is "" for the vendor's own host. `options` are what the platform's adapter takes by name beside it.
    """

    account: Account
    credentials: Credentials
    api_base: str
    poll_every_s: int
    options: Mapping[str, Any] = field(repr=False)
    by_hand: bool = False  # at a place without an API


@dataclass(frozen=True, slots=True)
class RollPlace:
    """Where the encrypted roll and its key lie. The key may be replaced while the daemon runs, so nobody keeps it."""

    path: Path
    key_path: Path
    school_id: str
    expires_days: int = 120


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the files say."""

    mode: Mode
    state_dir: Path
    credentials_dir: Path
    school: School
    people: People
    accounts: tuple[AccountSettings, ...]
    policy: Policy
    policy_path: Path  # where it was read, and is read again while the daemon runs
    store_url: str = field(repr=False)  # sqlcipher://… or postgresql+psycopg://…, the password of password_file in it
    store_key: str = field(repr=False)  # 64 hexadecimal digits
    audit_key: str = field(repr=False)  # the same, for the chain of audit events
    read_back_days: int
    act_every_s: int
    verify_after_s: tuple[int, ...]
    log_format: str  # "text" or "json"
    log_level: str
    toxicity: str  # "built-in", "stand-in", a name such as "detoxify/unbiased", or "onnx:" and the whole path of the model's folder
    reader: str  # "built-in", "off", or "onnx:" and the whole path of the model's folder
    roll: RollPlace
    mail: MailSettings
    weekly: WeeklySettings
    alerts: AlertSettings
    backup: BackupSettings
    web: WebSettings
    pictures: PictureSettings
    monitor: MonitorSettings
    checklist_due_days: int = 14  # after a term began, until when the platforms' own settings are looked over
