"""From what stands to an arrangement: what the cards of this room share is known before anything is compared."""

from app.analysis.embedding import LexicalVectors
from app.domain.grouping import Standing, StandingCard
from app.web.arranging import Arranger
from tests.analysis import cards


def standing(texts: list[str]) -> Standing:
    lying = tuple(StandingCard(number, text, None, False, False) for number, text in enumerate(texts, start=1))
    return Standing(lying, {}, frozenset(), frozenset(), frozenset(), tidied_at=0, edited=False)


def test_an_opening_that_many_cards_share_changes_nothing():
    plain = [text for subject in cards.SUBJECTS for text in subject]
    begun = [f"Det ville hjælpe hvis {text}" if row % 2 else text for row, text in enumerate(plain)]
    found = Arranger(LexicalVectors("da")).arrangement(standing(begun))
    assert found == Arranger(LexicalVectors("da")).arrangement(standing(plain))
    assert len(found.founded) == len(cards.SUBJECTS)
