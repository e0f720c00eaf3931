"""Another word in the translation: what else could stand at a word, the rest written anew, and undo."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from demos.assets import ASSETS, script
from demos.events import EACH, UNSEEN, current_lane, sent
from demos.guard import guarded
from demos.words import localize, say
from models.runtime.limits import InputError
from models.tasks.translation.adapter import Translator, Translators
from models.tasks.translation.rewriting import OtherWord, Place, Rewriter
from models.tasks.translation.translated import Translation

# Translations that can be taken back.
MOST = 24


class OtherWordsView(gr.HTML):
    """Draws the words that could stand at a place; its script puts every text into the page as text.

    Its `select` event has {"other": number, "place": [sentence, word]} for the word that is taken, at the place that it
    was shown for; its `undo` event takes the last one back.
    """

    def __init__(self, elem_id: str, render: bool = True) -> None:
        template = (ASSETS / "translation" / "other_words.html").read_text(encoding="utf-8")
        code = script("translation/other_words.js")
        super().__init__({}, html_template=template, js_on_load=code, elem_id=elem_id, render=render)


@dataclass(frozen=True)
class Versions:
    """A translation by `model` between two languages, those before it, and what could stand at a `place` of it."""

    source: str
    target: str
    model: str
    all: tuple[Translation, ...]
    place: Place | None = None
    others: tuple[OtherWord, ...] = ()

    @property
    def shown(self) -> Translation:
        """The last one."""
        return self.all[-1]

    @property
    def at(self) -> list[int] | None:
        """The place as its sentence and word, None without one."""
        return None if self.place is None else [self.place.sentence, self.place.word]

    def translator(self, translators: Translators) -> Translator:
        """What made it."""
        return translators.choose(self.source, self.target, self.model)


def view(versions: Versions | None, note: str = "") -> dict[str, Any]:
    """The value of an OtherWordsView."""
    if versions is None:
        return {"note": note}
    found = versions.shown
    word = ""
    if versions.place is not None:
        sentence = found.sentences[versions.place.sentence]
        word = sentence.target.of(found.text)
    others = [{"text": each.text, "probability": each.probability} for each in versions.others]
    return {"sentence": word, "place": versions.at, "others": others, "undo": len(versions.all) > 1, "note": note}


def follow(
    translators: Translators,
    clicked: gr.HTML,
    other_words: OtherWordsView,
    kept: gr.State,
    show: Callable[[Translation, bool], dict[Any, Any]],
    outputs: Sequence[Any],
) -> None:
    """Let a word of `clicked` be replaced; `show` gives the updates of `outputs` for a translation."""

    def ask(event: gr.EventData, versions: Versions | None) -> dict[Any, Any]:
        if versions is None:
            return {other_words: view(None, say("Translate something first."))}
        place = Place(int(sent(event, "row")), int(sent(event, "index")))
        try:
            others = Rewriter(versions.translator(translators)).others(versions.shown, place)
        except InputError as error:
            return {other_words: view(versions, localize(error))}
        asked = replace(versions, place=place, others=others)
        note = "" if others else say("The model sees no other word there.")
        return {kept: asked, other_words: view(asked, note)}

    def take(event: gr.EventData, versions: Versions | None) -> dict[Any, Any]:
        number = int(sent(event, "other"))
        if versions is None or versions.place is None or not 0 <= number < len(versions.others):
            return {other_words: view(versions)}
        # The words on the page may be those of a place that was asked for before.
        if sent(event, "place") != versions.at:
            return {other_words: view(versions)}
        rewriter = Rewriter(versions.translator(translators))
        found = rewriter.rewritten(versions.shown, versions.place, versions.others[number])
        return moved(replace(versions, all=(*versions.all[-MOST:], found), place=None, others=()))

    def undo(versions: Versions | None) -> dict[Any, Any]:
        if versions is None or len(versions.all) < 2:
            return {other_words: view(versions)}
        return moved(replace(versions, all=versions.all[:-1], place=None, others=()))

    def moved(versions: Versions) -> dict[Any, Any]:
        aligned = versions.translator(translators).aligned
        return show(versions.shown, aligned) | {kept: versions, other_words: view(versions)}

    in_lane: dict[str, Any] = {**UNSEEN, "concurrency_id": current_lane(), "concurrency_limit": 1}
    clicked.select(guarded(ask), kept, [kept, other_words], **EACH, **in_lane)
    other_words.select(guarded(take), kept, [*outputs, kept, other_words], **in_lane)
    other_words.undo(guarded(undo), kept, [*outputs, kept, other_words], **in_lane)
