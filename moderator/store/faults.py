"""What a database complains of, as one sentence with its remedy.

The sentence never holds a statement's parameters, nor the row a database quotes: both may be a comment's words.
"""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from moderator.errors import Damaged, StoreError

NO_SPACE = (
    "The disk under {where} is full: nothing of this was saved. Make room on it; the daemon then goes on by itself."
)
HELD = (
    "{where} is held by another process, which did not let go in time. Nothing was changed. "
    "Try again; to see who holds it: {who}"
)
NO_TABLES = (
    "{where} lacks the tables of this version of moderator. Nothing was changed. "
    "Starting the daemon once sets them up: moderator run"
)
DAMAGED = (
    "{where} is damaged. Nothing was changed. Stop moderator, keep the file as it is, and put back the last "
    "backup: moderator restore FILE --identity KEYFILE --replace"
)
OF_SQLITE = {
    "SQLITE_NOTADB": (
        "{where} cannot be read with this key. Either the key file is not the one the database was made with, or the file "
        "is no database of moderator's, or its first page is damaged. Nothing was changed. Put back the key file that belongs to "
        "it; where that is the right one, the last backup: moderator restore FILE --identity KEYFILE --replace"
    ),
    "SQLITE_BUSY": HELD,
    "SQLITE_LOCKED": HELD,
    "SQLITE_FULL": NO_SPACE,
    "SQLITE_READONLY": (
        "{where} cannot be written. Nothing was changed. Let the user that runs moderator own the file and its folder."
    ),
    "SQLITE_CANTOPEN": (
        "{where} cannot be opened. Nothing was changed. Let the user that runs moderator own the file and its folder."
    ),
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_IOERR": "The disk under {where} failed while reading or writing. Check the disk (dmesg), then start again.",
}
NO_LOGIN = "{where} refused the user or password. Nothing was changed. Mend them in the database URL."
NO_DATABASE = "{where} does not exist on that server. Nothing was changed. Make it with: createdb"
OF_POSTGRESQL = {
    "XX001": DAMAGED,
    "XX002": DAMAGED,
    "25006": "{where} is a read-only standby. Nothing was changed. Point the database URL at the primary.",
    "42P01": NO_TABLES,
    "42703": NO_TABLES,
    "42501": "{where} denies this user what moderator needs. Make the user owner of the database.",
    "53100": NO_SPACE,
    "53300": "{where} has no connection left. Raise max_connections, or end what else is connected.",
    "55P03": HELD,
    "40": "{where} was changed by another process at the same moment. Nothing was changed. Try again.",
    "57": "{where} was shut down meanwhile. Nothing was changed. Start PostgreSQL; moderator then goes on by itself.",
}
AT_CONNECTING = {"password": NO_LOGIN, "role ": NO_LOGIN, "pg_hba.conf": NO_LOGIN, "database ": NO_DATABASE}
"""By a word in what the server said: libpq hands on no code for a connection that was refused, only words."""
UNREACHABLE = (
    "{where} cannot be reached: {said}. Nothing was changed. Check that PostgreSQL runs there and that the database URL "
    "names its host and port."
)
OTHER = "{where} refused this: {said}. Nothing was changed."


def store_error(error: SQLAlchemyError, where: str) -> StoreError:
    """The same fault, told to a person. `where` names the database without its password."""
    if isinstance(error, PoolTimeout):
        return StoreError(HELD.format(where=where, who="moderator check"))
    if not isinstance(error, DBAPIError) or error.orig is None:
        return StoreError(OTHER.format(where=where, said=type(error).__name__))
    said = (str(error.orig).strip() or type(error.orig).__name__).splitlines()[0]
    words = sentence(error.orig, said)
    kind = Damaged if words is DAMAGED else StoreError
    return kind(words.format(where=where, said=said, who=who_holds(error.orig)))


def sentence(fault: BaseException, said: str) -> str:
    name: str | None = getattr(fault, "sqlite_errorname", None)
    if name is not None:
        if said.startswith(("no such table", "no such column")):
            return NO_TABLES
        # Extended codes begin with the plain one: SQLITE_BUSY_SNAPSHOT, SQLITE_IOERR_WRITE.
        return next((words for code, words in OF_SQLITE.items() if name.startswith(code)), OTHER)
    state: str | None = getattr(fault, "sqlstate", None)
    if state is None:
        _, _, refusal = said.partition("FATAL: ")
        return next((words for word, words in AT_CONNECTING.items() if word in refusal), UNREACHABLE)
    return next((words for code, words in OF_POSTGRESQL.items() if state.startswith(code)), OTHER)


def who_holds(fault: BaseException) -> str:
    return "fuser -v on that file" if hasattr(fault, "sqlite_errorname") else "SELECT * FROM pg_stat_activity"
