"""What cannot wait: alerts and the cases they are about, where they are sent, outages that were told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from moderator.store.tables.columns import AwareUtc, Row, Words, only_where


class AlertWatchRow(Row, table=True):
    """One a school: whoever looks what is due holds it, so that two daemons do not tell the same thing."""

    __tablename__ = "alert_watch"

    school_id: str = Field(primary_key=True, sa_type=Words)
    last_digest: str = Field(sa_type=Words)  # "2026-11-16 08:00" in school time, told or empty; "": none yet
    pinged_at: datetime | None = Field(sa_type=AwareUtc)


class AlertRow(Row, table=True):
    """One call for a person, told again until somebody opened all of its cases."""

    __tablename__ = "alerts"
    __table_args__ = (Index("ix_alerts_state", "school_id", "state"),)

    school_id: str = Field(primary_key=True, sa_type=Words)
    number: int = Field(primary_key=True)
    state: str = Field(sa_type=Words)  # open or opened
    began_at: datetime = Field(sa_type=AwareUtc)
    step: int  # how often it was told; 0: not yet
    next_step_at: datetime = Field(sa_type=AwareUtc)
    opened_at: datetime | None = Field(sa_type=AwareUtc)
    opened_by: str = Field(sa_type=Words)


class AlertCaseRow(Row, table=True):
    """One form of a comment that is urgent. It calls for a person once."""

    __tablename__ = "alert_cases"
    __table_args__ = (only_where("ix_alert_cases_open", "school_id", "alert_number", sqlite="opened_at IS NULL"),)

    comment_id: str = Field(primary_key=True, foreign_key="comments.id", sa_type=Words)
    version: int = Field(primary_key=True)
    school_id: str = Field(sa_type=Words)
    alert_number: int
    decision_number: int  # the one that found it urgent
    raised_at: datetime = Field(sa_type=AwareUtc)
    told_at: datetime | None = Field(sa_type=AwareUtc)
    opened_at: datetime | None = Field(sa_type=AwareUtc)
    opened_by: str = Field(sa_type=Words)


class PushSubscriptionRow(Row, table=True):
    """A browser that somebody lets us send pushes to."""

    __tablename__ = "push_subscriptions"

    school_id: str = Field(primary_key=True, sa_type=Words)
    id: str = Field(primary_key=True, sa_type=Words)  # from the endpoint
    endpoint: str = Field(sa_type=Words)
    p256dh: str = Field(sa_type=Words)
    auth: str = Field(sa_type=Words)
    person: str = Field(sa_type=Words)
    role: str = Field(sa_type=Words)  # of OnCall
    added_at: datetime = Field(sa_type=AwareUtc)
    confirmed_at: datetime | None = Field(sa_type=AwareUtc)  # when the test was tapped
    dropped_at: datetime | None = Field(sa_type=AwareUtc)  # when the push service said that it is gone


class AlertAddressRow(Row, table=True):
    """An e-mail address whose owner has shown that alerts arrive."""

    __tablename__ = "alert_addresses"

    school_id: str = Field(primary_key=True, sa_type=Words)
    address: str = Field(primary_key=True, sa_type=Words)
    confirmed_at: datetime = Field(sa_type=AwareUtc)


class AlertSendRow(Row, table=True):
    """One message by push or by another service to one place. Letters stand in the outbox, under the same key."""

    __tablename__ = "alert_sends"
    __table_args__ = (Index("ix_alert_sends_state", "school_id", "state", "next_at"),)

    school_id: str = Field(primary_key=True, sa_type=Words)
    key: str = Field(primary_key=True, sa_type=Words)
    channel: str = Field(primary_key=True, sa_type=Words)  # push or service
    address: str = Field(primary_key=True, sa_type=Words)  # a subscription's id, or the number of a service
    role: str = Field(sa_type=Words)  # whose letter takes its place when it fails; "" for services
    severity: str = Field(sa_type=Words)  # urgent or digest
    urgent: int
    waiting: int
    state: str = Field(sa_type=Words)  # due, sending, sent or failed
    due_at: datetime = Field(sa_type=AwareUtc)
    next_at: datetime = Field(sa_type=AwareUtc)  # when it may be tried; while it is sent: when it counts as lost
    attempts: int
    ended_at: datetime | None = Field(sa_type=AwareUtc)
    detail: str = Field(sa_type=Words)


class OutageRow(Row, table=True):
    """A time in which an account could not be read, and what was told of it."""

    __tablename__ = "outages"
    __table_args__ = (Index("ix_outages_settled", "school_id", "settled"),)

    school_id: str = Field(primary_key=True, sa_type=Words)
    account_id: str = Field(primary_key=True, sa_type=Words)
    kind: str = Field(primary_key=True, sa_type=Words)  # unreadable or paused
    began_at: datetime = Field(primary_key=True, sa_type=AwareUtc)
    fine_since: datetime | None = Field(sa_type=AwareUtc)  # None: not fine yet
    ended_at: datetime | None = Field(sa_type=AwareUtc)
    begin_told_at: datetime | None = Field(sa_type=AwareUtc)
    settled: bool  # over, and all was told that is worth telling
