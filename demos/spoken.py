"""The page in the visitor's language: its layout is translated as it is sent, and brings the words of its scripts."""

import json
from pathlib import Path
from typing import Any

import gradio as gr

from demos.words import Words, words

ASSETS = Path(__file__).parent.parent / "assets"
# The texts that a visitor reads of any component, and the components that show their value as it is.
TEXTS = ("label", "placeholder", "info", "title", "x_title", "y_title")
SHOW_THEIR_VALUE = ("button",)


class SpokenPage(gr.Blocks):
    """Blocks whose layout comes in the language of the visitor that it is sent to."""

    @property
    def config(self) -> Any:
        """The layout, as Gradio sends it."""
        spoken = words()
        if spoken.tag not in self._spoken:
            self._spoken[spoken.tag] = in_words(self._english, spoken)
        return self._spoken[spoken.tag]

    @config.setter
    def config(self, english: Any) -> None:
        self._english, self._spoken = english, dict[str, Any]()


def in_words(config: Any, spoken: Words) -> Any:
    """A layout in another language, with a head that brings the page's scripts their words."""
    components = [component | {"props": _props(component, spoken)} for component in config["components"]]
    return config | {"components": components, "head": (config["head"] or "") + head(spoken)}


def head(spoken: Words) -> str:
    """The script that every script of the page asks for words; a screen reader is told what language it reads."""
    # A "<" in the words must not end the script.
    entries = json.dumps(spoken.entries, ensure_ascii=False).replace("<", "\\u003c")
    told = f"globalThis.glassboxWords = {entries};\ndocument.documentElement.lang = {json.dumps(spoken.tag)};"
    scripts = ["words.js", *(["gradio_words.js"] if spoken.entries else [])]
    return "\n".join(
        ["<script>", told, *((ASSETS / name).read_text(encoding="utf-8") for name in scripts), "</script>"]
    )


def _props(component: Any, spoken: Words) -> dict[str, Any]:
    kind, props = component["type"], dict(component["props"])
    # What an endpoint is called is for scripts, which read English.
    if kind == "api":
        return props
    for name in TEXTS + (("value",) if kind in SHOW_THEIR_VALUE else ()):
        if isinstance(props.get(name), str):
            props[name] = spoken.told(props[name])
    if kind == "markdown" and props.get("value"):
        props["value"] = spoken.markdown(props["value"])
    if "choices" in props:
        props["choices"] = [[spoken.told(name), value] for name, value in props["choices"]]
    for name in ("headers", "sample_labels"):
        if props.get(name):
            props[name] = [spoken.told(each) for each in props[name]]
    return props
