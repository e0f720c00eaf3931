"""Values in pieces, as the views get them."""

import json

from demos.packed import PIECE, packed


def test_a_long_list_comes_in_pieces() -> None:
    """A short one as it is; of one that grows, the pieces before the last stay."""
    words = [{"text": f"<b>{number}</b>"} for number in range(2 * PIECE + 1)]
    value = packed({"short": words[:PIECE], "long": words})
    assert value["short"] == words[:PIECE]
    pieces = value["long"]["chunks"]
    assert [item for piece in pieces for item in json.loads(piece)] == words
    assert packed([*words, {}])["chunks"][:2] == pieces[:2]


def test_text_and_numbers_stay() -> None:
    """Also a text that is longer than a piece."""
    assert packed({"text": "a" * 100, "none": None, "one": (1.5, True)}) == {
        "text": "a" * 100,
        "none": None,
        "one": [1.5, True],
    }
