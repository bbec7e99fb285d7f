"""Rules about who writes: adverts, people who pose as the school, and authors whose standing speaks against them."""

from __future__ import annotations

from moderator.domain import Label, Ruling, Verdict
from moderator.policy.heard import Heard
from moderator.policy.rules.over_limit import over_limit
from moderator.policy.strikes import counted, hold_ends_at


def spam(heard: Heard) -> Verdict | None:
    """Adverts and scams are queued, sure ones hidden."""
    return over_limit("spam", Label.SPAM, "advert or scam", heard)


def impersonation(heard: Heard) -> Verdict | None:
    """Somebody who poses as the school or its staff is queued, and hidden where it is sure."""
    return over_limit("impersonation", Label.IMPERSONATION, "poses as the school or its staff", heard)


def author_on_hold(heard: Heard) -> Verdict | None:
    """All that an author writes waits for a person while the hold lasts that repeated strikes brought on."""
    ends_at = hold_ends_at(heard.case.standing, heard.policy, heard.now)
    if ends_at is None:
        return None
    count = len(counted(heard.case.standing, heard.policy, heard.now))
    reason = f"its author is on hold after {count} strikes, until {heard.policy.duty.local(ends_at)}"
    return Verdict("author_on_hold", Ruling.QUEUE, reason)


def author_banned(heard: Heard) -> Verdict | None:
    """What an author writes whom a person banned is hidden, whatever it says, until the ban ends."""
    in_force = [
        ban
        for ban in heard.case.standing.bans
        if ban.ended_at is None and ban.at <= heard.now and (ban.until is None or heard.now < ban.until)
    ]
    if not in_force:
        return None
    ban = min(in_force, key=lambda ban: (ban.at, ban.id))
    local = heard.policy.duty.local
    until = f"until {local(ban.until)}" if ban.until else "until somebody lifts the ban"
    reason = f"its author is banned by {ban.by.name} since {local(ban.at)}, {until}"
    return Verdict("author_banned", Ruling.HIDE, reason)
