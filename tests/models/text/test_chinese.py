"""Chinese in what every task uses: words, sizes, sentences and windows; and how Korean differs."""

import pytest

from models.text.paragraphs import on_one_line, unwrapped
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


@pytest.mark.parametrize(
    "texts",
    [("Loved it!", "😀 The food was great."), ("Great 😀", "It came early."), ("비가 왔다.", "그는 떠났다.")],
)
def test_what_is_only_wide_is_joined_with_a_space(texts: tuple[str, str]) -> None:
    """Emoji and Korean letters take two columns each, but their sentences stand apart."""
    assert joined(texts) == " ".join(texts)
    assert joined(["很好😀。", "他走了。"]) == "很好😀。他走了。"


def test_korean_lines_end_between_words() -> None:
    """A line break within a paragraph is a space; a long sentence is cut at one."""
    text = "등대지기는 매일 저녁 누이에게 편지를 썼고\n아침마다 배에 맡겼지만 답장은 없었다."
    assert on_one_line(text) == text.replace("\n", " ")
    assert unwrapped(text) == text.replace("\n", " ")
    line = text.replace("\n", " ")
    first, *_ = windows(line, [(at, at + 1) for at in range(len(line))], 9)
    assert first.of(line) == "등대지기는 매일"


def test_a_long_chinese_sentence_is_cut_after_a_clause() -> None:
    """There is no space to cut at."""
    text = "灯塔很高，但是没有人知道它有多高"
    pieces = [(at, at + 1) for at in range(len(text))]
    assert next(span.of(text) for span in windows(text, pieces, 8)) == "灯塔很高，"
