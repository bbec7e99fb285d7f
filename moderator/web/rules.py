"""The school's rules in words, what each did lately, and what other limits would have done. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from moderator.domain import Label, RuleState, Ruling
from moderator.explained.rules import sentence_of
from moderator.explained.school_settings import MODES
from moderator.hindsight import spoken, whatif
from moderator.hindsight.spoken import Spoken
from moderator.hindsight.whatif import Change, WhatIf
from moderator.policy.in_words import (
    bans_in_words,
    duty_in_words,
    limit_in_words,
    retention_in_words,
    speech_in_words,
    strikes_in_words,
)
from moderator.policy.limits import NEVER, Limit, Policy
from moderator.policy.rules import RULES
from moderator.store import hearings
from moderator.web.access import May, Visitor, Watcher
from moderator.web.pages import render
from moderator.web.site import Here, Site
from moderator.web.trouble import is_htmx
from moderator.web.words import WordsView, view_of

router = APIRouter()

LATELY = tuple(timedelta(days=days) for days in (30, 14, 7, 1))
AS_HISTORY = tuple(timedelta(weeks=weeks) for weeks in (13, 8, 4, 2, 1))
MOST_HEARD, MOST_TRIED = 5_000, 5_000
"""Comments that are heard again for one answer, which must come within two seconds."""
SAMPLES = 5
LABELS = {
    Label.CHILD_NAMED: "A child is named",
    Label.PERSON_TAGGED: "Somebody is tagged who is not on your list",
    Label.CONTACT: "Contact details",
    Label.INSULT: "An insult",
    Label.HATE: "Hate against a group of people",
    Label.SEXUAL: "Sexual words",
    Label.PROFANITY: "Swearing",
    Label.THREAT: "A threat",
    Label.SAFEGUARDING: "Signs that somebody may be at risk",
    Label.RISK: "The whole reads as if somebody is at risk now",
    Label.UNDERAGE: "Written by a child",
    Label.SPAM: "An advert or a scam",
    Label.IMPERSONATION: "Somebody poses as the school",
    Label.HARM: "Something harmful, though it is not clear what",
    Label.GRAVE: "So bad that nobody should see it first",
}
STATES = {
    RuleState.LIVE: ("In use", "done"),
    RuleState.SHADOW: ("Being tried out: it decides nothing", "waiting"),
    RuleState.DRAFT: ("Not in use", "plain"),
}
THEN = {
    Ruling.ALLOW: "stay visible without being looked at",
    Ruling.QUEUE: "stay visible and wait for a person",
    Ruling.HIDE: "be hidden at once",
    Ruling.REMOVE: "be removed",
}
NOW = {
    Ruling.ALLOW: "staying visible",
    Ruling.QUEUE: "waiting for a person",
    Ruling.HIDE: "being hidden",
    Ruling.REMOVE: "being removed",
}


@dataclass(frozen=True, slots=True)
class RuleShown:
    """One rule as the school's policy has it."""

    name: str
    sentence: str
    state: tuple[str, str]  # words and kind of chip
    serves: tuple[str, ...]  # sentences of the school's policy
    figures: str


