"""The address of a PostgreSQL database as [store] writes it, with the password of the file that it names. Nothing is opened."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from moderator.settings.credentials import read_password
from moderator.settings.documents import Document
from moderator.settings.faults import Fault, gathered

DRIVER = "postgresql+psycopg"


def store_address(
    document: Document, url: str, password_file: str, folder: Path, demand: str, faults: list[Fault]
) -> str:
    """The whole address, or "" where it is wrong. The password stands in `folder`; `demand` says what the address must be."""
    place = parsed(url)
    if place is None or place.drivername != DRIVER or not place.database:
        faults.append(document.fault(("store", "url"), demand))
        return ""
    if place.password is not None or "password" in place.query:
        what = "must hold no password: put it alone into a credential file and name that file in password_file"
        faults.append(document.fault(("store", "url"), what))
        return ""
    if password_file and not (folder / password_file).exists():
        faults.append(document.fault(("store", "password_file"), f"no file of this name is in {folder}"))
    elif password_file:
        with gathered(faults):
            place = place.set(password=read_password(folder / password_file))
    return place.render_as_string(hide_password=False)


def file_address(path: Path) -> str:
    """The address of an SQLCipher file."""
    return URL.create("sqlcipher", database=str(path)).render_as_string()


def parsed(url: str) -> URL | None:
    """The parts of an address; None where it is none."""
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        return None


def same_place(one: str, other: str) -> bool:
    """Whether two addresses name the same database, whoever logs in there."""
    a, b = make_url(one), make_url(other)
    return (a.drivername, a.host, a.port or 5432, a.database) == (b.drivername, b.host, b.port or 5432, b.database)
