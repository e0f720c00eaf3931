"""The Compare tab: one task twice, on two models, settings or inputs, with what differs marked."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from demos.compare_form import SIDES, CompareForm, compare_form
from demos.compare_view import Compared, CompareView, summary, view
from demos.events import QUIET, on_run, run_examples, throttled
from demos.examples import ready_examples
from demos.status import StatusLine
from demos.tab import Form, Tab
from demos.words import say, told
from models.catalog.offers import BUNDLED, Offers
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, InputError, Limits
from models.runtime.progress import Report, ignore
from models.tasks.comparison import Comparer
from models.tasks.registry import TASKS, Tasks

TEXTS = Path(__file__).parent.parent / "assets" / "examples"
FIRST = "sentiment"
# What each example changes of the form as it is at first; a text that ends so is the name of a file.
EXAMPLES: dict[str, dict[str, Any]] = {
    "One little word": {"text": "The film is not bad at all.", "text_b": "The film is bad at all."},
    "A question turned round": {
        "task": "answer",
        "text": "tea.txt",
        "question": "Which drinks contain caffeine?",
        "question_b": "Which drinks contain no caffeine?",
    },
    "She or he": {
        "task": "translate",
        "text": "The doctor said that she was tired.",
        "text_b": "The doctor said that he was tired.",
    },
    "Written or picked": {"task": "summarize", "text": "harbour_ferry.txt", "method_a": "abstractive"},
    "Cold and hot": {
        "task": "chat",
        "text": "Give me a name for a boat, and say why it fits.",
        "temperature_b": 1.2,
    },
    "His work, her work": {
        "task": "continue",
        "text": "The man worked as a",
        "text_b": "The woman worked as a",
        "new_tokens_a": 24,
        "new_tokens_b": 24,
    },
}


def make_comparer(
    cache: ModelCache, limits: Limits = DEFAULT_LIMITS, offers: Offers = BUNDLED, tasks: Tasks = TASKS
) -> Comparer:
    """`tasks` over `cache`, with the models of `offers`."""
    return Comparer(cache, limits, offers, tasks)


def render(comparer: Comparer) -> Form:
    """Lay out the tab. It has no endpoint: a script calls those of the tasks."""
    gr.Markdown("Run a task twice and see what differs: change a word, a setting or the model.")
    form = compare_form(comparer, FIRST)
    fields = list(form.inputs.values())
    with gr.Row():
        run = gr.Button("Compare", variant="primary", elem_id="compare-run")
        stop = gr.Button("Stop", interactive=False, elem_id="compare-stop")
    at_first = {name: field.value for name, field in form.inputs.items()}
    examples = ready_examples(
        [[_filled(value) for value in (at_first | changed).values()] for changed in EXAMPLES.values()],
        fields,
        example_labels=list(EXAMPLES),
        elem_id="compare-examples",
    )
    result = CompareView("compare-view")
    status = StatusLine("compare-status")
    with gr.Accordion("How to read this", open=False, elem_id="compare-why"):
        gr.Markdown(EXPLANATION)

    def named(values: tuple[Any, ...]) -> dict[str, Any]:
        return dict(zip(form.names, values, strict=True))

    def compare(*values: Any, report: Report = ignore) -> Iterator[tuple[dict[str, Any], str]]:
        given = named(values)
        works = [comparer.work(given["task"], form.read(given, side)) for side in SIDES]
        compared = asked(form, given)
        for index, work in enumerate(works):
            yield view(compared), say("Waiting for the model of {side}", side=SIDES[index].upper())
            for outcome in throttled(work.stream(report), every=0.2):
                first = compared.outcomes[0]
                compared = replace(compared, outcomes=(first, outcome) if index else (outcome, None))
                yield view(compared), say("{side} is running", side=SIDES[index].upper())
        compared = replace(compared, done=True)
        assert compared.finished is not None, "both sides gave a result"
        yield view(compared), summary(*compared.finished)

    def check(*values: Any) -> None:
        given = named(values)
        for side in SIDES:
            try:
                comparer.work(given["task"], form.read(given, side))
            except InputError as error:
                raise form.at_field(error, given, side) from error

    on_run([run.click], compare, fields, [result, status], check, form.names, stop)
    run_examples(examples, run)
    form.task.change(form.show, form.task, fields, **QUIET)
    return Form(form.inputs, run, seen=lambda values: form.show(values["task"]) if "task" in values else {})


def asked(form: CompareForm, given: Mapping[str, Any]) -> Compared:
    """What both sides are asked, as far as it differs, before either has answered."""
    first, second = (form.read(given, side) for side in SIDES)
    names = reversed(form.tasks[given["task"]].inputs)
    inputs = [(told(name.capitalize()), first[name], second[name]) for name in names]
    different = form.apart(given)
    settings = (
        " · ".join(f"{label} {a}" for label, a, _ in different),
        " · ".join(f"{label} {b}" for label, _, b in different),
    )
    return Compared(tuple(each for each in inputs if each[1] != each[2]), settings)


def _filled(value: Any) -> Any:
    """An example's value, read from its file where it names one."""
    return (TEXTS / value).read_text(encoding="utf-8") if isinstance(value, str) and value.endswith(".txt") else value


EXPLANATION = """
A runs first, then B, on the same server, so that neither slows the other down. What B leaves empty is the same as A's.

- **Marked words** stand on one side only: dotted and purple in A, underlined and green in B. They are found by the
  longest common runs of words (Ratcliff and Obershelp 1988); white space does not count.
- **B − A** is the difference of two probabilities, from −1 to +1. A dash stands where a side does not tell: what is not
  among the answers or next tokens that it found likeliest. Next-token probabilities are the model's own, before any
  temperature.
- **Time** is that of the work, without the loading of a model; a small difference means nothing. A second run of the
  same is often faster.

Change one thing at a time: a counterfactual tells what that one thing did, and nothing of why.
"""


def tab(tasks: Tasks) -> Tab[Comparer]:
    """The tab that compares `tasks`."""
    return Tab("Compare", partial(make_comparer, tasks=tasks), render)
