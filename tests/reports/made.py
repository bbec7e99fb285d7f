"""A school with three accounts whose weeks are lived through in the store's own words. All names are invented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from moderator.domain import (
    POLICY,
    Account,
    ActionKind,
    Author,
    Ban,
    Comment,
    Decision,
    Outcome,
    Person,
    Post,
    Result,
    Ruling,
    Task,
    TaskKind,
    Verdict,
    Visibility,
    comment_id,
    make_action,
)
from moderator.platforms.base import Page
from moderator.policy.limits import DEFAULT
from moderator.reports.send import Letters
from moderator.settings import Settings, read_settings
from moderator.settings.mail import MailSettings, WeeklySettings
from moderator.settings.mail import Person as Recipient
from moderator.store import actions, bans, comments, decisions, tasks
from moderator.store.database import Database
from tests.conftest import REPOSITORY

LONDON = ZoneInfo("Europe/London")
MINUTE, HOUR, DAY, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(days=7)
HEAD = Person("Mrs Ravenscroft")
ACCOUNTS = {
    "x": Account("x", "x", "@valewood", "1"),
    "youtube": Account("youtube", "youtube", "@valewoodtv", "UC1"),
    "instagram": Account("instagram", "instagram", "@valewood", "17"),
}
HOSTILE = (
    "Tolliver <script>alert(1)</script>\r\nBcc: everyone@evil.example\r\n\r\n<img src=http://evil.example/p.png> \u202eSTOP\u202c "
    "{{ 'zq' * 3 }} \u05e9\u05dc\u05d5\u05dd \u2028 =cmd|' /C calc'!A0"
)
MARKS = ("Tolliver", "script", "evil", "alert(1)", "\u202e", "\u05e9", "calc", "zqzq")
"""What of it must be found nowhere."""


def london(text: str) -> datetime:
    """ "2026-11-16 09:00" by the school's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@dataclass
class Life:
    """What happens to a school's comments, written down as the house does it; `now` is handed to each."""

    database: Database
    words: str = "well done everyone"
    count: int = field(default=0)

    def begin(self, now: datetime) -> None:
        """The accounts are there and were read."""
        for platform in ACCOUNTS:
            self.looked(platform, now)

    def looked(self, platform: str, now: datetime) -> None:
        with self.database.transaction() as tx:
            comments.receive(tx, ACCOUNTS[platform], "comments", Page(comments=()), now)
            comments.mark_read(tx, platform, "comments", now, None)

    def written(self, platform: str, now: datetime, before: timedelta = MINUTE) -> Comment:
        """Somebody wrote a comment `before` now, and it is read now."""
        self.count += 1
        account = ACCOUNTS[platform]
        comment = Comment(
            id=comment_id(account, f"c{self.count}"),
            account_id=account.id,
            platform=platform,
            native_id=f"c{self.count}",
            author=Author(f"u{self.count % 7}", f"@{self.words}", self.words),
            text=self.words,
            posted_at=now - before,
            post_native_id="p1",
        )
        post = Post("p1", self.words, now - DAY, "https://example.org/p1", 1)
        with self.database.transaction() as tx:
            return comments.receive(tx, account, "comments", Page(comments=(comment,), posts=(post,)), now)[0]

    def ruled(self, comment: Comment, ruling: Ruling, now: datetime, by: str = POLICY, **changes: object) -> Decision:
        strike = (Verdict("insult", Ruling.HIDE, "insult 0.93", strike=True),) if ruling is Ruling.HIDE else ()
        verdicts = strike if by == POLICY else ()
        made = Decision(comment.id, comment.version, ruling, by, now, (self.words,), verdicts=verdicts)
        with self.database.transaction() as tx:
            return decisions.record(tx, replace(made, **changes))  # type: ignore[arg-type]

    def acted(self, comment: Comment, decision: Decision, kind: ActionKind, now: datetime) -> None:
        action = make_action(kind, comment, decision.id, decision.person)
        seen = {ActionKind.HIDE: Visibility.HIDDEN, ActionKind.RELEASE: Visibility.PUBLIC}.get(kind)
        with self.database.transaction() as tx:
            actions.plan(tx, decision, comment, [action], [], now)
            actions.begin(tx, [action], now)
        with self.database.transaction() as tx:
            actions.finish(tx, Outcome(action, now, Result.DONE), seen, None)

    def allowed(self, platform: str, now: datetime) -> Comment:
        comment = self.written(platform, now)
        self.ruled(comment, Ruling.ALLOW, now)
        return comment

    def queued(self, platform: str, now: datetime, urgent: bool = False) -> Comment:
        comment = self.written(platform, now)
        self.ruled(comment, Ruling.QUEUE, now, urgent=urgent)
        return comment

    def hidden(self, platform: str, now: datetime, after: timedelta = 20 * timedelta(seconds=1)) -> Comment:
        comment = self.written(platform, now)
        decision = self.ruled(comment, Ruling.HIDE, now)
        self.acted(comment, decision, ActionKind.HIDE, now + after)
        return comment

    def put_back(self, comment: Comment, now: datetime) -> None:
        self.acted(comment, self.ruled(comment, Ruling.ALLOW, now, HEAD.name), ActionKind.RELEASE, now)

    def confirmed(self, comment: Comment, now: datetime) -> None:
        self.ruled(comment, Ruling.HIDE, now, HEAD.name)

    def banned(self, comment: Comment, now: datetime, days: int = 30) -> Ban:
        decision = Decision(
            comment.id, comment.version, Ruling.HIDE, HEAD.name, now, (), author_action=ActionKind.BLOCK
        )
        ban = Ban("", comment.platform, comment.author, ActionKind.BLOCK, HEAD, now, now + days * DAY, "", comment.id)
        with self.database.transaction() as tx:
            made = bans.ban(tx, ban, decision)
            recorded = decisions.latest(tx, comment.id)
        assert recorded is not None
        self.acted(comment, recorded, ActionKind.BLOCK, now)
        return made

    def task(self, comment: Comment, now: datetime, kind: TaskKind = TaskKind.ASK_FAMILY) -> str:
        task = Task(f"{comment.id}.family.{kind}", comment, kind, self.words, self.words, message=self.words)
        with self.database.transaction() as tx:
            tasks.open_task(tx, task, now)
        return task.id


