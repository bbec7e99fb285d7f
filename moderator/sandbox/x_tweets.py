"""Posts and people in X's JSON, with the fields and expansions a request asks for."""

from __future__ import annotations

from datetime import UTC, datetime

from moderator.sandbox.messages import Json, Request
from moderator.sandbox.state import Person, PostedComment, PublishedPost
from moderator.sandbox.world import World
from moderator.sandbox.x_search import Findable
from moderator.sandbox.x_text import Rendered, render

Item = PublishedPost | PostedComment

_ALWAYS = ("id", "text", "edit_history_tweet_ids")
# In 2.167 these stopped being fields and come when their expansion is asked for.
_BY_EXPANSION = {
    "author_id": "author_id",
    "in_reply_to_user_id": "in_reply_to_user_id",
    "referenced_tweets": "referenced_posts.id",
    "edit_history_tweet_ids": "edit_history_post_ids",
}
_SPELT_ANEW = {
    "note_tweet": "note_post",
    "referenced_tweets": "referenced_posts",
    "edit_history_tweet_ids": "edit_history_post_ids",
    "tweets": "posts",
}


class Tweets:
    """Makes JSON of what stands in the world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._written: dict[str, Rendered] = {}  # by native id: what is posted on X does not change

    def everything(self) -> list[Item]:
        """Every post and comment on X that is not deleted."""
        posts: list[Item] = [post for post in self._world.posts.values() if post.account.platform == "x"]
        return posts + list(self._world.comments_on("x"))

    def mentions(self, comment: PostedComment, handle: str) -> bool:
        return handle.lower() in self._rendered(comment).mentioned

    def user(self, person: Person, fields: list[str]) -> Json:
        """A user; beyond id, name and username only what was asked for."""
        whole: Json = {
            "created_at": "2015-03-04T10:00:00.000Z",
            "protected": False,
            "verified": False,
            "description": "",
            "public_metrics": {"followers_count": 0, "following_count": 0, "tweet_count": 0, "listed_count": 0},
        }
        always: Json = {"id": person.native_id, "name": person.display_name, "username": person.handle}
        return {**always, **{name: value for name, value in whole.items() if name in fields}}

    def findable(self, item: Item) -> Findable:
        rendered, answered = self._rendered(item), _answered(item)
        author = _author(item)
        whom = _author(answered) if answered else None
        return Findable(
            native_id=item.native_id,
            text=(rendered.note or rendered).text.lower(),
            author=(author.handle.lower(), author.native_id),
            conversation_id=_conversation(item),
            answers=(whom.handle.lower(), whom.native_id) if whom else ("", ""),
            answers_post=answered.native_id if answered else "",
            mentioned=frozenset(rendered.mentioned),
            has_image=isinstance(item, PostedComment) and bool(item.image_url),
        )

    def listing(self, request: Request, items: list[Item], spelling: str) -> Json:
        """`data` and `includes` for these posts; both left out where they would be empty."""
        fields = set(request.many("tweet.fields") + request.many("post.fields"))
        fields |= {old for old, new in _SPELT_ANEW.items() if new in fields}
        expansions = set(request.many("expansions"))
        if spelling == "post":
            fields = {name for name in fields if name not in _BY_EXPANSION}
            fields |= {name for name, expansion in _BY_EXPANSION.items() if expansion in expansions}
        else:
            fields |= {name for name in ("author_id", "in_reply_to_user_id") if name in expansions}
            fields |= {"attachments"} if "attachments.media_keys" in expansions else set()
            fields |= {"referenced_tweets"} if "referenced_tweets.id" in expansions else set()
        data = [self._tweet(item, fields) for item in items]
        includes = self._includes(request, items, fields, expansions)
        body: Json = {**({"data": data} if data else {}), **({"includes": includes} if includes else {})}
        return _spelt_anew(body) if spelling == "post" else body

    def _includes(self, request: Request, items: list[Item], fields: set[str], expansions: set[str]) -> Json:
        people: dict[str, Person] = {}
        answered = [parent for item in items if (parent := _answered(item))]
        if "author_id" in expansions:
            people |= {_author(item).native_id: _author(item) for item in items}
        if "in_reply_to_user_id" in expansions:
            people |= {_author(parent).native_id: _author(parent) for parent in answered}
        if "entities.mentions.username" in expansions:
            handles = {handle for item in items for handle in self._rendered(item).mentioned}
            people |= {person.native_id: person for person in (self._world.person("x", name) for name in handles)}
        users = [self.user(person, request.many("user.fields")) for person in people.values()]
        media = [_photo(item, request.many("media.fields")) for item in items if _media_key(item)]
        parents = {parent.native_id: parent for parent in answered}
        tweets = [self._tweet(parent, fields) for parent in parents.values()]
        wanted = {
            "users": users,
            "media": media if "attachments.media_keys" in expansions else [],
            "tweets": tweets if expansions & {"referenced_tweets.id", "referenced_posts.id"} else [],
        }
        return {name: values for name, values in wanted.items() if values}

    def _tweet(self, item: Item, fields: set[str]) -> Json:
        rendered, answered = self._rendered(item), _answered(item)
        tweet: Json = {
            "id": item.native_id,
            "text": rendered.text,
            "edit_history_tweet_ids": [item.native_id],
            "author_id": _author(item).native_id,
            "conversation_id": _conversation(item),
            "created_at": _time(item.at),
            "display_text_range": list(rendered.display_range),
            "lang": "en",
            "possibly_sensitive": False,
            "reply_settings": "everyone",
            "public_metrics": self._metrics(item),
        }
        if rendered.entities:
            tweet["entities"] = rendered.entities
        if rendered.note:
            note = rendered.note
            tweet["note_tweet"] = {"text": note.text, **({"entities": note.entities} if note.entities else {})}
        if _media_key(item):
            tweet["attachments"] = {"media_keys": [_media_key(item)]}
        if answered:
            tweet["in_reply_to_user_id"] = _author(answered).native_id
            tweet["referenced_tweets"] = [{"type": "replied_to", "id": answered.native_id}]
        return {name: value for name, value in tweet.items() if name in fields or name in _ALWAYS}

    def _metrics(self, item: Item) -> Json:
        """The count of direct replies; whether X counts nested ones too is not documented."""
        if isinstance(item, PublishedPost):
            replies = sum(1 for comment in self._world.comments_under(item) if comment.parent is None)
        else:
            replies = len(self._world.replies(item))
        return {
            "retweet_count": 0,
            "reply_count": replies,
            "like_count": 0,
            "quote_count": 0,
            "bookmark_count": 0,
            "impression_count": 0,
        }

    def _rendered(self, item: Item) -> Rendered:
        if item.native_id not in self._written:
            prefix = item.prefix if isinstance(item, PostedComment) else ()
            written = render(item.text, prefix, self._person_id, item.native_id, media_key=_media_key(item))
            self._written[item.native_id] = written
        return self._written[item.native_id]

    def _person_id(self, handle: str) -> str:
        return self._world.person("x", handle).native_id


def _author(item: Item) -> Person:
    return item.account if isinstance(item, PublishedPost) else item.author


def _answered(item: Item) -> Item | None:
    return None if isinstance(item, PublishedPost) else item.parent or item.post


def _conversation(item: Item) -> str:
    if isinstance(item, PublishedPost):
        return item.native_id
    return item.post.native_id if item.post else item.root.native_id


def _media_key(item: Item) -> str:
    return f"3_{item.native_id}" if isinstance(item, PostedComment) and item.image_url else ""


def _photo(item: Item, fields: list[str]) -> Json:
    photo: Json = {"media_key": _media_key(item), "type": "photo"}
    whole: Json = {"url": item.image_url if isinstance(item, PostedComment) else "", "width": 1200, "height": 900}
    return {**photo, **{name: value for name, value in whole.items() if name in fields}}


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _spelt_anew(value: object) -> Json:
    def renamed(part: object) -> object:
        if isinstance(part, dict):
            return {_SPELT_ANEW.get(name, name): renamed(inner) for name, inner in part.items()}
        return [renamed(inner) for inner in part] if isinstance(part, list) else part

    body = renamed(value)
    assert isinstance(body, dict)  # noqa: S101 - a dict goes in, a dict comes out
    return body
