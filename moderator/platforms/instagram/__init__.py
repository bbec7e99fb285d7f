"""Comments under the school's Instagram posts, through the Instagram API with Instagram Login."""

from moderator.platforms.instagram.adapter import Instagram

__all__ = ["Instagram"]
