"""From a trust's settings to the hands of one worker: which houses it needs, the models loaded once, and whose turns there are."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from moderator.build import Models, build_models
from moderator.detectors.ahead import ScoredAhead
from moderator.errors import ConfigError
from moderator.logs import Log
from moderator.pipeline import House
from moderator.reports.alert_rounds import alert_rounds
from moderator.reports.channels import open_channels
from moderator.reports.privacy_rounds import privacy_rounds
from moderator.reports.rounds import Rounds
from moderator.reports.send import report_rounds
from moderator.settings import Settings
from moderator.settings.trust import Schools, TrustSettings, WorkerForm
from moderator.store import turns
from moderator.store.database import Database
from moderator.store.turns import Wanted, Work
from moderator.trust.account import CountActed, nobody_counts_acts
from moderator.trust.crew import DoTurns
from moderator.trust.hands import AccountHands, CountJudged, JudgingHands, SchoolHands, nobody_counts_judged
from moderator.trust.houses import Kept, judging_house, reaching_house
from moderator.trust.pace import Pace
from moderator.trust.sharing import Sharing
from moderator.worker import Clock

JUDGE_EVERY_S, ACT_EVERY_S, REPORT_EVERY_S, RETENTION_EVERY_S = 3600, 3600, 300, 3600
"""How often each is looked after though nothing woke it."""
ENLIST = 7235
T = TypeVar("T")
AppOf = Callable[[str, str], str]


class Office:
    """Knows a trust's schools, and puts together what a worker needs of them."""

    def __init__(
        self,
        schools: Schools,
        form: WorkerForm,
        store: Database,
        log: Log,
        clock: Clock,
        judged: CountJudged = nobody_counts_judged,
        acted: CountActed = nobody_counts_acts,
    ) -> None:
        """`store` is of no school: turns alone are looked at through it."""
        self._judged, self._acted = judged, acted
        self._schools, self._form, self._store, self._log, self._clock = schools, form, store, log, clock
        self._sharing = Sharing(schools, store)
        self._faults: dict[str, str] = {}  # by school, as told
        self._models: dict[tuple[str, str], Models] = {}
        self._loading = threading.Lock()

    def hands(self, only: Iterable[Work], leaving: threading.Event) -> dict[Work, DoTurns]:
        """What does each kind of turn. Models are loaded now where comments are to be judged. Raises ConfigError."""
        return {work: self._hands(work, leaving) for work in only}

    def _hands(self, work: Work, leaving: threading.Event) -> DoTurns:
        log, clock = self._log, self._clock
        if work is Work.JUDGE:
            for settings in self._readable()[:1]:
                self._models_of(settings)
            return JudgingHands(self._kept(self._judging).of, log, clock, judged=self._judged)
        house_of = self._kept(self._reaching).of
        if work in (Work.POLL, Work.ACT):
            return AccountHands(
                work, house_of, log, clock, leaving, pace_of(self._form), self._sharing.slowing, self._acted
            )
        return SchoolHands(house_of, self._letters if work is Work.REPORT else self._retention, clock)

    def _kept(self, make: Callable[[Settings], T]) -> Kept[T]:
        return Kept(self._schools.settings, make, self._form.schools_kept)

    def _database(self, settings: Settings) -> Database:
        return self._store.for_school(settings.school.id, bytes.fromhex(settings.audit_key))

    def _reaching(self, settings: Settings) -> House:
        return reaching_house(settings, self._database(settings), self._sharing)

    def _judging(self, settings: Settings) -> tuple[House, ScoredAhead]:
        models = self._models_of(settings)
        scorer = models.scorer
        if not isinstance(scorer, ScoredAhead):
            raise TypeError("the scorer of a worker's models knows answers ahead")
        return judging_house(settings, self._database(settings), models, self._clock()), scorer

    def _models_of(self, settings: Settings) -> Models:
        """Once for all schools that chose the same: they are tens of megabytes."""
        with self._loading:
            choice = (settings.toxicity, settings.reader)
            if choice not in self._models:
                models = build_models(settings)
                self._models[choice] = replace(models, scorer=ScoredAhead(models.scorer))
            return self._models[choice]

    def _letters(self, house: House, school_id: str) -> Sequence[Rounds]:
        settings = self._schools.settings(school_id)
        log = self._log.bind(school=school_id)
        alerts = alert_rounds(house, open_channels(settings), log, self._clock) if settings.alerts.enabled else []
        return [*alerts, *report_rounds(house, settings, log, self._clock)]

    def _retention(self, house: House, school_id: str) -> Sequence[Rounds]:
        settings = self._schools.settings(school_id)
        return privacy_rounds(house, settings.state_dir, self._log.bind(school=school_id), self._clock)

    def _readable(self) -> list[Settings]:
        """The schools whose files are in order; of the others the log tells."""
        found = []
        for school_id in self._schools:
            try:
                found.append(self._schools.settings(school_id))
                self._faults.pop(school_id, None)
            except ConfigError as error:
                if self._faults.get(school_id) != str(error):  # Once, until it is another.
                    self._faults[school_id] = str(error)
                    self._log.error("school.faulty", school=school_id, detail=str(error))
        return found

    def follow(self, trust: TrustSettings) -> None:
        """Go on with the schools that there are now. Raises ConfigError where none is left."""
        came, went = self._schools.follow(trust)
        if came or went:
            self._log.info("schools.changed", came=",".join(sorted(came)), went=",".join(sorted(went)))

    def _app_of(self, school_id: str, platform: str) -> str:
        app = self._schools.trust.app_of(school_id, platform)
        return "" if app is None else app.name

    def enlist(self) -> int:
        """See to it that there is a turn for each account and school, and none besides; returns how many are new.

        One worker does it at a time. A school whose files are faulty keeps the turns it has. Raises StoreError.
        """
        with turns.alone(self._store, ENLIST) as mine:
            if not mine:
                return 0
            readable = self._readable()
            faulty = set(self._schools) - {settings.school.id for settings in readable}
            wanted = [turn for settings in readable for turn in turns_of(settings, self._form, self._app_of)]
            with self._store.transaction() as tx:
                return turns.enlist(tx, wanted, self._clock(), keep=faulty)


def turns_of(settings: Settings, form: WorkerForm, app_of: AppOf = lambda _school, _platform: "") -> list[Wanted]:
    """What there is to do for one school; `app_of` names the app that a school shares with others on a platform, or ""."""
    own = settings.school.id
    every_s = {Work.POLL: form.poll_every_s, Work.JUDGE: JUDGE_EVERY_S, Work.ACT: ACT_EVERY_S}
    accounts = [
        Wanted(own, each.account.id, work, seconds, app_of(own, each.account.platform))
        for each in settings.accounts
        for work, seconds in every_s.items()
    ]
    return [
        *accounts,
        Wanted(own, "", Work.REPORT, REPORT_EVERY_S),
        Wanted(own, "", Work.RETENTION, RETENTION_EVERY_S),
    ]


def pace_of(form: WorkerForm) -> Pace:
    return Pace(form.poll_every_s, form.poll_after_post_s, form.poll_quiet_s)
