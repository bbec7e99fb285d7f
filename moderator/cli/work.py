"""`run`, `once`, `demo`, `sandbox`: the daemon, one round of it, and a street to try it in."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from moderator.build import build_house, open_database
from moderator.cli.common import DEFAULT_CONFIG, ConfigOption, JsonOption, load_settings, print_json, shortened, utc_now
from moderator.daemon import Daemon
from moderator.domain import Comment, Mode
from moderator.errors import ConfigError, PlatformError
from moderator.logs import open_log
from moderator.notify import Notifier
from moderator.pipeline import House, Judged
from moderator.settings import Settings, read_settings
from moderator.store import accounts, comments
from moderator.store.database import Database
from moderator.store.running import hold

SHADOW_NOTE = (
    "Shadow mode: every comment is judged and recorded, and nothing is done on any platform. "
    'When you trust it, set mode = "queue" or "auto" in moderator.toml and restart.'
)


def run(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Watch the accounts until told to stop (SIGTERM or Ctrl-C).

    Example: moderator run --config /etc/moderator
    """
    settings = load_settings(config)
    need_accounts(settings, config)
    log = open_log(style=settings.log_format, level=settings.log_level, journal="JOURNAL_STREAM" in os.environ)
    if settings.mode is Mode.SHADOW:
        typer.echo(SHADOW_NOTE, err=True)
    database = open_database(settings)
    try:
        with hold(database, settings.state_dir / "daemon.lock", utc_now(), os.getpid()) as held:
            house = build_house(settings, database, utc_now())
            remember_accounts(house)
            if sys.stderr.isatty():
                first_reading(house)
            Daemon(
                house, log, Notifier(os.environ.get("NOTIFY_SOCKET", "")), settings.act_every_s, held.still_held
            ).run()
    finally:
        database.close()


def need_accounts(settings: Settings, config: Path) -> None:
    if not settings.accounts:
        raise ConfigError(
            f"{config}/moderator.toml has no [[accounts]]: there is nothing to watch. docs/connect-x.md, connect-youtube.md "
            "and connect-instagram.md say how to connect each."
        )


def remember_accounts(house: House) -> None:
    with house.database.transaction() as tx:
        for platform in house.platforms.values():
            accounts.remember(tx, platform.account)


def first_reading(house: House) -> None:
    """At a first start, read back with a bar on the terminal: how far into the past each account has been read."""
    for account_id, platform in house.platforms.items():
        with house.database.reading() as tx:
            if any(state.last_ok_at for state in comments.feed_states(tx, account_id)):
                continue
        now = utc_now()
        with progress_bar() as bar:
            task = bar.add_task(f"{platform.name}: reading back {house.read_back.days} days", total=1.0)
            try:
                for feed in (each for each in platform.feeds if not each.sweep):
                    for received in house.poll(account_id, feed.name, now):
                        bar.update(task, completed=share_read(received.fresh, now, house.read_back))
                        list(house.judge(utc_now(), account_id))
                        house.act(account_id, utc_now())
            except PlatformError as error:
                bar.console.print(f"{platform.name}: {error} The daemon goes on trying.")
                continue
            bar.update(task, completed=1.0)


def progress_bar() -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=Console(stderr=True))


def share_read(fresh: tuple[Comment, ...], now: datetime, read_back: timedelta) -> float:
    """How much of the time asked for has been read: feeds give the newest first."""
    oldest = min((comment.posted_at for comment in fresh), default=now)
    return min(1.0, (now - oldest) / read_back) if read_back else 1.0


