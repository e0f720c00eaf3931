"""The Sentiment tab: the sentiment of a text and its sentences, and the words that decided it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from demos.events import endpoint, on_run, run_examples, throttled
from demos.fields.examples import ready_examples
from demos.fields.model_picker import model_picker
from demos.fields.reads_hint import ReadsHint
from demos.guard import report_to
from demos.sentiment.flip import flip_part
from demos.sentiment.own_labels import own_labels
from demos.sentiment.texts import CHINESE, EXAMPLES, EXPLANATION
from demos.sentiment.view import SentimentView, plain, status_of, view, why
from demos.status import StatusLine
from demos.tab import Carry, Form, Opening, Tab, carry_button
from demos.views.faithfulness import FaithfulnessView
from demos.views.why import KEPT, NOT_ATTENTION, WhyView, unfolds
from models.catalog.offers import BUNDLED, Offers
from models.catalog.reading import reading, unread_language
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, Limits
from models.runtime.progress import Report, ignore
from models.tasks.own_labels.adapter import LabelClassifier
from models.tasks.sentiment.adapter import SentimentReader
from models.tasks.sentiment.results import Sentiment


@dataclass(frozen=True)
class Feeling:
    """What the tab needs of the models: one that reads a sentiment, and one that labels."""

    reader: SentimentReader
    classifier: LabelClassifier


def make_feeling(cache: ModelCache, limits: Limits = DEFAULT_LIMITS, offers: Offers = BUNDLED) -> Feeling:
    """Both over `cache`, with the models of `offers`."""
    sentiment, *sentiments = offers.sentiment
    labels, *labellers = offers.own_labels
    return Feeling(
        SentimentReader(cache, sentiment, limits, tuple(sentiments)),
        LabelClassifier(cache, labels, limits, tuple(labellers)),
    )


def render(feeling: Feeling) -> Form:
    """Lay out the tab, and offer `/sentiment`, `/flip` and `/labels`."""
    reader = feeling.reader
    gr.Markdown("Does a text sound negative, neutral or positive, and which words made it so?")
    with gr.Column(elem_classes="asked"):
        model = model_picker(reader, "sentiment-model")
        text = gr.Textbox(label="Text", lines=4, max_length=reader.limits.text, elem_id="sentiment-text")
        with gr.Row():
            run = gr.Button("Read", variant="primary", elem_id="sentiment-run")
            stop = gr.Button("Stop", interactive=False, elem_id="sentiment-stop")
    with gr.Column(elem_classes="shown"):
        result_view = SentimentView("sentiment-view")
        status = StatusLine("sentiment-status")
        unread = ReadsHint("sentiment")
        with gr.Accordion("Why: the same words, measured in two ways", open=False, elem_id="sentiment-why") as fold:
            why_view = WhyView("sentiment-why-view")
            gr.Markdown(EXPLANATION)
            FaithfulnessView("sentiment", "sentiment-faithfulness")
            gr.Markdown(NOT_ATTENTION)
            carry = carry_button("sentiment-carry")
    with gr.Column(elem_classes="offered"):
        chinese = ready_examples(
            [[example, reading(reader.models, "zh").name] for example in CHINESE.values()],
            [text, model],
            "zh",
            labels=list(CHINESE),
            elem_id="sentiment-examples-zh",
        )
        ready = ready_examples(
            [[example] for example in EXAMPLES.values()],
            [text],
            labels=list(EXAMPLES),
            elem_id="sentiment-examples",
        )
    trial = flip_part(reader, text, model, stop)
    own = own_labels(feeling.classifier, text, stop)
    with gr.Accordion("Raw JSON", open=False):
        raw = gr.JSON(show_label=False, elem_id="sentiment-raw")
    # The text and the result that are shown, and whether their fold is open: only then they are explained.
    read, opened = gr.State(None, time_to_live=KEPT), unfolds(fold)

    def shown(text: str, result: Sentiment) -> dict[Any, Any]:
        updates = {result_view: view(text, result), status: status_of(result), raw: plain(text, result)}
        return updates | {read: (text, result), why_view: {}}

    def feel(text: str, model: str, opened: bool, progress: gr.Progress = gr.Progress()) -> Iterator[dict[Any, Any]]:
        chosen = reader.using(model)
        warned = unread.shown(text, chosen.spec, reader.models)
        for result in throttled(chosen.stream(text, report_to(progress)), every=0.3):
            yield shown(text, result) | warned
        if opened:
            yield from explain((text, result), {}, progress)

    def explain(
        read: tuple[str, Sentiment] | None, shown: dict[str, Any], progress: gr.Progress = gr.Progress()
    ) -> Iterator[dict[Any, Any]]:
        if read is None or shown.get("done"):
            return
        same = reader.using(read[1].run.model)
        explained = why(*read, both=same.has_gradients)
        yield {why_view: explained}
        for gradients in throttled(same.gradients(*read, report_to(progress)), every=0.3):
            explained = why(*read, gradients)
            yield {why_view: explained}
        yield {why_view: explained | {"done": True}}

    def check(text: str, model: str = "", opened: bool = False) -> None:
        reader.using(model).check(text)

    on_run(
        [run.click, text.submit],
        feel,
        [text, model, opened],
        [result_view, status, raw, read, why_view, *unread.parts],
        check,
        ["text", "model", ""],
        stop,
    )
    on_run([fold.expand], explain, [read, why_view], [why_view, status], lambda *_: None, ["", ""], stop)
    for examples in (ready, chinese):
        run_examples(examples, run, stop)

    unread.follow(text, model, reader.models, run)

    def sentiment(text: str, model: str = "", *, report: Report = ignore) -> dict[str, Any]:
        """The probabilities of negative, neutral and positive; the same by sentence; the effect of every word.

        Args:
            text: what is to be judged
            model: a name that the picker of the tab offers; the empty one is the tab's default
        """
        chosen = reader.using(model)
        return plain(text, chosen(text, report)) | {"unread": unread_language(text, chosen.spec)}

    endpoint(sentiment, "sentiment", check)

    def whole(text: str, model: str) -> tuple[str, str, str]:
        check(text, model)
        return reader.using(model).spec.name, text, ""

    named: dict[str, Component] = {"text": text, "model": model}
    labels = {"text": text, "labels": own["labels"], "multiple": own["kind"], "model": own["labels_model"]}
    scripts = {"sentiment": named, "labels": labels}
    opening = Opening(
        Sentiment,
        lambda text, model="": reader.using(model)(text),
        lambda given, result: shown(given["text"], result),
        status,
    )
    carries = (Carry(carry, (text, model), whole, stop),)
    return Form(named | own, run, carries, scripts | {"flip": named}, opening=opening, trials=(trial,))


TAB = Tab("Sentiment", make_feeling, render, ("sentiment", "labels"))
