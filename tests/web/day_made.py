"""A school after a day of it: something of everything that a page can show, in words that may be given. All names are invented.

What reads every page of the site begins here: `a_day(office)` fills the store, and `pages(office, day)` are the addresses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from moderator.by_hand.own_post import IDENTIFIABLE, Answer
from moderator.by_hand.sign_off import LONGEST_WHY, ask_for_sign_off, sign_off
from moderator.domain import (
    Account,
    ActionKind,
    Author,
    Comment,
    Finding,
    Label,
    Person,
    Post,
    Ruling,
    Task,
    TaskKind,
    Verdict,
    Visibility,
)
from moderator.platforms.base import Page
from moderator.policy.authority import Role
from moderator.reports.way_out import WayOut, token_of
from moderator.review import ban_as, decide_as
from moderator.store import (
    accounts,
    alerts,
    authors,
    bans,
    comments,
    decisions,
    desk,
    evidence,
    links,
    own_posts,
    passkeys,
    pushes,
    tasks,
    users,
)
from moderator.store.database import Transaction
from moderator.store.own_posts import OwnPostFinding
from moderator.store.passkeys import Passkey
from moderator.store.pushes import Subscription
from tests.store.made import ACCOUNT, DAY, MINUTE, NOON, a_comment, a_decision
from tests.web.office import NAMES, Office
from tests.web.queue_made import KIND, THREAT, UNKIND, carried_out, found

MORE = """
[[accounts]]
id = "dojo"
platform = "classdojo"
handle = "Valewood Primary"
[weekly]
to = ["Mrs Ravenscroft <head@valewood.example>", "Mr Oyelaran <deputy@valewood.example>"]
[mail]
host = "mail.valewood.example"
sender = "Moderator <moderator@valewood.example>"
reply_to = "Mr Kowalczyk <it@valewood.example>"
"""
"""Settings of such a school, beside those of every office."""

Said = Callable[[str], str]
"""What stands somewhere: given the plain words for it, the words to use."""

PARENTS = (
    ("u-pat", "@pat", "Pat Larkin"),
    ("u-jo", "@jo_reads", "Jo Bannister"),
    ("u-sam", "@sam.t", "Sam Tarrant"),
    ("u-kit", "@kitofthehill", "Kit Ashworth"),
)
ADVERT = "Buy cheap followers now at shop {} https://followers.example/now?x=1"
FAIR = "What time does the fair begin on Saturday?\nAnd is there somewhere to park?"
COMPLAINT = "Nobody answered my three emails about the broken fence. That is not good enough."


def as_it_is(words: str) -> str:
    return words


@dataclass(frozen=True)
class Day:
    """What was made, for the addresses of the pages."""

    insult: Comment
    threat: Comment
    kind: Comment
    asked: Comment
    advert: Comment
    answer: Comment
    hidden: Comment
    ban_id: str
    alert: int
    user_id: str
    passkey: str
    pause: str


def author(index: int, say: Said) -> Author:
    native_id, handle, name = PARENTS[index % len(PARENTS)]
    return Author(native_id, say(handle), say(name))


def put(
    office: Office,
    native_id: str,
    text: str,
    seen: Sequence[Finding] = (),
    said: Sequence[Verdict] = (),
    ruling: Ruling = Ruling.QUEUE,
    *,
    who: int = 0,
    say: Said = as_it_is,
    urgent: bool = False,
    **changes: object,
) -> Comment:
    """A comment that came just now, under the day's post, and what policy decided on it."""
    labels = tuple(dict.fromkeys(each.label for each in seen))
    comment = a_comment(native_id, text, author=author(who, say), posted_at=office.now - MINUTE, **changes)
    with office.database.transaction() as tx:
        (received,) = receive(tx, office, comment, say)
        decision = a_decision(received, ruling, at=office.now, verdicts=tuple(said), labels=labels, urgent=urgent)
        decisions.record(tx, replace(decision, reasons=(say("somebody is named"),)), tuple(seen))
    return received


def receive(tx: Transaction, office: Office, comment: Comment, say: Said) -> list[Comment]:
    words = say("Sports day! Thank you to everybody who came and cheered.")
    post = Post("p1", words, NOON - DAY, "https://www.youtube.com/watch?v=p1", 3)
    return comments.receive(tx, ACCOUNT, "comments", Page(comments=(comment,), posts=(post,), cursor=None), office.now)


