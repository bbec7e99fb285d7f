"""All that is held about one person who commented, for that person: their own words whole, everybody else's left out.

In their words, children's names, contact details and others' handles are masked; people at the school are told as such. What
somebody at the school should read before it is handed out is counted beside it, and does not stand in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from moderator.domain import Ban, Comment, Decision, Finding
from moderator.evidence_pack.handover import HANDLE, is_hint
from moderator.hindsight.masking import MASK, masked
from moderator.policy.keeping import Retention
from moderator.privacy.retention import WHY_KEPT, Terms, class_of, kept_until, terms
from moderator.store import actions, authors, bans, comments, decisions, followups, quoted
from moderator.store import evidence as evidence_store
from moderator.store.authors import Known
from moderator.store.database import Transaction
from moderator.store.links import AuthorKey
from moderator.store.retained import Retained, by_authors, retained

WHY_QUOTED = "Somebody answered it, and the school looked into that answer. It is kept with that answer, as evidence."
MACHINE, SOMEBODY = "the school’s rules, by machine", "a person at the school"
RULINGS = {
    "allow": "left where it is",
    "queue": "left in sight until a person has looked",
    "hide": "taken out of sight, which can be undone",
    "remove": "removed",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is handed out as `facts`, JSON as it stands; and what to read first, by what it is, for the school alone."""

    facts: dict[str, Any]
    read_first: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Asker:
    """Whom it is about, and which handles may be read: their own and the school's."""

    accounts: tuple[AuthorKey, ...]
    handles: frozenset[str]

    def mask(self, text: str, findings: Iterable[Finding] = ()) -> str:
        words = masked(text, findings)
        return HANDLE.sub(lambda found: found[0] if found[0].casefold().rstrip(".") in self.handles else MASK, words)


def gather(
    tx: Transaction, known: Known, retention: Retention, school: str, own: Sequence[str], zone: ZoneInfo, now: datetime
) -> Answer:
    """Everything about an author, under each account that is linked. `own`: the school's handles. Times are told in `zone`."""
    accounts = authors.groups(tx, [known.key])[known.key]
    people = [each for each in (authors.load(tx, key) for key in accounts) if each is not None] or [known]
    names = {key: authors.names(tx, *key) for key in accounts}
    spoken = {name.handle for each in names.values() for name, _ in each} | {each.author.handle for each in people}
    asker = _Asker(accounts, frozenset(handle.casefold() for handle in (*spoken, *own) if handle))
    in_force, held = terms(tx, retention), retained(tx, by_authors(tx, accounts))
    wrote = comments.by_id(tx, [each.comment_id for each in held])
    decided = {comment_id: decisions.history(tx, comment_id) for comment_id in wrote}
    notes = authors.notes(tx, accounts)
    elsewhere = _quoted(tx, wrote.values(), in_force, asker, zone)
    facts = {
        "school": school,
        "made_at": _told(now, zone),
        "accounts": [_account(each, names[each.key], zone) for each in people],
        "comments": [
            _comment(tx, wrote[each.comment_id], decided[each.comment_id], each, in_force, asker, zone)
            for each in sorted(held, key=lambda each: wrote[each.comment_id].posted_at)
        ],
        "quoted": elsewhere,
        "bans": [_ban(each, asker, zone) for each in bans.of_authors(tx, accounts)],
        "notes": [{"at": _told(each.at, zone), "by": SOMEBODY, "text": asker.mask(each.text)} for each in notes],
        "steps": [
            {"at": _told(each.at, zone), "strikes": each.strikes, "follows": each.follows.replace("_", " ")}
            for each in followups.steps_of(tx, accounts)
        ],
    }
    first = {
        "comments in which somebody may be at risk": sum(any(map(is_hint, each)) for each in decided.values()),
        "words of theirs in the evidence on others' comments": len(elsewhere),
        "notes by people at the school": len(notes),
        "reasons given by people at the school": sum(
            bool(d.by_person and d.reasons) for each in decided.values() for d in each
        ),
    }
    return Answer(facts, {what: count for what, count in first.items() if count})


def _told(at: datetime | None, zone: ZoneInfo) -> str:
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def _account(known: Known, names: Sequence[Any], zone: ZoneInfo) -> dict[str, Any]:
    return {
        "platform": known.platform,
        "number": known.author.native_id,
        "handle": known.author.handle,
        "name": known.author.display_name,
        "first_seen": _told(known.first_seen_at, zone),
        "names": [{"handle": name.handle, "name": name.display_name, "since": _told(at, zone)} for name, at in names],
    }


def _comment(
    tx: Transaction,
    comment: Comment,
    decided: Sequence[Decision],
    held: Retained,
    in_force: Terms,
    asker: _Asker,
    zone: ZoneInfo,
) -> dict[str, Any]:
    forms = comments.versions(tx, comment.id)
    found = {form.version: decisions.findings(tx, comment.id, form.version) for form in forms}
    every = [finding for each in found.values() for finding in each]
    return {
        "id": comment.id,
        "platform": comment.platform,
        "number": comment.native_id,
        "written": _told(comment.posted_at, zone),
        "address": comment.url,
        "now": comment.visibility.value,
        "forms": [
            {
                "version": form.version,
                "edited": _told(form.edited_at, zone),
                "words": asker.mask(form.text, found[form.version]),
            }
            for form in forms
        ],
        "pictures": sum(len(form.image_urls) for form in forms[-1:]),
        "found": sorted({(finding.label.value, round(finding.score, 2)) for finding in found[comment.version]}),
        "decisions": [_decision(each, every, asker, zone) for each in decided],
        "done": [
            {"what": each.action.kind.value, "state": each.state.replace("_", " "), "at": _told(each.done_at, zone)}
            for each in actions.of_comment(tx, comment.id)
        ],
        "copy_kept": bool(evidence_store.load(tx, comment.id)),
        "why_kept": WHY_KEPT[class_of(held)],
        "kept_until": _told(kept_until(held, in_force), zone),
    }


def _quoted(
    tx: Transaction, wrote: Iterable[Comment], in_force: Terms, asker: _Asker, zone: ZoneInfo
) -> list[dict[str, Any]]:
    """Words of theirs that stand in the evidence on others' comments alone: their own time was over."""
    held = {(each.account_id, each.native_id) for each in wrote}
    quotes = [each for each in quoted.by_authors(tx, asker.accounts) if each.comment not in held]
    kept = {each.comment_id: each for each in retained(tx, sorted({each.in_evidence_on for each in quotes}))}
    latest = {(each.comment, each.said.text): each for each in quotes}
    return [
        {
            "platform": each.platform,
            "number": each.said.native_id,
            "written": _told(each.said.posted_at, zone),
            "address": each.said.url,
            "words": asker.mask(each.said.text, quoted.findings(tx, each)),
            "why_kept": WHY_QUOTED,
            "kept_until": _told(kept_until(kept[each.in_evidence_on], in_force), zone),
        }
        for each in latest.values()
    ]


def _decision(decision: Decision, findings: Sequence[Finding], asker: _Asker, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "at": _told(decision.decided_at, zone),
        "what": RULINGS[decision.ruling.value],
        "by": SOMEBODY if decision.by_person else MACHINE,
        "why": [asker.mask(reason, findings) for reason in decision.reasons],
    }


def _ban(ban: Ban, asker: _Asker, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "means": ban.means.value,
        "at": _told(ban.at, zone),
        "until": _told(ban.until, zone),
        "ended": _told(ban.ended_at, zone),
        "by": SOMEBODY,
        "why": asker.mask(ban.why),
    }
