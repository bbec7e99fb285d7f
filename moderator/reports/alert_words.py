"""What alerts say, in letters and to other services: counts and times. Never a comment's words, a name or a handle."""

from __future__ import annotations

from datetime import datetime

from moderator.policy.duty import Duty
from moderator.store.outages import Outage, Trouble

SIGNED = "\n\nModerator, which reads the comments under the school's posts\n"
NO_WORDS = "This letter holds no words and no names on purpose."


def subject(severity: str, urgent: int, waiting: int) -> str:
    """The whole alert in one line: "2 urgent comments wait"."""
    if severity == "test":
        return "A test of the alerts"
    return _wait(urgent, "urgent comment") if severity == "urgent" else _wait(waiting, "comment")


def body(severity: str, urgent: int, waiting: int, page: str) -> str:
    """The words of a letter, or of a message by another service."""
    if severity == "test":
        return f"This is a test: nothing has happened. Alerts arrive here.{SIGNED}"
    where = f"Look at them here: {page}/" if page else "See them with: moderator queue"
    if severity == "digest":
        hurry = f", {urgent} of them urgent." if urgent else ". There is no hurry."
        return f"{_wait(waiting, 'comment')} for a person{hurry}\n\n{where}\n\n{NO_WORDS}{SIGNED}"
    others = f" In all, {_wait(waiting, 'comment')} for a person." if waiting > urgent else ""
    return (
        f"{_wait(urgent, 'urgent comment')}: somebody may be at risk.{others}\n\n{where}\n\n"
        "Until somebody decides on each of them, or says that they look after it (moderator alerts seen), you are told "
        f"again, and then so are the deputy and the safeguarding lead.\n\n{NO_WORDS}{SIGNED}"
    )


def gone(page: str) -> tuple[str, str]:
    """Subject and words for somebody whose phone takes no pushes any more."""
    where = (
        f"open {page}/ on the phone and switch alerts on again"
        if page
        else "subscribe again: moderator alerts subscribe"
    )
    said = (
        "A phone or browser that took alerts for you does not take them any more. Until then you get letters instead."
    )
    return "Alerts reach your phone no more", f"{said}\n\nTo have them back, {where}.{SIGNED}"


def outage_began(outage: Outage, duty: Duty) -> tuple[str, str]:
    since = duty.local(outage.began_at)
    if outage.trouble is Trouble.PAUSED:
        return (
            f"The account {outage.account_id} is paused",
            f"Since {since} comments on the account {outage.account_id} are not read: its login does not work, or something "
            f"went wrong three times in a row.\n\nSee why with: moderator accounts\n\nYou are told when it works again.{SIGNED}",
        )
    return (
        f"The account {outage.account_id} cannot be read",
        f"Since {since} the platform of the account {outage.account_id} does not answer as it should. It is asked again and "
        "again, and what was missed is read afterwards.\n\nUntil then, please look at the comments in the platform's own app "
        f"now and then. You are told when it works again.{SIGNED}",
    )


def outage_ended(outage: Outage, ended_at: datetime, duty: Duty) -> tuple[str, str]:
    return (
        f"The account {outage.account_id} can be read again",
        f"From {duty.local(outage.began_at)} to {duty.local(ended_at)} comments on the account {outage.account_id} were not "
        f"read, or not all. Now they are, and what was missed is read as well. There is nothing for you to do.{SIGNED}",
    )


def _wait(count: int, what: str) -> str:
    return f"1 {what} waits" if count == 1 else f"{count} {what}s wait"