def an_insult(office: Office, native_id: str, say: Said = as_it_is, who: int = 1) -> Comment:
    """It names a child beside an insult; both are masked, and it is hidden."""
    text = say(UNKIND) if "Alfie Baker" in say(UNKIND) else f"{UNKIND} {say('')}"
    seen = (found(Label.CHILD_NAMED, "Alfie Baker", text, 0.97), found(Label.INSULT, "absolute muppet", text))
    said = (
        Verdict("an_insult_beside_a_childs_name", Ruling.HIDE, "insult 0.93 (limit 0.55)", seen, strike=True),
        Verdict("an_insult", Ruling.HIDE, "insults somebody: insult 0.93 (limit 0.80), word list", seen[1:]),
    )
    return put(office, native_id, text, seen, said, Ruling.HIDE, who=who, say=say)


def a_threat(office: Office, native_id: str, say: Said = as_it_is) -> Comment:
    text = f"{THREAT} {say('')}".strip()
    seen = (found(Label.THREAT, "wait for her", text),)
    said = (Verdict("a_threat", Ruling.HIDE, "threatens: threat 0.93 (limit 0.60)", seen, urgent=True),)
    return put(office, native_id, text, seen, said, Ruling.HIDE, who=2, say=say, urgent=True)


def a_kind_word(office: Office, native_id: str, say: Said = as_it_is) -> Comment:
    text = f"{KIND} {say('')}".strip()
    seen = (found(Label.CHILD_NAMED, "Alfie Baker", text, 0.97),)
    asks = Verdict("kind_but_identifying", Ruling.HIDE, "kind 0.97", seen, follow_up=TaskKind.ASK_FAMILY)
    return put(office, native_id, text, seen, (asks,), Ruling.HIDE, who=3, say=say)


def an_advert(office: Office, number: int, say: Said = as_it_is) -> Comment:
    text = ADVERT.format(f"{number:03}")
    seen = (found(Label.SPAM, "Buy cheap followers", text, 0.8),)
    said = (Verdict("spam", Ruling.QUEUE, "advertises: spam 0.80 (limit 0.60)", seen),)
    return put(office, f"ad{number}", f"{text} {say('')}".strip(), seen, said, who=2, say=say)


def a_complaint(office: Office, native_id: str, say: Said = as_it_is) -> Comment:
    text = f"{COMPLAINT} {say('')}".strip()
    seen = (found(Label.COMPLAINT, "not good enough", text, 0.7),)
    said = (Verdict("criticism_of_the_school", Ruling.QUEUE, "criticises the school", seen),)
    return put(office, native_id, text, seen, said, who=0, say=say)


def a_day(office: Office, say: Said = as_it_is, adverts: int = 3) -> Day:
    """Fill the store; the office's clock goes on by the way to the evening of that day."""
    _read(office, say)
    threat, insult, kind = a_threat(office, "u1", say), an_insult(office, "c1", say), a_kind_word(office, "k1", say)
    hidden = an_insult(office, "c2", say)
    asked = put(office, "q1", say(FAIR), say=say, who=3)
    answer = put(
        office, "q2", say("At ten, I think"), say=say, parent_native_id="q1", image_urls=("https://youtube.example/a",)
    )
    a_complaint(office, "co1", say)
    advert, *_ = [an_advert(office, number, say) for number in range(adverts)]
    carried_out(office, hidden, ActionKind.HIDE, seen=Visibility.HIDDEN)
    with office.database.transaction() as tx:
        alert = alerts.raise_new(tx, office.now, timedelta(minutes=2))[0].number
    user_id, passkey = _people(office, say)
    _edited(office, answer, say)
    ban_id = _decided(office, hidden, insult, advert, say)
    _by_hand(office, hidden, kind, say)
    a_post_of_our_own(office, say)
    pause = token_of(office.settings.audit_key, WayOut("head@valewood.example", "weekly"), office.now)
    days = (insult, threat, kind, asked, advert, answer, hidden)
    return Day(*days, ban_id, alert, user_id, passkey, pause)


def _read(office: Office, say: Said) -> None:
    """The accounts were read a week ago and a moment ago; one stands still."""
    dojo = Account("dojo", "classdojo", "Valewood Primary", "")
    with office.database.transaction() as tx:
        accounts.remember(tx, dojo)
        for back in (10 * DAY, 2 * DAY, MINUTE):
            comments.mark_read(tx, ACCOUNT.id, "comments", office.now - back, None)
        comments.mark_read(tx, "dojo", "mail", office.now, say("The mailbox did not answer"))


