"""Finds comments by which a child, parent or employee may be at risk, and comments that a child wrote.

Two tables of phrases, small and open to reading: disclosures, self-harm, contact-seeking and strangers under `safeguarding`,
and what pupils write under `underage`. Who is at risk must be told at once, so a doubt is a finding. A model replaces them.
"""

from __future__ import annotations

from moderator.detectors.phrases import Phrases, Row
from moderator.detectors.text import fold
from moderator.domain import Comment, Context, Finding, Label

_GROUPS = {
    "ADULT": "dad|mum|mam|step ?dad|step ?mum|daddy|mummy|uncle|auntie|grandad|brother|boyfriend|he|she|they",
    "CHILD": "kids?|kiddies|children|child|girls?|boys?|lads?|lass|lasses|little ones?|infants|juniors",
    "WHICH": "the|that|this|your|ur|which|little|small|young|blonde|pretty|cute",
    "AGE": "[4-9]|1[0-2]|four|five|six|seven|eight|nine|ten|eleven|twelve",
    "YEAR": r"(?:year|yr|y|class) ?(?:[1-6]\w?|one|two|three|four|five|six)|reception|[1-6][a-z]",
    "OUTING": r"(?:(?:the|this|that|a|his|her|our|their|any|school) (?:\w+ )?)?"
    r"(?:trips?|residential|holiday|walk|visit|outing|bus|coach|stage|slide|app|website|page|list|(?:mon|tues|wednes|thurs|fri|satur|sun)day)",
    "NUISANCE": r"(?:the |this |all the )?(?:heat|noise|parking|traffic|app|booking|queues?|numbers?|mud)|\d+",
    "GAME": r"at (?:chess|cards|draughts|football|tennis|games?|maths|monopoly|swimming|running|netball|rounders|bingo|dominoes)|"
    r"in (?:the|a) (?:final|semi\w*|race|relay|match|game(?! room)|cup|league|quiz)|to the (?:line|cup|title)|"
    r"by (?:\d|one|two|three|four|five)|\d+ ?(?:-|nil)|on penalties",
    "THINGS": "coat|jumper|cardigan|jacket|hoodie|shoes?|trainers|wellies|boots|bag|book ?bag|rucksack|hat|scarf|gloves?|bottle|"
    "lunch ?box|kit|glasses|scooter|bike|watch|tie|blazer|teddy|book",
    "PICTURE": "pics?|photos?|pictures|selfies?|videos?",
    "STRANGER": "man|men|bloke|guy|fella|stranger|neighbour|lodger|someone|somebody|babysitter|child ?minder|tutor|pervert|paedo",
    "MINE": "son|daughter|boy|girl|lad|lass|little (?:boy|girl|one|lad|lass)|child|bairn|wean|toddler|grandson|granddaughter|"
    "nephew|niece",
    "TABLETS": "tablets|pills|paracetamols?|painkillers|sleeping pills|sleeping tablets|antidepressants|meds|medication",
    "NOBODY": "nobody|no ?one",
    "THEM": "me|him|her|them|(?:my|the|our) (?:\\w+ )?(?:son|daughter|lads?|lass|boys?|girls?|kids?|child|children|little ones?)",
    "PUPILS": "(?:the|our|my|his|her|their|your|ur|other) (?:\\w+ )?(?:kids?|kiddies|children|child|girls?|boys?|lads?|lass|lasses|"
    "pupils|students|son|daughter|little ones?)",
    "GROUP": "parents?|mums?|dads?|famil\\w+|group|chat|team|good luck",
    "SHOWN": "(?:play|playing|perform|performing|dance|dancing|sing|singing|score|scoring|run|running|win|winning|smile|smiling)|"
    "(?:on|in) (?:\\w+ ){0,3}(?:pics?|photos?|pictures?|videos?|clips?|film|posts?|list|register|app|play|concert)",
    "WHERE": "in|out|near|next|here|so|on|by(?! myself)|at|round|close|opposite|across|outside|within|where|like|with|a|two|"
    "five|\\d+",
}

