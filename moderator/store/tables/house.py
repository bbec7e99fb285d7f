"""What the house itself remembers: what it used up, and who holds it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from moderator.store.tables.columns import AwareUtc, Row, Words


class MeterRow(Row, table=True):
    """What an account used up in one period."""

    __tablename__ = "meters"

    school_id: str = Field(primary_key=True, sa_type=Words)
    account_id: str = Field(primary_key=True, sa_type=Words)
    counter: str = Field(primary_key=True, sa_type=Words)
    period: str = Field(primary_key=True, sa_type=Words)
    amount: int = Field(sa_type=BigInteger)


class RunnerRow(Row, table=True):
    """The daemon that works on a school's data, or the last that did; the advisory lock says which."""

    __tablename__ = "runners"

    school_id: str = Field(primary_key=True, sa_type=Words)
    host: str = Field(sa_type=Words)
    pid: int
    since: datetime = Field(sa_type=AwareUtc)


class MoveRow(Row, table=True):
    """The school's records on their way to another database: in the one they leave, and in the one they go to."""

    __tablename__ = "moves"

    school_id: str = Field(primary_key=True, sa_type=Words)
    way: str = Field(sa_type=Words)  # "away" or "in"
    place: str = Field(sa_type=Words)  # the other database, without password
    audit_head: str = Field(sa_type=Words)  # of the records when they began to leave
    table_name: str = Field(sa_type=Words)  # how far it got: the table,
    last_key: str = Field(sa_type=Words)  # and the last key of it, as JSON
    began_at: datetime = Field(sa_type=AwareUtc)
    done_at: datetime | None = Field(sa_type=AwareUtc)  # None: under way
