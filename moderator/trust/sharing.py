"""The apps that a trust's schools share: asked before each call, counted in the one database that all workers use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from moderator.platforms.sharing import GRANTED, OWN_APP, Amounts, App, Purpose, Span, Wait
from moderator.policy.sharing import Grant
from moderator.settings.trust import Schools
from moderator.settings.trust_apps import SharedAppSettings
from moderator.store import app_uses
from moderator.store.app_uses import TOGETHER, Bounds
from moderator.store.database import Database
from moderator.store.turns import share_of

LOOK_AGAIN_AFTER = timedelta(minutes=15)
"""A school that is beyond its share: with the time that passes, more becomes free."""
SPREAD_OVER = timedelta(minutes=2)
"""When an app is granted anew, its schools begin one after another."""


class DoesNotFit(Exception):
    """Undoes what was counted of the other counters."""


@dataclass(frozen=True)
class Sharing:
    """Which school goes through which app is asked anew each time: a change of trust.toml is followed at once."""

    schools: Schools
    store: Database  # of no school: counts alone are looked at through it

    def of(self, school_id: str, platform: str) -> App:
        return Share(self, school_id, platform) if platform in GRANTED else OWN_APP

    def slowing(self, school_id: str, platform: str, now: datetime) -> float:
        """How many times as long as usual the school's account there waits for its next reading. Raises StoreError."""
        app = self.schools.trust.app_of(school_id, platform)
        if app is None:
            return 1.0
        span = GRANTED[platform].span(now)
        with self.store.reading() as tx:
            uses = {each: app_uses.used_by(tx, app.name, each, span.key, school_id) for each in app.limits}
        return max(
            (grant_of(app, each).slowing(*used, span.passed(now)) for each, used in uses.items()),
            default=1.0,
        )


def grant_of(app: SharedAppSettings, counter: str) -> Grant:
    return Grant(app.limits[counter], len(app.schools), app.reserve_percent, app.severe_percent)


@dataclass(frozen=True)
class Share:
    """One school's part in the app that it shares on a platform. As `platforms.sharing.App` says."""

    sharing: Sharing
    school_id: str
    platform: str

    def take(self, amounts: Amounts, purpose: Purpose, span: Span, now: datetime) -> Wait | None:
        """In a transaction of its own, so none may be open in the same thread. Raises StoreError."""
        app = self._app()
        if app is None:
            return None
        passed = span.passed(now)
        try:
            with self.sharing.store.transaction() as tx:
                for counter, amount in sorted(amounts.items()):
                    bounds = bounds_of(app, counter, purpose, passed)
                    if not app_uses.reserve(tx, app.name, counter, span.key, self.school_id, amount, bounds):
                        raise DoesNotFit(counter)
        except DoesNotFit as error:
            counter = str(error)
            return self._wait(app, counter, amounts[counter], purpose, span, now)
        return None

    def give_back(self, amounts: Amounts, span: Span) -> None:
        app = self._app()
        if app is not None:
            with self.sharing.store.transaction() as tx:
                for counter, amount in sorted(amounts.items()):
                    app_uses.give_back(tx, app.name, counter, span.key, self.school_id, amount)

    def spent_up(self, counter: str, span: Span) -> None:
        app = self._app()
        if app is not None and counter in app.limits:
            with self.sharing.store.transaction() as tx:
                app_uses.fill_up(tx, app.name, counter, span.key, app.limits[counter])

    def _app(self) -> SharedAppSettings | None:
        return self.sharing.schools.trust.app_of(self.school_id, self.platform)

    def _wait(
        self, app: SharedAppSettings, counter: str, amount: int, purpose: Purpose, span: Span, now: datetime
    ) -> Wait:
        bound = grant_of(app, counter).bound(purpose)
        with self.sharing.store.reading() as tx:
            used = app_uses.used(tx, app.name, counter, span.key)
        together, own = used.get(TOGETHER, 0), used.get(self.school_id, 0)
        if together + amount > bound:
            retry_at = span.ends_at + SPREAD_OVER * share_of(self.school_id, self.platform)
            whose = f"{together} of {bound} {counter} are used by {len(app.schools)} schools together"
        else:
            retry_at = min(span.ends_at, now + LOOK_AGAIN_AFTER)
            whose = f"this school has used {own}, more than its share, and what is left is the others'"
        return Wait(
            f"The app {app.name} has no room for another call to {purpose} until {retry_at:%d %b %H:%M} UTC: {whose}. "
            "Nothing is lost.",
            retry_at,
        )


def bounds_of(app: SharedAppSettings, counter: str, purpose: Purpose, passed: float) -> Bounds | None:
    if counter not in app.limits:
        return None
    grant = grant_of(app, counter)
    return Bounds(grant.bound(purpose), grant.share(purpose), grant.free_of_others(purpose, passed))
