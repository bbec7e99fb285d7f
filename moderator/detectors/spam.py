"""Finds adverts and scams, and accounts that pose as the school or its staff.

A table of phrases, and a look at where links lead and at what the author calls himself. A link alone is weak evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from moderator.detectors.lexicon import words
from moderator.detectors.name_book import split
from moderator.detectors.phrases import Phrases, Row
from moderator.detectors.text import fold
from moderator.domain import Comment, Context, Finding, Label, School

_SPAM: tuple[Row, ...] = (
    (
        r"""crypto\w*|bitcoins?|btc|ethereum|eth|nfts?|forex|binary options
        doubl(?:e|ed|ing) (?:your|ur|my) money
        passive income|financial freedom|bad credit|cash ?app
        earn(?:ing|ed)? (?:up to )?[£$€]\d+
        (?:invest|invested|investment) (?:\w+ ){0,3}(?:profit|return|returns|platform)""",
        0.8,
        "money scheme",
    ),
    (
        r"""f4f|l4l|sub ?(?:4|for) ?sub|(?:follow|like) (?:for|4) (?:follow|like)|follow back
        (?:check|visit|see) (?:out )?my (?:\w+ )?(?:channel|page|profile|bio|store|shop)
        pics? in (?:my )?bio
        (?:free|cheap|buy|real) (?:\w+ )?followers
        dm (?:us |me )?(?:for|to) (?:collab\w*|promo\w*|prices?|orders?)""",
        0.75,
        "asks for followers",
    ),
    (r"link in (?:my |our )?bio", 0.5, "link elsewhere"),
    (
        r"""(?:click|tap) (?:on )?(?:the |this |my )?(?:link|here|below)
        (?:you|you've|you have|your child has) (?:been selected|won (?:a|an|the|£))
        (?:claim|redeem) (?:your|ur|the|a) (?:\w+ )?(?:prize|reward|gift|voucher|refund)
        (?:free|win an?|won an?) (?:\w+ )?(?:iphone|ipad|gift ?cards?|robux|v ?bucks|laptop|voucher)
        lucky winner|giveaway""",
        0.75,
        "prize or gift",
    ),
    (
        r"""\d+% off|half price|discount code|promo code|use code
        (?:order|shop|buy|book) (?:now|today)
        only \d+ left|while stocks last
        free (?:delivery|shipping|quotes?|estimates?)
        no job too (?:small|big)|fully insured
        (?:from|just|only) £\d[\d.]*
        (?:message|dm|inbox|call|text|ring|whatsapp) (?:us|now|today)""",
        0.5,
        "advert",
    ),
    (
        r"""(?:essays?|assignments?|dissertations?) (?:\w+ ){0,2}(?:help|writing|service)
        spell ?caster|herbal (?:cure|remedy|doctor)|weight ?loss|diet pills|viagra
        (?:cured|healed) (?:me )?(?:of|from)""",
        0.8,
        "quack or cheat",
    ),
    (
        r"""watch (?:\w+ ){0,3}(?:live|free) (?:here|now|online|hd|stream)
        (?:free|live) (?:hd )?streams?|iptv|fire ?sticks?
        (?:hot|lonely|single) (?:girls|dads|mums|women|singles)
        verify (?:your|the) (?:\w+ )?(?:account|login|identity|details)
        (?:password|account|login) (?:\w+ )?(?:expires?|expired|suspended)
        bank (?:details|transfer)|sort code|card details
        pay (?:\w+ )?(?:here|now|via)
        (?:reply|send|message) (?:\w+ ){0,5}(?:password|username|login|card|passport)""",
        0.75,
        "phishing or porn",
    ),
)

_LINK = re.compile(
    r"(?:https?://|www\.)\S+|(?<![\w.\-])[\w\-]{1,63}(?:\.[\w\-]{1,63}){0,5}\.(?:com|net|org|example|store|sale|live|gives|pro|vip|tv|gg|page|cash|uk|co\.uk|info|biz|xyz|shop|top|link|ly|me|io|app|site|online|club)\b(?:/\S*)?"
)
_KNOWN_SITES = re.compile(r"(?:bbc\.co\.uk|gov\.uk|nhs\.uk|\.sch\.uk|youtube\.com|youtu\.be|childline|nspcc|wikipedia)")
_OFFICE = words(
    """school primary academy office official admin head headteacher pta admissions team helpdesk it fund page
    governors kitchen trips payments reception staff deputy"""
)
_POSES: tuple[Row, ...] = (
    (
        r"""(?:mr|mrs|miss|ms) [\w-]+,? (?:here|from the (?:office|school)|on my (?:personal|private|new) (?:account|page))
        (?:this is|it's) (?:the school|(?:mr|mrs|miss|ms) [\w-]+)
        (?:official|notice|message) (?:\w+ )?from (?:the )?school
        (?:our|my|the school's) (?:new|official|private) (?:\w+ )?(?:page|account|channel|profile)
        dear (?:parents|families)
        parents (?:must|should) (?:\w+ )?(?:pay|send|confirm|reply|click|verify)""",
        0.6,
        "speaks as the school",
    ),
)
_ASKS = re.compile(
    r"\b(?:pay|payment|deposit|fee|follow|dm|message me|add me|reply|send|click|link|passwords?|login|log in|username|bank|card|"
    r"confirm|subscribe|whatsapp|account|page|email me|text me|ring me|£\s?\d)\b"
)


class Spam:
    """Adverts and scams: 0.5-0.9, a link beside such words counting most; 0.4 for a bare link."""

    name, version = "spam", "1"

    def __init__(self, school: School) -> None:
        self._phrases = Phrases(_SPAM)
        self._ours = "".join(split(school.name))

    def examine(self, comment: Comment, context: Context) -> list[Finding]:
        folded = fold(comment.text)
        links = [folded.original_span(match.span()) for match in self._links(folded.text)]
        found: list[tuple[float, tuple[int, int], str]] = []
        kinds = set()
        for seen in self._phrases.find(folded):
            kinds.add(seen.note)
            found.append((min(1.0, seen.score + 0.2 * bool(links)), seen.span, seen.note))
        found += [(0.4, span, "link") for span in links]
        if len(kinds) > 1:  # Two sorts of pitch in one comment are seldom chance.
            found = [(min(1.0, score + 0.15), span, note) for score, span, note in found]
        return [
            Finding(Label.SPAM, round(score, 2), span, self.name, self.version, comment.text[slice(*span)], note=note)
            for score, span, note in found
        ]

    def _links(self, text: str) -> Iterator[re.Match[str]]:
        for match in _LINK.finditer(text):
            before = text[match.start() - 1 : match.start()]
            if before != "@" and not _KNOWN_SITES.search(match[0]) and self._ours not in match[0]:
                yield match


class Impersonation:
    """The author's display name or words are the school's or a member of staff's, and the account is not."""

    name, version = "impersonation", "1"

    def __init__(self, school: School) -> None:
        self._allowed = {_handle(one) for one in (*school.official_accounts.values(), *school.allowed_accounts)}
        self._school = frozenset(split(school.name)) - _OFFICE
        self._staff = [split(one) for one in school.staff if len(split(one)) > 1]
        self._poses = Phrases(_POSES)

    def examine(self, comment: Comment, context: Context) -> list[Finding]:
        if _handle(comment.author.handle) in self._allowed and comment.author.handle:
            return []
        folded = fold(comment.text)
        asks = bool(_ASKS.search(folded.text))
        posing = next(iter(self._poses.find(folded)), None)
        named = self._named_like_us(comment.author.display_name)
        found: list[tuple[float, tuple[int, int] | None, str]] = []
        if named:
            score = 0.9 if asks or posing else 0.55 if named == "school" else 0.4
            found.append((score, None, f"display name like the {named}'s, on an account that is not"))
        if posing:
            found.append((0.7 if asks else 0.45, posing.span, "writes as the school or its staff"))
        return [
            Finding(
                Label.IMPERSONATION,
                score,
                span,
                self.name,
                self.version,
                comment.text[slice(*span)] if span else "",
                note=note,
            )
            for score, span, note in found
        ]

    def _named_like_us(self, shown: str) -> str:
        """ "school", "staff" or nothing. "Valley Mum" is a parent; "Valley Primary Office" would be us."""
        called = split(shown)
        if self._school and self._school <= set(called) and (_OFFICE & set(called) or set(called) == self._school):
            return "school"
        if any(called[: len(one)] == one for one in self._staff):
            return "staff"
        return ""


def _handle(handle: str) -> str:
    return fold(handle).text.strip().removeprefix("@")
