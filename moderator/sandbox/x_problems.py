"""The shapes of X's errors: https://docs.x.com/x-api/fundamentals/response-codes-and-errors."""

from __future__ import annotations

import re

from moderator.sandbox.messages import Answer, Json, Refusal, Request

_TYPES = "https://api.twitter.com/2/problems/"
_PROBLEM_TYPE = "application/problem+json"


def problem(status: int, title: str, detail: str, kind: str = "", more: Json | None = None) -> Answer:
    """One problem as the whole answer."""
    kind = _TYPES + kind if kind else "about:blank"
    body: Json = {"title": title, "detail": detail, "type": kind, "status": status, **(more or {})}
    return Answer(status, body, content_type=_PROBLEM_TYPE)


def invalid(parameter: str, value: str, why: str) -> Refusal:
    """A parameter that will not do."""
    message = f"The `{parameter}` query parameter value [{value}] {why}"
    more: Json = {"errors": [{"parameters": {parameter: [value]}, "message": message}]}
    detail = "One or more parameters to your request was invalid."
    return Refusal(problem(400, "Invalid Request", detail, "invalid-request", more))


def forbidden(detail: str) -> Answer:
    return problem(403, "Forbidden", detail)


def suspended(request: Request) -> Answer:
    """The school's own account is: what it asks is refused, and what is asked about it is not there."""
    asked_about = re.fullmatch(r"/2/users/([0-9]+)/(?:mentions|tweets)", request.path)
    if asked_about is None:
        return forbidden("Your account is suspended and is not permitted to access this feature.")
    gone = not_found("user", asked_about[1], "id")
    return Answer(
        body={"errors": [gone | {"title": "Forbidden", "detail": f"User has been suspended: [{asked_about[1]}]."}]}
    )


def client_forbidden() -> Answer:
    more: Json = {
        "reason": "client-not-enrolled",
        "registration_url": "https://developer.twitter.com/en/docs/projects/overview",
    }
    detail = "This endpoint needs another access level than this app has."
    return problem(403, "Client Forbidden", detail, "client-forbidden", more)


def not_found(resource: str, native_id: str, parameter: str = "ids") -> Json:
    """One entry of `errors` beside, or instead of, data."""
    return {
        "value": native_id,
        "detail": f"Could not find {resource} with {parameter}: [{native_id}].",
        "title": "Not Found Error",
        "resource_type": resource,
        "parameter": parameter,
        "resource_id": native_id,
        "type": _TYPES + "resource-not-found",
    }


def partial(body: Json, errors: list[Json]) -> Json:
    """A body with what was found and what was not; X leaves empty lists out."""
    return {**{name: value for name, value in body.items() if value}, **({"errors": errors} if errors else {})}
