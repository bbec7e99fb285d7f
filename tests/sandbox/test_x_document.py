"""Every answer of the sandbox's X is one that X's own OpenAPI document allows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from moderator.sandbox.faults import Fault
from moderator.sandbox.server import Sandbox
from tests.sandbox.conftest import SCHOOL_X_ID

pytestmark = pytest.mark.needs_shared

EVERY_FIELD = (
    "attachments,author_id,conversation_id,created_at,display_text_range,edit_history_tweet_ids,entities,id,"
    "in_reply_to_user_id,lang,note_tweet,possibly_sensitive,public_metrics,referenced_tweets,reply_settings,text"
)
EVERY_EXPANSION = "author_id,attachments.media_keys,referenced_tweets.id,in_reply_to_user_id,entities.mentions.username"
ALL = {
    "tweet.fields": EVERY_FIELD,
    "expansions": EVERY_EXPANSION,
    "media.fields": "url,type,width,height",
    "user.fields": "created_at,public_metrics,verified,protected,description",
}

Validate = Callable[[str, str, httpx.Response], dict[str, Any]]


@pytest.fixture(scope="session")
def document(shared_dir: Path) -> dict[str, Any]:
    text = (shared_dir / "specs" / "x-openapi-2.166.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return _closed(loaded)


@pytest.fixture
def validate(document: dict[str, Any]) -> Validate:
    """Checks an answer against what the document says of (path, verb); gives the body."""

    def check(path: str, verb: str, answer: httpx.Response) -> dict[str, Any]:
        answers = document["paths"][path][verb]["responses"]
        content = answers["200" if answer.status_code == 200 else "default"]["content"]
        schema = content[answer.headers["content-type"].partition(";")[0]]["schema"]
        body: dict[str, Any] = answer.json()
        _check({**schema, "components": document["components"]}, body)
        return body

    return check


@pytest.fixture
def post(sandbox: Sandbox) -> str:
    """A post with all that can stand under one."""
    world = sandbox.world
    post = world.publish("x", "Sports day! #proud see https://example.org/day")
    first = world.comment("x", post, "Well done & <3 @nana_jo #go", handle="@nana_jo", display_name="Jo")
    world.comment("x", post, "long " * 100, handle="@uncle_bo", reply_to=first)
    world.comment("x", post, "look", handle="@uncle_bo", image_url="https://pbs.twimg.com/media/a.jpg")
    return post


def ask(sandbox: Sandbox, method: str, path: str, **options: Any) -> httpx.Response:
    token = sandbox.credentials("x", kind="oauth2")["access_token"]
    return httpx.request(method, sandbox.x_base + path, headers={"Authorization": f"Bearer {token}"}, **options)


def test_reading_posts(sandbox: Sandbox, validate: Validate, post: str) -> None:
    mine = f"/2/users/{SCHOOL_X_ID}"
    page = {**ALL, "max_results": "5"}
    query = {**ALL, "query": f"conversation_id:{post}"}

    mentions = validate("/2/users/{id}/mentions", "get", ask(sandbox, "GET", f"{mine}/mentions", params=page))
    posts = validate("/2/users/{id}/tweets", "get", ask(sandbox, "GET", f"{mine}/tweets", params=page))
    found = validate("/2/tweets/search/recent", "get", ask(sandbox, "GET", "/2/tweets/search/recent", params=query))
    looked_up = {**ALL, "ids": f"{post},5"}
    lookup = validate("/2/tweets", "get", ask(sandbox, "GET", "/2/tweets", params=looked_up))

    assert (len(mentions["data"]), len(posts["data"]), len(found["data"])) == (3, 1, 4)
    assert set(mentions["includes"]) == {"users", "media", "tweets"}
    assert len(lookup["errors"]) == 1


def test_pages_that_go_on_and_pages_that_are_empty(sandbox: Sandbox, validate: Validate, post: str) -> None:
    for n in range(6):
        sandbox.world.comment("x", post, f"comment {n}", handle="@nana_jo")
    path = f"/2/users/{SCHOOL_X_ID}/mentions"

    page = validate("/2/users/{id}/mentions", "get", ask(sandbox, "GET", path, params={"max_results": "5"}))
    newest = {"since_id": page["meta"]["newest_id"]}
    empty = validate("/2/users/{id}/mentions", "get", ask(sandbox, "GET", path, params=newest))

    assert "next_token" in page["meta"]
    assert "data" not in empty


@pytest.mark.usefixtures("post")
def test_people(sandbox: Sandbox, validate: Validate) -> None:
    nana = sandbox.world.person("x", "@nana_jo").native_id
    mine = f"/2/users/{SCHOOL_X_ID}"
    sandbox.world.block("x", "@uncle_bo")

    validate("/2/users/me", "get", ask(sandbox, "GET", "/2/users/me", params={"user.fields": ALL["user.fields"]}))
    validate("/2/users", "get", ask(sandbox, "GET", "/2/users", params={"ids": f"{nana},5"}))
    muted = ask(sandbox, "POST", f"{mine}/muting", json={"target_user_id": nana})
    assert validate("/2/users/{id}/muting", "post", muted)["data"] == {"muting": True}
    validate("/2/users/{id}/muting", "get", ask(sandbox, "GET", f"{mine}/muting"))
    validate("/2/users/{id}/blocking", "get", ask(sandbox, "GET", f"{mine}/blocking"))
    unmuted = ask(sandbox, "DELETE", f"{mine}/muting/{nana}")
    validate("/2/users/{source_user_id}/muting/{target_user_id}", "delete", unmuted)


def test_hiding(sandbox: Sandbox, validate: Validate, post: str) -> None:
    comment = sandbox.world.comment("x", post, "rude", handle="@nana_jo")

    hidden = ask(sandbox, "PUT", f"/2/tweets/{comment}/hidden", json={"hidden": True})

    assert validate("/2/tweets/{tweet_id}/hidden", "put", hidden)["data"] == {"hidden": True}


def test_refusals_are_problems(sandbox: Sandbox, validate: Validate, post: str) -> None:
    path, documented = f"/2/users/{SCHOOL_X_ID}/mentions", "/2/users/{id}/mentions"
    hide = "/2/tweets/{tweet_id}/hidden"
    statuses = []
    for kind in ("rate_limited", "usage_cap", "token_revoked", "forbidden"):
        sandbox.world.add_fault(Fault("x", kind))
        answer = ask(sandbox, "GET", path)
        validate(documented, "get", answer)
        statuses.append(answer.status_code)
    invalid = ask(sandbox, "GET", path, params={"max_results": "1000"})
    own = ask(sandbox, "PUT", f"/2/tweets/{post}/hidden", json={"hidden": True})
    unknown = ask(sandbox, "PUT", "/2/tweets/5/hidden", json={"hidden": True})
    validate(documented, "get", invalid)
    validate(hide, "put", own)
    assert unknown.json()["type"].endswith("/resource-not-found")

    assert statuses == [429, 429, 401, 403]
    assert (invalid.status_code, own.status_code, unknown.status_code) == (400, 403, 404)


def test_the_check_itself_sees_a_slip(document: dict[str, Any]) -> None:
    schema = {"$ref": "#/components/schemas/Get2UsersIdMentionsResponse", "components": document["components"]}
    slips: list[dict[str, Any]] = [
        {"data": []},
        {"data": [{"id": "not a number", "text": "hi"}]},
        {"data": [{"id": "5", "text": "hi", "autor_id": "7"}]},
        {"data": [{"id": "5", "text": "hi", "entities": {"mentions": [{"start": 0, "end": 3}]}}]},
        {
            "data": [
                {"id": "5", "text": "hi", "entities": {"hashtags": [{"start": 0, "end": 3, "tag": "a", "tog": "b"}]}}
            ]
        },
        {"includes": {"media": [{"type": "photo", "media_key": "3_5", "uri": "https://example.org/a.jpg"}]}},
        {"errors": [{"type": "https://api.twitter.com/2/problems/resource-not-found", "title": "Not Found Error"}]},
    ]

    for slip in slips:
        with pytest.raises(jsonschema.ValidationError):
            _check(schema, slip)


def _check(schema: dict[str, Any], body: object) -> None:
    jsonschema.Draft202012Validator(schema).validate(body)


def _closed(document: dict[str, Any]) -> dict[str, Any]:
    """The document as JSON Schema, strict where OpenAPI is not.

    Objects are closed to names they do not list, so that a misspelt field is seen; discriminators are carried out.
    Problems stay open: X sends more in them than it lists ("product_name" with a usage cap).
    """
    schemas = document["components"]["schemas"]
    joined = {name for schema in schemas.values() for name in _joined(schema)}
    strict = {
        name: schema if name.endswith("Problem") else _strict(schema, schemas, name in joined)
        for name, schema in schemas.items()
    }
    return {"paths": _strict(document["paths"], schemas), "components": {"schemas": strict}}


def _strict(part: Any, schemas: dict[str, Any], is_joined: bool = False) -> Any:
    """`is_joined`: part of an allOf, which closes the whole."""
    if isinstance(part, list):
        return [_strict(inner, schemas) for inner in part]
    if not isinstance(part, dict):
        return part
    if "discriminator" in schemas.get(_name(part), {}):
        return {"allOf": [part, *_told_apart(schemas[_name(part)]["discriminator"])]}
    strict = {name: _strict(inner, schemas) for name, inner in part.items() if name != "allOf"}
    if "allOf" in part:
        parts = [inner if "$ref" in inner else _strict(inner, schemas, is_joined=True) for inner in part["allOf"]]
        return {**strict, "allOf": parts, **({} if is_joined else {"unevaluatedProperties": False})}
    is_object = part.get("type") == "object" and isinstance(part.get("properties"), dict)
    if is_object and not is_joined and "discriminator" not in part:
        strict["additionalProperties"] = False
    return strict


def _told_apart(discriminator: dict[str, Any]) -> list[dict[str, Any]]:
    """Which schema holds for which kind."""
    name = discriminator["propertyName"]
    return [
        {"if": {"properties": {name: {"const": kind}}, "required": [name]}, "then": {"$ref": schema}}
        for kind, schema in discriminator["mapping"].items()
    ]


def _joined(part: Any) -> set[str]:
    """The names of the schemas that others take in by allOf."""
    if isinstance(part, list):
        return {name for inner in part for name in _joined(inner)}
    if not isinstance(part, dict):
        return set()
    here = {_name(inner) for inner in part.get("allOf", []) if isinstance(inner, dict) and "$ref" in inner}
    return here | {name for inner in part.values() for name in _joined(inner)}


def _name(part: dict[str, Any]) -> str:
    reference = part.get("$ref")
    return reference.rpartition("/")[2] if isinstance(reference, str) else ""
