"""The words a school may write into its policy: the message to a family, what may be said, and the way they are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from moderator.domain import Label, Mode, RuleState, Ruling
from moderator.policy.decide import decide
from moderator.policy.in_words import differences
from moderator.policy.limits import DEFAULT, Limit
from moderator.policy.strikes import Step, Strikes
from moderator.policy.words import Bans, Family, RuleTerms, message_fault
from tests.conftest import NOON
from tests.policy.cases import case, found


def test_the_message_to_a_family_tells_where_and_when_and_is_kind() -> None:
    word = DEFAULT.family.word(platform="Instagram", post="Sports day", when="3 November 2026, 14:05")
    for part in ("Thank you", "Instagram", "“Sports day”", "3 November 2026, 14:05"):
        assert part in word
    assert "{" not in word


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        ("Dear family, {name} was named", "{name} is no placeholder; there are {platform}, {post}, {when}"),
        ("{}", "{} is no placeholder"),
        ("{post.text}", "{post.text} is no placeholder"),
        ("{post!r}", "stands by itself"),
        ("{when:%d}", "stands by itself"),
        ("{post", "too many or too few"),
        ("  ", "must be filled in"),
        ("It was under {post}.", ""),
        ("A plain word is enough.", ""),
    ],
)
def test_a_message_is_refused_where_it_asks_for_what_it_must_not_tell(message: str, fault: str) -> None:
    assert fault in message_fault(message)
    assert bool(message_fault(message)) is bool(fault)


def test_a_faulty_message_is_no_value() -> None:
    with pytest.raises(ValueError, match="none for a child's name"):
        Family("{child} was named")


@pytest.mark.parametrize(("phrase", "ruling"), [("Bloody", Ruling.ALLOW), ("bollocks", Ruling.HIDE)])
def test_friendly_swearing_is_left_alone_whatever_it_scores(phrase: str, ruling: Ruling) -> None:
    decision = decide(case(found(Label.PROFANITY, 0.9, phrase=phrase)), DEFAULT, Mode.AUTO, NOON)
    assert decision.ruling is ruling
    assert (Label.PROFANITY in decision.labels) is (ruling is Ruling.HIDE)


def test_a_friendly_word_excuses_no_other() -> None:
    both = case(found(Label.PROFANITY, 0.95, phrase="bloody"), found(Label.PROFANITY, 0.6, phrase="arse", span=(9, 13)))
    assert decide(both, DEFAULT, Mode.AUTO, NOON).ruling is Ruling.QUEUE


def test_a_long_sentence_is_quoted_by_its_first_words() -> None:
    assert RuleTerms(says=("Be kind.",)).quote == "“Be kind.”"
    quote = RuleTerms(says=("Nobody is tagged on our pages, " * 5,)).quote
    assert quote.startswith("“Nobody is tagged")
    assert quote.endswith(" …”")
    assert len(quote) < 70


def test_a_ban_longer_than_the_longest_is_no_default() -> None:
    with pytest.raises(ValueError, match="not above the longest"):
        Bans(default=timedelta(days=400))


def test_two_policies_are_compared_in_words() -> None:
    new = replace(
        DEFAULT,
        limits={**DEFAULT.limits, Label.INSULT: Limit(0.4, 0.7), Label.SPAM: Limit(0.7, 1.1)},
        rules={**DEFAULT.rules, "hate": RuleTerms(RuleState.SHADOW, ("Be kind.",))},
        urgent=DEFAULT.urgent | {Label.HATE},
        speech=replace(DEFAULT.speech, friendly=DEFAULT.speech.friendly - {"crap"}, complaint=0.6),
        duty=replace(DEFAULT.duty, lowers_hide_by=0.1, quiet_hours=None),
        strikes=Strikes(count_for=timedelta(days=90), ladder=(Step(2, "hold"),)),
        bans=Bans(default=timedelta(days=1)),
        family=Family("Thank you."),
    )
    told = differences(DEFAULT, new)

    for line in (
        "insult: waits from 0.40, hidden from 0.70, instead of waits from 0.50, hidden from 0.80 (stricter)",
        "spam: waits from 0.70, never hidden by the machine, instead of waits from 0.55, hidden from 0.90 (milder)",
        "rule hate: shadow, instead of live",
        "rule hate serves: now also Be kind.",
        "told at once: now also hate",
        "swear words that offend nobody: no longer crap",
        "reads as a complaint from 0.60, instead of 0.50",
        "duty: now “no quiet hours”",
        "duty: now “while nobody is on duty, hidden from 0.10 lower: child named, contact, hate, sexual, threat”",
        "strikes: now “from strike 2 on: all that the author writes waits for a person, as long as the strikes count”",
        "bans: now “a ban lasts 1 day unless said otherwise, 365 days at most”",
        "the message to a family reads otherwise",
    ):
        assert line in told
    assert differences(DEFAULT, replace(DEFAULT, version="another")) == []
