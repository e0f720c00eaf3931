"""The Question answering tab: answers marked in the visitor's text, or a verdict that there is none."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from demos.events import endpoint, on_run, run_examples, throttled
from demos.fields.document_bar import Opened, PlaceOf, document_bar, nowhere, offer_reading, places_of
from demos.fields.examples import ready_examples
from demos.fields.model_picker import model_picker
from demos.fields.reads_hint import ReadsHint
from demos.guard import report_to
from demos.question_answering.flip import flip_part
from demos.question_answering.texts import (
    CHINESE,
    CHINESE_CONTEXT,
    EXAMPLES_FOLDER,
    EXPLANATION,
    QUESTIONS,
    WHY,
    contexts,
)
from demos.question_answering.view import AnswerView, Asked, near, plain, status_of, unmeasured, view, why
from demos.status import StatusLine
from demos.tab import Carry, Form, Opening, Tab, carry_button
from demos.views.faithfulness import FaithfulnessView
from demos.views.why import KEPT, NOT_ATTENTION, WhyView, unfolds
from demos.words import localize
from models.catalog.offers import BUNDLED, Offers
from models.catalog.reading import reading, unread_language
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, InputError, Limits
from models.runtime.progress import Report, ignore
from models.tasks.question_answering.adapter import MOST_ANSWERS, Answerer
from models.tasks.question_answering.results import Answers

FIELDS = ("question", "context", "top_k", "model", "", "")


def make_answerer(cache: ModelCache, limits: Limits = DEFAULT_LIMITS, offers: Offers = BUNDLED) -> Answerer:
    """The question-answering models of `offers` over `cache`."""
    default, *others = offers.question_answering
    return Answerer(cache, default, limits, tuple(others))


def render(answerer: Answerer) -> Form:
    """Lay out the tab, and offer `/answer` and `/flip_answer`."""
    texts, limits = contexts(), answerer.limits
    gr.Markdown("Ask something about a text. The answer is marked in the text, or reported as missing.")
    with gr.Column(elem_classes="asked"):
        model = model_picker(answerer, "answer-model")
        question = gr.Textbox(label="Question", max_length=limits.text, elem_id="answer-question")
        context = gr.Textbox(label="Text", lines=8, max_lines=8, max_length=limits.context, elem_id="answer-context")
        with gr.Row():
            run = gr.Button("Answer", variant="primary", elem_id="answer-run")
            ask_all = gr.Button("Ask all examples", elem_id="answer-all")
            stop = gr.Button("Stop", interactive=False, elem_id="answer-stop")
    with gr.Column(elem_classes="shown"):
        result_view = AnswerView("answer-view")
        status = StatusLine("answer-status")
        unread = ReadsHint("answer")
        with gr.Accordion("Why: the words that raised this answer", open=False, elem_id="answer-why") as fold:
            why_view = WhyView("answer-why-view")
            gr.Markdown(WHY)
            FaithfulnessView("answers", "answer-faithfulness")
            gr.Markdown(NOT_ATTENTION)
            carry = carry_button("answer-carry")
    with gr.Column(elem_classes="offered"):
        in_chinese = (EXAMPLES_FOLDER / CHINESE_CONTEXT).read_text(encoding="utf-8")
        chinese = ready_examples(
            [[asked, in_chinese, reading(answerer.models, "zh").name] for asked in CHINESE.values()],
            [question, context, model],
            "zh",
            labels=list(CHINESE),
            elem_id="answer-examples-zh",
        )
        ready = ready_examples(
            [[asked, texts[title]] for _, asked, title in QUESTIONS],
            [question, context],
            labels=[label for label, *_ in QUESTIONS],
            elem_id="answer-examples",
        )
        bar = document_bar("answer")
        top_k = gr.Slider(1, MOST_ANSWERS, 3, step=1, label="Answers shown", elem_id="answer-top-k")
    trial = flip_part(answerer, question, context, model, stop)
    with gr.Accordion("How to read this", open=False, elem_id="answer-help"):
        gr.Markdown(EXPLANATION)
    with gr.Accordion("Raw JSON", open=False):
        raw = gr.JSON(show_label=False, elem_id="answer-raw")
    # What is shown, and whether its fold is open: only then it is explained.
    asked, opened = gr.State(None, time_to_live=KEPT), unfolds(fold)
    outputs = [result_view, status, raw, asked, why_view]

    def shown(question: str, context: str, answers: Answers, place_of: PlaceOf = nowhere) -> dict[Any, Any]:
        result = view(context, answers, place_of=place_of)
        updates = {result_view: [result], status: status_of(answers), raw: plain(answers, place_of)}
        return updates | {asked: Asked(question, *near(context, answers)), why_view: {}}

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
            yield shown(question, context, answers, place_of) | warned
        if opened:
            yield from explain(Asked(question, *near(context, answers)), {}, progress)

    def explain(
        asked: Asked | None, shown: dict[str, Any], progress: gr.Progress = gr.Progress()
    ) -> Iterator[dict[Any, Any]]:
        if asked is None or asked.best is None or shown.get("done"):
            return
        reader = answerer.using(asked.answers.run.model)
        if not reader.has_reasons:
            yield {why_view: {"groups": [], "facts": [unmeasured(answerer)]}}
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
            views = [view(texts[name], found, localize(name)) for name, found in done.items()]
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
        run_examples(examples, run, stop)
    bar.follow(context, limits.context, whole=True)

    def answer(
        question: str, context: str, top_k: int = 3, model: str = "", *, report: Report = ignore
    ) -> dict[str, Any]:
        """The best answers to `question` in `context` as character offsets, and the probability that there is none.

        Args:
            question: what is asked
            context: the text to look in
            top_k: how many answers at most, from 1 to 10
            model: a name that the picker of the tab offers; the empty one is the tab's default
        """
        chosen = answerer.using(model)
        found = plain(chosen(question, context, top_k, report))
        return found | {"unread": unread_language(context, chosen.spec)}

    endpoint(answer, "answer", check)
    offer_reading()

    def window(asked: Asked | None) -> tuple[str, str, str]:
        if asked is None:
            raise InputError("question", "There is no answer yet. Ask a question first.")
        return asked.answers.run.model, asked.question, asked.context[slice(*asked.answers.window)] or asked.context

    fields = {"question": question, "context": context, "top_k": top_k, "model": model}
    opening = Opening(
        Answers,
        lambda question, context, model="": answerer.using(model)(question, context),
        lambda given, answers: shown(given["question"], given["context"], answers),
        status,
    )
    scripts, carries = {"answer": fields, "flip_answer": fields}, (Carry(carry, (asked,), window, stop),)
    return Form(fields, run, carries, scripts, opening=opening, trials=(trial,))


TAB = Tab("Question answering", make_answerer, render, ("answer",))
