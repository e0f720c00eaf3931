"""The lessons: six of ten minutes on the live page, run by `assets/lessons/`, which holds their content too.

A lesson is a JSON file; each of its texts is in every language of the page. The browser checks its steps against what
the page shows. The server sends the texts of a lesson and fills in the tab of a step; nothing else is sent.
"""

import functools
import json
from collections.abc import Mapping
from typing import Any

import gradio as gr
from gradio.events import Dependency

from demos.assets import ASSETS, script
from demos.events import EACH, QUIET, sent
from demos.guard import guarded
from demos.page.link_bar import fits
from demos.tab import Form
from demos.words import ENGLISH, Words, words

FOLDER = ASSETS / "lessons"
ORDER = ("tokens", "attention-by-hand", "heads", "not-explanation", "sampling", "specialists")
SCRIPTS = ("lessons/state.js", "lessons/panel.js", "lessons/view.js")


class LessonsView(gr.HTML):
    """Shows a `lessons_in` beside the page.

    Its `submit` event asks for a lesson, its `select` event for the inputs of a step.
    """

    def __init__(self, elem_id: str, render: bool = True) -> None:
        # Gradio makes an unrendered one where an event leaves the view as it is.
        super().__init__("", html_template="", js_on_load=script(*SCRIPTS), elem_id=elem_id, render=render)

    def postprocess(self, value: str | None) -> str | None:
        """Pass the JSON text on, which is never read as HTML."""
        return value


@functools.cache
def lesson(name: str) -> dict[str, Any]:
    """The lesson of that name, in all languages."""
    read: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return read


def spoken_in(content: Any, spoken: Words) -> Any:
    """`content` with the texts of one language, in which the names in brackets are those that the page has."""
    if isinstance(content, dict):
        if ENGLISH.tag in content:
            language = spoken.tag.partition("-")[0]
            return _named(content[language if language in content else ENGLISH.tag], spoken)
        return {name: spoken_in(each, spoken) for name, each in content.items()}
    return [spoken_in(each, spoken) for each in content] if isinstance(content, list) else content


def _named(texts: Any, spoken: Words) -> Any:
    if isinstance(texts, list):
        return [_named(each, spoken) for each in texts]
    name, *rest = texts.split("[")
    parts = (each.partition("]") for each in rest)
    return name + "".join(f"[{spoken.localize(inside)}]{after}" for inside, _, after in parts)


def lessons_in(spoken: Words, chosen: str = "") -> str:
    """The list of all lessons, and the chosen one with its steps, as JSON."""
    index = [spoken_in({key: lesson(name)[key] for key in ("title", "about")}, spoken) for name in ORDER]
    listed = [
        {"name": name, "steps": len(lesson(name)["steps"])} | each for name, each in zip(ORDER, index, strict=True)
    ]
    whole = {"name": chosen} | spoken_in(lesson(chosen), spoken) if chosen in ORDER else None
    return json.dumps({"lessons": listed, "lesson": whole}, ensure_ascii=False)


def asked(action: str) -> str:
    """The script that asks the view for an `action` of `view.js`, before or after that is loaded."""
    return f"() => void (window.glassboxLessons ??= []).push('{action}')"


def offer_lessons() -> gr.Button:
    """Lay out the button that lists the lessons."""
    return gr.Button("Lessons", size="sm", scale=0, min_width=90, elem_id="lessons-start")


def teach(start: gr.Button, forms: Mapping[str, Form], filled: Dependency) -> None:
    """Let `start` list the lessons; an address with `#lesson=` opens one after `filled`, when the page is filled in."""
    view = LessonsView("lessons-view")
    tabs = {step["tab"] for name in ORDER for step in lesson(name)["steps"] if "inputs" in step}
    fields = [field for name in sorted(tabs & forms.keys()) for field in forms[name].inputs.values()]

    def lesson_texts(event: gr.EventData) -> str:
        return lessons_in(words(), str(sent(event, "lesson")))

    def filled_in(event: gr.EventData) -> dict[Any, Any]:
        name, at = sent(event, "lesson"), sent(event, "step")
        steps = lesson(name)["steps"] if name in ORDER else []
        if not isinstance(at, int) or not 0 <= at < len(steps) or steps[at]["tab"] not in forms:
            return {view: gr.skip()}
        return updates(forms[steps[at]["tab"]], steps[at].get("inputs", {})) or {view: gr.skip()}

    view.submit(guarded(lesson_texts), None, view, **EACH, **QUIET)
    prepared = view.select(guarded(filled_in), None, [view, *fields], **EACH, **QUIET)
    prepared.then(None, None, None, js=asked("filled"), **QUIET)
    start.click(None, None, None, js=asked("list"), **QUIET)
    filled.then(None, None, None, js=asked("open"), **QUIET)


def updates(form: Form, inputs: Mapping[str, Any]) -> dict[Any, Any]:
    """What fills in `inputs`, as far as this server's fields allow them: it may have other models."""
    allowed = {name: value for name, value in inputs.items() if name in form.inputs and fits(form.inputs[name], value)}
    return form.filled(allowed)
