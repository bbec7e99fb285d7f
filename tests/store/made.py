"""What the stories of the store begin with: an account, comments, decisions. All names are invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from moderator.domain import (
    POLICY,
    Account,
    Action,
    ActionKind,
    Author,
    Comment,
    Decision,
    Finding,
    Label,
    Mention,
    Mode,
    Outcome,
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
from moderator.store import actions, comments, decisions
from moderator.store.database import Database, Transaction

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

ACCOUNT = Account("youtube", "youtube", "@millbrook", "UC1")
PAT = Author("u-pat", "@pat", "Pat Larkin")
POST = Post("p1", "Sports day!", NOON - DAY, "https://youtube.example/p1", 3)


def a_comment(native_id: str = "c1", text: str = "well done everyone", **changes: object) -> Comment:
    account = changes.pop("account", ACCOUNT)
    assert isinstance(account, Account)
    comment = Comment(
        id=comment_id(account, native_id),
        account_id=account.id,
        platform=account.platform,
        native_id=native_id,
        author=PAT,
        text=text,
        posted_at=NOON - MINUTE,
        post_native_id="p1",
    )
    return replace(comment, **changes)  # type: ignore[arg-type]


def a_full_comment() -> Comment:
    return a_comment(
        "full",
        "@millbrook hi @sam 🎉",
        edited_at=NOON,
        reply_prefix=11,
        mentions=(Mention("millbrook", 0, 10, "UC1"), Mention("sam", 14, 18)),
        image_urls=("https://youtube.example/a.png",),
        parent_native_id="c0",
        url="https://youtube.example/full",
        raw='{"id": "full"}',
        visibility=Visibility.HIDDEN,
    )


def receive(
    tx: Transaction, *received: Comment, at: datetime = NOON, cursor: str | None = None, account: Account = ACCOUNT
) -> list[Comment]:
    page = Page(comments=received, posts=(POST,), cursor=cursor)
    return comments.receive(tx, account, "comments", page, at)


def a_finding(label: Label = Label.INSULT, score: float = 0.93) -> Finding:
    return Finding(label, score, (0, 4), "words", "1", phrase="well", note="word list")


def a_decision(
    comment: Comment, ruling: Ruling = Ruling.HIDE, by: str = POLICY, at: datetime = NOON, **changes: object
) -> Decision:
    decision = Decision(comment.id, comment.version, ruling, by, at, ("insult 0.93 (limit 0.80)",))
    return replace(decision, **changes)  # type: ignore[arg-type]


def a_full_decision(comment: Comment) -> Decision:
    finding = a_finding()
    return a_decision(
        comment,
        urgent=True,
        mode=Mode.QUEUE,
        labels=(Label.INSULT, Label.CHILD_NAMED),
        verdicts=(Verdict("insult", Ruling.HIDE, "insult 0.93", (finding,), True), Verdict("spam", Ruling.ALLOW, "")),
        author_action=ActionKind.BLOCK,
    )


def decided(
    database: Database,
    ruling: Ruling = Ruling.HIDE,
    native_id: str = "c1",
    at: datetime = NOON,
    by: str = POLICY,
    **changes: object,
) -> tuple[Comment, Decision]:
    """A comment received and decided on."""
    with database.transaction() as tx:
        comment = comments.load(tx, comment_id(ACCOUNT, native_id)) or receive(tx, a_comment(native_id), at=at)[0]
        return comment, decisions.record(tx, a_decision(comment, ruling, by, at, **changes))


def planned(
    database: Database,
    kind: ActionKind = ActionKind.HIDE,
    native_id: str = "c1",
    at: datetime = NOON,
    **changes: object,
) -> Action:
    """A comment received, decided on, and one action planned for it."""
    ruling = Ruling.ALLOW if kind is ActionKind.RELEASE else Ruling.HIDE
    by = "Ms Okafor" if kind in (ActionKind.RELEASE, ActionKind.BLOCK) else POLICY
    comment, decision = decided(database, ruling, native_id, at, by, **changes)
    action = make_action(kind, comment, decision.id, decision.person)
    with database.transaction() as tx:
        actions.plan(tx, decision, comment, [action], [], at)
    return action


def done(
    database: Database, action: Action, at: datetime = NOON, verify_at: datetime | None = None, **changes: object
) -> None:
    """The action is begun and done."""
    seen = {ActionKind.HIDE: Visibility.HIDDEN, ActionKind.RELEASE: Visibility.PUBLIC}.get(action.kind)
    with database.transaction() as tx:
        assert actions.begin(tx, [action], at) == [action]
    with database.transaction() as tx:
        outcome = replace(Outcome(action, at, Result.DONE, "200 OK"), **changes)  # type: ignore[arg-type]
        actions.finish(tx, outcome, seen, verify_at)


def a_task(comment: Comment, decision: Decision, kind: ActionKind = ActionKind.BLOCK) -> Task:
    action = make_action(kind, comment, decision.id, decision.person)
    return Task(
        action.id, comment, TaskKind(kind), "Open the profile, then Block.", "the API has no way", "https://example/pat"
    )
