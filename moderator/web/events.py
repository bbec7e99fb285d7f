"""The audit trail's events as sentences. An event that is new here is told by its own name."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

from moderator.domain import POLICY, ActionKind, Ruling
from moderator.platforms.street import shown_name
from moderator.store.chain import Event
from moderator.web.telling import ALSO, DECIDED, THE_PROGRAM

EVENTS: Mapping[str, str] = {
    "received": "Read for the first time",
    "edited": "Changed by its author",
    "author_named": "The platform told its author’s name",
    "pasted": "Brought in by hand",
    "decided": "Decided: {ruling}{author_action}",
    "overturned": "Found wrong: “{was}” became “{now}”",
    "taken_back": "Taken back: “{was}”, now “{now}”",
    "passed_on": "Passed on to {to}",
    "put_off": "Put off for later",
    "taken_up": "Looked again at what had been put off",
    "proposed": "Proposed: {ruling}",
    "words_shown": "Looked at the hidden words",
    "case_labelled": "Said what a comment should have been taken for",
    "hidden": "Hidden on the platform",
    "released": "Shown again on the platform",
    "removed": "Removed from the platform",
    "blocked": "Author blocked on the platform",
    "unblocked": "Author not blocked any more on the platform",
    "muted": "Author muted on the platform",
    "unmuted": "Author not muted any more on the platform",
    "gone": "Found to be gone already",
    "failed": "An attempt failed; it is made again",
    "reply_lost": "The platform’s answer was lost; it is looked up",
    "refused": "The platform would not do it",
    "superseded": "Not needed any more: somebody decided anew",
    "verified": "Read back from the platform: {visibility}",
    "visibility_changed": "What the public sees changed from {was} to {now}",
    "task_opened": "A task by hand was opened",
    "task_done": "A task by hand was said to be done",
    "task_verified": "The platform shows that a task by hand is done",
    "task_reopened": "A task by hand was opened again",
    "task_withdrawn": "A task by hand is needed no more",
    "family_edited": "The family changed the comment",
    "family_deleted": "The family deleted the comment",
    "step_reached": "An author’s strikes reached a step ({strikes} of them)",
    "banned": "Author kept out ({means})",
    "ban_ended": "A ban is over ({means})",
    "author_noted": "Wrote a note about an author",
    "author_linked": "Said that two accounts are one person’s",
    "author_unlinked": "Said that an account is nobody else’s",
    "author_held": "Asked to keep all that an author wrote",
    "author_hold_released": "Ended the keeping of what an author wrote",
    "held": "Asked to keep a comment",
    "hold_released": "Ended the keeping of a comment",
    "evidence_captured": "Evidence was kept",
    "evidence_exported": "Evidence was handed out",
    "evidence_redacted": "Evidence was shortened by what was erased",
    "handover_exported": "A page for the safeguarding lead was handed out",
    "audit_exported": "The record was downloaded",
    "audit_checked": "The record was checked: {result}",
    "erased": "Words and facts were erased",
    "retention_ran": "What was kept long enough was let go",
    "subject_access": "Somebody’s own data was put together for them",
    "approval_asked": "Asked a second person to agree",
    "approval_answered": "A second person answered: {answer}",
    "retention_lengthened": "Words are kept for longer now",
    "retention_shortened": "Words are kept for a shorter time now",
    "complaint_logged": "A complaint was written down",
    "complaint_acknowledged": "A complaint was acknowledged",
    "complaint_answered": "A complaint was answered",
    "alert_raised": "An alert was raised",
    "alert_told": "An alert was given out to {to}",
    "alert_seen": "An alert was seen",
    "push_subscribed": "A phone asks for alerts",
    "push_confirmed": "A phone showed a test alert",
    "push_dropped": "A phone gets no more alerts",
    "watching_began": "Watching began",
    "watched_again": "Watching went on after a gap",
    "account_paused": "An account was paused: {why}",
    "account_resumed": "An account is watched again",
    "set_aside": "Something that could not be read was set aside",
    "signed_in": "Signed in",
    "signed_out": "Signed out",
    "user_added": "A person was added as {role}",
    "user_ended": "A person may not sign in any more",
    "letters_paused": "A recipient paused letters",
    "letters_resumed": "A recipient wants letters again",
    "user_invited": "A person was invited to make a passkey",
    "passkey_added": "A passkey was added",
    "passkey_removed": "A passkey was removed",
    "passkey_refused": "A passkey was refused",
    "recovery_code_made": "A recovery code was made",
    "recovery_code_used": "A recovery code was used",
    "roll_imported": "The list of pupils’ names was replaced",
    "roll_dropped": "The list of pupils’ names was taken away",
    "own_post_checked": "Asked a second person to look at a post of our own",
    "own_post_signed": "A second person signed a post of our own off",
    "own_post_found": "A post of our own was seen to break the policy",
    "own_post_settled": "A post of our own was said to be settled",
    "checklist_done": "A setting of a platform was looked over",
    "records_moved": "The records were moved to another database",
    "restore_practised": "Putting back a backup was practised",
    "restored": "A backup was put back",
}
_VALUES: Mapping[str, str] = {
    **{ruling.value: words.lower() for ruling, words in DECIDED.items()},
    ActionKind.BLOCK.value: "blocked",
    ActionKind.MUTE.value: "muted",
    "public": "in public sight",
    "hidden": "hidden",
    "gone": "gone",
    "unknown": "the platform does not say",
    "safeguarding_lead": "safeguarding lead",
    "it": "IT",
}


class _Words(Formatter):
    """Facts that were erased, or were never there, leave no gap with braces in it."""

    def get_value(self, key: int | str, args: object, kwargs: Mapping[str, object]) -> object:
        return kwargs.get(str(key), "…")


def sentence_of(event: Event) -> str:
    """What happened, without a comment's words, which no event holds."""
    told = EVENTS.get(event.event)
    if told is None:
        return event.event.replace("_", " ").capitalize()
    return _Words().vformat(told, (), _facts(event))


def _facts(event: Event) -> dict[str, object]:
    facts = {name: _VALUES.get(str(fact), str(fact)) for name, fact in event.facts.items()}
    also = event.facts.get("author_action")
    kind = ActionKind(str(also)) if also in {each.value for each in ALSO} else None
    facts["author_action"] = f", and {ALSO[kind]}" if kind else ""
    if event.event == "decided" and event.facts.get("ruling") in set(Ruling):
        facts["ruling"] = DECIDED[Ruling(str(event.facts["ruling"]))].lower()
    return dict(facts)


def actor_of(event: Event) -> str:
    """Who did it: a person's name, the program, or a platform."""
    return THE_PROGRAM if event.actor in (POLICY, "moderator") else shown_name(event.actor)


def kinds() -> list[tuple[str, str]]:
    """Every kind of event that has words here, in their order by words."""
    return sorted(((name, _plain(words)) for name, words in EVENTS.items()), key=lambda each: each[1])


def _plain(words: str) -> str:
    """A sentence less its facts: "Decided"."""
    return words.partition("{")[0].rstrip(" :(“”").removesuffix(" from").removesuffix(" as").removesuffix(" to")
