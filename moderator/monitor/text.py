"""The figures as Prometheus reads them. No label holds anything but the id of an account and a fixed word."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from moderator.monitor.figures import Figures

JUDGED_WITHIN_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Page:
    """What /metrics says: the figures of the moment it is asked, and how long judging took since the daemon began."""

    def __init__(self, gather: Callable[[], Figures], mode: str) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_AtTheMoment(gather, mode))
        self._judging = Histogram(
            "moderator_judge_seconds",
            "Time to judge a comment: that of its batch, divided by the comments in it.",
            ["account"],
            registry=self._registry,
            buckets=JUDGED_WITHIN_S,
        )

    def judged(self, account_id: str, comments: int, seconds: float) -> None:
        """A batch was judged in this time."""
        for _ in range(comments):
            self._judging.labels(account_id).observe(seconds / comments)

    def text(self) -> bytes:
        """Raises StoreError where the records cannot be read."""
        return generate_latest(self._registry)


class _AtTheMoment(Collector):
    def __init__(self, gather: Callable[[], Figures], mode: str) -> None:
        self._gather, self._mode = gather, mode

    def describe(self) -> Iterable[Metric]:
        return []  # Without this the registry would ask for the figures once at the start, only for their names.

    def collect(self) -> Iterator[Metric]:
        figures = self._gather()
        info = GaugeMetricFamily("moderator_info", "The program and its mode; always 1.", labels=["version", "mode"])
        info.add_metric([version("moderator"), self._mode], 1)
        yield info
        yield from _of_accounts(figures)
        yield from _of_the_school(figures)


def _of_accounts(figures: Figures) -> Iterator[Metric]:
    now = figures.now
    ages = {
        each: (now - fresh.last_read).total_seconds()
        for each, fresh in figures.fresh.items()
        if fresh.last_read is not None
    }
    paused = {each: bool(fresh.paused) for each, fresh in figures.fresh.items()}
    yield _by_account("last_read_age_seconds", "Since the account was last read without a fault.", ages)
    yield _by_account("account_paused", "1 where nothing is asked of the account until its login works again.", paused)
    yield _by_account("actions_waiting", "Actions asked for and not yet through.", figures.actions)
    yield _by_account("actions_failing", "Of these, those whose last try failed.", figures.stumbling)
    for name, said, value in (
        ("quota_used", "Used of what the platform grants: dollars of the month or units of the day.", "used"),
        ("quota_limit", "The most that may be used.", "limit"),
    ):
        family = GaugeMetricFamily(f"moderator_{name}", said, labels=["account", "unit"])
        for account_id, quota in figures.quotas.items():
            family.add_metric([account_id, quota.unit], getattr(quota, value))
        yield family


def _of_the_school(figures: Figures) -> Iterator[Metric]:
    waiting = figures.waiting
    oldest = 0.0 if waiting.since is None else (figures.now - waiting.since).total_seconds()
    yield _one("waiting_comments", "Comments that wait for a person.", waiting.comments)
    yield _one("waiting_urgent_comments", "Of these, the urgent ones.", waiting.urgent)
    yield _one("waiting_oldest_seconds", "How long the oldest of them has waited.", oldest)
    yield _one("hidden_late_comments", "Comments out of sight that wait too long for a person.", figures.late)
    yield _one("tasks_open", "Tasks that only a person can do.", figures.tasks)
    yield _one("letters_waiting", "Letters that are still to go out.", figures.letters)
    yield _one(
        "roll_age_seconds", "Since the pupils' roll was imported; absent where none is held.", figures.roll_age_s
    )
    yield _one(
        "backup_age_seconds", "Since the last backup was made; absent where there is none.", figures.backup_age_s
    )


def _by_account(name: str, said: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"moderator_{name}", said, labels=["account"])
    for account_id, value in values.items():
        family.add_metric([account_id], value)
    return family


def _one(name: str, said: str, value: float | None) -> Metric:
    family = GaugeMetricFamily(f"moderator_{name}", said)
    if value is not None:
        family.add_metric([], value)
    return family
