"""The sentences of the school's social media policy that each rule serves, word for word, the nearest first.

A school with another policy writes its own sentences into config/policy.toml, under the same rules.
"""

from __future__ import annotations

from collections.abc import Mapping

_OFFENSIVE = (
    "The school reserves the right to remove, ban and block any user, comment or photo shared by another person to our "
    "official school accounts if it is offensive or inappropriate."
)
_ZERO_TAG = (
    "In line with our zero tag approach, parents must not tag children or other parents in photographs, or knowingly "
    "publicly identify a child."
)
_SAFETY = (
    "The school will act as immediately as possible on any incidents where the safety of children, employees or parents "
    "is at risk."
)
_CHECKED = (
    "Employees should ensure that content is checked by another member of the team before posting to ensure the content "
    "abides by the rules contained within this policy."
)
_IDENTIFIABLE = "Posts must not contain any identifiable information within the text or media."
_DISREPUTE = (
    "Employees must ensure they do not interact or post comments on social networks which may bring themselves or the "
    "school into disrepute."
)
_BREACH = (
    "Any breach of this policy, particular attention is drawn to those statements which are outlined as being "
    "'required', may lead to disciplinary action being taken against those involved, in line with the school's "
    "disciplinary procedures."
)

LINES: Mapping[str, tuple[str, ...]] = {
    "a_child_named": (
        _ZERO_TAG,
        _IDENTIFIABLE,
        "The school must keep a list of children who do not have parental consent to be online.",
    ),
    "a_childs_full_name": (
        _IDENTIFIABLE,
        "There must not be any media taken of a single, identifiable child.",
    ),
    "kind_but_identifying": (
        _ZERO_TAG,
        "Parents should always keep in mind that their posts and interactions are public.",
    ),
    "a_person_tagged": (
        _ZERO_TAG,
        "Children must not be tagged in photographs.",
        "Pupils must not tag themselves or others in school photos.",
    ),
    "contact_details": (
        "Parents must treat all interactions with an official school account as public.",
        "All posts must be considered public, regardless of where they are posted, and be treated as such.",
    ),
    "an_insult": (
        _OFFENSIVE,
        _DISREPUTE,
        "Employees must not post anything which may bring the school into disrepute or portray the school in a negative "
        "light.",
    ),
    "an_insult_beside_a_childs_name": (_SAFETY, _ZERO_TAG),
    "hate": (_OFFENSIVE,),
    "sexual_words": (_OFFENSIVE,),
    "swearing": (_OFFENSIVE, _DISREPUTE),
    "complaint_is_not_abuse": (
        "Parents should choose the most appropriate method of communication with the school depending on the matter in "
        "which they wish to discuss.",
        "We foster the mentality that everything should be open, transparent and public.",
        "Parents may interact, comment and share content posted on school official accounts as often as they wish.",
        "If you feel that this policy is not being followed in some way, please let us know by contacting the "
        "Headteacher immediately.",
    ),
    "a_threat": (_SAFETY,),
    "somebody_at_risk": (
        _SAFETY,
        "We don't believe in closed or private groups, as this fosters the mentality of it being okay to have private "
        "conversations online, which goes against what we teach our children with regard to online safety and talking "
        "to strangers.",
        "Employees should not connect or engage with any pupils on the current school roll via social media.",
    ),
    "somebody_must_know": (_SAFETY,),
    "something_harmful": (_OFFENSIVE, _CHECKED),
    "nothing_to_show_first": (_OFFENSIVE, _SAFETY),
    "a_child_writing": (
        "Pupils should only have accounts on social networks if they comply with the sites age restriction.",
        "Pupils should not post anything on an official school account which may portray the school in a negative light.",
        "Pupils may interact with official school accounts via their own accounts.",
    ),
    "spam": (_OFFENSIVE,),
    "impersonation": (
        "Employees must not attempt to impersonate the school through an unofficial or spoof account.",
        "It is important for us, as a school, to maintain a presence on these platforms to discourage others from "
        "creating a derogatory account in our school name.",
        "All school related content must be posted to official school accounts only.",
    ),
    "author_on_hold": (_BREACH,),
    "author_banned": (_OFFENSIVE,),
    "not_judged": (_CHECKED,),
    "edited_after_hide": (_OFFENSIVE,),
    "nothing_to_read": (
        _CHECKED,
        "There must not be any media taken which contains a child with identifiable features, such as name badges, "
        "drawers with names on etc.",
    ),
}
