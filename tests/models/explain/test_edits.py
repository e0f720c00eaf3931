"""The smallest edit: fewest changes first, within its bound, the same every time."""

from collections.abc import Sequence

import pytest

from models.explain.edits.opposites import OPPOSITES, opposites
from models.explain.edits.search import BATCH, Change, Search, edited, single_changes, smallest_edit


def search(text: str, needed: set[str], bound: int = 400) -> tuple[Search, list[str]]:
    """The last result of a search for an edit without all the words `needed`, and the texts that were read."""
    read: list[str] = []

    def leads(texts: Sequence[str]) -> list[float]:
        read.extend(texts)
        return [len(needed & set(each.split())) - 0.5 for each in texts]

    *_, end = smallest_edit(text, leads, bound, len(needed) - 0.5)
    return end, read


def test_one_word_is_left_out_with_one_of_its_spaces() -> None:
    """What is left reads on as before."""
    text = "not bad at all"
    assert edited(text, (Change(0, 3, ""),)) == "bad at all"
    assert edited(text, (Change(4, 7, "good"), Change(11, 14, ""))) == "not good at "
    assert edited(text, (Change(4, 7, ""),)) == "not at all"


def test_words_are_left_out_or_replaced_by_opposites() -> None:
    """Each word is left out, and those on the list are replaced too, written with capitals as they are."""
    assert single_changes("Good tea!") == [
        Change(0, 4, ""),
        Change(0, 4, "Bad"),
        Change(5, 8, ""),
    ]
    assert opposites("BEST") == ("WORST",)
    assert opposites("tea") == ()
    assert not [word for word in OPPOSITES for other in opposites(word) if not opposites(other)]


@pytest.mark.parametrize(("needed", "changes"), [({"b"}, 1), ({"b", "d"}, 2), ({"a", "c", "e"}, 3)])
def test_the_fewest_changes_are_found(needed: set[str], changes: int) -> None:
    """As many words go as have to, and no edit of fewer does it."""
    end, _ = search("a b c d e f g", needed)
    assert end.edit is not None
    assert end.over
    assert len(end.edit) == changes
    assert not needed & set(edited("a b c d e f g", end.edit).split())


def test_no_text_is_read_twice_and_the_bound_holds() -> None:
    """A search that finds nothing ends at its bound, and says what came nearest."""
    text = "a b c d e f g h i j"
    end, read = search(text, {"a", "b", "c", "d", "e", "f"}, bound=30)
    assert end.edit is None
    assert end.over
    assert len(read) == len(set(read)) == end.tried == 30
    assert text not in read
    assert end.lead < 5.5
    assert len(end.nearest) >= 1


def test_the_same_text_has_the_same_edit() -> None:
    """Of several edits that do it the same one is found, whatever the order of a set."""
    assert search("a b c d", {"c"})[0] == search("a b c d", {"c"})[0]
    ties, _ = search("a b c d", set())
    assert ties.edit == (Change(0, 1, ""),)


def test_a_search_can_be_stopped_between_batches() -> None:
    """It yields after each batch, so closing it ends the work there."""
    read: list[str] = []

    def leads(texts: Sequence[str]) -> list[float]:
        read.extend(texts)
        return [1.0] * len(texts)

    stream = smallest_edit(" ".join("abcdefghijklmnopqrstuvwxyz"), leads, 400, 1.0)
    assert next(stream).tried == BATCH
    assert len(read) == BATCH


def test_nothing_is_left_to_read_of_one_word() -> None:
    """A text is never left without a word."""
    end, read = search("tea", {"tea"})
    assert (end.edit, end.tried, read) == (None, 0, [])
