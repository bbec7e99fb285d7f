"""The words behind the word-list scorer: a stand-in for a model, small and plain, written by hand.

Rows are those of `phrases.py`; the weight runs from 0.0 to 1.0. Slurs and sexual words stand here as far as reading needs them.
"""

from __future__ import annotations

from moderator.detectors.lexicon import words
from moderator.detectors.phrases import Row

GROUPS = {
    "PERSON": "you|u|ur|your|he|she|they|hes|shes|youre|theyre|them|him|her|head|headteacher|teachers?|"
    "staff|mrs|mr|miss|ms|sir|"
    "lot|kids?|girl|boy|lad|woman|man|people|governors?|parents?|mums?|dads?|cook|office|"
    "council|school|referee|ref|coach|caretaker",
    "NOUN": "teachers?|staff|head|headteacher|kids?|girl|boy|lad|woman|man|women|men|people|lot|"
    "parents?|mums?|dads?|referee|ref",
    "VERY": "(?:(?:so|a|an|the|is|are|was|were|absolute|proper|complete|total|utter|right|such|just|"
    "all|being|s|re|that|old|little) )"
    "{0,3}",
    "NASTY": "stupid|thick|fat|ugly|useless|pathetic|lazy|horrible|vile|evil|disgusting|dumb|arrogant|"
    "nasty|incompetent|clueless|"
    "spineless|rude|smug|stuck up|two faced|miserable|corrupt|poisonous|stupid old|silly old|fat old|miserable old",
    "BEAST": "cows?|witch|witches|bats?|hags?|pigs?|snakes?|rats?|dragons?|whales?|trolls?|snobs?|toads?",
    "DO": "kill|batter|smash|stab|punch|slap|deck|hurt|drag|shoot|bomb|blow|burn|torch|break|slash|"
    "hang|strangle|throttle|kick|chin|"
    "twat|rip|wring|snap|drown|poison|knock|bury",
    "WHOM": "you|u|ya|him|her|them|em|face|head|heads|school|windows?|cars?|tyres|house|neck|teeth|"
    "jaw|legs?|arms?|place|office|gate|"
    "door|throat|people|teachers?|staff|down|up",
    "THEY": "islam|muslims?|jews?|gays?|trans|blacks?|asians?|chinese|polish|poles|romanians?|"
    "gyps(?:y|ies)|travellers?|immigrants?|"
    "migrants?|foreigners?|refugees?|africans?|indians?|mosques?|lesbians?|queers?|the disabled",
    "VILE": "scum|filth\\w*|vermin|cancer|barbaric|disgusting|dirty|stink\\w*|taking over|"
    "terrorists?|thieves|criminals?|savages?|"
    "perverts?|parasites?|animals|not welcome|go home",
}

SWEARING: tuple[Row, ...] = (
    (
        r"""(?:mother ?)?f+u+c+k+\w*
        f'?ing
        fk(?:n|ing)?
        fck\w*
        wtf|stfu|gtfo
        c+u+n+t+\w*
        shit\w*|bullshit\w*
        wank\w*
        twats?
        bollocks
        prick(?!ly|s? of)\w*
        bastards?
        bitch\w*""",
        0.9,
        "swearing",
    ),
    (
        r"""(?:arse|ass) ?holes?
        dick ?heads?|knob ?heads?|bell ?ends?
        tossers?
        piss(?:ed|ing)? off
        slags?|sluts?|whores?
        dicks?""",
        0.85,
        "swearing",
    ),
    (r"bloody|hell|damn\w*|crap|bugger\w*|feck\w*|piss(?:ed)?|sod off|arsed?|ass", 0.3, "mild swearing"),
)

MASKABLE = words(
    """fuck fucking fucked fuckin fucker fuckers shit shite shitty cunt cunts bitch bitches bastard bastards wanker
    wankers twat twats dick dickhead prick pricks bollocks arsehole asshole slag slut whore bullshit retard retards
    tranny"""
)
"""Words that people write with stars in them; each is looked up in the tables once its stars are filled in."""

