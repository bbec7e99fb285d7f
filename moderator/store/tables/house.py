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
