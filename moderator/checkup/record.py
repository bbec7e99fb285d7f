"""What the records say: the trail, what waits, who decides, the roll, backups, and what somebody should have looked over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from moderator.backups.files import backups_in
from moderator.backups.practise import last_practised
from moderator.by_hand import look_over
from moderator.checkup.freshness import Fresh, freshness
from moderator.checkup.lines import Line, fail, ok, skipped, warn
from moderator.errors import ModeratorError
from moderator.policy.authority import People
from moderator.privacy.complaints import in_words
from moderator.reports.quota import Quota, quota_of
from moderator.reports.words import counted
from moderator.settings import AccountSettings, Settings
from moderator.settings.roll_file import load_roll
from moderator.store import data_complaints, decisions, users
from moderator.store.database import Transaction
from moderator.store.verify import Checked, verify

OLD_BACKUP = timedelta(days=2)
PRACTISE_EVERY = timedelta(days=120)
"""Once a term."""
WARN_AT = 0.75
"""Of a quota."""


def record_lines(tx: Transaction, settings: Settings, now: datetime) -> Iterator[Line]:
    """All that is asked of the database, and of the folders beside it; no platform is asked."""
    yield audit_line(verify(tx))
    for each in settings.accounts:
        yield fresh_line(freshness(tx, settings, each.account.id, now), now)
        quota = quota_of(tx, each, now)
        if quota is not None:
            yield quota_line(each, quota)
    yield late_line(decisions.count_late(tx, now - settings.policy.duty.hide_waits_at_most))
    yield roll_line(settings, now)
    yield people_line(users.people(tx, settings.people))
    yield backup_line(settings, now)
    if settings.backup.on:
        yield practice_line(last_practised(tx), now)
    yield checklist_line(tx, settings, now)
    yield complaints_line(tx, settings, now)


def audit_line(checked: Checked) -> Line:
    if not checked.whole:
        return fail(
            "audit", f"the trail was changed: {checked.why}", "moderator verify-audit, and keep the file as it is."
        )
    return ok("audit", f"{checked.events} events, each as it was written; head {checked.head}")


def fresh_line(fresh: Fresh, now: datetime) -> Line:
    what = f"{fresh.account_id} read"
    if fresh.paused:
        return fail(
            what,
            f"left alone: {fresh.paused}",
            "Log in again as its page in docs/ says; it is tried every ten minutes.",
        )
    if fresh.last_read is None:
        return warn(what, "never read yet", "Start the daemon: moderator run, or systemctl start moderator")
    said = f"last read {ago(now - fresh.last_read)}"
    if fresh.is_quiet(now):
        return fail(what, f"{said}, which is too long ago", "Look whether the daemon runs: systemctl status moderator")
    if fresh.errors:
        return warn(
            what, f"{said}; since then {fresh.errors[0]}", "It is tried again by itself. Look again in an hour."
        )
    return ok(what, said)


def quota_line(account: AccountSettings, quota: Quota) -> Line:
    what = f"{account.account.id} quota"
    said = f"{quota.told}{'' if quota.unit == 'dollars' else f' {quota.unit}'} used"
    if not quota.left:
        return fail(
            what, said, f"Nothing more is asked of it this {quota.period}. Raise the limit, or read less often."
        )
    if quota.used >= WARN_AT * quota.limit:
        return warn(what, said, f"Raise the limit, or read less often, before the {quota.period} is over.")
    return ok(what, said)


def late_line(late: int) -> Line:
    if late:
        said = f"{late} hidden {'comment has' if late == 1 else 'comments have'} waited too long for a person"
        return warn("waiting", said, "Ask the head or whoever stands in to look: moderator queue")
    return ok("waiting", "nothing hidden has waited too long for a person")


def roll_line(settings: Settings, now: datetime) -> Line:
    """Counts and days only."""
    try:
        roll = load_roll(settings, now)
    except ModeratorError as error:
        return fail("roll", str(error), "moderator roll import FILE")
    if roll is None:
        return ok("roll", "none; children are found by patterns only (moderator roll import FILE)")
    if roll.warning:
        tell = fail if now >= roll.expires_at else warn
        return tell("roll", roll.warning, "Ask the office for a new list, then: moderator roll import FILE")
    return ok("roll", f"{counted(len(roll.pupils), 'pupil')}, imported {ago(now - roll.imported_at)}")


def people_line(people: People) -> Line:
    """Who may close what is urgent. Names of staff stand in it."""
    if not people.roles:
        said = "nobody is named in moderator.toml under [people], so everybody at the command line counts as the head"
        return warn("people", said, "Name the head under [people], or: moderator users add NAME --role head")
    who = " or ".join(people.who_close_urgent())
    said = f"{len(people.roles)} {'users of the page' if people.are_users else 'named'}; what is urgent is decided by"
    if not who:
        return fail("people", f"{said} nobody", "moderator users add NAME --role head, or name the head in [people].")
    return ok("people", f"{said} {who}")


def backup_line(settings: Settings, now: datetime) -> Line:
    if not settings.backup.on:
        return warn(
            "backup", "none is made", "Make a key and name it in moderator.toml: moderator backup --new-key FILE"
        )
    folder = settings.backup.folder
    try:
        found = backups_in(folder, settings.school.id)
    except OSError as error:
        return fail("backup", f"{folder} cannot be read: {error.strerror}", "Run this as root, or mend the folder.")
    if not found:
        return warn("backup", f"none in {folder} yet", "moderator backup")
    age = now - found[0].made_at
    kept = "1 is" if len(found) == 1 else f"{len(found)} are"
    said = f"the last was made {ago(age)}, {kept} kept in {folder}"
    if age > OLD_BACKUP:
        return fail("backup", said, "moderator backup, and look at: systemctl status moderator-backup.timer")
    return ok("backup", said)


def practice_line(last: datetime | None, now: datetime) -> Line:
    how = "Once a term: moderator backup --drill --identity KEYFILE"
    if last is None:
        return warn("restore", "no backup was ever restored for practice", how)
    said = f"a backup was restored for practice {ago(now - last)}"
    return ok("restore", said) if now - last <= PRACTISE_EVERY else warn("restore", said, how)


def checklist_line(tx: Transaction, settings: Settings, now: datetime) -> Line:
    """Whether somebody has looked at the platforms' own switches this term."""
    states = look_over(tx, settings, now)
    late = [state.setting.id for state in states if state.late]
    done = f"{sum(state.done for state in states)} of {len(states)} looked at this term"
    if late:
        return warn("checklist", f"{done}; late: {', '.join(late)}", "moderator checklist")
    return ok("checklist", done) if states else skipped("checklist", "no platform with switches of its own is watched")


def complaints_line(tx: Transaction, settings: Settings, now: datetime) -> Line:
    well, detail = in_words(data_complaints.listed(tx), settings.policy.duty.zone, now)
    return ok("complaints", detail) if well else warn("complaints", detail, "moderator complaints list")


def ago(age: timedelta) -> str:
    minutes = max(0, int(age.total_seconds() // 60))
    if minutes < 120:
        return "just now" if minutes == 0 else "a minute ago" if minutes == 1 else f"{minutes} minutes ago"
    if minutes < 24 * 60:
        return f"{minutes // 60} hours ago"
    return "yesterday" if age.days == 1 else f"{age.days} days ago"
