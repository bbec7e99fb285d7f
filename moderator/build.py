"""Settings in, the assembled house out: the one file that knows every class."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from moderator.backups.upgrade import bring_up_to_date, is_behind
from moderator.by_hand.own_pictures import check_post_with_pictures
from moderator.by_hand.own_post import PostCheck
from moderator.by_hand.own_post_door import LookAt
from moderator.detectors.base import Detector
from moderator.detectors.panel import build_detectors
from moderator.detectors.reader_model import ReadingModel
from moderator.detectors.roll import Roll
from moderator.detectors.toxicity import ToxicityScorer, WordListScorer
from moderator.domain import Comment
from moderator.errors import AlreadyRunning, ConfigError
from moderator.pictures.fetching import Fetcher
from moderator.pictures.looking import Looker, Looks, can_read
from moderator.pictures.of_comments import CommentPictures
from moderator.pictures.silent_hosts import Patient
from moderator.pipeline import House
from moderator.platforms.base import Adapter, Capabilities, Platform
from moderator.platforms.image_hosts import IMAGE_HOSTS
from moderator.platforms.sharing import OWN_APP, App
from moderator.settings import AccountSettings, Settings
from moderator.settings.roll_file import load_roll
from moderator.store import accounts
from moderator.store.database import WAIT_S, Database, is_missing
from moderator.store.meter import StoreMeter
from moderator.store.running import GUESTS_STAY_S, visit, visited_file
from moderator.store.tokens import FileTokens
from moderator.weights.manifest import verify
from moderator.weights.shelf import DETOXIFY
from moderator.weights.shipped import shipped

BUILT_IN = "built-in"
"""The choice of the model that comes with the program."""


def open_database(settings: Settings, *, wait_s: float = WAIT_S) -> Database:
    """The school's store, migrated to this program's schema; a backup is made before. Raises StoreError and BackupError.

    Raises AlreadyRunning where the tables are older, or there is no file yet, and a daemon is still at work: it may be of
    that version, or about to make the file.
    """
    if is_missing(settings.store_url):
        _make_as_guest(settings, wait_s)
    database = reach_database(settings, create=False)
    try:
        migrate_as_guest(settings, database, wait_s)
        bring_up_to_date(settings, database)
    except BaseException:
        database.close()
        raise
    return database


def _make_as_guest(settings: Settings, wait_s: float) -> None:
    patience = time.monotonic() + wait_s  # A daemon that has just started may be making the file itself.
    while is_missing(settings.store_url):
        try:
            with visited_file(lock_of(settings)):
                reach_database(settings).close()
        except AlreadyRunning as error:
            if time.monotonic() > patience:
                raise AlreadyRunning(f"There is no database yet, and none was made. {error}") from None
            time.sleep(GUESTS_STAY_S)


def migrate_as_guest(settings: Settings, database: Database, wait_s: float = WAIT_S) -> None:
    """Bring older tables up to this version while no daemon is at work on them. Raises as `open_database` does."""
    patience = time.monotonic() + wait_s  # A daemon that has just started may be bringing the tables up to date itself.
    while is_behind(database):
        try:
            visit(database, lock_of(settings), partial(bring_up_to_date, settings, database))
        except AlreadyRunning as error:
            if time.monotonic() > patience:
                raise AlreadyRunning(
                    f"The tables are of an older version, and a daemon is at work on them. {error} After an upgrade that is: "
                    "systemctl restart moderator. Nothing was changed."
                ) from None
            time.sleep(GUESTS_STAY_S)


def lock_of(settings: Settings) -> Path:
    """The file whose lock is the daemon's place."""
    return settings.state_dir / "daemon.lock"


def reach_database(settings: Settings, *, create: bool = True) -> Database:
    """The school's store as it stands, of whichever version. Raises StoreError."""
    return Database.open(
        settings.store_url,
        key=settings.store_key,
        audit_key=settings.audit_key,
        school_id=settings.school.id,
        create=create,
    )


@dataclass(frozen=True, slots=True)
class Models:
    """What reads comments, loaded once: both are tens of megabytes."""

    scorer: ToxicityScorer
    reader: ReadingModel | None


def build_models(settings: Settings) -> Models:
    """Raises ConfigError where a model is missing or is another."""
    return Models(build_scorer(settings.toxicity, settings.state_dir), build_reader(settings.reader))


def build_house(
    settings: Settings,
    database: Database,
    now: datetime,
    counted_in: Database | None = None,
    models: Models | None = None,
) -> House:
    """The house for one school; what its platforms use up is counted in `counted_in`, or else in `database`.

    Raises ConfigError where a file it needs is missing.
    """
    meters = counted_in or database
    return House(
        database=database,
        platforms={each.account.id: build_platform(each, meters, settings.state_dir) for each in settings.accounts},
        detectors=school_detectors(settings, now, models or build_models(settings)),
        policy=settings.policy,
        mode=settings.mode,
        read_back=timedelta(days=settings.read_back_days),
        verify_after=tuple(timedelta(seconds=seconds) for seconds in settings.verify_after_s),
        pictures=build_pictures(settings),
    )


def build_pictures(settings: Settings) -> CommentPictures | None:
    """What looks at the pictures of comments; None where the school has switched on no platform.

    Raises ConfigError where what reads pictures is not installed.
    """
    wanted = settings.pictures.platforms
    if not wanted:
        return None
    looker = Looker(nudity=settings.pictures.nudity)
    return CommentPictures({name: Patient(Fetcher(IMAGE_HOSTS[name])) for name in wanted}, looker)