MAIL = MailSettings(
    host="localhost",
    port=25,
    security="none",
    user="",
    password="",
    sender=Recipient("Valewood moderation", "moderation@school.example"),
    reply_to=Recipient("Mrs Ravenscroft", "head@school.example"),
    timeout_s=2.0,
)
HEAD_MAIL, DEPUTY_MAIL = Recipient("Mrs Ravenscroft", "head@school.example"), Recipient("", "deputy@school.example")


def school_settings(folder: Path, **weekly: object) -> Settings:
    """The shipped settings for a school below this folder, with its accounts, a mail server and two recipients."""
    config = folder / "etc"
    config.mkdir(exist_ok=True)
    text = (REPOSITORY / "config" / "moderator.toml").read_text(encoding="utf-8")
    text = text.replace("/var/lib/moderator", str(folder / "state")) + "".join(map(_of_settings, ACCOUNTS.values()))
    (config / "moderator.toml").write_text(text, encoding="utf-8")
    (config / "policy.toml").write_text("# as shipped\n", encoding="utf-8")
    told = WeeklySettings(to=(HEAD_MAIL, DEPUTY_MAIL))
    settings = read_settings(config, credentials_dir=None, logins=False)
    return replace(settings, mail=MAIL, weekly=replace(told, **weekly))  # type: ignore[arg-type]


def _of_settings(account: Account) -> str:
    told = {"id": account.id, "platform": account.platform, "handle": account.handle, "native_id": account.native_id}
    lines = [f'{key} = "{value}"' for key, value in (told | {"credentials": f"{account.id}.json"}).items()]
    return "\n".join(["", "[[accounts]]", *lines, ""])


def school_letters(folder: Path, **weekly: object) -> Letters:
    return Letters(school_settings(folder, **weekly), DEFAULT)


def a_full_week(life: Life, monday: datetime) -> None:
    """From this Monday: comments of each kind on each platform, a ban, tasks, a gap in watching, somebody overruled."""
    at = monday + 9 * HOUR
    for n in range(18):
        life.allowed(("x", "youtube", "instagram")[n % 3], at + n * 7 * HOUR)
    first = life.hidden("youtube", at + 2 * HOUR)
    second = life.hidden("x", at + DAY, after=3 * MINUTE)
    third = life.hidden("instagram", at + 2 * DAY, after=45 * MINUTE)
    life.hidden("youtube", at + 5 * DAY)
    life.put_back(second, at + DAY + 5 * HOUR)
    life.confirmed(first, at + DAY)
    life.banned(third, at + 3 * DAY, days=7)
    life.queued("x", at + 4 * DAY, urgent=True)
    life.queued("instagram", at + 4 * DAY + HOUR)
    life.task(first, at + 2 * HOUR)
    life.task(third, at + 3 * DAY, TaskKind.BLOCK)
    watched(life, monday, monday + 7 * DAY + 8 * HOUR, ("x", "instagram"))
    watched(life, monday, at + 5 * DAY, ("youtube",))
    watched(life, at + 5 * DAY + 9 * HOUR, monday + 7 * DAY + 8 * HOUR, ("youtube",))


def watched(life: Life, since: datetime, until: datetime, platforms: Sequence[str] = tuple(ACCOUNTS)) -> None:
    """Read every 59 minutes, without a word of news."""
    at = since.astimezone(UTC)
    with life.database.transaction() as tx:
        while at <= until:
            for platform in platforms:
                comments.mark_read(tx, platform, "comments", at, None)
            at += 59 * MINUTE
