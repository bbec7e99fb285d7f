"""The database's file is taken away under a daemon at work."""

from __future__ import annotations

import io
import json

from moderator.daemon import Daemon
from moderator.logs import open_log
from moderator.notify import Notifier
from tests.journeys.conftest import Journey


def test_where_the_records_are_gone_the_end_of_the_trail_is_not_known_and_the_daemon_says_so(journey: Journey) -> None:
    told = io.StringIO()
    daemon = Daemon(journey.house, open_log(told, style="json"), Notifier(""), act_every_s=60)
    assert journey.house.database.file is not None
    journey.house.database.file.unlink()
    daemon._tell_head_again()
    (line,) = map(json.loads, told.getvalue().splitlines())
    assert (line["event"], "cannot be opened" in line["detail"]) == ("audit.head_unknown", True)
