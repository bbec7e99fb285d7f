"""The real adapter and the real tweepy against a sandbox that answers as X does, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from moderator.domain import Account, ActionKind, Comment, Outcome, Visibility
from moderator.errors import Gone, LoginExpired, PlatformError, QuotaSpent, Refused, Unavailable
from moderator.platforms.base import Page, Start
from moderator.platforms.memory import MemoryMeter, MemoryTokens
from moderator.platforms.x import X
from moderator.sandbox.faults import Fault, FaultKind
from moderator.sandbox.server import Sandbox
from tests.made import an_action

BEGAN = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)


class Clock:
    """The sandbox's time, moved by hand."""

    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)


class Street:
    """A sandbox with one school on X, and the adapter that watches it."""

    def __init__(self, sandbox: Sandbox, clock: Clock, kind: str) -> None:
        self.sandbox, self.world, self.clock = sandbox, sandbox.world, clock
        self.world.open_account("x", handle="@FernhillPrimary", display_name="Fernhill Primary")
        credentials = sandbox.credentials("x", kind)
        self.meter, self.tokens = MemoryMeter(), MemoryTokens(credentials)
        account = Account("x", "x", "@FernhillPrimary")
        self.x = X(account, credentials, self.meter, self.tokens, api_base=sandbox.x_base, timeouts_s=(1, 1))
        self.cursors: dict[str, str | None] = {}
        self.comments: dict[str, Comment] = {}

    def publish(self, text: str = "Sports day photos are up") -> str:
        return self.world.publish("x", text)

    def says(
        self,
        post: str,
        text: str,
        *,
        handle: str = "@a_parent",
        reply_to: str | None = None,
        mentions_school: bool = True,
    ) -> str:
        self.clock.passes(seconds=1)
        return self.world.comment("x", post, text, handle=handle, reply_to=reply_to, mentions_school=mentions_school)

    def read(self, feed: str, known: dict[str, int] | None = None) -> list[Page]:
        """Read a feed as the daemon does: on from its cursor."""
        start = Start(self.cursors.get(feed), self.clock.now - timedelta(days=14), known or {})
        pages = list(self.x.fetch(feed, start, self.clock.now))
        for page in pages:
            self.cursors[feed] = page.cursor or self.cursors.get(feed)
            self.comments |= {comment.native_id: comment for comment in page.comments}
        return pages

    def act(self, kind: ActionKind, native_id: str) -> Outcome | PlatformError:
        comment = self.comments[native_id]
        (answer,) = self.x.apply([an_action(kind, comment, f"{comment.id}.1")], self.clock.now)
        return answer

    def befalls(self, kind: FaultKind, **where: object) -> None:
        self.world.add_fault(Fault("x", kind, **where))  # type: ignore[arg-type]

    def is_public(self, native_id: str) -> bool:
        return self.world.is_public("x", native_id)


@pytest.fixture(params=["oauth1", "oauth2"])
def street(request: pytest.FixtureRequest) -> Iterator[Street]:
    clock = Clock()
    with Sandbox(port=0, clock=clock) as sandbox:
        yield Street(sandbox, clock, request.param)


@pytest.fixture
def oauth2_street() -> Iterator[Street]:
    clock = Clock()
    with Sandbox(port=0, clock=clock) as sandbox:
        yield Street(sandbox, clock, "oauth2")


def test_a_comment_is_read_hidden_and_shown_again(street: Street) -> None:
    post = street.publish()
    kind = street.says(post, "Lovely to see & well done @FernhillLib")
    unkind = street.says(post, "what a useless lot", handle="@cross_person")

    street.x.check(street.clock.now)
    street.read("mentions")
    assert street.comments[kind].text == "@FernhillPrimary Lovely to see & well done @FernhillLib"
    comment = street.comments[kind]
    assert comment.text[comment.reply_prefix :] == "Lovely to see & well done @FernhillLib"
    assert [m.handle for m in comment.mentions if m.start >= comment.reply_prefix] == ["FernhillLib"]
    assert street.comments[unkind].author.handle == "@cross_person"
    assert street.comments[unkind].post_native_id == post

    assert isinstance(street.act(ActionKind.HIDE, unkind), Outcome)
    assert (street.is_public(unkind), street.is_public(kind)) == (False, True)
    assert isinstance(street.act(ActionKind.HIDE, unkind), Outcome)  # a second time does no harm
    assert street.x.read_back([street.comments[unkind]], street.clock.now) == {unkind: Visibility.UNKNOWN}

    assert isinstance(street.act(ActionKind.RELEASE, unkind), Outcome)
    assert street.is_public(unkind)


def test_a_long_reply_is_read_whole(street: Street) -> None:
    words = " ".join(f"word{number}" for number in range(120)) + " and the end & more"
    native_id = street.says(street.publish(), words)
    street.read("mentions")
    comment = street.comments[native_id]
    assert comment.text[comment.reply_prefix :] == words


