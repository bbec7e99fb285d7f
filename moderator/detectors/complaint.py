"""Finds criticism of the school: what displeases somebody, and what of the school's it is about.

One table of grievances and one of school matters, small and open to reading. A grievance in so many words stands by itself; a
weaker one counts fully beside a school matter only. The label says nothing against a comment: policy keeps criticism in sight.
A third table, of what is laid at a child's or a family's door, tells only that no kind word is said.
"""

from __future__ import annotations

from moderator.detectors.phrases import Phrases, Row
from moderator.detectors.text import fold
from moderator.domain import Comment, Context, Finding, Label

_GROUPS = {
    "CROSS": "disappointed|disappointing|unhappy|angry|annoyed|annoying|upset|frustrated|frustrating|fuming|livid|appalled|"
    "disgusted|concerned|furious|shocked|unimpressed",
    "VERY": "(?:(?:so|very|really|extremely|absolutely|bitterly|deeply|pretty|bloody|fucking|proper|totally|utterly) ){0,2}",
    "BAD": "joke|shambles|disgrace|farce|mess|scandal|embarrassment|nightmare|fiasco|con|rip ?off|waste of (?:time|money)|pisstake",
    "POOR": "ridiculous|unacceptable|disgraceful|appalling|shocking|outrageous|shameful|pathetic|rubbish|terrible|awful|"
    "dreadful|diabolical|useless|poor|crap|shit|shite|unsafe|dangerous|unfair|wrong|bad",
    "NOBODY": "nobody|no one|noone|none of (?:you|them|us|the parents)",
    "TELL": "told|tells?|telling|informed|answers?|answered|answering|repl(?:y|ies|ied|ying)|responds?|responded|responding|"
    "listens?|listened|listening|warned|consulted|picks? up|rings? back|called? back|gets? back|emailed?",
    "WORD": "reply|response|answer|communication|notice|warning|explanation|information|consultation|apology",
    "TIME": "times?|years?|weeks?|days?|terms?|months?|mornings?",
    "BE": "can't|won't|wasn't|weren't|isn't|aren't|didn't|don't|doesn't|haven't|hasn't|"
    "is|are|was|were|do|does|did|should|has|have",
    "DONE": "told|warned|asked|sorted|fixed|informed|consulted|given|done|here|safer|better|more",
    "THRICE": r"(?:second|third|fourth|fifth|sixth|[2-9](?:nd|rd|th)|twice|three times|four times|two|three|four|five|six|[2-9])",
}

_GRIEVANCES: tuple[Row, ...] = (
    (
        r"""(?:formal |official |serious )?complaints?(?: procedure)?|complain(?:ed|ing)?
        not (?:(?:VERY)good|(?:VERY)acceptable|on|right|fair|happy) (?:enough|at all|with|about|that|how)
        not (?:good enough|acceptable|impressed)|simply not on
        VERY(?:CROSS) (?:with|that|about|at|by|to|how|in|we|parents?)
        (?:fed up|sick (?:and tired|to death)?|tired|had enough) of
        (?:this|it|that|what|the \w+)(?: is|'s| was)? (?:a )?VERY(?:unacceptable|disgraceful|a disgrace|outrageous)
        let (?:us|our (?:kids|children)|the (?:kids|children)|parents|families) down""",
        0.75,
        "says outright that it displeases",
    ),
    (
        r"""(?:this|that|it|what|such|the \w+(?: \w+)?)(?: is|'s| was|s| are| were)? (?:just |becoming |beyond )?(?:a |an |the )?"""
        r"""VERY(?:BAD|POOR)
        (?<!you )(?<!lot )(?<!he )(?:is|are|was|were|been|becoming|being) (?:just |beyond )?(?:a |an )?VERY(?:BAD|POOR)
        (?:NOBODY) (?:\w+ ){0,5}(?:TELL|cares?|knows?)
        (?:never|not once|doesn't|didn't|won't|refuse to|weren't|wasn't|haven't been|not been) (?:\w+ )?(?:TELL)
        (?:no|without(?: any)?|zero) (?:WORD)
        (?:THRICE) (?:TIME) (?:running|in a row|now|this (?:week|term|year|month)|without|with no)
        (?:THRICE) emails?(?: \w+){0,3} (?:no|and|nothing|nobody|without)
        sort (?:it|this|yourselves?|the \w+) out|do something about|get a grip|pull your finger out
        when (?:will|are) you going to""",
        0.55,
        "says what is wrong",
    ),
    (
        r"""(?:still|yet again|once again) (?:no|not|waiting|haven't|hasn't|isn't|nothing|broken|closed|cold|late)
        why (?:\w+ ){0,2}(?:BE|no|not|only|always|so)
        (?:should|could|must|ought to) (?:\w+ ){0,2}(?:have|be) (?:\w+ )?(?:DONE)
        (?:at )?(?:such )?short notice|last minute|(?:one|a|the) day (?:before|notice)
        (?:can't|cannot|couldn't|impossible to) (?:\w+ )?(?:get hold of|get through|reach|park|afford|believe|hear)
        (?:CROSS|disappointed)
        (?:late|cancelled|changed|closed|broken|freezing|filthy|lost|missing) (?:again|for the|every|all)
        (?:too|so) (?:expensive|dear|cold|hot|late|small|few|many|much homework|dangerous|strict|noisy)
        could do better|badly (?:run|organi[sz]ed|managed|planned)|wants? (?:our|their|my) money back
        (?:ignor(?:e|es|ed|ing)|blam(?:e|es|ed|ing)) (?:\w+ )?(?:us|parents|our|the|me|my|families|bullying|emails?)""",
        0.35,
        "may be a grievance",
    ),
)

