"""The Question answering tab: answers marked in the visitor's own text, or the word that it has none."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import gradio as gr

from demos.answer_view import AnswerView, Asked, near, view, why
from demos.document_bar import Opened, PlaceOf, document_bar, nowhere, offer_reading, places_of
from demos.events import QUIET, endpoint, on_run, throttled
from demos.examples import ready_examples
from demos.guard import report_to
from demos.model_picker import model_picker
from demos.reads_hint import ReadsHint
from demos.status import StatusLine, describe
from demos.tab import Carry, Form, Tab, carry_button
from demos.why_view import KEPT, NOT_ATTENTION, WhyView, unfolds
from demos.words import say, say_count, told
from models.catalog.offers import BUNDLED, Offers
from models.catalog.reading import reading, unread_language
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, InputError, Limits
from models.runtime.progress import Report, ignore
from models.tasks.question_answering.adapter import MOST_ANSWERS, Answerer
from models.tasks.question_answering.results import Answers

EXAMPLES_FOLDER = Path(__file__).parent.parent / "assets" / "examples"
CONTEXTS = {"The Iron Bridge": "bridge.txt", "Tea": "tea.txt", "A lighthouse log": "lighthouse.txt"}
QUESTIONS = (
    ("A fact", "When was the bridge opened?", "The Iron Bridge"),
    ("A reason", "Why did Abraham Darby stay in debt?", "The Iron Bridge"),
    ("Not in the text", "How many people cross the bridge every day?", "The Iron Bridge"),
    ("A negation", "Which drinks contain no caffeine?", "Tea"),
    ("In the last lines of a long text", "Where was the brass key found?", "A lighthouse log"),
)
CHINESE_CONTEXT = "lighthouse_zh.txt"
CHINESE = {
    "一个事实": "灯塔什么时候改用电灯？",
    "人物": "谁设计了灯塔？",
    "文中没有": "旅店住一晚多少钱？",
}
FIELDS = ("question", "context", "top_k", "model", "", "")
PRESS = "() => document.querySelector('#answer-run').click()"


def make_answerer(cache: ModelCache, limits: Limits = DEFAULT_LIMITS, offers: Offers = BUNDLED) -> Answerer:
    """The question-answering models of `offers` over `cache`."""
    default, *others = offers.question_answering
    return Answerer(cache, default, limits, tuple(others))


def contexts() -> dict[str, str]:
    """The example texts by their titles."""
    return {title: (EXAMPLES_FOLDER / name).read_text(encoding="utf-8") for title, name in CONTEXTS.items()}


def status_of(answers: Answers) -> str:
    """The status line under `answers`, with how much was read."""
    if answers.complete:
        return describe(answers.run, say_count(answers.windows, "{n} window", "{n} windows"))
    read = say_count(answers.windows, "{read} of {n} window read", "{read} of {n} windows read", read=answers.read)
    return describe(answers.run, read)


def plain(answers: Answers, place_of: PlaceOf = nowhere) -> dict[str, Any]:
    """`answers` as scripts get them; each with its place, where it has one."""
    placed = [asdict(answer) | {"place": place_of(answer.start)} for answer in answers.answers]
    return {
        "answers": [{name: value for name, value in answer.items() if value != ""} for answer in placed],
        "no_answer": answers.no_answer,
        "windows": answers.windows,
        **asdict(answers.run),
    }


def render(answerer: Answerer) -> Form:
    """Lay out the tab, and offer `/answer`."""
    texts, limits = contexts(), answerer.limits
    gr.Markdown("Ask something about a text. The answer is marked where it stands; if the text has none, it says so.")
    model = model_picker(answerer, "answer-model")
    with gr.Row(elem_id="answer-inputs"):
        with gr.Column(scale=3):
            question = gr.Textbox(label="Question", max_length=limits.text, elem_id="answer-question")
            context = gr.Textbox(
                label="Text", lines=8, max_lines=8, max_length=limits.context, elem_id="answer-context"
            )
            with gr.Row():
                run = gr.Button("Answer", variant="primary", elem_id="answer-run")
                ask_all = gr.Button("Ask all examples", elem_id="answer-all")
                stop = gr.Button("Stop", interactive=False, elem_id="answer-stop")
        with gr.Column(scale=2):
            ready = ready_examples(
                [[asked, texts[title]] for _, asked, title in QUESTIONS],
                [question, context],
                example_labels=[label for label, *_ in QUESTIONS],
                elem_id="answer-examples",
            )
            in_chinese = (EXAMPLES_FOLDER / CHINESE_CONTEXT).read_text(encoding="utf-8")
            chinese = ready_examples(
                [[asked, in_chinese, reading(answerer.models, "zh").name] for asked in CHINESE.values()],
                [question, context, model],
                "zh",
                example_labels=list(CHINESE),
                elem_id="answer-examples-zh",
            )
            bar = document_bar("answer")
            top_k = gr.Slider(1, MOST_ANSWERS, 3, step=1, label="Answers shown", elem_id="answer-top-k")
    result_view = AnswerView("answer-view")
    status = StatusLine("answer-status")
    unread = ReadsHint("answer")
    with gr.Accordion("Why: the words that raised this answer", open=False, elem_id="answer-why") as fold:
        why_view = WhyView("answer-why-view")
        gr.Markdown(WHY)
        gr.Markdown(NOT_ATTENTION)
        carry = carry_button("answer-carry")
    with gr.Accordion("How to read this", open=False, elem_id="answer-help"):
        gr.Markdown(EXPLANATION)
    with gr.Accordion("Raw JSON", open=False):
        raw = gr.JSON(show_label=False, elem_id="answer-raw")
    # What is shown, and whether anybody looks into it: only then it is explained.
    asked, opened = gr.State(None, time_to_live=KEPT), unfolds(fold)
    outputs = [result_view, status, raw, asked, why_view]

    def answer_page(
        question: str,
        context: str,
        top_k: int,
        model: str,
        opened: bool,
        document: Opened | None,
        progress: gr.Progress = gr.Progress(),
    ) -> Iterator[dict[Any, Any]]:
        reader = answerer.using(model)
        place_of: PlaceOf = nowhere
        if document is not None and context == document.shown:
            # All of it is read, though the field may hold no more than its beginning.
            context, place_of = document.whole.shown, places_of(document.whole, document.whole.shown)
            reader = replace(reader, limits=replace(limits, context=max(limits.context, len(context))))
        warned = unread.shown(context, reader.spec, answerer.models)
        for answers in throttled(reader.stream(question, context, top_k, report_to(progress)), every=0.3):
            result = view(context, answers, place_of=place_of)
            shown = {result_view: [result], status: status_of(answers), raw: plain(answers, place_of)}
            yield shown | warned | {asked: Asked(question, *near(context, answers)), why_view: {}}
        if opened:
            yield from explain(Asked(question, *near(context, answers)), {}, progress)

    def explain(
        asked: Asked | None, shown: dict[str, Any], progress: gr.Progress = gr.Progress()
    ) -> Iterator[dict[Any, Any]]:
        if asked is None or asked.best is None or shown.get("done"):
            return
        reader = answerer.using(asked.answers.run.model)
        if not reader.has_reasons:
            yield {why_view: {"groups": [], "facts": [say("The words of a language model are not measured here.")]}}
            return
        found = None
        yield {why_view: why(asked)}
        reasons = reader.reasons(asked.question, asked.context, asked.best, report_to(progress))
        for found in throttled(reasons, every=0.3):
            yield {why_view: why(asked, found)}
        yield {why_view: why(asked, found, done=True)}

    def answer_all(
        question: str, top_k: int, model: str, progress: gr.Progress = gr.Progress()
    ) -> Iterator[tuple[Any, ...]]:
        done: dict[str, Answers] = {}
        for title, text in texts.items():
            for answers in answerer.using(model).stream(question, text, top_k, report_to(progress)):
                done[title] = answers
            views = [view(texts[name], found, told(name)) for name, found in done.items()]
            yield views, status_of(answers), {name: plain(found) for name, found in done.items()}, None, {}

    def check(question: str, context: str, top_k: int, model: str = "", *_: object) -> None:
        answerer.using(model).check(question, context, top_k)

    def check_all(question: str, top_k: int, model: str) -> None:
        check(question, texts["Tea"], top_k, model)

    inputs = [question, context, top_k, model, opened, bar.opened]
    on_run([run.click, question.submit], answer_page, inputs, [*outputs, *unread.parts], check, FIELDS, stop)
    unread.follow(context, model, answerer.models, run)
    for_all = ("question", "top_k", "model")
    on_run([ask_all.click], answer_all, [question, top_k, model], outputs, check_all, for_all, stop)
    on_run([fold.expand], explain, [asked, why_view], [why_view, status], lambda *_: None, ("", ""), stop)
    for examples in (ready, chinese):
        examples.load_input_event.then(None, None, None, js=PRESS, **QUIET)
    bar.follow(context, limits.context, whole=True)

    def answer(
        question: str, context: str, top_k: int = 3, model: str = "", *, report: Report = ignore
    ) -> dict[str, Any]:
        """The best answers to `question` in `context` as character offsets, and the probability that there is none."""
        chosen = answerer.using(model)
        found = plain(chosen(question, context, top_k, report))
        return found | {"unread": unread_language(context, chosen.spec)}

    endpoint(answer, "answer", check)
    offer_reading()

    def window(asked: Asked | None) -> tuple[str, str, str]:
        if asked is None:
            raise InputError("question", "Nothing is answered here yet. Ask something first.")
        return asked.answers.run.model, asked.question, asked.context[slice(*asked.answers.window)] or asked.context

    fields = {"question": question, "context": context, "top_k": top_k, "model": model}
    return Form(fields, run, (Carry(carry, (asked,), window, stop),), {"answer": fields})


WHY = """
A word's effect is what it adds to the answer's lead over “no answer”: the scores (logits) of its first and last token
together, less those of “no answer”.

