"""Chinese in what every task uses: words, sizes, sentences and windows."""

import pytest

from models.text.segments import windows
from models.text.sentences import joined, sentences
from models.text.words import count, is_wide, size

TEXT = "灯塔建于一八九六年。高27米！“谁设计的？”他问。"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It didn't rain - at all.", 5),
        ("灯塔高27米。", 5),
        ("用 GPU 跑 Qwen2.5", 4),
        ("「はい。」", 2),
        ("", 0),
        ("……！", 0),
    ],
)
def test_words_are_counted_by_the_letter_where_there_are_no_spaces(text: str, words: int) -> None:
    """A run of other letters and figures is one word, a mark is none."""
    assert count(text) == words


def test_a_chinese_letter_weighs_as_much_as_three() -> None:
    """So a short Chinese text is not taken for one that is too short."""
    assert (size("abc"), size("灯塔a")) == (3, 7)
    assert is_wide("灯塔 of Qingshi") is False
    assert is_wide("灯塔在青石镇 (Qing)")


def test_chinese_sentences_end_without_a_space() -> None:
    """And are joined without one."""
    found = [span.of(TEXT) for span in sentences(TEXT)]
    assert found[:2] == ["灯塔建于一八九六年。", "高27米！"]
    assert joined(found) == TEXT
    assert joined(["It rained.", "He left."]) == "It rained. He left."


def test_a_long_chinese_sentence_is_cut_after_a_clause() -> None:
    """There is no space to cut at."""
    text = "灯塔很高，但是没有人知道它有多高"
    pieces = [(at, at + 1) for at in range(len(text))]
    assert next(span.of(text) for span in windows(text, pieces, 8)) == "灯塔很高，"
