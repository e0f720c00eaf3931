"""What each tab opens on: a result that its own models made beforehand, kept in `assets/openings/`.

`python -m bench.openings` makes them again. A file holds the inputs, the result and the hashes of the models.
"""

import functools
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import gradio as gr
from gradio.events import Dependency
from pydantic import TypeAdapter, ValidationError

from demos.assets import ASSETS
from demos.events import QUIET
from demos.guard import guarded
from demos.page.link_bar import check
from demos.page.links import LinkError
from demos.tab import Form, Opening
from demos.words import ENGLISH, say, words

log = logging.getLogger(__name__)

FOLDER = ASSETS / "openings"
# Once for each tab.
ASK = """(_, ...values) => {
  const tabs = (window.glassboxOpened ??= new Set());
  const first = !tabs.has(TAB);
  tabs.add(TAB);
  if (first) (window.glassboxOpening ??= new Set()).add(TAB);
  return [first ? TAB : "", ...values];
}"""


@dataclass(frozen=True)
class Made:
    """A result in JSON, the `inputs` it was made of, and the digests of the models that made it, by their names."""

    inputs: Mapping[str, Any]
    models: Mapping[str, str]
    result: Any


@functools.cache
def made(tab: str, language: str, by: str = "") -> Made | None:
    """What the tab opens on in a language, such as "en", where the model `by` is its default; None if nothing was made.

    `FOLDER` has one of the model that is the default without a choice, and some of others, which name these.
    """
    path = FOLDER / f"{tab}.{language}{by and '@'}{by}.json"
    return Made(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def fitting(tab: str, form: Form, opening: Opening) -> tuple[Made, Any] | None:
    """What `tab` opens on in the visitor's language, or else in English, and its result as the tab has it.

    It is by the model that the tab's picker begins with, where there is such a one. None where the inputs, such as the
    name of a model, do not fit this server, or the result is of an earlier version.
    """
    languages = dict.fromkeys([words().tag.partition("-")[0], ENGLISH.tag])
    begins = str(getattr(form.inputs.get("model"), "value", ""))
    for language, by in product(languages, (begins, "")):
        if (found := made(tab, language, by)) is None:
            continue
        try:
            check(form.inputs, found.inputs)
            return found, TypeAdapter(opening.kind).validate_python(found.result)
        except LinkError:
            continue
        except ValidationError as error:
            log.warning("%s.%s.json is of an earlier version; run python -m bench.openings: %s", tab, language, error)
    return None


def shown(form: Form, opening: Opening, found: tuple[Made, Any]) -> dict[Any, Any]:
    """The updates that fill in the inputs of what was `found`, and show its result as one that was made beforehand."""
    inputs = found[0].inputs
    updates = form.filled(inputs) | opening.show(inputs, found[1])
    return updates | {opening.status: say("Made beforehand by {status}", status=updates[opening.status])}


def show_openings(forms: Mapping[str, Form], panels: Mapping[str, gr.Tab], loaded: Dependency) -> Dependency:
    """Show what was made beforehand when a tab of `panels` is opened; in the first one, after the event `loaded`.

    Returns the event after which the first tab is as it opens.
    """
    done = loaded
    for tab, form in forms.items():
        if form.opening is None or (found := fitting(tab, form, form.opening)) is None:
            continue
        asked = gr.Textbox(visible=False)
        texts = touched(form)
        first = tab == next(iter(forms))
        trigger = loaded.then if first else panels[tab].select
        shows = trigger(
            guarded(opener(tab, form, form.opening, texts)),
            [asked, *(form.inputs[name] for name in texts), *form.opening.unless],
            # Which components show a result does not depend on its language.
            list(dict.fromkeys([*form.inputs.values(), *(form.opening.outputs or shown(form, form.opening, found))])),
            js=ASK.replace("TAB", json.dumps(tab)),
            **QUIET,
        )
        fields = [form.inputs[name] for name in texts]
        arguments = f"{json.dumps(tab)}, {json.dumps([field.elem_id for field in fields])}"
        typed = f"() => window.glassboxTyped.typed({arguments})"
        after = shows.then(None, None, fields, js=typed, **QUIET)
        done = after if first else done
    return done


def touched(form: Form) -> list[str]:
    """The names of the inputs that show whether a visitor, or a link, has filled in `form`: its empty texts, or all."""
    texts = {name: field for name, field in form.inputs.items() if isinstance(field, gr.Textbox)}
    return [name for name, field in texts.items() if not field.value] if texts else list(form.inputs)


def opener(tab: str, form: Form, opening: Opening, texts: Sequence[str]) -> Callable[..., dict[Any, Any]]:
    """What answers the page, which sends the tab's name where it asks, and the values of `texts` and of `unless`.

    A visitor's own text is not written over. A link that holds the opening's own inputs brings its result.
    """

    def opened(asked: str, *values: Any) -> dict[Any, Any]:
        typed = dict(zip(texts, values, strict=False))
        found = fitting(tab, form, opening) if asked == tab and not any(values[len(texts) :]) else None
        wanted = {name: found[0].inputs.get(name, "") for name in texts} if found else {}
        if found and (not any(typed.values()) or typed == wanted):
            return shown(form, opening, found)
        return {opening.status: gr.skip()}

    return opened
