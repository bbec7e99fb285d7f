"""Hears every rule on a case and gives one decision. The order of the rules never matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from moderator.domain import POLICY, Case, Decision, Label, Mode, RuleState, Ruling, Verdict
from moderator.policy.heard import Heard, hear
from moderator.policy.limits import Policy
from moderator.policy.rules import RULES, Rule

_ORDER = {label: index for index, label in enumerate(Label)}


def decide(case: Case, policy: Policy, mode: Mode, now: datetime, rules: Sequence[Rule] = RULES) -> Decision:
    """The gravest live verdict's ruling, with every live verdict's reason, gravest first; allowed where no rule speaks.

    Rules in draft are not run. What rules in shadow say is recorded behind the rest and decides nothing. The machine never
    removes, and in queue mode it hides nothing. In shadow mode the ruling stands as it would in auto.
    """
    heard = hear(case, policy, now)
    live, shadow = _verdicts(heard, rules)
    ruling = _gravest(live)
    reasons = tuple(verdict.reason for verdict in live)
    if mode is Mode.QUEUE and ruling is Ruling.HIDE:
        ruling, reasons = Ruling.QUEUE, ("queue mode: would be hidden, waits for a person instead", *reasons)
    return Decision(
        comment_id=case.comment.id,
        version=case.comment.version,
        ruling=ruling,
        decided_by=POLICY,
        decided_at=now,
        reasons=reasons,
        mode=mode,
        urgent=any(verdict.urgent for verdict in live),
        labels=tuple(sorted(heard.over, key=_ORDER.__getitem__)),
        verdicts=(*live, *shadow),
        policy_version=policy.version,
    )


def _verdicts(heard: Heard, rules: Iterable[Rule]) -> tuple[list[Verdict], list[Verdict]]:
    """What live rules say and what shadow rules say, each gravest first."""
    live: list[Verdict] = []
    shadow: list[Verdict] = []
    for rule in rules:
        name = getattr(rule, "__name__", "")
        state = heard.policy.state(name)
        if state is RuleState.DRAFT or (said := rule(heard)) is None:
            continue
        (live if state is RuleState.LIVE else shadow).append(said)
    capped = _capped(live)
    quotes = heard.policy.quotes
    return (
        sorted((_recorded(verdict, RuleState.LIVE, quotes) for verdict in capped), key=_gravity),
        sorted((_recorded(verdict, RuleState.SHADOW, quotes) for verdict in shadow), key=_gravity),
    )


def _capped(live: list[Verdict]) -> list[Verdict]:
    """The verdicts with every ceiling applied: what rests on capped labels alone is no graver than the cap."""
    caps = sorted((verdict for verdict in live if verdict.caps), key=_gravity)
    return [_under(verdict, caps) for verdict in live] if caps else live


def _under(verdict: Verdict, caps: Sequence[Verdict]) -> Verdict:
    rests_on = {finding.label for finding in verdict.because}
    for cap in caps:
        if rests_on and rests_on <= set(cap.caps) and verdict.ruling.gravity > cap.ruling.gravity:
            reason = f"{verdict.reason}, {cap.ruling} instead of {verdict.ruling}: {cap.rule}"
            verdict = replace(verdict, ruling=cap.ruling, reason=reason)
    return verdict


def _recorded(verdict: Verdict, state: RuleState, quotes: Mapping[str, str]) -> Verdict:
    """The verdict with the line of the school's policy that its rule serves, and no graver than a hide: only a person
    removes. What a rule in shadow says is recorded less everything that could lead to something."""
    counts = state is RuleState.LIVE
    # Not `replace`: it takes three times as long, and this runs for every verdict of every comment in store.
    return Verdict(
        rule=verdict.rule,
        ruling=Ruling.HIDE if verdict.ruling is Ruling.REMOVE else verdict.ruling,
        reason=f"{verdict.reason}{quotes.get(verdict.rule, '')}",
        because=verdict.because,
        urgent=counts and verdict.urgent,
        state=state,
        strike=counts and verdict.strike,
        follow_up=verdict.follow_up if counts else None,
        caps=verdict.caps if counts else (),
    )


def _gravity(verdict: Verdict) -> tuple[int, bool, str]:
    return (-verdict.ruling.gravity, not verdict.urgent, verdict.rule)


def _gravest(live: Sequence[Verdict]) -> Ruling:
    return live[0].ruling if live else Ruling.ALLOW
