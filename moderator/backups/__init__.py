"""Backups: a copy of a database in use, looked through, encrypted for a key that is not on this machine; and the way back.

An open database and a folder come in, one file of the age format (https://age-encryption.org/v1) goes out. Nothing is ever
written to the disk unencrypted, and nothing that is read back takes the place of anything before all of it was found whole.
"""

from moderator.errors import ModeratorError


class BackupError(ModeratorError):
    """A backup cannot be made or read: another key, a damaged file, a program of PostgreSQL's that is missing."""


__all__ = ["BackupError"]