_RISK: tuple[Row, ...] = (
    (
        r"""kill(?:ing)? (?:myself|himself|herself|themselves)
        suicid\w+(?! (?:prevention|awareness))|self ?harm\w*
        end(?:ing)? (?:it all|my life)
        better off (?:dead|without me)
        (?:want|wants|wanted|wanna) (?:to )?(?:die|be dead|disappear)(?! laughing)
        (?:wish|wishes) (?:i|he|she) (?:was|were) dead
        (?:don't|do not|doesn't) want to (?:be here|be alive|live|wake up)(?: any ?more)?
        no point (?:in )?living(?! (?:WHERE)(?!\w))|not worth living|nothing (?:left )?to live for|no reason to live
        can't go on(?: any ?more)?(?! (?:OUTING))
        can't cope(?: any ?more)?(?! with (?:NUISANCE))
        can't take (?:it|this)(?: any ?more)?(?! (?:to|in|into|on|home|back|off|away|out|seriously|for))
        (?:cut|cuts|cutting|hurt|hurting|burn|scratch) (?:myself|herself|himself|my (?:arms?|legs?|wrists?))""",
        0.9,
        "self-harm",
    ),
    (
        r"""(?:taken|took|swallowed|necked) (?:(?:all|the rest|every one)(?: of)? (?:my|me|these|them)|"""
        r"""(?:too many|a handful of|loads of|a load of|the whole (?:box|packet|bottle) of)(?: my| the)?) (?:TABLETS)"""
        r"""(?! (?:back|to|in|out|with|for|as|home|away|off)(?!\w))
        (?:taken|took) an overdose(?! of)
        the (?:tablets|pills) (?:are |r )?(?:here )?(?:in|by|beside) my (?:bag|hands?|pocket|bed|lap)"""
        r"""(?! (?:if|for|just|in|after|when|so|along|at))
        (?:tablets|pills|paracetamol|blade|razor|noose) (?:here )?in my hands?
        (?:don't|do not|can't|cannot|can not) see (?:the|a|any|much) point (?:any ?more|no more|in (?:life|carrying on|going on|"""
        r"""me)|of (?:life|living|me))(?! (?:in|of|to|with))
        (?:the|any|no) point (?:of|in) (?:me being (?:here|alive)|being alive|living|my life)(?! (?:WHERE)(?!\w))
        (?:don't|do not|doesn't) want to be (?:on (?:this|the) (?:earth|planet)|in this world)
        (?:go to sleep|fall asleep) and (?:not|never) wake
        (?:can't|cannot|can not) (?:do this|face life) (?:any ?more|no more|any longer)(?! (?:with|to|for))
        tell my (?:babies|kids|children|girls|boys|family|little ones) (?:i|mummy|mammy|mum|mam|daddy|dad)(?:'s| is|'m| am) """
        r"""sorry(?! (?:i|we|he|she|for|about|but|to))
        (?:hang|drown|top|shoot|overdose) myself|do myself in|slit my (?:wrists?|throat)|take my own life
        (?:i'm|i am) (?:going to|gonna|gunna|about to) (?:take an overdose|"""
        r"""(?:jump|step) (?:off|in front of) (?:a|the|this) (?:bridge|roof|train|lorry|cliff|building|motorway))
        (?:tired of|had enough of|give up on|giving up on|done with) (?:life|living|being alive)(?! (?:WHERE|admin)(?!\w))""",
        0.8,
        "somebody may mean to harm themselves",
    ),
    (
        r"""(?:ADULT) (?:\w+ ){0,2}beats? (?:me|us|him|her|them|my)(?! (?:GAME))
        (?:ADULT) (?:\w+ ){0,2}(?:hits?|punch(?:es|ed)|belts|kicks|slaps|slapped|hurts|chokes?|"""
        r"""locks|locked|starves) """
        r"""(?:me|us|him|her|them|my)(?! out of (?:the )?(?:car ?park|school|app|account|hall|system|site|playground))
        (?:ADULT) (?:\w+ )?(?:touche[ds]|touching) (?:me|her|him)
        (?:STRANGER) (?:(?!really|deeply|truly|so|always|words|story|song|poem|speech|whose)\w+ ){0,4}(?:touche[ds]|touching|"""
        r"""grop(?:ed|es|ing)|fondl(?:ed|es|ing)|exposed (?:him|her)self to) (?:me|her|him|my (?:MINE))"""
        r"""(?! (?:with|by|for|so|deeply|heart)|\x27s)
        (?:bruises?|bruising|burns) (?:\w+ ){0,3}(?:arms?|legs?|neck|face|back)
        (?:scared|frightened|afraid|terrified) (?:of|to go) (?:home|him|her|my)
        flinch\w*""",
        0.85,
        "disclosure of harm",
    ),
    (
        r"""no (?:food|tea|dinner|heating|electric) (?:\w+ ){0,2}(?:at home|in the house|left|for (?:us|them|the kids))
        (?:haven't|has not|hasn't) (?:eaten|had (?:any )?food)
        nowhere (?:\w+ ){0,2}to (?:go|live|stay|sleep)
        (?:sleeping|living) in (?:the|our|a|my) car
        (?<!for the )homeless(?! (?:charity|charities|appeal|collection|project))|evict\w+
        go(?:es|ing)? hungry""",
        0.75,
        "a family in need",
    ),
    (
        r"""(?:he|she|they)(?:'s| is| are)? (?:\w+ )?(?:looking|searching) for (?:us|me)
        (?:can't|couldn't|must not|mustn't|don't want (?:him|her|them) to) (?:find|know where) (?:us|me|we)?
        in (?:a )?refuge
        (?:isn't|not|aren't) allowed (?:to be )?(?:near|contact|to see)
        court order|restraining order|social (?:services|worker)
        take (?:it|this|the|that) (?:\w+ ){0,2}(?:photo|pic|picture|video|post) down
        looking for my (?:daughter|son|kids|children|boy|girl)(?!(?:\x27?s)? (?:\w+ ){0,2}(?:THINGS))"""
        r"""(?! (?:a|an|some|any|size)(?!\w))""",
        0.75,
        "a family that may be in hiding or parted",
    ),
    (
        r"""(?:any ?one|any ?body|any ?1|some ?one|some ?body) (?:seen|spotted|found) (?:my|our|me) (?:\w+ )?(?:MINE)"""
        r"""(?!\x27s| (?:a|an|some|any|tickets?|coat)(?!\w)| (?:SHOWN)(?!\w))
        (?:any ?one|any ?body) (?:know|seen) where (?:my|our) (?:\w+ )?(?:MINE) (?:is|are|went|has gone|could be)
        (?:can't|cannot|can not|couldn't|trying to|trynna) find (?:my|our|me) (?:\w+ )?(?:MINE)"""
        r"""(?!\x27s| (?:a|an|some|any|anything|something)(?!\w)| (?:SHOWN)(?!\w))
        lost (?:my|our|me) (?:\w+ )?(?:MINE) (?:at|near|by|somewhere)(?! (?:birth|christmas|\d))
        (?:MINE|he|she)(?: is|'s| has)?(?: gone| went| been)? missing"""
        r"""(?=[.,!?]| (?:since|from home|please|pls|plz|and|for \w+ hours?|help)|$)
        (?:he|she|MINE)(?:'s| is| has)? (?:still )?(?:hasn't|has not|hadn't|haven't|didn't|did not|isn't|not) """
        r"""(?:come|came|got|made it|arrived|returned|turned up|back)(?: back)? home"""
        r"""(?=[.,!?]| (?:yet|from school|and|since|its|it's|where|please|he|she)(?!\w)|$)
        (?:he|she|MINE)(?:'s| is)? (?:wasn't|was not|isn't|is not|not) (?:\w+ ){1,4}when (?:i|we|dad|mum|nan\w*) """
        r"""(?:came|went|got (?:t?here)|turned up) to (?:collect|pick|fetch|get)""",
        0.75,
        "a child may be missing",
    ),
    (
        r"""home alone(?! (?:film|movie|screening|showing|tickets))|all alone
        (?:walks?|walking|waits?|waiting|left|sat|stood|standing) (?:\w+ ){0,4}(?:alone|on (?:his|her|their|"""
        r"""my) own|by (?:him|her)self)
        (?:on (?:his|her|their|my) own|by (?:him|her|my)self) (?:\w+ )?(?:at home|in the house|from|til|"""
        r"""till|until|outside|after)
        (?:NOBODY)(?: has|'s| is)? (?:here |there |been |come |came |turned up )?(?:to the \w+ )?"""
        r"""to (?:collect|get|fetch|pick)(?: up)?"""
        r"""(?: (?:THEM)(?!\x27s)(?! (?:a|an|some|to|in|off)(?!\w))| yet|(?= ?[.,!?]|$))
        (?:NOBODY)(?: has|'s)? (?:come|came|turned up|showed up|been) (?:back )?for (?:THEM)(?!\x27s)(?! to(?!\w))
        (?:NOBODY)(?: has|'s)? (?:(?:collected|fetched|picked up) (?:THEM)(?!\x27s)|picked (?:THEM) up)
        (?:he|she|MINE)(?:'s| is| has)? (?:still )?(?:(?:hasn't|has not|not|never) (?:\w+ )?(?:been|got)|wasn't|was not) """
        r"""(?:collected|picked up)(?! (?:late|on|early|by|until|till?)(?!\w))
        key(?:'s| is)? (?:\w+ )?under the""",
        0.75,
        "a child alone",
    ),
    (
        r"""what(?:'s| is|s)? (?:her|his|ur|your) (?:\w+ )?(?:name|insta|instagram|snap|snapchat|number|address)
        who(?:'s| is|s)? (?:WHICH) (?:\w+ ){0,2}(?:CHILD)
        how old (?:is|are|r) (?:she|he|u|you|they)
        (?:tell|message|send) me (?:her|his|their) (?:name|number|address|school)""",
        0.7,
        "a stranger asks about a child",
    ),
    (
        r"""what time (?:do|does) (?:\w+ ){0,2}(?:CHILD|they|she|he) (?:\w+ )?(?:come out|finish|leave|walk)
        which (?:gate|door|entrance) (?:\w+ ){0,3}(?:CHILD|they|she|he)
        do (?:they|CHILD) walk (?:home )?(?:alone|on their own)
        (?:be|left) alone with (?:them|her|him|CHILD|the CHILD)
        are (?:they|the CHILD) (?:\w+ ){0,2}(?:alone|on their own|unsupervised)""",
        0.7,
        "a stranger asks when and where",
    ),
    (
        r"""(?:don't|do not|no need to) (?:tell|bother|ask) (?:\w+ )?(?:mum|mam|dad|parents?|teacher|anyone|the office)
        parents? (?:don't|doesn't|needn't) (?:need|have) to know
        (?:our|a little) secret(?! santa)
        (?:keep (?:it|this)|just) between us
        (?:message|dm|msg|text|add|call) me (?:\w+ )?(?:privately|on (?:snap|snapchat|insta|whatsapp|"""
        r"""telegram|kik|discord|roblox))
        (?:meet|collect) (?:him|her|you|u) after school
        (?:tell|ask|get) (?:him|her|them|the CHILD) to (?:message|dm|add|text|call|contact) me""",
        0.75,
        "seeks contact in secret",
    ),
    (
        r"""(?:send|show|give|swap|sell) (?:me )?(?:\w+ )?(?:PICTURE) of (?:you|yourself|her|him|them|WHICH CHILD)
        (?:more|any|other) (?:PICTURE) of (?:\w+ ){0,2}(?:CHILD|her|him|them)
        (?:asking|asks|asked) (?:my|our|her|him|the CHILD) (?:\w+ )?for (?:PICTURE)""",
        0.7,
        "unhealthy interest in children",
    ),
    (
        r"""(?:man|men|bloke|guy|stranger|van|car) (?:\w+ ){0,8}(?:watching|filming|staring|following|"""
        r"""hanging (?:round|around|about)|"""
        r"""taking (?:PICTURE)|approach\w*|offer(?:ed|ing) (?:\w+ )?sweets)
        (?:PICTURE) of (?:the|our|my) (?:CHILD) through
        (?:STRANGER|coach|account) (?:\S{1,40} ){0,6}(?:messaging|messages|dming|dms|texting|texts|contacting|"""
        r"""snapchatting|whatsapping) (?:\w+ ){0,2}(?:PUPILS)(?!\x27| (?:GROUP)(?!\w))
        (?:STRANGER|account) (?:\S{1,40} ){0,6}(?:messaged|texted|contacted|dm'?d|friended|snapchatted) """
        r"""(?:PUPILS)(?!\x27| (?:GROUP)(?!\w))""",
        0.65,
        "a stranger about",
    ),
    (
        r"""(?:left|forgot|forgotten|lost|without) (?:\w+ ){0,4}(?:inhaler|epi ?pen|insulin)
        (?:inhaler|epi ?pen|insulin) (?:\w+ ){0,5}(?:left|forgot|forgotten|lost|behind)
        (?:bullied|bullying|bullies) (?:me|him|her|my)
        (?:hit|hits|push|pushes|kick|kicks|punch|punches) (?:me|him|her|my \w+) (?:\w+ ){0,2}(?:every ?day|again)
        nobody (?:likes|listens to|plays with|talks to) me""",
        0.65,
        "somebody at risk",
    ),
)

