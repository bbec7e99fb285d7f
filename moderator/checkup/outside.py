"""What lies outside the machine: the platforms' logins, the mail server, the push services. Nothing is changed there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit

import httpx

from moderator.checkup.lines import Line, fail, ok, skipped, warn
from moderator.errors import ModeratorError
from moderator.platforms.base import Platform
from moderator.reports.mail import Mailer, new_message, packed, stable_id
from moderator.settings.alerts import AlertSettings
from moderator.settings.forms import page_of
from moderator.settings.mail import MailSettings
from moderator.store.mails import Mail
from moderator.store.pushes import Subscription

OFFLINE = "not asked, since --offline was given"
REACH_S = 10.0


def login_line(platform: Platform, now: datetime) -> Line:
    """Whether the account's token works and has the permissions that are needed, as its platform says."""
    account = platform.account
    try:
        state = platform.check(now)
    except ModeratorError as error:
        return fail(account.id, str(error), f"See {page_of(account.platform)}.")
    said = f"{state.account.handle} ({state.account.native_id})"
    if state.warnings:
        return warn(account.id, f"{said}; {'; '.join(state.warnings)}", f"See {page_of(account.platform)}.")
    return ok(account.id, said)


def mail_line(settings: MailSettings, mailer: Mailer, offline: bool, letter: Mail | None) -> Line:
    """Connect, encrypt, log in, leave; `letter` is handed over as well, where there is one."""
    if not settings.on:
        return warn(
            "mail",
            "no mail server is named, so that no summary and no alert is sent",
            "Fill in [mail]: docs/weekly-summary.md",
        )
    where = f"{settings.host}:{settings.port}"
    if offline:
        return skipped("mail", f"{where}: {OFFLINE}")
    try:
        mailer.greet() if letter is None else mailer.send(letter)
    except ModeratorError as error:
        return fail("mail", str(error), "Compare [mail] in moderator.toml with what your mail provider says.")
    how = {"none": "in the open, on this machine", "tls": "encrypted", "starttls": "encrypted (STARTTLS)"}
    did = (
        "a test letter was taken"
        if letter
        else f"logged in as {settings.user}"
        if settings.user
        else "no login asked for"
    )
    return ok("mail", f"{where}, {how[settings.security]}, {did}")


def trial_letter(settings: MailSettings, now: datetime) -> Mail:
    """A letter to the person who reads answers, which says what it is."""
    key = f"check {now.isoformat()}"
    message = new_message(settings, settings.reply_to, "A test letter of moderator", stable_id(settings, key), now)
    message.set_content(
        "This is only a test: moderator check --send was run, and letters leave. Nothing is to be done.\n"
    )
    return packed(message, key, "check", now)


def push_lines(
    alerts: AlertSettings, phones: Sequence[Subscription], letters: Mapping[str, datetime], offline: bool
) -> Iterator[Line]:
    """Whom alerts reach, and by which ways. `letters` are the addresses that have shown that letters arrive, and when."""
    if not alerts.enabled:
        yield warn(
            "alerts", "off: nobody is told at once when somebody may be at risk", "Switch them on: docs/alerts.md"
        )
        return
    yield ways_line(alerts, phones, letters)
    for host in sorted({urlsplit(phone.endpoint).netloc for phone in phones}):
        yield (
            skipped("push", f"{host}: {OFFLINE}")
            if offline
            else host_line(next(p for p in phones if host in p.endpoint))
        )


def ways_line(alerts: AlertSettings, phones: Sequence[Subscription], letters: Mapping[str, datetime]) -> Line:
    tapped = sum(phone.confirmed_at is not None for phone in phones)
    proven = sum(person.address in letters for person in alerts.contacts.values())
    said = f"{tapped} of {len(phones)} phones and {proven} of {len(alerts.contacts)} addresses have shown that alerts arrive"
    if tapped < len(phones) or proven < len(alerts.contacts) or not phones:
        remedy = (
            "moderator alerts test"
            if phones
            else "docs/alerts.md says how a phone takes them, then: moderator alerts test"
        )
        return warn("alerts", said, remedy)
    return ok("alerts", said)


def host_line(phone: Subscription) -> Line:
    """Whether the phone's push service can be reached from here. Any answer will do; nothing is pushed."""
    parts = urlsplit(phone.endpoint)
    try:
        httpx.head(f"{parts.scheme}://{parts.netloc}/", timeout=REACH_S, follow_redirects=False)
    except httpx.HTTPError as error:
        return fail(
            "push", f"{parts.netloc} cannot be reached: {type(error).__name__}", "Let this machine call it over HTTPS."
        )
    return ok("push", f"{parts.netloc} answers")
