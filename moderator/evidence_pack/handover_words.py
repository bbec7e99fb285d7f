"""A hand-over in words: what the page says of facts, concern, risk, action and what is left to do.

Plain sentences come out, not escaped: the template does that. Nothing here judges; what is not known is said to be so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from moderator.detectors.safeguarding import Safeguarding
from moderator.domain import ActionKind, Decision, Label, Mode, Ruling, Visibility
from moderator.evidence_pack.handover import Handover, Past, is_hint
from moderator.platforms.street import shown_name
from moderator.policy.authority import Role
from moderator.store.actions import ActionState, State
from moderator.store.concerns import Call

Tell = Callable[[datetime], str]

BY_KIND = Safeguarding.name
"""The detector whose notes tell the kind of risk; those of others tell how they work."""

ROLES = {
    Role.HEAD: "head",
    Role.DEPUTY: "deputy head",
    Role.SAFEGUARDING_LEAD: "designated safeguarding lead",
    Role.STAFF: "member of staff",
    Role.IT: "IT",
    Role.OTHER: "",
}
ON_CALL = {"head": "the head", "deputy": "the deputy", "safeguarding_lead": "the safeguarding lead"}
CONCERNS = {
    Label.SAFEGUARDING: "A child, a parent or a member of staff may be at risk",
    Label.THREAT: "Violence or damage is threatened",
    Label.RISK: "The words as a whole read as if somebody is at risk now",
    Label.CHILD_NAMED: "A child is named, or can be told by class, place or relation",
    Label.CONTACT: "Contact details are given, or where a child can be met",
    Label.UNDERAGE: "The words read as if a child wrote them",
    Label.SEXUAL: "Sexual words or remarks",
    Label.HATE: "Words against a group of people",
    Label.INSULT: "Somebody is insulted",
    Label.PERSON_TAGGED: "Somebody is tagged who is not on the school’s list",
    Label.PROFANITY: "Swearing",
    Label.IMPERSONATION: "Somebody may pretend to be the school or its staff",
    Label.SPAM: "An advert or a scam",
    Label.COMPLAINT: "It also reads as criticism of the school, which is no offence",
}
IN_SIGHT = {
    Visibility.PUBLIC: "in public sight",
    Visibility.HIDDEN: "hidden from the public",
    Visibility.GONE: "gone: deleted by its author or the platform",
    Visibility.UNKNOWN: "in public sight as long as nobody hides it",
}
RULINGS = {
    Ruling.ALLOW: "to leave it where it is",
    Ruling.QUEUE: "to leave it in sight until a person has looked",
    Ruling.HIDE: "to hide it",
    Ruling.REMOVE: "to remove it for good",
}
DONE = {
    ActionKind.BLOCK: "blocked",
    ActionKind.MUTE: "muted",
    ActionKind.UNBLOCK: "unblocked",
    ActionKind.UNMUTE: "unmuted",
}
NOT_KNOWN = (
    "Who is really behind the account, how old they are, and whether they have ties to the school.",
    "Whether the words are meant, and whether the person they are about knows of them.",
    "Whether there were private messages, or comments on pages that are not the school’s: neither is read.",
    "Who saw it, and who took a picture of it, while it was in sight.",
)
LEAD_REPORTS = "The safeguarding lead reports this: decide now which of the routes below to take, and write down why."
SPEAK_TO_LEAD = (
    "Speak to the safeguarding lead now: to the deputy lead if they are away, to the head if it is about the lead."
)


def platform_of(page: Handover) -> str:
    return shown_name(page.case.comment.platform)


def reporter(page: Handover) -> str:
    role = ROLES[page.role] if page.role else ""
    return f"{page.by}, {role}" if role else page.by


def concern(page: Handover) -> list[str]:
    """The categories in plain words, gravest first, each with the kind of risk where a detector tells one."""
    told = []
    for label in page.labels:
        kinds = sorted({each.note for each in page.findings if (each.label, each.detector) == (label, BY_KIND)} - {""})
        if label in CONCERNS:
            told.append(CONCERNS[label] + (f" (seen: {'; '.join(kinds)})" if kinds else ""))
    return told


def concern_from(page: Handover, tell: Tell) -> str:
    """Who says so."""
    by_policy = page.by_policy
    if by_policy is None or not page.labels:
        return f"A program found nothing of the kind in the words. {page.by} asks for this page and knows why."
    asked = "" if any(map(is_hint, page.case.decisions)) else f" {page.by} asks for this page and knows why."
    return f"A program read the words so on {tell(by_policy.decided_at)}. It can be wrong, and it knows none of the people.{asked}"


def who(page: Handover) -> str:
    maybe = {
        Label.THREAT: "whoever the words threaten",
        Label.CHILD_NAMED: "a child whom the words name or describe",
        Label.UNDERAGE: "the author, who reads as if they were a child",
    }
    found = " or ".join(somebody for label, somebody in maybe.items() if label in page.labels)
    perhaps = f"Perhaps {found}" if found else "Whoever wrote the words, or whoever they are about"
    return f"{perhaps}. Who that is was not established; fill it in below once it is known."


def how_soon(page: Handover) -> str:
    if any(map(is_hint, page.case.decisions)):
        return (
            "Treat it as now, until a person with safeguarding training has judged otherwise. In immediate danger: 999."
        )
    return "The program saw nothing that says now. A person has to judge that."


def known(page: Handover, tell: Tell) -> list[str]:
    kept = page.kept
    told = [f"The words, the account and the times above, as {platform_of(page)} gave them."]
    if len(page.case.evidence) > 1:
        told.append(f"It stands in {len(page.case.evidence)} forms; the last was first read on {tell(kept.seen_at)}.")
    if page.case.comment.image_urls:
        count = len(page.case.comment.image_urls)
        told.append(
            f"{count} {'picture' if count == 1 else 'pictures'} came with it. None was fetched, kept or looked at."
        )
    if page.past is not None and page.past.hints:
        told.append("It is not the first of this kind from this account: see “The author’s history”.")
    return told


def in_sight(page: Handover) -> str:
    return f"{IN_SIGHT[page.case.comment.visibility]}, as far as {platform_of(page)} last told"


def hidden(page: Handover, tell: Tell) -> str:
    done = _last(page, ActionKind.HIDE, ActionKind.REMOVE, ActionKind.RELEASE)
    if done is None or done.done_at is None:
        return f"No.{_why_not(page)}"
    kind = {ActionKind.HIDE: "Hidden", ActionKind.REMOVE: "Removed", ActionKind.RELEASE: "No: put back in sight"}
    after = done.done_at - page.case.evidence[0].posted_at
    late = "" if done.action.kind is ActionKind.RELEASE else f", {_span(after)} after it was posted"
    means = (
        f" That means: {page.hiding_means.rstrip('.')}."
        if page.hiding_means and done.action.kind is ActionKind.HIDE
        else ""
    )
    return f"{kind[done.action.kind]} on {tell(done.done_at)}{late}.{means}"


def _why_not(page: Handover) -> str:
    if page.case.decisions and page.case.decisions[-1].mode is Mode.SHADOW:
        return " The program was only trying out (mode “shadow”), in which it does nothing."
    pending = [
        each for each in page.case.actions if each.action.kind is ActionKind.HIDE and each.state is not State.SUPERSEDED
    ]
    return f" It was to be hidden, and that is not done ({pending[-1].state.replace('_', ' ')})." if pending else ""


def read_back(page: Handover, tell: Tell) -> str:
    done = _last(page, ActionKind.HIDE, ActionKind.REMOVE, ActionKind.RELEASE)
    if done is None:
        return "Nothing was done to the comment, so there was nothing to read back."
    if done.verified_at is None:
        return "Not read back from the platform yet."
    return f"Read back on {tell(done.verified_at)}: {IN_SIGHT[done.verified_visibility or Visibility.UNKNOWN]}."


def author_kept_out(page: Handover, tell: Tell) -> str:
    done = _last(page, *DONE)
    if done is not None and done.done_at is not None:
        return f"{DONE[done.action.kind].capitalize()} on {tell(done.done_at)}."
    waits = [each for each in page.case.actions if each.action.kind in DONE and each.state is State.BY_HAND]
    if waits:
        return (
            f"To be {DONE[waits[-1].action.kind]} by hand on {platform_of(page)}; nobody has said yet that it is done."
        )
    return "Neither blocked nor muted because of this comment."


def _last(page: Handover, *kinds: ActionKind) -> ActionState | None:
    done = [each for each in page.case.actions if each.action.kind in kinds and each.done_at is not None]
    return max(done, key=lambda each: each.done_at or page.at, default=None)


def decided(page: Handover, tell: Tell) -> list[tuple[str, tuple[str, ...]]]:
    """Each decision in a sentence, with its reasons."""
    return [(_decision(each, tell), each.reasons) for each in page.case.decisions]


def _decision(each: Decision, tell: Tell) -> str:
    by = each.decided_by if each.by_person else "The school’s policy, applied by the program,"
    also = f", and to {each.author_action} the author" if each.author_action else ""
    shadow = "; nothing was done, as the program was only trying out" if each.mode is Mode.SHADOW else ""
    return f"{by} decided {RULINGS[each.ruling]}{also}, on {tell(each.decided_at)}{shadow}."


def told_to(page: Handover, tell: Tell) -> list[str]:
    """Who was called, and who answered."""
    return [sentence for call in page.calls for sentence in _call(page, call, tell)]


def _call(page: Handover, call: Call, tell: Tell) -> Iterable[str]:
    yield f"Alert {call.number} was raised on {tell(call.raised_at)}."
    for at, roles in call.told:
        somebody = _and(_somebody(page, role) for role in roles) or "nobody, as nobody could be reached"
        yield f"It was given out to {somebody} on {tell(at)}."
    if call.opened_at is not None:
        yield f"{call.opened_by} took it up on {tell(call.opened_at)}."
    else:
        yield "Nobody has taken it up yet."


def _somebody(page: Handover, role: str) -> str:
    name = page.on_call.get(role, "")
    return f"{ON_CALL.get(role, role)} ({name})" if name else ON_CALL.get(role, role)


def _and(names: Iterable[str]) -> str:
    *first, last = [*names] or [""]
    return f"{', '.join(first)} and {last}" if first else last


def to_do(page: Handover) -> list[str]:
    """What is open as the record stands, then what is always to do."""
    told = []
    if page.case.comment.visibility in (Visibility.PUBLIC, Visibility.UNKNOWN):
        told.append("The comment is still in public sight: decide whether it should be.")
    if not any(each.by_person for each in page.case.decisions):
        told.append(
            f"No person has decided on the comment yet. Comment {page.case.comment.id} waits for that in the program."
        )
    if any(call.opened_at is None for call in page.calls):
        told.append("Nobody has taken up the alert yet.")
    told += [f"By hand on {platform_of(page)}: {each.task.steps}" for each in page.tasks]
    return [
        *told,
        LEAD_REPORTS if page.role is Role.SAFEGUARDING_LEAD else SPEAK_TO_LEAD,
        "Find out which child or adult this is about, fill it in below, and enter it in the school’s own record.",
        "Do not answer the author, do not look into it yourselves, and do not ask a child about it before you were advised.",
        "Do not remove the comment for good, nor delete anything, before the police have said that they do not need it.",
    ]


def history(past: Past, tell: Tell) -> str:
    """One paragraph of counts and dates; no words of other comments."""
    standing = past.standing
    told = [
        f"First seen here on {tell(past.first_seen_at)}.",
        f"With this one, {_count(standing.comments, 'comment')} under the school’s posts; out of sight by the latest decision: "
        f"{standing.hidden}.",
    ]
    if past.hints:
        dates = "; ".join(tell(at) for at in past.hints[-10:])
        told.append(f"In {_count(len(past.hints), 'other comment')} the program saw somebody at risk too: {dates}.")
    else:
        told.append("In no other comment of theirs did the program see somebody at risk.")
    if standing.strikes:
        dates = "; ".join(tell(strike.at) for strike in standing.strikes)
        told.append(f"{_count(len(standing.strikes), 'strike')} not yet run out: {dates}.")
    told += [
        f"{'Blocked' if ban.means is ActionKind.BLOCK else 'Muted'} by {ban.by.name} on {tell(ban.at)}"
        f"{f', ended {tell(ban.ended_at)}' if ban.ended_at else f', until {tell(ban.until)}' if ban.until else ', until lifted'}."
        for ban in past.bans
    ]
    if past.names > 1:
        told.append(f"The account has gone by {past.names} names.")
    if past.linked:
        told.append(
            f"Somebody at the school has linked it to {_count(past.linked, 'other account')}, counted here as well."
        )
    return " ".join(told)


def proof(page: Handover) -> str:
    checked, head = page.checked, page.case.head
    if not checked.whole:
        return f"THE SCHOOL’S RECORD WAS CHANGED: {checked.why}. Ask for expert help before you rely on this page."
    return (
        f"The school’s record is a chain of sealed events. It was read again for this page, from the first to number "
        f"{checked.events}: each is as it was written. It ended at number {head.events}; that this page was handed "
        f"out is written down after that. To check it later: moderator verify-audit --known {head}"
    )


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _span(time: timedelta) -> str:
    seconds = max(0, int(time.total_seconds()))
    if seconds < 120:
        return _count(seconds, "second")
    if seconds < 7200:
        return _count(seconds // 60, "minute")
    return _count(seconds // 3600, "hour") if seconds < 172_800 else _count(seconds // 86_400, "day")
