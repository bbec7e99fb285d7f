"""What the stories of the queue's page begin with: cases as policy puts them before a person. All names are invented."""

from __future__ import annotations

from moderator.domain import (
    ActionKind,
    Comment,
    Decision,
    Finding,
    Label,
    Ruling,
    TaskKind,
    Verdict,
    Visibility,
    make_action,
)
from moderator.store import actions
from tests.store.made import done
from tests.web.office import Office

HTMX = {"HX-Request": "true"}
UNKIND = "Ms Rowe is an absolute muppet and Alfie Baker deserves better"
THREAT = "somebody should wait for her outside the gate"
KIND = "So proud of our Alfie Baker!"


def found(label: Label, phrase: str, text: str, score: float = 0.93) -> Finding:
    at = text.index(phrase)
    return Finding(label, score, (at, at + len(phrase)), "words", "1", phrase, note="word list")


def an_insult(office: Office, native_id: str = "c1") -> Comment:
    """An insult beside a child's name, hidden by policy and not yet sent."""
    name, insult = found(Label.CHILD_NAMED, "Alfie Baker", UNKIND, 0.97), found(Label.INSULT, "absolute muppet", UNKIND)
    said = (
        Verdict("an_insult_beside_a_childs_name", Ruling.HIDE, "insult 0.93 (limit 0.55)", (name, insult)),
        Verdict("an_insult", Ruling.HIDE, "insults somebody: insult 0.93 (limit 0.80), word list", (insult,)),
    )
    labels = (Label.CHILD_NAMED, Label.INSULT)
    return office.waits(native_id, UNKIND, Ruling.HIDE, (name, insult), verdicts=said, labels=labels)


def a_threat(office: Office, native_id: str = "u1") -> Comment:
    """Somebody may be at risk."""
    seen = (found(Label.THREAT, "wait for her", THREAT),)
    said = (Verdict("a_threat", Ruling.HIDE, "threatens: threat 0.93 (limit 0.60)", seen, urgent=True),)
    return office.waits(native_id, THREAT, Ruling.HIDE, seen, verdicts=said, labels=(Label.THREAT,), urgent=True)


def a_kind_word(office: Office) -> Comment:
    """A child named with love: hidden, and the family is to be asked."""
    seen = (found(Label.CHILD_NAMED, "Alfie Baker", KIND, 0.97),)
    asks = Verdict("kind_but_identifying", Ruling.HIDE, "kind 0.97", seen, follow_up=TaskKind.ASK_FAMILY)
    return office.waits("kind", KIND, Ruling.HIDE, seen, verdicts=(asks,), labels=(Label.CHILD_NAMED,))


def spam(office: Office, count: int) -> list[Comment]:
    """The same advert so many times, a little otherwise each time."""
    return [office.waits(f"s{index:03}", f"Buy cheap followers now at shop {index:03}") for index in range(count)]


def carried_out(office: Office, comment: Comment, kind: ActionKind, *, seen: Visibility | None = None) -> None:
    """What the daemon does with the latest decision; read back where `seen` says what was seen."""
    decision: Decision = office.latest(comment)
    action = make_action(kind, comment, decision.id, decision.person)
    with office.database.transaction() as tx:
        actions.plan(tx, decision, comment, [action], [], office.now)
    done(office.database, action, office.now)
    if seen is not None:
        with office.database.transaction() as tx:
            actions.verified(tx, action, seen, office.now, None)