def _people(office: Office, say: Said) -> tuple[str, str]:
    for role in (Role.HEAD, Role.DEPUTY, Role.STAFF, Role.IT):
        office.sign_in(role)
    with office.database.transaction() as tx:
        name = "".join(letter for letter in say("Mr Tolliver") if letter.isprintable())[:60]
        added = users.add(tx, name, Role.STAFF, NAMES[Role.IT], office.now)
        head = users.find(tx, NAMES[Role.HEAD])
        assert head is not None
        for number in range(2):
            device = Passkey(f"key{number}", head.id, "cGs", 0, ("internal",), say("iPhone, Safari"), office.now)
            passkeys.add(tx, device, head.name)
        key = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
        pushes.subscribe(tx, Subscription("https://push.example/1", key, "a" * 22, head.name, Role.HEAD), office.now)
    return added.id, "key0"


def _edited(office: Office, comment: Comment, say: Said) -> None:
    changed = replace(comment, text=say("At ten. Sorry, at eleven!"), edited_at=office.now + MINUTE)
    office.later(2 * MINUTE)
    with office.database.transaction() as tx:
        (received,) = receive(tx, office, changed, say)
        decisions.record(tx, a_decision(received, Ruling.QUEUE, at=office.now))


def _decided(office: Office, hidden: Comment, insult: Comment, advert: Comment, say: Said) -> str:
    """Two answers, a ban in force and one that was lifted, strikes, notes, linked accounts, a proposal, a case passed on."""
    head, deputy, staff = (Person(NAMES[role]) for role in (Role.HEAD, Role.DEPUTY, Role.STAFF))
    why, jo, pat = say("insults, three times"), ("youtube", "u-jo"), ("youtube", "u-pat")
    with office.database.transaction() as tx:
        people = users.people(tx, office.settings.people)
        mode, at = office.settings.mode, office.now
        agreed = replace(a_decision(hidden, Ruling.HIDE, deputy.name, at, mode=mode), reasons=(why,))
        decide_as(tx, people, deputy, agreed)
        first = ban_as(tx, people, head, hidden, ActionKind.BLOCK, until=at + DAY, why=why, mode=mode, at=at)
        bans.lift(tx, first.id, deputy, at + MINUTE, why, mode)
        ban = ban_as(
            tx, people, head, hidden, ActionKind.BLOCK, until=at + 30 * DAY, why=why, mode=mode, at=at + 2 * MINUTE
        )
        authors.note(tx, jo, say("Came to the office and was kind."), staff, at)
        links.link(tx, jo, pat, head, at)
        desk.propose(tx, insult, Ruling.HIDE, staff, at, say("a row at the gate"))
        desk.pass_on(tx, advert, Role.DEPUTY, head, at, say("my own neighbour"))
        evidence.capture(tx, insult, at, head.name)
    return ban.id


def _by_hand(office: Office, hidden: Comment, kind: Comment, say: Said) -> None:
    """What a person must do: two things about an author, and a message to a family."""
    by_hand = (
        (hidden, TaskKind.BLOCK, "https://www.youtube.com/channel/UC2", ""),
        (kind, TaskKind.ASK_FAMILY, "", say("Thank you for your kind words about sports day.")),
        (hidden, TaskKind.MUTE, say("https://elsewhere.example/pat"), ""),
    )
    steps, why = say("Open the profile, then Block."), say("the API has no way")
    with office.database.transaction() as tx:
        for comment, which, url, message in by_hand:
            task = Task(f"task-{comment.native_id}-{which}", comment, which, steps, why, url, message)
            tasks.open_task(tx, task, office.now)


def a_post_of_our_own(office: Office, say: Said = as_it_is) -> None:
    """One that is out and names a pupil, one that waits for a second pair of eyes, and one that has been signed off."""
    post = Post("p7", say("Well done to Alfie Baker!"), NOON - DAY, "https://www.youtube.com/watch?v=p7")
    form, remarks = own_posts.form_of_words(post), ((say("this is a pupil's name"), say(IDENTIFIABLE)),)
    with office.database.transaction() as tx:
        comments.receive(tx, ACCOUNT, "comments", Page((), (post,)), office.now)
        own_posts.keep(tx, OwnPostFinding(ACCOUNT.id, post, form, office.now, "do not post", remarks))
        staff, head = Person(NAMES[Role.STAFF]), Person(NAMES[Role.HEAD])
        for words, answer in (
            ("Our fair", Answer.LOOK_TWICE),
            ("Alfie!", Answer.DO_NOT_POST),
            ("Our play", Answer.FINE),
        ):
            asked = ask_for_sign_off(tx, staff, words, [], answer, office.now)
        sign_off(tx, asked.code, head, say("seen together")[:LONGEST_WHY], office.now)


