"""Erasing what somebody wrote, on their wish: asked for by one person, agreed to by another, and not undone by a restore.

Each erasure is written into a file beside the database, one JSON line, before it is done: a backup from before does not know
of it, so whoever restores one applies the lines again. The chain of the audit trail stays whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from moderator.domain import Person
from moderator.errors import ConfigError, ModeratorError, StoreError
from moderator.privacy.retention import Class, class_of
from moderator.settings.private_files import append_private
from moderator.store import approvals, audit, erasing, forgetting, quoted, tombstones
from moderator.store.approvals import Answer, Asked, Kind
from moderator.store.database import Transaction
from moderator.store.links import AuthorKey
from moderator.store.retained import by_authors, retained
from moderator.store.tombstones import Why

ERASURES = "erasures.jsonl"


class StillNeeded(ModeratorError):
    """It cannot be erased yet: it waits for somebody, or it is on hold."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose words: one comment's, or all of an author's, under each account that is linked."""

    comment_id: str = ""
    authors: tuple[AuthorKey, ...] = ()

    def as_json(self) -> dict[str, Any]:
        if self.comment_id:
            return {"comment_id": self.comment_id}
        return {"authors": [list(author) for author in self.authors]}

    @property
    def tombstone(self) -> str:
        """Of one comment or one account."""
        return tombstones.of_comment(self.comment_id) if self.comment_id else tombstones.of_author(self.authors[0])

    @classmethod
    def of(cls, held: Mapping[str, Any]) -> Subject:
        return cls(held.get("comment_id", ""), tuple((key[0], key[1]) for key in held.get("authors", ())))


def held_of(tx: Transaction, subject: Subject) -> list[str]:
    """The ids of the comments whose words are held and would go."""
    if subject.comment_id:
        return [each.comment_id for each in retained(tx, [subject.comment_id])]
    return by_authors(tx, subject.authors)


def quoted_of(tx: Transaction, subject: Subject) -> list[str]:
    """The ids of others' comments whose evidence quotes them and would do so no more; what is on hold stays as it is."""
    quotes = quoted.of_comment(tx, subject.comment_id) if subject.comment_id else quoted.by_authors(tx, subject.authors)
    ids = sorted({quote.in_evidence_on for quote in quotes})
    return [each.comment_id for each in retained(tx, ids) if not each.on_hold]


def refuse_what_is_needed(tx: Transaction, subject: Subject) -> None:
    """Raises StillNeeded where something waits for a decision or an action, or is on hold: all is erased, or nothing."""
    found = {kind: _ids(tx, subject, kind) for kind in (Class.WAITING, Class.ON_HOLD)}
    told = []
    if waiting := found[Class.WAITING]:
        told.append(f"{_comments(waiting)} still to be decided, finished or unbanned first (moderator explain ID)")
    if held := found[Class.ON_HOLD]:
        told.append(f"{_comments(held)} on hold (moderator hold --list)")
    if told:
        raise StillNeeded(f"Nothing was erased: {' and '.join(told)}.")


def _ids(tx: Transaction, subject: Subject, kind: Class) -> list[str]:
    return [each.comment_id for each in retained(tx, held_of(tx, subject)) if class_of(each) is kind]


def _comments(ids: Sequence[str]) -> str:
    return f"{', '.join(ids[:3])}{' …' if len(ids) > 3 else ''} {'is' if len(ids) == 1 else 'are'}"


def ask(tx: Transaction, subject: Subject, by: Person, at: datetime, why: str) -> Asked:
    """Write down that somebody wants this erased. Raises StillNeeded. Audit: "approval_asked"."""
    refuse_what_is_needed(tx, subject)
    return approvals.ask(tx, Kind.ERASE, subject.as_json(), by, at, why)


def carry_out(tx: Transaction, asked: Asked, second: Person, at: datetime, file: Path) -> int:
    """The second person agreed: erase it; returns how many comments lost their words. Raises StillNeeded, ConfigError.

    The line is on the disk before the transaction ends. Where that fails, the line is applied at the next start.
    """
    subject = Subject.of(asked.subject)
    erasing.hold_still(tx)
    refuse_what_is_needed(tx, subject)
    lines = [json.dumps(line) for line in _lines(tx.school_id, subject, at, f"{asked.by}, {second.name}", asked.why)]
    _write(file, lines)
    count = apply_tombstones(tx, lines)
    approvals.answer(tx, asked, Answer.APPROVED, second, at)
    return count


def _lines(school: str, subject: Subject, at: datetime, by: str, why: str) -> list[dict[str, str]]:
    about = [{"platform": platform, "author_native_id": native_id} for platform, native_id in subject.authors]
    if subject.comment_id:
        about = [{"comment_id": subject.comment_id}]
    return [{"at": at.isoformat(), "school": school, **each, "by": by, "why": why} for each in about]


def _write(file: Path, lines: Iterable[str]) -> None:
    try:
        append_private(file, "".join(f"{line}\n" for line in lines).encode())
    except OSError as error:
        raise ConfigError(
            f"{file} cannot be written: {error.strerror}. Nothing was erased. Without this line a restored backup would "
            "bring the words back."
        ) from error


def read_lines(file: Path) -> list[str]:
    """The lines of every erasure so far; none where there was none."""
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def apply_tombstones(tx: Transaction, lines: Iterable[str]) -> int:
    """Erase what these lines name, as far as it is held; returns how many comments lost their words. Any number of times.

    For whoever restores a backup: `lines` are those of `erasures.jsonl`. What was written or edited after an erasure stays,
    and so does what is on hold. A line that is cut short is passed over. Raises StoreError for one that means nothing.
    Audit: "erased", and "evidence_redacted" where others' evidence quoted it.
    """
    return sum(
        _apply(tx, line) for line in map(_read, lines) if line and line.get("school", tx.school_id) == tx.school_id
    )


def _read(line: str) -> dict[str, str]:
    try:
        held = json.loads(line)
    except ValueError:
        return {}  # A crash while it was written: then nothing was erased either.
    return held if isinstance(held, dict) else {}


def _apply(tx: Transaction, line: Mapping[str, str]) -> int:
    try:
        at, by = datetime.fromisoformat(line["at"]), line["by"]
        subject = Subject(line.get("comment_id", ""), () if "comment_id" in line else (_author_in(line),))
    except (KeyError, ValueError) as error:
        raise StoreError("A line of erasures.jsonl names nothing that could be erased. Nothing was changed.") from error
    if not tombstones.put(tx, subject.tombstone, by, at):
        return 0
    erasing.hold_still(tx)  # A page or a decision is written before this or after it, never with the words in between.
    held = held_of(tx, subject)
    # The words of a comment may be gone by their age, and still stand above an answer to it.
    named = erasing.written_before(tx, [subject.comment_id] if subject.comment_id else held, at)
    going = [each for each in named if each.id in set(held)]
    spared = {each.comment_id for each in retained(tx) if each.on_hold}
    ids = [each.id for each in going if each.id not in spared]
    forgetting.take_out_of_threads(
        tx, {(each.account_id, each.native_id) for each in named}, set(subject.authors), at, by, spared
    )
    erasing.settle(tx, ids, at)
    forgetting.clear(tx, ids, at, Why.ERASED)
    for comment_id in ids:
        audit.erase(tx, comment_id, at, actor=by)
    erasing.forget_authors(tx, subject.authors)
    return len(ids)


def _author_in(line: Mapping[str, str]) -> AuthorKey:
    return line["platform"], line["author_native_id"]
