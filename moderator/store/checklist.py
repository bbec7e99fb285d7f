"""Dated proof that somebody looked at a switch of a platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col

from moderator.store import audit
from moderator.store.database import Transaction
from moderator.store.tables import ChecklistProofRow


@dataclass(frozen=True, slots=True)
class Proof:
    item: str  # id of a native setting
    at: datetime
    by: str
    proof: str  # what they saw, in their words


def record(tx: Transaction, proof: Proof) -> None:
    """Keep a proof beside those from before. Audit: "checklist_done", without its words."""
    tx.insert(ChecklistProofRow, [{"item": proof.item, "at": proof.at, "by": proof.by, "proof": proof.proof}])
    audit.write(tx, "checklist_done", proof.at, actor=proof.by, item=proof.item)


def latest(tx: Transaction) -> dict[str, Proof]:
    """By item, the newest proof; what was never proven is left out."""
    rows = tx.all(tx.mine(ChecklistProofRow).order_by(col(ChecklistProofRow.at), col(ChecklistProofRow.id)))
    return {row.item: Proof(row.item, row.at, row.by, row.proof) for row in rows}
