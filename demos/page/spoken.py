"""Translates the layout of the page into the visitor's language as it is sent, with the words of its scripts."""

import json
from collections.abc import Iterator
from typing import Any

from demos.assets import script
from demos.gradio_compat import PageByVisitor
from demos.page.compact import compact
from demos.words import Words, words

# The texts that a visitor reads of any component, and the components that show their value as it is.
TEXTS = ("label", "placeholder", "info", "title", "x_title", "y_title")
SHOW_THEIR_VALUE = ("button",)
# The last one is for languages other than English.
SCRIPTS = (
    *("shared/words.js", "shared/dom.js", "shared/guide.js", "shared/exports.js", "shared/embed.js"),
    "shared/early_stop.js",
    "shared/gradio_words.js",
)


class SpokenPage(PageByVisitor):
    """Blocks whose layout comes in the language of the visitor that it is sent to."""

    def version(self) -> str:
        """The language of the request that is being answered."""
        return words().tag

    def made_for_visitor(self, layout: Any) -> Any:
        """The English `layout` in that language."""
        return in_words(compact(layout), words())


def in_words(config: Any, spoken: Words) -> Any:
    """A layout in another language, with a head that brings the page's scripts their words."""
    components = [component | {"props": _props(component, spoken)} for component in config["components"]]
    return config | {"components": components, "head": (config["head"] or "") + head(spoken, _written(config))}


def head(spoken: Words, written: str) -> str:
    """The script with the translations of what is `written` in the page's scripts and the markup of its views.

    The server translates the rest, four times as much. The script also sets the language of the document for screen
    readers.
    """
    written += script(*SCRIPTS)
    said = {english: said for english, said in spoken.entries.items() if _is_in(english, written)}
    # A "<" in the words must not end the script.
    entries = json.dumps(said, ensure_ascii=False).replace("<", "\\u003c")
    assignments = f"globalThis.glassboxWords = {entries};\ndocument.documentElement.lang = {json.dumps(spoken.tag)};"
    scripts = script(*SCRIPTS[: None if spoken.entries else -1])
    return "\n".join(["<script>", assignments, scripts, "</script>", _groups(spoken)])


def _written(config: Any) -> str:
    """The scripts of a layout, and the markup and properties of the views that they draw."""
    views = [component["props"] for component in config["components"] if component["type"] == "html"]
    texts = [text for props in views for text in _texts(props)]
    events = [event["js"] for event in config["dependencies"] if isinstance(event["js"], str)]
    return "\n".join([config["head"] or "", *texts, *events])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _is_in(english: str, written: str) -> bool:
    """Whether it is there, as it is or as it stands between quotes."""
    return english in written or json.dumps(english, ensure_ascii=False)[1:-1] in written


def _groups(spoken: Words) -> str:
    """What the second and the third group of tabs are called, for style.css to write."""
    names = {"inside": spoken.say("Look inside"), "tools": spoken.say("Tools")}
    names_of = "; ".join(f"--{group}: {json.dumps(name, ensure_ascii=False)}" for group, name in names.items())
    return f"<style>:root {{ {names_of} }}</style>"


def _props(component: Any, spoken: Words) -> dict[str, Any]:
    kind, props = component["type"], dict(component["props"])
    # What an endpoint is called is for scripts, which read English.
    if kind == "api":
        return props
    for name in TEXTS + (("value",) if kind in SHOW_THEIR_VALUE else ()):
        if isinstance(props.get(name), str):
            props[name] = spoken.localize(props[name])
    if kind == "markdown" and props.get("value"):
        props["value"] = spoken.markdown(props["value"])
    if "choices" in props:
        props["choices"] = [[spoken.localize(name), value] for name, value in props["choices"]]
    for name in ("headers", "sample_labels"):
        if props.get(name):
            props[name] = [spoken.localize(each) for each in props[name]]
    return props
