"""`web`: the page for the head and whoever stands in, a process of its own beside the daemon."""

from __future__ import annotations

import os
import signal
import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moderator.build import open_database
from moderator.cli.common import DEFAULT_CONFIG, ConfigOption, load_settings, utc_now
from moderator.errors import ConfigError
from moderator.logs import open_log
from moderator.settings.web import AN_ORIGIN, WebForm, WebSettings, listening, origin_of

if TYPE_CHECKING:
    from uvicorn import Config

STOPS_WITHIN_S = 5
THE_SOCKET = "the socket"


def web(
    config: ConfigOption = DEFAULT_CONFIG,
    listen: Annotated[
        str,
        typer.Option(help="Address and port, or the path of a Unix socket; else what [web] of moderator.toml says."),
    ] = "",
    origin: Annotated[
        str, typer.Option(help="The address that browsers use; else what [web] of moderator.toml says.")
    ] = "",
) -> None:
    """Serve the page until told to stop (SIGTERM or Ctrl-C). It needs no login of any platform.

    Example: moderator web --config /etc/moderator
    """
    from uvicorn import Server  # Only this command needs a server, and pages.

    from moderator.web.app import create_app
    from moderator.web.pages import read_all
    from moderator.web.site import Site

    settings = load_settings(config, logins=False)
    place = chosen(settings.web, listen, origin)
    log = open_log(style=settings.log_format, level=settings.log_level, journal="JOURNAL_STREAM" in os.environ)
    database = open_database(settings)
    try:
        app = create_app(Site(settings, database, place.origin, utc_now), log)
        sockets = [opened_socket(place)]
        read_all()
        typer.echo(f"The page is at {place.origin} (listening on {place.where}).", err=True)
        typer.echo('Let somebody in with: moderator users add "Mrs Example" --role head', err=True)
        # uvicorn ends its work in hand at these signals, and then raises them again, which would end us before the store is closed.
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda _signal, _frame: None)
        Server(server_config(app, place)).run(sockets=sockets)
    finally:
        database.close()


def chosen(settings: WebSettings, listen: str, origin: str) -> WebSettings:
    """The settings, changed by what was typed. Raises ConfigError."""
    if listen:
        try:
            host, port, socket = listening(WebForm(listen=listen).listen)
        except ValueError:
            raise ConfigError(f"--listen {listen}: must be {WebForm.model_fields['listen'].description}.") from None
        settings = replace(settings, host=host, port=port, socket=socket)
    if origin and not origin_of(origin):
        raise ConfigError(f"--origin {origin}: must be {AN_ORIGIN}.")
    return replace(settings, origin=origin_of(origin)) if origin else settings


def opened_socket(place: WebSettings) -> socket.socket:
    """Where requests come in. A Unix socket is for its owner and group. Raises ConfigError where it cannot be had."""
    try:
        if place.socket is None:
            family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
            listener = socket.create_server((place.host, place.port), family=family, backlog=128)
            # Head and body of an answer are two writes: without this the second waits 40 ms for the first to be confirmed
            # (measured 2026-11-22). Connections take it over from the socket that listens.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return listener
        if place.socket.is_socket():
            place.socket.unlink()  # Left by the process before, which is gone: systemd runs one at a time.
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(place.socket))
        place.socket.chmod(0o660)
        return listener
    except OSError as error:
        raise ConfigError(
            f"The page cannot listen on {place.where}: {os.strerror(error.errno or 0)}. Another process may have it; "
            "change listen in [web] of moderator.toml, or use --listen."
        ) from error


def server_config(app: object, place: WebSettings) -> Config:
    """Nothing of uvicorn's own in the log or in a header: its lines would hold whole addresses."""
    from uvicorn import Config
    from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

    return Config(
        behind(ProxyHeadersMiddleware(app, [*place.trusted_proxies, THE_SOCKET])),  # type: ignore[arg-type]
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,  # As above: of X-Forwarded-For only what the proxy itself wrote, the last, is believed.
        timeout_graceful_shutdown=STOPS_WITHIN_S,
        timeout_keep_alive=30,
        limit_concurrency=200,
        h11_max_incomplete_event_size=32 * 1024,
        ws="none",
    )


def behind(app: Any) -> Any:
    """Whoever can open the Unix socket is the proxy: requests from there come from `THE_SOCKET`, which is trusted.

    uvicorn itself knows no address there, and would trust either nothing or all that somebody wrote into X-Forwarded-For.
    """

    async def named(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope.get("client") is None:
            scope["client"] = (THE_SOCKET, 0)
        await app(scope, receive, send)

    return named


def add_to(app: typer.Typer) -> None:
    app.command()(web)
