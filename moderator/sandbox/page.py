"""The public page: what a passer-by sees on the three platforms now, and nothing else."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from moderator.sandbox.ids import PLATFORMS
from moderator.sandbox.state import PostedComment, PublishedPost, seen
from moderator.sandbox.world import World

TITLES = {"x": "X", "youtube": "YouTube", "instagram": "Instagram"}


def render(world: World) -> str:
    """HTML. Everything that somebody wrote is escaped by the template engine."""
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    return environment.get_template("page.html").render(platforms=[_platform(world, name) for name in PLATFORMS])


def _platform(world: World, platform: str) -> dict[str, object]:
    handles = [account.handle for account in world.accounts if account.platform == platform]
    posts = [post for post in world.posts.values() if post.account.platform == platform]
    newest = sorted(posts, key=lambda post: post.order, reverse=True)
    return {"title": TITLES[platform], "handles": handles, "posts": [_post(world, post) for post in newest]}


def _post(world: World, post: PublishedPost) -> dict[str, object]:
    comments = [comment for comment in world.comments_under(post) if seen(comment)]
    oldest = sorted(comments, key=lambda comment: comment.order)
    return {"text": post.text, "at": post.at, "handle": post.account.handle, "comments": [_shown(c) for c in oldest]}


def _shown(comment: PostedComment) -> dict[str, object]:
    edited = comment.updated_at != comment.at
    return {
        "native_id": comment.native_id,
        "handle": comment.author.handle or "(deleted channel)",
        "name": comment.author.display_name,
        "text": comment.text,
        "at": comment.at,
        "edited": edited,
        "is_reply": comment.parent is not None,
        "has_picture": bool(comment.image_url),
    }
