"""The smallest edit that changes a result: a fold with a button that looks for it, the edit drawn, a way to Compare."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from demos.events import on_run, throttled
from demos.packed import PackedView
from demos.status import StatusLine, describe
from demos.tab import Trial
from demos.words import localize, say, say_count
from models.explain.edits.opposites import OPPOSITES
from models.runtime.limits import InputError
from models.runtime.progress import Report, ignore
from models.tasks.flip import Flip

COMPARE = "compare"
# A result is shown that has at least this probability, before or after.
LEAST = 0.01
EXPLANATION = """
Every word is left out in turn, or replaced by its opposite where a list of {n} English words has one; then two, three
and four of those changes together that came nearest. Of the edits with the fewest changes the one that turns the result
over most clearly is shown, always the same for the same text. None found means none within these bounds.
"""


class EditView(PackedView):
    """Draws an `edit_view`; its script puts every text into the page as text."""

    def __init__(self, elem_id: str, render: bool = True) -> None:
        # Gradio makes an unrendered one where an event leaves the view as it is.
        super().__init__({}, "edit/view.html", ["edit/view.js"], elem_id, render)


@dataclass(frozen=True)
class EditFold:
    """The fold's components; `changed` keeps the edited text, for Compare."""

    run: gr.Button
    view: EditView
    status: StatusLine
    changed: gr.Textbox
    compare: gr.Button

    def trial(self, inputs: tuple[Component, ...], choose: Callable[..., Mapping[str, Any]]) -> Trial:
        """The way to Compare: `choose` makes its inputs of the edited text and the values of `inputs`."""

        def chosen(text: str, *values: Any) -> Mapping[str, Any]:
            if not text:
                raise InputError("text", "There is no edit yet. Look for one first.")
            return choose(text, *values)

        return Trial(self.compare, COMPARE, (self.changed, *inputs), chosen)


def edit_fold(name: str, label: str) -> EditFold:
    """Lay out the rest of the fold, within an accordion of the tab called `name`; `label` is on its button."""
    run = gr.Button(label, elem_id=f"{name}-flip-run")
    view, status = EditView(f"{name}-flip-view"), StatusLine(f"{name}-flip-status")
    changed = gr.Textbox(visible=False)
    compare = gr.Button("Try it in Compare", size="sm", elem_id=f"{name}-flip-compare")
    gr.Markdown(EXPLANATION.format(n=len(OPPOSITES)))
    return EditFold(run, view, status, changed, compare)


def on_edit(
    fold: EditFold,
    search: Callable[..., Iterator[Flip]],
    inputs: Sequence[Component],
    check: Callable[..., None],
    fields: Sequence[str],
    stop: gr.Button,
) -> None:
    """Let the button run `search` with the values of `inputs`, the edited text first, and a report."""

    def look(*values: Any, report: Report = ignore) -> Iterator[dict[Any, Any]]:
        yield {fold.view: {}, fold.status: say("Waiting for the model"), fold.changed: ""}
        for flip in throttled(search(*values, report=report), every=0.3):
            tried = say_count(flip.tried, "{n} text read", "{n} texts read")
            shown = {fold.view: edit_view(values[0], flip), fold.status: describe(flip.run, tried)}
            yield shown | {fold.changed: flip.text if flip.edit else ""}

    on_run([fold.run.click], look, inputs, [fold.view, fold.status, fold.changed], check, fields, stop)


def edit_view(text: str, flip: Flip) -> dict[str, Any]:
    """The value of an EditView for an edit of `text`."""
    found = dict.fromkeys([*flip.before, *flip.after])
    names = [name for name in found if max(flip.before.get(name, 0.0), flip.after.get(name, 0.0)) >= LEAST]
    rows = [
        {
            "name": localize(name) if name else say("no answer"),
            "before": round(flip.before.get(name, 0.0), 4),
            "after": round(flip.after.get(name, 0.0), 4),
        }
        for name in names
    ]
    return {"verdict": verdict(flip), "pieces": pieces(text, flip), "rows": rows}


def verdict(flip: Flip) -> str:
    """What the search has found, in words."""
    if flip.found and not flip.edit:
        return say("It is so already: nothing has to be changed.")
    if flip.found:
        return say_count(
            len(flip.edit), "{n} change turns the result over.", "{n} changes together turn the result over."
        )
    if flip.over:
        return say("No edit found within {n} texts. This one comes nearest.", n=flip.tried)
    return say("Looking: {n} of at most {all} texts read. This one comes nearest so far.", n=flip.tried, all=flip.bound)


def pieces(text: str, flip: Flip) -> list[dict[str, str]]:
    """`text` cut at the changes, with what is struck out and what is put in."""
    cut: list[dict[str, str]] = []
    place = 0
    for change in flip.edit:
        cut.append({"text": text[place : change.start], "kind": ""})
        cut += [{"text": text[change.start : change.end], "kind": "out"}, {"text": change.new, "kind": "in"}]
        place = change.end
    return [piece for piece in [*cut, {"text": text[place:], "kind": ""}] if piece["text"]]


def plain(text: str, flip: Flip) -> dict[str, Any]:
    """`flip` of `text` as scripts get it."""
    changes = [asdict(change) | {"old": text[change.start : change.end]} for change in flip.edit]
    found = {"found": flip.found, "changes": changes, "text": flip.text, "tried": flip.tried, "bound": flip.bound}
    return {**found, "before": dict(flip.before), "after": dict(flip.after), **asdict(flip.run)}
