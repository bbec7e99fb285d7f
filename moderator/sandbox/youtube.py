"""Answers as the YouTube Data API v3 does: its methods for comments, and what is needed to find the videos.

Made after https://developers.google.com/youtube/v3/docs/comments/setModerationStatus (read 2026-11-22), its siblings and the
discovery document that google-api-python-client ships. Nothing here opens a socket.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from zoneinfo import ZoneInfo

from moderator.sandbox.messages import Answer, Json, Refusal, Request
from moderator.sandbox.paging import page
from moderator.sandbox.state import OpenAccount, PostedComment, PublishedPost, Status, seen
from moderator.sandbox.tokens import GOOGLE_ACCESS_LASTS, Tokens
from moderator.sandbox.world import World
from moderator.sandbox.youtube_resources import Resources, etag, refused

PACIFIC = ZoneInfo("America/Los_Angeles")
UNITS_A_DAY = 10_000
BATCH = 50
SCOPE = "https://www.googleapis.com/auth/youtube.force-ssl"
LISTED = {"published": Status.PUBLIC, "heldForReview": Status.HIDDEN, "likelySpam": Status.SPAM}
SETTABLE = {"published": Status.PUBLIC, "heldForReview": Status.HIDDEN, "rejected": Status.REJECTED}

Handler = Callable[[Request, OpenAccount], Answer]
Listed = TypeVar("Listed", PostedComment, PublishedPost, OpenAccount)


class YouTube:
    """The whole of YouTube that a moderator meets.

    `units_a_day` may be changed while it runs. `replies_show_held`: whether comments.list(parentId) gives an owner held
    replies too, which the documents leave open.
    """

    def __init__(self, world: World, tokens: Tokens, image_link: Callable[[PostedComment], str]) -> None:
        self.units_a_day = UNITS_A_DAY
        self.replies_show_held = False
        self._world, self._tokens = world, tokens
        self._resources = Resources(world, image_link)
        self._spent: dict[str, int] = {}  # units by Pacific day
        self._routes: dict[tuple[str, str], tuple[int, Handler]] = {
            ("GET", "/commentThreads"): (1, self._threads),
            ("GET", "/comments"): (1, self._comments),
            ("POST", "/comments/setModerationStatus"): (50, self._set_moderation_status),
            ("DELETE", "/comments"): (50, self._delete),
            ("GET", "/videos"): (1, self._videos),
            ("GET", "/channels"): (1, self._channels),
            ("GET", "/playlistItems"): (1, self._playlist_items),
        }

    def answer(self, request: Request) -> Answer:
        if (request.method, request.path) == ("POST", "/google/token"):
            return self._renew(request)
        route = self._routes.get((request.method, request.path.removeprefix("/youtube/v3")))
        if route is None:
            return Answer(404, "Not Found", content_type="text/html; charset=UTF-8")
        try:
            return route[1](request, self._caller(request, units=route[0]))
        except Refusal as refusal:
            return refusal.answer

    def targets(self, request: Request) -> list[str]:
        """The ids of the comments that a request would change."""
        return request.many("id") if request.writes else []

    @property
    def units_spent(self) -> int:
        """Quota units used since midnight in California."""
        return self._spent.get(self._pacific_day(), 0)

    def _pacific_day(self) -> str:
        return f"{self._world.clock().astimezone(PACIFIC):%Y-%m-%d}"

    def _caller(self, request: Request, units: int) -> OpenAccount:
        """Whose token this is, once the quota has paid for the call, whatever comes of it."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        grant = self._tokens.grant(token, "youtube", "access") if scheme == "Bearer" else None
        if grant is None:
            raise unauthorized()
        if self.units_spent + units > self.units_a_day:
            raise quota_exceeded()
        self._spent[self._pacific_day()] = self.units_spent + units
        return grant.account

    # --- reading --------------------------------------------------------------------------------------------------

    def _threads(self, request: Request, account: OpenAccount) -> Answer:
        channels = [name for name in ("allThreadsRelatedToChannelId", "channelId") if request.one(name)]
        filters = channels + [name for name in ("videoId", "id") if request.one(name)]
        if len(filters) != 1:
            raise refused(
                400, "incompatibleParameters" if filters else "missingRequiredParameter", "one filter is needed"
            )
        wanted = request.one("moderationStatus", "published")
        if wanted not in LISTED:
            raise refused(400, "operationNotSupported", "the moderation status cannot be listed", "moderationStatus")
        tops = [
            c for c in self._world.comments_on("youtube") if c.parent is None and _has(c, LISTED[wanted], self._world)
        ]
        if channels:
            self._own_channel(request.one(channels[0]), account, wanted)
            tops = [c for c in tops if c.post and c.post.account.native_id == request.one(channels[0])]
        elif filters == ["videoId"]:
            video = self._video(request.one("videoId"))
            self._own_channel(video.account.native_id, account, wanted)
            tops = [c for c in tops if c.post is video]
        else:
            tops = [
                c for c in self._world.comments_on("youtube") if c.native_id in request.many("id") and c.parent is None
            ]
            tops = [c for c in tops if c.status != Status.REJECTED]
        if terms := request.one("searchTerms").lower():
            tops = [c for c in tops if terms in c.text.lower()]
        by_id = filters == ["id"]
        return self._listing(
            request, "commentThreadListResponse", tops,
            lambda top: self._resources.thread(top, request, LISTED[wanted], account, by_id=by_id),
            lambda top: top.order,
        )  # fmt: skip

    def _comments(self, request: Request, account: OpenAccount) -> Answer:
        ids, parent_id = request.many("id"), request.one("parentId")
        if bool(ids) == bool(parent_id):
            raise refused(400, "incompatibleParameters" if ids else "missingRequiredParameter", "id or parentId")
        found = self._world.comments_on("youtube")
        if ids:
            found = [c for c in found if c.native_id in ids and c.root.status != Status.REJECTED]
            found = [c for c in found if c.status != Status.REJECTED]
        else:
            parent = self._world.comments.get(("youtube", parent_id))
            if parent is None or parent.deleted or parent.status == Status.REJECTED:
                raise refused(404, "commentNotFound", "the parent comment was not found", "parentId")
            shown = {Status.PUBLIC} | ({Status.HIDDEN, Status.SPAM} if self.replies_show_held else set())
            found = [c for c in self._world.replies(parent) if c.status in shown]
        return self._listing(
            request, "commentListResponse", found,
            lambda comment: self._resources.comment(comment, request, account, by_id=bool(ids)),
            lambda comment: comment.order,
        )  # fmt: skip

    def _videos(self, request: Request, account: OpenAccount) -> Answer:
        ids = request.many("id")
        if not 1 <= len(ids) <= BATCH:
            raise refused(400, "invalidFilters", f"1 to {BATCH} ids are needed", "id")
        videos = [post for native_id in ids if (post := self._world.posts.get(("youtube", native_id)))]
        return self._listing(
            request, "videoListResponse", videos, lambda video: self._resources.video(video, request), most=BATCH
        )

    def _channels(self, request: Request, account: OpenAccount) -> Answer:
        ids = [account.native_id] if request.one("mine") == "true" else request.many("id")
        if not ids:
            raise refused(400, "missingRequiredParameter", "mine or id is needed")
        channels = [a for a in self._world.accounts if a.platform == "youtube" and a.native_id in ids]
        return self._listing(
            request,
            "channelListResponse",
            channels,
            lambda channel: self._resources.channel(channel, request),
            most=BATCH,
        )

    def _playlist_items(self, request: Request, account: OpenAccount) -> Answer:
        wanted = request.one("playlistId")
        for channel in self._world.accounts:
            if channel.platform == "youtube" and wanted == "UU" + channel.native_id[2:]:
                videos = self._world.posts_of(channel)
                return self._listing(
                    request, "playlistItemListResponse", videos,
                    lambda video: self._resources.playlist_item(video, request),
                    lambda video: video.order, most=BATCH,
                )  # fmt: skip
        raise refused(404, "playlistNotFound", "the playlist was not found", "playlistId")

    def _listing(
        self,
        request: Request,
        kind: str,
        items: list[Listed],
        resource: Callable[[Listed], Json],
        key: Callable[[Listed], str] = lambda item: item.native_id,
        most: int = 100,
    ) -> Answer:
        if not request.many("part"):
            raise refused(400, "missingRequiredParameter", "no part was chosen", "part")
        size = request.one("maxResults", "20" if most == 100 else "5")
        if not size.isdigit() or not 1 <= int(size) <= most:
            raise refused(400, "invalidParameter", f"maxResults is not between 1 and {most}", "maxResults")
        # A list by ids is given whole: those endpoints know no pages.
        count = most if request.many("id") else int(size)
        try:
            given, token = page(items, key, count, request.one("pageToken"))
        except ValueError as error:
            raise refused(400, "invalidPageToken", "the page token is not valid", "pageToken") from error
        body: Json = {
            "kind": f"youtube#{kind}",
            "pageInfo": {"totalResults": len(items), "resultsPerPage": int(size)},
            "items": [resource(item) for item in given],
            **({"nextPageToken": token} if token else {}),
        }
        return Answer(body={**body, "etag": etag(body)}, content_type="application/json; charset=UTF-8")

    def _video(self, native_id: str) -> PublishedPost:
        video = self._world.posts.get(("youtube", native_id))
        if video is None:
            raise refused(404, "videoNotFound", "the video was not found", "videoId")
        if video.made_for_kids:
            raise refused(403, "commentsDisabled", "the video has disabled comments", "videoId")
        return video

    def _own_channel(self, channel_id: str, account: OpenAccount, wanted: str) -> None:
        if not any(a.platform == "youtube" and a.native_id == channel_id for a in self._world.accounts):
            raise refused(404, "channelNotFound", "the channel was not found", "channelId")
        if wanted != "published" and channel_id != account.native_id:
            raise refused(403, "forbidden", "only the channel's owner sees comments under review")

    # --- acting ---------------------------------------------------------------------------------------------------

    def _set_moderation_status(self, request: Request, account: OpenAccount) -> Answer:
        ids, wanted = request.many("id"), request.one("moderationStatus")
        if wanted not in SETTABLE:
            raise refused(400, "invalidParameter", "the moderation status cannot be set", "moderationStatus")
        if not 1 <= len(ids) <= BATCH:
            raise refused(400, "invalidParameter", f"1 to {BATCH} ids are needed", "id")
        ban = request.one("banAuthor", "false") == "true"
        if ban and wanted != "rejected":
            raise refused(400, "banWithoutReject", "banAuthor goes with rejected only", "banAuthor")
        # One that will not do fails the whole call, before anything is changed.
        comments = [self._moderated(native_id, account, wanted) for native_id in ids]
        for comment in comments:
            act = {"published": self._world.release, "heldForReview": self._world.hide, "rejected": self._world.reject}
            act[wanted]("youtube", comment.native_id)
            if ban and comment.author.native_id:  # a deleted channel cannot be banned
                self._world.ban(account, comment.author)
        return Answer(204)

    def _moderated(self, native_id: str, account: OpenAccount, wanted: str) -> PostedComment:
        comment = self._world.comments.get(("youtube", native_id))
        if comment is None:
            raise refused(404, "commentNotFound", "a comment was not found", "id")
        if comment.deleted:
            raise processing_failure()
        if comment.post is None or comment.post.account is not account:
            raise refused(403, "forbidden", "a comment cannot be moderated by this account")
        if comment.status == Status.REJECTED and wanted != "rejected":
            raise processing_failure()
        return comment

    def _delete(self, request: Request, account: OpenAccount) -> Answer:
        comment = self._world.comments.get(("youtube", request.one("id")))
        if comment is None or comment.deleted:
            raise refused(404, "commentNotFound", "the comment was not found", "id")
        if comment.author is not account:
            raise refused(403, "forbidden", "only its author can delete a comment")
        self._world.delete("youtube", comment.native_id, event="remove", detail="by the API")
        return Answer(204)

    # --- tokens ---------------------------------------------------------------------------------------------------

    def _renew(self, request: Request) -> Answer:
        form = request.form()
        if not self._tokens.is_client("youtube", form.get("client_id", ""), form.get("client_secret", "")):
            return Answer(401, {"error": "invalid_client", "error_description": "The OAuth client was not found."})
        if form.get("grant_type") != "refresh_token":
            return Answer(400, {"error": "unsupported_grant_type", "error_description": "Only refresh_token is known."})
        grant = self._tokens.grant(form.get("refresh_token", ""), "youtube", "refresh")
        if grant is None:
            return invalid_grant()
        access = self._tokens.new(grant.account, "access", GOOGLE_ACCESS_LASTS)
        lasts_s = int(GOOGLE_ACCESS_LASTS.total_seconds()) - 1
        return Answer(body={"access_token": access, "expires_in": lasts_s, "scope": SCOPE, "token_type": "Bearer"})


def unauthorized() -> Refusal:
    return refused(401, "authError", "Invalid Credentials", "Authorization", status="UNAUTHENTICATED")


def quota_exceeded() -> Refusal:
    words = 'The request cannot be completed because you have exceeded your <a href="/youtube/v3/getting-started#quota">quota</a>.'
    return refused(403, "quotaExceeded", words, domain="youtube.quota")


def processing_failure() -> Refusal:
    return refused(400, "processingFailure", "The API server failed to successfully process the request.", "id")


def invalid_grant() -> Answer:
    return Answer(400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."})


def _has(top: PostedComment, status: Status, world: World) -> bool:
    """Whether a thread belongs to a listing: for those under review, one reply that waits is enough."""
    if status == Status.PUBLIC:
        return seen(top)
    if top.status == Status.REJECTED:
        return False
    return top.status == status or any(reply.status == status for reply in world.replies(top))
