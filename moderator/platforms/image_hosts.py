"""Where the pictures of comments and of our own posts lie: each platform's hosts, by name; nothing else is asked for a picture.

X serves photos of posts from pbs.twimg.com (https://docs.x.com/x-api/fundamentals/data-dictionary, read 2026-11-22). YouTube
names no host for `snippet.imageUrl`; the first three are Google's hosts for what users upload. Stills of videos lie on i.ytimg.com
(https://developers.google.com/youtube/v3/docs/thumbnails, read 2026-11-22). Instagram's comments carry no pictures; its posts'
pictures lie on hosts whose names change from place to place, so that no list of them could be whole.
"""

from __future__ import annotations

from collections.abc import Mapping

IMAGE_HOSTS: Mapping[str, frozenset[str]] = {
    "x": frozenset({"pbs.twimg.com"}),
    "youtube": frozenset({"yt3.ggpht.com", "yt3.googleusercontent.com", "lh3.googleusercontent.com", "i.ytimg.com"}),
}
