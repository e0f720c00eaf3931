"""A translation is laid over the parts of its original by the words that stand for theirs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.rewriting.laying import lay
from documents.rewriting.passage import Laid, Part, Passage
from tests.documents.speech import backwards, capitals, unlinked

BOLD = (Part("The "), Part("old keeper", "b"), Part(" wrote a log."))


def words_of(laid: Laid) -> list[tuple[int, str]]:
    """The stretches without the white space around them."""
    return [(i, text.strip()) for i, text in laid]


def test_words_keep_their_look() -> None:
    """The bold ones are bold, with no white space of their own."""
    assert lay(Passage(BOLD), capitals(Passage(BOLD).text)) == [(0, "THE "), (1, "OLD KEEPER"), (0, " WROTE A LOG.")]


def test_words_that_move_keep_their_look() -> None:
    """Wherever they stand now."""
    laid = lay(Passage(BOLD), backwards(Passage(BOLD).text))
    assert words_of(laid) == [(0, "LOG A WROTE"), (1, "KEEPER OLD"), (0, "THE.")]


def test_without_links_a_look_stands_at_its_share() -> None:
    """So no tag is lost."""
    laid = lay(Passage(BOLD), unlinked(Passage(BOLD).text))
    assert [i for i, _ in laid] == [0, 1, 0]


def test_a_place_stays_behind_its_word() -> None:
    """A note's number behind the word, also behind its full stop; a picture at the beginning there."""
    parts = (Part(""), Part("The keeper"), Part(""), Part(" wrote."), Part(""))
    laid = lay(Passage(parts), capitals("The keeper wrote."))
    assert laid == [(0, ""), (1, "THE KEEPER"), (2, ""), (1, " WROTE."), (4, "")]


def test_cues_stay_in_order() -> None:
    """Each word in its own, though their formats are equal."""
    parts = (Part("The keeper "), Part("wrote "), Part("in the log."))
    laid = lay(Passage(parts, ordered=True), capitals("The keeper wrote in the log."))
    assert laid == [(0, "THE KEEPER "), (1, "WROTE "), (2, "IN THE LOG.")]


@pytest.mark.parametrize("text", ["EIN WORT", "X", ""])
def test_more_parts_than_words(text: str) -> None:
    """The last ones are empty, and nothing fails."""
    passage = Passage((Part("one "), Part("two "), Part("three")), ordered=True)
    translation = unlinked(text)
    assert "".join(words for _, words in lay(passage, translation)) == text


@given(
    st.lists(st.tuples(st.text("ab c.,", max_size=8), st.sampled_from(["", "b", "i"])), min_size=1, max_size=6),
    st.sampled_from([capitals, backwards, unlinked]),
    st.booleans(),
)
def test_nothing_is_lost_or_doubled(parts: list[tuple[str, str]], how: object, ordered: bool) -> None:
    """All characters are there in their order, and every place once."""
    passage = Passage(tuple(Part(*part) for part in parts), ordered)
    if not any(map(str.isalpha, passage.text)):
        return
    assert callable(how)
    translation = how(passage.text)
    laid = lay(passage, translation)
    assert "".join(text for _, text in laid) == translation.text
    assert sorted(i for i, text in laid if not text) == [i for i, part in enumerate(passage.parts) if not part.text]
