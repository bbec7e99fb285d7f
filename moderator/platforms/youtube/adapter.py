"""YouTube in the words of platforms/base.py. The work is done by the client, the feeds and the moderation beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from pydantic import ValidationError

from moderator.domain import Account, Action, ActionKind, Author, Comment, Outcome, Visibility, plain_handle
from moderator.errors import LoginExpired, PlatformError, Unavailable
from moderator.platforms.base import AccountState, Capabilities, Feed, Meter, Page, Start, Tokens, Undo, another_account
from moderator.platforms.sharing import OWN_APP, App, Purpose, purpose_of
from moderator.platforms.youtube.client import MODERATE_COST, Client
from moderator.platforms.youtube.feeds import Visit
from moderator.platforms.youtube.moderation import STATUS, Moderation
from moderator.platforms.youtube.places import Look
from moderator.platforms.youtube.quota import ALLOWANCE, Quota
from moderator.platforms.youtube.reading import Vendor

BATCH = 50
STUDIO = "https://studio.youtube.com/channel/"
USED_TO_WARN_AT = 0.5
"""Of the day's units. Polling, counts and a sweep take about a quarter of them."""

EFFECTS = {
    ActionKind.HIDE: "Held for review: nobody but the channel's moderators sees it, and its author is not told. YouTube "
    "may drop held comments after some weeks, so that a person should look at them before.",
    ActionKind.RELEASE: "Published: everybody sees it again. A removed comment cannot be published again.",
    ActionKind.REMOVE: "Removed for good: YouTube cannot put it back. It hides all replies to it as well, those of "
    "innocent people too.",
    ActionKind.BLOCK: "Removes this comment for good, with the replies to it, and rejects everything its author writes "
    "under the channel's videos from now on. A person can take the block back in YouTube Studio, not the removal.",
    ActionKind.UNBLOCK: "By hand: its author can comment again. What was removed stays removed.",
    ActionKind.MUTE: "By hand: YouTube has no mute. Its nearest is to hide the author from the channel, which is a block.",
    ActionKind.UNMUTE: "By hand: the author is no longer hidden from the channel.",
}
# Studio's menus move from year to year and no document fixes them, so the steps name what to look for as well.
SHOWN_AGAIN = (
    "Open YouTube Studio > Settings > Community moderation (older: Community > Automated filters). Under Hidden users, "
    "remove the author's name, then Save."
)
STEPS = {
    ActionKind.HIDE: "Open the comment as the channel. In its three-dot menu choose Hold for review, or in YouTube "
    "Studio > Community > Comments choose Remove if it should not come back.",
    ActionKind.RELEASE: "Open YouTube Studio > Community > Comments > Held for review, find the comment and choose "
    "Approve. A removed comment cannot be approved.",
    ActionKind.REMOVE: "Open the comment as the channel. In its three-dot menu choose Remove. It cannot be put back.",
    ActionKind.BLOCK: "Open the comment as the channel. In its three-dot menu choose Hide user from channel.",
    ActionKind.UNBLOCK: SHOWN_AGAIN,
    ActionKind.MUTE: "YouTube has no mute. To stop the author: open the comment as the channel and choose Hide user from "
    "channel in its three-dot menu. Nobody else will see what the author writes there.",
    ActionKind.UNMUTE: SHOWN_AGAIN,
}


class Playlists(Vendor):
    uploads: str = ""


class ChannelDetails(Vendor):
    related_playlists: Playlists = Playlists()


class ChannelSnippet(Vendor):
    custom_url: str = ""  # the handle, "@" included


class ChannelItem(Vendor):
    id: str
    snippet: ChannelSnippet = ChannelSnippet()
    content_details: ChannelDetails = ChannelDetails()


