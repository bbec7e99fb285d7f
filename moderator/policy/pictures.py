"""When a picture is never fetched, and what bare skin on one means. Written with the law in mind, not with a score.

Nobody but the police may look for, keep or pass on what may be a sexual image of a child. A program can tell neither an age nor
a crime; so where words beside a picture hint at it, the picture is not fetched, and where bare skin is seen on one, it counts
as the worse of the two: nothing of the picture is kept, and the safeguarding lead is told at once.
"""

from __future__ import annotations

from collections.abc import Iterable

from moderator.domain import Finding, Label

HINTS = frozenset({Label.SEXUAL, Label.SAFEGUARDING, Label.UNDERAGE, Label.GRAVE, Label.RISK})
HINTS_FROM = 0.3
BARE_FROM = 0.3
GROUP_FROM = 3
NOT_FETCHED = "a picture was not fetched, for what stands beside it may be about a child in danger"
BARE = "bare skin was seen on a picture; it may be a sexual image of a child. Do not open, copy or send it"


def may_be_fetched(findings: Iterable[Finding]) -> bool:
    """Whether nothing in the words hints at what must not be fetched."""
    return not any(each.label in HINTS and each.score >= HINTS_FROM for each in findings)


def of_faces(count: int) -> str:
    """Why a person must look at a picture with so many faces; "" where none must.

    "There must not be any media taken of a single, identifiable child", and children are shown in groups of three to six. No
    program can tell whether a face is a child's, or whom the school has leave to show.
    """
    if not 0 < count < GROUP_FROM:
        return ""
    return (
        "one face was counted on it; it may be a child's"
        if count == 1
        else "two faces were counted on it; they may be children's"
    )


def of_bare_skin(score: float) -> tuple[Finding, ...]:
    """What is found where bare skin was seen: out of sight, and urgent. No place on the picture and no word of it is kept."""
    if score < BARE_FROM:
        return ()
    note = f"{BARE} ({score:.2f})"
    labels = (Label.SAFEGUARDING, Label.SEXUAL)
    return tuple(Finding(label, 1.0, None, "bare_skin", "1", field="picture", note=note) for label in labels)
