"""The Compare tab: runs a task twice, with different models, settings or inputs, and marks the differences."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr

from demos.assets import ASSETS
from demos.compare.differences import parts
from demos.compare.form import SIDES, CompareForm, compare_form, model_field
from demos.compare.view import Compared, CompareView, summary, view
from demos.events import QUIET, on_run, run_examples, throttled
from demos.fields.examples import ready_examples
from demos.status import StatusLine
from demos.tab import Form, Opening, Tab
from demos.words import localize, say
from models.catalog.bundled import QWEN
from models.catalog.offers import BUNDLED, Offers
from models.catalog.reading import reading
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, InputError, Limits
from models.runtime.progress import Report, ignore
from models.tasks.comparison import Comparer
from models.tasks.registry import TASKS, Tasks
from models.tasks.spec import Outcome

TEXTS = ASSETS / "examples"
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

CHINESE: dict[str, dict[str, Any]] = {
    "一字之差": {"text": "这部电影很好看。", "text_b": "这部电影不好看。"},
    "提问换个说法": {
        "task": "answer",
        "text": "buses_zh.txt",
        "question": "公交什么时候开始免费？",
        "question_b": "为什么公交要免费？",
    },
    "热与冷": {"task": "chat", "text": "给一条船起个名字，并说说理由。", "temperature_b": 1.2},
}
# One sentence by the model that was made for its task, and by the one that does every task.
SIDE_BY_SIDE = {"task": "translate", "text": "The ferry leaves at 8:30 and costs $25.", "translate_model_b": QWEN.name}


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
    offered = EXAMPLES | (
        {"Made for it, or for everything": SIDE_BY_SIDE} if QWEN in comparer.models["translate"] else {}
    )
    reader = {
        model_field(task, side): reading(models, "zh").name
        for task, models in comparer.models.items()
        for side in SIDES
        if models and task != "translate"
    }
    in_chinese, examples = (
        ready_examples(
            [[_filled(value) for value in (at_first | more | changed).values()] for changed in shown.values()],
            fields,
            language,
            labels=list(shown),
            elem_id=f"compare-examples{language and '-'}{language}",
        )
        for shown, more, language in ((CHINESE, reader, "zh"), (offered, {}, ""))
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
        ours, theirs = (comparer.memory(each.run.model) for each in compared.finished)
        yield view(replace(compared, memory=(ours, theirs))), summary(*compared.finished)

    def check(*values: Any) -> None:
        given = named(values)
        for side in SIDES:
            try:
                comparer.work(given["task"], form.read(given, side))
            except InputError as error:
                raise form.at_field(error, given, side) from error

    on_run([run.click], compare, fields, [result, status], check, form.names, stop)
    for ready in (in_chinese, examples):
        run_examples(ready, run, stop)
    form.task.change(form.show, form.task, fields, **QUIET)

    def both(**given: Any) -> tuple[Outcome, Outcome]:
        a, b = (deque(comparer.work(given["task"], form.read(given, side)).stream(ignore), 1)[0] for side in SIDES)
        return a, b

    def shown(given: Mapping[str, Any], outcomes: tuple[Outcome, Outcome]) -> dict[Any, Any]:
        compared = replace(asked(form, {**at_first, **given}), outcomes=outcomes, done=True)
        return {result: view(compared), status: f"{outcomes[0].run.model} · {summary(*outcomes)}"}

    return Form(
        form.inputs,
        run,
        seen=lambda values: form.show(values["task"]) if "task" in values else {},
        opening=Opening(tuple[Outcome, Outcome], lambda **given: both(**{**at_first, **given}), shown, status),
    )


def asked(form: CompareForm, given: Mapping[str, Any]) -> Compared:
    """What both sides are asked, as far as it differs, before either has answered."""
    first, second = (form.read(given, side) for side in SIDES)
    names = [name for name in reversed(form.tasks[given["task"]].inputs) if first[name] != second[name]]
    inputs = [(localize(name.capitalize()), *parts(first[name], second[name])) for name in names]
    different = form.apart(given)
    settings = (
        " · ".join(f"{label} {a}" for label, a, _ in different),
        " · ".join(f"{label} {b}" for label, _, b in different),
    )
    return Compared(tuple(inputs), settings)


def _filled(value: Any) -> Any:
    """An example's value, read from its file where it names one."""
    return (TEXTS / value).read_text(encoding="utf-8") if isinstance(value, str) and value.endswith(".txt") else value


EXPLANATION = """
A runs first, then B, on the same server, so that neither slows the other down. What B leaves empty is the same as A's.

- **Marked words** stand on one side only: dotted and purple in A, underlined and green in B. They are found by the
  longest common runs of words (Ratcliff and Obershelp 1988); white space does not count.
- **B − A** is the difference of two probabilities, from −1 to +1. A dash stands for an unknown probability: what is not
  among the answers or next tokens that a side found likeliest. Next-token probabilities are the model's own, before any
  temperature.
- **Time** is that of the work, without the loading of a model; a small difference means nothing. A second run of the
  same is often faster.

Change one thing at a time: a counterfactual shows the effect of that one thing, not its cause.
"""


def tab(tasks: Tasks) -> Tab[Comparer]:
    """The tab that compares `tasks`."""
    return Tab("Compare", partial(make_comparer, tasks=tasks), render, group="tools")
