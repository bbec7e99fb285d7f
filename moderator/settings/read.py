"""config/*.toml and the credential files -> one checked `Settings`.

Every file is read and every fault gathered before one error tells them all. Nothing is written, but for the keys of the
database and of its audit trail at the first start, and that only where no fault was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from moderator.domain import Mode, School
from moderator.policy.authority import People, Role
from moderator.settings.accounts import read_accounts
from moderator.settings.alerts import VAPID_KEY, alert_key, read_alerts
from moderator.settings.backup import key_files, read_backup
from moderator.settings.credentials import held_at, read_key, store_key
from moderator.settings.documents import Document, check_form, read_document, resolved, without_secrets
from moderator.settings.faults import Fault, FaultyFiles, gathered
from moderator.settings.forms import PeopleForm, SchoolForm, StoreForm
from moderator.settings.mail import read_mail, read_weekly
from moderator.settings.main_form import MainForm
from moderator.settings.monitor import read_monitor
from moderator.settings.pictures import read_pictures
from moderator.settings.policy_file import checked_policy
from moderator.settings.school_file import read_school_file
from moderator.settings.store_address import DRIVER, file_address, store_address
from moderator.settings.values import AccountSettings, RollPlace, Settings
from moderator.settings.web import read_web

MAIN, POLICY = "moderator.toml", "policy.toml"
ROLL_KEY, AUDIT_KEY, EVIDENCE_KEY = "roll.key", "audit.key", "evidence.key"
DATABASE = "moderator.db"
_ADDRESS = f'must be "" or an address such as {DRIVER}://moderator@localhost/moderator'
_ONNX = "onnx:"


def read_settings(config_dir: Path, *, credentials_dir: Path | None, logins: bool = True) -> Settings:
    """Everything in `config_dir` and the credential files it names, checked.

    `credentials_dir` is what `credentials_folder` says of the environment; None stands for `state_dir`/credentials.
    Without `logins` the accounts' credential files may be missing: who only looks at the records needs none of them.
    Relative paths in the files begin at `config_dir`. Raises ConfigError that tells all faults of all files.
    """
    faults: list[Fault] = []
    try:
        return _read(config_dir, credentials_dir, faults, logins)
    except PermissionError as error:
        closed = Path(error.filename or config_dir)
        who = "is closed to this user. Run the command as root or as the user that the daemon runs as"
        raise FaultyFiles([*faults, Fault(closed, who)]) from error


def read_state_dir(config_dir: Path) -> Path:
    """Where the data lie, for commands that need no school yet: the rest of moderator.toml may still be faulty.

    Raises ConfigError where the file cannot be read or `state_dir` itself is wrong.
    """
    faults: list[Fault] = []
    main = _read_main(config_dir / MAIN, faults)
    if main is None or any(fault.path == ("state_dir",) for fault in faults):
        raise FaultyFiles(faults)
    return resolved(config_dir, main[1].state_dir)


def _read(config_dir: Path, credentials_dir: Path | None, faults: list[Fault], logins: bool) -> Settings:
    main = _read_main(config_dir / MAIN, faults)
    policy = checked_policy(config_dir / POLICY, faults)
    if main is None:
        raise FaultyFiles(faults)
    document, form = main
    state_dir = resolved(config_dir, form.state_dir)
    folder = credentials_dir if credentials_dir is not None else state_dir / "credentials"
    school = _school(document, form.school, config_dir, faults)
    accounts = read_accounts(document, school.id, folder, faults, logins)
    store_url = _store_url(document, form.store, state_dir, folder, faults)
    toxicity = _model(document, "toxicity", form.detectors.toxicity, config_dir, faults)
    reader = _model(document, "reader", form.detectors.reader, config_dir, faults)
    mail = read_mail(document, form.mail, folder, faults, logins)
    weekly = read_weekly(document, form.weekly, faults)
    alerts = read_alerts(document, form.alerts, form.mail.host, folder, faults, logins)
    web = read_web(document, form.web, mail.page, faults)
    monitor = read_monitor(document, form.monitor, faults)
    backup = read_backup(document, form.backup, config_dir, state_dir, faults)
    pictures = read_pictures(document, form.pictures, faults)
    _check_times(document, form.acting.verify_after_s, faults)
    _check_key(form.store, state_dir, folder, faults)
    if faults or policy is None:
        raise FaultyFiles(faults)
    return Settings(
        mode=Mode(form.mode),
        state_dir=state_dir,
        credentials_dir=folder,
        school=_with_own_accounts(school, accounts),
        people=_people(form.people),
        accounts=accounts,
        policy=policy,
        policy_path=config_dir / POLICY,
        store_url=store_url,
        store_key=store_key(folder, state_dir, form.store.key),
        audit_key=store_key(folder, state_dir, AUDIT_KEY),
        read_back_days=form.reading.read_back_days,
        act_every_s=form.acting.act_every_s,
        verify_after_s=tuple(form.acting.verify_after_s),
        log_format=form.log.format,
        log_level=form.log.level,
        toxicity=toxicity,
        reader=reader,
        roll=_roll_place(state_dir, folder, school.id, form.detectors.roll_expires_days),
        mail=mail,
        weekly=weekly,
        web=web,
        monitor=monitor,
        alerts=replace(alerts, vapid_key=alert_key(form.alerts, folder, state_dir)),
        pictures=pictures,
        checklist_due_days=form.checklist.due_within_days,
        backup=replace(
            backup,
            store_key=form.store.key,
            key_files=key_files((form.store.key, AUDIT_KEY, EVIDENCE_KEY, VAPID_KEY), folder, state_dir),
        ),
    )


def _read_main(path: Path, faults: list[Fault]) -> tuple[Document, MainForm] | None:
    """The main file, faulty keys left out; None where it cannot be read at all."""
    with gathered(faults):
        document, found = without_secrets(read_document(path))
        form, wrong = check_form(MainForm, document, document.values)
        faults += [*found, *wrong]
        return None if form is None else (document, form)
    return None


def _school(document: Document, form: SchoolForm, config_dir: Path, faults: list[Fault]) -> School:
    """The school, from its own file or as written in the main file."""
    if form.file:
        lists = ("official_accounts", "allowed_accounts", "staff", "public_figures", "classes")
        beside = [key for key in lists if getattr(form, key)]
        if beside:
            what = f"is given, so {', '.join(beside)} can stand in that file only"
            faults.append(document.fault(("school", "file"), what))
        with gathered(faults):
            school = read_school_file(resolved(config_dir, form.file), form.id)
            own_id = "id" in form.model_fields_set
            return replace(school, id=form.id if own_id else school.id, name=form.name.strip() or school.name)
    elif not form.name.strip():
        what = 'missing; for example name = "Valewood Primary", or name the school\'s file: file = "school.json"'
        faults.append(document.fault(("school", "name"), what))
    return School(
        id=form.id,
        name=form.name,
        official_accounts=form.official_accounts,
        allowed_accounts=tuple(form.allowed_accounts),
        staff=tuple(form.staff),
        public_figures=tuple(form.public_figures),
        classes=tuple(form.classes),
    )


def _with_own_accounts(school: School, accounts: Sequence[AccountSettings]) -> School:
    """The school with the watched accounts among its own: whoever mentions one of them tags nobody."""
    official = {watched.account.platform: watched.account.handle for watched in reversed(accounts)}
    others = (watched.account.handle for watched in accounts if watched.account.handle not in official.values())
    return replace(
        school,
        official_accounts={**official, **school.official_accounts},
        allowed_accounts=tuple(dict.fromkeys([*school.allowed_accounts, *others])),
    )


def _people(form: PeopleForm) -> People:
    """Who answers for what. Whoever has two roles keeps the one that may do more."""
    named = {name: Role.OTHER for name in form.others if name.strip()}
    named |= {form.head: Role.HEAD} if form.head.strip() else {}
    named |= {form.safeguarding_lead: Role.SAFEGUARDING_LEAD} if form.safeguarding_lead.strip() else {}
    return People(named)


def _store_url(document: Document, form: StoreForm, state_dir: Path, folder: Path, faults: list[Fault]) -> str:
    """The address of the database: the file in the state folder, or PostgreSQL's with its password."""
    if not form.url:
        return file_address(state_dir / DATABASE)
    return store_address(document, form.url, form.password_file, folder, _ADDRESS, faults)


