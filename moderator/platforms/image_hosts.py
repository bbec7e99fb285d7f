"""Where the pictures in comments lie: each platform's own hosts, by name, and nothing else is ever asked for a picture.

X serves photos of posts from pbs.twimg.com (https://docs.x.com/x-api/fundamentals/data-dictionary, read 2026-11-22). YouTube
names no host for `snippet.imageUrl`; these are Google's hosts for what users upload. Instagram's comments carry no pictures.
"""

from __future__ import annotations

from collections.abc import Mapping

IMAGE_HOSTS: Mapping[str, frozenset[str]] = {
    "x": frozenset({"pbs.twimg.com"}),
    "youtube": frozenset({"yt3.ggpht.com", "yt3.googleusercontent.com", "lh3.googleusercontent.com"}),
}
