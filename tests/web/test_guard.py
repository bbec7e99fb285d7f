"""What stands round every page: headers, who may send what, how often, and that looking changes nothing."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from sqlalchemy import text
from starlette.testclient import TestClient

from moderator.domain import Comment
from moderator.errors import ModeratorError
from moderator.logs import open_log
from moderator.policy.authority import Role
from moderator.store import tries
from moderator.store.database import Database
from moderator.web.access import COOKIE, FreshDecider, SignedIn
from moderator.web.app import ROUTERS, create_app
from moderator.web.own_forms import READS, WITHOUT_SESSION
from moderator.web.pages import style_source
from moderator.web.site import Site
from tests.web.office import Desk, Office

SNAPSHOT = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-robots-tag": "noindex, nofollow",
    "cache-control": "no-store",
    "content-security-policy": (
        f"default-src 'none'; script-src 'nonce-NONCE' 'strict-dynamic'; style-src {style_source()}; img-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types default"
    ),
}
NONCE = re.compile(r"'nonce-([\w-]{22,})'")


def routes() -> Iterator[APIRoute]:
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute), f"{route}: only such routes stand behind the guard"
            yield route


def unsafe() -> list[tuple[str, str]]:
    return [(method, route.path) for route in routes() for method in sorted(route.methods or ()) if method not in READS]


def looked_at() -> list[str]:
    return [route.path for route in routes() if "GET" in (route.methods or ())]


def filled(path: str, comment: Comment) -> str:
    """A path in which every parameter stands for something."""
    known = {"comment_id": comment.id, "platform": comment.platform, "native_id": comment.author.native_id}
    return re.sub(r"{(\w+)(:\w+)?}", lambda found: str(known.get(found[1], "1")), path)


def everything(database: Database) -> dict[str, list[str]]:
    """The rows of every table."""
    with database.connected() as connection:
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        return {name: sorted(map(repr, connection.execute(text(f'SELECT * FROM "{name}"')))) for name in names}


def test_every_answer_has_the_same_careful_headers_and_a_nonce_of_its_own(office: Office) -> None:
    desk = office.sign_in()
    nonces = set()
    for answer in (
        office.client.get("/sign-in"),
        desk.get("/more"),
        desk.get("/nowhere"),
        office.client.get("/healthz"),
    ):
        policy = answer.headers["content-security-policy"]
        nonces.add(NONCE.findall(policy)[0])
        shown = {**answer.headers, "content-security-policy": NONCE.sub("'nonce-NONCE'", policy)}
        assert {name: shown.get(name) for name in SNAPSHOT} == SNAPSHOT
        assert "strict-transport-security" not in answer.headers
    assert len(nonces) == 4


def test_the_scripts_of_a_page_carry_its_nonce_and_nothing_is_written_into_it(office: Office) -> None:
    page = office.sign_in().get("/more")
    (nonce,) = NONCE.findall(page.headers["content-security-policy"])

    scripts = re.findall(r"<script[^>]*>(.*?)</script>", page.text, re.DOTALL)
    assert page.text.count(f'<script nonce="{nonce}" src="/static/') == len(scripts) > 0
    assert not any(inside.strip() for inside in scripts)


def test_over_https_a_browser_is_told_to_stay_there(office: Office) -> None:
    site = Site(office.settings, office.database, "https://moderator.school.example", lambda: office.now)
    with TestClient(create_app(site), base_url=site.origin) as client:
        assert client.get("/sign-in").headers["strict-transport-security"] == "max-age=31536000"


def test_another_name_for_this_site_is_not_answered(office: Office) -> None:
    token = office.sign_in().token
    answer = office.client.get("/more", headers={"Host": "evil.example", "Cookie": f"{COOKIE}={token}"})

    assert (answer.status_code, answer.text) == (421, "This site has another address.")


def test_the_style_stands_in_the_page_and_the_browser_knows_it_by_its_digest(office: Office) -> None:
    answer = office.client.get("/sign-in")
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)

    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"; style-src 'sha256-{digest}'; " in answer.headers["content-security-policy"]
    assert "prefers-color-scheme: dark" in style
    assert "style=" not in answer.text


def test_scripts_are_kept_for_good_under_an_address_with_their_digest(office: Office) -> None:
    page = office.client.get("/sign-in").text
    address = re.findall(r'src="(/static/[0-9a-f]{12}/app\.js)"', page)[0]

    script = office.client.get(address)
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["content-encoding"] == "gzip"
    for wrong in (address.replace("app", "../app"), "/static/000000000000/app.js", "/static/x/..%2fsite.py"):
        answer = office.client.get(wrong)
        assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")


SENDERS = {
    "another site": {"Sec-Fetch-Site": "cross-site"},
    "another site that names our origin": {"Sec-Fetch-Site": "cross-site", "Origin": "OURS"},
    "a neighbour's subdomain": {"Sec-Fetch-Site": "same-site", "Origin": "https://other.school.example"},
    "typed in": {"Sec-Fetch-Site": "none"},
    "our name, another's origin": {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    "no word on where from": {},
    "an old browser, elsewhere": {"Origin": "https://evil.example"},
    "an old browser that hides it": {"Origin": "null"},
}


@pytest.mark.parametrize("sender", SENDERS)
def test_nothing_is_changed_by_what_another_page_sends(office: Office, sender: str) -> None:
    desk = office.sign_in()
    headers = {name: value.replace("OURS", office.url) for name, value in SENDERS[sender].items()}
    headers["Cookie"] = f"{COOKIE}={desk.token}"
    comment = office.waits()
    asked = [(method, filled(path, comment)) for method, path in unsafe()]
    before = everything(office.database)

    for method, path in asked:
        answer = office.client.request(method, path, headers=headers, data={"csrf": desk.csrf})
        assert answer.status_code == 403, f"{method} {path} took what {sender} sent"

    assert everything(office.database) == before


@pytest.mark.parametrize("token", ["", "0" * 64, "someone else's"])
def test_nothing_is_changed_without_the_sessions_own_token(office: Office, token: str) -> None:
    desk = office.sign_in()
    sent = office.sign_in(Role.DEPUTY).csrf if token == "someone else's" else token
    comment = office.waits()
    asked = [(method, filled(path, comment)) for method, path in unsafe() if path not in WITHOUT_SESSION]
    before = everything(office.database)

    for _method, path in asked:
        answer = desk.post(path, csrf=sent)
        assert answer.status_code == 403, f"{path} asked for no token"

    assert everything(office.database) == before


def test_without_a_session_a_form_leads_to_the_way_in(office: Office) -> None:
    nobody, comment = Desk(office, "0" * 43), office.waits()
    for _method, path in unsafe():
        if path not in WITHOUT_SESSION:
            answer = nobody.post(filled(path, comment))
            assert (answer.status_code, answer.headers["location"][:14]) == (303, "/sign-in?next="), path


def test_every_route_that_needs_no_session_is_there() -> None:
    """The list of exceptions holds nothing that is gone: its path could come to mean something else."""
    assert {path for _method, path in unsafe()} >= WITHOUT_SESSION


def test_a_form_of_ours_is_taken_in_an_old_browser_too(office: Office) -> None:
    desk = office.sign_in()
    headers = {"Cookie": f"{COOKIE}={desk.token}", "Origin": office.url}

    answer = office.client.post("/sign-out", data={"csrf": desk.csrf}, headers=headers)

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


def test_htmx_sends_the_token_in_a_header(office: Office) -> None:
    desk = office.sign_in()

    answer = desk.post("/sign-out", csrf="", headers={"X-CSRF": desk.csrf, "HX-Request": "true"})

    assert answer.status_code in (200, 204, 303)
    assert desk.get("/more").status_code == 303


def test_looking_at_a_page_changes_nothing(office: Office) -> None:
    comment = office.waits()
    desks = [office.sign_in(role) for role in (Role.HEAD, Role.IT)]
    before = everything(office.database)

    for path in looked_at():
        for desk in desks:
            for headers in ({}, {"HX-Request": "true"}):
                answer = desk.get(filled(path, comment), **headers)
                assert (path, answer.status_code < 500) == (path, True)
        assert (path, everything(office.database) == before) == (path, True)


def test_sixty_actions_a_minute_are_enough_and_a_restart_forgets_none(office: Office) -> None:
    desk = office.sign_in()
    with office.database.transaction() as tx:
        who = f"act {_user_id(office, desk)}"
        for _ in range(60):
            tries.allow(tx, who, 60, timedelta(minutes=1), office.now)

    # The count stands in the store: the office's server never saw those sixty.
    answer = desk.post("/sign-out")

    assert answer.status_code == 429
    assert "tried again from 12:01" in answer.text
    assert answer.headers["retry-after"] == "60"
    assert desk.get("/more").status_code == 200, "still signed in: nothing was done"

    office.later(timedelta(minutes=1))
    assert desk.post("/sign-out").status_code == 303


def _user_id(office: Office, desk: Desk) -> str:
    from moderator.store import sessions

    with office.database.reading() as tx:
        session = sessions.find(tx, desk.token, office.now)
    assert session is not None
    return session.user.id


def test_a_letter_of_a_megabyte_is_not_read(office: Office) -> None:
    desk = office.sign_in()
    answer = desk.post("/sign-out", words="x" * 1_000_000)

    assert (answer.status_code, answer.headers["cache-control"]) == (413, "no-store")
    assert "<h1>That was too long</h1>" in answer.text
    assert "Nothing was changed." in answer.text
    assert desk.get("/me").status_code == 200


def test_a_screen_left_open_is_signed_out_though_its_page_asks_for_news(office: Office) -> None:
    desk = office.sign_in()
    for _ in range(31):
        office.later(timedelta(minutes=1))
        desk.get("/waiting", **{"X-Background": "1"})

    assert desk.get("/more").status_code == 303


def test_somebody_at_work_stays_signed_in(office: Office) -> None:
    desk = office.sign_in()
    for _ in range(31):
        office.later(timedelta(minutes=1))
        desk.get("/waiting")

    assert desk.get("/more").status_code == 200


# Trouble, as a person meets it.


@pytest.fixture
def broken(office: Office) -> Iterator[tuple[TestClient, io.StringIO]]:
    """The site with three more pages, which fail, and what it logs."""
    router, said = APIRouter(), io.StringIO()

    @router.get("/fails")
    def fails(_visitor: SignedIn) -> None:
        raise RuntimeError("Ellie Tanner is a rude word")

    @router.get("/cannot")
    def cannot(_visitor: SignedIn) -> None:
        raise ModeratorError("The platform says no.")

    @router.post("/grave")
    def grave(_visitor: FreshDecider) -> None: ...

    site = Site(office.settings, office.database, office.url, lambda: office.now)
    app = create_app(site, open_log(said))
    app.include_router(router)
    with TestClient(app, base_url=office.url, follow_redirects=False) as client:
        client.headers["Cookie"] = f"{COOKIE}={office.sign_in().token}"
        yield client, said


def test_what_nobody_foresaw_is_a_page_without_details_and_a_line_without_words(
    broken: tuple[TestClient, io.StringIO],
) -> None:
    client, said = broken
    answer = client.get("/fails")

    assert answer.status_code == 500
    assert "Something went wrong here" in answer.text
    assert "content-security-policy" in answer.headers
    assert "page.failed route='/fails' method='GET' error='RuntimeError' at='test_guard.py:" in said.getvalue()
    assert "Ellie" not in answer.text + said.getvalue()


def test_what_went_wrong_on_purpose_is_its_own_sentence(broken: tuple[TestClient, io.StringIO]) -> None:
    client, said = broken
    answer = client.get("/cannot")

    assert (answer.status_code, said.getvalue()) == (400, "")
    assert "The platform says no." in answer.text


def test_htmx_gets_the_same_as_a_notice_above_the_page(broken: tuple[TestClient, io.StringIO]) -> None:
    client, _said = broken
    answer = client.get("/cannot", headers={"HX-Request": "true"})

    assert answer.headers["hx-retarget"] == "#notices"
    assert "The platform says no." in answer.text
    assert "<html" not in answer.text


def test_what_is_grave_asks_for_the_passkey_again_and_comes_back(
    office: Office, broken: tuple[TestClient, io.StringIO]
) -> None:
    client, _said = broken
    desk = office.sign_in()
    office.later(timedelta(minutes=6))
    headers = {"Cookie": f"{COOKIE}={desk.token}", "Sec-Fetch-Site": "same-origin", "X-CSRF": desk.csrf}

    plain = client.post("/grave", headers=headers)
    by_htmx = {"HX-Request": "true", "HX-Current-URL": f"{office.url}/triage?only=urgent"}
    htmx = client.post("/grave", headers=headers | by_htmx)

    assert (plain.status_code, plain.headers["location"]) == (303, "/confirm?next=%2F")
    assert (htmx.status_code, htmx.headers["hx-redirect"]) == (204, "/confirm?next=%2Ftriage%3Fonly%3Durgent")


@pytest.mark.parametrize("elsewhere", ["//evil.example/", "/\\evil.example", "https://evil.example/"])
def test_nobody_is_sent_to_another_site(office: Office, elsewhere: str) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": elsewhere}
    answer = office.client.get("/more", headers=headers)

    assert answer.headers["hx-redirect"] == "/sign-in?next=%2F"


def test_a_page_that_is_not_there_says_so_kindly(office: Office) -> None:
    answer = office.sign_in().get("/no/such/page")

    assert answer.status_code == 404
    assert "There is no such page" in answer.text


def test_health_is_told_to_anybody_and_nothing_else(office: Office) -> None:
    answer: httpx.Response = office.client.get("/healthz", headers={"Host": "127.0.0.1"})

    assert answer.json() == {"status": "ok", "store": "sqlite"}
