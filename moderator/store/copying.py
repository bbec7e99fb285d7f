"""A copy of an SQLCipher database in use, in a file of its own."""

from __future__ import annotations

from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher

from moderator.errors import StoreError
from moderator.store import faults
from moderator.store.database import Database
from moderator.store.engines import make_private_file


def copy_file(database: Database, target: Path) -> None:
    """Write one moment's state to a new file, encrypted with the same key, while others read and write on.

    What was deleted is not in the copy, not even in unused pages. Raises StoreError; then there is no copy.
    """
    make_private_file(target)
    # Neither copying the file, which others may be writing to, nor SQLite's backup interface, which SQLCipher advises
    # against; VACUUM INTO keeps key and settings. https://www.zetetic.net/sqlcipher/sqlcipher-api/ (read 2026-11)
    connection = database.engine.raw_connection()
    try:
        connection.cursor().execute("VACUUM INTO ?", (str(target),))
    except sqlcipher.Error as error:
        target.unlink(missing_ok=True)
        said = (str(error) or type(error).__name__).splitlines()[0]
        words = faults.sentence(error, said).format(where=f"The copy {target}", said=said, who=faults.who_holds(error))
        raise StoreError(words) from None
    finally:
        connection.close()