def test_trouble_4_every_mention_is_read_over_a_day_of_polls(street: Street) -> None:
    post = street.publish()
    said: list[str] = []
    for _ in range(6):
        said += [street.says(post, f"comment {len(said) + number}") for number in range(4)]
        street.read("mentions")
        street.clock.passes(minutes=40)
    assert set(street.comments) == set(said)


def test_more_than_one_page_of_mentions_is_followed(street: Street) -> None:
    post = street.publish()
    said = {street.says(post, f"comment {number}") for number in range(130)}
    pages = street.read("mentions")
    assert set(street.comments) == said
    assert [page.cursor is None for page in pages] == [True, False]


def test_trouble_5_a_reply_that_does_not_mention_the_school_is_found_by_its_conversation(street: Street) -> None:
    post = street.publish()
    hers = street.says(post, "so proud of them all", handle="@proud_nan")
    nested = street.says(post, "which one is yours?", handle="@some_one", reply_to=hers, mentions_school=False)
    direct = street.says(post, "quietly said", handle="@quiet_one", mentions_school=False)
    street.world.comment("x", post, "Thank you!", handle="@FernhillPrimary")

    street.read("mentions")
    assert set(street.comments) == {hers}

    pages = street.read("posts", known={post: 1})
    assert set(street.comments) == {hers, nested, direct}
    assert street.comments[nested].parent_native_id == hers
    assert {found.native_id: found.comment_count for page in pages for found in page.posts} == {post: 3}
    assert pages[-1].note == ""


def test_trouble_5_the_sweep_finds_nested_replies_that_no_count_shows(street: Street) -> None:
    post = street.publish()
    hers = street.says(post, "so proud of them all", handle="@proud_nan")
    nested = street.says(post, "which one is yours?", handle="@some_one", reply_to=hers, mentions_school=False)
    street.read("posts", known={post: 1})
    assert nested not in street.comments
    street.read("sweep", known={post: 1})
    assert nested in street.comments


def test_what_was_said_before_the_first_start_is_read(street: Street) -> None:
    post = street.publish()
    said = street.says(post, "said long before")
    street.clock.passes(days=10)
    street.read("mentions")
    street.read("posts")
    assert set(street.comments) == {said}


def test_a_mention_outside_the_schools_conversations_is_refused_with_the_reason(street: Street) -> None:
    native_id = street.world.comment("x", "", "@FernhillPrimary is a joke", handle="@cross_person")
    street.read("mentions")
    comment = street.comments[native_id]
    assert comment.reply_prefix == 0
    answer = street.act(ActionKind.HIDE, native_id)
    assert isinstance(answer, Refused)
    assert "only in conversations that the school's account began" in str(answer)


@pytest.mark.parametrize("status", [404, 200])
def test_a_comment_deleted_meanwhile_is_gone(oauth2_street: Street, status: int) -> None:
    street = oauth2_street
    street.sandbox.x.missing_status = status
    native_id = street.says(street.publish(), "soon deleted")
    street.read("mentions")
    street.befalls(FaultKind.DELETED_MEANWHILE)
    assert isinstance(street.act(ActionKind.HIDE, native_id), Gone)
    assert street.x.read_back([street.comments[native_id]], street.clock.now) == {native_id: Visibility.GONE}


def test_muting_and_the_block_list_reach_the_account(street: Street) -> None:
    native_id = street.says(street.publish(), "again and again", handle="@cross_person")
    street.read("mentions")
    author = street.comments[native_id].author
    school = street.world.account("x")
    assert isinstance(street.act(ActionKind.MUTE, native_id), Outcome)
    assert list(school.muted) == [author.native_id]
    assert isinstance(street.act(ActionKind.UNMUTE, native_id), Outcome)
    assert not school.muted
    assert street.x.is_blocked(author, street.clock.now) is False
    street.world.block("x", "@cross_person")
    assert street.x.is_blocked(author, street.clock.now) is True


