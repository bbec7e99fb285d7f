"""The rounds of the daemon that tell what cannot wait: one looks and sends pushes, one sends the letters.

They are two, so that a mail server that hangs holds up no push, and no letter waits behind a push service.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from moderator.logs import Log
from moderator.pipeline import House
from moderator.reports.alerts import Looked, look
from moderator.reports.channels import KIND, Channels
from moderator.reports.mail import send_due
from moderator.reports.rounds import Rounds

LOOK_EVERY_S = 5
LETTERS_TAKE_AT_MOST_S = 1800.0
"""A mail server that hangs takes a minute for each letter, and is no reason to start anew."""


def alert_rounds(house: House, channels: Channels, log: Log, clock: Callable[[], datetime]) -> list[Rounds]:
    def letters(house: House, now: datetime) -> None:
        for sending in send_due(house.database, channels.mailer, now, KIND):
            if sending.went:
                log.info("alert.letter_sent", key=sending.mail.key)
            else:
                again = sending.next_try_at.isoformat() if sending.next_try_at else "never"
                log.warning("alert.letter_failed", key=sending.mail.key, detail=sending.why, again=again)

    post = Rounds("alert letters", LOOK_EVERY_S, letters, house, log, clock, LETTERS_TAKE_AT_MOST_S)

    def alerts(house: House, now: datetime) -> None:
        tell(log, look(house.database, channels, house.policy.duty, now))
        post.ask()

    return [Rounds("alerts", LOOK_EVERY_S, alerts, house, log, clock), post]


def tell(log: Log, looked: Looked) -> None:
    """Log what one look did: ids and counts."""
    for number in looked.raised:
        log.warning("alert.raised", alert=number)
    for number, step in looked.told:
        log.info("alert.told", alert=number, step=step)
    for alert in looked.opened:
        log.info("alert.opened", alert=alert.number)
    for outage in looked.began:
        log.warning("outage.began", account=outage.account_id, kind=outage.trouble.value)
    for outage in looked.ended:
        log.info("outage.ended", account=outage.account_id, kind=outage.trouble.value)
    for place in looked.delivered.sent:
        log.info("alert.sent", to=place)
    for place, detail in looked.delivered.later:
        log.info("alert.tried", to=place, detail=detail)
    for place, detail in looked.delivered.failed:
        log.warning("alert.not_sent", to=place, detail=detail, instead="letter")
    for subscription in looked.delivered.dropped:
        log.warning("push.dropped", subscription=subscription)
    if looked.ping_failed:
        log.warning("ping.failed")
