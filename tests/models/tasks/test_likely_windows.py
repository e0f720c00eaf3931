"""A long text is read from its likeliest windows on, and no longer than a request may take."""

from dataclasses import replace

import pytest

from models.catalog.bundled import QUESTION_ANSWERING
from models.tasks.question_answering.adapter import Answerer
from models.tasks.question_answering.likely import FEW, likely_first, ranked
from models.tasks.question_answering.windows import Window
from tests import tiny

PAGES = [f"Page {i} tells of the weather and the ships that passed. " for i in range(FEW + 10)]


def windows_of(pages: list[str]) -> list[Window]:
    """A window for each page."""
    starts = [sum(map(len, pages[:i])) for i in range(len(pages))]
    return [Window(0, [], 0, range(0), [(at, at + len(page))]) for at, page in zip(starts, pages, strict=True)]


def first(question: str, pages: list[str]) -> int:
    """The page that is read first."""
    windows = windows_of(pages)
    return windows.index(likely_first(question, "".join(pages), windows)[0])


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Where was the brass key hidden?", "The brass key was under the stair. "),
        ("Who is hiding the keys of the ships?", "Hidden keys lay on the shelf. "),
        ("黄铜钥匙藏在哪里？", "黄铜钥匙在台阶下面。"),
    ],
)
def test_rare_words_of_the_question_come_first(question: str, text: str) -> None:
    """In other forms, and in Chinese."""
    pages = PAGES.copy()
    pages[41] += text
    assert first(question, pages) == 41


def test_the_others_keep_their_order() -> None:
    """Each is read once."""
    windows = windows_of(PAGES)
    assert likely_first("Nothing of it", "".join(PAGES), windows) == windows


def test_few_windows_are_read_in_their_order() -> None:
    """They are read soon anyway."""
    pages = [*PAGES[:3], "The brass key."]
    assert first("Where is the brass key?", pages) == 0


def test_time_runs_out_between_windows() -> None:
    """The result so far is returned, with the number of windows read."""
    answerer = Answerer(tiny.cache(), QUESTION_ANSWERING)
    hurried = replace(answerer, limits=replace(answerer.limits, seconds=0.0))
    text = "The keeper wrote in the log. " * 400
    *_, last = hurried.stream("who", text)
    assert 0 < last.read < last.windows
    *_, whole = answerer.stream("who", text)
    assert whole.complete


def test_windows_with_rarer_words_come_first() -> None:
    """A word that stands in every window says nothing."""
    assert ranked("the red ferry", ["the sea", "the ferry", "the red ferry", "the red car"])[:1] == [2]
    assert ranked("杭州的书店", ["上海的工厂", "杭州的书店"]) == [1, 0]
