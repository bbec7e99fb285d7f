"""The second pair of eyes: a member of staff asks, another looks at the post and signs. The one way for command and page."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from moderator.by_hand.own_post import Answer
from moderator.domain import Person
from moderator.errors import ModeratorError
from moderator.store import own_posts
from moderator.store.database import Transaction
from moderator.store.own_posts import CODE_LENGTH, OwnPostCheck

LONGEST_WHY = 500


class NotSigned(ModeratorError):
    """It cannot be signed as it is; nothing was recorded."""


def digest_of(text: str, pictures: Sequence[bytes]) -> str:
    """SHA-256 over the words and each picture's own digest, in their order, in hexadecimal digits."""
    whole = hashlib.sha256(text.strip().encode("utf-8", "surrogatepass"))
    for data in pictures:
        whole.update(hashlib.sha256(data).digest())
    return whole.hexdigest()


def ask_for_sign_off(
    tx: Transaction, who: Person, text: str, pictures: Sequence[bytes], answer: Answer, at: datetime
) -> OwnPostCheck:
    """Record that this post was looked at by the program, and that a second person is asked to look."""
    return own_posts.ask(tx, OwnPostCheck(digest_of(text, pictures), at, who.name, answer.value, len(pictures)))


def sign_off(tx: Transaction, code: str, who: Person, why: str, at: datetime, *, dry_run: bool = False) -> OwnPostCheck:
    """Record that `who` looked at the post and stands for it. Signed already, it stays as it was. Raises NotSigned."""
    check = found(tx, code)
    if check.signed_at is not None:
        return check
    if check.asked_by == who.name:
        raise NotSigned(f"{who.name} asked for this, so somebody else signs: it takes two people.")
    if check.answer == Answer.DO_NOT_POST and not why.strip():
        raise NotSigned("The advice was not to post this. If it may go out all the same, say why in a few words.")
    if len(why) > LONGEST_WHY:
        raise NotSigned(f"The reason is too long: {LONGEST_WHY} characters at most.")
    return check if dry_run else own_posts.sign(tx, check, who.name, why.strip(), at)


def found(tx: Transaction, code: str) -> OwnPostCheck:
    """The one post meant by the beginning of its digest. Raises NotSigned."""
    wanted = code.strip().lower()
    matching = own_posts.find(tx, wanted) if len(wanted) >= CODE_LENGTH else []
    if len(matching) != 1:
        raise NotSigned(f"No post has the code {wanted!r}. Those that wait are listed by: moderator sign-off")
    return matching[0]