@dataclass(frozen=True, slots=True)
class LimitShown:
    """From which score on something is done about one label."""

    label: Label
    what: str
    limit: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class SampleShown:
    """A comment that would fare otherwise, masked."""

    comment_id: str
    words: WordsView
    by_person: str


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """So many comments that would go from one way to another."""

    text: str
    samples: tuple[SampleShown, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """What other limits would have done. `rows` are a name, the figure now and the figure then."""

    comments: int
    cleared: int  # more, which cannot be tried: their words are kept no longer
    since: str
    rows: tuple[tuple[str, int, int], ...]
    changes: tuple[ChangeShown, ...]
    same: bool  # the limits asked for are those in force


class Asked(BaseModel):
    """The form, as the address carries it. A slider is taken where no number was typed."""

    queue: str = Field(default="", max_length=10)
    hide: str = Field(default="", max_length=10)
    queue_typed: str = Field(default="", max_length=10)
    hide_typed: str = Field(default="", max_length=10)

    def limit(self, present: Limit) -> Limit:
        queue = score_of(self.queue_typed or self.queue, present.queue)
        return Limit(queue, max(queue, score_of(self.hide_typed or self.hide, present.hide)))


@router.get("/rules")
def rules(request: Request, site: Here, _visitor: Watcher) -> Response:
    """The policy in force, in words."""
    policy, now = site.settings.policy, site.now()
    with site.database.reading() as tx:
        since = spoken.begins(tx, now, LATELY, MOST_HEARD)
        heard = hearings.between(tx, since, now, policy.strikes.count_for)
        told = spoken.count(heard, policy, site.settings.mode)
    return render(
        request,
        "rules/page.html",
        policy=policy,
        fault=site.policy_fault,
        mode=MODES[site.settings.mode],
        rules=[rule_shown(policy, name, told.of(name)) for name in names(policy)],
        comments=told.comments,
        days=(now - since).days,
        limits=[limit_shown(policy, label) for label in LABELS if label in policy.limits],
        parts_of_policy=parts_of(policy),
    )


@router.get("/rules/try/{label}")
def try_limits(
    request: Request, site: Here, visitor: Watcher, label: str, asked: Annotated[Asked, Query()]
) -> Response:
    """What other limits for one label would have done with the comments of the last weeks."""
    policy = site.settings.policy
    chosen = next((each for each in LABELS if each.value == label and each in policy.limits), None)
    if chosen is None:
        raise HTTPException(404)
    limit = asked.limit(policy.limit(chosen))
    template = "rules/tried.html" if is_htmx(request) else "rules/try.html"
    return render(
        request,
        template,
        label=chosen,
        what=LABELS[chosen],
        present=policy.limit(chosen),
        limit=limit,
        in_words=limit_in_words,
        never=NEVER,
        tried=tried_with(site, visitor, chosen, limit),
    )


def tried_with(site: Site, visitor: Visitor, label: Label, limit: Limit) -> Tried:
    """Every comment of the last weeks decided twice. Samples are for those who may read comments."""
    now, policy, mode = site.now(), site.settings.policy, site.settings.mode
    then = replace(policy, limits={**policy.limits, label: limit})
    with site.database.reading() as tx:
        since = spoken.begins(tx, now, AS_HISTORY, MOST_TRIED)
        heard = hearings.between(tx, since, now, policy.strikes.count_for)
        found = whatif.compare(heard, policy, then, mode, now, SAMPLES)
        cleared = hearings.cleared(tx, since, now)
    weeks = (now - since).days // 7
    return Tried(
        comments=found.comments,
        cleared=cleared,
        since="the last week" if weeks == 1 else f"the last {weeks} weeks",
        rows=tuple(rows_of(found)),
        changes=tuple(change_shown(each, visitor.may(May.READ)) for each in found.changes),
        same=limit == policy.limit(label),
    )


def rows_of(found: WhatIf) -> Iterator[tuple[str, int, int]]:
    def row(name: str, figure: str) -> tuple[str, int, int]:
        return name, getattr(found.now, figure), getattr(found.then, figure)

    yield row("Stay visible, nobody looks", "allowed")
    yield row("Wait for a person", "queued")
    yield row("Hidden at once", "hidden")
    if found.weeks >= 1:  # From less, a rate would be a guess.
        yield "To decide in a week", round(found.now.per_week), round(found.then.per_week)
    yield row("Hidden, though a person kept it visible", "wrongly_hidden")
    yield row("Waiting, though a person kept it visible", "wrongly_queued")
    yield row("Not seen, though a person hid it", "missed")


def change_shown(change: Change, may_read: bool) -> ChangeShown:
    comments = "1 comment" if change.count == 1 else f"{change.count} comments"
    text = f"{comments} would {THEN[change.then]}, instead of {NOW[change.now]}."
    samples = (
        SampleShown(
            each.comment_id,
            view_of(each.text, each.findings),
            {Ruling.ALLOW: "A person kept it visible.", None: ""}.get(each.by_person, "A person hid it."),
        )
        for each in change.samples
    )
    return ChangeShown(text, tuple(samples) if may_read else ())


def names(policy: Policy) -> list[str]:
    """The rules, those in use first."""
    found = [name for rule in RULES if (name := getattr(rule, "__name__", ""))]
    return sorted(found, key=lambda name: list(STATES).index(policy.state(name)))


def rule_shown(policy: Policy, name: str, found: Spoken) -> RuleShown:
    terms = policy.terms(name)
    return RuleShown(name, sentence_of(name), STATES[terms.state], terms.says, figures_of(terms.state, found))


def figures_of(state: RuleState, found: Spoken) -> str:
    """What a rule did lately, in a sentence or two."""
    if state is RuleState.DRAFT:
        return ""
    if not found.times:
        return "It had nothing to say."
    spoke = f"It spoke of {found.times} {'comment' if found.times == 1 else 'comments'}."
    if state is RuleState.SHADOW:
        return f"{spoke} In use, it would have been stricter on {found.would_raise}."
    if not found.looked_at:
        return f"{spoke} Nobody has decided on {'it' if found.times == 1 else 'any of them'} yet."
    return f"{spoke} A person decided on {found.looked_at}, and otherwise on {found.otherwise or 'none'}."


def limit_shown(policy: Policy, label: Label) -> LimitShown:
    return LimitShown(label, LABELS[label], limit_in_words(policy.limit(label)), label in policy.urgent)


def parts_of(policy: Policy) -> list[tuple[str, list[str]]]:
    """The rest of the policy, each part under its heading."""
    return [
        ("What may be said", speech_in_words(policy)),
        ("When nobody is on duty", duty_in_words(policy)),
        ("Authors who go on", [*strikes_in_words(policy), *bans_in_words(policy)]),
        ("How long words are kept", retention_in_words(policy)),
        ("The word to a family", [policy.family.message]),
    ]


def score_of(text: str, otherwise: float) -> float:
    """A score from 0 to 1, or `NEVER` for whatever is above 1; `otherwise` where the text is no number."""
    try:
        score = float(text.strip().replace(",", "."))
    except ValueError:
        return otherwise
    if not score >= 0:
        return otherwise
    return NEVER if score > 1.0 else round(score, 2)