def pages(day: Day) -> dict[str, tuple[str, ...]]:
    """By the path of its route, where each page is to be seen."""
    case, author_at = f"/triage/{day.insult.id}", "/authors/youtube/u-jo"
    return {
        "/triage": ("/triage", "/triage?said=back"),
        "/triage/{comment_id}": (
            case,
            f"/triage/{day.threat.id}",
            f"/triage/{day.hidden.id}",
            f"/triage/{day.answer.id}",
        ),
        "/triage/{comment_id}/like": (f"/triage/{day.asked.id}/like",),
        "/triage/{comment_id}/like/{by}": (f"/triage/{day.asked.id}/like/author",),
        "/triage/{comment_id}/block": (f"{case}/block",),
        "/triage/{comment_id}/family": (f"/triage/{day.kind.id}/family",),
        "/triage/{comment_id}/pass": (f"{case}/pass",),
        "/triage/{comment_id}/later": (f"{case}/later",),
        "/triage/{comment_id}/correct": (f"{case}/correct",),
        "/alerts/{number}": (f"/alerts/{day.alert}",),
        "/history": ("/history", "/history?words=nothing-like-it", "/history?by=people"),
        "/comments/{comment_id}": tuple(f"/comments/{each.id}" for each in (day.insult, day.hidden, day.answer)),
        "/comments/{comment_id}/handover": (f"/comments/{day.threat.id}/handover",),
        "/authors/{platform}/{native_id:path}": (author_at, "/authors/youtube/u-pat"),
        "/authors/ban": ("/authors/ban?platform=youtube&author=u-jo",),
        "/authors/lift": (f"/authors/lift?ban={day.ban_id}",),
        "/tasks": ("/tasks",),
        "/audit": ("/audit", "/audit?event=decided"),
        "/audit/download": ("/audit/download",),
        "/paste": ("/paste",),
        "/check-post": ("/check-post", "/check-post?done=signed"),
        "/health": ("/health",),
        "/reports": ("/reports",),
        "/reports/{week}": ("/reports/2026-W46",),
        "/reports/pause/{token}": (f"/reports/pause/{day.pause}", "/reports/pause/none"),
        "/rules": ("/rules",),
        "/rules/try/{label}": ("/rules/try/insult", "/rules/try/insult?queue=0.2&hide=0.95"),
        "/settings": ("/settings",),
        "/push": ("/push",),
        "/more": ("/more",),
        "/offline": ("/offline",),
        "/me": ("/me",),
        "/me/code": ("/me/code",),
        "/me/passkeys/new": ("/me/passkeys/new",),
        "/me/passkeys/{credential_id}": (f"/me/passkeys/{day.passkey}",),
        "/me/passkeys/{credential_id}/remove": (f"/me/passkeys/{day.passkey}/remove",),
        "/users": ("/users",),
        "/users/new": ("/users/new",),
        "/users/{user_id}": (f"/users/{day.user_id}",),
        "/users/{user_id}/invite": (f"/users/{day.user_id}/invite",),
        "/users/{user_id}/end": (f"/users/{day.user_id}/end",),
        "/confirm": ("/confirm",),
    }


STRANGERS = {"/sign-in": ("/sign-in",), "/recover": ("/recover",), "/welcome/{token}": ("/welcome/none",)}
"""Pages of those who are not signed in."""
NO_PAGES = {
    "/": "leads on to the first tab",
    "/alerts": "leads on to the newest alert",
    "/welcome": "leads on from an invitation",
    "/manifest.webmanifest": "for the browser",
    "/sw.js": "for the browser",
    "/shell.json": "for the service worker",
    "/waiting": "a count",
    "/healthz": "for machines",
    "/static/{digest}/{name}": "scripts and icons",
    "/triage/live": "stands in the queue's page",
    "/triage/done": "stands in the queue's page",
    "/triage/{comment_id}/words": "stands in the queue's page",
}
