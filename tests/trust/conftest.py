"""Trusts on a PostgreSQL of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres import Server, postgresql
from tests.trust.made import Trust, trust_at

__all__ = ["postgresql"]


@pytest.fixture
def trust(postgresql: Server) -> Iterator[Trust]:
    """Three schools."""
    with postgresql.fresh() as url, trust_at(url, 3) as made:
        yield made
