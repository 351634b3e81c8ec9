"""From what stands to an arrangement: what the cards of this room share is known before anything is compared."""

from app.analysis import embedding
from app.analysis.embedding import LexicalVectors
from app.domain import doubles
from app.domain.grouping import Standing, StandingCard
from app.web.arranging import Arranger
from tests.analysis import cards, measures


def standing(texts: list[str]) -> Standing:
    lying = tuple(StandingCard(number, text, None, False, False) for number, text in enumerate(texts, start=1))
    return Standing(lying, {}, frozenset(), frozenset(), frozenset(), tidied_at=0, edited=False)


def test_an_opening_that_many_cards_share_changes_nothing():
    plain = [text for subject in cards.SUBJECTS for text in subject]
    begun = [f"Det ville hjælpe hvis {text}" if row % 2 else text for row, text in enumerate(plain)]
    found = Arranger(LexicalVectors("da")).arrangement(standing(begun))
    assert found == Arranger(LexicalVectors("da")).arrangement(standing(plain))
    assert len(found.founded) == len(cards.SUBJECTS)


def test_doubles_of_the_scenario_that_share_words_are_offered_and_no_others():
    texts = [written for written, _ in measures.scenario(2)]
    found = Arranger(embedding.source()).arrangement(standing(texts))
    pairs = {
        frozenset((texts[card - 1].split(" -")[0], texts[other - 1].split(" -")[0]))
        for card, near in found.alike.items()
        for other, likeness in near
        if likeness >= doubles.LIKELY
    }
    assert pairs == {
        frozenset(("Tid!", "tid tid tid")),
        frozenset(("Tid!", "manglende tid og hænder")),
        frozenset(("tid tid tid", "manglende tid og hænder")),
        frozenset(("forventningsafstemning", "Afstem forventninger tidligt")),
    }
