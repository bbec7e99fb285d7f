"""A school's channel on the sandbox, end to end: real googleapiclient, real HTTP, and what really happened in the ledger."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from moderator.domain import Account, ActionKind, Comment, Outcome, Post, Visibility
from moderator.errors import Gone, LoginExpired, PlatformError, QuotaSpent, Refused, Unavailable
from moderator.platforms.base import Start
from moderator.platforms.memory import MemoryMeter
from moderator.platforms.youtube import YouTube
from moderator.sandbox.faults import Fault, FaultKind
from moderator.sandbox.server import Sandbox
from moderator.sandbox.world import World
from tests.made import an_action

MINUTE = timedelta(minutes=1)


@dataclass
class School:
    """The channel, its adapter, and a clock that moves when told to."""

    sandbox: Sandbox
    account: Account
    now: datetime = datetime(2026, 11, 16, 12, tzinfo=UTC)

    def __post_init__(self) -> None:
        self.meter = MemoryMeter()
        self.youtube = self.adapter()
        self.cursors: dict[str, str | None] = {}
        self.posts: dict[str, Post] = {}
        self.stored: dict[str, Comment] = {}

    @property
    def world(self) -> World:
        return self.sandbox.world

    def adapter(self, timeout_s: float = 1.0) -> YouTube:
        credentials = self.sandbox.credentials("youtube")
        return YouTube(
            self.account, credentials, self.meter, api_base=self.sandbox.youtube_base, timeouts_s=(timeout_s, timeout_s)
        )

    def says(self, video: str, text: str, **how: object) -> str:
        return self.world.comment("youtube", video, text, **{"at": self.now - 5 * MINUTE, **how})  # type: ignore[arg-type]

    def polls(self, feed: str = "published") -> list[str]:
        """Native ids of what a feed brought, its cursor kept as the store would keep it."""
        known = dict.fromkeys(self.posts, 0)
        for comment in self.stored.values():
            known[comment.post_native_id] = known.get(comment.post_native_id, 0) + 1
        start = Start(self.cursors.get(feed), self.now - timedelta(days=14), known)
        brought: list[str] = []
        for page in self.youtube.fetch(feed, start, self.now):
            self.posts |= {post.native_id: post for post in page.posts}
            self.stored |= {comment.native_id: comment for comment in page.comments}
            self.cursors[feed] = page.cursor or self.cursors.get(feed)
            brought += [comment.native_id for comment in page.comments]
        return brought

    def acts(self, kind: ActionKind, *native_ids: str) -> list[Outcome | PlatformError]:
        actions = [an_action(kind, self.stored[native_id], f"{native_id}.1") for native_id in native_ids]
        return self.youtube.apply(actions, self.now)

    def looks(self, *native_ids: str) -> dict[str, Visibility]:
        return dict(self.youtube.read_back([self.stored[native_id] for native_id in native_ids], self.now))

    def suffers(self, kind: FaultKind, **how: object) -> None:
        self.world.add_fault(Fault("youtube", kind, **how))  # type: ignore[arg-type]

    def happened(self, event: str) -> list[str]:
        """Native ids of what really came about, each as often as it did."""
        return [entry.native_id for entry in self.world.ledger if entry.event == event and entry.effective]


@pytest.fixture
def school() -> Iterator[School]:
    clock: list[School] = []
    with Sandbox(clock=lambda: clock[0].now if clock else datetime(2026, 11, 16, 12, tzinfo=UTC)) as sandbox:
        account = sandbox.world.open_account("youtube", handle="@harbourlane", native_id="UCharbourlane0000000000")
        clock.append(School(sandbox, Account("youtube", "youtube", "@harbourlane", account.native_id)))
        yield clock[0]


@pytest.fixture
def video(school: School) -> str:
    return school.world.publish("youtube", "Sports day\nThe relay", at=school.now - timedelta(hours=1))


def test_a_check_tells_the_channel(school: School) -> None:
    state = school.youtube.check(school.now)
    assert (state.account.native_id, state.account.handle) == ("UCharbourlane0000000000", "@harbourlane")


def test_a_comment_is_read_once_with_its_post_and_again_when_it_is_edited(school: School, video: str) -> None:
    first = school.says(video, "Well run, everyone!", handle="@orla.finch")
    assert (school.polls(), school.polls()) == ([first], [])
    assert school.stored[first].text == "Well run, everyone!"
    assert school.posts[video].text.startswith("Sports day")

    school.now += MINUTE
    school.world.edit("youtube", first, "Badly run, everyone!")
    assert school.polls() == [first]
    assert school.stored[first].edited_at == school.now


def test_a_hidden_comment_is_out_of_sight_and_back_again_when_released(school: School, video: str) -> None:
    unkind = school.says(video, "what a lot of losers")
    school.polls()

    assert isinstance(school.acts(ActionKind.HIDE, unkind)[0], Outcome)
    assert not school.world.is_public("youtube", unkind)
    assert school.looks(unkind) == {unkind: Visibility.HIDDEN}
    assert (school.polls("held"), school.stored[unkind].visibility) == ([unkind], Visibility.HIDDEN)

    assert isinstance(school.acts(ActionKind.RELEASE, unkind)[0], Outcome)
    assert school.world.is_public("youtube", unkind)
    assert school.looks(unkind) == {unkind: Visibility.PUBLIC}


def test_trouble_13_a_removed_comment_is_rejected_and_never_comes_back(school: School, video: str) -> None:
    unkind = school.says(video, "what a lot of losers")
    school.polls()
    assert isinstance(school.acts(ActionKind.REMOVE, unkind)[0], Outcome)
    assert school.looks(unkind) == {unkind: Visibility.GONE}
    assert isinstance(school.acts(ActionKind.RELEASE, unkind)[0], Refused)
    assert school.happened("reject") == [unkind]
    assert school.happened("release") == []


def test_a_blocked_author_is_banned_with_the_comment(school: School, video: str) -> None:
    unkind = school.says(video, "what a lot of losers", handle="@grumble")
    school.polls()
    assert isinstance(school.acts(ActionKind.BLOCK, unkind)[0], Outcome)
    later = school.says(video, "me again", handle="@grumble")
    assert not school.world.is_public("youtube", later)


def test_held_and_likely_spam_comments_are_read_as_hidden(school: School, video: str) -> None:
    held, spam = school.says(video, "held by YouTube", held=True), school.says(video, "cheap tickets", likely_spam=True)
    assert (school.polls("held"), school.polls("likely_spam"), school.polls()) == ([held], [spam], [])
    assert {school.stored[each].visibility for each in (held, spam)} == {Visibility.HIDDEN}
    assert school.looks(held, spam) == {held: Visibility.HIDDEN, spam: Visibility.HIDDEN}


def test_trouble_16_what_was_done_is_verified_by_looking_and_told_truly_after_someone_else_changed_it(
    school: School, video: str
) -> None:
    shown, unkind, deleted = (school.says(video, f"comment {n}") for n in range(3))
    school.polls()
    school.acts(ActionKind.HIDE, unkind)
    school.world.delete("youtube", deleted)
    assert school.looks(shown, unkind, deleted) == {
        shown: Visibility.PUBLIC,
        unkind: Visibility.HIDDEN,
        deleted: Visibility.GONE,
    }
    school.world.release("youtube", unkind)
    assert school.looks(unkind) == {unkind: Visibility.PUBLIC}
    assert school.polls() == []


def test_a_comment_that_a_person_released_in_the_studio_is_told_again(school: School, video: str) -> None:
    first, second = school.says(video, "one"), school.says(video, "two", at=school.now - 9 * MINUTE)
    school.polls()
    school.world.hide("youtube", first)
    assert school.polls() == []
    school.world.release("youtube", first)
    assert (school.polls(), second in school.stored) == ([first], True)


def test_trouble_17_and_18_every_reply_of_a_long_thread_is_read_once(school: School, video: str) -> None:
    top = school.says(video, "who won?")
    replies = [
        school.says(video, f"reply {n}", reply_to=top, at=school.now - n * timedelta(seconds=1)) for n in range(130)
    ]
    assert sorted(school.polls()) == sorted([top, *replies])
    assert {school.stored[reply].parent_native_id for reply in replies} == {top}
    assert school.polls() == []
    assert school.looks(replies[0], replies[129]) == {replies[0]: Visibility.PUBLIC, replies[129]: Visibility.PUBLIC}


@pytest.mark.parametrize("replies_show_held", [True, False])
def test_a_hidden_reply_is_seen_as_hidden_however_youtube_lists_it(
    school: School, video: str, replies_show_held: bool
) -> None:
    school.sandbox.youtube.replies_show_held = replies_show_held
    top = school.says(video, "who won?")
    replies = [school.says(video, f"reply {n}", reply_to=top) for n in range(8)]
    school.polls()
    school.acts(ActionKind.HIDE, replies[6])
    assert school.looks(top, *replies[5:8]) == {
        top: Visibility.PUBLIC,
        replies[5]: Visibility.PUBLIC,
        replies[6]: Visibility.HIDDEN,
        replies[7]: Visibility.PUBLIC,
    }


def test_trouble_19_of_many_comments_none_is_lost_and_a_quiet_poll_costs_one_unit(school: School, video: str) -> None:
    posted = [school.says(video, f"comment {n}", at=school.now - n * timedelta(seconds=20)) for n in range(450)]
    assert sorted(school.polls()) == sorted(posted)
    before = school.sandbox.youtube.units_spent
    assert school.polls() == []
    assert school.sandbox.youtube.units_spent - before == 1
    new = [school.says(video, f"new {n}") for n in range(120)]
    assert set(new) <= set(school.polls())


def test_a_reply_to_an_old_thread_is_found_by_its_videos_count(school: School, video: str) -> None:
    old = [school.says(video, f"comment {n}", at=school.now - timedelta(hours=2, seconds=n)) for n in range(150)]
    school.polls()
    school.polls("counts")
    reply = school.says(video, "an answer, late", reply_to=old[140])
    assert reply in school.polls("counts")
    assert school.polls("counts") == []


def test_what_the_school_says_and_videos_without_comments_are_nothing_to_read(school: School, video: str) -> None:
    school.world.publish("youtube", "Counting song", at=school.now, made_for_kids=True)
    school.says(video, "Thank you all", handle="@harbourlane")
    assert (school.polls(), school.polls("counts"), school.polls("sweep")) == ([], [], [])
    assert len(school.posts) == 2


def test_trouble_23_a_comment_of_a_deleted_channel_is_read(school: School, video: str) -> None:
    orphan = school.says(video, "who am I?", handle="")
    assert school.polls() == [orphan]
    assert school.stored[orphan].author.native_id == ""


def test_a_picture_does_not_make_an_edit_though_its_link_changes(school: School, video: str) -> None:
    school.says(video, "look", image_url="https://example.org/cat.png")
    [first] = school.polls("sweep")
    form = school.stored[first].form
    school.now += 60 * MINUTE
    assert school.polls("sweep") == [first]
    assert (school.stored[first].form, len(school.stored[first].image_urls)) == (form, 1)


@pytest.mark.parametrize("variant", ["missing", "wrong_types"])
def test_a_broken_item_is_set_aside_and_read_when_it_is_whole_again(school: School, video: str, variant: str) -> None:
    posted = [school.says(video, f"comment {n}") for n in range(3)]
    school.suffers(FaultKind.BROKEN_ITEM, path="commentThreads", variant=variant)
    start = Start(None, school.now - timedelta(days=1))
    [page] = school.youtube.fetch("published", start, school.now)
    assert (len(page.comments), len(page.broken)) == (2, 1)
    [again] = school.youtube.fetch("published", Start(page.cursor, start.since), school.now)
    assert {each.native_id for each in (*page.comments, *again.comments)} == set(posted)


# --- faults ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [FaultKind.CUT, FaultKind.CUT_BEFORE, FaultKind.EFFECT_THEN_CUT, FaultKind.MALFORMED_JSON, FaultKind.SERVER_ERROR],
)
def test_trouble_21_a_poll_gets_over_what_passes(school: School, video: str, kind: FaultKind) -> None:
    first = school.says(video, "hello")
    school.suffers(kind, path="commentThreads")
    assert school.polls() == [first]


def test_trouble_21_a_hanging_poll_ends_and_the_next_one_reads_everything(school: School, video: str) -> None:
    first = school.says(video, "hello")
    school.suffers(FaultKind.HANG, path="commentThreads")
    with pytest.raises(Unavailable):
        school.polls()
    assert school.polls() == [first]


@pytest.mark.parametrize(("kind", "done"), [
    (FaultKind.EFFECT_THEN_CUT, True), (FaultKind.CUT_BEFORE, False), (FaultKind.HANG, False), (FaultKind.SERVER_ERROR, False),
])  # fmt: skip
def test_an_action_whose_reply_is_lost_may_be_done_and_looking_tells(
    school: School, video: str, kind: FaultKind, done: bool
) -> None:
    unkind = school.says(video, "what a lot of losers")
    school.polls()
    school.suffers(kind, path="setModerationStatus", times=2)  # httplib2 itself tries a second time
    [told] = school.acts(ActionKind.HIDE, unkind)
    assert isinstance(told, Unavailable)
    assert told.maybe_done
    assert school.looks(unkind) == {unkind: Visibility.HIDDEN if done else Visibility.PUBLIC}
    school.world.faults.clear()
    assert isinstance(school.acts(ActionKind.HIDE, unkind)[0], Outcome)
    assert school.happened("hide") == [unkind]


def test_trouble_14_a_processing_failure_is_told_from_a_deletion_by_looking(school: School, video: str) -> None:
    unkind, deleted = school.says(video, "what a lot of losers"), school.says(video, "so slow")
    school.polls()
    school.suffers(FaultKind.PROCESSING_FAILURE)
    assert isinstance(school.acts(ActionKind.HIDE, unkind)[0], Unavailable)
    school.suffers(FaultKind.DELETED_MEANWHILE)
    assert isinstance(school.acts(ActionKind.HIDE, deleted)[0], Gone)


def test_trouble_16_two_deleted_among_fifty_do_not_keep_the_others_from_being_hidden(
    school: School, video: str
) -> None:
    posted = [school.says(video, f"comment {n}") for n in range(50)]
    school.polls()
    for gone in (posted[11], posted[40]):
        school.world.delete("youtube", gone)
    told = school.acts(ActionKind.HIDE, *posted)
    assert [n for n, each in enumerate(told) if isinstance(each, Gone)] == [11, 40]
    assert len(school.happened("hide")) == 48
    calls = [call for call in school.sandbox.calls if call.path.endswith("setModerationStatus")]
    assert len(calls) == 2


def test_trouble_15_a_spent_quota_stops_every_call_until_pacific_midnight(school: School, video: str) -> None:
    school.says(video, "hello")
    school.suffers(FaultKind.QUOTA_SPENT, path="commentThreads")
    with pytest.raises(QuotaSpent) as stopped:
        school.polls()
    calls = len(school.sandbox.calls)
    with pytest.raises(QuotaSpent):
        school.polls()
    assert len(school.sandbox.calls) == calls
    school.now = stopped.value.retry_at
    assert len(school.polls()) == 1


def test_trouble_15_our_ledger_and_googles_agree(school: School, video: str) -> None:
    top = school.says(video, "who won?")
    for number in range(9):
        school.says(video, f"reply {number}", reply_to=top)
    for feed in ("published", "held", "likely_spam", "counts", "sweep"):
        school.polls(feed)
    school.acts(ActionKind.HIDE, top)
    school.looks(top)
    assert school.meter.total("units", "2026-11-16") == school.sandbox.youtube.units_spent


def test_trouble_22_an_access_token_that_ran_out_is_renewed_and_a_revoked_login_calls_a_person(
    school: School, video: str
) -> None:
    first = school.says(video, "hello")
    school.youtube.check(school.now)
    school.sandbox.tokens.expire_access("youtube")
    assert school.polls() == [first]

    school.suffers(FaultKind.TOKEN_REVOKED, times=None)
    with pytest.raises(LoginExpired, match="consent"):
        school.polls()
    assert isinstance(school.acts(ActionKind.HIDE, first)[0], LoginExpired)


def test_a_missing_permission_calls_a_person(school: School, video: str) -> None:
    first = school.says(video, "hello")
    school.polls()
    school.suffers(FaultKind.FORBIDDEN, times=None)
    assert isinstance(school.acts(ActionKind.HIDE, first)[0], LoginExpired)
    with pytest.raises(LoginExpired, match=r"force-ssl"):
        school.polls()


def test_trouble_20_four_adapters_in_four_threads_do_not_disturb_each_other(school: School, video: str) -> None:
    posted = {school.says(video, f"comment {n}") for n in range(250)}
    # Half a second is for the tests of time-outs; four at once on a busy machine need more.
    adapters, read, failed = [school.adapter(timeout_s=20) for _ in range(4)], list[set[str]](), list[Exception]()

    def reads(youtube: YouTube) -> None:
        try:
            for _ in range(3):
                pages = youtube.fetch("published", Start(None, school.now - timedelta(days=1), {video: 0}), school.now)
                read.append({comment.native_id for page in pages for comment in page.comments})
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shall tell it
            failed.append(error)

    threads = [threading.Thread(target=reads, args=(adapter,)) for adapter in adapters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    assert read == [posted] * 12
    assert len({id(adapter._client._http) for adapter in adapters}) == 4
    assert len({id(adapter._client._service) for adapter in adapters}) == 4
