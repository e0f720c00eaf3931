"""The lessons: complete in every language, true to the page's words, and fitting its fields."""

import json
import re
from collections.abc import Iterator
from typing import Any

import gradio as gr
import pytest

import app
from demos.page.lessons import ORDER, lesson, lessons_in, spoken_in, updates
from demos.tab import Form
from demos.words import ENGLISH, LANGUAGES

CHINESE = LANGUAGES["zh-CN"]
TRANSLATED = {"en", *(tag.partition("-")[0] for tag in LANGUAGES)}
# A name of the page stands in brackets; what is to be typed, in backticks, may have some of its own.
NAMED = re.compile(r"`[^`]*`|\[([^\]]+)\]")


def texts(content: Any) -> Iterator[dict[str, Any]]:
    """Every text in `content`, in all its languages."""
    if isinstance(content, dict) and "en" in content:
        yield content
    elif isinstance(content, dict | list):
        for each in content.values() if isinstance(content, dict) else content:
            yield from texts(each)


@pytest.mark.parametrize("name", ORDER)
def test_each_text_is_in_every_language(name: str) -> None:
    """With as many paragraphs, and the same values of the page in them."""
    for text in texts(lesson(name)):
        assert text.keys() == TRANSLATED, text
        paragraphs = [[each] if isinstance(each, str) else each for each in text.values()]
        places = {(len(each), *sorted(set(re.findall(r"\{(\w+)\}", " ".join(each))))) for each in paragraphs}
        assert len(places) == 1, text


@pytest.mark.parametrize("name", ORDER)
def test_names_in_brackets_are_on_the_page(name: str) -> None:
    """A button that a lesson names has a translation, and so is on the page under that name."""
    for text in texts(lesson(name)):
        for language in TRANSLATED:
            found = NAMED.findall(" ".join([text[language]] if isinstance(text[language], str) else text[language]))
            assert not {each for each in found if each and each not in CHINESE.entries}, text


@pytest.mark.parametrize("name", ORDER)
def test_each_step_can_be_taken(name: str) -> None:
    """A step that is checked has a hint, a finding and the way to take it; its tab and its values are there."""
    tabs = {tab.name for tab in app.TABS}
    for step in lesson(name)["steps"]:
        assert step["tab"] in tabs
        if "done" in step:
            assert step.keys() >= {"hint", "found", "show"}, step["title"]
        said = [step.get("found"), step.get("hint"), *(each["hint"] for each in step.get("wrong", []))]
        used = set(re.findall(r"\{(\w+)\}", json.dumps(said)))
        assert used == step.get("read", {}).keys(), step["title"]


def test_a_lesson_is_sent_in_one_language() -> None:
    """Names of buttons are those of the page; another lesson is not sent along, and an unknown one is none."""
    sent = json.loads(lessons_in(CHINESE, "sampling"))
    assert [each["name"] for each in sent["lessons"]] == list(ORDER)
    assert f"[{CHINESE.entries['Next token']}]" in json.dumps(sent["lesson"], ensure_ascii=False)
    assert "Press [Next token]." in json.dumps(spoken_in(lesson("sampling"), ENGLISH))
    assert json.loads(lessons_in(ENGLISH, "no such lesson"))["lesson"] is None


def test_a_server_with_other_models_fills_in_what_it_can() -> None:
    """A value that a field does not allow is left out."""
    form = Form({"text": gr.Textbox(), "model": gr.Dropdown(["one"])})
    filled = updates(form, {"text": "hello", "model": "no such model", "nothing": 1})
    assert list(filled.values()) == ["hello"]
