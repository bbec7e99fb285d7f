"""What goes out to YouTube: actions in one call, an answer for each, and a look at where the comments are afterwards."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from moderator.domain import Action, ActionKind, Outcome, Result, Visibility
from moderator.errors import Gone, LoginExpired, PlatformError, QuotaSpent, Refused, Unavailable
from moderator.platforms.base import Undo
from moderator.platforms.memory import MemoryMeter
from tests.conftest import NOON
from tests.platforms.replay import CUT, Reply, Seen
from tests.platforms.youtube_replies import (
    COMMENTS,
    DONE,
    MODERATE,
    PACIFIC_DAY,
    THREADS,
    Google,
    Json,
    answer,
    comment,
    item,
    page,
    said,
    thread,
    to,
    youtube_at,
)


def google_with(
    public: list[Json] | None = None,
    held: list[Json] | None = None,
    spam: list[Json] | None = None,
    replies: list[Json] | None = None,
    moderate: list[Reply] | None = None,
) -> Google:
    """A channel as its listings tell it, and what setModerationStatus answers."""
    listings = {"published": public or [], "heldForReview": held or [], "likelySpam": spam or []}
    google = Google.with_replies({COMMENTS: [page(replies or [])], MODERATE: moderate or [DONE]})
    google.asked_for[THREADS] = lambda seen: page(listings[seen.query["moderationStatus"][0]])
    return google


def refusing(bad: Collection[str], name: str = "processing_failure", status: int = 400) -> Google:
    """Fails every call that holds a bad id; all comments stand in public."""
    google = google_with(public=[thread(f"c{n}") for n in range(50)])

    def moderate(seen: Seen) -> Reply:
        return said(name, status) if set(bad) & set(seen.query["id"]) else DONE

    google.asked_for[MODERATE] = moderate
    return google


def results(answers: list[Outcome | PlatformError]) -> list[object]:
    return [each.result if isinstance(each, Outcome) else type(each).__mro__ for each in answers]


def fifty(kind: ActionKind) -> list[Action]:
    return [to(kind, f"c{number}") for number in range(50)]


@pytest.mark.parametrize(
    ("kind", "status", "ban"),
    [
        (ActionKind.HIDE, "heldForReview", None),
        (ActionKind.RELEASE, "published", None),
        (ActionKind.REMOVE, "rejected", None),
        (ActionKind.BLOCK, "rejected", ["true"]),
    ],
)
def test_trouble_13_each_action_is_a_moderation_status_and_never_a_deletion(
    kind: ActionKind, status: str, ban: list[str] | None
) -> None:
    with google_with() as google:
        told = answer(youtube_at(google), kind)
        assert {seen.method for seen in google.requests if "comments" in seen.path} == {"POST"}
        [asked] = google.asked(*MODERATE)
    assert isinstance(told, Outcome)
    assert (told.result, told.done_at) == (Result.DONE, NOON)
    assert (asked.query["moderationStatus"], asked.query.get("banAuthor")) == ([status], ban)


def test_fifty_comments_are_hidden_by_one_call_of_fifty_units() -> None:
    meter = MemoryMeter()
    with google_with() as google:
        told = youtube_at(google, meter).apply(fifty(ActionKind.HIDE), NOON)
        [asked] = google.asked(*MODERATE)
    assert asked.query["id"] == [f"c{number}" for number in range(50)]
    assert results(told) == [Result.DONE] * 50
    assert meter.total("units", PACIFIC_DAY) == 50


@pytest.mark.parametrize("place", [0, 1, 24, 25, 37, 49])
def test_trouble_16_one_bad_comment_among_fifty_is_found_and_the_others_are_hidden(place: int) -> None:
    with refusing({f"c{place}"}) as google:
        told = youtube_at(google).apply(fifty(ActionKind.HIDE), NOON)
        assert len(google.asked(*MODERATE)) <= 14
    assert [isinstance(each, Outcome) for each in told] == [number != place for number in range(50)]
    assert isinstance(told[place], Unavailable)


def test_trouble_16_a_comment_not_ours_among_fifty_is_refused_alone() -> None:
    with refusing({"c7"}, "forbidden", 403) as google:
        told = youtube_at(google).apply(fifty(ActionKind.REMOVE), NOON)
    assert isinstance(told[7], Refused)
    assert sum(isinstance(each, Outcome) for each in told) == 49


def test_trouble_14_a_deleted_comment_is_found_by_looking_and_the_rest_goes_out_as_one() -> None:
    with refusing({"c3"}) as google:
        google.asked_for[THREADS] = lambda seen: page(
            [thread(f"c{n}") for n in range(50) if n != 3] if seen.query["moderationStatus"] == ["published"] else []
        )
        told = youtube_at(google).apply(fifty(ActionKind.HIDE), NOON)
        assert [len(seen.query["id"]) for seen in google.asked(*MODERATE)] == [50, 49]
    assert isinstance(told[3], Gone)
    assert sum(isinstance(each, Outcome) for each in told) == 49


def test_trouble_14_in_an_outage_every_comment_waits_and_little_quota_is_spent() -> None:
    meter = MemoryMeter()
    everything = {f"c{number}" for number in range(50)}
    with refusing(everything) as google:
        told = youtube_at(google, meter).apply(fifty(ActionKind.HIDE), NOON)
    assert all(isinstance(each, Unavailable) and not each.maybe_done for each in told)
    assert meter.total("units", PACIFIC_DAY) <= 14 * 50 + 2


def test_trouble_14_a_failing_action_on_a_comment_that_is_still_there_is_tried_again() -> None:
    with google_with(public=[thread("c1")], moderate=[said("processing_failure", 400)]) as google:
        assert isinstance(answer(youtube_at(google), ActionKind.HIDE), Unavailable)


@pytest.mark.parametrize(("kind", "expected"), [
    (ActionKind.HIDE, Gone), (ActionKind.REMOVE, Gone), (ActionKind.RELEASE, Refused), (ActionKind.BLOCK, Refused),
])  # fmt: skip
@pytest.mark.parametrize("reply", [("processing_failure", 400), ("forbidden", 403)])
def test_trouble_14_a_failing_action_on_a_comment_that_is_nowhere_is_over(
    kind: ActionKind, expected: type, reply: tuple[str, int]
) -> None:
    """Nowhere is also where a removed comment is: it cannot be released, and its author not be blocked through it."""
    with google_with(moderate=[said(*reply)]) as google:
        assert isinstance(answer(youtube_at(google), kind), expected)


def test_a_comment_that_youtube_does_not_find_is_gone() -> None:
    with google_with(moderate=[said("comment_not_found", 404)]) as google:
        assert isinstance(answer(youtube_at(google), ActionKind.HIDE), Gone)
        assert google.asked(*THREADS) == []


@pytest.mark.parametrize(("kind", "public", "held"), [
    (ActionKind.HIDE, [], [thread("c1", status="heldForReview")]), (ActionKind.RELEASE, [thread("c1")], []),
])  # fmt: skip
def test_a_refused_action_that_was_done_before_is_told_so(
    kind: ActionKind, public: list[Json], held: list[Json]
) -> None:
    with google_with(public=public, held=held, moderate=[said("processing_failure", 400)]) as google:
        told = answer(youtube_at(google), kind)
    assert isinstance(told, Outcome)
    assert told.result is Result.ALREADY


def test_when_looking_fails_too_the_first_error_stands() -> None:
    with google_with(moderate=[said("forbidden", 403)]) as google:
        google.asked_for[THREADS] = lambda _: said("backend_error", 503)
        assert isinstance(answer(youtube_at(google), ActionKind.HIDE), Refused)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (said("quota_exceeded", 403), QuotaSpent),
        (said("rate_limit_exceeded", 403), QuotaSpent),
        (said("insufficient_permissions", 403), LoginExpired),
        (said("backend_error", 503), Unavailable),
        ((200, {}, CUT), Unavailable),
    ],
)
def test_what_concerns_the_account_is_not_looked_for_among_the_comments(reply: Reply, expected: type) -> None:
    with google_with(moderate=[reply]) as google:
        told = youtube_at(google).apply(fifty(ActionKind.HIDE), NOON)
        assert google.asked(*THREADS) == []
    assert all(isinstance(each, expected) for each in told)


def test_an_action_that_breaks_off_half_way_tells_what_was_done_and_what_may_be() -> None:
    """One bad comment, then the connection breaks while its batch is halved: only the call that broke may be done."""
    calls = [said("processing_failure", 400), DONE, (200, {}, CUT), (200, {}, CUT), (200, {}, CUT)]
    with google_with(public=[thread(f"c{n}") for n in range(4)], moderate=calls) as google:
        told = youtube_at(google).apply([to(ActionKind.HIDE, f"c{n}") for n in range(4)], NOON)
    assert results(told[:2]) == [Result.DONE] * 2
    assert all(isinstance(each, Unavailable) and each.maybe_done for each in told[2:])


def test_what_was_not_sent_before_the_connection_broke_is_surely_not_done() -> None:
    calls = [said("processing_failure", 400), (200, {}, CUT)]
    with google_with(public=[thread(f"c{n}") for n in range(4)], moderate=calls) as google:
        told = youtube_at(google).apply([to(ActionKind.HIDE, f"c{n}") for n in range(4)], NOON)
    assert [each.maybe_done for each in told if isinstance(each, Unavailable)] == [True, True, False, False]


def test_what_no_call_can_do_is_refused_without_a_call() -> None:
    with google_with() as google:
        youtube = youtube_at(google)
        for kind in (ActionKind.UNBLOCK, ActionKind.MUTE, ActionKind.UNMUTE):
            assert isinstance(answer(youtube, kind), Refused)
            steps, address = youtube.by_hand(to(kind))
            assert "YouTube" in steps
            assert address.startswith("https://")
        assert google.requests == []


def test_every_kind_of_action_has_its_effect_in_words_and_steps_by_hand() -> None:
    with google_with() as google:
        youtube = youtube_at(google)
        assert set(youtube.capabilities.effects) == set(ActionKind)
        assert all(youtube.by_hand(to(kind))[0] for kind in ActionKind)
    assert youtube.capabilities.actions[ActionKind.REMOVE] is Undo.NO
    assert "replies" in youtube.capabilities.effects[ActionKind.REMOVE]


def test_no_action_at_all_is_no_call_at_all() -> None:
    with google_with() as google:
        assert youtube_at(google).apply([], NOON) == []
        assert youtube_at(google).read_back([], NOON) == {}
        assert google.requests == []


# --- looking back ---------------------------------------------------------------------------------------------------


def seen_now(google: Google, *native_ids: str, meter: MemoryMeter | None = None) -> dict[str, Visibility]:
    return dict(youtube_at(google, meter).read_back([comment(native_id) for native_id in native_ids], NOON))


def test_trouble_16_where_comments_are_is_read_from_listings_and_never_by_id() -> None:
    held, spam = [thread("held", status="heldForReview")], [thread("spam", status="likelySpam")]
    with google_with(public=[thread("shown")], held=held, spam=spam) as google:
        assert seen_now(google, "shown", "held", "spam", "deleted") == {
            "shown": Visibility.PUBLIC,
            "held": Visibility.HIDDEN,
            "spam": Visibility.HIDDEN,
            "deleted": Visibility.GONE,
        }
        assert not [asked for asked in google.requests if "id" in asked.query]


def test_verifying_hidden_comments_costs_one_unit_even_from_the_reserve() -> None:
    meter = MemoryMeter()
    meter.add("units", PACIFIC_DAY, 9_000)
    with google_with(held=[thread(f"c{n}", status="heldForReview") for n in range(20)]) as google:
        assert set(seen_now(google, *(f"c{n}" for n in range(20)), meter=meter).values()) == {Visibility.HIDDEN}
    assert meter.total("units", PACIFIC_DAY) == 9_001


def test_a_reply_is_looked_for_in_its_thread() -> None:
    with google_with(replies=[item("c1.r1", parent="c1")]) as google:
        assert seen_now(google, "c1.r1", "c1.r2") == {"c1.r1": Visibility.PUBLIC, "c1.r2": Visibility.GONE}
        assert [asked.query["parentId"] for asked in google.asked(*COMMENTS)] == [["c1"]]


def test_a_held_reply_below_a_public_comment_is_hidden_and_the_comment_is_not() -> None:
    held = thread("c1", replies=["r1"])
    held["replies"]["comments"][0]["snippet"]["moderationStatus"] = "heldForReview"
    with google_with(held=[held]) as google:
        assert seen_now(google, "c1", "c1.r1") == {"c1": Visibility.PUBLIC, "c1.r1": Visibility.HIDDEN}


@pytest.mark.parametrize(("inlined", "total"), [(["r1"], 9), (["r1", "r2", "r3", "r4", "r5"], 0)])
def test_a_reply_that_a_held_thread_may_leave_out_is_not_said_to_be_gone(inlined: list[str], total: int) -> None:
    with google_with(held=[thread("c1", replies=inlined, total=total)]) as google:
        assert seen_now(google, "c1.r7") == {"c1.r7": Visibility.UNKNOWN}


@pytest.mark.parametrize("endless", ["published", "heldForReview", "likelySpam"])
def test_a_comment_behind_more_pages_than_are_read_is_not_said_to_be_gone(endless: str) -> None:
    with google_with() as google:
        google.asked_for[THREADS] = lambda seen: page(
            [thread("other")], "on" if seen.query["moderationStatus"] == [endless] else ""
        )
        assert seen_now(google, "c1") == {"c1": Visibility.UNKNOWN}
        assert len(google.asked(*THREADS)) <= 12


def test_a_reply_behind_more_pages_than_are_read_is_not_said_to_be_gone() -> None:
    with google_with() as google:
        google.asked_for[COMMENTS] = lambda _: page([item("c1.other", parent="c1")], "on")
        assert seen_now(google, "c1.r1") == {"c1.r1": Visibility.UNKNOWN}
        assert len(google.asked(*COMMENTS)) == 10


def test_a_reply_that_cannot_be_read_may_be_the_one_looked_for() -> None:
    with google_with(replies=[{"id": "c1.r1"}]) as google:
        assert seen_now(google, "c1.r1") == {"c1.r1": Visibility.UNKNOWN}


def test_an_item_that_cannot_be_read_may_be_the_one_looked_for() -> None:
    with google_with(public=[{"id": "c1"}]) as google:
        assert seen_now(google, "c1") == {"c1": Visibility.UNKNOWN}


def test_comments_of_a_video_that_is_gone_are_gone() -> None:
    with google_with() as google:
        google.asked_for[THREADS] = lambda seen: said("comments_disabled", 403) if "videoId" in seen.query else page([])
        assert seen_now(google, "c1") == {"c1": Visibility.GONE}


def test_whom_a_channel_hides_is_not_told() -> None:
    with google_with() as google:
        assert youtube_at(google).is_blocked(comment().author, NOON) is None
