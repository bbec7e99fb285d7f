"""Rules for what no detector could judge, and for what was judged before it changed."""

from __future__ import annotations

from moderator.domain import Ruling, Verdict, Visibility
from moderator.policy.heard import Heard


def not_judged(heard: Heard) -> Verdict | None:
    """A comment that a detector could not read goes before a person: silence never means passed."""
    if not heard.case.not_judged:
        return None
    return Verdict("not_judged", Ruling.QUEUE, f"not judged: {'; '.join(sorted(heard.case.not_judged))}")


def edited_after_hide(heard: Heard) -> Verdict | None:
    """A comment that was hidden or removed and then edited is released by a person only, however mild it reads now.

    So it is where a person wants it seen and that has not come about yet: they have not read these words.
    """
    before = heard.case.previous
    if before is None or heard.case.comment.version <= before.version:
        return None
    # Edited twice before anybody looked, it still waits for the release that the first edit asked for.
    waited = not before.by_person and any(verdict.rule == "edited_after_hide" for verdict in before.verdicts)
    held = before.by_person and heard.case.comment.visibility is Visibility.HIDDEN
    if before.ruling.gravity < Ruling.HIDE.gravity and not waited and not held:
        return None
    reason = f"edited after version {before.version} was hidden; a person releases it"
    return Verdict("edited_after_hide", Ruling.QUEUE, reason)


def nothing_to_read(heard: Heard) -> Verdict | None:
    """A comment without any words, a picture only, goes before a person, since no program can tell whether a picture shows a child.

    So it is too where pictures are looked at and nothing was found: names on it were read and faces were counted, but whether a
    child can be known on it, or is shown kindly, is what the policy asks of a second person.
    """
    if heard.case.comment.text.strip():
        return None
    reason = "a picture without words" if heard.case.comment.image_urls else "nothing to read"
    return Verdict("nothing_to_read", Ruling.QUEUE, f"not judged: {reason}")