@pytest.mark.parametrize(
    ("fault", "done"),
    [
        (FaultKind.EFFECT_THEN_CUT, True),
        (FaultKind.CUT, True),
        (FaultKind.MALFORMED_JSON, True),
        (FaultKind.CUT_BEFORE, False),
        (FaultKind.HANG, False),
        (FaultKind.SERVER_ERROR, False),
    ],
)
def test_a_lost_reply_leaves_open_whether_it_was_hidden_and_asking_again_settles_it(
    oauth2_street: Street, fault: FaultKind, done: bool
) -> None:
    street = oauth2_street
    native_id = street.says(street.publish(), "what a useless lot")
    street.read("mentions")
    street.befalls(fault, method="PUT")
    answer = street.act(ActionKind.HIDE, native_id)
    assert isinstance(answer, Unavailable)
    assert answer.maybe_done
    assert street.is_public(native_id) != done

    assert isinstance(street.act(ActionKind.HIDE, native_id), Outcome)
    changes = [entry for entry in street.world.ledger if entry.event == "hide" and entry.effective]
    assert [entry.native_id for entry in changes] == [native_id]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (FaultKind.SERVER_ERROR, Unavailable),
        (FaultKind.CUT_BEFORE, Unavailable),
        (FaultKind.CUT, Unavailable),
        (FaultKind.MALFORMED_JSON, Unavailable),
        (FaultKind.RATE_LIMITED, QuotaSpent),
        (FaultKind.USAGE_CAP, QuotaSpent),
        (FaultKind.FORBIDDEN, LoginExpired),
    ],
)
def test_after_any_trouble_reading_goes_on_where_it_stopped(
    oauth2_street: Street, fault: FaultKind, error: type[PlatformError]
) -> None:
    street = oauth2_street
    post = street.publish()
    before = street.says(post, "before")
    street.read("mentions")
    during = street.says(post, "during")
    street.befalls(fault, path="mentions")
    with pytest.raises(error) as caught:
        street.read("mentions")
    assert during not in street.comments
    if isinstance(caught.value, QuotaSpent):
        calls = len(street.sandbox.calls)
        with pytest.raises(QuotaSpent):
            street.read("mentions")
        assert len(street.sandbox.calls) == calls, "before that X is not asked"
        street.clock.now = caught.value.retry_at
    street.read("mentions")
    assert set(street.comments) == {before, during}


def test_trouble_2_and_3_the_cap_waits_for_hours_and_a_limit_for_its_reset(oauth2_street: Street) -> None:
    street = oauth2_street
    street.x.check(street.clock.now)
    street.befalls(FaultKind.USAGE_CAP)
    street.befalls(FaultKind.RATE_LIMITED, reset_in_s=400)
    retries = []
    for _ in range(2):
        with pytest.raises(QuotaSpent) as caught:
            street.read("mentions")
        retries.append(caught.value.retry_at - street.clock.now)
        street.clock.now = caught.value.retry_at
    assert retries == [timedelta(hours=6), timedelta(seconds=400)]


def test_the_sandboxes_own_limit_of_hides_is_honoured(oauth2_street: Street) -> None:
    street = oauth2_street
    street.sandbox.x.limits["hide"] = 2
    post = street.publish()
    said = [street.says(post, f"comment {number}") for number in range(4)]
    street.read("mentions")
    actions = [an_action(ActionKind.HIDE, street.comments[native_id], f"{native_id}.1") for native_id in said]
    answers = street.x.apply(actions, street.clock.now)
    assert [type(answer) for answer in answers] == [Outcome, Outcome, QuotaSpent, QuotaSpent]
    assert [street.is_public(native_id) for native_id in said] == [False, False, True, True]
    assert len([call for call in street.sandbox.calls if call.method == "PUT"]) == 3


@pytest.mark.parametrize("variant", ["missing", "wrong_types"])
def test_a_broken_item_does_not_cost_us_its_page(oauth2_street: Street, variant: str) -> None:
    street = oauth2_street
    post = street.publish()
    said = [street.says(post, f"comment {number}") for number in range(3)]
    street.befalls(FaultKind.BROKEN_ITEM, path="mentions", item=1, variant=variant)
    (page,) = street.read("mentions")
    assert [comment.native_id for comment in page.comments] == [said[0], said[2]]
    assert len(page.broken) == 1
    street.read("mentions")
    assert set(street.comments) == set(said)  # whole again, and within the overlap


def test_trouble_6_the_login_outlives_the_two_hours_of_an_access_token(oauth2_street: Street) -> None:
    street = oauth2_street
    post = street.publish()
    said: list[str] = []
    for _ in range(4):
        said.append(street.says(post, f"comment {len(said)}"))
        street.read("mentions")
        street.clock.passes(hours=3)
    assert set(street.comments) == set(said)
    assert len({saved["refresh_token"] for saved in street.tokens.saved}) == len(street.tokens.saved) == 3


def test_a_revoked_token_calls_a_person(oauth2_street: Street) -> None:
    street = oauth2_street
    street.befalls(FaultKind.TOKEN_REVOKED, times=None)
    with pytest.raises(LoginExpired):
        street.read("mentions")


def test_money_counted_is_what_the_sandbox_gave_out(oauth2_street: Street) -> None:
    street = oauth2_street
    post = street.publish()
    for number in range(5):
        street.says(post, f"comment {number}")
    for _ in range(3):
        street.read("mentions")
    # Five mentions, one author and who we are.
    assert street.meter.total("microdollars", "2026-11") == 5 * 1_000 + 2 * 10_000
    assert street.sandbox.x.posts_read == 5


def test_the_newer_spelling_is_read_as_well(oauth2_street: Street) -> None:
    street = oauth2_street
    street.sandbox.x.spelling = "post"
    post = street.publish()
    words = "a long one " * 40 + "to the end"
    native_id = street.says(post, words)
    warnings = street.x.check(street.clock.now).warnings
    street.read("mentions")
    comment = street.comments[native_id]
    assert comment.text[comment.reply_prefix :] == words
    assert comment.post_native_id == post
    assert any("no longer sends author_id" in warning for warning in warnings)
