"""What one worker did, and how all stands when it is asked, as Prometheus reads it: ids of schools and fixed words only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from moderator.monitor.server import TEXT, Answer
from moderator.settings.trust import Schools
from moderator.store import overview
from moderator.store.database import Database
from moderator.store.turns import Turn, Work
from moderator.trust.overview import apps_now

CLAIMED_WITHIN_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
TURNED_WITHIN_S = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 45.0, 120.0)
LATE_WITHIN_S = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)


class WorkerFigures:
    """Told by a worker of what it does. Safe to share between threads."""

    def __init__(self, schools: Schools, store: Database, clock: Callable[[], datetime]) -> None:
        registry = self._registry = CollectorRegistry()
        registry.register(_AtTheMoment(schools, store, clock))
        self._turns = Counter("moderator_turns", "Turns that this worker ended.", ["school", "work"], registry=registry)
        self._judged = Counter(
            "moderator_judged_comments", "Comments that this worker judged.", ["school"], registry=registry
        )
        self._actions = Counter(
            "moderator_actions", "Actions that this worker carried out.", ["school", "kind"], registry=registry
        )
        self._claims = self._histogram("claim_seconds", "Time to claim a turn.", CLAIMED_WITHIN_S)
        self._took = self._histogram("turn_seconds", "Time that a turn took.", TURNED_WITHIN_S)
        self._late = self._histogram("turn_late_seconds", "How late a turn began.", LATE_WITHIN_S)

    def _histogram(self, name: str, said: str, within: tuple[float, ...]) -> Histogram:
        return Histogram(f"moderator_{name}", said, ["work"], registry=self._registry, buckets=within)

    def turned(self, turn: Turn, late_s: float, took_s: float) -> None:
        self._turns.labels(turn.school_id, turn.work.value).inc()
        self._took.labels(turn.work.value).observe(took_s)
        self._late.labels(turn.work.value).observe(late_s)

    def claimed(self, work: Work, seconds: float) -> None:
        self._claims.labels(work.value).observe(seconds)

    def judged(self, school_id: str, comments: int) -> None:
        self._judged.labels(school_id).inc(comments)

    def acted(self, school_id: str, kind: str) -> None:
        self._actions.labels(school_id, kind).inc()

    def answer(self, path: str) -> Answer:
        """Raises StoreError where the records cannot be read."""
        if path == "/metrics":
            return HTTPStatus.OK, TEXT, generate_latest(self._registry)
        return HTTPStatus.NOT_FOUND, TEXT, b"/metrics is here\n"


@dataclass(frozen=True)
class _AtTheMoment(Collector):
    """Of all schools together, so every worker tells the same."""

    schools: Schools
    store: Database
    clock: Callable[[], datetime]

    def describe(self) -> Iterable[Metric]:
        return []  # Without this the registry would ask for the figures once at the start, only for their names.

    def collect(self) -> Iterator[Metric]:
        now = self.clock()
        with self.store.reading() as tx:
            due = overview.due(tx, now)
        waiting = GaugeMetricFamily("moderator_turns_due", "Turns that are due and in nobody's hands.", labels=["work"])
        oldest = GaugeMetricFamily("moderator_turns_due_oldest_seconds", "How long the oldest is due.", labels=["work"])
        for work in Work:
            count, since = due.get(work, (0, now))
            waiting.add_metric([work.value], count)
            oldest.add_metric([work.value], (now - since).total_seconds())
        left = GaugeMetricFamily(
            "moderator_app_quota_left", "What an app that schools share may still use.", labels=["app", "counter"]
        )
        for app in apps_now(self.schools.trust, self.store, now):
            left.add_metric([app.name, app.counter], app.left)
        yield from (waiting, oldest, left)
