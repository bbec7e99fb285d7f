"""What a person must know of each place where the school speaks: its name, its own hosts, and how a family is reached there."""

from __future__ import annotations

from dataclasses import dataclass

NO_ANSWER = "Do not answer in public: that would lead more eyes to the name."


@dataclass(frozen=True, slots=True)
class Address:
    """One place on the street."""

    shown: str  # as people write it
    hosts: tuple[str, ...] = ()  # links of ours may lead to these and to what lies below them, by https
    to_family: str = "Send the message as the school usually reaches the family."
    replies_name_first: bool = False  # a reply begins with the handles of those whom it answers


STREET = {
    "x": Address(
        "X",
        ("x.com", "twitter.com"),
        "Send the message to the author as a direct message on X, or as the school usually reaches the family.",
        replies_name_first=True,
    ),
    "youtube": Address(
        "YouTube",
        ("youtube.com", "youtu.be"),
        "YouTube has no private messages: send the message as the school usually reaches the family, by Class Dojo or a call.",
    ),
    "instagram": Address(
        "Instagram",
        ("instagram.com",),
        "Send the message to the author as a direct message on Instagram, or as the school usually reaches the family.",
    ),
    "classdojo": Address("Class Dojo", ("classdojo.com",)),
    "seesaw": Address("Seesaw", ("seesaw.me",)),
}


def address_of(platform: str) -> Address:
    """A place that is not known by name is called as the settings call it, and no link leads there."""
    return STREET.get(platform) or Address(platform)


def shown_name(platform: str) -> str:
    return address_of(platform).shown
