"""policy.toml -> one checked `Policy`. A file with a fault is refused whole, and every fault is told with its line."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from moderator.domain import Label, RuleState
from moderator.errors import ConfigError
from moderator.policy.duty import DAYS, Duty, Hours, Shift, Term
from moderator.policy.keeping import Retention
from moderator.policy.limits import DEFAULT, Limit, Policy
from moderator.policy.rules import ALWAYS_LIVE
from moderator.policy.strikes import Step, Strikes
from moderator.policy.words import Bans, Family, RuleTerms, Speech, message_fault
from moderator.settings.documents import Document, check_form, read_document, without_secrets
from moderator.settings.faults import Fault, FaultyFiles, gathered
from moderator.settings.locate import KeyPath
from moderator.settings.policy_forms import DutyForm, PolicyForm

if TYPE_CHECKING:
    from moderator.settings.values import Settings

_HOURS = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$")
_SHIFT = re.compile(rf"^({'|'.join(DAYS)})(?:-({'|'.join(DAYS)}))? (\S+)$")
_SHIFT_LIKE = 'must be like "mon-fri 08:00-17:00" or "sat 10:00-12:00"'


def read_policy(path: Path, *, required: bool = True) -> Policy:
    """A policy.toml by itself; where it may be missing, the policy that the program comes with. Raises ConfigError."""
    if not required and not path.exists():
        return DEFAULT
    faults: list[Fault] = []
    policy = checked_policy(path, faults)
    if faults or policy is None:
        raise FaultyFiles(faults)
    return policy


def reread_policy(settings: Settings, last: Policy) -> tuple[Policy, str]:
    """The policy as its file says now, or the last good one and in words what is wrong with the file.

    For a daemon that runs on while the file is edited: it never works without a policy, nor with half of one.
    """
    try:
        return read_policy(settings.policy_path), ""
    except ConfigError as error:
        return last, f"{error}\nUntil then the policy from before stays in force (version {last.version})."


def checked_policy(path: Path, faults: list[Fault]) -> Policy | None:
    """The policy, or None and its faults added. Its version is a digest of the file, for decisions to name."""
    with gathered(faults):
        document, found = without_secrets(read_document(path))
        form, wrong = check_form(PolicyForm, document, document.values)
        faults += [*found, *wrong]
        if form is None:
            return None
        disagreements = list(_disagreements(document, form))
        faults += disagreements
        if disagreements:
            return None
        return _policy(form, hashlib.blake2b(document.content, digest_size=5).hexdigest())
    return None


def _policy(form: PolicyForm, version: str) -> Policy:
    """The value of a form without disagreements."""
    strikes = form.strikes
    return Policy(
        limits={Label(name): Limit(limit.queue, limit.hide) for name, limit in form.limits},
        urgent=frozenset(Label(name) for name in form.urgent),
        version=version,
        rules=_terms(form),
        speech=Speech(
            frozenset(word.casefold() for word in form.speech.friendly),
            form.speech.complaint,
            form.speech.strong_insult,
        ),
        duty=_duty(form.duty),
        strikes=Strikes(
            labels=frozenset(Label(name) for name in strikes.labels),
            count_for=timedelta(days=strikes.count_for_days),
            confirmed_only=strikes.confirmed_only,
            ladder=tuple(Step(step.at, step.then, step.for_days) for step in strikes.ladder),
        ),
        bans=Bans(timedelta(days=form.bans.default_days), timedelta(days=form.bans.longest_days)),
        family=Family(form.family.message),
        retention=Retention(timedelta(days=form.retention.clean_days), timedelta(days=form.retention.actioned_days)),
    )


def _terms(form: PolicyForm) -> Mapping[str, RuleTerms]:
    return {name: RuleTerms(RuleState(rule.state), tuple(rule.says)) for name, rule in form.rules}


def _duty(form: DutyForm) -> Duty:
    return Duty(
        time_zone=form.time_zone,
        shifts=tuple(_shift(text) for text in form.on_duty),
        quiet_hours=_hours(form.quiet_hours) if form.quiet_hours else None,
        terms=tuple(Term(term.first, term.last) for term in form.terms),
        closed_days=frozenset(form.closed_days),
        lowers_hide_by=form.off_duty_lowers_hide_by,
        stricter_for=frozenset(Label(name) for name in form.off_duty_labels),
        hide_waits_at_most=timedelta(hours=form.hide_waits_at_most_h),
    )


def _shift(text: str) -> Shift:
    """Raises ValueError where it is no days and hours."""
    found = _SHIFT.match(text)
    if found is None:
        raise ValueError(_SHIFT_LIKE)
    first = DAYS.index(found[1])
    last = DAYS.index(found[2] or found[1])
    if first > last:
        raise ValueError(f"{_SHIFT_LIKE}; the week begins on mon")
    return Shift(frozenset(range(first, last + 1)), _hours(found[3]))


def _hours(text: str) -> Hours:
    """Raises ValueError where it is no hours."""
    found = _HOURS.match(text)
    if found is None:
        raise ValueError('must be like "21:00-07:00"')
    begins, ends = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    if begins == ends:
        raise ValueError("must not begin and end at the same time")
    return Hours(begins, ends)


def _disagreements(document: Document, form: PolicyForm) -> Iterator[Fault]:
    """What each key may hold by itself, and not beside the others."""
    yield from (document.fault(path, what) for path, what in _limit_faults(form))
    yield from (document.fault(path, what) for path, what in _rule_faults(form))
    yield from (document.fault(path, what) for path, what in _duty_faults(form.duty))
    at = [step.at for step in form.strikes.ladder]
    if at != sorted(set(at)):
        yield document.fault(("strikes", "ladder"), f"each step must begin later than the one before, got at = {at}")
    if form.bans.default_days > form.bans.longest_days:
        what = f"must not be above longest_days ({form.bans.longest_days}), got {form.bans.default_days}"
        yield document.fault(("bans", "default_days"), what)
    yield from (document.fault(path, what) for path, what in _retention_faults(form))
    if what := message_fault(form.family.message):
        yield document.fault(("family", "message"), what)


def _retention_faults(form: PolicyForm) -> Iterator[tuple[KeyPath, str]]:
    clean, actioned, counted = form.retention.clean_days, form.retention.actioned_days, form.strikes.count_for_days
    if actioned < clean:
        yield ("retention", "actioned_days"), f"must not be below clean_days ({clean}), got {actioned}"
    if actioned < counted:
        what = f"must not be below strikes.count_for_days ({counted}), got {actioned}: strikes would be forgotten early"
        yield ("retention", "actioned_days"), what


def _limit_faults(form: PolicyForm) -> Iterator[tuple[KeyPath, str]]:
    for name, limit in form.limits:
        if limit.queue > limit.hide:
            what = f"must not be above hide ({limit.hide}), got {limit.queue}: nothing would ever be queued"
            yield ("limits", name, "queue"), what


def _rule_faults(form: PolicyForm) -> Iterator[tuple[KeyPath, str]]:
    for name, rule in form.rules:
        if name in ALWAYS_LIVE and rule.state != RuleState.LIVE:
            yield ("rules", name, "state"), f'must be "live", got "{rule.state}": no school tries this rule out first'
        if not all(line.strip() for line in rule.says):
            yield ("rules", name, "says"), "holds an empty sentence"


def _duty_faults(form: DutyForm) -> Iterator[tuple[KeyPath, str]]:
    try:
        ZoneInfo(form.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield ("duty", "time_zone"), 'must be the name of a time zone; the default is "Europe/London"'
    for text in form.on_duty:
        if what := _refused(_shift, text):
            yield ("duty", "on_duty"), f'{what}, got "{text}"'
    if form.quiet_hours and (what := _refused(_hours, form.quiet_hours)):
        yield ("duty", "quiet_hours"), f'{what}, or "" for none, got "{form.quiet_hours}"'
    if wrong := next((term for term in form.terms if term.first > term.last), None):
        yield ("duty", "terms"), f"a term must not end ({wrong.last}) before it begins ({wrong.first})"
    elif _overlap([(term.first, term.last) for term in form.terms]):
        yield ("duty", "terms"), "terms must not overlap"


def _refused(read: Callable[[str], object], text: str) -> str:
    try:
        read(text)
    except ValueError as error:
        return str(error)
    return ""


def _overlap(terms: Sequence[tuple[date, date]]) -> bool:
    ordered = sorted(terms)
    return any(later[0] <= earlier[1] for earlier, later in pairwise(ordered))
