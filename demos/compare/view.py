"""Two results side by side: a gr.HTML component drawn by `assets/compare/view.js`, and the data it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from demos import words
from demos.assets import ASSETS, script
from demos.compare.differences import Figure, Part, figures, parts
from demos.status import describe, seconds
from demos.words import say
from models.runtime.progress import MEGABYTE
from models.tasks.question_answering.task import NOT_THERE
from models.tasks.spec import Outcome
from models.text.words import count

FOLDER = ASSETS / "compare"

# Probabilities nearer than this look the same in figures.
NEAR = 0.005


@dataclass(frozen=True)
class Compared:
    """The inputs of both sides, and their results so far.

    `inputs` are the names of the inputs that differ, with the `parts` of both texts; `differences` are the settings of
    each side that differ. `memory` is the size of each side's models in bytes, 0 if they are no longer loaded.
    """

    inputs: tuple[tuple[str, tuple[Part, ...], tuple[Part, ...]], ...]
    differences: tuple[str, str]
    outcomes: tuple[Outcome | None, Outcome | None] = (None, None)
    done: bool = False
    memory: tuple[int, int] = (0, 0)

    @property
    def finished(self) -> tuple[Outcome, Outcome] | None:
        """Both results, once nothing more comes."""
        first, second = self.outcomes
        return (first, second) if self.done and first and second else None


class CompareView(gr.HTML):
    """Draws a `view`; its script puts every text into the page as text."""

    def __init__(self, elem_id: str, render: bool = True) -> None:
        # Gradio makes an unrendered one where an event leaves the view as it is.
        super().__init__(
            {},
            html_template=(FOLDER / "view.html").read_text(encoding="utf-8"),
            js_on_load=script("compare/view.js"),
            elem_id=elem_id,
            render=render,
        )


def view(compared: Compared) -> dict[str, Any]:
    """The value of a CompareView. Differences are marked when both sides are whole: before that, all would differ."""
    both = compared.finished
    texts = parts(*map(_said, both)) if both else tuple(map(_whole, compared.outcomes))
    sides = [
        {
            "differences": differences,
            "text": _plain(text),
            "waiting": outcome is None,
            "verdict": bool(outcome and outcome.verdict),
            "status": describe(outcome.run, *map(words.localize, outcome.facts)) if outcome else "",
        }
        for differences, text, outcome in zip(compared.differences, texts, compared.outcomes, strict=True)
    ]
    inputs = [{"name": name, "texts": [_plain(a), _plain(b)]} for name, a, b in compared.inputs]
    shown: dict[str, Any] = {"inputs": inputs, "sides": sides}
    if both is None:
        return shown
    rows = figures(both[0].figures, both[1].figures)
    moved = any(row.difference is None or abs(row.difference) >= NEAR for row in rows)
    shown["figures"] = [_row(row) for row in rows] if moved else []
    return shown | {"same": bool(rows) and not moved, "costs": costs(*both, compared.memory)}


def summary(first: Outcome, second: Outcome) -> str:
    """What differs, in one line."""
    if first.verdict:
        a, b = named(first.text), named(second.text)
        return f"A: {a} · B: {b}" if a != b else say("A and B: {verdict}", verdict=a)
    ours, theirs = parts(first.text, second.text)
    alone = [sum(count(part.text) for part in side if part.alone) for side in (ours, theirs)]
    if not any(alone):
        return say("Both sides say the same words")
    return say("Words on one side only: {a} in A, {b} in B", a=alone[0], b=alone[1])


def named(verdict: str) -> str:
    """A verdict in the visitor's language; an answer, which is the visitor's own text, as it is."""
    ours = {
        "negative": say("negative"),
        "neutral": say("neutral"),
        "positive": say("positive"),
        NOT_THERE: say("not in the text"),
    }
    return ours.get(verdict, verdict)


def costs(first: Outcome, second: Outcome, memory: tuple[int, int] = (0, 0)) -> list[list[str]]:
    """What each side took: its name, A's, B's and the difference, all in words; `memory` in bytes."""
    counts = (
        (say("tokens read"), first.run.tokens, second.run.tokens),
        (say("tokens written"), first.written, second.written),
        (say("words"), _length(first), _length(second)),
    )
    took = first.run.seconds, second.run.seconds
    rows = [[say("time"), *map(seconds, took), _signed(took[1] - took[0], seconds(abs(took[1] - took[0])))]]
    rows += [[name, f"{a:,}", f"{b:,}", _signed(b - a, f"{abs(b - a):,}")] for name, a, b in counts if a or b]
    if all(memory):
        sizes = [say("{n:,.0f} MB", n=size / MEGABYTE) for size in (*memory, abs(memory[1] - memory[0]))]
        rows.insert(1, [say("memory of the model"), *sizes[:2], _signed(memory[1] - memory[0], sizes[2])])
    return rows


def _length(outcome: Outcome) -> int:
    """The words of a text; a verdict has no length."""
    return 0 if outcome.verdict else count(outcome.text)


def _whole(outcome: Outcome | None) -> tuple[Part, ...]:
    return (Part(_said(outcome), False),) if outcome and outcome.text else ()


def _said(outcome: Outcome) -> str:
    """The text of a result; a verdict in the visitor's language where it is one of ours."""
    return named(outcome.text) if outcome.verdict else outcome.text


def _plain(text: Sequence[Part]) -> list[tuple[str, bool]]:
    return [(part.text, part.alone) for part in text]


def _row(row: Figure) -> list[Any]:
    values = (row.first, row.second, row.difference)
    return [named(row.name), *(None if value is None else round(value, 4) for value in values)]


def _signed(difference: float, size: str) -> str:
    """A difference with its sign; none where there is no difference."""
    return f"{'−' if difference < 0 else '+'}{size}" if difference else say("the same")