- **Left out**: the question is read again without the word, over the same text. This is occlusion (Zeiler and Fergus
  2014).
- **Gradients**: the model reads many times on the way from blanks to the words, and the slope of the lead at each word
  is added up (integrated gradients, Sundararajan et al. 2017). For the question the text stays as it is, and for the
  text the question does; all words together make up what the whole question, or the whole text, adds.

Only the window of the text in which the answer was found is read.
"""
EXPLANATION = """
The model reads the question together with a window of the text, and gives every stretch of up to 20 tokens a score. A
long text is read in windows of 320 tokens that overlap, so that each place has words around it on both sides.

Each percentage is the probability that the answer is at that place. **Not in the text** competes with them: it comes
from how far the best stretch stands above the model's own “no answer” score. For MiniLM-SQuAD that was fitted on
questions left out of the training; the probabilities of other models are as they come out of them. The marks are
stronger the likelier the answer, and numbered from the best.

The model finds words, it does not reason: it cannot add, compare, or answer from two places at once.

A language model (Qwen) writes its answer, and is asked to copy words from the text or to say NONE. What it copied is
marked where it stands; what it did not is shown as its own words, and the nearest sentence is marked. **Not in the
text** is the probability of NONE against all beginnings that stand in the text; an answer has the probability of its
wording. It reads a dozen languages. A long text is read in windows of 600 tokens, those with most of the question's
words first, until a copied answer is sure or the time is up.
"""

TAB = Tab("Question answering", make_answerer, render, ("answer",))
