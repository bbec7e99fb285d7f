"""The shape of policy.toml: every key, its type, bounds and default.

What each key does stands above it in config/policy.toml; a test holds the two together.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field, create_model

from moderator.domain import Label
from moderator.policy.limits import DEFAULT, NEVER
from moderator.settings.forms import Form

LabelName = Literal[
    "child_named",
    "person_tagged",
    "contact",
    "insult",
    "hate",
    "sexual",
    "profanity",
    "threat",
    "safeguarding",
    "underage",
    "spam",
    "impersonation",
    "harm",
    "grave",
    "risk",
]
# What is said of the school, and how, is judged alike at all hours.
StricterLabel = Literal["child_named", "person_tagged", "contact", "hate", "sexual", "threat", "spam", "impersonation"]
State = Literal["draft", "shadow", "live"]
Limited = Annotated[float, Field(ge=0.0, le=NEVER, allow_inf_nan=False)]
Score = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
Days = Annotated[int, Field(ge=1, le=3660)]


class LimitForm(Form):
    queue: Limited
    hide: Limited


def _usual(label: Label) -> Any:
    """A label that the file leaves out has the limits that policy itself comes with."""
    limit = DEFAULT.limits[label]
    return Field(default_factory=lambda: LimitForm(queue=limit.queue, hide=limit.hide))


class LimitsForm(Form):
    """The scores from which a finding of each label is queued or hidden."""

    child_named: LimitForm = _usual(Label.CHILD_NAMED)
    person_tagged: LimitForm = _usual(Label.PERSON_TAGGED)
    contact: LimitForm = _usual(Label.CONTACT)
    insult: LimitForm = _usual(Label.INSULT)
    hate: LimitForm = _usual(Label.HATE)
    sexual: LimitForm = _usual(Label.SEXUAL)
    profanity: LimitForm = _usual(Label.PROFANITY)
    threat: LimitForm = _usual(Label.THREAT)
    safeguarding: LimitForm = _usual(Label.SAFEGUARDING)
    underage: LimitForm = _usual(Label.UNDERAGE)
    spam: LimitForm = _usual(Label.SPAM)
    impersonation: LimitForm = _usual(Label.IMPERSONATION)
    harm: LimitForm = _usual(Label.HARM)
    grave: LimitForm = _usual(Label.GRAVE)
    risk: LimitForm = _usual(Label.RISK)


def _rule_form(rule: str) -> type[BaseModel]:
    """The table of one rule: a rule or a key that the file leaves out is as policy itself comes with it."""
    terms = DEFAULT.terms(rule)
    fields: dict[str, Any] = {
        "state": (State, terms.state.value),
        "says": (list[str], Field(default_factory=lambda: list(terms.says), min_length=1)),
    }
    return create_model(f"{rule}_form", __base__=Form, **fields)


def _rules_form() -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for rule in DEFAULT.rules:
        form = _rule_form(rule)
        fields[rule] = (form, Field(default_factory=form))
    return create_model("RulesForm", __base__=Form, __doc__="Each rule by its name.", **fields)


if TYPE_CHECKING:

    class RulesForm(Form):
        """Each rule by its name, with its `state` and `says`."""

else:
    RulesForm = _rules_form()


class SpeechForm(Form):
    friendly: list[str] = Field(default_factory=lambda: sorted(DEFAULT.speech.friendly))
    complaint: Score = DEFAULT.speech.complaint
    strong_insult: Score = DEFAULT.speech.strong_insult


class TermForm(Form):
    first: date
    last: date


def _stricter() -> list[StricterLabel]:
    return ["child_named", "contact", "threat", "sexual", "hate"]


class DutyForm(Form):
    time_zone: str = DEFAULT.duty.time_zone
    on_duty: list[str] = Field(default_factory=lambda: ["mon-fri 08:00-17:00"])
    quiet_hours: str = "21:00-07:00"
    terms: list[TermForm] = Field(default_factory=list)
    closed_days: list[date] = Field(default_factory=list)
    off_duty_lowers_hide_by: float = Field(default=DEFAULT.duty.lowers_hide_by, ge=0.0, le=0.5, allow_inf_nan=False)
    off_duty_labels: list[StricterLabel] = Field(default_factory=_stricter)
    hide_waits_at_most_h: int = Field(default=24, ge=1, le=720)


class StepForm(Form):
    at: int = Field(ge=1, le=100)
    then: Literal["note", "hold", "propose_ban"]
    for_days: int = Field(default=0, ge=0, le=3660)


def _ladder() -> list[StepForm]:
    return [StepForm(at=step.at, then=step.then, for_days=step.for_days) for step in DEFAULT.strikes.ladder]


def _counted() -> list[LabelName]:
    return ["insult", "hate", "sexual", "profanity", "threat", "spam", "impersonation"]


class StrikesForm(Form):
    labels: list[LabelName] = Field(default_factory=_counted)
    count_for_days: Days = DEFAULT.strikes.count_for.days
    confirmed_only: bool = DEFAULT.strikes.confirmed_only
    ladder: list[StepForm] = Field(default_factory=_ladder)


class BansForm(Form):
    default_days: Days = DEFAULT.bans.default.days
    longest_days: Days = DEFAULT.bans.longest.days


class FamilyForm(Form):
    message: str = DEFAULT.family.message


class RetentionForm(Form):
    clean_days: int = Field(default=DEFAULT.retention.clean.days, ge=1, le=365)
    actioned_days: int = Field(default=DEFAULT.retention.actioned.days, ge=1, le=3660)


def _urgent() -> list[LabelName]:
    return ["threat", "safeguarding", "risk"]


class PolicyForm(Form):
    """policy.toml."""

    urgent: list[LabelName] = Field(default_factory=_urgent)
    limits: LimitsForm = Field(default_factory=LimitsForm)
    rules: RulesForm = Field(default_factory=RulesForm)
    speech: SpeechForm = Field(default_factory=SpeechForm)
    duty: DutyForm = Field(default_factory=DutyForm)
    strikes: StrikesForm = Field(default_factory=StrikesForm)
    bans: BansForm = Field(default_factory=BansForm)
    family: FamilyForm = Field(default_factory=FamilyForm)
    retention: RetentionForm = Field(default_factory=RetentionForm)
