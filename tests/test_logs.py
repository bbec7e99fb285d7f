"""One event a line, ids only, whatever a vendor or a library would like to say."""

from __future__ import annotations

import io
import json
import logging

from moderator.logs import open_log


def test_a_line_is_a_fixed_phrase_and_fields() -> None:
    stream = io.StringIO()
    open_log(stream).info("action.hide", comment="x-7f3k", attempt=2)
    assert stream.getvalue().endswith("info    action.hide comment='x-7f3k' attempt=2\n")


def test_a_vendors_words_can_neither_forge_a_line_nor_colour_a_terminal() -> None:
    stream = io.StringIO()
    open_log(stream).warning("platform.down", detail="gone\n2026 error action.hide \x1b[31m\x00")
    assert stream.getvalue().count("\n") == 1
    assert "\x1b" not in stream.getvalue()


def test_a_journal_gets_priorities_and_no_second_clock() -> None:
    stream = io.StringIO()
    open_log(stream, journal=True).error("account.paused", account="x")
    assert stream.getvalue() == "<3>account.paused account='x'\n"


def test_json_is_one_object_a_line() -> None:
    stream = io.StringIO()
    log = open_log(stream, style="json").bind(account="x")
    log.info("feed.received", comments=3)
    log.debug("not told")
    (line,) = stream.getvalue().splitlines()
    assert json.loads(line) | {"timestamp": ""} == {
        "account": "x",
        "comments": 3,
        "event": "feed.received",
        "level": "info",
        "timestamp": "",
    }


def test_a_library_that_logs_a_token_is_told_by_its_name_only() -> None:
    stream = io.StringIO()
    open_log(stream, level="debug")
    logging.getLogger("googleapiclient.http").warning("Authorization: Bearer s3cret")
    assert "library='googleapiclient.http'" in stream.getvalue()
    assert "s3cret" not in stream.getvalue()
