"""The picture that the page shows until its scripts have come."""

import pytest

from demos.page.first_picture import first_picture
from demos.page.openings import Made


def test_the_picture_is_of_a_model_that_is_offered() -> None:
    """Else the page would open on something else."""
    assert "<mark>Thomas Farnolls Pritchard</mark>" in first_picture(["MiniLM-SQuAD"])
    assert first_picture([]) == ""


@pytest.mark.usefixtures("chinese_visitor")
def test_without_its_model_a_chinese_page_has_the_english_picture() -> None:
    """As its tab has."""
    assert "Thomas Farnolls Pritchard" in first_picture(["MiniLM-SQuAD"])
    assert "灯塔" in first_picture(["MiniLM-SQuAD", "Qwen2.5-Coder-1.5B-Instruct"])


def test_texts_are_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are no markup."""
    answer = {"text": "<b>", "start": 0, "end": 3, "score": 0.9}
    found = Made({"question": "<i>?", "context": "<b> & more"}, {"M": ""}, {"answers": [answer], "no_answer": 0.001})
    monkeypatch.setattr("demos.page.first_picture.made", lambda tab, language: found)
    page = first_picture(["M"])
    assert "<mark>&lt;b&gt;</mark> &amp; more" in page
    assert "<b>" not in page.replace("<b>&lt;i&gt;?</b>", "")
