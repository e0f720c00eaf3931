"""Words found in any text."""

import pytest

from models.text.words import joined, word_at, words

# A flag, the letters "gbsct" as invisible tags, and the end of them.
SCOTLAND = "🏴" + "".join(chr(0xE0000 + ord(letter)) for letter in "gbsct") + "\U000e007f"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The animal didn't cross.", ["The", "animal", "didn't", "cross", "."]),
        ("don’t 'quote' it", ["don’t", "'", "quote", "'", "it"]),
        ("<img src=x>", ["<", "img", "src", "=", "x", ">"]),
        ("שלום עולם", ["שלום", "עולם"]),
        ("नमस्ते", ["नमस्ते"]),
        ("cafe\u0301 au", ["cafe\u0301", "au"]),
        ("𠮷野家で", ["𠮷", "野", "家", "で"]),
        ("영화가 정말 좋았어요.", ["영화가", "정말", "좋았어요", "."]),
        ("你好 world", ["你", "好", "world"]),
        ("ok 👩\u200d👩\u200d👧!", ["ok", "👩\u200d👩\u200d👧", "!"]),
        ("می\u200cخواهم بروم", ["می\u200cخواهم", "بروم"]),
        ("the co\u00adop", ["the", "co\u00adop"]),
        ("\u200fשלום\u200f, \u2067עולם\u2069", ["שלום\u200f", ",", "עולם\u2069"]),
        ("\ufeffword\u2060's", ["word\u2060's"]),
        (f"{SCOTLAND} ok", [SCOTLAND, "ok"]),
        ("one\u200btwo", ["one", "two"]),
        (" \n\t \u200b\u200d\ufeff \u00ad", []),
    ],
)
def test_words_of_many_scripts(text: str, expected: list[str]) -> None:
    """Letters stay together with their marks, emoji with their joiners, punctuation alone; no word is invisible."""
    assert [span.of(text) for span in words(text)] == expected


def test_the_word_at_a_character() -> None:
    """Inside a word its span, between words nothing."""
    found = words("ab  cd")
    assert word_at(found, 1) == found[0]
    assert word_at(found, 2) is None
    assert word_at(found, 4) == found[1]
    assert word_at(found, 6) is None


@pytest.mark.parametrize(
    ("text", "pieces", "expected"),
    [
        ("结尾毁了一切。", [(0, 2), (2, 3), (3, 4), (4, 6), (6, 7)], ["结尾", "毁", "了", "一切", "。"]),
        ("结尾毁了", [(0, 1), (1, 2), (2, 3), (3, 4)], ["结", "尾", "毁", "了"]),
        ("了。」", [(0, 3)], ["了", "。", "」"]),
        ("not bad!!", [(0, 9)], ["not", "bad", "!", "!"]),
        ("本 本", [(0, 3)], ["本", "本"]),
        ("映画を見た", [(0, 2), (2, 3), (3, 5)], ["映画", "を", "見た"]),
    ],
)
def test_wide_letters_of_one_piece_are_one_word(text: str, pieces: list[tuple[int, int]], expected: list[str]) -> None:
    """Nothing else is joined, whatever the pieces are."""
    assert [span.of(text) for span in joined(words(text), text, pieces)] == expected
