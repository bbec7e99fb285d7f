"""What the school's files say, in words for a head and for whoever looks after the machine; with each, where it is changed.

No password, no key and no address that holds one is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import time, timedelta

from moderator.domain import Mode
from moderator.platforms.street import shown_name
from moderator.policy.in_words import duty_in_words, retention_in_words
from moderator.settings import Settings
from moderator.settings.alerts import OnCall
from moderator.settings.mail import Person

MAIN, POLICY = "moderator.toml", "policy.toml"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MODES = {
    Mode.SHADOW: "It only watches: it hides nothing and blocks nobody, and writes down what it would have done.",
    Mode.QUEUE: "It hides nothing by itself: whatever it finds waits for a person.",
    Mode.AUTO: "It hides by itself what the rules say. A person looks at it afterwards and can show it again.",
}
ON_CALL = {OnCall.HEAD: "the head", OnCall.DEPUTY: "the deputy", OnCall.SAFEGUARDING_LEAD: "the safeguarding lead"}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is set: in words, the file, and the key in it ("[alerts] digest_at")."""

    text: str
    file: str
    key: str


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that belong together. `for_machine`: only whoever looks after the machine needs them."""

    title: str
    lines: tuple[Line, ...]
    for_machine: bool = False


def told(settings: Settings) -> tuple[Part, ...]:
    """Everything that is in force, the head's part first."""
    parts: Sequence[tuple[str, Iterable[Line], bool]] = (
        ("How far it may go by itself", [Line(MODES[settings.mode], MAIN, "mode")], False),
        ("What is watched", _accounts(settings), False),
        ("Quiet hours and who is on duty", _duty(settings), False),
        ("What is urgent", _alerts(settings), False),
        ("Letters", _letters(settings), False),
        ("How long words are kept", _kept(settings), False),
        ("Pictures", _pictures(settings), False),
        ("The machine", _machine(settings), True),
    )
    return tuple(Part(title, tuple(lines), machine) for title, lines, machine in parts)


def _accounts(settings: Settings) -> Iterator[Line]:
    for each in settings.accounts:
        how = "by mail, files or by hand" if each.by_hand else f"looked at every {_seconds(each.poll_every_s)}"
        yield Line(f"{each.account.handle} on {shown_name(each.account.platform)}, {how}.", MAIN, "[[accounts]]")
    if not settings.accounts:
        yield Line("No account is watched.", MAIN, "[[accounts]]")


def _duty(settings: Settings) -> Iterator[Line]:
    for line in duty_in_words(settings.policy):
        yield Line(f"{line[:1].upper()}{line[1:]}.", POLICY, "[duty]")


def _alerts(settings: Settings) -> Iterator[Line]:
    alerts = settings.alerts
    if not alerts.enabled:
        yield Line(
            "Nobody is told by message. What is urgent only stands first in the queue.", MAIN, "[alerts] enabled"
        )
        return
    yield Line(
        "It is told within a minute, by alert on the phones that take part, and by letter.", MAIN, "[alerts] enabled"
    )
    for who, words in ON_CALL.items():
        person = alerts.contacts.get(who)
        said = f"{words[:1].upper()}{words[1:]}: {_person(person)}" if person else f"No letter goes to {words}."
        yield Line(said, MAIN, f"[alerts] {who.value}")
    repeat, then = _minutes(alerts.repeat_after), _minutes(alerts.then_every)
    yield Line(
        f"The head is told again after {repeat}, and everybody after as long again.",
        MAIN,
        "[alerts] repeat_after_minutes",
    )
    yield Line(f"After that everybody is told every {then}, until somebody looks.", MAIN, "[alerts] then_every_minutes")
    digest = " and ".join(map(_clock, alerts.digest_at))
    said = f"How many wait is told at {digest}." if digest else "How many wait is told to nobody."
    yield Line(said, MAIN, "[alerts] digest_at")


def _letters(settings: Settings) -> Iterator[Line]:
    weekly = settings.weekly
    if not settings.mail.on:
        yield Line("No letter is sent: no mail server is named.", MAIN, "[mail] host")
    elif not weekly.to:
        yield Line("Nobody gets the summary of each week.", MAIN, "[weekly] to")
    else:
        yield Line(f"The summary of each week goes to {_people(weekly.to)}.", MAIN, "[weekly] to")
        day = WEEKDAYS[weekly.weekday]
        yield Line(f"It goes out on {day} at {_clock(weekly.time)}.", MAIN, "[weekly] day, time")
        governors = f"get totals: {_people(weekly.governors)}" if weekly.governors else "get nothing"
        yield Line(f"Governors {governors}.", MAIN, "[weekly] governors")


def _kept(settings: Settings) -> Iterator[Line]:
    for line in retention_in_words(settings.policy):
        yield Line(f"{line[:1].upper()}{line[1:]}.", POLICY, "[retention]")
    yield Line(
        f"The pupils’ roll counts as stale after {settings.roll.expires_days} days.",
        MAIN,
        "[detectors] roll_expires_days",
    )


def _pictures(settings: Settings) -> Iterator[Line]:
    where = ", ".join(map(shown_name, settings.pictures.platforms))
    said = f"Pictures in comments are read on: {where}." if where else "No picture in a comment is ever fetched."
    yield Line(said, MAIN, "[pictures] platforms")


def _machine(settings: Settings) -> Iterator[Line]:
    kind = (
        "a PostgreSQL database" if settings.store_url.startswith("postgresql") else "an encrypted file on this machine"
    )
    yield Line(f"The records are {kind}.", MAIN, "[store] url")
    backup = settings.backup
    said = (
        f"Backups are kept for {backup.keep_daily} days and {backup.keep_weekly} weeks."
        if backup.on
        else "No backup is made."
    )
    yield Line(said, MAIN, "[backup] recipients, keep_daily, keep_weekly")
    mail = settings.mail
    yield Line(f"The mail server is {mail.host}." if mail.on else "No mail server is named.", MAIN, "[mail] host")
    yield Line(
        f"The page is at {settings.web.origin}, and listens on {settings.web.where}.", MAIN, "[web] origin, listen"
    )
    yield Line(
        f"Toxic words are read by: {settings.toxicity.rpartition('/')[2] or settings.toxicity}.",
        MAIN,
        "[detectors] toxicity",
    )
    yield Line(f"Whole comments are read by: {settings.reader.rpartition('/')[2]}.", MAIN, "[detectors] reader")
    watcher = (
        "A service outside hears that the program is alive."
        if settings.alerts.ping_url
        else ("No service outside hears whether the program is alive.")
    )
    yield Line(watcher, MAIN, "[alerts] ping_url")


def _people(found: Iterable[Person]) -> str:
    return ", ".join(map(_person, found))


def _person(person: Person) -> str:
    return person.name or person.address


def _clock(at: time) -> str:
    return f"{at:%H:%M}"


def _minutes(length: timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def _seconds(count: int) -> str:
    return "second" if count == 1 else "minute" if count == 60 else f"{count} seconds"
