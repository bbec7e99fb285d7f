"""policy.toml: each fault with its line, the whole file refused for one, and the last good policy kept while it is edited."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from moderator.domain import Label, RuleState
from moderator.errors import ConfigError
from moderator.policy.duty import Hours, Shift, Term
from moderator.policy.limits import DEFAULT
from moderator.policy.strikes import Step
from moderator.settings import read_policy, reread_policy
from tests.settings.conftest import Folder

RULE = '[rules.an_insult]\nstate = "live"'


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[rules.an_insult]", "[rules.an_insullt]", "rules.an_insullt: unknown key; did you mean an_insult?"),
        (RULE, '[rules.an_insult]\nstate = "lve"', 'rules.an_insult.state: must be "draft", "shadow" or "live"'),
        (
            RULE,
            '[rules.an_insult]\nsays = []\nstate = "live"\n[other]',
            "rules.an_insult.says: must be a list of 1 or more",
        ),
        (
            '[rules.not_judged]\nstate = "live"',
            '[rules.not_judged]\nstate = "draft"',
            'rules.not_judged.state: must be "live", got "draft": no school tries this rule out first',
        ),
        (
            '[rules.complaint_is_not_abuse]\nstate = "live"',
            '[rules.complaint_is_not_abuse]\nstate = "shadow"',
            'rules.complaint_is_not_abuse.state: must be "live"',
        ),
        ('time_zone = "Europe/London"', 'time_zone = "Valewood"', "duty.time_zone: must be the name of a time zone"),
        (
            'on_duty = ["mon-fri 08:00-17:00"]',
            'on_duty = ["monday 8-17"]',
            'duty.on_duty: must be like "mon-fri 08:00-17:00" or "sat 10:00-12:00", got "monday 8-17"',
        ),
        (
            'on_duty = ["mon-fri 08:00-17:00"]',
            'on_duty = ["fri-mon 08:00-17:00"]',
            'duty.on_duty: must be like "mon-fri 08:00-17:00" or "sat 10:00-12:00"; the week begins on mon',
        ),
        (
            'quiet_hours = "21:00-07:00"',
            'quiet_hours = "21:00-24:30"',
            'duty.quiet_hours: must be like "21:00-07:00", or "" for none',
        ),
        (
            "terms = []",
            "terms = [{ first = 2026-12-18, last = 2026-09-02 }]",
            "duty.terms: a term must not end (2026-09-02) before it begins (2026-12-18)",
        ),
        (
            "terms = []",
            "terms = [{ first = 2026-09-02, last = 2026-12-18 }, { first = 2026-12-18, last = 2027-03-01 }]",
            "duty.terms: terms must not overlap",
        ),
        ("closed_days = []", 'closed_days = ["Christmas"]', "duty.closed_days[0]: must be a date without quotes"),
        (
            'off_duty_labels = ["child_named"',
            'off_duty_labels = ["insult"',
            "duty.off_duty_labels[0]: must be",
        ),
        (
            "off_duty_lowers_hide_by = 0.05",
            "off_duty_lowers_hide_by = 0.9",
            "duty.off_duty_lowers_hide_by: must be 0.5",
        ),
        (
            "hide_waits_at_most_h = 24",
            "hide_waits_at_most_h = 0",
            "duty.hide_waits_at_most_h: must be 1 or more, got 0",
        ),
        (
            "    { at = 2,",
            "    { at = 1,",
            "strikes.ladder: each step must begin later than the one before, got at = [1, 1, 3]",
        ),
        (
            '    { at = 2, then = "hold"',
            '    { at = 2, then = "ban"',
            'strikes.ladder[1].then: must be "note", "hold" or',
        ),
        ("default_days = 30", "default_days = 400", "bans.default_days: must not be above longest_days (365), got 400"),
        ('message = "', 'message = "{child} ', "family.message: {child} is no placeholder"),
        ("strong_insult = 0.9", "strong_insult = 1.9", "speech.strong_insult: must be 1.0 or less, got 1.9"),
    ],
)
def test_a_fault_is_told_with_its_line_and_the_file_is_refused_whole(
    folder: Folder, old: str, new: str, told: str
) -> None:
    folder.change(old, new, folder.policy)

    faults = folder.faults()

    places = [fault.split(", ", 1)[0] for fault in faults]
    assert any(fault.split(", ", 1)[1].startswith(told) for fault in faults), faults
    assert all(place.removeprefix("policy.toml:").isdigit() for place in places)


def test_all_that_a_school_may_say_arrives(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(
        """
