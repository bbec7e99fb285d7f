"""trust.toml and the schools' folders -> one checked `TrustSettings`, and each school's `Settings` when it is asked for.

A trust keeps many schools in one PostgreSQL database. Each school is a folder below `schools_dir`, called by the school's id,
with its own moderator.toml, policy.toml, roll, users and mail, just as a school that stands alone. Nothing is written but what
reading a school's own folder may write.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from pydantic import Field

from moderator.settings.documents import Document, check_form, read_document, resolved, without_secrets
from moderator.settings.faults import Fault, FaultyFiles
from moderator.settings.forms import AN_ID, ID, Form, NoFileName
from moderator.settings.read import MAIN, POLICY, read_settings
from moderator.settings.store_address import DRIVER, same_place, store_address
from moderator.settings.trust_apps import AppForm, SharedAppSettings, shared_apps
from moderator.settings.values import Settings

TRUST = "trust.toml"
_ADDRESS = f"must be an address such as {DRIVER}://moderator_app@localhost/moderator: a trust is kept in PostgreSQL"

Stamp = tuple[tuple[str, int, int, int], ...]
"""What the files of a school's folder were when they were read: name, inode, size and time of change in ns."""


class TrustStoreForm(Form):
    url: str = Field(min_length=1, examples=["postgresql+psycopg://moderator_app@localhost/moderator"])
    password_file: NoFileName = ""


class WorkerForm(Form):
    """How workers share the work."""

    polls_at_once: int = Field(default=6, ge=1, le=64)
    acts_at_once: int = Field(default=3, ge=1, le=64)
    per_school: int = Field(default=2, ge=1, le=64)
    lease_s: int = Field(default=45, ge=10, le=3600)
    poll_every_s: int = Field(default=300, ge=1, le=3600)
    poll_after_post_s: int = Field(default=120, ge=1, le=3600)
    poll_quiet_s: int = Field(default=1800, ge=1, le=86_400)
    log_format: Literal["text", "json"] = "text"
    schools_kept: int = Field(default=1000, ge=1, le=100_000)


class TrustForm(Form):
    """trust.toml, table by table."""

    schools_dir: str = Field(default="schools", min_length=1)
    store: TrustStoreForm
    worker: WorkerForm = WorkerForm()
    apps: list[AppForm] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SchoolPlace:
    """One school of a trust: its id and the folder with its files."""

    school_id: str
    folder: Path


@dataclass(frozen=True, slots=True)
class TrustSettings:
    """What trust.toml says, and which schools there were when it was read."""

    path: Path
    store_url: str = field(repr=False)  # postgresql+psycopg://…, the password of password_file in it
    schools_dir: Path
    schools: tuple[SchoolPlace, ...]  # by id
    form: TrustForm
    apps: tuple[SharedAppSettings, ...] = ()

    def app_of(self, school_id: str, platform: str) -> SharedAppSettings | None:
        """The app that the school shares with others on this platform; None: it brings its own."""
        shared = (app for app in self.apps if app.platform == platform and school_id in app.schools)
        return next(shared, None)


def read_trust(path: Path, *, credentials_dir: Path | None) -> TrustSettings:
    """The trust's file, checked; `schools_dir` begins at its folder, and None stands for the folder "credentials" beside it.

    The schools' own files are not read here. Raises ConfigError with all faults.
    """
    faults: list[Fault] = []
    document, found = without_secrets(read_document(path))
    form, wrong = check_form(TrustForm, document, document.values)
    faults += [*found, *wrong]
    if form is None:
        raise FaultyFiles(faults)
    folder = credentials_dir or path.parent / "credentials"
    url = store_address(document, form.store.url, form.store.password_file, folder, _ADDRESS, faults)
    schools_dir = resolved(path.parent, form.schools_dir)
    schools = _schools(document, schools_dir, faults)
    apps = shared_apps(document, form.apps, [place.school_id for place in schools], faults)
    if faults:
        raise FaultyFiles(faults)
    return TrustSettings(path, url, schools_dir, schools, form, apps)


