"""X (formerly Twitter), through API v2 and tweepy."""

from moderator.platforms.x.adapter import X

__all__ = ["X"]
