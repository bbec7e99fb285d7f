"""The [[accounts]] of moderator.toml, each with the credential file it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from moderator.domain import Account
from moderator.platforms.base import MICRODOLLARS
from moderator.settings.byhand import by_hand_options
from moderator.settings.credentials import KINDS, Credentials, read_credentials
from moderator.settings.documents import Document, check_form
from moderator.settings.faults import Fault, gathered
from moderator.settings.forms import (
    ACCOUNT_FORMS,
    AccountForm,
    AnyAccountForm,
    ByHandAccountForm,
    OnlineAccountForm,
    XAccountForm,
    YouTubeAccountForm,
    page_of,
)
from moderator.settings.hosts import is_loopback
from moderator.settings.values import AccountSettings


def read_accounts(
    document: Document, school_id: str, credentials_dir: Path, faults: list[Fault], logins: bool = True
) -> tuple[AccountSettings, ...]:
    """Every account without faults; what is wrong with the others is added to `faults`.

    Without `logins` a credential file that is not there is no fault, and the account has none.
    """
    tables = document.values.get("accounts")
    # What is no list of tables was told already, with the form of the whole file.
    listed = [item for item in tables if isinstance(item, dict)] if isinstance(tables, list) else []
    faults += _doubles(document, listed)
    found = [
        _account(document, at, table, school_id, credentials_dir, faults, logins) for at, table in enumerate(listed)
    ]
    return tuple(account for account in found if account is not None)


def _account(
    document: Document,
    at: int,
    table: Mapping[str, Any],
    school_id: str,
    folder: Path,
    faults: list[Fault],
    logins: bool,
) -> AccountSettings | None:
    form = _form(table)
    checked, wrong = check_form(form, document, table, ("accounts", at))
    faults += [_of_another_platform(fault, form) for fault in wrong]
    if isinstance(checked, ByHandAccountForm):
        return _by_hand(document, at, checked, school_id, folder, faults, logins)
    credentials = _credentials(document, at, table, folder, faults, logins)
    if not isinstance(checked, OnlineAccountForm):
        return None
    faults += _disagreements(document, at, checked)
    if credentials is None:
        return None
    return AccountSettings(
        account=Account(checked.id, checked.platform, checked.handle, checked.native_id, school_id),
        credentials=credentials,
        api_base=checked.api_base.rstrip("/"),
        poll_every_s=checked.poll_every_s,
        options=_options(checked),
    )


def _form(table: Mapping[str, Any]) -> type[AccountForm]:
    """By the platform; a place that is not known by name says its kind."""
    platform = table.get("platform")
    if table.get("kind") == "byhand":
        return ByHandAccountForm
    return ACCOUNT_FORMS.get(platform, AnyAccountForm) if isinstance(platform, str) else AnyAccountForm


def _by_hand(
    document: Document,
    at: int,
    form: ByHandAccountForm,
    school_id: str,
    folder: Path,
    faults: list[Fault],
    logins: bool,
) -> AccountSettings:
    """An account at a place without an API: its one secret is the password of the mailbox, which the options hold."""
    return AccountSettings(
        account=Account(form.id, form.platform, form.handle, "", school_id),
        credentials=Credentials({}),
        api_base="",
        poll_every_s=form.poll_every_s,
        options=by_hand_options(document, at, form, folder, faults, logins),
        by_hand=True,
    )


def _options(form: AccountForm) -> dict[str, Any]:
    """What the adapter of this platform takes, under the names that it takes it by."""
    options: dict[str, Any] = {"poll_every_s": form.poll_every_s}
    match form:
        case XAccountForm():
            options["monthly_limit_microdollars"] = round(form.monthly_limit_dollars * MICRODOLLARS)
            options["owns_app"] = form.owns_app
        case YouTubeAccountForm():
            options |= {"daily_units": form.daily_units, "reserve_units": form.reserve_units}
    return options


def _credentials(
    document: Document, at: int, table: Mapping[str, Any], folder: Path, faults: list[Fault], logins: bool
) -> Credentials | None:
    """Read also where the table around it has faults, so that those of the file are told with them."""
    name, platform = table.get("credentials"), table.get("platform")
    if not isinstance(name, str) or "/" in name or not isinstance(platform, str) or platform not in KINDS:
        return None
    path = folder / name
    if not path.exists() and not logins:
        return Credentials({})
    if not path.exists():
        # The name is not repeated: it is a token, where somebody put one there by mistake.
        what = f"no file of this name is in {folder}; make it as {page_of(platform)} describes, mode 0600"
        faults.append(document.fault(("accounts", at, "credentials"), what))
        return None
    with gathered(faults):
        return read_credentials(path, platform)
    return None


def _of_another_platform(fault: Fault, form: type[AccountForm]) -> Fault:
    """A key that only accounts on another platform have is not misspelt."""
    owners = [name for name, other in ACCOUNT_FORMS.items() if fault.path[-1] in other.model_fields]
    if not owners or fault.path[-1] in form.model_fields:
        return fault
    return replace(fault, what=f"only accounts on {' and '.join(owners)} have this key; take it out here")


def _disagreements(document: Document, at: int, form: OnlineAccountForm) -> list[Fault]:
    """What is wrong only in the sight of two keys, or beyond a key's shape."""
    faults = []
    if form.api_base and (why := address_fault(form.api_base)):
        faults.append(document.fault(("accounts", at, "api_base"), why))
    if isinstance(form, YouTubeAccountForm) and form.reserve_units >= form.daily_units:
        what = (
            f"must be less than daily_units ({form.daily_units}), got {form.reserve_units}: nothing is left for reading"
        )
        faults.append(document.fault(("accounts", at, "reserve_units"), f"{what}; the default is 2000 of 10000"))
    return faults


def _doubles(document: Document, tables: list[dict[str, Any]]) -> list[Fault]:
    ids = [table.get("id") for table in tables]
    return [
        document.fault(
            ("accounts", at, "id"), f"accounts[{ids.index(name)}] has this id already; every id is used once"
        )
        for at, name in enumerate(ids)
        if isinstance(name, str) and ids.index(name) < at
    ]


def address_fault(address: str) -> str:
    """What is wrong with the address of an API; "" if nothing is. It may hold a password, so it is not repeated."""
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return "is no address such as https://api.example.org"
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        return "must be an address such as https://api.example.org, without ? and #"
    if parts.username is not None:
        return "must hold no user name and password: secrets stand only in credential files"
    if parts.scheme == "http" and not is_loopback(host):
        return "must begin with https://, since the account's token travels there; http:// is for this machine only"
    return ""
