"""The letter that says that somebody came in with the code on paper: to everybody whom alerts reach."""

from __future__ import annotations

from datetime import datetime, timedelta

from moderator.reports.alert_words import SIGNED
from moderator.reports.channels import KIND
from moderator.reports.mail import new_message, packed, stable_id
from moderator.settings import Settings
from moderator.store.mails import Mail

WORTH = timedelta(days=5)
SUBJECT = "A recovery code was used"


def recovery_letters(settings: Settings, name: str, now: datetime) -> list[Mail]:
    """One for each contact of [alerts], ready for the outbox; none where alerts are off."""
    if not settings.alerts.enabled:
        return []
    key = f"recovery {now.isoformat()}"
    letters = []
    for to in {each.address: each for each in settings.alerts.contacts.values()}.values():
        message = new_message(settings.mail, to, SUBJECT, stable_id(settings.mail, KIND, key, to.address), now)
        message.set_content(words(settings, name, now))
        letters.append(packed(message, key, KIND, now, WORTH))
    return letters


def words(settings: Settings, name: str, now: datetime) -> str:
    local = settings.policy.duty.local(now)
    return (
        f"At {local} somebody opened the moderation page with the recovery code of {name}, to set up a new passkey. All "
        f"other devices of {name} were signed out.\n\nIf that was {name}, there is nothing to do. If it was not, end this "
        f'user at once: on the page under People, or with: moderator users end "{name}"{SIGNED}'
    )
