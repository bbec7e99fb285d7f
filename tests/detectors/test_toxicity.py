from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from moderator.detectors.base import examine_all
from moderator.detectors.toxicity import LABELS, Toxicity, ToxicityScorer, WordListScorer
from moderator.domain import Comment, Context, Finding, Label
from moderator.errors import DetectorError
from tests.detectors.school import comment, strongest_of


class Fixed:
    """A scorer that answers what it was told."""

    name, version = "fixed", "3"
    is_stand_in, takes_long = False, False

    def __init__(self, **scores: float) -> None:
        self.labels = tuple(scores)
        self._scores = scores

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        return [dict(self._scores) for _ in texts]


class Slow(Fixed):
    """The same, in a thread of its own where it is begun; fails where it is told to."""

    takes_long = True
    fails = False

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        self.scored_by = threading.current_thread().name
        if self.fails:
            raise DetectorError("the model failed")
        return super().score(texts)


def find(scorer: ToxicityScorer, text: str) -> list[Finding]:
    return Toxicity(scorer).examine(comment(text), Context())


def test_the_word_list_says_of_itself_that_it_stands_in_for_a_model() -> None:
    assert WordListScorer().is_stand_in
    assert "stands in for a model" in find(WordListScorer(), "you idiot")[0].note
    assert "stands in" not in find(Fixed(insult=0.9), "you idiot")[0].note


def test_the_word_list_scores_all_six_labels_for_each_text_in_order() -> None:
    kind, rude = WordListScorer().score(["lovely", "what the fuck you idiot"])
    assert tuple(kind) == tuple(rude) == LABELS
    assert set(kind.values()) == {0.0}
    assert rude["obscene"] >= 0.85
    assert rude["insult"] >= 0.5
    assert rude["threat"] == 0.0


@pytest.mark.parametrize(
    ("label", "wanted"),
    [
        ("insult", Label.INSULT),
        ("identity_attack", Label.HATE),
        ("threat", Label.THREAT),
        ("obscene", Label.PROFANITY),
        ("sexual_explicit", Label.SEXUAL),
    ],
)
def test_each_label_of_a_scorer_becomes_a_finding_of_ours(label: str, wanted: Label) -> None:
    (found,) = find(Fixed(**{label: 0.7}), "nothing the word list knows")
    assert (found.label, found.score, found.span, found.version) == (wanted, 0.7, None, "fixed-3")


def test_general_toxicity_alone_is_no_finding_since_policy_has_no_name_for_it() -> None:
    assert find(Fixed(toxicity=0.99, severe_toxicity=0.99), "whatever") == []


def test_obscene_counts_as_sexual_where_the_words_are_sexual() -> None:
    assert strongest_of(find(Fixed(obscene=0.8), "send nudes"), Label.SEXUAL) is not None
    assert strongest_of(find(Fixed(obscene=0.8), "shit"), Label.PROFANITY) is not None


def test_a_models_finding_points_at_the_words_that_the_list_knows() -> None:
    (found,) = find(Fixed(insult=0.9), "he is an 1d10t")
    assert found.phrase == "1d10t"


@pytest.mark.parametrize(
    "masked", ["f*ck", "f**k", "f***", "sh!t", "s h i t", "s.h.i.t", "$hit", "fuuuuck", "FUCK", "ѕhіt"]
)
def test_masked_swearing_is_read(masked: str) -> None:
    assert WordListScorer().score([f"oh {masked} off"])[0]["obscene"] >= 0.8


@pytest.mark.parametrize(
    "innocent", ["Scunthorpe", "shiitake", "cocktails", "assembly", "class", "Dickens", "2*3*4", "****"]
)
def test_words_that_hold_a_rude_word_are_left_alone(innocent: str) -> None:
    assert WordListScorer().score([f"oh {innocent} again"])[0]["obscene"] < 0.5


@pytest.mark.parametrize(
    "text",
    [
        "I will break his legs tomorrow at school",
        "im gonna smash his face in when i see him",
        "i'll kick your teeth in",
        "I'm going to knock that coach's teeth out",
        "gonna shank ur number 9 at the final watch",
        "we're gonna stab him after school",
        "I'll slit your throat",
        "someone should break Dobson's legs",
        "I'll burn your house",
        "someone wants to put a match to that school",
        "hes getting knocked spark out",
        "there's a bomb in the hall",
        "I w1ll br3ak h1s l3gs",
        "te omor",
        "o să te omor, doamnă",
        "spune-i lu profu ala ca il prind la poarta si il bat de il omor",
        "îți rup picioarele",
        "ii sparg capul maine",
        "o să-l bat la poartă",
        "vă dau foc la școală",
        "zabiję cię",
        "zabije was wszystkich",
        "połamię ci nogi",
        "leb ci rozwale",
        "dostaniesz wpierdol",
        "spalę tę szkołę",
        "us master ki tangein tor dunga main, kal aa raha hun school",
        "tujhe jaan se maar dunga",
        "usko maar daalunga",
        "haddiyan tod dunga teri",
        "goli maar dungi",
        "tenu maar dyanga",
        "teri lattan bhann deunga",
        "zinda nahi chorunga",
        "toke mere felbo",
        "tore mari laimu",
        "haat pa bhenge debo",
        "waan ku dili doonaa",
        "lugaha ayaan kaa jebin doonaa",
        "na i dy ladd di",
        "dwi'n mynd i dorri dy goesau",
    ],
)
def test_a_plain_threat_in_the_families_languages_counts_though_the_model_reads_nothing_in_it(text: str) -> None:
    (found,) = find(Fixed(threat=0.02), text)
    assert (found.label, found.score, found.note) == (Label.THREAT, 0.9, "by the list of words")
    assert found.phrase


