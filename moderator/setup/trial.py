"""The files tried out in a folder of their own before anybody relies on them: read, and every connection made once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import tomlkit

from moderator.build import build_platform, open_database
from moderator.checkup.lines import Line
from moderator.checkup.outside import login_line, mail_line
from moderator.reports.mail import Mailer
from moderator.settings import Settings, read_settings
from moderator.settings.credentials import read_private_bytes
from moderator.settings.faults import Fault, FaultyFiles
from moderator.settings.private_files import write_private
from moderator.setup.write import Written


@contextmanager
def tried(
    plan: Written, config: Path, credentials: Path, old_secrets: Sequence[Path], prefix: str
) -> Iterator[Settings]:
    """The settings as they would be, in a folder that is gone afterwards.

    `old_secrets` are the credential files that are there already, whose names begin with `prefix`. Raises ConfigError with all
    faults, each at the place where the file will lie or lies.
    """
    with tempfile.TemporaryDirectory(prefix="moderator-setup-") as name:
        folder = Path(name)
        here, secrets = folder / "config", folder / "state" / "credentials"
        here.mkdir()
        secrets.mkdir(parents=True, mode=0o700)
        document = tomlkit.parse(plan.main)
        document["state_dir"] = str(folder / "state")
        school = document.get("school", {})
        if school.get("file"):
            school["file"] = str((config / school["file"]).absolute())
        (here / "moderator.toml").write_text(tomlkit.dumps(document), encoding="utf-8")
        (here / "policy.toml").write_text(plan.policy, encoding="utf-8")
        for path in old_secrets:
            write_private(secrets / path.name.removeprefix(prefix), read_private_bytes(path))
        for file, text in plan.secrets.items():
            write_private(secrets / file, text.encode())
        try:
            settings = read_settings(here, credentials_dir=secrets)
        except FaultyFiles as error:
            raise FaultyFiles(
                [_really(fault, {here: config, secrets: credentials}) for fault in error.faults]
            ) from None
        yield settings


def _really(fault: Fault, places: Mapping[Path, Path]) -> Fault:
    """The same with the folders that a person knows in the place of those that are gone."""
    file, what = fault.file, fault.what
    for ours, theirs in places.items():
        file = theirs / file.name if file.parent == ours else file
        what = what.replace(str(ours), str(theirs))
    return replace(fault, file=file, what=what)


def connection_lines(settings: Settings, asked: Sequence[str], mail: bool, now: datetime) -> Iterator[Line]:
    """Each account in `asked` and, with `mail`, the mail server: reached and logged in."""
    database = open_database(replace(settings, store_url=f"sqlcipher:///{settings.state_dir}/trial.db"))
    try:
        for each in settings.accounts:
            if each.account.id in asked:
                yield login_line(build_platform(each, database, settings.state_dir), now)
    finally:
        database.close()
    if mail:
        yield mail_line(settings.mail, Mailer(settings.mail), offline=False, letter=None)
