"""A picture with a comment: a badge names a child, what must not be fetched is not, and bare skin leaves nothing behind."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from moderator.domain import Comment, Decision, Label, Ruling
from moderator.pictures.of_comments import CommentPictures
from moderator.pictures.values import Face, Line, PictureNotRead, Seen
from moderator.store import decisions, hearings
from tests.conftest import NOON
from tests.journeys.conftest import Journey

BADGE = Seen((Line("Tolliver Amberley", 0.98, (10, 10, 300, 50)),), (), 0.0)
WALL = Seen((Line("Sports day", 0.98, (10, 10, 300, 50)),), (), 0.0)
BARE = Seen((Line("Tolliver Amberley", 0.98, (10, 10, 300, 50)),), (), 0.62)


@dataclass
class Street:
    """Pictures by address; a second one that is asked for is remembered."""

    pictures: dict[str, Seen]
    fetched: list[str] = field(default_factory=list)

    def fetch(self, url: str) -> bytes:
        self.fetched.append(url)
        if url not in self.pictures:
            raise PictureNotRead("its host answered 404")
        return url.encode()

    def look(self, data: bytes) -> Seen:
        return self.pictures[data.decode()]


def looking(journey: Journey, street: Street | None) -> Journey:
    pictures = None if street is None else CommentPictures({"youtube": street}, street)
    return Journey(replace(journey.house, pictures=pictures), journey.platform)


def judged(journey: Journey, text: str, url: str) -> tuple[Comment, Decision]:
    made = journey.platform.receives(text, "c1", image_urls=(url,))
    journey.poll(NOON)
    journey.judge(NOON)
    with journey.house.database.reading() as tx:
        decision = decisions.latest(tx, journey.comment(made.native_id).id)
    assert decision is not None
    return made, decision


def test_a_badge_on_a_picture_hides_the_comment_as_a_name_in_it_would(journey: Journey) -> None:
    street = Street({"https://h/1": BADGE})
    _, decision = judged(looking(journey, street), "so proud", "https://h/1")
    assert (decision.ruling, decision.urgent) == (Ruling.HIDE, False)
    assert Label.CHILD_NAMED in decision.labels
    assert street.fetched == ["https://h/1"]


def test_a_wall_is_only_a_wall_and_what_was_not_fetched_meets_a_person(journey: Journey) -> None:
    street = Street({"https://h/1": WALL})
    assert judged(looking(journey, street), "so proud", "https://h/1")[1].ruling is Ruling.ALLOW
    journey.platform.receives("so proud", "c2", image_urls=("https://h/gone",))
    there = looking(journey, street)
    there.poll(NOON)
    there.judge(NOON)
    assert there.ruling("c2") is Ruling.QUEUE
    assert "picture 1 was not looked at: its host answered 404" in there.reasons("c2")


def test_where_the_words_hint_at_a_child_in_danger_nothing_is_fetched(journey: Journey) -> None:
    street = Street({"https://h/1": BARE})
    _, decision = judged(looking(journey, street), "send me more pics of that little girl", "https://h/1")
    assert street.fetched == []
    assert (decision.urgent, decision.ruling.gravity >= Ruling.QUEUE.gravity) == (True, True)
    assert any("a picture was not fetched" in reason for reason in decision.reasons)


def test_bare_skin_is_out_of_sight_and_urgent_and_nothing_of_the_picture_is_kept(journey: Journey) -> None:
    street = Street({"https://h/1": BARE})
    there = looking(journey, street)
    comment, decision = judged(there, "look", "https://h/1")
    assert (decision.ruling, decision.urgent) == (Ruling.HIDE, True)
    with there.house.database.reading() as tx:
        kept = hearings.findings_of(tx, [there.comment(comment.native_id).id])
    found = [each for findings in kept.values() for each in findings if each.field == "picture"]
    assert {each.label for each in found} == {Label.SAFEGUARDING, Label.SEXUAL}
    assert {(each.phrase, each.span) for each in found} == {("", None)}
    assert "Tolliver" not in str(kept)


def test_without_a_word_a_person_looks_even_where_nothing_was_found_and_a_badge_counts_all_the_same(
    journey: Journey,
) -> None:
    street = Street({"https://h/1": WALL, "https://h/2": BADGE})
    _, decision = judged(looking(journey, street), "", "https://h/1")
    assert decision.ruling is Ruling.QUEUE
    assert any("a picture without words" in reason for reason in decision.reasons)
    journey.platform.receives("", "c2", image_urls=("https://h/2",))
    there = looking(journey, street)
    there.poll(NOON)
    there.judge(NOON)
    assert there.ruling("c2") is Ruling.HIDE


def test_a_face_alone_meets_a_person_and_a_group_does_not(journey: Journey) -> None:
    faces = {f"https://h/{count}": Seen((), (Face(1.0, (0, 0, 9, 9)),) * count, 0.0) for count in (1, 2, 3, 6)}
    there = looking(journey, Street(faces))
    for count in (1, 2, 3, 6):
        journey.platform.receives("so proud", f"f{count}", image_urls=(f"https://h/{count}",))
    there.poll(NOON)
    there.judge(NOON)
    rulings = {count: there.ruling(f"f{count}") for count in (1, 2, 3, 6)}
    assert rulings == {1: Ruling.QUEUE, 2: Ruling.QUEUE, 3: Ruling.ALLOW, 6: Ruling.ALLOW}
    assert "picture 1: one face was counted on it; it may be a child's" in there.reasons("f1")


def test_nothing_is_fetched_unless_the_school_says_so(journey: Journey) -> None:
    assert judged(looking(journey, None), "so proud", "https://h/1")[1].ruling is Ruling.ALLOW
    street = Street({"https://h/1": BADGE})
    elsewhere = Journey(replace(journey.house, pictures=CommentPictures({"x": street}, street)), journey.platform)
    journey.platform.receives("so proud", "c2", image_urls=("https://h/1",))
    elsewhere.poll(NOON)
    elsewhere.judge(NOON)
    assert street.fetched == []
