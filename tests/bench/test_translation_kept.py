"""What the bench of kept things takes for kept."""

import pytest

from bench.translation_kept import TEMPLATES, Writer, chinese, lost


@pytest.mark.parametrize(
    ("number", "text", "kept"),
    [
        (2, "两个鸡蛋", True),
        (25, "25元", True),
        (25, "250元", False),
        (12_500, "1.25万辆", True),
        (12_500, "12,500辆", True),
        (12_500, "12.5万辆", False),
    ],
)
def test_numbers_in_chinese(number: int, text: str, kept: bool) -> None:
    """In figures, in groups or by the ten thousand."""
    assert (lost([tuple(chinese(number))], text) == []) is kept


def test_sentences_for_chinese_accept_its_currencies_and_times() -> None:
    """Each thing in a sentence can be kept in a way of the language."""
    writer = Writer("en", 3, "zh")
    wanted = [ways for _ in range(200) for ways in writer.sentence()[1]]
    ways = {way for each in wanted for way in each}
    assert any(way.endswith("美元") for way in ways)
    assert any("点" in way for way in ways)
    assert any(way.startswith("百分之") for way in ways)
    assert len(TEMPLATES["en"]) == len(TEMPLATES["pt"])
