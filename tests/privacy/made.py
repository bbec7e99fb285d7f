"""A school whose records grow old by a given clock. All names are invented."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from moderator.domain import (
    POLICY,
    Account,
    ActionKind,
    Author,
    Ban,
    Comment,
    Decision,
    Finding,
    Label,
    Mention,
    Outcome,
    Person,
    Post,
    Result,
    Ruling,
    Verdict,
    Visibility,
    comment_id,
    make_action,
)
from moderator.platforms.base import Page
from moderator.policy.keeping import Retention
from moderator.privacy.retention import Class, clear_away, survey
from moderator.store import actions, authors, bans, comments, decisions
from moderator.store.database import Database
from moderator.store.tables import Row
from moderator.store.verify import verify

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HEAD, LEAD = Person("Mrs Ravenscroft"), Person("Mr Achebe")
ACCOUNT = Account("youtube", "youtube", "@valewoodtv", "UC1")
PAT = Author("u-pat-7731", "@pat_larkin", "Pat Larkin")
SAM = Author("u-sam-4408", "@sam_osgood", "Sam Osgood")
CHILD = "Tolliver Amberley"
WORDS = f"you absolute idiot, {CHILD} deserves better, ring 07700 900123"
OF_PAT = ("idiot", "Tolliver", "07700", "u-pat-7731", "pat_larkin", "Pat Larkin")
"""Marks of what Pat wrote and of who Pat is."""


class School:
    """One account's comments, written down as the house does it; the time is handed to each."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def reads(
        self,
        native_id: str,
        at: datetime,
        text: str = "well done everyone",
        author: Author = PAT,
        **changes: object,
    ) -> Comment:
        """The platform delivers a comment now, written a minute ago unless told otherwise."""
        comment = Comment(
            id=comment_id(ACCOUNT, native_id),
            account_id=ACCOUNT.id,
            platform=ACCOUNT.platform,
            native_id=native_id,
            author=author,
            text=text,
            posted_at=at - MINUTE,
            post_native_id="p1",
            url=f"https://youtube.example/{author.handle}/{native_id}",
            raw=f'{{"text": "{text}", "by": "{author.handle}"}}',
            mentions=(Mention(author.handle.lstrip("@"), 0, 3),),
        )
        comment = replace(comment, **changes)  # type: ignore[arg-type]
        self.delivers([comment], at)
        return comment

    def delivers(self, page: Iterable[Comment], at: datetime) -> list[Comment]:
        post = Post("p1", "Sports day", START - DAY, "https://youtube.example/p1", 3)
        with self.database.transaction() as tx:
            return comments.receive(tx, ACCOUNT, "comments", Page(comments=tuple(page), posts=(post,)), at)

    def decides(self, comment: Comment, ruling: Ruling, at: datetime, by: str = POLICY) -> Decision:
        word = comment.text.split()[0]
        seen = (
            Finding(Label.INSULT, 0.93, (0, len(word)), "words", "1", phrase=word, note=f"“{word}”"),
            *(_named(comment.text) if CHILD in comment.text else ()),
        )
        strike = (Verdict("insult", Ruling.HIDE, f"insult: {comment.text}", seen, strike=True),)
        made = Decision(
            comment.id,
            comment.version,
            ruling,
            by,
            at,
            (f"because of “{comment.text}”",),
            labels=(Label.INSULT,) if ruling is not Ruling.ALLOW else (),
            verdicts=strike if by == POLICY and ruling is Ruling.HIDE else (),
        )
        with self.database.transaction() as tx:
            return decisions.record(tx, made, seen)

    def acts(self, comment: Comment, decision: Decision, at: datetime, kind: ActionKind = ActionKind.HIDE) -> None:
        action = make_action(kind, comment, decision.id, decision.person)
        with self.database.transaction() as tx:
            actions.plan(tx, decision, comment, [action], [], at)
            actions.begin(tx, [action], at)
        with self.database.transaction() as tx:
            actions.finish(tx, Outcome(action, at, Result.DONE, comment.text), Visibility.HIDDEN, None)

    def clean(self, native_id: str, at: datetime, text: str = "well done everyone", author: Author = PAT) -> Comment:
        """Read, and let pass."""
        comment = self.reads(native_id, at, text, author)
        decided = self.decides(comment, Ruling.ALLOW, at)
        with self.database.transaction() as tx:
            actions.plan(tx, decided, comment, [], [], at)
        return comment

    def waiting(self, native_id: str, at: datetime, text: str = WORDS, author: Author = PAT) -> Comment:
        """Read, and in the queue."""
        comment = self.reads(native_id, at, text, author)
        self.decides(comment, Ruling.QUEUE, at)
        return comment

    def hidden(self, native_id: str, at: datetime, text: str = WORDS, author: Author = PAT, **more: object) -> Comment:
        """Hidden by policy, and a person agreed: nothing waits any more."""
        comment = self.reads(native_id, at, text, author, **more)
        self.acts(comment, self.decides(comment, Ruling.HIDE, at), at + 20 * SECOND)
        decided = self.decides(comment, Ruling.HIDE, at + HOUR, HEAD.name)
        with self.database.transaction() as tx:
            actions.plan(tx, decided, comment, [], [], at + HOUR)
        return comment

    def bans(self, comment: Comment, at: datetime) -> Ban:
        decided = Decision(comment.id, 1, Ruling.HIDE, HEAD.name, at, (), author_action=ActionKind.MUTE)
        asked = Ban("", comment.platform, comment.author, ActionKind.MUTE, HEAD, at, None, comment.text, comment.id)
        with self.database.transaction() as tx:
            made = bans.ban(tx, asked, decided)
            recorded = decisions.latest(tx, comment.id)
        assert recorded is not None
        self.acts(comment, recorded, at, ActionKind.MUTE)
        return made

    def unbans(self, ban: Ban, comment: Comment, at: datetime) -> None:
        with self.database.transaction() as tx:
            decided = bans.lift(tx, ban.id, HEAD, at, f"{comment.author.display_name} apologised")
        self.acts(comment, decided, at, ActionKind.UNMUTE)

    def notes(self, author: Author, text: str, at: datetime) -> None:
        with self.database.transaction() as tx:
            authors.note(tx, (ACCOUNT.platform, author.native_id), text, HEAD, at)

    def held(self, at: datetime, retention: Retention | None = None) -> dict[Class, int]:
        """How many comments have their words, by class."""
        with self.database.reading() as tx:
            found = survey(tx, retention or Retention(), at)
        return {kind: count.held for kind, count in found.comments.items() if count.held}

    def clears(self, at: datetime, retention: Retention | None = None) -> dict[str, int]:
        return clear_away(self.database, retention or Retention(), at)

    def words_of(self, comment: Comment) -> str:
        """What is held of its latest form."""
        with self.database.reading() as tx:
            found = comments.load(tx, comment.id)
        assert found is not None
        return found.text

    def dump(self, *without: str) -> str:
        """Every cell of every table, as one text; some tables may be left out."""
        told = []
        with self.database.reading() as tx:
            for table in Row.metadata.sorted_tables:
                if table.name not in without:
                    told += [repr(tuple(row)) for row in tx.session.connection().execute(select(table))]
        return "\n".join(told)

    def is_whole(self) -> bool:
        """Whether the audit chain is."""
        with self.database.reading() as tx:
            return verify(tx).whole


def _named(text: str) -> tuple[Finding, ...]:
    start = text.index(CHILD)
    span = (start, start + len(CHILD))
    return (Finding(Label.CHILD_NAMED, 1.0, span, "guarded_names", "1", phrase=CHILD, note="roll name"),)
