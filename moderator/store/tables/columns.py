"""What all tables share: the form of times and words, the base of a row, indexes over what waits."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import ClassVar

from sqlalchemy import (
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Text,
    TypeDecorator,
    text,
)
from sqlmodel import SQLModel

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
FORM_OF_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class AwareUtc(TypeDecorator[datetime]):
    """An aware time, given back in UTC by both databases; SQLite keeps no zone, so it is given UTC. Refuses a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text from outside, letter for letter but for what no database holds.

    JSON can carry half a surrogate pair, which has no UTF-8, and NUL, which PostgreSQL refuses. Each becomes U+FFFD, one
    character for one, so that spans still fit.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


def storable(words: str) -> str:
    """The words with U+FFFD in the place of each character that no database holds."""
    return UNSTORABLE.sub("\ufffd", str(words))


class Row(SQLModel):
    metadata: ClassVar[MetaData] = MetaData(naming_convention=FORM_OF_NAMES)


def of_account() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["school_id", "account_id"], ["accounts.school_id", "accounts.id"])


def only_where(name: str, *columns: str, sqlite: str, postgresql: str | None = None) -> Index:
    """An index over the few rows that wait for something: it stays small however much was read before.

    SQLite has no figures to choose an index by, so it takes the one that most conditions fit: what makes the row wait is
    therefore among the columns too, or is asked for as a range.
    """
    return Index(name, *columns, sqlite_where=text(sqlite), postgresql_where=text(postgresql or sqlite))