_MATTERS: tuple[Row, ...] = (
    (
        r"""schools?|academy|nursery|reception|class(?:es|room)?|year ?[1-6]|heads?|head ?teacher|teach(?:ers?|ing)|staff|office|"""
        r"""governors?|council|pta|ofsted|tas?|lunch ?times?|breakfast club|after ?school club|wraparound|clubs?
        trips?|residentials?|parking|gates?|crossing|traffic|bus|homework|reading|spellings?|maths|phonics|sats|reports?
        dinners?|lunch(?:es)?|meals?|food|uniform|jumpers?|pe|kit|toilets?|heating|boiler|roof|playground|field|hall|tickets?
        letters?|emails?|e-mails?|app|dojo|seesaw|phones?|messages?|newsletters?|website|parents' evening|meetings?|appointments?
        nativity|sports day|concert|play|show|disco|fayre|fair|assembly|photos?|fees|money|prices?|term|half ?term|inset|attendance
        sen|send|senco|ehcp|bullying|behaviour|discipline|exclusions?|communication|organi[sz]ation|admissions?|places|budget|cuts
        parents?|famil(?:y|ies)|kids?|children|pupils?|my (?:son|daughter|lad|girl|boy|child|little one)""",
        0.3,
        "a school matter",
    ),
)

_ACCUSATIONS: tuple[Row, ...] = (
    (
        r"""(?:push|shov|punch|kick|slapp?|spat|thump|pinch|trip|trips|tripp|bull(?:y|i))(?:e?[ds]|es|ing)? (?:at )?(?:WHOM)
        (?:hit|hits|hitting|bit|bites|biting|hurt|hurts|hurting|pick(?:s|ed|ing) on|laugh(?:s|ed|ing) at|nick(?:s|ed)|stole|"""
        r"""steals) (?:WHOM)
        (?:they|he|she|family|mum|dad|mother|father|kids?|parents|lot|them) (?:\w+ )?"""
        r"""(?:never|don't|doesn't|won't|can't be bothered to) (?:\w+ )?"""
        r"""(?:wash|washes|clean|cleans|care|cares|pay|pays|bother|bothers|control|controls|feed|feeds|look after)
        dirty|filthy|smelly|smells|stinks?|stinking|nits|lice|scruffy|nasty|horrible|rude|spoilt|feral|spiteful|brats?|bully|bullies|"""
        r"""thief|thieves|liars?|trouble ?makers?|badly behaved|out of control|no better
        (?:family|lot|kids?|boy|girl|lad|lass|crew) again
        (?:nobody|no one|noone|school|they) (?:did|does|do|has done) (?:a thing|nothing|anything|owt|nowt)
        (?:got|gets|getting) away with
        (?:his|her|their) fault|to blame|blind eye
        should(?:n't| not)? (?:be|have been) (?:\w+ )?(?:allowed|excluded|expelled|suspended|ashamed|sent home)
        (?:wants?|needs?) (?:\w+ ){0,2}(?:locking up|sorting|a slap|a good hiding|telling off|a bath|a wash)""",
        0.4,
        "accuses somebody",
    ),
)
_ACCUSED = {
    "WHOM": "mine|ours|me|us|him|her|them|(?:my|our|the|another|other) (?:\\w+ )?(?:son|daughter|lad|lass|boys?|girls?|kids?|child|"
    "children|little ones?|one)"
}


class Complaint:
    """One finding for each grievance; scores say how seldom such words are no criticism of the school.

    0.75 outright; 0.55 what is wrong is said; 0.35 it may be; each 0.2 more beside a school matter; 0.4 somebody is accused,
    which by itself is no criticism of the school. The span is that of the grievance.
    """

    name, version = "complaint", "2"

    def __init__(self) -> None:
        self._grievances, self._matters = Phrases(_GRIEVANCES, _GROUPS), Phrases(_MATTERS)
        self._accusations = Phrases(_ACCUSATIONS, _ACCUSED)

    def examine(self, comment: Comment, context: Context) -> list[Finding]:
        folded = fold(comment.text)
        seen = list(self._grievances.find(folded))
        more = 0.2 if seen and any(True for _ in self._matters.find(folded)) else 0.0
        about = ", about a school matter" if more else ""
        said = [(each, round(each.score + more, 2), f"{each.note}{about}") for each in seen]
        said += [(each, each.score, each.note) for each in self._accusations.find(folded)]
        return [
            Finding(
                Label.COMPLAINT, score, each.span, self.name, self.version, comment.text[slice(*each.span)], note=note
            )
            for each, score, note in said
        ]