INSULTS: tuple[Row, ...] = (
    (
        r"""idiots?|idiotic|morons?|moronic|imbeciles?|cretins?|numpt(?:y|ies)|muppets?|clowns?|dimwits?|"""
        r"""halfwits?|dunces?
        thickos?|plonkers?|pillocks?|scumbags?|scum|lowlifes?|vermin|parasites?|wasters?|airheads?|gormless|brain ?dead
        losers?|liars?|weirdos?|creeps?|freaks?|gits?|toe ?rags?|mingers?|minging|chavs?|weasels?|bints?""",
        0.7,
        "insulting word",
    ),
    ("PERSON VERY(?:NASTY|BEAST|waste of space|disgrace|failures?|frauds?)", 0.65, "demeaning words about somebody"),
    (r"(?:NASTY) (?:\w+ )?(?:BEAST|NOUN)", 0.8, "demeaning words about somebody"),
    (
        r"""waste of (?:space|oxygen|air)
        not fit to (?:teach|run|be|look after)
        (?:thick|daft|dense) as \w+
        shut (?:up|your (?:face|mouth|gob|trap))
        (?:face like|looks? like|built like) an? (?:pig|dog|rat|horse|cow|whale|troll|witch|bulldog)
        nobody (?:likes|asked) (?:you|her|him)""",
        0.7,
        "demeaning words",
    ),
)

AGAINST_GROUPS: tuple[Row, ...] = (
    (
        r"""pakis?|n+i+g+(?:g?a+|g?e+r+)s?|chinks?|chinky|wogs?|coons?|gollywogs?|golliwogs?|gypp?os?|pikeys?
        muzz(?:ie|y)s?|trann(?:y|ies)|fag(?:got)?s?|poofs?|poofters?|spastics?|spackers?|mongs?|retards?|retarded
        yids?|kikes?|ching chong|towel ?heads?|rag ?heads?|lezzas?|bumders?""",
        0.9,
        "slur",
    ),
    (
        r"""go back (?:home )?(?:to )?(?:where|your own country|the jungle|africa|pakistan|india|poland|romania|china)
        (?:send|ship|deport) (?:them|em|these|those|this lot|that lot|the lot)(?: of (?:them|"""
        r"""you))? (?:all )?(?:back|home)
        deport (?:them|em|the lot|all)""",
        0.85,
        "sends people away",
    ),
    (
        r"""(?:THEY) (?:\w+ ){0,3}(?:VILE)
        (?:ban|hate|no more|too many|sick of|dirty|filthy|smelly|thieving|bloody|these|them) (?:\w+ )?(?:THEY)
        white power|learn english|foreign (?:rubbish|muck|filth)""",
        0.65,
        "words against a group",
    ),
)

THREATS: tuple[Row, ...] = (
    (
        r"""(?:i'll|ill|il|i will|i'm going to|i'm gonna|gonna|going to|want to|wanna|should|someone|"""
        r"""somebody|let's|i'd) """
        r"""(?:\w+ ){0,4}(?:DO) (?:\w+ ){0,4}(?:WHOM)
        (?:wants?|needs?|deserves?) (?:a )?(?:slap|slapping|kicking|punch|punching|hanging|shooting|beating)""",
        0.85,
        "threat of violence or damage",
    ),
    (
        r"""i know where (?:you|he|she|they) (?:lives?|works?|parks?|sleeps?)
        watch (?:your|ur|her|his|their) backs?
        (?:you're|you are|she's|he's|they're) (?:a )?dead (?:meat|man|woman|if|when)
        (?:you|she|he|they) (?:will|'ll) (?:pay for|regret|be sorry)
        sleep with one eye""",
        0.8,
        "threat",
    ),
    (
        r"""be waiting (?:for (?:you|him|her|them)|at the gates?|outside)
        put (?:\w+ ){0,3}(?:windows?|head|face) (?:in|through)
        burn (?:it|the \w+|that \w+|this \w+) (?:all )?down
        with (?:a |an |my )?(?:knife|bat|hammer|blades?|axe|gun|machete|petrol)
        brick through
        (?:you've|you have) been warned""",
        0.7,
        "threat",
    ),
)

SEXUAL: tuple[Row, ...] = (
    (
        r"""milfs?|gilfs?|dilfs?|sexy|horny|boobs?|(?<!great )(?<!blue )(?<!coal )tits|nudes?|porn\w*|blow ?jobs?
        shag(?:ged|ging)|bonking|knockers|onlyfans|orgasm\w*|boner|threesome|naked (?:pics?|girls?|women)""",
        0.8,
        "sexual words",
    ),
    (
        r"""phwoar\w*
        (?:teacher|miss|mrs \w+|miss \w+|sir|head|coach) (?:\w+ )?(?:is|looks) (?:\w+ ){0,2}(?:fit|hot|sexy)
        fit (?:teachers?|mums?|milfs?)
        i (?:would|'d) (?:\w+ )?(?:bang|bed|spank|ride) (?:her|him|that|them)
        bend(?:ing)? over
        hot (?:girls|singles|mums|moms)
        nice (?:arse|ass|bum|rack)""",
        0.8,
        "sexual remark",
    ),
)

EMOJI = {"🖕": ("swearing", 0.6), "🍆": ("sexual", 0.55), "💦": ("sexual", 0.3), "🍑": ("sexual", 0.3)}
