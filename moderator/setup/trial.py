"""The files tried out in a folder of their own before anybody relies on them: read, and every connection made once."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
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
from moderator.settings.private_files import write_private
from moderator.setup.write import Written


@contextmanager
def tried(plan: Written, config: Path, old_secrets: Sequence[Path], prefix: str) -> Iterator[Settings]:
    """The settings as they would be, in a folder that is gone afterwards. Raises ConfigError with all faults.

    `old_secrets` are the credential files that are there already, whose names begin with `prefix`.
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
            shutil.copyfile(path, secrets / path.name.removeprefix(prefix))
            (secrets / path.name.removeprefix(prefix)).chmod(0o600)
        for file, text in plan.secrets.items():
            write_private(secrets / file, text.encode())
        yield read_settings(here, credentials_dir=secrets)


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
