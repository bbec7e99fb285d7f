"""The answers put into moderator.toml and policy.toml, whose comments stay, and into credential files. Values in, text out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path

import tomlkit
from tomlkit import TOMLDocument

from moderator.domain import plain_handle
from moderator.errors import ConfigError
from moderator.setup.answers import Account, Answers, Head, Mail

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
    had_mail = not new and _has_mail(document)
    if answers.mail is not None:
        _set_mail(document, answers.mail, secrets)
    if answers.head.address:
        _set_head(document, answers.head, had_mail)
    for account in answers.accounts:
        file = _set_account(document, account)
        if account.login:
            secrets[file] = json.dumps(dict(account.login), indent=1) + "\n"
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
    stands = document.get("mail", {})
    told = {"port": mail.port, "security": mail.security, "user": mail.user}
    where = {"host": mail.host} | {key: value for key, value in told.items() if value is not None}
    _set(document, "mail", **where, sender=mail.sender, reply_to=mail.reply_to or stands.get("reply_to") or mail.sender)
    user, file = document["mail"].get("user", ""), stands.get("password_file") or MAIL_PASSWORD
    _set(document, "mail", password_file=file if user else "")
    if mail.password and not user:
        raise ConfigError("The answers give a password of [mail], and no user it belongs to. Nothing was saved.")
    if mail.password:
        secrets[file] = f"{mail.password}\n"


def _has_mail(document: TOMLDocument) -> bool:
    return bool(document.get("mail", {}).get("host"))


def _set_head(document: TOMLDocument, head: Head, had_mail: bool) -> None:
    """Beside whoever gets the summary already. `had_mail`: letters could leave before, so that alerts which are off were
    switched off, or left off, by somebody; without a mail server they cannot be on."""
    address = f"{head.name} <{head.address}>" if head.name else head.address
    to = document.get("weekly", {}).get("to", [])
    if _bare(address) not in map(_bare, to):
        _set(document, "weekly", to=[*to, address])
    if _has_mail(document):
        _set(document, "alerts", head=address)
        if not had_mail or "enabled" not in document["alerts"]:
            _set(document, "alerts", enabled=True)


def _bare(address: str) -> str:
    return parseaddr(address)[1].casefold()


def known_accounts(answers: Answers, main: str) -> Answers:
    """The answers with the id of each account that stands already, by its platform and handle: nothing is read twice."""
    ids = {
        (each.get("platform"), plain_handle(str(each.get("handle", "")))): each.get("id")
        for each in tomlkit.parse(main).unwrap().get("accounts", [])
    }
    accounts = [
        each.model_copy(update={"id": each.id or ids.get((each.platform, plain_handle(each.handle)))})
        for each in answers.accounts
    ]
    return answers.model_copy(update={"accounts": accounts})


def _set_account(document: TOMLDocument, account: Account) -> str:
    """In the place of the one with the same id, or after the others. Returns the name of its credential file."""
    if "accounts" not in document:
        document["accounts"] = tomlkit.aot()
    tables = document["accounts"]
    found = next((each for each in tables if each.get("id") == account.account_id), None)
    table = tomlkit.table() if found is None else found
    values = {"id": account.account_id, "platform": account.platform, "handle": account.handle}
    file = str(table.get("credentials") or f"{account.account_id}.json")
    values["credentials"] = file
    if account.api_base:
        values["api_base"] = account.api_base
    for key, value in values.items():
        if table.get(key) != value:
            table[key] = value
    if found is None:
        tables.append(table)
    return file


def shipped_config(*places: Path) -> Path:
    """The folder of the example files: the first of the places that has them. Raises FileNotFoundError."""
    for place in places:
        if (place / "moderator.toml").is_file():
            return place
    raise FileNotFoundError(places[0])
