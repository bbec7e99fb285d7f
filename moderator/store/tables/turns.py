"""Whose turn it is: the work of many schools that several workers share, by ids and times alone.

No row here says anything of a person, so that a worker can look over all schools at once; whatever the work needs stands in
tables that one school alone sees.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from moderator.store.tables.columns import AwareUtc, Row, Words, only_where


class TurnRow(Row, table=True):
    """One kind of work on one account, or on a school as a whole: when it is due, and which worker has it."""

    __tablename__ = "turns"
    __table_args__ = (
        Index("ix_turns_due", "work", "due_at"),
        only_where("ix_turns_urgent", "work", "due_at", sqlite="urgent = 1", postgresql="urgent"),
        only_where("ix_turns_leased", "work", "school_id", sqlite="lease_until IS NOT NULL"),
    )

    school_id: str = Field(primary_key=True, sa_type=Words)
    account_id: str = Field(primary_key=True, sa_type=Words)  # empty: the school as a whole
    work: str = Field(primary_key=True, sa_type=Words)
    app: str = Field(sa_type=Words)  # whose quota it spends, where several schools share one
    every_s: int
    due_at: datetime = Field(sa_type=AwareUtc)  # while leased, the end of the lease: then it is anybody's again
    woken_at: datetime | None = Field(sa_type=AwareUtc)  # asked for while it was leased, to be done after that
    urgent: bool
    lease_until: datetime | None = Field(sa_type=AwareUtc)
    fence: int = Field(sa_type=BigInteger)  # counts the leases; a result under an older one is refused
    worker: str = Field(sa_type=Words)  # that has it, or had it last
    begun_at: datetime | None = Field(sa_type=AwareUtc)
    ended_at: datetime | None = Field(sa_type=AwareUtc)
    checked_at: datetime | None = Field(sa_type=AwareUtc)  # when the platform was last asked about the account itself
    trouble: str = Field(sa_type=Words)  # "quota", "login" or "platform"; empty: none at the last turn


class AppUseRow(Row, table=True):
    """What a school used up of a platform's app that several share, in one period; without a school: what all did."""

    __tablename__ = "app_uses"

    app: str = Field(primary_key=True, sa_type=Words)
    counter: str = Field(primary_key=True, sa_type=Words)
    period: str = Field(primary_key=True, sa_type=Words)
    school_id: str = Field(primary_key=True, sa_type=Words)
    amount: int = Field(sa_type=BigInteger)
