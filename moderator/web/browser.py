"""What passes between the page and one browser beside the page itself: its cookies, its device, where it wanted to go."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from ipaddress import IPv4Address, ip_address, ip_network

from fastapi import Request, Response

from moderator.store import challenges, sessions
from moderator.web.access import COOKIE
from moderator.web.seals import is_sealed, seal
from moderator.web.site import Site

KNOWN = "__Host-known"
"""That somebody signed in with this browser before. It opens nothing: its tries to sign in are counted by themselves."""
KNOWN_FOR = timedelta(days=180)
CEREMONY = "__Host-ceremony"
"""Which challenge this browser was given, so that nobody else can answer it."""
DEVICES = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android phone or tablet"), ("CrOS", "Chromebook"))
COMPUTERS = (("Macintosh", "Mac"), ("Windows", "Windows computer"), ("Linux", "Linux computer"))
PROGRAMS = (("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"))
PROGRAMS_LAST = (("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"))
A_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")
"""One of our own: a slash, and then neither a second one nor anything that some browser reads as one."""


def keep_signed_in(site: Site, response: Response, token: str) -> None:
    """Only this site gets the cookies back, only over a safe connection, and no script can read them."""
    _set(response, COOKIE, token, sessions.WHOLE)
    number = secrets.token_hex(8)
    _set(response, KNOWN, f"{number}.{seal(site, KNOWN, number)}", KNOWN_FOR)


def known_browser(request: Request, site: Site) -> str:
    """The number of a browser in which somebody signed in before; "" for any other."""
    number, _, given = request.cookies.get(KNOWN, "").partition(".")
    return number if given and is_sealed(site, KNOWN, number, given) else ""


def forget_session(response: Response) -> None:
    _set(response, COOKIE, "", timedelta())


def keep_challenge(response: Response, challenge: challenges.Challenge) -> None:
    _set(response, CEREMONY, challenge.id, challenges.LIVES)


def _set(response: Response, name: str, value: str, lasts: timedelta) -> None:
    age_s = round(lasts.total_seconds())
    response.set_cookie(name, value, max_age=age_s, path="/", secure=True, httponly=True, samesite="strict")


def challenge_id(request: Request) -> str:
    return request.cookies.get(CEREMONY, "")


def own_path(text: str) -> str:
    """A path of this site, or "/" where the text is anything else: nobody is sent elsewhere by a link to the sign-in page."""
    return text if A_PATH.fullmatch(text) else "/"


def address_of(request: Request) -> str:
    """Whence the request comes, to count how often somebody tries: of IPv6 the network, in which one device has many."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host[:60] or "here"
    if isinstance(address, IPv4Address) or address.ipv4_mapped:
        return str(getattr(address, "ipv4_mapped", None) or address)
    return str(ip_network((int(address), 64), strict=False))


def device_of(request: Request) -> str:
    """What a person would call the browser's device: "iPhone, Safari"."""
    agent = request.headers.get("user-agent", "")
    device = _first(agent, (*DEVICES, *COMPUTERS)) or "A device"
    program = _first(agent, (*PROGRAMS, *PROGRAMS_LAST))
    return f"{device}, {program}" if program else device


def _first(agent: str, known: tuple[tuple[str, str], ...]) -> str:
    return next((words for sign, words in known if sign in agent), "")
