"""Threats said so plainly that they count without a model: in English against somebody's body or home, and in the languages of the
families, which no model here reads. Written by hand: small, folded (no accents), and no more than what we are sure of.

Rows are those of `phrases.py`. Killing in English is left out: "I'll kill him if he forgets his kit again" is for a model to read.
"""

from __future__ import annotations

import re

from moderator.detectors.phrases import Row

GROUPS = {
    "WILL": r"(?:i'll|ill|i will|we'll|we will|i swear i'll|(?:i'm|i am|we're|we are) (?:going to|goin to|gonna|gunna|gunner)|"
    r"(?<!\w\s)(?:gonna|gunna|going to|will)|some ?(?:one|body) (?:should|needs to|wants to|ought to)) (?:\w+ ){0,2}",
    "WHOSE": r"(?:your|ur|yer|his|her|their|(?:that|the|this|mr|mrs|miss|ms|coach|\w+ing) \w+'s|\w+'s)",
    "PERSON": r"(?:you|u|ya|him|her|them|(?:ur|your|his|their|that|the|this) (?:\w+ )?(?:head|teacher|caretaker|coach|keeper|ref|"
    r"referee|dad|mum|kid|lad|son|number \w+)|(?:mr|mrs|miss|ms|coach) \w+)",
    # Romanian
    "RO": r"(?:te|il|l|o|ii|i|va|le)",
    "CORP": "picioarele|piciorul|mainile|mana|oasele|capul|capu|gura|fata|falca|falcile|dintii|gatul|gatu|nasul|coastele",
    # Polish
    "KOMU": "ci|tobie|mu|jej|wam|im",
    "CIALO": "nogi|noge|rece|reke|kosci|leb|glowe|morde|gebe|ryj|zeby|kark|gardlo|szczeke|nos",
    "LAMIE": "polamie|zlamie|rozwale|roztrzaskam|rozbije|urwe|ukrece|skrece|przetrace|poprzetracam|obije|wybije|poderzne",
    # Urdu, Hindi and Punjabi in Latin letters
    "KISKO": "tujhe|tujhko|tujh ko|tumhe|tumhein|tumhen|tumko|tum ko|usko|us ko|usse|isko|is ko|inko|unko|un ko|unhe|unhein|aapko|"
    "aap ko|(?:master|teacher|sir|madam|miss) ko|tenu|tainu|ohnu|onu|usnu|ehnu|tuhanu|(?:master|teacher) nu",
    "DUNGA": "du+ng[ai]|do+ng[ai]|du+n g[ai]|doon g[ai]|denge|deinge|dainge|dange|da+lu+ng[ai]|da+lenge|deung?a|dyanga|deyanga|"
    "devanga|dewanga|dawanga|devange|sut+anga|sut+ange",
    "JISM": r"ta+ng\w*|lat+an?|had+i\w*|ha+th|mu+n?h|mo+n?h|da+nt|dand|gardan|gala|sa?r|sir|na+k|pasli\w*|ba+zu",
    # Bengali and Sylheti in Latin letters
    "FELBO": "felbo|phelbo|felmu|felum|falamu|falaimu|lamu|laimu",
    "DEBO": "debo|dibo|dimu|dimo|felbo|felmu|falamu|lamu|laimu",
    "KAKE": "toke|tore|tomake|tomare|oke|ore|tare|onake",
}