def once(
    config: ConfigOption = DEFAULT_CONFIG,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read and judge the last days; record nothing, do nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Read every account one time, judge, act, and say what was decided.

    Example: moderator once --dry-run
    """
    settings = load_settings(config)
    need_accounts(settings, config)
    if not dry_run:
        database = open_database(settings)
        try:
            with hold(database, settings.state_dir / "daemon.lock", utc_now(), os.getpid()):
                one_round(settings, database, act=True, as_json=as_json)
        finally:
            database.close()
        return
    with tempfile.TemporaryDirectory(prefix="moderator-dry-run-") as folder:
        # A store that is thrown away: the real one keeps its cursors, and shadow mode asks nothing of a platform.
        elsewhere = replace(settings, store_url=f"sqlcipher:///{folder}/dry-run.db", mode=Mode.SHADOW)
        database = open_database(elsewhere)
        try:
            one_round(elsewhere, database, act=False, as_json=as_json)
        finally:
            database.close()


def one_round(settings: Settings, database: Database, *, act: bool, as_json: bool) -> None:
    house = build_house(settings, database, utc_now())
    remember_accounts(house)
    failures: list[PlatformError] = []
    for account_id, platform in house.platforms.items():
        try:
            platform.check(utc_now())
            for feed in platform.feeds:
                for _received in house.poll(account_id, feed.name, utc_now()):
                    for judged in house.judge(utc_now(), account_id):
                        tell(judged, as_json)
            if act:
                house.act(account_id, utc_now())
        except PlatformError as error:
            failures.append(error)
            typer.echo(f"moderator: {account_id}: {error}", err=True)
    if failures:
        raise typer.Exit(failures[0].exit_code)


def tell(judged: Judged, as_json: bool) -> None:
    comment, decision = judged.comment, judged.decision
    if as_json:
        facts = {"id": comment.id, "ruling": decision.ruling, "urgent": decision.urgent, "reasons": decision.reasons}
        print_json(facts | {"account": comment.account_id, "labels": decision.labels})
    else:
        why = "; ".join(decision.reasons)
        typer.echo(f"{decision.ruling:<6} {comment.id}  {shortened(comment.text, 60):<60}  {why}")


def demo(
    stay: Annotated[
        bool, typer.Option("--stay", help="Keep the pretend platforms and the daemon running afterwards.")
    ] = False,
    seconds: Annotated[float, typer.Option(help="How long the day takes.")] = 40.0,
) -> None:
    """Moderate a school day on a pretend X, YouTube and Instagram, in a temporary folder.

    Example: moderator demo --stay
    """
    from moderator.sandbox.demo import play_demo

    raise typer.Exit(play_demo(stay=stay, seconds=seconds))


COMMENT_FORM = '{"platform": "youtube", "post_id": "POST", "text": "Lovely!", "handle": "@nan", "display_name": "Nan"}'


def sandbox(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = 8900,
    folder: Annotated[
        Path | None, typer.Option(help="Also write a config folder here whose accounts are on this street.")
    ] = None,
) -> None:
    """Serve a pretend X, YouTube and Instagram on this machine, with a page that shows what the public sees.

    Example: moderator sandbox --folder /tmp/street, and beside it: moderator run --config /tmp/street/config
    """
    from moderator.sandbox.school import NATIVE_IDS, load_day, write_config, write_roll
    from moderator.sandbox.server import Sandbox

    leaving = threading.Event()

    def leave(_signal: int, _frame: FrameType | None) -> None:
        leaving.set()

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    day = load_day()
    with Sandbox(port=port) as street:
        bases = {"x": street.x_base, "youtube": street.youtube_base, "instagram": street.instagram_base}
        for platform, handle in day["school"]["official_accounts"].items():
            street.world.open_account(platform, handle=handle, native_id=NATIVE_IDS[platform])
            post = street.world.publish(platform, "Our day at school")
            typer.echo(f"{platform:<10} api_base = {bases[platform]!r}  with the post {post}")
        if folder is not None:
            config = write_config(folder, street, day)
            write_roll(read_settings(config, credentials_dir=None), day)
            typer.echo(f"Watch it with: moderator run --config {config}")
        typer.echo(f"What the public sees: {street.base_url}/sandbox/")
        typer.echo(f"Comment with: curl -d '{COMMENT_FORM}' {street.base_url}/sandbox/comments")
        leaving.wait()


def add_to(app: typer.Typer) -> None:
    for command in (run, once, demo, sandbox):
        app.command()(command)
