"""What a passer-by sees: the end of every story."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import tweepy

from moderator.sandbox.server import Sandbox
from moderator.sandbox.world import World

Post = Callable[..., str]


@pytest.fixture
def page(sandbox: Sandbox) -> Callable[[], str]:
    return lambda: httpx.get(f"{sandbox.base_url}/sandbox/").text


def test_a_comment_hidden_through_each_real_client_is_no_longer_on_the_page_until_it_is_released(
    x: tweepy.Client, youtube: Any, instagram: httpx.Client, world: World, page: Callable[[], str]
) -> None:
    posts = {platform: world.publish(platform, f"Hello {platform}") for platform in ("x", "youtube", "instagram")}
    kind = {platform: world.comment(platform, post, f"kind {platform}") for platform, post in posts.items()}
    rude = {platform: world.comment(platform, post, f"rude {platform}") for platform, post in posts.items()}
    assert all(f"rude {platform}" in page() for platform in posts)

    x.hide_reply(rude["x"])
    youtube.comments().setModerationStatus(id=rude["youtube"], moderationStatus="heldForReview").execute()
    instagram.post(f"/{rude['instagram']}?hide=true")

    assert not any(f"rude {platform}" in page() for platform in posts)
    assert all(f"kind {platform}" in page() for platform in posts)
    hides = [(e.platform, e.native_id) for e in world.ledger if e.event == "hide" and e.effective]
    assert hides == list(rude.items())

    x.unhide_reply(rude["x"])
    youtube.comments().setModerationStatus(id=rude["youtube"], moderationStatus="published").execute()
    instagram.post(f"/{rude['instagram']}?hide=false")

    assert all(f"rude {platform}" in page() for platform in posts)
    assert all(world.is_public(platform, native_id) for platform, native_id in kind.items())


def test_what_people_write_never_becomes_markup(world: World, page: Callable[[], str]) -> None:
    hostile = '<script>alert(1)</script><img src=x onerror="alert(2)">'
    post = world.publish("youtube", hostile)
    world.comment("youtube", post, hostile, handle='"><svg onload=alert(3)>', display_name="<b>Bo</b>")

    html = page()

    assert "<script>" not in html
    assert "<img" not in html
    assert "<svg" not in html
    assert "<b>Bo" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2


def test_deleted_held_and_spam_comments_are_not_shown(world: World, page: Callable[[], str]) -> None:
    post = world.publish("youtube", "Assembly")
    gone = world.comment("youtube", post, "was deleted")
    world.comment("youtube", post, "was held", held=True)
    world.comment("youtube", post, "was spam", likely_spam=True)
    world.delete("youtube", gone)

    assert "was " not in page()
    assert "No comments." in page()
