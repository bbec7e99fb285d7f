"""The pages put together: every router, behind the guard."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from fastapi import APIRouter, Depends, FastAPI
from starlette.formparsers import MultiPartParser
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute

from moderator.logs import Log
from moderator.web import (
    aside,
    audit,
    auth,
    authors,
    bundles,
    comment,
    handover,
    health,
    history,
    in_force,
    keeping_out,
    letters,
    live,
    me,
    own_post,
    paste,
    people,
    push,
    rules,
    shell,
    static_files,
    tasks,
    triage,
    trouble,
    welcome,
)
from moderator.web.guard import Guard
from moderator.web.menu import tabs_of
from moderator.web.own_forms import own_forms_only
from moderator.web.site import Site
from moderator.web.too_long import TooLong

ROUTERS: tuple[APIRouter, ...] = (
    shell.router,
    live.router,
    bundles.router,
    triage.router,
    aside.router,
    static_files.router,
    auth.router,
    welcome.router,
    me.router,
    people.router,
    history.router,
    comment.router,
    keeping_out.router,
    authors.router,
    tasks.router,
    audit.router,
    paste.router,
    own_post.router,
    health.router,
    letters.router,
    rules.router,
    in_force.router,
    push.router,
    handover.router,
)
MAX_BODY = 64 * 1024
"""Bytes that a form may have: the longest comment that somebody pastes fits many times."""


@cache
def routes() -> Sequence[BaseRoute]:
    """Every router's, put together once for all sites: FastAPI builds each route anew for whatever it is included in."""
    every = APIRouter(redirect_slashes=False, dependencies=[Depends(own_forms_only)])
    for router in ROUTERS:
        every.include_router(router)
    return tuple(every.routes)


def create_app(site: Site, log: Log | None = None) -> FastAPI:
    """The site as an ASGI application. It opens nothing and starts nothing by itself; what fails is written to `log`."""
    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        dependencies=[Depends(own_forms_only)],
        routes=list(routes()),
    )
    # What is uploaded stays in memory: a part of a form that is larger than this would be written to a disk.
    MultiPartParser.spool_max_size = own_post.LARGEST_POST
    app.state.site = site
    app.state.tabs = tabs_of(app.routes)
    trouble.add_to(app)
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BODY)
    app.add_middleware(TooLong)
    # A page shows nothing that somebody else's site could ask for with her cookie (SameSite=Strict), so its length tells
    # nobody anything when it is packed.
    app.add_middleware(GZipMiddleware, minimum_size=500)
    app.add_middleware(Guard, origin=site.origin, log=log, trouble=trouble.unforeseen)
    return app