_PUPIL: tuple[Row, ...] = (
    (
        r"""(?:i'm|im|i am) (?:only |just |nearly |almost )?(?:AGE)(?: (?:and|btw|lol|yo|yrs?|years? old|so|"""
        r"""but|xx?|plz|pls|can)|[.!,]|$)""",
        0.85,
        "the author tells an age under 13",
    ),
    (r"(?:i'm|im|i am) (?:\w+ )?in (?:YEAR)", 0.8, "the author is in a class"),
    (
        r"""(?:my|our) teacher
        (?:miss|sir) (?:said|says|sed|told)
        in (?:my|our) class
        (?:my|our) class (?:is|was|won|did|made)
        my (?:spellings?|home ?work|reading book|pe kit|lunch ?box)
        no school (?:tmrw|tomorrow|today)""",
        0.6,
        "the author speaks as a pupil",
    ),
    (
        r"""(?:my|me) (?:mum|mam|dad|mummy|daddy|nan) (?:\w+ )?(?:lets me|let me|said i|says i|sed i|"""
        r"""won't let|made me|grounded)
        on (?:my )?(?:mums?|mum's|dads?|dad's|nans?|nan's|sisters|brothers) (?:phone|ipad|account|tablet)
        my (?:bestie|bff|best ?friend)""",
        0.6,
        "the author speaks as a child",
    ),
    (
        r"""(?:that's|thats|its|it's|this is) me (?:on|in|at|with|wearing) the (?!dads|mums|parents|staff)
        i (?:was|am|played?) (?:the|a|an) (?:\w+ )?(?:shepherd|angel|sheep|king|donkey|narrator|star|"""
        r"""innkeeper|camel|snowflake|goalie)
        i (?:made|drew|painted|wrote|built) (?:the|that|this) (?:\w+ )?(?:one|picture|poem|story|poster|robot|model)
        (?:i'm|im) (?:on|in|at) the (?:left|right|back|front|middle)""",
        0.55,
        "the author was there as a pupil",
    ),
    (r"roblox|robux|fortnite|minecraft|v ?bucks|sub(?:scribe)? to my channel", 0.5, "what children play and watch"),
)


class Safeguarding:
    """One finding for each phrase; scores are the tables' and say how seldom the phrase is harmless."""

    name, version = "safeguarding", "2"

    def __init__(self) -> None:
        self._tables = (
            (Label.SAFEGUARDING, Phrases(_RISK, _GROUPS)),
            (Label.UNDERAGE, Phrases(_PUPIL, _GROUPS)),
        )

    def examine(self, comment: Comment, context: Context) -> list[Finding]:
        folded = fold(comment.text)
        return [
            Finding(
                label, seen.score, seen.span, self.name, self.version, comment.text[slice(*seen.span)], note=seen.note
            )
            for label, table in self._tables
            for seen in table.find(folded)
        ]
