"""The answers put into moderator.toml and policy.toml, whose comments stay, and into credential files. Values in, text out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import tomlkit
from tomlkit import TOMLDocument

from moderator.setup.answers import Account, Answers, Mail

MAIL_PASSWORD = "mail.password"  # noqa: S105  The name of a file.


@dataclass(frozen=True, slots=True)
class Written:
    """What the files are to hold. `secrets` are credential files by name; what is not there stays as it is."""

    main: str
    policy: str
    secrets: Mapping[str, str]


def written(main: str, policy: str, answers: Answers, new: bool) -> Written:
    """The files as they stand come in. `new`: they are the shipped examples, of which the invented school is not kept."""
    document, rules = tomlkit.parse(main), tomlkit.parse(policy)
    secrets: dict[str, str] = {}
    if new:
        document["mode"] = "shadow"
    if answers.state_dir:
        document["state_dir"] = answers.state_dir
    if answers.school:
        _set(document, "school", name=answers.school)
    if answers.head.name:
        _set(document, "people", head=answers.head.name)
    if answers.mail is not None:
        _set_mail(document, answers.mail, secrets)
    if answers.head.address:
        _set_head(document, answers)
    for account in answers.accounts:
        _set_account(document, account)
        if account.login:
            secrets[f"{account.account_id}.json"] = json.dumps(dict(account.login), indent=1) + "\n"
    if answers.zone:
        _set(rules, "duty", time_zone=answers.zone)
    return Written(tomlkit.dumps(document), tomlkit.dumps(rules), secrets)


def _set(document: TOMLDocument, table: str, **values: object) -> None:
    """Only what differs is written, so that a file which says it already stays as it is to the letter."""
    if table not in document:
        document[table] = tomlkit.table()
    for key, value in values.items():
        if document[table].get(key) != value:
            document[table][key] = value


def _set_mail(document: TOMLDocument, mail: Mail, secrets: dict[str, str]) -> None:
    where = {"host": mail.host, "port": mail.port, "security": mail.security, "user": mail.user}
    _set(document, "mail", **where, sender=mail.sender, reply_to=mail.reply_to or mail.sender)
    _set(document, "mail", password_file=MAIL_PASSWORD if mail.user else "")
    if mail.user and mail.password:
        secrets[MAIL_PASSWORD] = f"{mail.password}\n"


def _set_head(document: TOMLDocument, answers: Answers) -> None:
    head = answers.head
    address = f"{head.name} <{head.address}>" if head.name else head.address
    _set(document, "weekly", to=[address])
    if answers.mail is not None or document.get("mail", {}).get("host"):
        _set(document, "alerts", enabled=True, head=address)


def _set_account(document: TOMLDocument, account: Account) -> None:
    """In the place of the one with the same id, or after the others."""
    if "accounts" not in document:
        document["accounts"] = tomlkit.aot()
    tables = document["accounts"]
    found = next((each for each in tables if each.get("id") == account.account_id), None)
    table = tomlkit.table() if found is None else found
    values = {"id": account.account_id, "platform": account.platform, "handle": account.handle}
    values["credentials"] = f"{account.account_id}.json"
    if account.api_base:
        values["api_base"] = account.api_base
    for key, value in values.items():
        if table.get(key) != value:
            table[key] = value
    if found is None:
        tables.append(table)


def shipped_config(*places: Path) -> Path:
    """The folder of the example files: the first of the places that has them. Raises FileNotFoundError."""
    for place in places:
        if (place / "moderator.toml").is_file():
            return place
    raise FileNotFoundError(places[0])
