"""YouTube: comments under the school's own videos, through the YouTube Data API v3."""

from moderator.platforms.youtube.adapter import YouTube

__all__ = ["YouTube"]