def own_post_eyes(settings: Settings, house: House, clock: Callable[[], datetime]) -> LookAt:
    """What the page may ask the daemon: what stands against a post of the school's own. The roll is read anew each time."""
    looks: list[Looks] = [house.pictures.looks] if house.pictures is not None else []

    def look_at(text: str, pictures: Sequence[bytes]) -> PostCheck:
        if pictures and not looks and can_read(settings.pictures.nudity):
            looks.append(Looker(nudity=settings.pictures.nudity))
        now = clock()
        loaded = load_roll(settings, now)
        roll = Roll(loaded.pupils) if loaded is not None else Roll()
        eyes = looks[0] if looks else None
        return check_post_with_pictures(text, pictures, eyes, house.detectors, settings.school, roll, now)

    return look_at


def school_detectors(settings: Settings, now: datetime, models: Models) -> tuple[Detector, ...]:
    loaded = load_roll(settings, now)
    roll = Roll(loaded.pupils, loaded.references) if loaded is not None else None
    return build_detectors(settings.school, roll, models.scorer, models.reader)


def build_scorer(choice: str, state_dir: Path) -> ToxicityScorer:
    """`built-in`, `stand-in`, a fetched model such as `detoxify/unbiased`, or `onnx:FOLDER`.

    Raises ConfigError where the model is missing or its files are not those that were written.
    """
    kind, _, folder = choice.partition(":")
    if kind == "stand-in":
        return WordListScorer()
    if choice == BUILT_IN or (kind == "onnx" and folder):
        from moderator.detectors.classifier import OnnxScorer  # onnxruntime is loaded only where a model is used.

        return OnnxScorer(_checked("toxicity") if choice == BUILT_IN else Path(folder))
    if choice in DETOXIFY:
        from moderator.weights.kept import load

        return load(choice, state_dir)
    raise ConfigError(
        f"config/moderator.toml, detectors.toxicity: {choice!r} is none of {BUILT_IN}, stand-in, onnx:FOLDER, "
        f"{', '.join(DETOXIFY)}."
    )


def build_reader(choice: str) -> ReadingModel | None:
    """`built-in`, `onnx:FOLDER`, or None for `off`. Raises ConfigError where the model is missing or is another."""
    kind, _, folder = choice.partition(":")
    if choice == "off":
        return None
    if choice == BUILT_IN or (kind == "onnx" and folder):
        from moderator.detectors.reader_model import OnnxReader

        return OnnxReader(_checked("reader") if choice == BUILT_IN else Path(folder))
    raise ConfigError(f"config/moderator.toml, detectors.reader: {choice!r} is none of built-in, off and onnx:FOLDER.")


def _checked(name: str) -> Path:
    folder = shipped(name)
    verify(folder)
    return folder


def adapter_of(platform: str) -> type[Adapter] | None:
    """The class for a platform with an API, None for any other place. Vendor libraries are loaded only for those in use."""
    if platform == "x":
        from moderator.platforms.x import X

        return X
    if platform == "youtube":
        from moderator.platforms.youtube import YouTube

        return YouTube
    if platform == "instagram":
        from moderator.platforms.instagram import Instagram

        return Instagram
    return None


def capabilities_of(platform: str) -> Capabilities:
    """What a platform can do, without any login. One that is not known is a place where all is done by hand."""
    from moderator.platforms import byhand

    adapter = adapter_of(platform)
    return byhand.capabilities_of(platform) if adapter is None else adapter.capabilities


def login_warnings(settings: AccountSettings, state_dir: Path, now: datetime) -> list[str]:
    """What the account's login says of its own end, without asking anybody; nothing where we hold none. Raises ConfigError."""
    adapter = adapter_of(settings.account.platform)
    if adapter is None or not settings.credentials:
        return []
    return adapter.login_warnings(settings.credentials, tokens_for(settings, state_dir), now)


def capabilities_for(settings: Settings, comment: Comment) -> Capabilities | None:
    """What the comment's platform can do; None where its account is watched no more."""
    account = next((each for each in settings.accounts if each.account.id == comment.account_id), None)
    return None if account is None else capabilities_of(account.account.platform)


def build_platform(settings: AccountSettings, database: Database, state_dir: Path, app: App = OWN_APP) -> Platform:
    """The adapter for one account, through `app` where several schools share one. Vendor libraries are loaded only for the
    platforms in use."""
    account = settings.account
    options: dict[str, Any] = dict(settings.options)
    if settings.by_hand:
        from moderator.platforms.byhand import ByHand

        return ByHand(account, **options)
    with database.reading() as tx:
        account = accounts.as_remembered(tx, account)
    meter = StoreMeter(database, account.id)
    if settings.api_base:
        options["api_base"] = settings.api_base
    if account.platform == "x":
        from moderator.platforms.x import X

        return X(account, settings.credentials, meter, tokens_for(settings, state_dir), app=app, **options)
    if account.platform == "youtube":
        from moderator.platforms.youtube import YouTube

        return YouTube(account, settings.credentials, meter, app=app, **options)
    if account.platform == "instagram":
        from moderator.platforms.instagram import Instagram

        return Instagram(account, settings.credentials, meter, tokens_for(settings, state_dir), **options)
    raise ConfigError(f"config/moderator.toml, accounts: no platform is called {account.platform!r}.")


def tokens_for(settings: AccountSettings, state_dir: Path) -> FileTokens:
    """Renewed tokens live beside the data, since credential files are read-only to the daemon."""
    initial: Mapping[str, str] = settings.credentials
    folder = state_dir / "tokens"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return FileTokens(folder / f"{settings.account.id}.json", initial)
