"""How letters leave and to whom: the [mail] and [weekly] tables of moderator.toml. While no host is named nothing is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field

from moderator.policy.duty import DAYS, Term
from moderator.settings.credentials import read_password
from moderator.settings.documents import Document
from moderator.settings.faults import Fault, gathered
from moderator.settings.forms import Form, NoFileName, Seconds
from moderator.settings.hosts import is_loopback
from moderator.settings.policy_forms import TermForm

Security = Literal["starttls", "tls", "none"]
ADDRESS = r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"
NAMED = rf"{ADDRESS}|[^<>@\x00-\x1f\x7f]{{1,80}} <{ADDRESS}>"
AN_ADDRESS = 'an address such as office@school.example or "Mrs Example <head@school.example>"'
SomeAddress = Annotated[str, Field(pattern=rf"^({NAMED})$", description=AN_ADDRESS)]
NoAddress = Annotated[str, Field(pattern=rf"^(|{NAMED})$", description=AN_ADDRESS)]
NOBODY = "moderator@moderator.invalid"
"""The sender while none is named: letters are then only looked at, never sent. https://www.rfc-editor.org/rfc/rfc2606"""


class MailForm(Form):
    host: str = Field(default="", pattern=r"^[A-Za-z0-9.:-]*$", description="a host name")
    port: int = Field(default=587, ge=1, le=65535)
    security: Security = "starttls"
    user: str = Field(default="", pattern=r"^[^\x00-\x1f\x7f]*$", description="one line")
    password_file: NoFileName = ""
    sender: NoAddress = ""
    reply_to: NoAddress = ""
    timeout_s: Seconds = Field(default=30, le=60)
    page: str = ""


class WeeklyForm(Form):
    to: list[SomeAddress] = Field(default_factory=list)
    day: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] = "mon"
    time: str = Field(default="07:30", pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="a time such as 07:30")
    governors: list[SomeAddress] = Field(default_factory=list)
    half_terms: list[TermForm] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a letter goes to, or answers go to: a name, perhaps empty, and a bare address."""

    name: str
    address: str

    @classmethod
    def read(cls, written: str) -> Person:
        return cls(*parseaddr(written))


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The school's way of sending letters; off while `host` is empty."""

    host: str
    port: int
    security: Security
    user: str
    password: str = field(repr=False)
    sender: Person
    reply_to: Person
    timeout_s: float = 30.0
    page: str = ""  # the address of the moderation page, without a slash at its end; empty: there is none

    @property
    def on(self) -> bool:
        return bool(self.host)

    @property
    def domain(self) -> str:
        """Of the sender: what every Message-ID ends with."""
        return self.sender.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class WeeklySettings:
    """Who is written to, and when."""

    to: tuple[Person, ...] = ()
    weekday: int = 0  # 0 for Monday
    time: time = time(7, 30)
    governors: tuple[Person, ...] = ()
    half_terms: tuple[Term, ...] = ()


def read_mail(
    document: Document, form: MailForm, folder: Path, faults: list[Fault], logins: bool = True
) -> MailSettings:
    """The way of sending; what is wrong with it is added to `faults`.

    The password stands in `folder`. Without `logins` it may be missing there: who sends no letters needs none.
    """
    faults += [document.fault(("mail", key), what) for key, what in _mail_faults(form)]
    password = ""
    if form.password_file and not (folder / form.password_file).exists():
        if logins:
            faults.append(document.fault(("mail", "password_file"), f"no file of this name is in {folder}"))
    elif form.password_file:
        with gathered(faults):
            password = read_password(folder / form.password_file)
    return MailSettings(
        host=form.host,
        port=form.port,
        security=form.security,
        user=form.user,
        password=password,
        sender=Person.read(form.sender or NOBODY),
        reply_to=Person.read(form.reply_to or form.sender or NOBODY),
        timeout_s=float(form.timeout_s),
        page=form.page.rstrip("/"),
    )


def _mail_faults(form: MailForm) -> Sequence[tuple[str, str]]:
    found = []
    if form.host:
        needed = (("sender", "letters come from it"), ("reply_to", "a person who reads the answers"))
        found += [(key, f"missing while a host is named; {what}") for key, what in needed if not getattr(form, key)]
    if form.host and form.security == "none" and not is_loopback(form.host):
        found.append(("security", '"none" is for a mail server on this machine only; write "starttls" or "tls"'))
    if bool(form.user) != bool(form.password_file):
        found.append(("user", "user and password_file belong together: write both, or neither"))
    if form.page and not _is_page(form.page):
        found.append(
            ("page", "must begin with https://, as https://moderation.school.example; http:// is for this machine")
        )
    return found


def _is_page(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    return safe and bool(parts.hostname) and address.isprintable() and not parts.query and not parts.fragment


def read_weekly(document: Document, form: WeeklyForm, faults: list[Fault]) -> WeeklySettings:
    faults += [
        document.fault(("weekly", "half_terms"), f"half term {at + 1} ends before it begins")
        for at, half in enumerate(form.half_terms)
        if half.last < half.first
    ]
    return WeeklySettings(
        to=tuple(map(Person.read, form.to)),
        weekday=DAYS.index(form.day),
        time=time.fromisoformat(form.time),
        governors=tuple(map(Person.read, form.governors)),
        half_terms=tuple(sorted((Term(half.first, half.last) for half in form.half_terms), key=_first)),
    )


def _first(term: Term) -> tuple[date, date]:
    return term.first, term.last
