"""How long somebody stays signed in, what asks for the passkey again, and who ends whom."""

from __future__ import annotations

from datetime import timedelta

from moderator.policy.authority import Role
from moderator.store import sessions, users
from moderator.web.access import COOKIE
from tests.conftest import MINUTE
from tests.web.authenticator import Device
from tests.web.office import NAMES, Office
from tests.web.visit import Visit, invited, kept, settled, visit

SECOND = timedelta(seconds=1)


def test_a_session_that_somebody_put_into_the_browser_is_not_the_one_that_is_signed_in(office: Office) -> None:
    deputy = settled(office, Role.DEPUTY)
    head = settled(office)
    head.cookies = {COOKIE: deputy.token}
    head.sign_in()
    assert head.token not in ("", deputy.token)
    assert not deputy.is_signed_in()
    assert NAMES[Role.HEAD] in head.get("/me").text


def test_a_stolen_cookie_is_worth_nothing_once_its_session_is_ended_elsewhere(office: Office) -> None:
    phone = settled(office)
    thief = Visit(office, phone.device, dict(phone.cookies))
    laptop = Visit(office, phone.device)
    laptop.sign_in()
    assert thief.is_signed_in()
    page = laptop.get("/me").text
    assert page.count("Sign out there") == 1
    laptop.post("/me/sessions/end", session=sessions.digest_of(phone.token), csrf=laptop.csrf("/me"))
    reply = thief.get("/me")
    assert (reply.status_code, reply.headers["location"]) == (303, "/sign-in?next=%2Fme")
    assert laptop.is_signed_in()


def test_nobody_ends_somebody_elses_session_by_guessing_its_digest(office: Office) -> None:
    head, deputy = settled(office), settled(office, Role.DEPUTY)
    deputy.post("/me/sessions/end", session=sessions.digest_of(head.token), csrf=deputy.csrf("/me"))
    deputy.post("/me/sessions/end", session="others", csrf=deputy.csrf("/me"))
    assert head.is_signed_in()


def test_signing_out_ends_the_session_for_good(office: Office) -> None:
    head = settled(office)
    copy = Visit(office, head.device, dict(head.cookies))
    reply = head.post("/sign-out", csrf=head.csrf("/me"))
    assert reply.headers["clear-site-data"] == '"cache"'
    assert COOKIE not in head.cookies
    assert not copy.is_signed_in()


def test_a_session_ends_after_half_an_hour_without_a_tap_and_after_twelve_hours_in_any_case(office: Office) -> None:
    idle = settled(office)
    office.later(30 * MINUTE - SECOND)
    assert idle.is_signed_in()
    office.later(30 * MINUTE - SECOND)
    assert idle.is_signed_in()
    office.later(30 * MINUTE)
    assert not idle.is_signed_in()
    busy = Visit(office, idle.device)
    busy.sign_in()
    for _ in range(12 * 3 - 1):
        office.later(20 * MINUTE)
        assert busy.is_signed_in()
        busy.confirm()
    office.later(20 * MINUTE - SECOND)
    assert busy.is_signed_in()
    office.later(SECOND)
    assert not busy.is_signed_in()


def test_what_is_grave_asks_for_the_passkey_again_and_the_session_goes_on_under_another_token(office: Office) -> None:
    head = settled(office)
    office.later(5 * MINUTE)
    asked = head.get("/me/passkeys/new")
    assert (asked.status_code, asked.headers["location"]) == (303, "/confirm?next=%2Fme%2Fpasskeys%2Fnew")
    refused = head.post("/me/code", csrf=head.csrf("/me"))
    assert refused.headers["location"].startswith("/confirm")
    before = dict(head.cookies)
    reply = head.confirm("/me/passkeys/new")
    assert reply.headers["location"] == "/me/passkeys/new"
    assert head.token != before[COOKIE]
    assert not Visit(office, head.device, before).is_signed_in()
    assert head.get("/me/passkeys/new").status_code == 200


def test_somebody_elses_passkey_does_not_confirm(office: Office) -> None:
    head, deputy = settled(office), settled(office, Role.DEPUTY)
    office.later(6 * MINUTE)
    head.device = deputy.device
    assert head.confirm().status_code == 403
    assert head.get("/me/passkeys/new").status_code == 303


def test_a_second_passkey_signs_in_too_and_the_last_one_stays(office: Office) -> None:
    head = settled(office)
    first, second = head.device, Device(office.url)
    csrf = head.csrf("/me")
    assert head.post("/me/passkeys/new", credential="{}", csrf=csrf).status_code == 403
    head.device = second
    answer = second.make(head.options("/me/passkeys/new", csrf))
    assert head.post("/me/passkeys/new", credential=answer, csrf=csrf).status_code == 303
    head.post(f"/me/passkeys/{second.id}", name="  my\nlaptop ", csrf=csrf)
    assert "my laptop" in head.get("/me").text
    assert head.post(f"/me/passkeys/{first.id}/remove", csrf=csrf).status_code == 303
    only = head.post(f"/me/passkeys/{second.id}/remove", csrf=csrf)
    assert "your only passkey" in only.text
    head.cookies.clear()
    assert head.sign_in().status_code == 303
    head.cookies.clear()
    head.device = first
    gone = head.sign_in()
    assert gone.status_code == 403
    assert "does not open this page any more" in gone.text