def _schools(document: Document, schools_dir: Path, faults: list[Fault]) -> tuple[SchoolPlace, ...]:
    """Every folder with a moderator.toml; another is none of a school, and one that begins with a dot is put aside."""
    try:
        with os.scandir(schools_dir) as entries:
            folders = sorted(entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir())
    except OSError as error:
        what = f"{schools_dir} cannot be read: {error.strerror}. It holds one folder for each school"
        faults.append(document.fault(("schools_dir",), what))
        return ()
    places = [SchoolPlace(name, schools_dir / name) for name in folders if (schools_dir / name / MAIN).is_file()]
    for place in places:
        if not re.fullmatch(ID, place.school_id):
            faults.append(Fault(place.folder, f"a school's folder is called by its id: {AN_ID}"))
    return tuple(places)


class Schools:
    """The settings of a trust's schools, each read when it is asked for, and anew once a file of its folder changed.

    Safe to share between threads. A school whose files are faulty stops no other.
    """

    def __init__(
        self,
        trust: TrustSettings,
        credentials_of: Callable[[Path], Path | None] = lambda _folder: None,
        logins: bool = True,
    ) -> None:
        """`credentials_of` says where the credential files of a school's folder lie; None: `state_dir`/credentials.

        Without `logins` the accounts' credential files may be missing, as where comments are judged and nothing else is done.
        """
        self.trust, self._logins = trust, logins
        self._folders = {place.school_id: place.folder for place in trust.schools}
        self._credentials_of = credentials_of
        self._kept: dict[str, tuple[Stamp, Settings]] = {}
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[str]:
        return iter(self._folders)

    def __len__(self) -> int:
        return len(self._folders)

    def follow(self, trust: TrustSettings) -> tuple[set[str], set[str]]:
        """Go on with the schools and apps that the trust's file and folders say now; returns which came and which went.

        The database and [worker] stay those of the start. Raises ConfigError where every school is gone at once, as where a
        disk is not there: that is taken for a mistake.
        """
        folders = {place.school_id: place.folder for place in trust.schools}
        if self._folders and not folders:
            raise FaultyFiles([Fault(trust.schools_dir, "holds no school any more. Nothing was changed")])
        with self._lock:
            came, went = folders.keys() - self._folders.keys(), self._folders.keys() - folders.keys()
            self.trust = replace(self.trust, schools_dir=trust.schools_dir, schools=trust.schools, apps=trust.apps)
            self._folders = folders
            for school_id in went:
                self._kept.pop(school_id, None)
        return came, went

    def _folder(self, school_id: str) -> Path | None:
        """Of a school that another worker saw first, too."""
        found = self._folders.get(school_id)
        there = self.trust.schools_dir / school_id
        return there if found is None and re.fullmatch(ID, school_id) and (there / MAIN).is_file() else found

    def settings(self, school_id: str) -> Settings:
        """The school's settings as its files say now; the same object for as long as none of them changed.

        Raises ConfigError with all faults of its files, and where no such school is in the trust.
        """
        folder = self._folder(school_id)
        if folder is None:
            raise FaultyFiles(
                [Fault(self.trust.schools_dir / school_id, f"there is no {MAIN}, so that no school is there")]
            )
        stamp = _stamp(folder)
        with self._lock:
            kept = self._kept.get(school_id)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        settings = self._read(school_id, folder)
        with self._lock:
            self._kept[school_id] = stamp, settings
        return settings

    def _read(self, school_id: str, folder: Path) -> Settings:
        settings = read_settings(folder, credentials_dir=self._credentials_of(folder), logins=self._logins)
        main = folder / MAIN
        faults = []
        if settings.school.id != school_id:
            what = f'is "{settings.school.id}", and the folder is called {school_id}: both must be the same'
            faults.append(Fault(main, what, ("school", "id")))
        if settings.state_dir.name != school_id:
            what = f"must end with the school's id, such as /var/lib/moderator/{school_id}: no two schools share one"
            faults.append(Fault(main, what, ("state_dir",)))
        if not same_place(settings.store_url, self.trust.store_url):
            what = f"must name the trust's database, as {self.trust.path} does: a command for this school opens it too"
            faults.append(Fault(main, what, ("store", "url")))
        if faults:
            raise FaultyFiles(faults)
        return replace(settings, store_url=self.trust.store_url)


def _stamp(folder: Path) -> Stamp:
    """Of the files that `read_settings` reads there. One that went away is told by reading, not here."""
    found = []
    for name in (MAIN, POLICY, *sorted(path.name for path in folder.glob("*.json"))):
        try:
            at = (folder / name).stat()
        except OSError:
            continue
        found.append((name, at.st_ino, at.st_size, at.st_mtime_ns))
    return tuple(found)
