"""What was decided, newest first, with filters, a search in words, and the way back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from moderator.build import capabilities_for
from moderator.domain import POLICY, Finding, Ruling
from moderator.platforms.street import shown_name
from moderator.policy.rules import RULES
from moderator.store import actions, history, users
from moderator.store.actions import ActionState
from moderator.store.database import Transaction
from moderator.store.hearings import findings_of
from moderator.store.history import Made, Searched, Wanted
from moderator.web import telling, undoing
from moderator.web.access import Reader, Visitor
from moderator.web.asked import address, as_text, author_address, begins, day_of, ends, place_of
from moderator.web.pages import in_words, render
from moderator.web.site import Here, Site
from moderator.web.telling import Told
from moderator.web.undoing import WayBack
from moderator.web.words import WordsView, called, view_of

AT_ONCE = 25
router = APIRouter()


class Filters(BaseModel):
    """The search form, as its address carries it. What a field cannot mean asks for nothing."""

    words: str = Field(default="", max_length=200)
    platform: str = Field(default="", max_length=60)
    ruling: str = Field(default="", max_length=20)
    by: str = Field(default="", max_length=100)  # "people", "policy", or a name
    rule: str = Field(default="", max_length=60)
    author: str = Field(default="", max_length=200)
    since: str = Field(default="", max_length=20)
    until: str = Field(default="", max_length=20)  # the day itself included
    before: str = Field(default="", max_length=200)

    @property
    def fields(self) -> dict[str, str]:
        """What is asked for, less the place in the list."""
        return {name: value.strip() for name, value in self if name != "before" and value.strip()}


@dataclass(frozen=True, slots=True)
class Row:
    """One decision in the list."""

    made: Made
    who: str
    what: Told
    why: tuple[str, ...]
    outcome: Told
    words: WordsView
    author: str
    author_at: str  # the address of the author's page; "" where the platform does not say who it is
    platform: str
    back: WayBack | None  # of the latest decision on a comment


@router.get("/history")
def history_page(request: Request, site: Here, visitor: Reader, asked: Annotated[Filters, Query()]) -> Response:
    wanted = history.with_words_since(wanted_of(site, asked), site.now())
    with site.database.reading() as tx:
        found = history.made(tx, wanted, AT_ONCE + 1, place_of(asked.before))
        rows = rows_of(tx, site, visitor, found[:AT_ONCE])
        searched = history.searched(tx, wanted)
        names = [user.name for user in users.all_users(tx)]
    on = address("/history", asked.fields, before=as_text(found[AT_ONCE - 1].place)) if len(found) > AT_ONCE else ""
    return render(
        request,
        "history/page.html",
        rows=rows,
        asked=asked,
        choices=choices(site, names),
        searched=said_of(site, searched),
        older=on,
        newer=address("/history", asked.fields) if asked.before else "",
    )


def wanted_of(site: Site, asked: Filters) -> Wanted:
    return Wanted(
        platform=asked.platform,
        ruling=Ruling(asked.ruling) if asked.ruling in set(Ruling) else None,
        by="" if asked.by in ("people", POLICY) else asked.by,
        by_person={"people": True, POLICY: False}.get(asked.by),
        rule=asked.rule,
        since=begins(site, day_of(asked.since)),
        until=ends(site, day_of(asked.until)),
        author=asked.author,
        words=asked.words,
    )


def choices(site: Site, names: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """What the lists of the form offer."""
    platforms = sorted({each.account.platform for each in site.settings.accounts})
    rules = sorted(getattr(rule, "__name__", "") for rule in RULES)
    people = [(name, name) for name in names]
    return {
        "platform": [("", "Everywhere"), *((each, shown_name(each)) for each in platforms)],
        "ruling": [("", "Any decision"), *((ruling.value, telling.DECIDED[ruling]) for ruling in Ruling)],
        "by": [("", "Anybody"), ("people", "A person"), (POLICY, telling.THE_PROGRAM), *people],
        "rule": [("", "Any rule"), *((rule, rule.replace("_", " ").capitalize()) for rule in rules)],
    }


def said_of(site: Site, searched: Searched | None) -> str:
    """What a search looked through, so that nobody takes "nothing found" for "nothing there"."""
    if searched is None:
        return ""
    zone = site.settings.policy.duty.zone
    since = "" if searched.since is None else f" since {_day(searched.since.astimezone(zone).date())}"
    if searched.all_of_them:
        count = "1 decision was" if searched.decisions == 1 else f"{searched.decisions:,} decisions were"
        return f"{count} searched{since}."
    return f"Only the newest {searched.decisions:,} decisions{since} were searched. For older ones set “Until”."


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def rows_of(tx: Transaction, site: Site, visitor: Visitor, found: Sequence[Made]) -> list[Row]:
    """Everything the rows tell, read for all of them at once."""
    ids = sorted({made.comment.id for made in found})
    findings = findings_of(tx, ids) if ids else {}
    done = actions.by_decision(tx, ids)
    return [row_of(tx, site, visitor, made, findings, done.get(made.decision.id, ())) for made in found]


def row_of(
    tx: Transaction,
    site: Site,
    visitor: Visitor,
    made: Made,
    findings: Mapping[tuple[str, int], list[Finding]],
    done: Sequence[ActionState],
) -> Row:
    decision, comment = made.decision, made.comment
    seen = findings.get((comment.id, comment.version), [])
    can = capabilities_for(site.settings, comment)
    key = (comment.platform, comment.author.native_id)
    return Row(
        made=made,
        who=telling.who(decision),
        what=telling.what(decision),
        why=tuple(telling.why(decision)),
        outcome=telling.outcome(made, done, can, lambda when: in_words(site, when)),
        words=view_of(comment.text, seen),
        author=called(comment.author, seen),
        author_at=author_address(key) if key[1] else "",
        platform=shown_name(comment.platform),
        back=undoing.way_back(tx, site, visitor, comment, decision) if made.is_latest else None,
    )
