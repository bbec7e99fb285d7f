"""`run`, `once`, `demo`, `sandbox`: the daemon, one round of it, and a street to try it in."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from moderator.backups.files import told_last
from moderator.backups.upgrade import bring_up_to_date
from moderator.build import Models, build_house, build_models, lock_of, open_database, own_post_eyes, reach_database
from moderator.by_hand.own_post_door import open_door
from moderator.cli.common import DEFAULT_CONFIG, ConfigOption, JsonOption, load_settings, print_json, shortened, utc_now
from moderator.daemon import Daemon
from moderator.domain import Comment, Mode
from moderator.errors import ConfigError, Damaged, PlatformError
from moderator.logs import Log, open_log
from moderator.notify import Notifier
from moderator.pipeline import House, Judged
from moderator.policy.limits import Policy
from moderator.reports.alert_rounds import alert_rounds
from moderator.reports.channels import open_channels
from moderator.reports.own_post_rounds import own_post_rounds
from moderator.reports.privacy_rounds import privacy_rounds
from moderator.reports.send import report_rounds
from moderator.settings import Settings, read_settings, reread_policy
from moderator.settings.forms import ONLINE, page_of
from moderator.settings.never_hidden import wrongly_hidden
from moderator.store import accounts, actions, comments
from moderator.store.database import Database
from moderator.store.running import Hold, opened_alone
from moderator.worker import CountJudged, nobody_counts

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
    with last_backup_told(settings):
        watch(settings, log)


def watch(settings: Settings, log: Log) -> None:
    with alone_at_work(settings) as (database, held):
        models = build_models(settings)
        house = build_house(settings, database, utc_now(), models=models)
        remember_accounts(house)
        for sentence in left_behind(house):
            log.warning("account.left_behind", detail=sentence)
        if sys.stderr.isatty():
            first_reading(house)
        notifier = Notifier(os.environ.get("NOTIFY_SOCKET", ""))
        reread = partial(reread_checked, settings, models)
        beside = alert_rounds(house, open_channels(settings), log, utc_now) if settings.alerts.enabled else []
        beside += report_rounds(house, settings, log, utc_now)
        beside += own_post_rounds(house, settings, log, utc_now)
        beside += privacy_rounds(house, settings.state_dir, log, utc_now)
        door = open_door(settings.state_dir, own_post_eyes(settings, house, utc_now))
        with door, monitored(settings, database) as count_judged:
            daemon = Daemon(
                house,
                log,
                notifier,
                settings.act_every_s,
                held.still_held,
                reread,
                rounds=beside,
                count_judged=count_judged,
            )
            daemon.run()


def alone_at_work(settings: Settings) -> AbstractContextManager[tuple[Database, Hold]]:
    """The daemon's place and its database. Only who has the place makes the file, and brings the tables up to this version."""
    reach, migrate = partial(reach_database, settings), partial(bring_up_to_date, settings)
    return opened_alone(reach, lock_of(settings), utc_now(), os.getpid(), first=migrate)


@contextmanager
def monitored(settings: Settings, database: Database) -> Iterator[CountJudged]:
    """Answer the school's monitoring meanwhile, where the settings say so; gives what counts the time that judging takes."""
    if not settings.monitor.on:
        yield nobody_counts
        return
    from moderator.monitor.figures import gather  # prometheus-client is loaded only where somebody asks.
    from moderator.monitor.server import Monitor
    from moderator.monitor.text import Page

    page = Page(lambda: gather(settings, database, utc_now()), settings.mode.value)
    monitor = Monitor(settings.monitor, page, lambda: gather(settings, database, utc_now()))
    monitor.start()
    try:
        yield page.judged
    finally:
        monitor.close()


@contextmanager
def last_backup_told(settings: Settings) -> Iterator[None]:
    """Where the database turns out to be damaged: which backup a person would put back."""
    try:
        yield
    except Damaged as error:
        raise Damaged(f"{error} {told_last(settings.backup.folder, settings.school.id)}") from None


