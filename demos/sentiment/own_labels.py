"""Own labels, under the Sentiment tab's result: classification under labels that the visitor types."""

from dataclasses import asdict
from typing import Any

import gradio as gr
from gradio.components import Component

from demos.assets import script
from demos.events import endpoint, on_run
from demos.fields.model_picker import model_picker
from demos.fields.reads_hint import ReadsHint
from demos.status import StatusLine, describe
from demos.words import say
from models.catalog.reading import unread_language
from models.runtime.progress import Report, ignore
from models.tasks.own_labels.adapter import LABEL_LIMIT, MOST_LABELS, LabelClassifier, split
from models.tasks.own_labels.results import Labelled


class LabelView(gr.HTML):
    """Draws a list of (name, score, chosen); its script puts every name into the page as text."""

    def __init__(self, elem_id: str, render: bool = True) -> None:
        # Gradio makes an unrendered one where an event leaves the view as it is.
        template = '<div class="feeling feeling-bars"></div>'
        super().__init__(
            [], html_template=template, js_on_load=script("sentiment/own_labels.js"), elem_id=elem_id, render=render
        )


def view(result: Labelled) -> list[tuple[str, float, bool]]:
    """The value of a LabelView."""
    return [(label.name, round(label.score, 4), label.name in result.chosen) for label in result.labels]


def plain(result: Labelled) -> dict[str, Any]:
    """`result` as scripts get it."""
    return {
        "chosen": list(result.chosen),
        "unsure": result.unsure,
        "labels": [asdict(label) for label in result.labels],
        "multiple": result.multiple,
        **asdict(result.run),
    }


def own_labels(classifier: LabelClassifier, text: gr.Textbox, stop: gr.Button) -> dict[str, Component]:
    """Lay out the part, and offer `/labels`; its inputs by the names that links have for them."""
    with gr.Accordion("Your own labels", open=False, elem_id="sentiment-labels"):
        model = model_picker(classifier, "labels-model")
        with gr.Row(equal_height=False):
            labels = gr.Textbox(
                "",
                label=f"Labels, with commas between them (2 to {MOST_LABELS})",
                placeholder="praise, complaint, question",
                max_length=MOST_LABELS * (LABEL_LIMIT + 2),
                scale=3,
                elem_id="labels-names",
            )
            kind = gr.Radio(KINDS, value="one", label="How many hold", scale=1, elem_id="labels-kind")
        run = gr.Button("Label", elem_id="labels-run")
        shown = LabelView("labels-view")
        status = StatusLine("labels-status")
        unread = ReadsHint("labels")
        gr.Markdown(EXPLANATION)

    def label(text: str, names: str, kind: str, model: str, report: Report = ignore) -> dict[Any, Any]:
        chosen = classifier.using(model)
        result = chosen(text, split(names), kind == "several", report)
        unsure = [say("unsure: two labels fit about equally well")] if result.unsure else []
        warned = unread.shown(text, chosen.spec, classifier.models)
        return {shown: view(result), status: describe(result.run, *unsure)} | warned

    def check(text: str, names: str, kind: str, model: str) -> None:
        classifier.using(model).check(text, split(names), kind == "several")

    fields = [text, labels, kind, model]
    named = ["text", "labels", "", "model"]
    on_run([run.click, labels.submit], label, fields, [shown, status, *unread.parts], check, named, stop)
    unread.follow(text, model, classifier.models, run)

    def labels_(
        text: str, labels: list[str], multiple: bool = False, model: str = "", *, report: Report = ignore
    ) -> dict[str, Any]:
        """How well each of `labels` fits `text`, best first; one of them holds, or of `multiple` each by itself.

        Args:
            text: what is to be judged
            labels: the names of the labels, at least two, or of a `multiple` choice at least one
            multiple: whether each label may hold by itself; else one of them does
            model: a name that the picker of the tab offers; the empty one is the tab's default
        """
        chosen = classifier.using(model)
        return plain(chosen(text, labels, multiple, report)) | {"unread": unread_language(text, chosen.spec)}

    def check_call(text: str, labels: list[str], multiple: bool = False, model: str = "") -> None:
        classifier.using(model).check(text, labels, multiple)

    endpoint(labels_, "labels", check_call)
    return {"labels": labels, "kind": kind, "labels_model": model}


KINDS = [("One", "one"), ("Each by itself", "several")]
EXPLANATION = """
A label becomes a sentence, “This text is about …”, and the nearer that lies to the text in the space of a sentence
encoder (MiniLM or MPNet), the higher its score. No label has to be known beforehand. Where one holds, the scores add up
to 100%, and where two are nearly alike the line below says “unsure”; where each may hold by itself, those from 50% do.
The text is the one above.

A model of inference (NLI, from the Hub) reads the text together with each label's sentence instead, and the score is
how sure it is that the one follows from the other (Yin et al. 2019).

A language model (Qwen) picks one label by its letter, or says yes or no to each; the scores are the probabilities of
these replies. It reads a dozen languages.
"""
