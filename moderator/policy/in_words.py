"""A policy, and the way from one to another, in words for a person. Values in, lines out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from moderator.domain import Label
from moderator.policy.duty import DAYS, Hours, Shift
from moderator.policy.limits import Limit, Policy
from moderator.policy.strikes import Step


def differences(old: Policy, new: Policy) -> list[str]:
    """What the new policy changes, one change on a line; none where both say the same. The version is no difference."""
    return [
        *_of_limits(old, new),
        *_of_rules(old, new),
        *_of_set("told at once", old.urgent, new.urgent),
        *_of_set("swear words that offend nobody", old.speech.friendly, new.speech.friendly),
        *_of_value("reads as a complaint from", f"{old.speech.complaint:.2f}", f"{new.speech.complaint:.2f}"),
        *_of_value(
            "a strong insult, even in a complaint, from",
            f"{old.speech.strong_insult:.2f}",
            f"{new.speech.strong_insult:.2f}",
        ),
        *_of_lines("duty", duty_in_words(old), duty_in_words(new)),
        *_of_lines("strikes", strikes_in_words(old), strikes_in_words(new)),
        *_of_lines("bans", bans_in_words(old), bans_in_words(new)),
        *_of_lines("keeping", retention_in_words(old), retention_in_words(new)),
        *(["the message to a family reads otherwise"] if old.family != new.family else []),
    ]


def limit_in_words(limit: Limit) -> str:
    if limit.queue > 1.0:
        return "never acted on"
    hide = "never hidden by the machine" if limit.hide > 1.0 else f"hidden from {limit.hide:.2f}"
    return f"waits from {limit.queue:.2f}, {hide}"


def speech_in_words(policy: Policy) -> list[str]:
    speech = policy.speech
    return [
        f"swearing that offends nobody: {', '.join(sorted(speech.friendly)) or 'none'}",
        f"criticism from {speech.complaint:.2f} is never hidden for swearing or an insult below {speech.strong_insult:.2f}",
    ]


def duty_in_words(policy: Policy) -> list[str]:
    duty = policy.duty
    on_duty = ", ".join(_shift(shift) for shift in duty.shifts) or "never"
    lines = [f"somebody is on duty: {on_duty} ({duty.time_zone})"]
    lines.append(f"only what is urgent rings: {_hours(duty.quiet_hours)}" if duty.quiet_hours else "no quiet hours")
    lines += [f"term from {term.first} to {term.last}" for term in duty.terms]
    if duty.closed_days:
        lines.append(f"closed: {_list(str(day) for day in duty.closed_days)}")
    if duty.lowers_hide_by:
        labels = _labels(duty.stricter_for)
        lines.append(f"while nobody is on duty, hidden from {duty.lowers_hide_by:.2f} lower: {labels}")
    lines.append(f"a hidden comment that waits longer than {_hours_long(duty.hide_waits_at_most)} is told of")
    return lines


def strikes_in_words(policy: Policy) -> list[str]:
    strikes = policy.strikes
    confirmed = ", once a person agreed" if strikes.confirmed_only else ", agreed to by a person or not"
    return [
        f"strikes are given for: {_labels(strikes.labels)}",
        f"a strike counts for {_days(strikes.count_for)}{confirmed}",
        *(f"from strike {step.at} on: {_step(step)}" for step in strikes.ladder),
    ]


def bans_in_words(policy: Policy) -> list[str]:
    return [f"a ban lasts {_days(policy.bans.default)} unless said otherwise, {_days(policy.bans.longest)} at most"]


def retention_in_words(policy: Policy) -> list[str]:
    kept = policy.retention
    return [
        f"the words of comments that were let pass are kept for {_days(kept.clean)}",
        f"those of comments about which more was said or done are kept for {_days(kept.actioned)}",
    ]


def _step(step: Step) -> str:
    if step.then == "note":
        return "it is noted"
    if step.then == "hold":
        lasts = f"for {step.for_days} days" if step.for_days else "as long as the strikes count"
        return f"all that the author writes waits for a person, {lasts}"
    return (
        f"a person is asked about a ban of {step.for_days} days" if step.for_days else "a person is asked about a ban"
    )


def _of_limits(old: Policy, new: Policy) -> Iterator[str]:
    for label in Label:
        before, after = old.limit(label), new.limit(label)
        if before != after:
            stricter = after.queue <= before.queue and after.hide <= before.hide
            milder = after.queue >= before.queue and after.hide >= before.hide
            how = "stricter" if stricter else "milder" if milder else "stricter in one, milder in the other"
            yield f"{label}: {limit_in_words(after)}, instead of {limit_in_words(before)} ({how})"


def _of_rules(old: Policy, new: Policy) -> Iterator[str]:
    for rule in sorted({*old.rules, *new.rules}):
        before, after = old.terms(rule), new.terms(rule)
        if before.state is not after.state:
            yield f"rule {rule}: {after.state}, instead of {before.state}"
        yield from _of_set(f"rule {rule} serves", before.says, after.says)
        if before.says != after.says and sorted(before.says) == sorted(after.says):
            yield f"rule {rule} quotes {after.quote} first"


def _of_set(what: str, old: Iterable[str], new: Iterable[str]) -> Iterator[str]:
    before, after = set(old), set(new)
    if gone := _list(before - after):
        yield f"{what}: no longer {gone}"
    if come := _list(after - before):
        yield f"{what}: now also {come}"


def _of_value(what: str, old: str, new: str) -> Iterator[str]:
    if old != new:
        yield f"{what} {new}, instead of {old}"


def _of_lines(what: str, old: list[str], new: list[str]) -> Iterator[str]:
    yield from (f"{what}: no longer “{line}”" for line in old if line not in new)
    yield from (f"{what}: now “{line}”" for line in new if line not in old)


def _shift(shift: Shift) -> str:
    days = sorted(shift.days)
    named = DAYS[days[0]] if len(days) == 1 else f"{DAYS[days[0]]}-{DAYS[days[-1]]}"
    return f"{named} {_hours(shift.hours)}"


def _hours(hours: Hours) -> str:
    return f"{hours.begins:%H:%M}-{hours.ends:%H:%M}"


def _hours_long(length: timedelta) -> str:
    count = length // timedelta(hours=1)
    return "1 hour" if count == 1 else f"{count} hours"


def _days(length: timedelta) -> str:
    return "1 day" if length.days == 1 else f"{length.days} days"


def _labels(labels: Iterable[Label]) -> str:
    return _list(label.replace("_", " ") for label in labels)


def _list(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))