def reread_checked(settings: Settings, models: Models, last: Policy) -> tuple[Policy, str]:
    """The policy as its file says now, unless it is faulty or would hide what must never be hidden."""
    policy, fault = reread_policy(settings, last)
    if not fault and policy.version != last.version and (wrong := wrongly_hidden(policy, models.scorer, models.reader)):
        fault = (
            f"{settings.policy_path} would hide {len(wrong)} of the comments that must never be hidden by a machine. See "
            f"them with: moderator policy check. Until then the policy from before stays in force (version {last.version})."
        )
        return last, fault
    return policy, fault


def left_behind(house: House) -> list[str]:
    """A sentence for each account that is no longer configured and still has something waiting."""
    sentences = []
    with house.database.reading() as tx:
        for account in accounts.all_accounts(tx):
            if account.id not in house.platforms:
                unjudged = len(comments.unjudged(tx, 1000, account.id))
                waiting = len(actions.waiting(tx, account.id))
                if unjudged or waiting:
                    sentences.append(
                        f"{account.id} is not in the configuration any more, and {unjudged} comments of it are not judged and "
                        f"{waiting} actions not done. Put it back, or decide them by hand in the platform's own app."
                    )
    return sentences


def need_accounts(settings: Settings, config: Path) -> None:
    if not settings.accounts:
        raise ConfigError(
            f"{config}/moderator.toml has no [[accounts]]: there is nothing to watch. How to connect each is said in "
            f"{', '.join(map(page_of, (*ONLINE, 'byhand')))}."
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
        if settings.mode is Mode.SHADOW:
            typer.echo(SHADOW_NOTE, err=True)
        with alone_at_work(settings) as (database, _):
            one_round(settings, database, act=True, as_json=as_json)
        return
    with tempfile.TemporaryDirectory(prefix="moderator-dry-run-") as folder:
        # A store that is thrown away: the real one keeps its cursors, and shadow mode asks nothing of a platform.
        elsewhere = replace(settings, store_url=f"sqlcipher:///{folder}/dry-run.db", mode=Mode.SHADOW)
        # What is read costs money and quota all the same, so that is counted, and limited, in the real store.
        # The daemon that may be at work has nothing to do with it, so neither has its place.
        database, counted_in = open_database(replace(elsewhere, state_dir=Path(folder))), open_database(settings)
        try:
            one_round(elsewhere, database, act=False, as_json=as_json, counted_in=counted_in)
        finally:
            database.close()
            counted_in.close()


def one_round(
    settings: Settings, database: Database, *, act: bool, as_json: bool, counted_in: Database | None = None
) -> None:
    house = build_house(settings, database, utc_now(), counted_in)
    remember_accounts(house)
    failures: list[PlatformError] = []
    rows: list[Judged] = []
    for account_id, platform in house.platforms.items():
        try:
            platform.check(utc_now())
            for feed in platform.feeds:
                for _received in house.poll(account_id, feed.name, utc_now()):
                    rows += house.judge(utc_now(), account_id)
        except PlatformError as error:
            failures.append(error)
            typer.echo(f"moderator: {account_id}: {error}", err=True)
        rows += house.judge(utc_now(), account_id)  # What a person pasted came by no feed.
        if act:  # What was decided before a feed failed is carried out all the same.
            house.act(account_id, utc_now())
    if as_json:
        print_json([told(each) for each in rows])
    else:
        for each in rows:
            tell(each)
        if not rows:
            typer.echo("Nothing new.")
    if failures:
        raise typer.Exit(failures[0].exit_code)


def told(judged: Judged) -> dict[str, Any]:
    comment, decision = judged.comment, judged.decision
    facts = {"id": comment.id, "ruling": decision.ruling, "urgent": decision.urgent, "reasons": decision.reasons}
    return facts | {"account": comment.account_id, "labels": decision.labels}


def tell(judged: Judged) -> None:
    comment, decision = judged.comment, judged.decision
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
