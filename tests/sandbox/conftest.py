"""A street with one school on it, a clock that stands until it is moved, and the real clients the adapters use."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import requests
import tweepy
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from requests.adapters import HTTPAdapter

from moderator.sandbox.server import Sandbox
from moderator.sandbox.state import OpenAccount
from moderator.sandbox.world import World

SCHOOL_X_ID = "1111111111111111111"
DEADLINE_S = 5


@dataclass
class Clock:
    """Aware UTC that moves only when told to."""

    now: datetime = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox(clock=clock) as sandbox:
        sandbox.world.open_account("x", handle="@ValewoodPrimary", native_id=SCHOOL_X_ID)
        sandbox.world.open_account("youtube", handle="@valewoodprimary", display_name="Valewood Primary")
        sandbox.world.open_account("instagram", handle="@valewood.primary", native_id="17841400000000001")
        yield sandbox


@pytest.fixture
def world(sandbox: Sandbox) -> World:
    return sandbox.world


@pytest.fixture
def channel(world: World) -> OpenAccount:
    return world.account("youtube")


class Rebased(HTTPAdapter):
    """Sends what tweepy addresses to its vendor to the sandbox, with the time-out that tweepy does not set."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        assert request.url is not None
        request.url = request.url.replace("https://api.twitter.com", self._base, 1)
        return super().send(request, *args, **{**options, "timeout": DEADLINE_S})


def tweepy_client(sandbox: Sandbox, kind: str = "oauth1") -> tweepy.Client:
    secrets = sandbox.credentials("x", kind=kind)
    if kind == "oauth2":
        client = tweepy.Client(bearer_token=secrets["access_token"], return_type=dict)
    else:
        secrets.pop("kind")
        client = tweepy.Client(**secrets, return_type=dict)
    client.session.mount("https://api.twitter.com", Rebased(sandbox.x_base))
    return client


@pytest.fixture
def x(sandbox: Sandbox) -> tweepy.Client:
    return tweepy_client(sandbox)


@pytest.fixture
def youtube(sandbox: Sandbox) -> Iterator[Any]:
    credentials = Credentials(None, **sandbox.credentials("youtube"))  # type: ignore[no-untyped-call]
    with warnings.catch_warnings():
        # The client leaves its socket to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        yield build(
            "youtube",
            "v3",
            credentials=credentials,
            client_options={"api_endpoint": sandbox.youtube_base},
            static_discovery=True,
            cache_discovery=False,
        )


@pytest.fixture
def instagram(sandbox: Sandbox) -> Iterator[httpx.Client]:
    token = sandbox.credentials("instagram")["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=sandbox.instagram_base, headers=headers, timeout=DEADLINE_S) as client:
        yield client
