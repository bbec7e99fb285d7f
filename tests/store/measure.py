"""How long deciding and recording 10,000 judged comments takes, on both databases: python -m tests.store.measure [COMMENTS]

In the pipeline's batches, each comment with two findings; then the whole audit trail is verified.
"""

from __future__ import annotations

import sys
import tempfile
import time

from moderator.domain import Case, Label, Mode
from moderator.pipeline import BATCH
from moderator.policy.decide import decide
from moderator.policy.limits import DEFAULT
from moderator.store import decisions
from moderator.store.database import Database
from moderator.store.verify import verify
from tests.postgres import server
from tests.store.conftest import KEY
from tests.store.made import NOON, a_comment, a_finding, receive

MANY = 10_000
AT_ONCE = 500


def measure(url: str, many: int) -> str:
    """One line of figures for a fresh database at `url`."""
    database = Database.open(url, key=KEY)
    database.migrate()
    comments = [a_comment(f"c{number}", text=f"comment {number} with some words") for number in range(many)]
    for start in range(0, many, AT_ONCE):
        with database.transaction() as tx:
            receive(tx, *comments[start : start + AT_ONCE])
    findings = [
        (a_finding(Label.INSULT, 0.9 if number % 3 == 0 else 0.2), a_finding(Label.HATE, 0.1)) for number in range(many)
    ]
    began = time.perf_counter()
    for start in range(0, many, BATCH):
        pairs = list(zip(comments[start : start + BATCH], findings[start : start + BATCH], strict=True))
        judged = [(decide(Case(comment, found), DEFAULT, Mode.AUTO, NOON), found) for comment, found in pairs]
        with database.transaction() as tx:
            decisions.record_all(tx, judged)
    recorded = time.perf_counter()
    with database.reading() as tx:
        checked = verify(tx)
    verified = time.perf_counter()
    database.close()
    return (
        f"{database.dialect}: {many:,} comments decided and recorded in {recorded - began:.1f} s; "
        f"{checked.events:,} audit events verified in {verified - recorded:.1f} s, whole: {checked.whole}"
    )


def main() -> None:
    many = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    with tempfile.TemporaryDirectory() as folder:
        print(measure(f"sqlcipher:///{folder}/school.db", many))
    with server() as postgresql, postgresql.fresh() as url:
        print(measure(url, many))


if __name__ == "__main__":
    main()
