"""Finds adverts and scams.

A table of phrases, and a look at where links lead. A link alone is weak evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from moderator.detectors.name_book import split
from moderator.detectors.phrases import Phrases, Row, Seen
from moderator.detectors.text import fold
from moderator.domain import Comment, Context, Finding, Label, School

_SPAM: tuple[Row, ...] = (
    (
        r"""(?:crypto\w*|bitcoins?|btc|ethereum|nfts?|forex|binary options)(?! (?:lesson|assembly|workshop|talk|homework|art))
        doubl(?:e|ed|ing) (?:your|ur|my) money
        earn(?:ing|ed)? up to [£$€]\d[\d,]{2,}
        earn(?:ing|ed)? [£$€][\d,.]+k? (?:an?|per|every|each) (?:hour|day|week|month)
        earn(?:ing|ed)? [£$€][\d,.]+k? (?:\w+ )?(?:daily|weekly|monthly|online|from home)
        (?:invest|invested) (?:\w+ ){0,3}(?:profits?|returns?)""",
        0.8,
        "money scheme",
    ),
    (
        r"""eth|passive income|financial freedom|bad credit|cash ?app
        investment (?:\w+ ){0,3}(?:profit|return|returns|platform)""",
        0.75,
        "talk of money schemes",
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
        (?:free|won an?) (?:\w+ )?(?:iphone|ipad|gift ?cards?|robux|v ?bucks)
        (?:free|win|won) (?:an? )?(?:£\d+ )(?:\w+ )?(?:gift ?cards?|vouchers?)""",
        0.75,
        "prize or gift",
    ),
    (
        r"""(?:free|win an?|won an?) (?:\w+ )?(?:iphone|ipad|gift ?cards?|robux|v ?bucks|laptop|voucher)
        lucky winner|giveaway""",
        0.5,
        "prize, as at a raffle",
    ),
    (
        r"""\d+% off|half price|discount code|promo code|use code
        (?:order|shop|buy|book) (?:now|today)
        only \d+ left|while stocks last
        free (?:delivery|shipping|quotes?|estimates?)
        no job too (?:small|big)|fully insured
        (?:from|just|only) £\d[\d.]*
        earn(?:ing|ed)? [£$€]\d+
        (?:message|dm|inbox|call|text|ring|whatsapp) (?:us|now|today)""",
        0.5,
        "advert",
    ),
    (
        r"""(?:essays?|assignments?|dissertations?) (?:\w+ ){0,2}(?:help|writing|service)
        weight ?loss""",
        0.75,
        "may be quack or cheat",
    ),
    (
        r"""spell ?caster|herbal (?:cure|remedy|doctor)|diet pills|viagra
        (?:cured|healed) (?:me (?:of|from)|(?:of|from) (?:herpes|hiv|hepatitis|fibroids|impotence))""",
        0.8,
        "quack or cheat",
    ),
    (
        r"""watch (?:\w+ ){0,3}free (?:here|now|online|hd|stream)
        free (?:hd )?streams?|iptv
        (?:hot|lonely) (?:girls|dads|mums|women|singles)
        single (?:girls|dads|mums|women) (?:\w+ )?(?:near|in your|looking|waiting)
        verify (?:your|the) (?:\w+ )?(?:account|login|identity|details)
        (?:your|ur) (?:\w+ ){0,2}(?:password|account|login) (?:\w+ ){0,2}(?:expires?|expired|suspended)
        (?:send|confirm|update|enter|give) (?:us |me )?(?:your|ur) (?:\w+ )?(?:bank|card|account) details
        (?:reply|send|message) (?:\w+ ){0,5}(?:password|username)
        (?:reply|send|message) (?:\w+ ){0,4}(?:your|ur) (?:\w+ ){0,2}(?:login|card|passport)""",
        0.75,
        "phishing or porn",
    ),
    (
        r"""watch (?:\w+ ){0,3}live (?:here|now|online|hd|stream)
        live (?:hd )?streams?|fire ?sticks?
        (?:password|account|login) (?:\w+ )?(?:expires?|expired|suspended)
        bank (?:details|transfer)|sort code|card details
        pay (?:\w+ )?(?:here|now|via)""",
        0.5,
        "payments, logins and streams, which parents ask about too",
    ),
)
_TELLING, _STRONG = 0.75, 0.8
_UNSURE = 0.85
"""The most that one telling phrase amounts to, whatever stands beside it: parents ask about links that fail."""

_WARNS = re.compile(
    r"\b(?:beware|warning|watch\sout|don'?t\sclick|do\snot\sclick|(?:scam|fake|hoax)\s(?:text|e-?mail|message|page|account|link|going)s?|"
    r"phishing|action\s?fraud)\b"
)
"""Somebody tells others of a scam, in its own words."""
_LINK = re.compile(
    r"(?:https?://|www\.)\S+|(?<![\w.\-])[\w\-]{1,63}(?:\.[\w\-]{1,63}){0,5}\.(?:com|net|org|example|store|sale|live|gives|pro|vip|tv|gg|page|cash|uk|co\.uk|info|biz|xyz|shop|top|link|ly|me|io|app|site|online|club)\b(?:/\S*)?"
)
_KNOWN_SITES = re.compile(r"(?:bbc\.co\.uk|gov\.uk|nhs\.uk|\.sch\.uk|youtube\.com|youtu\.be|childline|nspcc|wikipedia)")


class Spam:
    """Adverts and scams: 0.5-0.85, a link or another sort of pitch beside such words counting more; over that only where two
    different phrases tell, or one of a money scheme or a quack; 0.4 for a bare link.
    """

    name, version = "spam", "2"

    def __init__(self, school: School) -> None:
        self._phrases = Phrases(_SPAM)
        self._ours = "".join(split(school.name))

    def examine(self, comment: Comment, context: Context) -> list[Finding]:
        folded = fold(comment.text)
        links = [folded.original_span(match.span()) for match in self._links(folded.text)]
        seen = list(self._phrases.find(folded))
        kinds = {one.note for one in seen}
        # Two sorts of pitch in one comment are seldom chance.
        more = 0.2 * bool(links) + 0.15 * (len(kinds) > 1)
        most = 1.0 if _is_sure(seen, comment.text) and not _WARNS.search(folded.text) else _UNSURE
        found = [(min(most, one.score + more), one.span, one.note) for one in seen]
        found += [(0.4, span, "link") for span in links]
        return [
            Finding(Label.SPAM, round(score, 2), span, self.name, self.version, comment.text[slice(*span)], note=note)
            for score, span, note in found
        ]

    def _links(self, text: str) -> Iterator[re.Match[str]]:
        for match in _LINK.finditer(text):
            before = text[match.start() - 1 : match.start()]
            if before != "@" and not _KNOWN_SITES.search(match[0]) and self._ours not in match[0]:
                yield match


def _is_sure(seen: Sequence[Seen], text: str) -> bool:
    telling = {text[slice(*one.span)].lower() for one in seen if one.score >= _TELLING}
    return len(telling) > 1 or any(one.score >= _STRONG for one in seen)
