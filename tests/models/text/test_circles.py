"""A text that goes round in circles is noticed; what people repeat on purpose is not."""

import pytest

from models.text.circles import LEAST, circle, circle_of_items, whole_sentences
from tests import tiny


def tokens(text: str) -> list[int]:
    """One token for each byte, so that no script matters."""
    ids: list[int] = tiny.byte_tokenizer()(text, add_special_tokens=False)["input_ids"]
    return ids


@pytest.mark.parametrize(
    "passage",
    [
        "a",
        "😀",
        "👨‍👩‍👧 ",
        "ha",
        "item, ",
        "I am sorry, but ",
        "长城是中国古代的工程。",
        "Спасибо! ",
        "شكرا ",
        "<td>0</td>",
        "The wall is long. It was built to keep people out. ",
    ],
)
def test_a_passage_again_and_again_is_a_circle(passage: str) -> None:
    """Whatever its script or length; what stood before it, and its first round, are kept."""
    start = tokens("One two three:\n")
    period = len(tokens(passage))
    rounds = -(-LEAST // period) + 3
    assert circle([*start, *tokens(passage) * rounds]) == len(start) + period


@pytest.mark.parametrize(
    "text",
    [
        "Ha ha ha ha ha ha ha!",
        "| 1 | 2 | 3 |\n|---|---|---|\n| 4 | 5 | 6 |\n| 7 | 8 | 9 |\n| 10 | 11 | 12 |",
        "\n".join(f"{n} x 7 = {7 * n}" for n in range(1, 40)),
        "zeros = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]",
        "- milk\n- bread\n- milk chocolate\n- milk bread\n- bread rolls\n",
        "Row, row, row your boat\nGently down the stream\nMerrily, merrily, merrily\nLife is but a dream\n" * 2,
    ],
)
def test_what_is_repeated_on_purpose_is_no_circle(text: str) -> None:
    """Laughter, a table, a list, code and a refrain go on, at each of their tokens."""
    ids = tokens(text)
    assert all(circle(ids[:end]) is None for end in range(1, len(ids) + 1))


@pytest.mark.parametrize(
    ("items", "kept"),
    [
        (["aniseed"] * 6, 1),
        (["apple", "pear", *["aniseed"] * 7], 3),
        (["apple", *["plum", "pear"] * 3], 3),
        (["苹果", *["葡萄"] * 6], 2),
        (["aniseed"] * 5, None),
        (["apple", "pear", "plum"] * 2, None),
        (["7"] * 9, None),
        (["7 x 2 = 14", "7 x 3 = 21", "7 x 4 = 28", "7 x 5 = 35", "7 x 6 = 42", "7 x 7 = 49"], None),
        (["apple", "pear", "plum", "fig", "lime", "kiwi", "date"], None),
        ([*["aniseed"] * 6, "plum"], None),
    ],
)
def test_a_numbered_list_of_one_item_is_a_circle(items: list[str], kept: int | None) -> None:
    """Though its numbers go on; what stood before it, and the first round, are kept."""
    lines = ["Here are ten:", *(f"{n}. {item}" for n, item in enumerate(items, 1))]
    found = circle_of_items("\n".join([*lines, ""]))
    assert found == (None if kept is None else "\n".join(lines[: kept + 1]))


def test_one_round_more_makes_the_difference() -> None:
    """Two rounds of a long passage may be a refrain; three are a circle."""
    passage = list(range(LEAST))
    assert circle(passage * 2) is None
    assert circle(passage * 3) == LEAST
    assert circle(passage[:1] * (LEAST - 1)) is None


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("It rains. It pours and", "It rains."),
        ("下雨了。风也很", "下雨了。"),
        ("a list\n- of", "a list"),
        ("no end", "no end"),
        ("Pi is 3.14 or so", "Pi is 3.14 or so"),
    ],
)
def test_the_last_whole_sentence(text: str, kept: str) -> None:
    """It ends with a full stop of any script, or with its line; a text without either is kept."""
    assert whole_sentences(text) == kept
