"""How often an account is read: soon after a post, seldom while nothing happens. Values in, seconds out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two readings, and what counts as just posted and as quiet."""

    regular_s: int = 300
    after_post_s: int = 120
    quiet_s: int = 1800
    just_posted: timedelta = timedelta(hours=6)
    quiet_after: timedelta = timedelta(days=7)

    def every_s(self, last_post: datetime | None, last_comment: datetime | None, now: datetime) -> int:
        """Most comments come in the first hours; a school that is on holiday is looked at twice an hour."""
        if last_post is not None and now - last_post < self.just_posted:
            return self.after_post_s
        signs = [sign for sign in (last_post, last_comment) if sign is not None]
        if signs and now - max(signs) > self.quiet_after:
            return self.quiet_s
        return self.regular_s
