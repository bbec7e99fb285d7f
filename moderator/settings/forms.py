"""The shape of moderator.toml: every key, its type, bounds and default.

What each key does stands above it in config/moderator.toml; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from moderator.weights.shelf import DETOXIFY

Online = Literal["x", "youtube", "instagram"]
"""The platforms that are read through an API."""
Platform = Literal[Online, "classdojo", "seesaw"]
ONLINE: tuple[Online, ...] = get_args(Online)
ID, AN_ID = r"^[a-z0-9][a-z0-9_-]{0,39}$", "up to 40 lower-case letters, digits, - and _"
# A description is what a fault says the value must be.
Id = Annotated[str, Field(pattern=ID, description=AN_ID)]
FileName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$", description="the name of a credential file")
]
NoFileName = Annotated[
    str, Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]{0,59})?$", description='the name of a credential file, or ""')
]
Filled = Annotated[str, Field(pattern=r"^\S+$", description="filled in, without spaces")]
OneLine = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f]$", description="filled in, on one line")]
Domain = Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$", description="a domain such as classdojo.com")]
Seconds = Annotated[int, Field(ge=1)]


class Form(BaseModel):
    """A table of a file: unknown keys are refused, and a number in quotes is not a number."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class SchoolForm(Form):
    id: Id = "school"
    name: str = ""
    file: str = ""
    official_accounts: dict[str, str] = Field(default_factory=dict)
    allowed_accounts: list[str] = Field(default_factory=list)
    staff: list[str] = Field(default_factory=list)
    public_figures: list[str] = Field(default_factory=list)
    classes: list[str] = Field(default_factory=list)


class PeopleForm(Form):
    head: str = ""
    safeguarding_lead: str = ""
    others: list[str] = Field(default_factory=list)


class StoreForm(Form):
    url: str = ""
    key: FileName = "store.key"
    password_file: NoFileName = ""


class ReadingForm(Form):
    read_back_days: int = Field(default=14, ge=0, le=365)


class ActingForm(Form):
    act_every_s: Seconds = 2
    verify_after_s: list[Seconds] = Field(default_factory=lambda: [60, 86_400], min_length=1)


class LogForm(Form):
    format: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "info"


class DetectorsForm(Form):
    toxicity: str = Field(
        default="built-in",
        pattern=rf"^(built-in|stand-in|onnx:.+|{'|'.join(DETOXIFY)})$",
        description='"built-in", "stand-in", "onnx:" and a folder, or a model such as "detoxify/unbiased"',
    )
    reader: str = Field(
        default="built-in",
        pattern=r"^(built-in|off|onnx:.+)$",
        description='"built-in", "off", or "onnx:" and a folder',
    )
    roll_expires_days: int = Field(default=120, ge=1)


class ChecklistForm(Form):
    due_within_days: int = Field(default=14, ge=0, le=90)


class AccountForm(Form):
    """What the accounts of every platform have."""

    id: Id = Field(examples=["x"])
    platform: Platform = Field(examples=["x"])
    handle: Filled = Field(examples=["ValewoodPrimary"])
    poll_every_s: Seconds = 60


class OnlineAccountForm(AccountForm):
    """Those that are read through an API."""

    native_id: str = ""
    credentials: FileName = Field(examples=["x.json"])
    api_base: str = ""


class XAccountForm(OnlineAccountForm):
    monthly_limit_dollars: float = Field(default=25.0, ge=0.0, allow_inf_nan=False)
    owns_app: bool = True


class YouTubeAccountForm(OnlineAccountForm):
    daily_units: int = Field(default=10_000, ge=1)
    reserve_units: int = Field(default=2_000, ge=0)


class InstagramAccountForm(OnlineAccountForm):
    pass


class ByHandAccountForm(AccountForm):
    """Those of places without an API."""

    kind: Literal["byhand"] = "byhand"
    platform: Id = Field(examples=["classdojo"])  # type: ignore[assignment]  # any name, where `kind` is written
    handle: OneLine = Field(examples=["Valewood Primary"])
    page: Annotated[str, Field(pattern=r"^(https://\S+)?$", description="an address that begins with https://")] = ""
    own_names: list[OneLine] = Field(default_factory=list)
    csv_folder: str = ""
    mail_host: str = Field(default="", pattern=r"^[A-Za-z0-9.:-]*$", description="a host name")
    mail_port: int = Field(default=993, ge=1, le=65535)
    mail_security: Literal["tls", "none"] = "tls"
    mail_user: str = Field(default="", pattern=r"^[^\x00-\x1f\x7f]*$", description="one line")
    mail_password_file: NoFileName = ""
    mail_folder: OneLine = "INBOX"
    mail_servers: list[Filled] = Field(default_factory=list)
    mail_senders: list[Domain] = Field(default_factory=list)
    mail_forwarders: list[Filled] = Field(default_factory=list)


class AnyAccountForm(XAccountForm, YouTubeAccountForm, InstagramAccountForm):
    """For an account whose platform is unknown: its other faults are told all the same."""


ACCOUNT_FORMS: Mapping[str, type[AccountForm]] = {
    "x": XAccountForm,
    "youtube": YouTubeAccountForm,
    "instagram": InstagramAccountForm,
    "classdojo": ByHandAccountForm,
    "seesaw": ByHandAccountForm,
}


def page_of(platform: str) -> str:
    """Where it says how an account there is connected."""
    return f"docs/connect-{platform if platform in ONLINE else 'byhand'}.md"
