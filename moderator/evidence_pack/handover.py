"""What the safeguarding lead, the council or the police need of one case, gathered: no words yet, and never a picture.

The comment's own words are kept whole. Of other people no more is handed on than the case needs: in the comments that it
answers, children's names, contact details and handles are masked, and the authors are told by letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from string import ascii_uppercase

from moderator.domain import Author, Ban, Comment, Decision, Finding, Label, Person, Standing
from moderator.evidence_pack.case_file import CaseFile
from moderator.hindsight.masking import MASK, masked
from moderator.policy.authority import Role
from moderator.settings import Settings
from moderator.store import authors, bans, comments, concerns, decisions, tasks
from moderator.store.concerns import Call
from moderator.store.database import Transaction
from moderator.store.evidence import Answered, Evidence
from moderator.store.tasks import TaskState
from moderator.store.verify import Checked

HINTS = frozenset({Label.SAFEGUARDING, Label.THREAT, Label.RISK})
OF_A_CHILD = frozenset({Label.CHILD_NAMED, Label.UNDERAGE})
HANDLE = re.compile(r"(?<![\w@])@[\w.]{2,}")


def is_hint(decision: Decision) -> bool:
    """Whether policy saw that somebody may be at risk: as urgent, by label, or as a way to reach a child."""
    labels = set(decision.labels)
    reaches = Label.CONTACT in labels and bool(labels & OF_A_CHILD)
    return decision.urgent or bool(labels & HINTS) or reaches


def is_wanted(tx: Transaction, comment_id: str) -> bool:
    """Whether a comment ever was such a case: neither an edit nor a later decision makes it less so."""
    return any(is_hint(decision) for decision in decisions.history(tx, comment_id))


@dataclass(frozen=True, slots=True)
class Upward:
    """A comment that the one in question answers, as it may be handed on."""

    who: str
    posted_at: datetime
    text: str | None  # None: nobody looked for names in it, so it stays in the record
    comment_id: str  # "" where it is not stored


@dataclass(frozen=True, slots=True)
class Past:
    """What else is known of the author, in dates and counts; linked accounts are counted together."""

    first_seen_at: datetime
    standing: Standing  # this comment included
    names: int
    linked: int  # other accounts
    bans: tuple[Ban, ...]  # ever, oldest first
    hints: tuple[datetime, ...]  # when other comments were posted in which policy saw somebody at risk


@dataclass(frozen=True, slots=True)
class Handover:
    """One case for the record of the safeguarding lead."""

    case: CaseFile
    school: str
    account: str  # the school's, under which it was written: its handle
    by: str
    role: Role | None  # of who asks for it; None where the school named nobody
    at: datetime
    findings: tuple[Finding, ...]  # in the latest form that was read
    thread: tuple[Upward, ...]
    past: Past | None  # None: the platform does not say who the author is
    calls: tuple[Call, ...]
    on_call: dict[str, str]  # role -> name
    tasks: tuple[TaskState, ...]  # about this comment, still open
    checked: Checked
    hiding_means: str  # what a hide really does on this platform; "" where the account is watched no more

    @property
    def kept(self) -> Evidence:
        """What was kept last."""
        return self.case.evidence[-1]

    @property
    def labels(self) -> tuple[Label, ...]:
        """What policy found in any form of it, gravest concern first."""
        found = {label for decision in self.case.decisions for label in decision.labels}
        return tuple(sorted(found, key=lambda label: (label not in HINTS, list(Label).index(label))))

    @property
    def by_policy(self) -> Decision | None:
        return next((each for each in reversed(self.case.decisions) if not each.by_person), None)


def gather(
    tx: Transaction,
    case: CaseFile,
    settings: Settings,
    by: str,
    now: datetime,
    checked: Checked,
    hiding_means: str = "",
) -> Handover:
    """Read what the page tells beside the case itself. `checked`: what reading the whole audit chain again said."""
    comment = case.comment
    version = max((each.version for each in case.decisions if not each.by_person), default=0)
    return Handover(
        case=case,
        school=settings.school.name,
        account=_own_handle(settings, comment),
        by=by,
        role=settings.people.role_of(Person(by)) if settings.people.roles else None,
        at=now,
        findings=tuple(decisions.findings(tx, comment.id, version)),
        thread=tuple(_thread(tx, case, settings)),
        past=_past(tx, comment, settings, now),
        calls=tuple(concerns.calls(tx, comment.id)),
        on_call=_on_call(settings),
        tasks=tuple(each for each in tasks.open_tasks(tx, comment.account_id) if each.task.comment.id == comment.id),
        checked=checked,
        hiding_means=hiding_means,
    )


def _own_handle(settings: Settings, comment: Comment) -> str:
    return next((each.account.handle for each in settings.accounts if each.account.id == comment.account_id), "")


def _on_call(settings: Settings) -> dict[str, str]:
    """Who stands behind a role, as far as the school's files name somebody."""
    named = {role.value: name for name, role in settings.people.roles.items() if role is not Role.OTHER}
    return named | {role.value: person.name for role, person in settings.alerts.contacts.items() if person.name}


def _thread(tx: Transaction, case: CaseFile, settings: Settings) -> Iterable[Upward]:
    stored = {each.native_id: each for each in comments.context(tx, case.comment).thread}
    own = {each.account.native_id for each in settings.accounts} | {each.account.handle for each in settings.accounts}
    kept = case.evidence[-1]
    spared = {handle.casefold() for handle in (kept.author.handle, *own) if handle.startswith("@")}
    others: dict[str, str] = {}
    for up in kept.thread:
        ours = bool({up.author.native_id, up.author.handle} & own - {""})
        found = stored.get(up.native_id)
        seen = concerns.findings_in(tx, found, up.text) if found else None
        text = _spare(up, seen if seen is not None or not ours else (), spared)
        who = "the school’s own account" if ours else _letter(up.author, kept.author, others)
        yield Upward(who, up.posted_at, text, found.id if found else "")


def _spare(up: Answered, findings: Sequence[Finding] | None, spared: set[str]) -> str | None:
    """The words without what is other people's own; None where nobody has looked for that."""
    if findings is None:
        return None
    words = masked(up.text, findings)
    return HANDLE.sub(lambda found: found[0] if found[0].casefold().rstrip(".") in spared else MASK, words)


def _letter(author: Author, reported: Author, others: dict[str, str]) -> str:
    if author.native_id and author.native_id == reported.native_id:
        return "the reported account"
    key = author.native_id or author.handle
    return f"another account ({others.setdefault(key, ascii_uppercase[len(others) % 26])})"


def _past(tx: Transaction, comment: Comment, settings: Settings, now: datetime) -> Past | None:
    key = authors.key_of(comment)
    known = authors.load(tx, key) if comment.author.native_id else None
    if known is None:
        return None
    accounts = authors.groups(tx, [key])[key]
    hints = {each.decision.comment_id: each.posted_at for each in _hints(tx, accounts, comment)}
    return Past(
        first_seen_at=known.first_seen_at,
        standing=authors.standing_of(tx, key, now, settings.policy.strikes),
        names=len(authors.names(tx, *key)),
        linked=len(accounts) - 1,
        bans=tuple(reversed(bans.of_authors(tx, accounts))),
        hints=tuple(sorted(hints.values())),
    )


def _hints(tx: Transaction, accounts: Sequence[authors.AuthorKey], comment: Comment) -> list[concerns.Earlier]:
    return [each for each in concerns.earlier(tx, accounts, comment.id) if is_hint(each.decision)]