def _model(document: Document, key: str, choice: str, config_dir: Path, faults: list[Fault]) -> str:
    """The choice with the whole path of the model's folder."""
    if not choice.startswith(_ONNX):
        return choice
    folder = resolved(config_dir, choice.removeprefix(_ONNX))
    if not folder.is_dir():
        what = f'{folder} is no folder; write the one that holds the exported model, or "built-in"'
        faults.append(document.fault(("detectors", key), what))
    return f"{_ONNX}{folder}"


def _check_times(document: Document, verify_after_s: Sequence[int], faults: list[Fault]) -> None:
    if list(verify_after_s) != sorted(set(verify_after_s)):
        what = f"must rise from each to the next, got {list(verify_after_s)}; the default is [60, 86400]"
        faults.append(document.fault(("acting", "verify_after_s"), what))


def _check_key(form: StoreForm, state_dir: Path, folder: Path, faults: list[Fault]) -> None:
    """A key that is there must be good; one that is not is made once everything else is known to be right."""
    path = held_at(folder, state_dir, form.key)
    if path.exists():
        with gathered(faults):
            read_key(path)
    elif not form.url and (state_dir / DATABASE).exists():
        what = f"is missing, and {state_dir / DATABASE} opens with no other key. Restore it from your backup, mode 0600"
        faults.append(Fault(path, what))


def _roll_place(state_dir: Path, folder: Path, school_id: str, expires_days: int) -> RollPlace:
    return RollPlace(state_dir / "roll.bin", held_at(folder, state_dir, ROLL_KEY), school_id, expires_days)
