"""What belongs to no page in particular: the app's manifest and service worker, More, the count at the tab, and health."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from moderator.store import own_posts, queue, tasks
from moderator.web.access import Reader, SignedIn
from moderator.web.guard import HEALTH
from moderator.web.menu import tabs_for
from moderator.web.pages import render
from moderator.web.site import Here
from moderator.web.static_files import FOLDER, TYPES, static

PAPER, GREEN = "#f6f5f1", "#0f5257"
SHELL = ("trusted.js", "htmx.min.js", "app.js", "icon-192.png")
"""What the service worker keeps: nothing of it says anything about anybody."""

router = APIRouter()


@router.get("/")
def first_page(request: Request, visitor: SignedIn) -> Response:
    """The first of the tabs that this person has."""
    return RedirectResponse(tabs_for(visitor, request.app.state.tabs)[0].path, 303)


@router.get("/manifest.webmanifest")
def manifest(site: Here) -> Response:
    """https://www.w3.org/TR/appmanifest/ (read 2026-11-22)"""
    icons = [
        {"src": static("icon-192.png"), "sizes": "192x192", "type": "image/png", "purpose": "any"},
        {"src": static("icon-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "any"},
        {"src": static("icon-maskable.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
    ]
    facts = {
        "id": "/",
        "name": f"Moderator, {site.settings.school.name}",
        "short_name": "Moderator",
        "lang": "en-GB",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": GREEN,
        "icons": icons,
    }
    return JSONResponse(facts, media_type="application/manifest+json")


@router.get("/sw.js")
def service_worker() -> Response:
    """At the root, since a worker rules over no page above it. Another shell makes it another worker, which keeps that one."""
    kept = " ".join(static(name) for name in SHELL)
    return Response(f"{(FOLDER / 'sw.js').read_text(encoding='utf-8')}\n// {kept}\n", media_type=TYPES[".js"])


@router.get("/shell.json")
def shell() -> Response:
    """What the service worker keeps, under the addresses of this version of the program."""
    return JSONResponse({"files": [static(name) for name in SHELL], "offline": "/offline"})


@router.get("/offline")
def offline(request: Request) -> HTMLResponse:
    """What is shown without a network. It is the same for everybody."""
    return render(request, "offline.html")


@router.get("/more")
def more(request: Request, _visitor: SignedIn) -> HTMLResponse:
    return render(request, "more.html")


@router.get("/waiting")
def waiting(site: Here, visitor: Reader) -> Response:
    """How many cases wait for the visitor, and how many tasks for anybody's hands, for the counts at the tabs."""
    with site.database.reading() as tx:
        counts = queue.counts(tx, queue.viewer_of(visitor.user, site.now()))
        by_hand = tasks.count_open(tx) + own_posts.count_unsettled(tx, site.now())
    return JSONResponse({"waiting": counts.waiting, "urgent": counts.urgent, "tasks": by_hand})


@router.get(HEALTH)
def healthz(site: Here) -> Response:
    """Whether the page and its store answer; nothing else is told. Raises StoreError (503)."""
    with site.database.reading() as tx:
        return JSONResponse({"status": "ok", "store": tx.dialect})
