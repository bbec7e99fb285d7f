"""Switches of the platforms' own that keep comments in check, which no program can set or see: a person looks each term.

What a vendor calls a switch, and where it stands, changes often: each carries the page it was taken from. Where no page told
the way, the steps say what to look for.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NativeSetting:
    """One switch on one platform."""

    id: str  # never changed: dated proofs point at it
    platform: str
    title: str
    steps: str
    why: str


NATIVE_SETTINGS: tuple[NativeSetting, ...] = (
    NativeSetting(
        # https://help.classdojo.com article 360028921992 (read 2026-11-15)
        "classdojo-comments",
        "classdojo",
        "Class Dojo: “Enable comments” is set as the school wants it",
        "Sign in as a school leader, open School settings and look at Enable comments. Off is safest; on needs somebody who reads.",
        "It decides whether anybody can comment on the School Story at all.",
    ),
    NativeSetting(
        # https://help.seesaw.me articles 205676565 and 4403040931981 (read 2026-11-15)
        "seesaw-approval",
        "seesaw",
        "Seesaw: “New comments require approval” is on in every class",
        "Open each class, then its settings, and switch on New comments require approval. Look at the family access switches too.",
        "Then nobody sees a comment before a teacher has.",
    ),
    NativeSetting(
        # https://support.google.com/youtube/answer/9483359 (read 2026-11-15)
        "youtube-hold-all",
        "youtube",
        "YouTube: comments are held for review",
        "Open YouTube Studio, then Settings, Community, Defaults, and choose to hold all comments for review.",
        "A comment is seen by others only once it was approved. This program reads held comments too.",
    ),
    NativeSetting(
        # https://support.google.com/youtube/answer/9527654 (read 2026-11-15)
        "youtube-made-for-kids",
        "youtube",
        "YouTube: videos for pupils are set as made for kids",
        "Open YouTube Studio, then Content, and look at the audience of each new video. Made for kids switches its comments off.",
        "The law of the platform asks for it, and such videos cannot be commented on.",
    ),
    NativeSetting(
        # https://help.instagram.com/627963287377328 (read 2026-11-15)
        "instagram-tags",
        "instagram",
        "Instagram: tags have to be approved, or are not allowed",
        "Open Settings, then Tags and mentions. Choose that nobody may tag the school, or switch on approving tags by hand.",
        "A photo of a child cannot be put on the school's page by tagging it.",
    ),
    NativeSetting(
        # https://help.x.com/en/using-x/x-conversations (read 2026-11-15)
        "x-replies",
        "x",
        "X: posts with children in them limit who can reply",
        "When you post, choose who can reply: accounts you follow, or only those you mention. Look at the last few posts.",
        "A hidden reply on X can still be read behind a tap, so one that cannot be written is better.",
    ),
)
