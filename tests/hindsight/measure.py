"""How long `whatif` takes over 100,000 stored comments, on both databases: python -m tests.hindsight.measure [COMMENTS]

The comments are invented, four findings each, a tenth of them decided by a person. Filling takes longer than measuring.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from moderator.domain import Author, Case, Comment, Decision, Finding, Label, Mode, Ruling
from moderator.hindsight import whatif
from moderator.policy.decide import decide
from moderator.policy.limits import DEFAULT, Limit, Policy
from moderator.store import hearings
from moderator.store.database import Database
from moderator.store.packing import pack_decision, pack_finding
from moderator.store.tables import AuthorRow, CommentRow, CommentVersionRow, DecisionRow, FindingRow
from tests.postgres import server
from tests.store.conftest import KEY, sqlcipher_url
from tests.store.made import DAY, NOON, a_comment, receive

MANY = 100_000
FINDINGS = 4
AT_ONCE = 2_000
OVER = 90 * DAY
STRICTER = replace(DEFAULT, version="stricter", limits={**DEFAULT.limits, Label.INSULT: Limit(0.4, 0.7)})
WORDS = ("lovely", "day", "at", "school", "thank", "you", "all", "the", "fair", "cakes", "see", "everyone", "there")


def fill(database: Database, many: int, policy: Policy = DEFAULT) -> None:
    """Comments of the last 90 days, each judged, as the daemon would have left them."""
    dice = random.Random(7)
    with database.transaction() as tx:
        receive(tx, a_comment("first"), at=NOON - 200 * DAY)
        tx.insert(AuthorRow, [_author(number) for number in range(5_000)])
    for start in range(0, many, AT_ONCE):
        rows = [
            _rows(number, OVER * number / many, policy, dice) for number in range(start, min(many, start + AT_ONCE))
        ]
        with database.transaction() as tx:
            for table, of in ((CommentRow, 0), (CommentVersionRow, 1), (DecisionRow, 2), (FindingRow, 3)):
                tx.insert(table, [row for each in rows for row in each[of]])


def _author(number: int) -> dict[str, Any]:
    names = {"handle": f"@pat{number}", "display_name": f"Pat {number}", "first_seen_at": NOON - 200 * DAY}
    return {"platform": "youtube", "native_id": f"u{number}", **names}


def _rows(number: int, after: timedelta, policy: Policy, dice: random.Random) -> tuple[list[dict[str, Any]], ...]:
    at = NOON - OVER + after
    text = " ".join(dice.choices(WORDS, k=dice.randint(3, 25)))
    author = Author(f"u{number % 5_000}", f"@pat{number % 5_000}", f"Pat {number % 5_000}")
    comment = a_comment(f"c{number}", text, author=author, posted_at=at)
    findings = tuple(_finding(dice) for _ in range(FINDINGS))
    decision = replace(decide(Case(comment, findings), policy, Mode.AUTO, at), number=1)
    decisions = [decision]
    if dice.random() < 0.1:
        said = dice.choice((Ruling.ALLOW, Ruling.HIDE))
        decisions.append(replace(decision, ruling=said, decided_by="Ms Okafor", number=2, verdicts=(), reasons=()))
    form = {"comment_id": comment.id, "version": 1}
    return (
        [_comment_row(comment, decisions[-1])],
        [form | _form_of(comment)],
        [pack_decision(each) for each in decisions],
        [form | pack_finding(finding) for finding in findings],
    )


def _finding(dice: random.Random) -> Finding:
    """Mostly weak, as detectors report them."""
    score = round(min(1.0, dice.expovariate(5)), 4)
    return Finding(dice.choice(list(Label)), score, (0, 4), "words", "1", "what", note="word list")


def _comment_row(comment: Comment, latest: Decision) -> dict[str, Any]:
    same = (
        "id",
        "account_id",
        "platform",
        "native_id",
        "post_native_id",
        "parent_native_id",
        "posted_at",
        "url",
        "version",
    )
    struck = latest.ruling is Ruling.HIDE and hash(comment.id) % 50 == 0
    return {name: getattr(comment, name) for name in same} | {
        "author_native_id": comment.author.native_id,
        "first_seen_at": comment.posted_at,
        "visibility": comment.visibility.value,
        "visibility_at": comment.posted_at,
        "judge_due": False,
        "act_due": False,
        "decision_number": latest.number,
        "ruling": latest.ruling.value,
        "urgent": latest.urgent,
        "decided_at": latest.decided_at,
        "reviewed": latest.by_person,
        "waiting_since": None,
        "struck_at": comment.posted_at if struck else None,
        "follow_up_at": None,
    }


def _form_of(comment: Comment) -> dict[str, Any]:
    return {
        "form": comment.form,
        "text": comment.text,
        "edited_at": None,
        "image_urls": [],
        "reply_prefix": 0,
        "mentions": [],
        "author_handle": comment.author.handle,
        "author_display_name": comment.author.display_name,
        "raw": "{}" * 400,
        "seen_at": comment.posted_at,
    }


def measure(database: Database) -> tuple[float, float, whatif.WhatIf]:
    """The seconds that it takes, those of them that this process computes, and what it says."""
    began, computed = time.perf_counter(), time.process_time()
    with database.reading() as tx:
        heard = hearings.between(tx, NOON - OVER, NOON, DEFAULT.strikes.count_for)
        result = whatif.compare(heard, DEFAULT, STRICTER, Mode.AUTO, NOON)
    return time.perf_counter() - began, time.process_time() - computed, result


@contextmanager
def each_database() -> Iterator[dict[str, Database]]:
    with tempfile.TemporaryDirectory() as folder, server() as started, started.fresh() as url:
        file = Database.open(sqlcipher_url(Path(folder)), key=KEY)
        file.migrate()
        served = Database.open(url, key=KEY)
        yield {"SQLCipher": file, "PostgreSQL": served}
        file.close()
        served.close()


def main(many: int) -> None:
    with each_database() as databases:
        for name, database in databases.items():
            fill(database, many)
            took_s, computed_s, result = measure(database)
            most_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"{name}: {result.comments:,} comments, {result.changed:,} would change, "
                f"{took_s:.1f} s ({computed_s:.1f} s computing), at most {most_mib:.0f} MiB"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MANY)