@pytest.mark.parametrize(
    "text",
    [
        "I'll break his legs if he comes near my lad again",
        "I'll break your legs lol",
        "te omor dacă mai vii",
        "zabije cie jak go ruszysz",
    ],
)
def test_a_threat_with_a_condition_or_a_laugh_is_in_doubt(text: str) -> None:
    assert [found.score for found in find(Fixed(threat=0.02), text)] == [0.6]


@pytest.mark.parametrize(
    "text",
    [
        "I'll kill him if he forgets his PE kit again",
        "I'm going to kill him, that's his third jumper this term",
        "I'll break your legs if you tag me again 😂",
        "he's gonna break his neck on them steps",
        "she will break her legs on that ice one day",
        "somebody will break their neck on that path",
        "you're gonna knock your head on that beam",
        "We break up from school on Friday",
        "I'll snap his face when he gets his medal",
        "I'll cut her hair",
        "we will smash them on Saturday",
        "I'll punch the air if we win",
        "I'll kick the ball back over",
        "Going to knock on the head's door",
        "I'm going to break the record for most cakes",
        "I'll head to the office",
        "will kick off at ten",
        "there was a bomb in the hall in the war, Year 6 found out",
        "there's a bath bomb in the hamper",
        "I'll shoot you an email",
        "il bat first, you bowl",
        "te bat la fotbal oricând",
        "sa nu te bat la cap",
        "m-ai omorat de ras",
        "mamă, ce frumos, bravo copii",
        "mąż mnie zabije",
        "pobije go rekord",
        "wybije mu to z glowy",
        "czy jutro dzieci mają strój",
        "chakka maar dunga",
        "gol maar dungi kal",
        "record tod dunga",
        "hath jod ke shukriya",
        "cake kete debo",
        "waan ku faraxsanahay",
        "na i ddod yfory, diolch",
        "torri coed yn y parc",
    ],
)
def test_banter_accidents_and_everyday_words_are_left_to_the_model(text: str) -> None:
    assert all(found.score < 0.5 for found in find(Fixed(threat=0.02), text))


@pytest.mark.parametrize("disguised", ["w a n k e r s", "w.a.n.k.e.r", "sh1t", "n1gg3r", "L.O.S.E.R", "$hit"])
def test_what_shows_only_without_its_disguise_counts_by_the_list(disguised: str) -> None:
    found = max(find(Fixed(obscene=0.44), f"absolute {disguised}"), key=lambda one: one.score)
    assert found.score >= 0.7
    assert (found.phrase, found.note) == (disguised, "by the list of words")


@pytest.mark.parametrize(
    "open_words", ["wankers", "muppettt", "shiiit", "class 5 hits", "5-hit combo", "https://x.example/sh1t"]
)
def test_what_is_no_disguise_is_for_the_model_to_score(open_words: str) -> None:
    assert all(found.score == 0.44 for found in find(Fixed(obscene=0.44), f"absolute {open_words}"))


def test_a_scorer_that_takes_long_scores_beside_the_other_detectors() -> None:
    scorer = Slow(insult=0.9)
    found, failed = examine_all([Toxicity(scorer)], comment("you clown"), Context())
    assert ([finding.score for finding in found], failed) == ([0.9], ())
    assert scorer.scored_by == "toxicity"


def test_what_goes_wrong_beside_the_others_puts_the_comment_before_a_person() -> None:
    scorer = Slow(insult=0.9)
    scorer.fails = True
    assert examine_all([Toxicity(scorer)], comment("you clown"), Context()) == ((), ("toxicity: DetectorError",))


def test_what_cannot_be_begun_is_scored_when_it_is_examined() -> None:
    class NoThreads(Toxicity):
        def begin(self, comment: Comment) -> None:
            raise RuntimeError("can't start new thread")

    found, failed = examine_all([NoThreads(Fixed(insult=0.9))], comment("you clown"), Context())
    assert ([finding.score for finding in found], failed) == ([0.9], ())


def test_what_was_begun_for_one_comment_is_no_answer_for_another() -> None:
    scorer = Slow(insult=0.9)
    detector = Toxicity(scorer)
    detector.begin(comment("you clown"))
    detector.examine(comment("lovely day"), Context())
    assert scorer.scored_by == threading.main_thread().name
