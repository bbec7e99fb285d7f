"""What people decided after policy did, kept as labelled cases."""

from __future__ import annotations

import json

import pytest

from moderator.detectors.panel import build_detectors
from moderator.detectors.toxicity import WordListScorer
from moderator.domain import ActionKind, Label, Person, Ruling, School
from moderator.hindsight import kept
from moderator.hindsight.kept import Kind
from moderator.judge_file import judge_lines
from moderator.policy.limits import DEFAULT
from moderator.store import audit, cases
from moderator.store.cases import Reviewed
from moderator.store.database import Database
from tests.hindsight.made import HEAD, SINCE, UNTIL, Days, found
from tests.store.made import DAY, MINUTE, NOON, a_comment


@pytest.fixture
def days(database: Database) -> Days:
    return Days(database)


def every(days: Days) -> dict[str, Reviewed]:
    with days.database.reading() as tx:
        return {case.comment.native_id: case for case in cases.reviewed(tx, SINCE, UNTIL)}


def test_a_decision_overturned_is_a_false_alarm_or_a_miss_and_one_agreed_with_is_confirmed(days: Days) -> None:
    told = {
        "hidden": (0.9, Ruling.ALLOW, Kind.FALSE_ALARM),
        "queued": (0.6, Ruling.ALLOW, Kind.FALSE_ALARM),
        "passed": (0.3, Ruling.HIDE, Kind.MISS),
        "vanished": (0.3, Ruling.REMOVE, Kind.MISS),
        "agreed": (0.9, Ruling.HIDE, Kind.CONFIRMED),
        "settled": (0.6, Ruling.REMOVE, Kind.CONFIRMED),
        "fine": (0.3, Ruling.ALLOW, Kind.CONFIRMED),
    }
    for native_id, (score, said, _) in told.items():
        days.judged(native_id, found(Label.INSULT, score))
        days.says(native_id, said)
    assert {native_id: kept.kind(case) for native_id, case in every(days).items()} == {
        native_id: expected for native_id, (_, _, expected) in told.items()
    }


def test_what_no_person_decided_on_is_no_case(days: Days) -> None:
    for native_id in ("alone", "queued", "muted"):
        days.judged(native_id, found(Label.INSULT, 0.9))
    days.says("queued", Ruling.QUEUE)
    days.says("muted", Ruling.HIDE, also=ActionKind.MUTE)
    assert every(days) == {}


def test_the_last_word_counts_and_so_does_the_form_it_was_about(days: Days) -> None:
    days.judged("c1", found(Label.INSULT, 0.9), text="you id10ts")
    days.says("c1", Ruling.ALLOW, at=NOON + MINUTE)
    days.says("c1", Ruling.HIDE, at=NOON + 2 * MINUTE)
    days.judged("c1", at=NOON + DAY, text="you lovely people")
    days.says("c1", Ruling.ALLOW, at=NOON + 2 * DAY)
    with days.database.reading() as tx:
        first, second = cases.of_comment(tx, a_comment("c1").id)
    assert (first.comment.text, first.by_person.ruling, kept.kind(first)) == ("you id10ts", Ruling.HIDE, Kind.CONFIRMED)
    assert (second.comment.text, kept.kind(second)) == ("you lovely people", Kind.FALSE_ALARM)
    assert [finding.label for finding in first.findings] == [Label.INSULT]
    assert second.findings == ()


def test_a_case_belongs_to_the_time_of_the_persons_word(days: Days) -> None:
    days.judged("old", found(Label.INSULT, 0.9), at=SINCE - DAY)
    days.says("old", Ruling.ALLOW, at=SINCE)
    days.judged("late", found(Label.INSULT, 0.9))
    days.says("late", Ruling.ALLOW, at=UNTIL)
    assert list(every(days)) == ["old"]