urgent = ["threat"]
[limits.insult]
queue = 0.4
hide = 0.9
[rules.spam]
state = "shadow"
says = ["No adverts."]
[speech]
friendly = ["Chuffing"]
[duty]
on_duty = ["mon-thu 07:30-16:00", "sat 10:00-12:00"]
quiet_hours = ""
terms = [{ first = 2026-09-02, last = 2026-12-18 }]
closed_days = [2026-10-26]
off_duty_labels = ["threat"]
[strikes]
labels = ["hate"]
count_for_days = 10
confirmed_only = false
ladder = [{ at = 2, then = "propose_ban", for_days = 7 }]
[bans]
default_days = 5
""",
        encoding="utf-8",
    )
    policy = read_policy(path)

    assert policy.limit(Label.INSULT).hide == 0.9
    assert policy.limit(Label.SPAM) == DEFAULT.limit(Label.SPAM)
    assert (policy.state("spam"), policy.terms("spam").says) == (RuleState.SHADOW, ("No adverts.",))
    assert policy.terms("hate") == DEFAULT.terms("hate")
    assert policy.speech.forgives("chuffing")
    assert policy.duty.shifts == (
        Shift(frozenset({0, 1, 2, 3}), Hours(time(7, 30), time(16))),
        Shift(frozenset({5}), Hours(time(10), time(12))),
    )
    assert (policy.duty.quiet_hours, policy.duty.terms) == (None, (Term(date(2026, 9, 2), date(2026, 12, 18)),))
    assert policy.duty.closed_days == {date(2026, 10, 26)}
    assert policy.duty.stricter_for == {Label.THREAT}
    assert policy.strikes.labels == {Label.HATE}
    assert (policy.strikes.count_for, policy.strikes.confirmed_only) == (timedelta(days=10), False)
    assert policy.strikes.ladder == (Step(2, "propose_ban", 7),)
    assert policy.bans.default == timedelta(days=5)


def test_a_changed_file_is_taken_over_while_the_daemon_runs(folder: Folder) -> None:
    settings = folder.read()
    folder.change("urgent = ", 'urgent = ["hate"] #', folder.policy)

    policy, fault = reread_policy(settings, settings.policy)

    assert fault == ""
    assert policy.urgent == {Label.HATE}
    assert policy.version != settings.policy.version


def test_an_unchanged_file_gives_the_same_policy(folder: Folder) -> None:
    settings = folder.read()
    assert reread_policy(settings, settings.policy) == (settings.policy, "")


@pytest.mark.parametrize("text", ["hide = ", "[limits.insult]\nqueue = 0.9\nhide = 0.1\n", None])
def test_a_faulty_or_missing_file_leaves_the_last_good_policy_in_force(folder: Folder, text: str | None) -> None:
    settings = folder.read()
    last = replace(settings.policy, version="the-good-one")
    if text is None:
        folder.policy.unlink()
    else:
        folder.policy.write_text(text, encoding="utf-8")

    policy, fault = reread_policy(settings, last)

    assert policy is last
    assert str(folder.policy) in fault
    assert "the policy from before stays in force (version the-good-one)" in fault


def test_a_policy_that_may_be_missing_is_the_programs_own(tmp_path: Path) -> None:
    assert read_policy(tmp_path / "policy.toml", required=False) is DEFAULT
    with pytest.raises(ConfigError, match="is not there"):
        read_policy(tmp_path / "policy.toml")
