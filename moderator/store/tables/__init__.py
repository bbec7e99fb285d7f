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
from moderator.store.tables.checklist import ChecklistProofRow
from moderator.store.tables.columns import AwareUtc, Row, Words, storable
from moderator.store.tables.desk import MailPauseRow, PassedRow, ProposalRow, PutOffRow
from moderator.store.tables.house import MeterRow, MoveRow, RunnerRow
from moderator.store.tables.judging import DecisionRow, FindingRow
from moderator.store.tables.mails import MailRow
from moderator.store.tables.own_posts import OwnPostCheckRow, OwnPostFindingRow
from moderator.store.tables.privacy import (
    ApprovalRow,
    DataComplaintRow,
    HoldRow,
    RetentionTermRow,
    TombstoneRow,
)
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
from moderator.store.tables.turns import AppUseRow, TurnRow
from moderator.store.tables.users import (
    ChallengeRow,
    InviteRow,
    PasskeyRow,
    RecoveryCodeRow,
    SessionRow,
    TryRow,
    UserRow,
)

__all__ = [
    "AccountRow",
    "ActionRow",
    "AlertAddressRow",
    "AlertCaseRow",
    "AlertRow",
    "AlertSendRow",
    "AlertWatchRow",
    "AppUseRow",
    "ApprovalRow",
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
    "ChallengeRow",
    "ChecklistProofRow",
    "CommentRow",
    "CommentVersionRow",
    "DataComplaintRow",
    "DecisionRow",
    "EvidenceRow",
    "FeedRow",
    "FindingRow",
    "HoldRow",
    "InviteRow",
    "LadderStepRow",
    "MailPauseRow",
    "MailRow",
    "MeterRow",
    "MoveRow",
    "OutageRow",
    "OutcomeRow",
    "OwnPostCheckRow",
    "OwnPostFindingRow",
    "PassedRow",
    "PasskeyRow",
    "PostRow",
    "ProposalRow",
    "PushSubscriptionRow",
    "PutOffRow",
    "RecoveryCodeRow",
    "RetentionTermRow",
    "Row",
    "RunnerRow",
    "SessionRow",
    "TaskRow",
    "TombstoneRow",
    "TryRow",
    "TurnRow",
    "UserRow",
    "Words",
    "storable",
]
