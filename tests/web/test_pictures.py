"""The pictures of a topic: what an earlier one shows already is taken over, and is the same as drawn anew."""

from types import SimpleNamespace

from app.domain import dialogues, votes
from app.settings import Settings
from app.web.pictures import Pictures
from tests.domain.hall import key, voting


def test_a_vote_changes_the_count_and_takes_over_the_scene(base):
    hall, step, ids = voting(base, people=2)
    pictures, topic = Pictures(SimpleNamespace(readers=base.readers, settings=Settings())), f"board:{hall.id}"
    before = pictures.draw(topic, "da")
    base.do(votes.cast, hall.people[0], step, {ids[0]: 1}, key())
    after = pictures.draw(topic, "da", before)
    assert after == pictures.draw(topic, "da")
    assert after.parts["scene"] is before.parts["scene"]
    assert {name for name in after.parts if after.parts[name] != before.parts[name]} == {"pulse", "sums"}


def test_whatever_else_changes_is_drawn_anew(base):
    hall, step, ids = voting(base)
    pictures, topic = Pictures(SimpleNamespace(readers=base.readers, settings=Settings())), f"board:{hall.id}"
    seen = pictures.draw(topic, "da")
    for change in (
        lambda: base.do(votes.choose, hall.step("Prikker"), ids[:1], on=False),
        lambda: hall.do(dialogues.set_board, "calm"),
        lambda: hall.do(dialogues.set_board, "auto"),
        lambda: hall.close(step),
        lambda: hall.reopen(step),
        lambda: hall.go("Holdning"),
    ):
        change()
        earlier, seen = seen, pictures.draw(topic, "da", seen)
        assert seen == pictures.draw(topic, "da")
        assert seen.parts["scene"] != earlier.parts["scene"]