class YouTube:
    """Comments under the videos of one channel, through the YouTube Data API v3.

    credentials    refresh_token, client_id, client_secret; token_uri where it is not Google's; consent_screen as
                   "internal" or "production", so that `check` need not warn of a login that dies after 7 days
    daily_units    what Google grants the project a day; reserve_units is what reading leaves of it to actions
    app            what is asked beside, where several accounts share a project

    Raises ConfigError where a credential is missing. Asks nobody until it is used.
    """

    name = "youtube"
    capabilities: ClassVar = Capabilities(
        actions={
            ActionKind.HIDE: Undo.YES,
            ActionKind.RELEASE: Undo.YES,
            ActionKind.REMOVE: Undo.NO,
            ActionKind.BLOCK: Undo.BY_HAND,
        },
        effects=EFFECTS,
        cost_units=dict.fromkeys(STATUS, MODERATE_COST),
        unit=f"quota units a day; one call carries up to {BATCH} comments",
        batch=BATCH,
        allowance=ALLOWANCE,
    )

    def __init__(
        self,
        account: Account,
        credentials: Mapping[str, str],
        meter: Meter,
        *,
        api_base: str = "https://youtube.googleapis.com/",
        poll_every_s: int = 60,
        daily_units: int = 10_000,
        reserve_units: int = 2_000,
        timeouts_s: tuple[float, float] = (5, 15),
        app: App = OWN_APP,
    ) -> None:
        self.account = account
        self.feeds = (
            Feed("published", poll_every_s),
            Feed("held", 300),
            Feed("likely_spam", 900),
            Feed("counts", 300),
            Feed("sweep", 86_400, sweep=True),
        )
        self._quota = Quota(meter, daily_units, reserve_units, app)
        self._consent = credentials.get("consent_screen", "")
        self._client = Client(account.id, credentials, self._quota, api_base=api_base, timeouts_s=timeouts_s)
        self._channel: ChannelItem | None = None

    @staticmethod
    def login_warnings(credentials: Mapping[str, str], _tokens: Tokens, _now: datetime) -> list[str]:
        if credentials.get("consent_screen") != "testing":
            return []
        return [
            "YouTube's login dies seven days after it was given, since Google's consent screen is in testing. Publish it, log "
            'in again, and write consent_screen = "production" into the credential file.'
        ]

    def check(self, now: datetime) -> AccountState:
        """Whose login it is. Raises LoginExpired where that is not the channel we were told to watch."""
        channel = self._channel = self._ask_channel(now)
        handle = channel.snippet.custom_url or self.account.handle
        warnings = self._warnings(channel, now)  # They compare with the handle that the configuration says.
        self.account = replace(self.account, native_id=channel.id, handle=handle)
        return AccountState(self.account, warnings)

    def fetch(self, feed: str, start: Start, now: datetime) -> Iterator[Page]:
        """Read a feed. KeyError where there is none of that name."""
        visit = Visit(self._client, self.account, self._channel_id(now), start, now)
        readers = {
            "published": lambda: visit.listing("published"),
            "held": lambda: visit.listing("heldForReview"),
            "likely_spam": lambda: visit.listing("likelySpam"),
            "counts": lambda: visit.counts(self._own_channel(now).content_details.related_playlists.uploads),
            "sweep": visit.sweep,
        }
        yield from readers[feed]()

    def apply(self, actions: Sequence[Action], now: datetime) -> list[Outcome | PlatformError]:
        try:
            channel_id = self._channel_id(now)
        except PlatformError as error:
            return [error for _ in actions]
        return Moderation(self._client, channel_id, purpose_of(actions)).apply(actions, now)

    def read_back(self, comments: Sequence[Comment], now: datetime) -> Mapping[str, Visibility]:
        """What the public sees of each now. GONE is a comment in no listing: deleted, or removed by us."""
        return Look(self._client, self._channel_id(now), now).at(comments) if comments else {}

    def is_blocked(self, author: Author, now: datetime) -> bool | None:
        """YouTube does not tell whom a channel hides."""
        return None

    def picture_addresses(self, comment: Comment, now: datetime) -> tuple[str, ...]:
        """The signed address of the comment's picture, good for six hours: what is stored is without the signature."""
        # https://developers.google.com/youtube/v3/docs/comments#snippet.imageUrl (read 2026-11-22)
        page = self._client.listing("comments", now, Purpose.READ, part="id,snippet", id=comment.native_id)
        snippets = (item.get("snippet") for item in page["items"] if isinstance(item, dict))
        urls = (each.get("imageUrl") for each in snippets if isinstance(each, dict))
        return tuple(url for url in urls if isinstance(url, str) and url)

    def by_hand(self, action: Action) -> tuple[str, str]:
        if action.kind in (ActionKind.UNBLOCK, ActionKind.UNMUTE):
            who = action.comment.author.display_name or action.comment.author.native_id or "the author"
            return f"{STEPS[action.kind]} The author is {who}.", f"{STUDIO}{self.account.native_id}"
        return STEPS[action.kind], action.comment.url

    def _channel_id(self, now: datetime) -> str:
        return self.account.native_id or self._own_channel(now).id

    def _own_channel(self, now: datetime) -> ChannelItem:
        """Asked once in a life: neither the id nor the uploads playlist of a channel ever changes."""
        if self._channel is None:
            self._channel = self._ask_channel(now)
        return self._channel

    def _ask_channel(self, now: datetime) -> ChannelItem:
        page = self._client.listing("channels", now, Purpose.READ, part="id,snippet,contentDetails", mine=True)
        if not page["items"]:
            raise LoginExpired(
                f"The Google login of account {self.account.id} has no YouTube channel. Consent again and choose the "
                "school's channel, not the person."
            )
        try:
            channel = ChannelItem.model_validate(page["items"][0])
        except ValidationError as error:
            raise Unavailable("YouTube's answer about the channel could not be read. It is tried again.") from error
        if self.account.native_id not in ("", channel.id):
            raise another_account(self.account, channel.id, channel.snippet.custom_url or "a channel without a handle")
        return channel

    def _warnings(self, channel: ChannelItem, now: datetime) -> tuple[str, ...]:
        warnings = []
        used, daily = self._quota.used(now), self._quota.daily_units
        if used > daily * USED_TO_WARN_AT:
            warnings.append(
                f"{used:,} of today's {daily:,} quota units are used; they come back at "
                f"{self._quota.resets_at(now):%H:%M} UTC. Poll less often, or ask Google for more."
            )
        if self._consent not in ("internal", "production"):
            warnings.append(
                "A login made while the Google app is in Testing dies after 7 days. Publish the app or make it Internal, "
                'consent again, then write consent_screen = "production" (or "internal") into the credential file.'
            )
        handle = channel.snippet.custom_url
        if handle and self.account.handle and plain_handle(handle) != plain_handle(self.account.handle):
            warnings.append(f"The channel's handle is {handle}, the configuration says {self.account.handle}.")
        return tuple(warnings)
