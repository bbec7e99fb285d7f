"""One case as a card: all that somebody needs to decide, in words, and what each answer would do.

The store is read here in a fixed number of questions, however much is stored. Nothing is changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from moderator.actions import families
from moderator.build import capabilities_for
from moderator.domain import (
    ActionKind,
    Comment,
    Decision,
    Finding,
    RuleState,
    Standing,
    Verdict,
)
from moderator.explained.same_child import same_child
from moderator.hindsight.masking import MASK
from moderator.platforms.base import Capabilities
from moderator.platforms.street import shown_name
from moderator.policy import why
from moderator.policy.authority import Role, is_urgent
from moderator.policy.strikes import hold_ends_at
from moderator.store import actions, authors, comments, decisions, desk, hearings, queue
from moderator.store.actions import ActionState, State
from moderator.store.database import Transaction
from moderator.store.desk import Passed, Proposal
from moderator.web.access import May, Visitor
from moderator.web.answers import Choice, in_sight, left, out_of_sight, right
from moderator.web.pages import in_words
from moderator.web.site import Site
from moderator.web.telling import Told, of_action
from moderator.web.words import NAMES, WordsView, name_of, plain, view_of

FINDINGS_AT_MOST = 20
QUOTED = 200
"""Characters of a post, and of each comment before, that are shown."""
ROLES = {
    Role.HEAD: "the head",
    Role.DEPUTY: "the deputy",
    Role.SAFEGUARDING_LEAD: "the safeguarding lead",
    Role.STAFF: "staff",
    Role.IT: "IT",
    Role.OTHER: "somebody else",
}
_QUOTED = re.compile("“[^”]*”")


@dataclass(frozen=True, slots=True)
class Line:
    """A comment of the thread."""

    who: str
    at: datetime
    words: str  # in one line


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote it, and what they did here before, in one line. `href` is "" where the platform does not say who it is."""

    name: str
    history: str
    href: str
    warnings: tuple[str, ...]  # strikes, bans, a hold


@dataclass(frozen=True, slots=True)
class Seen:
    """What one detector saw, for the sheet with figures."""

    what: str
    score: float
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class Said:
    """What one rule said, for the same sheet."""

    rule: str
    ruling: str
    reason: str
    counts: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One comment as it stands now."""

    comment: Comment
    decision: Decision  # the latest
    since: datetime
    urgent: bool
    waits: bool
    platform: str
    words: WordsView
    pictures: str
    post: str  # the first words of what the school published, "" where there is nothing
    thread: tuple[Line, ...]
    writer: Writer
    why: tuple[str, ...]
    deeds: tuple[Told, ...]
    in_sight: str
    left: Choice
    right: Choice
    passed: Passed | None
    proposals: tuple[Proposal, ...]
    asks_family: bool
    may_block: bool
    seen: tuple[Seen, ...]
    said: tuple[Said, ...]

    @property
    def number(self) -> int:
        """Of the latest decision: whoever answers says on which they looked."""
        return self.decision.number

    @property
    def sight_kind(self) -> str:
        """Of the chip that says who sees it; "" where what was done says so already."""
        told = {deed.kind for deed in self.deeds}
        if "warning" not in told and told & {"hidden", "visible", "waiting"}:
            return ""
        return "hidden" if self.left.label == "Show again" else "visible"

    @property
    def passed_to(self) -> str:
        return "" if self.passed is None else ROLES[self.passed.to]

    @property
    def reading_s(self) -> int:
        """Seconds after which words that were uncovered are covered again: ten, and time to read them."""
        return min(10 + self.words.characters // 20, 60)


def card_of(
    tx: Transaction,
    site: Site,
    visitor: Visitor,
    comment: Comment,
    now: datetime,
    *,
    revealed: bool = False,
    whole: bool = False,
) -> Card:
    """The card of a comment on which something was decided; with its words unmasked where `revealed`.

    Raises LookupError for one on which nothing was decided yet.
    """
    history = decisions.history(tx, comment.id)
    if not history:
        raise LookupError(comment.id)
    context = comments.context(tx, comment)
    found = hearings.findings_of(tx, [comment.id, *(each.id for each in context.thread)])
    findings = found.get((comment.id, comment.version), [])
    by_policy = next((each for each in reversed(history) if not each.by_person), None)
    live = _live(by_policy)
    done = actions.of_comment(tx, comment.id)
    can = capabilities_for(site.settings, comment)
    since = _since(history, comment)
    out, coming = out_of_sight(comment, history[-1], done)
    return Card(
        comment=comment,
        decision=history[-1],
        since=since,
        urgent=is_urgent(history),
        waits=queue.waits(tx, comment.id),
        platform=shown_name(comment.platform),
        words=view_of(
            comment.text, findings, revealed=revealed, whole=whole, evidence=_evidence(live, by_policy, comment)
        ),
        pictures=_pictures(comment),
        post=plain(context.post.text, (), QUOTED) if context.post else "",
        thread=tuple(_line(each, found.get((each.id, each.version), [])) for each in context.thread),
        writer=_writer(tx, site, comment, findings, now),
        why=(*_why(history[-1], live), *_named_alike(tx, site, comment, now)),
        deeds=_deeds(site, comment, done, coming, can),
        in_sight=in_sight(comment, out, coming),
        left=left(site, comment, can, out, coming),
        right=right(site, comment, can, out, coming),
        passed=_passed(tx, comment, since),
        proposals=tuple(desk.proposals(tx, comment)),
        asks_family=families.asks_family(history, comment.version) is not None,
        may_block=visitor.may(May.DECIDE) and bool(comment.author.native_id),
        seen=tuple(_seen(each, revealed) for each in sorted(findings, key=lambda each: -each.score)[:FINDINGS_AT_MOST]),
        said=tuple(_said(each, revealed) for each in (by_policy.verdicts if by_policy else ())),
    )


def _live(decision: Decision | None) -> list[Verdict]:
    return [verdict for verdict in decision.verdicts if verdict.state is RuleState.LIVE] if decision else []


def _evidence(live: Sequence[Verdict], by_policy: Decision | None, comment: Comment) -> list[Finding] | None:
    """What policy's decision rests on, where that was about the form of the comment that is shown."""
    if by_policy is None or by_policy.version != comment.version or not live:
        return None
    return [found for verdict in live for found in verdict.because]


