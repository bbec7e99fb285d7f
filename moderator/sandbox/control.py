"""The sandbox's own door, for commands and tests in other processes: post, edit, delete, spoil, and look.

JSON in, JSON out, under /sandbox/. What cannot be done is a 400 with `error` in words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from moderator.sandbox.faults import Fault, FaultKind
from moderator.sandbox.messages import Answer, Json, Request
from moderator.sandbox.page import render
from moderator.sandbox.state import seen

if TYPE_CHECKING:
    from moderator.sandbox.server import Sandbox

Platform = Literal["x", "youtube", "instagram"]


class Form(BaseModel):
    """What comes in; a name that is not known is an error, so that a slip of the pen does not go unseen."""

    model_config = ConfigDict(extra="forbid")
    platform: Platform


class AccountForm(Form):
    handle: str
    native_id: str = ""
    display_name: str = ""


class PostForm(Form):
    text: str
    at: AwareDatetime | None = None
    handle: str | None = None
    made_for_kids: bool = False


class CommentForm(Form):
    post_id: str
    text: str
    handle: str = "@a_parent"
    display_name: str = ""
    reply_to: str | None = None
    at: AwareDatetime | None = None
    mentions_school: bool = True
    image_url: str | None = None
    held: bool = False
    likely_spam: bool = False


class TargetForm(Form):
    native_id: str


class EditForm(TargetForm):
    text: str


class PersonForm(Form):
    handle: str


class FaultForm(Form):
    kind: FaultKind
    times: int | None = 1
    path: str | None = None
    method: str | None = None
    after: int = 0
    seconds: float = 2.0
    reset_in_s: int | None = 60
    status: int = 503
    item: int = 0
    variant: str = "missing"


class Control:
    """Answers what is asked under /sandbox/."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox, self._world = sandbox, sandbox.world
        self._routes: dict[tuple[str, str], Callable[[Request], Answer]] = {
            ("GET", ""): self._page,
            ("GET", "/ledger"): lambda _: Answer(body=[_plain(asdict(entry)) for entry in self._world.ledger]),
            ("GET", "/calls"): lambda _: Answer(body=[_plain(asdict(call)) for call in sandbox.calls]),
            ("GET", "/state"): lambda _: Answer(body=self.state()),
            ("GET", "/credentials"): self._credentials,
            ("GET", "/faults"): lambda _: Answer(body=self._world.faults.listed()),
            ("DELETE", "/faults"): self._clear_faults,
            ("POST", "/accounts"): self._open_account,
            ("POST", "/posts"): self._publish,
            ("POST", "/comments"): self._comment,
            ("POST", "/edit"): self._edit,
            ("POST", "/delete"): lambda request: self._change(request, self._world.delete),
            ("POST", "/hide"): lambda request: self._change(request, self._world.hide),
            ("POST", "/release"): lambda request: self._change(request, self._world.release),
            ("POST", "/block"): lambda request: self._mark(request, self._world.block),
            ("POST", "/unblock"): lambda request: self._mark(request, self._world.unblock),
            ("POST", "/faults"): self._add_fault,
        }

    def answer(self, request: Request) -> Answer:
        route = self._routes.get((request.method, request.path.rstrip("/")))
        if route is None:
            known = sorted(f"{method} /sandbox{path or '/'}" for method, path in self._routes)
            return Answer(404, {"error": "no such thing here", "known": known})
        try:
            return route(request)
        except ValidationError as error:
            faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
            return Answer(400, {"error": "; ".join(faults)})
        except (LookupError, ValueError) as error:
            return Answer(400, {"error": str(error)})

    def state(self) -> Json:
        """Accounts, posts and comments as they are now; deleted comments too, marked as such."""
        with self._world.lock:
            accounts = [
                {"platform": a.platform, "native_id": a.native_id, "handle": a.handle, "muted": sorted(a.muted),
                 "blocked": sorted(a.blocked), "banned": sorted(a.banned)}
                for a in self._world.accounts
            ]  # fmt: skip
            posts = [
                {"platform": p.account.platform, "native_id": p.native_id, "handle": p.account.handle, "text": p.text,
                 "at": p.at.isoformat()}
                for p in self._world.posts.values()
            ]  # fmt: skip
            comments = [
                {"platform": c.platform, "native_id": c.native_id, "post_id": c.post.native_id if c.post else "",
                 "parent_id": c.parent.native_id if c.parent else "", "handle": c.author.handle, "text": c.text,
                 "at": c.at.isoformat(), "status": c.status, "deleted": c.deleted, "public": seen(c)}
                for c in self._world.comments.values()
            ]  # fmt: skip
        return {"accounts": accounts, "posts": posts, "comments": comments}

    def _page(self, request: Request) -> Answer:
        with self._world.lock:
            return Answer(body=render(self._world), content_type="text/html; charset=utf-8")

    def _credentials(self, request: Request) -> Answer:
        handle = request.one("handle") or None
        return Answer(body=self._sandbox.credentials(request.one("platform"), request.one("kind"), handle))

    def _open_account(self, request: Request) -> Answer:
        form = AccountForm.model_validate_json(request.body)
        account = self._world.open_account(**form.model_dump())
        return Answer(201, {"platform": account.platform, "native_id": account.native_id, "handle": account.handle})

    def _publish(self, request: Request) -> Answer:
        return Answer(
            201, {"native_id": self._world.publish(**PostForm.model_validate_json(request.body).model_dump())}
        )

    def _comment(self, request: Request) -> Answer:
        form = CommentForm.model_validate_json(request.body)
        return Answer(201, {"native_id": self._world.comment(**form.model_dump())})

    def _edit(self, request: Request) -> Answer:
        self._world.edit(**EditForm.model_validate_json(request.body).model_dump())
        return Answer(body={"done": True})

    def _change(self, request: Request, change: Callable[[str, str], None]) -> Answer:
        form = TargetForm.model_validate_json(request.body)
        change(form.platform, form.native_id)
        return Answer(body={"done": True})

    def _mark(self, request: Request, mark: Callable[[str, str], None]) -> Answer:
        form = PersonForm.model_validate_json(request.body)
        mark(form.platform, form.handle)
        return Answer(body={"done": True})

    def _add_fault(self, request: Request) -> Answer:
        form = FaultForm.model_validate_json(request.body)
        self._world.add_fault(Fault(**form.model_dump()))
        return Answer(201, {"done": True})

    def _clear_faults(self, request: Request) -> Answer:
        self._world.faults.clear()
        return Answer(204)


def _plain(fields: dict[str, object]) -> Json:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in fields.items()}
