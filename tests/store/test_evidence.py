"""What a comment was is kept with the decision on it, before anything is done, and never again changed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import text

from moderator.domain import ActionKind, Author, Ruling
from moderator.store import audit, decisions, evidence
from moderator.store.database import Database
from tests.store.made import (
    DAY,
    MINUTE,
    NOON,
    PAT,
    POST,
    a_comment,
    a_decision,
    a_full_comment,
    decided,
    receive,
)


@pytest.mark.parametrize("ruling", [Ruling.QUEUE, Ruling.HIDE, Ruling.REMOVE])
def test_what_a_decision_is_about_is_kept_with_it(database: Database, ruling: Ruling) -> None:
    parent = a_comment("c0", "who was the girl in goal?", author=Author("u-sam", "@sam", "Sam"), posted_at=NOON - DAY)
    with database.transaction() as tx:
        receive(tx, parent, a_full_comment())
        decisions.record(tx, a_decision(a_full_comment(), ruling, by="Ms Okafor", at=NOON + MINUTE))
    with database.reading() as tx:
        [kept] = evidence.load(tx, a_full_comment().id)
        told = audit.trail(tx, a_full_comment().id)[-1]
    comment = a_full_comment()
    assert (kept.text, kept.author, kept.url, kept.raw) == (comment.text, PAT, comment.url, comment.raw)
    assert (kept.posted_at, kept.edited_at, kept.seen_at) == (comment.posted_at, NOON, NOON)
    assert (kept.captured_at, kept.why) == (NOON + MINUTE, ruling.value)
    assert (kept.post_text, kept.post_url) == (POST.text, POST.url)
    [up] = kept.thread
    assert (up.text, up.author.handle, up.posted_at) == (parent.text, "@sam", NOON - DAY)
    assert kept.is_unchanged
    assert told.facts["evidence"] == kept.digest


def test_what_is_allowed_is_not_kept_unless_its_author_is_blocked(database: Database) -> None:
    fine, _ = decided(database, Ruling.ALLOW, "fine")
    blocked, _ = decided(database, Ruling.ALLOW, "blocked", by="Ms Okafor", author_action=ActionKind.BLOCK)
    with database.reading() as tx:
        assert evidence.load(tx, fine.id) == []
        assert len(evidence.load(tx, blocked.id)) == 1


def test_each_form_is_kept_once_as_it_stood_first(database: Database) -> None:
    comment, _ = decided(database, Ruling.QUEUE)
    decided(database, Ruling.HIDE, by="Ms Okafor", at=NOON + MINUTE)
    with database.transaction() as tx:
        [edited] = receive(tx, replace(comment, text="all lovely now"), at=NOON + DAY)
        decisions.record(tx, a_decision(edited, Ruling.HIDE, at=NOON + DAY))
    with database.reading() as tx:
        first, second = evidence.load(tx, comment.id)
        events = [each.facts.get("evidence") for each in audit.trail(tx, comment.id) if each.event == "decided"]
    assert (first.version, first.why, first.text) == (1, "queue", comment.text)
    assert (second.version, second.seen_at, second.text) == (2, NOON + DAY, "all lovely now")
    assert events == [first.digest, first.digest, second.digest]


def test_many_decisions_at_once_are_all_kept(database: Database) -> None:
    many = [a_comment(f"c{number}") for number in range(700)]
    with database.transaction() as tx:
        receive(tx, *many)
        decisions.record_all(tx, [(a_decision(comment), []) for comment in many])
        assert all(len(evidence.load(tx, comment.id)) == 1 for comment in many[::70])
        assert tx.session.connection().execute(text("SELECT count(*) FROM evidence")).scalar() == 700


def test_who_asks_for_it_has_it_kept_once(database: Database) -> None:
    comment, _ = decided(database, Ruling.ALLOW)
    with database.transaction() as tx:
        digest = evidence.capture(tx, comment, NOON + MINUTE, "Ms Okafor")
        assert evidence.capture(tx, comment, NOON + DAY, "Mr Finch") == digest
        [kept] = evidence.load(tx, comment.id)
        told = audit.trail(tx, comment.id)[-1]
    assert (kept.why, kept.captured_at, kept.digest) == ("asked for", NOON + MINUTE, digest)
    assert (told.event, told.actor, told.facts["evidence"]) == ("evidence_captured", "Ms Okafor", digest)


def test_times_are_told_as_the_schools_clocks_showed_them(database: Database) -> None:
    in_june = NOON.replace(month=6)
    comment, _ = decided(database, at=in_june)
    with database.reading() as tx:
        [kept] = evidence.load(tx, comment.id)
    assert f"{kept.local(kept.captured_at):%H:%M %Z}" == "13:00 BST"
    assert f"{kept.local(kept.posted_at):%H:%M %Z}" == "11:59 GMT"


def test_evidence_changed_by_other_means_says_so(database: Database) -> None:
    comment, _ = decided(database)
    with database.transaction() as tx:
        tx.session.connection().execute(text("UPDATE evidence SET text = 'much worse words'"))
    with database.reading() as tx:
        [kept] = evidence.load(tx, comment.id)
    assert not kept.is_unchanged


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ('{"id": 1,  "text": "a photo of https://x.example"}', None),
        ('{"image_url": "https://cdn.example/a.png", "id": 1}', {"image_url": evidence.NOT_KEPT, "id": 1}),
        (
            '{"media": [{"type": "photo", "url": "https://cdn.example/b"}]}',
            {"media": [{"type": "photo", "url": evidence.NOT_KEPT}]},
        ),
        ('{"authorProfileImageUrl": "https:\\/\\/yt.example\\/c"}', {"authorProfileImageUrl": evidence.NOT_KEPT}),
        ('{"a": "https://known.example/d?x=1&y=2"}', {"a": evidence.NOT_KEPT}),
        ('{"a": "https:\\/\\/known.example\\/d?x=1&y=2"}', {"a": evidence.NOT_KEPT}),
        ('{"video_count": 3, "photo": null}', None),
        ("no JSON with an image", None),
        ("", None),
    ],
)
def test_no_address_of_a_picture_is_kept(raw: str, kept: object) -> None:
    told = evidence.without_pictures(raw, ["https://known.example/d?x=1&y=2"])
    if kept is None:
        assert told == raw
    else:
        assert json.loads(told) == kept


def test_pictures_of_a_comment_are_not_kept_either(database: Database) -> None:
    (picture,) = a_full_comment().image_urls
    comment = replace(a_full_comment(), raw=json.dumps({"id": "full", "attachment": picture, "note": "half \ud83d"}))
    with database.transaction() as tx:
        receive(tx, comment)
        decisions.record(tx, a_decision(comment))
        [kept] = evidence.load(tx, comment.id)
    assert picture not in repr(kept)
    assert kept.is_unchanged
