"""The demo: a school day on the pretend platforms, moderated by the real daemon in a process of its own.

Everything lives in a temporary folder that is gone at the end. The day (posts, comments, times) stands in `day.json`. What is
printed comes from the daemon's own log, the database and the sandbox's ledger, never from what the day expects.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from moderator.build import open_database
from moderator.domain import Ruling
from moderator.policy.authority import Role
from moderator.sandbox.letter import show_letter
from moderator.sandbox.processes import opened_page, running_daemon
from moderator.sandbox.school import POLL_EVERY_S, load_day, write_config, write_roll
from moderator.sandbox.server import Sandbox
from moderator.settings import Settings, read_settings
from moderator.store import comments, decisions
from moderator.store.database import Database
from moderator.web.invitations import invite_link

DRAIN_S = 15.0
STARTS_WITHIN_S = 60.0
"""The models are loaded first, which takes a busy machine longer than a short day."""
"""How long the last comments may take once the day is over."""
PRINTED_WIDTH = 110
"""Columns where the output goes to a file."""
INDENT = " " * 18
HEAD = "Mrs Ravenscroft"
STYLES = {Ruling.ALLOW: "green", Ruling.QUEUE: "yellow", Ruling.HIDE: "red", Ruling.REMOVE: "red"}


@dataclass
class Tally:
    """What the demo counts while it watches."""

    rulings: Counter[str] = field(default_factory=Counter)
    again: int = 0  # of these, comments that were read before and edited since
    seconds_to_hide: list[float] = field(default_factory=list)


class Player(threading.Thread):
    """Posts the day's comments at their times."""

    def __init__(self, sandbox: Sandbox, day: dict[str, Any], seconds: float) -> None:
        super().__init__(name="day", daemon=True)
        self._world, self._day = sandbox.world, day
        self._pace = seconds / max(each["at_s"] for each in day["comments"])
        self._native: dict[str, str] = {}
        self._platform_of_post = {post["id"]: post["platform"] for post in day["posts"]}
        for post in day["posts"]:
            self._native[post["id"]] = self._world.publish(post["platform"], post["text"], at=datetime.now(UTC))

    def run(self) -> None:
        began = time.monotonic()
        for at_s, comment, edit in self._events():
            time.sleep(max(0.0, at_s * self._pace - (time.monotonic() - began)))
            platform = self._platform_of_post[comment["post"]]
            if edit is not None:
                self._world.edit(platform, self._native[comment["id"]], edit["text"])
            else:
                self._native[comment["id"]] = self._post(platform, comment)

    def _events(self) -> list[tuple[float, dict[str, Any], dict[str, Any] | None]]:
        events = [(each["at_s"], each, None) for each in self._day["comments"]]
        events += [(each["edit"]["at_s"], each, each["edit"]) for each in self._day["comments"] if each["edit"]]
        return sorted(events, key=lambda event: event[0])

    def _post(self, platform: str, comment: dict[str, Any]) -> str:
        return self._world.comment(
            platform,
            self._native[comment["post"]],
            comment["text"],
            handle=comment["handle"],
            display_name=comment["display_name"],
            reply_to=self._native[comment["reply_to"]] if comment["reply_to"] else None,
            mentions_school=comment["mentions_school"],
        )


class Watcher(threading.Thread):
    """Reads the daemon's log and prints a line for each decision, and for each comment gone out of sight."""

    def __init__(self, daemon: subprocess.Popen[str], database: Database, sandbox: Sandbox, console: Console) -> None:
        super().__init__(name="watch", daemon=True)
        self._daemon, self._database, self._sandbox, self._console = daemon, database, sandbox, console
        self.tally = Tally()
        self.last_line_at: float | None = None  # once the daemon has decided or done something
        self.problems: list[str] = []

    def run(self) -> None:
        assert self._daemon.stderr is not None  # noqa: S101  It was opened as a pipe.
        for line in self._daemon.stderr:
            try:
                event = json.loads(line)
            except ValueError:
                self.problems.append(line.strip())
                continue
            self._hear(event)

    def _hear(self, event: dict[str, Any]) -> None:
        phrase = event.get("event", "")
        if phrase == "comment.decided":
            self._tell_decision(event["comment"])
        elif phrase == "action.hide":
            self._tell_hidden(event["comment"])
        elif event.get("level") in ("error", "critical"):
            self.problems.append(f"{phrase} {event.get('detail') or event.get('reason') or event.get('error') or ''}")
        if phrase.startswith(("comment.", "action.")):
            self.last_line_at = time.monotonic()

    def _tell_decision(self, comment_id: str) -> None:
        with self._database.reading() as tx:
            comment, decision = comments.load(tx, comment_id), decisions.latest(tx, comment_id)
        if comment is None or decision is None:
            return
        self.tally.rulings[decision.ruling] += 1
        self.tally.again += comment.version > 1
        line = Text.assemble(
            (f"{decision.ruling:<6}", STYLES[decision.ruling]),
            f" {comment.platform:<10}",
            " ".join(comment.text.split()),
        )
        self._console.print(line, no_wrap=True, overflow="ellipsis")
        if decision.reasons:
            # The gravest reason and the policy's own sentence; `moderator explain` has them all.
            why, _, sentence = decision.reasons[0].partition("; policy: ")
            urgent = "URGENT: " if decision.urgent else ""
            for told in (f"{urgent}{why}", sentence):
                if told:
                    self._console.print(Text(f"{INDENT}{told}", "dim"), no_wrap=True, overflow="ellipsis")

    def _tell_hidden(self, comment_id: str) -> None:
        with self._database.reading() as tx:
            comment = comments.load(tx, comment_id)
        if comment is None:
            return
        entries = [
            e for e in self._sandbox.world.ledger if e.platform == comment.platform and e.native_id == comment.native_id
        ]
        shown_at = max((e.at for e in entries if e.event in ("posted", "edited")), default=None)
        hidden_at = max((e.at for e in entries if e.event == "hide" and e.effective), default=None)
        if shown_at is None or hidden_at is None:
            return
        seconds = (hidden_at - shown_at).total_seconds()
        self.tally.seconds_to_hide.append(seconds)
        how = "behind a tap" if comment.platform == "x" else "out of sight"  # X keeps a hidden reply readable there.
        said = (
            f"  ->   {comment.platform:<10} {how} {seconds:.1f} s after it was posted: {' '.join(comment.text.split())}"
        )
        self._console.print(Text(said, "dim"), no_wrap=True, overflow="ellipsis")


