"""What is read of a comment that is too long to be read whole: its beginning and its end. It then goes before a person.

Every detector takes time in step with length, and anybody may paste a book under a post. Instagram takes 2,200 characters,
YouTube 10,000, and X 25,000 from those who pay; but one comment in a hundred has 500, so what is cut here is rare.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from moderator.domain import TEXT, Comment, Context, Finding, Mention

READ_WHOLE = 5_000
"""Characters up to which a comment is read whole."""

READ_FIRST, READ_LAST = 4_000, 999
"""Characters read at the beginning and at the end of a longer one; a line break joins them."""

READ_NAME = 200
"""Characters read of a display name; no platform allows more than 100."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What is read of `whole`, as a comment, and why a person must read the rest; `unread` is empty where there is none."""

    comment: Comment
    whole: Comment
    unread: tuple[str, ...] = ()

    def placed(self, finding: Finding) -> Finding:
        """The finding with its span in the whole comment's text. What spans the cut is told up to there."""
        if len(self.whole.text) <= READ_WHOLE or finding.span is None or finding.field != TEXT:
            return finding
        start, end = finding.span
        if start < READ_FIRST:
            end = min(end, READ_FIRST)
        else:
            left_out = len(self.whole.text) - len(self.comment.text)
            start, end = max(start, READ_FIRST + 1) + left_out, end + left_out
        return replace(finding, span=(start, end), phrase=self.whole.text[start:end])


def excerpt(comment: Comment) -> Excerpt:
    """What is read of a comment: most often all of it."""
    name, text = comment.author.display_name, comment.text
    read, unread = comment, []
    if len(name) > READ_NAME:
        unread.append(f"its author's name is longer than is read (the first {READ_NAME} of {len(name)} characters)")
        read = replace(read, author=replace(read.author, display_name=name[:READ_NAME]))
    if len(text) > READ_WHOLE:
        unread.append(
            f"longer than is read (the first {READ_FIRST} and the last {READ_LAST} of {len(text)} characters)"
        )
        read = replace(
            read,
            text=f"{text[:READ_FIRST]}\n{text[-READ_LAST:]}",
            mentions=_mentions(comment),
            reply_prefix=min(comment.reply_prefix, READ_FIRST),
        )
    return Excerpt(read, comment, tuple(unread))


def shortened(context: Context) -> Context:
    """The context with an excerpt of every long text in it; each comment of the thread is judged by itself as well."""
    post = context.post
    if post and len(post.text) > READ_WHOLE:
        post = replace(post, text=post.text[:READ_FIRST])
    return Context(post, tuple(excerpt(each).comment for each in context.thread))


def _mentions(comment: Comment) -> tuple[Mention, ...]:
    """Those that stand whole in what is read, in their places there."""
    tail = len(comment.text) - READ_LAST
    left_out = tail - READ_FIRST - 1
    first = (each for each in comment.mentions if each.end <= READ_FIRST)
    last = (
        replace(each, start=each.start - left_out, end=each.end - left_out)
        for each in comment.mentions
        if each.start >= max(tail, comment.reply_prefix)
    )
    return (*first, *last)