def test_nobody_touches_the_passkeys_of_another(office: Office) -> None:
    head, deputy = settled(office), settled(office, Role.DEPUTY)
    csrf = deputy.csrf("/me")
    assert deputy.get(f"/me/passkeys/{head.device.id}").status_code == 404
    assert deputy.post(f"/me/passkeys/{head.device.id}", name="mine", csrf=csrf).status_code == 400
    assert deputy.post(f"/me/passkeys/{head.device.id}/remove", csrf=csrf).status_code == 400
    assert kept(office, head).name != "mine"


def test_getting_in_is_tried_five_times_a_minute_and_a_restart_does_not_help(office: Office) -> None:
    head = settled(office)
    office.later(MINUTE)
    for _ in range(5):
        assert visit(office).post("/sign-in", credential="{}").status_code == 403
    head.cookies.clear()
    refused = head.sign_in()
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) <= 60
    assert visit(office).post("/recover", code="000").status_code == 429
    office.later(MINUTE)
    assert head.sign_in().status_code == 303


def test_a_form_of_another_site_signs_nobody_in(office: Office) -> None:
    head = settled(office)
    answer = head.device.show(head.options("/sign-in"))
    other = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert head.post("/sign-in", credential=answer, headers=other).status_code == 403


def test_a_link_from_another_site_finds_the_session_again(office: Office) -> None:
    """The browser sends a Strict cookie only with the second step, which this page takes by itself."""
    reply = visit(office).get("/sign-in?next=/me", **{"Sec-Fetch-Site": "cross-site"})
    assert 'http-equiv="refresh"' in reply.text
    assert "url=/sign-in?next=%2Fme" in reply.text or "url=/sign-in?next=/me" in reply.text
    head = settled(office)
    assert head.get("/sign-in?next=/me").headers["location"] == "/me"


def test_who_is_ended_is_out_at_once_and_for_good(office: Office) -> None:
    head, deputy = settled(office), settled(office, Role.DEPUTY)
    link = invited(office, Role.DEPUTY)
    with office.database.reading() as tx:
        user = users.find(tx, NAMES[Role.DEPUTY])
    assert user is not None
    csrf = head.csrf("/me")
    assert head.post(f"/users/{user.id}/end", csrf=csrf).status_code == 303
    assert not deputy.is_signed_in()
    assert deputy.sign_in().status_code == 403
    assert visit(office).get(link.removeprefix(office.url)).status_code == 410
    assert NAMES[Role.DEPUTY] not in head.get("/users").text


def test_a_user_is_let_in_from_the_page_with_a_picture_for_the_camera(office: Office) -> None:
    head = settled(office)
    csrf = head.csrf("/me")
    page = head.post("/users/new", name="Miss Pemberton", role="staff", csrf=csrf)
    assert "<svg" in page.text
    link = page.text.partition("<code>")[2].partition("</code>")[0]
    staff = visit(office)
    assert staff.settle(link).status_code == 200
    assert staff.get("/users").status_code == 403
    twice = head.post("/users/new", name="miss  pemberton", role="it", csrf=csrf)
    assert "already" in twice.text


def test_nobody_lets_others_in_who_see_more_than_they_do_and_nobody_ends_themselves(office: Office) -> None:
    head, it = settled(office), settled(office, Role.IT)
    csrf = it.csrf("/me")
    assert 'value="head"' not in it.get("/users/new").text
    assert it.post("/users/new", name="Mrs Nobody", role="head", csrf=csrf).status_code == 403
    with office.database.reading() as tx:
        users_by_role = {each.role: each for each in users.all_users(tx)}
    assert it.post(f"/users/{users_by_role[Role.HEAD].id}/invite", csrf=csrf).status_code == 403
    assert it.post(f"/users/{users_by_role[Role.HEAD].id}/end", csrf=csrf).status_code == 403
    own = head.post(f"/users/{users_by_role[Role.HEAD].id}/end", csrf=head.csrf("/me"))
    assert own.status_code == 403
    assert head.is_signed_in()


def test_a_flood_of_tries_keeps_nobody_out_who_was_let_in_before(office: Office) -> None:
    """Tries from her own school's address, so that neither that nor the count of all together holds her up."""
    head, link = settled(office), invited(office, Role.DEPUTY)
    office.later(MINUTE)
    for _ in range(7):
        flood = visit(office).post("/sign-in", credential="{}")
    assert flood.status_code == 429

    head.cookies.pop(COOKIE)
    assert head.sign_in().status_code == 303
    assert visit(office).settle(link).status_code == 200
    for _ in range(6):
        again = head.post("/sign-in", credential="{}")
    assert again.status_code == 429, "a browser that is known has tries of its own, and no more of them"


def test_nobody_makes_themselves_a_known_browser(office: Office) -> None:
    office.later(MINUTE)
    number = "0" * 16
    for given in ("x", f"{number}.", f"{number}.{'0' * 64}"):
        for _ in range(6):
            guest = visit(office)
            guest.cookies["__Host-known"] = given
            answer = guest.post("/sign-in", credential="{}")
        assert answer.status_code == 429, given
        office.later(MINUTE)


def test_a_passkey_shown_again_in_one_tab_leaves_the_other_tabs_good(office: Office) -> None:
    head = settled(office)
    other_tab = head.csrf("/me")
    before = head.token

    assert head.confirm().status_code == 303
    assert head.token != before
    assert head.post("/me/sessions/end", session="others", csrf=other_tab).status_code == 303

    head.post("/sign-out", csrf=other_tab)
    office.later(timedelta(seconds=1))
    head.sign_in()
    assert head.post("/me/sessions/end", session="others", csrf=other_tab).status_code == 403, "another session"
