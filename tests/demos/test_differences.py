"""What differs between two texts, and between the probabilities of two results."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.compare.differences import MANY_WORDS, Figure, figures, parts


def alone(first: str, second: str) -> tuple[list[str], list[str]]:
    """The marked stretches of both texts."""
    ours, theirs = parts(first, second)
    return [part.text for part in ours if part.alone], [part.text for part in theirs if part.alone]


@pytest.mark.parametrize(
    ("first", "second", "marked"),
    [
        ("The film is not bad at all.", "The film is bad at all.", (["not"], [])),
        ("She was tired.", "He was  tired.", (["She"], ["He"])),
        ("one two three", "one three", (["two"], [])),
        ("one two three", "one 2 and three", (["two"], ["2 and"])),
        ("didn't go", "didn’t go", (["didn't"], ["didn’t"])),
        ("我爱你", "我恨你", (["爱"], ["恨"])),
        ("same\nwords", "same words", ([], [])),
        ("", "new words", ([], ["new words"])),
        ("", "", ([], [])),
    ],
)
def test_words_on_one_side_only_are_marked(first: str, second: str, marked: tuple[list[str], list[str]]) -> None:
    """And nothing else: white space does not count, and a run of words is one mark."""
    assert alone(first, second) == marked
    assert alone(second, first) == marked[::-1]


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_parts_make_up_the_text(first: str, second: str) -> None:
    """Whatever the texts hold, no character is lost; the same text is not marked."""
    ours, theirs = parts(first, second)
    assert "".join(part.text for part in ours) == first
    assert "".join(part.text for part in theirs) == second
    assert not any(part.alone for part in parts(first, first)[0])


def test_one_word_of_a_long_text_is_found() -> None:
    """Beyond the length from which words that stand everywhere are looked past, too."""
    words = [f"word{i}" if i % 3 else "the" for i in range(2 * MANY_WORDS)]
    changed = [*words]
    changed[MANY_WORDS] = "other"
    assert alone(" ".join(words), " ".join(changed)) == ([words[MANY_WORDS]], ["other"])


def test_figures_are_paired_by_name() -> None:
    """In the order of the first side; an unknown figure has no difference."""
    rows = figures({"a": 0.25, "b": 0.75}, {"b": 0.5, "c": 0.5})
    assert rows == (Figure("a", 0.25, None), Figure("b", 0.75, 0.5), Figure("c", None, 0.5))
    assert [row.difference for row in rows] == [None, -0.25, None]
