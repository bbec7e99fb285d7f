"""How each trouble looks in each vendor's words: a fault and a request in, the answer that comes instead."""

from __future__ import annotations

import copy
from datetime import timedelta

from moderator.sandbox import instagram
from moderator.sandbox.faults import Fault, FaultKind
from moderator.sandbox.messages import Answer, Request
from moderator.sandbox.world import World
from moderator.sandbox.x import usage_capped
from moderator.sandbox.x_problems import forbidden, problem, suspended
from moderator.sandbox.youtube import invalid_grant, processing_failure, quota_exceeded, unauthorized
from moderator.sandbox.youtube_resources import refused

_HTML = (
    "<!DOCTYPE html><html><head><title>{status}</title></head><body><h1>Sorry, something went wrong</h1></body></html>"
)


def instead(fault: Fault, request: Request, world: World) -> Answer | None:
    """What comes back without the vendor having looked at the request; None where the fault works otherwise."""
    match fault.kind, fault.platform:
        case FaultKind.SERVER_ERROR, _:
            return Answer(fault.status, _HTML.format(status=fault.status), content_type="text/html; charset=utf-8")
        case FaultKind.RATE_LIMITED, _:
            return _rate_limited(fault, world)
        case FaultKind.USAGE_CAP, _:
            now = world.clock()
            # The rate limit still has room, which is how this is told from one (xdk issue 25).
            left = _x_limit_headers(299, int((now + timedelta(minutes=15)).timestamp()))
            return usage_capped().with_headers(left)
        case FaultKind.TOKEN_REVOKED, _:
            return _revoked(request)
        case FaultKind.ACCOUNT_GONE, "x":
            return suspended(request)
        case FaultKind.ACCOUNT_GONE, "youtube":
            words = "The user's account is suspended."
            return refused(403, "authenticatedUserAccountSuspended", words, domain="youtube.common").answer
        case FaultKind.ACCOUNT_GONE, _:
            return instagram.unknown("me").answer
        case FaultKind.FORBIDDEN, "x":
            return forbidden("Forbidden")
        case FaultKind.FORBIDDEN, "youtube":
            return refused(403, "insufficientPermissions", "Insufficient Permission", domain="global").answer
        case FaultKind.FORBIDDEN, _:
            return instagram.error("(#10) Application does not have permission for this action", 10)
        case FaultKind.QUOTA_SPENT, _:
            return quota_exceeded().answer
        case FaultKind.PROCESSING_FAILURE, _:
            return processing_failure().answer
    return None


def broken(answer: Answer, fault: Fault) -> Answer | None:
    """The answer with one item of its page broken; None where it has no such item."""
    body = copy.deepcopy(answer.body)
    items = body.get("data", body.get("items")) if isinstance(body, dict) else None
    if not isinstance(items, list) or not 0 <= fault.item < len(items) or not isinstance(items[fault.item], dict):
        return None
    item = items[fault.item]
    if fault.variant == "missing":
        for name in ("id", "text", "snippet"):
            item.pop(name, None)
    else:
        items[fault.item] = {name: value if name == "id" else [{"nonsense": 7}] for name, value in item.items()}
    return Answer(answer.status, body, answer.headers, answer.content_type)


def _rate_limited(fault: Fault, world: World) -> Answer:
    resets_at = world.clock() + timedelta(seconds=fault.reset_in_s or 0)
    match fault.platform:
        case "x":
            answer = problem(429, "Too Many Requests", "Too Many Requests")
            told = fault.reset_in_s is not None
            return answer.with_headers(_x_limit_headers(0, int(resets_at.timestamp()))) if told else answer
        case "youtube":
            return refused(403, "rateLimitExceeded", "Rate Limit Exceeded", domain="usageLimits").answer
        case _:
            account_id = world.account("instagram").native_id
            minutes = -(-fault.reset_in_s // 60) if fault.reset_in_s is not None else 0
            header = instagram.usage_header(account_id, 100, minutes) if fault.reset_in_s is not None else {}
            return instagram.throttled().with_headers(header)


def _revoked(request: Request) -> Answer:
    match request.platform, request.path:
        case "x", "/2/oauth2/token":
            words = "Value passed for the token was invalid."
            return Answer(400, {"error": "invalid_request", "error_description": words})
        case "x", _:
            return problem(401, "Unauthorized", "Unauthorized")
        case "youtube", "/google/token":
            return invalid_grant()
        case "youtube", _:
            return unauthorized().answer
        case _:
            return instagram.token_invalid()


def _x_limit_headers(left: int, resets_at: int) -> dict[str, str]:
    return {
        "x-rate-limit-limit": "300",
        "x-rate-limit-remaining": str(left),
        "x-rate-limit-reset": str(resets_at),
    }