PLAIN_THREATS: tuple[Row, ...] = (
    (
        r"""WILL(?:break|smash|bust|kick|knock|punch|cave|shatter) WHOSE (?:\w+ )?(?:legs?|arms?|knees?|kneecaps?|fingers|jaw|"""
        r"""nose|neck|skull|teeth|ribs|bones?|faces?|heads?)(?: in| out| off)?
        WILLsnap WHOSE (?:\w+ )?(?:legs?|arms?|neck|fingers|kneecaps)
        WILL(?:slit|cut|slash) WHOSE (?:\w+ )?(?:throats?|tyres)
        WILL(?:stab|shank|knife|behead) PERSON
        WILL(?:burn|torch|fire ?bomb|petrol ?bomb) WHOSE (?:house|home|car|van|flat|place)
        (?:put|set|take) a match to (?:the|that|this|your|ur|her|his|their) (?:school|house|place|office|building|car)
        (?:he|she|you|u)(?:'s|'re|s| is| are)? (?:getting|gonna get|gunna get|going to get) """
        r"""(?:knocked (?:spark|clean) out|stabbed|shanked)
        (?:there's|there is|i've (?:put|left|planted|hidden)|i (?:put|planted|hid)) a bomb """
        r"""(?:in|at|under) (?:the|your|ur|that|this) (?:school|hall|office|building|playground|classroom|kitchen)""",
        0.9,
        "threat of violence or damage",
    ),
    (
        r"""RO (?:mai )?(?:omor|omoram|ucid|injunghii?|impusc|strang de gat)
        (?:iti|ii|i|va|le) (?:rup|sparg|zdrobesc|frang|crap|tai|sucesc) (?:\w+ )?(?:CORP)
        (?:si|sa|o sa|am sa)[ -]RO bat(?! (?:la (?:cap|fotbal|sah|tenis|fifa|joc|table|puncte)|in palme|pe umar|joc|apa)(?!\w))
        (?:te|il|va) bat (?:de (?:te|il|o|va)|mar|rau|pana)
        (?:iti|ii|va|le) dau foc|dau foc la (?:scoala|casa|masina)
        (?:te|il|va) (?:bag|trimit) in (?:mormant|pamant|spital)""",
        0.9,
        "threat in Romanian",
    ),
    (
        r"""(?:zabije|zajebie|zatluke|zadzgam|zastrzele|udusze|zamorduje|ukatrupie|zarzne|utluke) (?:cie|go|was|ich|jego|ja)
        pobije (?:cie|go|was|ich)(?! rekord)
        (?:cie|was) (?:zajebie|zatluke|zadzgam|zastrzele)
        (?:LAMIE) (?:KOMU) (?:\w+ )?(?:CIALO)
        (?:CIALO) (?:KOMU) (?:LAMIE)
        (?:dostaniesz|dostanie|dostaniecie|dostana) (?:\w+ )?(?:wpierdol|wpierdziel|w morde|w ryj|po ryju|po mordzie|w leb)
        spuszcze (?:KOMU) (?:\w+ )?(?:wpierdol|lomot|manto)|wpierdole (?:KOMU)
        spale (?:te|ta|KOMU) (?:\w+ )?(?:szkole|bude|dom|chalupe|auto|samochod|budynek)
        jestes (?:trupem|martwy|martwa)""",
        0.9,
        "threat in Polish",
    ),
    (
        r"""(?:KISKO) (?:\w+ )?(?:(?:ja+n|jan) (?:se|ton?) )?ma+r (?:DUNGA)
        (?:ja+n) (?:se|ton?) ma+r (?:DUNGA)
        goli ma+r (?:DUNGA)
        (?:JISM) (?:\w+ )?(?:tor|tod|torh|todh|phor|phod|fod|faad|phaar|ka+t|marod|maror|bhann?) (?:DUNGA)
        (?:KISKO) (?:\w+ )?(?:ka+t|jala|pe+t|thok|khat+a?m kar|qatal kar|katal kar) (?:DUNGA)
        zinda (?:nahi|nahin|nai|ni) (?:chh?od|chh?or)\w*
        (?:ghar|school|ga+[dr]i) (?:ko )?(?:jala+|aag laga+|phoonk) (?:DUNGA)""",
        0.9,
        "threat in Urdu, Hindi or Punjabi",
    ),
    (
        r"""(?:mere|maira|mairra|mari) (?:FELBO)
        (?:ha+t|pa+|ta+ng|theng|matha|mathta|da+t|mukh|had+i) (?:\w+ )?"""
        r"""(?:bhenge|venge|bhangi|bangi|vangi|fatiye|phatiye|fatai) (?:DEBO)
        gola (?:kete|keta|kaita|kaitta) (?:DEBO)
        (?:KAKE) (?:\w+ )?(?:khun|jobai) (?:korbo|kormu)""",
        0.9,
        "threat in Bengali",
    ),
    (
        r"""waan (?:ku|idin|kugu) (?:dili|dilayaa|dilaa|gowraci|gawraci|toogan|garaaci|garaacayaa)(?: doon\w*)?
        (?:waan|ayaan) dili doon\w+
        (?:lug|gacan|gacm|madax|ilk|qoor)\w* (?:\w+ ){0,2}(?:kaa|ka) (?:jebin|jabin|jebinayaa|jabinayaa)""",
        0.9,
        "threat in Somali",
    ),
    (
        r"""(?:na|nai|naf|wna|gwna|mynd) i dy ladd
        (?:na|wna|gwna) i ladd (?:o|fo|fe|hi|nhw)
        (?:na|wna|gwna|mynd) i (?:dorri|falu) (?:dy|eich) (?:goesau|coesau|freichiau|ben|pen|wyneb|ddannedd|dannedd|wddf)""",
        0.9,
        "threat in Welsh",
    ),
)

_DOUBTS = (
    re.compile(r"(?<!\w)(?:if|unless|daca|jesli|jezeli|jak|agar|jodi|haddii|os)(?!\w)"),
    re.compile(r"[😂🤣😆😜😝🤪😄😅😉]|(?<!\w)(?:lol|lmao|(?:ha){2,}h?|(?:he){2,}|hihi|jk|jks|joking|kidding|xd)(?!\w)"),
)
"""A condition and a laugh: with either a plain threat may be banter, with both it mostly is."""


def doubt(text: str) -> float:
    """What a threat in `text` loses in weight, since it may not be meant: 0.3 for a condition, 0.3 for a laugh."""
    return sum(0.3 for sign in _DOUBTS if sign.search(text))