def play_demo(*, stay: bool, seconds: float) -> int:
    """Play the day and print what happens. Returns the exit code."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else PRINTED_WIDTH)
    day = load_day()
    with tempfile.TemporaryDirectory(prefix="moderator-demo-") as name, Sandbox(port=0) as sandbox:
        folder = Path(name)
        config = write_config(folder, sandbox, day)
        settings = read_settings(config, credentials_dir=None)
        write_roll(settings, day)
        database = open_database(settings)
        try:
            return _play(console, sandbox, day, config, settings, database, stay=stay, seconds=seconds)
        except KeyboardInterrupt:
            console.print("Stopped; the temporary folder is gone.")
            return 0
        finally:
            database.close()


def _play(
    console: Console,
    sandbox: Sandbox,
    day: dict[str, Any],
    config: Path,
    settings: Settings,
    database: Database,
    *,
    stay: bool,
    seconds: float,
) -> int:
    console.print(f"A day at {day['school']['name']}, on a pretend X, YouTube and Instagram.")
    console.print(f"What the public sees: {sandbox.base_url}/sandbox/")
    console.print("")
    player = Player(sandbox, day, seconds)
    with running_daemon(config) as daemon:
        watcher = Watcher(daemon, database, sandbox, console)
        watcher.start()
        player.start()
        player.join()
        drain(daemon, watcher)
        print_table(console, watcher.tally, database, sandbox)
        for problem in watcher.problems:
            console.print(f"problem: {problem}", style="red", markup=False)
        show_letter(console, settings, database, datetime.now(UTC))
        if stay and daemon.poll() is None:
            show_page(console, sandbox, config, database, daemon)
        else:
            console.print("make demo STAY=1 keeps it all running and opens the headteacher's queue for you to try.")
        return 1 if watcher.problems else 0


def show_page(
    console: Console, sandbox: Sandbox, config: Path, database: Database, daemon: subprocess.Popen[str]
) -> None:
    """The queue as the headteacher sees it, on this machine only, until Ctrl-C."""
    with opened_page(config) as origin:
        link = invite_link(database, origin, HEAD, Role.HEAD, datetime.now(UTC))
        console.print(f"her queue      {origin}/triage", style="bold", soft_wrap=True)
        console.print(f"sign in first  {link}", soft_wrap=True)
        console.print(
            f"               as {HEAD}, within 15 minutes, in a browser on this machine that can make a passkey"
        )
        console.print(f"public view    {sandbox.base_url}/sandbox/")
        console.print(f"by command     .venv/bin/moderator queue --config {config}", soft_wrap=True)
        console.print("Ctrl-C ends it all.")
        daemon.wait()


def drain(daemon: subprocess.Popen[str], watcher: Watcher) -> None:
    """Wait until the daemon has begun, everything read is judged and acted on, and nothing new came for two rounds of reading."""
    until = time.monotonic() + STARTS_WITHIN_S
    while watcher.last_line_at is None and time.monotonic() < until and daemon.poll() is None:
        time.sleep(0.2)
    until = time.monotonic() + DRAIN_S
    while time.monotonic() < until and daemon.poll() is None:
        if time.monotonic() - (watcher.last_line_at or 0.0) > POLL_EVERY_S * 2 + 1:
            return
        time.sleep(0.2)


def print_table(console: Console, tally: Tally, database: Database, sandbox: Sandbox) -> None:
    table = Table(title="The day in figures", title_justify="left", show_header=False, box=None, padding=(0, 2))
    public = sum(1 for comment in sandbox.world.comments.values() if comment.status == "public" and not comment.deleted)
    rows = [
        ("read", f"{sum(tally.rulings.values())}, {tally.again} of them again after an edit"),
        ("allowed", str(tally.rulings[Ruling.ALLOW])),
        ("queued for a person", str(tally.rulings[Ruling.QUEUE])),
        ("hidden", str(tally.rulings[Ruling.HIDE])),
        ("median time to hide", f"{statistics.median(tally.seconds_to_hide):.1f} s" if tally.seconds_to_hide else "-"),
        ("slowest", f"{max(tally.seconds_to_hide):.1f} s" if tally.seconds_to_hide else "-"),
        ("still in public sight", str(public)),
    ]
    with database.reading() as tx:
        rows.append(("waiting for a person", str(decisions.count_queued(tx))))
    for name, value in rows:
        table.add_row(name, value)
    console.print("")
    console.print(table)
    console.print("")