def test_it_is_told_in_the_evaluations_form_which_judge_reads(days: Days) -> None:
    days.judged("c1", found(Label.INSULT, 0.9), text="What a muppet of a caretaker")
    days.says("c1", Ruling.HIDE)
    line = kept.line(every(days)["c1"])
    assert line == {
        "id": f"{a_comment('c1').id}.v1",
        "platform": "youtube",
        "post": "Sports day!",
        "thread": [],
        "author": "@pat",
        "author_name": "Pat Larkin",
        "text": "What a muppet of a caretaker",
        "labels": ["insult"],
        "accept": ["hide", "queue"],
        "urgent": False,
        "labels_known": True,
        "kind": "confirmed",
    }
    school, scorer = School("school", "Millbrook"), WordListScorer()
    (judged,) = judge_lines([json.dumps(line)], build_detectors(school, None, scorer), scorer, DEFAULT, school)
    assert judged["id"] == line["id"]


def test_what_was_allowed_holds_nothing_and_what_was_missed_nobody_named(days: Days) -> None:
    days.judged("c1", found(Label.INSULT, 0.9))
    days.says("c1", Ruling.ALLOW)
    days.judged("c2", found(Label.INSULT, 0.2))
    days.says("c2", Ruling.HIDE)
    lines = {native_id: kept.line(case) for native_id, case in every(days).items()}
    assert (lines["c1"]["labels"], lines["c1"]["accept"], lines["c1"]["labels_known"]) == ([], ["allow"], True)
    assert (lines["c2"]["labels"], lines["c2"]["accept"], lines["c2"]["labels_known"]) == ([], ["hide", "queue"], False)


def test_a_person_says_what_a_comment_holds_and_the_last_word_stands(days: Days) -> None:
    days.judged("c1", found(Label.SAFEGUARDING, 0.7))
    days.says("c1", Ruling.ALLOW)
    comment = days.comment("c1")
    with days.database.transaction() as tx:
        cases.correct(tx, comment, [Label.INSULT], Person("Ms Okafor"), NOON)
    with days.database.transaction() as tx:
        cases.correct(tx, comment, [Label.SAFEGUARDING, Label.CONTACT], Person(HEAD), NOON + MINUTE, "dealt with")
    case = every(days)["c1"]
    assert case.correction == cases.Correction((Label.CONTACT, Label.SAFEGUARDING), HEAD, NOON + MINUTE, "dealt with")
    line = kept.line(case)
    assert (line["labels"], line["accept"], line["urgent"]) == (["contact", "safeguarding"], ["allow", "queue"], True)
    with days.database.reading() as tx:
        told = [event for event in audit.trail(tx, comment.id) if event.event == "case_labelled"]
    assert [(event.actor, event.facts["labels"]) for event in told] == [
        ("Ms Okafor", "insult"),
        (HEAD, "contact,safeguarding"),
    ]


def test_a_comment_whose_words_were_erased_teaches_nothing(days: Days) -> None:
    days.judged("c1", found(Label.INSULT, 0.9), text="   ")
    days.says("c1", Ruling.ALLOW)
    assert not kept.has_words(every(days)["c1"])


def test_unseen_scores_are_the_strongest_of_each_comment_nobody_decided_on(days: Days) -> None:
    days.judged("c1", found(Label.PROFANITY, 0.6), found(Label.PROFANITY, 0.4), found(Label.INSULT, 0.9))
    days.judged("c2", found(Label.PROFANITY, 0.7, phrase="Bloody"))
    days.judged("c3", found(Label.PROFANITY, 0.8))
    days.says("c3", Ruling.HIDE)
    days.judged("c4", found(Label.PROFANITY, 0.03))
    with days.database.reading() as tx:
        asked = (tx, Label.PROFANITY, 0.05, SINCE, UNTIL)
        assert sorted(cases.unseen_scores(*asked)) == [0.6, 0.7]
        assert cases.unseen_scores(*asked, forgiven=("bloody",)) == [0.6]
