"""The Sentiment tab: how a text feels, sentence by sentence, and the words that decided it."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from demos.events import QUIET, endpoint, on_run, throttled
from demos.examples import ready_examples
from demos.guard import report_to
from demos.model_picker import model_picker
from demos.own_labels import own_labels
from demos.reads_hint import ReadsHint
from demos.sentiment_view import SentimentView, view, why
from demos.status import StatusLine, describe
from demos.tab import Carry, Form, Tab, carry_button
from demos.why_view import KEPT, NOT_ATTENTION, WhyView, unfolds
from demos.words import say
from models.catalog.offers import BUNDLED, Offers
from models.catalog.reading import reading, unread_language
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, Limits
from models.runtime.progress import Report, ignore
from models.tasks.own_labels.adapter import LabelClassifier
from models.tasks.sentiment.adapter import SentimentReader
from models.tasks.sentiment.results import Sentiment

EXAMPLES = {
    "Negation": "The film is not bad at all.",
    "A mixed review": "The acting is superb and every frame is a painting. Sadly, the plot makes no sense, and the "
    "ending ruins it all. Still, I would watch it again.",
    "Sarcasm": "Oh great, another meeting that could have been an email. I can hardly wait.",
    "Neutral facts": "I bought it on Monday. The box holds two cables and a manual.",
    "Plain words": "absolutely terrible",
    "Emphasis": "BEST. CONCERT. EVER!!! 😍 My feet hurt, but who cares?",
}

CHINESE = {
    "称赞": "没想到这么便宜的耳机音质这么好！",
    "先扬后抑": "演员演得真好，每个画面都很美。可惜故事说不通，结尾更是毁了一切。",
    "否定": "菜不贵，味道却一点不差。",
}


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


def status_of(result: Sentiment) -> str:
    """The status line under `result`, with how many words were measured."""
    words = say("{n} of {all} words measured", n=len(result.words), all=result.word_count)
    return describe(result.run, words, *([] if result.has_neutral else [say("this model has no neutral")]))


def plain(text: str, result: Sentiment) -> dict[str, Any]:
    """`result` as scripts get it."""
    return {
        "label": result.scores.label,
        "scores": asdict(result.scores),
        "has_neutral": result.has_neutral,
        "sentences": [asdict(one) | {"label": one.scores.label} for one in result.sentences],
        "words": [asdict(word) | {"text": text[word.start : word.end]} for word in result.words],
        "word_count": result.word_count,
        **asdict(result.run),
    }


def render(feeling: Feeling) -> Form:
    """Lay out the tab, and offer `/sentiment` and `/labels`."""
    reader = feeling.reader
    gr.Markdown("Does a text sound negative, neutral or positive, and which words made it so?")
    model = model_picker(reader, "sentiment-model")
    with gr.Row(elem_id="sentiment-inputs"):
        with gr.Column(scale=3):
            text = gr.Textbox(label="Text", lines=4, max_length=reader.limits.text, elem_id="sentiment-text")
            with gr.Row():
                run = gr.Button("Read", variant="primary", elem_id="sentiment-run")
                stop = gr.Button("Stop", interactive=False, elem_id="sentiment-stop")
        with gr.Column(scale=2):
            ready = ready_examples(
                [[example] for example in EXAMPLES.values()],
                [text],
                example_labels=list(EXAMPLES),
                elem_id="sentiment-examples",
            )
            chinese = ready_examples(
                [[example, reading(reader.models, "zh").name] for example in CHINESE.values()],
                [text, model],
                "zh",
                example_labels=list(CHINESE),
                elem_id="sentiment-examples-zh",
            )
    result_view = SentimentView("sentiment-view")
    status = StatusLine("sentiment-status")
    unread = ReadsHint("sentiment")
    with gr.Accordion("Why: the same words, measured in two ways", open=False, elem_id="sentiment-why") as fold:
        why_view = WhyView("sentiment-why-view")
        gr.Markdown(EXPLANATION)
        gr.Markdown(NOT_ATTENTION)
        carry = carry_button("sentiment-carry")
    own = own_labels(feeling.classifier, text, stop)
    with gr.Accordion("Raw JSON", open=False):
        raw = gr.JSON(show_label=False, elem_id="sentiment-raw")
    # The text and the result that are shown, and whether anybody looks into them: only then they are explained.
    read, opened = gr.State(None, time_to_live=KEPT), unfolds(fold)

    def feel(text: str, model: str, opened: bool, progress: gr.Progress = gr.Progress()) -> Iterator[dict[Any, Any]]:
        chosen = reader.using(model)
        warned = unread.shown(text, chosen.spec, reader.models)
        for result in throttled(chosen.stream(text, report_to(progress)), every=0.3):
            shown = {result_view: view(text, result), status: status_of(result), raw: plain(text, result)}
            yield shown | warned | {read: (text, result), why_view: {}}
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
        examples.load_input_event.then(None, None, None, js=PRESS, **QUIET)

    unread.follow(text, model, reader.models, run)

    def sentiment(text: str, model: str = "", *, report: Report = ignore) -> dict[str, Any]:
        """The probabilities of negative, neutral and positive; the same by sentence; the effect of every word."""
        chosen = reader.using(model)
        return plain(text, chosen(text, report)) | {"unread": unread_language(text, chosen.spec)}

    endpoint(sentiment, "sentiment", check)

    def whole(text: str, model: str) -> tuple[str, str, str]:
        check(text, model)
        return reader.using(model).spec.name, text, ""

    named: dict[str, Component] = {"text": text, "model": model}
    labels = {"text": text, "labels": own["labels"], "multiple": own["kind"], "model": own["labels_model"]}
    scripts = {"sentiment": named, "labels": labels}
    return Form(named | own, run, (Carry(carry, (text, model), whole, stop),), scripts)


PRESS = "() => document.querySelector('#sentiment-run').click()"
EXPLANATION = """
Both measures tell what a word does to the *balance* of its sentence: the probability of *positive* less that of
*negative*. They are drawn up to ±1.

- **Left out**: the word is taken out, and the sentence read again. This is occlusion (Zeiler and Fergus 2014), which
  also shades the text above. So “not” in “not bad” is marked by what it turns round. Words that only work together may
  each show little, since the other one still stands.
- **Gradients**: the sentence is read many times on the way from blanks to its words, and the slope of the balance at
  each word is added up. These are integrated gradients (Sundararajan et al. 2017); all words of a sentence together
  make up its balance less that of a sentence of blanks.

Where the two disagree, neither is the truth: they ask different questions.

The bars are probabilities. Those of the bundled models are calibrated on texts held out of the training: of the texts
that get 80%, about 80% are so. A model without a neutral class has two bars, and calls nothing neutral. A text of more
than 126 tokens is read sentence by sentence: those with an opinion decide its bars, and plain facts weigh little.

A language model (Qwen) is asked whether the text is praise, a complaint or a fact, after nine examples in five
languages; the bars are the probabilities of these three words as its reply. It reads a dozen languages, takes about a
second a sentence, and is not calibrated: it tends to be too sure. At most 24 of its words are left out.
"""

TAB = Tab("Sentiment", make_feeling, render, ("sentiment", "labels"))
