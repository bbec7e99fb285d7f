"""The hallway: `poll`, `judge` and `act` call the rooms in order and record each threshold.

What enters: an account's id and the time. What leaves: values that say what happened, for whoever shows or logs it. Nothing
here knows a vendor, a limit or a clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from moderator.actions.by_hand import check_tasks
from moderator.actions.carry_out import GoOn, Round, always, carry_out, verify
from moderator.actions.families import ask_families, look_after_families
from moderator.actions.followups import end_expired_bans, follow_ladder
from moderator.actions.owed import how_it_stands, owed
from moderator.actions.plan import asks_nothing, plan
from moderator.detectors.base import Detector, examine_all
from moderator.domain import Account, Action, Ban, Case, Comment, Context, Decision, Finding, Mode, Task
from moderator.errors import PlatformError
from moderator.intake import COUNTED_FOR, start_from
from moderator.pictures.of_comments import CommentPictures
from moderator.platforms.base import Page, Platform, SignsPictures
from moderator.policy.decide import decide
from moderator.policy.limits import Policy
from moderator.policy.pictures import NOT_FETCHED, may_be_fetched, of_bare_skin, of_faces
from moderator.store import actions as action_store
from moderator.store import authors, comments, decisions, waits, watch
from moderator.store.database import Database, Transaction
from moderator.store.watch import Watch

PLANNED_AT_ONCE = 500
BATCH = 64
"""Comments judged between two transactions: few enough that a crash repeats little reading, enough to spare the disk."""


@dataclass(frozen=True, slots=True)
class Received:
    """What one stored page brought."""

    fresh: tuple[Comment, ...]
    broken: int
    note: str


@dataclass(frozen=True, slots=True)
class Judged:
    """One comment with what was seen in it and what was decided."""

    comment: Comment
    findings: tuple[Finding, ...]
    decision: Decision


def keep(tx: Transaction, judged: Sequence[Judged]) -> list[Decision]:
    """Record what was decided, as `decisions.record_all` does."""
    nameless = {each.comment.id for each in judged if not each.comment.author.is_named}
    return decisions.record_all(tx, [(each.decision, each.findings) for each in judged], nameless)


@dataclass(frozen=True, slots=True)
class Followed:
    """What followed in time from what was decided before."""

    asked: list[Task]  # families to be asked, new on the list
    settled: list[Task]  # families that took the name out
    proposed: list[Task]  # bans that a person should think about
    ended: list[Ban]


@dataclass(frozen=True)
class House:
    """Everything assembled: the rooms a comment passes, for one school."""

    database: Database
    platforms: Mapping[str, Platform]  # account id -> its platform
    detectors: Sequence[Detector]
    policy: Policy
    mode: Mode
    read_back: timedelta = timedelta(days=14)
    verify_after: tuple[timedelta, ...] = (timedelta(minutes=1), timedelta(days=1))
    pictures: CommentPictures | None = None  # None: no picture is ever fetched

    def watch(self, account_id: str, now: datetime) -> Watch:
        """What reading an account goes by, as it stands now."""
        with self.database.reading() as tx:
            return watch.of_account(tx, account_id, now - COUNTED_FOR)

    def poll(self, account_id: str, feed: str, now: datetime, seen: Watch | None = None) -> Iterator[Received]:
        """Read one feed of one account to its end. Raises PlatformError; every page given before that is stored.

        A page and the cursor that says it was read are stored in one transaction before the next page is asked for, so
        that a crash loses nothing and re-reads little. A last page without comments is stored together with the word that
        the feed was read. `seen` is the account as it still stands; None: it is looked up.
        """
        platform, seen = self.platforms[account_id], seen or self.watch(account_id, now)
        state, quiet = seen.feeds.get(feed), Page()
        cursor, read = (state.cursor, state.last_ok_at) if state else (None, None)
        try:
            for page in platform.fetch(feed, start_from(cursor, seen.replies, now, self.read_back, read), now):
                self._keep(platform.account, feed, quiet, now)
                brings = bool(page.comments or page.broken) or not seen.met
                fresh = self._keep(platform.account, feed, page, now) if brings else ()
                quiet = Page() if brings else page
                yield Received(tuple(fresh), len(page.broken), page.note)
        except PlatformError:
            self._keep(platform.account, feed, quiet, now)
            raise
        with self.database.transaction() as tx:
            comments.receive_quiet(tx, platform.account, quiet, now)
            comments.mark_read(tx, account_id, feed, now, None, cursor=quiet.cursor, watched=seen.last_ok_at)

    def _keep(self, account: Account, feed: str, page: Page, now: datetime) -> Sequence[Comment]:
        if page == Page():
            return ()
        with self.database.transaction() as tx:
            return comments.receive(tx, account, feed, page, now)

    def judge(self, now: datetime, account_id: str | None = None) -> Iterator[Judged]:
        """Examine and decide every comment not yet judged in its latest form."""
        while judged := self.judge_some(now, account_id):
            yield from judged

    def judge_some(self, now: datetime, account_id: str | None = None, *, pictures: bool = True) -> list[Judged]:
        """Examine and decide some comments not yet judged, as `cases` gives them. An empty list says that none waits."""
        return self.record([self.judge_one(case, now) for case in self.cases(now, account_id, pictures=pictures)])

    def cases(
        self, now: datetime, account_id: str | None = None, limit: int = BATCH, *, pictures: bool = True
    ) -> list[Case]:
        """The newest comments not yet judged, each with all that judging it asks for.

        What was just posted is what is being read right now. Where pictures are looked at, which may take minutes if their host
        is slow, comments that have some come after all others, and alone; not at all where `pictures` is False.
        """
        last = self.pictures.platforms if self.pictures is not None else ()
        with self.database.reading() as tx:
            waiting = comments.unjudged(tx, limit, account_id, newest_first=True, pictures_last_on=last)
            plain = [each for each in waiting if self.pictures is None or not self.pictures.are_looked_at(each)]
            return self._gather(tx, plain or waiting[: int(pictures)], now)

    def record(self, judged: Sequence[Judged]) -> list[Judged]:
        """Keep what was decided; a decision that came first stands in the place of a later one."""
        if not judged:
            return []
        with self.database.transaction() as tx:
            recorded = keep(tx, judged)
        return [Judged(each.comment, each.findings, decision) for each, decision in zip(judged, recorded, strict=True)]

    def _gather(self, tx: Transaction, waiting: Sequence[Comment], now: datetime) -> list[Case]:
        """Each comment with its thread, its author's standing and what was decided before."""
        contexts = comments.contexts(tx, waiting)
        standings = authors.standings(tx, waiting, now, self.policy.strikes)
        latest = decisions.latest_of(tx, [comment.id for comment in waiting])
        return [
            Case(
                comment=comment,
                context=contexts.get(comment.id, Context()),
                standing=standings[comment.id],
                previous=latest.get(comment.id),
            )
            for comment in waiting
        ]

    def judge_one(self, case: Case, now: datetime) -> Judged:
        """Examine and decide one comment; nothing of the store is read or written."""
        findings, failed = examine_all(self.detectors, case.comment, case.context)
        if self.pictures is not None and self.pictures.are_looked_at(case.comment):
            more, unseen = self._look_at_pictures(self.pictures, case.comment, findings, now)
            findings, failed = (*findings, *more), (*failed, *unseen)
        heard = Case(case.comment, findings, case.context, case.standing, case.previous, failed)
        return Judged(case.comment, findings, decide(heard, self.policy, self.mode, now))

    def _look_at_pictures(
        self, pictures: CommentPictures, comment: Comment, said: Sequence[Finding], now: datetime
    ) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
        """What is found on a comment's pictures, and why a person must look. Where bare skin was seen, only that is told."""
        if not may_be_fetched(said):
            return (), (NOT_FETCHED,)
        platform = self.platforms.get(comment.account_id)
        try:
            signed = platform.picture_addresses(comment, now) if isinstance(platform, SignsPictures) else None
        except PlatformError as error:
            return (), (f"a picture was not looked at: {type(error).__name__}",)
        seen = pictures.examine(comment, signed or comment.image_urls, self.detectors)
        bare = of_bare_skin(seen.bare)
        people = (f"picture {number}: {why}" for number, count in seen.faces if (why := of_faces(count)))
        return (bare, ()) if bare else (seen.findings, (*seen.unseen, *people))

    def act(self, account_id: str, now: datetime, go_on: GoOn = always) -> Round:
        """Plan what new decisions ask for, then carry out what is due on one account."""
        platform = self.platforms[account_id]
        with self.database.reading() as tx:
            unplanned = action_store.unplanned(tx, PLANNED_AT_ONCE, account_id, now)
        if unplanned:
            self._plan(unplanned, platform, now)
        return carry_out(self.database, platform, now, self.verify_after, go_on)

    def _plan(self, unplanned: Sequence[tuple[Decision, Comment]], platform: Platform, now: datetime) -> None:
        with self.database.transaction() as tx:
            waits.plan_nothing(tx, [decision for decision, _ in unplanned if asks_nothing(decision)])
            for decision, comment in ((each, its) for each, its in unplanned if not asks_nothing(each)):
                standing = decisions.standing(tx, decision)
                left = owed(tx, standing, comment, now)
                planned = plan(decision, comment, how_it_stands(tx, comment, standing), platform, left)
                action_store.plan(tx, decision, comment, planned.actions, planned.tasks, now, left)

    def verify(self, account_id: str, now: datetime, go_on: GoOn = always) -> list[Action]:
        """Read back what was done; returns the hides that no longer hold, which are in the queue again."""
        return verify(self.database, self.platforms[account_id], now, self.verify_after, go_on)

    def late_hides(self, now: datetime) -> int:
        """How many comments out of sight have waited for a person longer than policy allows. None is released by itself."""
        with self.database.reading() as tx:
            return decisions.count_late(tx, now - self.policy.duty.hide_waits_at_most)

    def check_tasks(self, account_id: str, now: datetime) -> list[Task]:
        """Tick off the tasks by hand that the platform shows to be done; returns those."""
        return check_tasks(self.database, self.platforms[account_id], now)

    def follow_up(self, account_id: str, now: datetime) -> Followed:
        """What follows in time: families to ask, steps of the ladder, bans that ran out. Each once."""
        platform = self.platforms[account_id]
        return Followed(
            asked=ask_families(self.database, platform, self.policy, now),
            settled=look_after_families(self.database, platform, now),
            proposed=follow_ladder(self.database, platform, self.policy, now),
            ended=end_expired_bans(self.database, platform, self.mode, now),
        )
