"""Every table, by noun; they point at each other by name. One schema on two databases: SQLCipher and PostgreSQL.

A row is a place to keep values and validates nothing; what leaves this room is a frozen value of `domain/`. Every row
belongs to one school. Times are aware UTC, enums are kept as their words.
"""

from moderator.store.tables.acting import ActionRow, OutcomeRow, TaskRow
from moderator.store.tables.alerts import (
    AlertAddressRow,
    AlertCaseRow,
    AlertRow,
    AlertSendRow,
    AlertWatchRow,
    OutageRow,
    PushSubscriptionRow,
)
from moderator.store.tables.authors import AuthorLinkRow, AuthorNoteRow, BanRow, LadderStepRow
from moderator.store.tables.cases import CaseRow
from moderator.store.tables.columns import AwareUtc, Row, Words, storable
from moderator.store.tables.house import MeterRow, RunnerRow
from moderator.store.tables.judging import DecisionRow, FindingRow
from moderator.store.tables.mails import MailRow
from moderator.store.tables.reading import (
    AccountRow,
    AuthorNameRow,
    AuthorRow,
    BrokenItemRow,
    CommentRow,
    CommentVersionRow,
    FeedRow,
    PostRow,
)
from moderator.store.tables.record import AuditEventRow, AuditHeadRow, EvidenceRow

__all__ = [
    "AccountRow",
    "ActionRow",
    "AlertAddressRow",
    "AlertCaseRow",
    "AlertRow",
    "AlertSendRow",
    "AlertWatchRow",
    "AuditEventRow",
    "AuditHeadRow",
    "AuthorLinkRow",
    "AuthorNameRow",
    "AuthorNoteRow",
    "AuthorRow",
    "AwareUtc",
    "BanRow",
    "BrokenItemRow",
    "CaseRow",
    "CommentRow",
    "CommentVersionRow",
    "DecisionRow",
    "EvidenceRow",
    "FeedRow",
    "FindingRow",
    "LadderStepRow",
    "MailRow",
    "MeterRow",
    "OutageRow",
    "OutcomeRow",
    "PostRow",
    "PushSubscriptionRow",
    "Row",
    "RunnerRow",
    "TaskRow",
    "Words",
    "storable",
]