def _passed(tx: Transaction, comment: Comment, since: datetime) -> Passed | None:
    """To whom it was given since it began to wait."""
    found = desk.passed(tx, [comment.id]).get(comment.id)
    return found if found is not None and found.at >= since else None


def _since(history: Sequence[Decision], comment: Comment) -> datetime:
    return next((each.decided_at for each in history if each.version == comment.version), history[-1].decided_at)


def _deeds(
    site: Site, comment: Comment, done: Sequence[ActionState], coming: bool, can: Capabilities | None
) -> tuple[Told, ...]:
    """What was done already and what is under way."""
    told = tuple(of_action(state, lambda when: in_words(site, when), can) for state in _telling(done))
    return told or ((Told(f"Being hidden: sending to {shown_name(comment.platform)}…", "waiting"),) if coming else ())


def _telling(done: Sequence[ActionState]) -> list[ActionState]:
    """The last state of each kind of wish: what was done, undone and done again is told once."""
    last = {state.action.kind: state for state in done if state.state is not State.SUPERSEDED}
    hide, release = last.get(ActionKind.HIDE), last.get(ActionKind.RELEASE)
    if hide and release:
        del last[min(hide, release, key=lambda each: each.due_at).action.kind]
    return list(last.values())


def _pictures(comment: Comment) -> str:
    count = len(comment.image_urls)
    if not count:
        return ""
    came = "A picture came with it" if count == 1 else f"{count} pictures came with it"
    return f"{came}. It is never shown here: look at it in {shown_name(comment.platform)} if you must."


def _why(latest: Decision, live: Sequence[Verdict]) -> tuple[str, ...]:
    told = why.all_of(live)
    if told:
        return tuple(told)
    plain = [why.sentence(why.without_figures(reason)) for reason in latest.reasons]
    return tuple(dict.fromkeys(each for each in plain if each)) or ("Somebody asked for a person to look.",)


def _named_alike(tx: Transaction, site: Site, comment: Comment, now: datetime) -> tuple[str, ...]:
    told = same_child(tx, comment, site.settings.policy, now)
    return (told,) if told else ()


def _name(comment: Comment, findings: Sequence[Finding], revealed: bool = False) -> str:
    author = comment.author
    name = author.display_name or author.handle
    return name_of(name, findings, revealed=revealed) if name else "Somebody"


def _line(comment: Comment, findings: Sequence[Finding]) -> Line:
    return Line(_name(comment, findings), comment.posted_at, plain(comment.text, findings, QUOTED))


def _writer(tx: Transaction, site: Site, comment: Comment, findings: Sequence[Finding], now: datetime) -> Writer:
    name = _name(comment, findings)
    if not comment.author.native_id:
        return Writer(name, f"{shown_name(comment.platform)} does not say who wrote it.", "", ())
    key = authors.key_of(comment)
    known = authors.load(tx, key)
    standing = authors.standing(tx, comment, now, site.settings.policy.strikes)
    first = f"; first seen {_month(known.first_seen_at, now)}" if known else ""
    return Writer(
        name,
        f"{_before(standing)}{first}",
        f"/authors/{quote(key[0], safe='')}/{quote(key[1], safe='')}",
        _warnings(site, standing, now),
    )


def _before(standing: Standing) -> str:
    if not standing.comments:
        return "No comment before this one"
    count = "1 comment before" if standing.comments == 1 else f"{standing.comments} comments before"
    hidden = "none hidden" if not standing.hidden else f"{standing.hidden} hidden"
    return f"{count}, {hidden}"


def _month(at: datetime, now: datetime) -> str:
    if (now - at).days < 1:
        return "today"
    return f"in {at:%B}" if (now - at).days < 330 else f"in {at:%B %Y}"


def _warnings(site: Site, standing: Standing, now: datetime) -> tuple[str, ...]:
    told = []
    if standing.strikes:
        told.append("1 strike" if len(standing.strikes) == 1 else f"{len(standing.strikes)} strikes")
    for ban in standing.bans:
        what = "blocked" if ban.means is ActionKind.BLOCK else "muted"
        told.append(f"{what} until {in_words(site, ban.until) if ban.until else 'somebody lifts it'}")
    until = hold_ends_at(standing, site.settings.policy, now)
    if until is not None:
        told.append(f"on hold until {in_words(site, until)}")
    return tuple(told)


def _seen(found: Finding, revealed: bool) -> Seen:
    note = found.note if revealed else _QUOTED.sub(f"“{MASK}”", found.note)
    return Seen(NAMES.get(found.label, found.label), found.score, f"{found.detector} {found.version}", note)


def _said(verdict: Verdict, revealed: bool) -> Said:
    reason = why.without_quote(verdict.reason)
    told = reason if revealed else _QUOTED.sub(f"“{MASK}”", reason)
    return Said(verdict.rule.replace("_", " "), verdict.ruling.value, told, verdict.state is RuleState.LIVE)
