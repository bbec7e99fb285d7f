"""How long the school keeps what it read. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Retention:
    """From the last thing that happened to a comment on. What waits, and what is on hold, is kept however old it is."""

    clean: timedelta = timedelta(days=30)  # comments that were let pass
    actioned: timedelta = timedelta(days=365)  # comments about which anything more was ever said or done
