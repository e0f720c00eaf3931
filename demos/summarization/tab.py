"""The Summarization tab: a text in few sentences, and where in the text each of them comes from."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from demos.events import QUIET, endpoint, on_run, run_examples, throttled
from demos.fields.document_bar import Opened, document_bar, places_of
from demos.fields.examples import ready_examples
from demos.fields.model_picker import model_picker
from demos.fields.read_aloud import read_aloud
from demos.fields.reads_hint import ReadsHint
from demos.guard import report_to
from demos.status import StatusLine
from demos.summarization.texts import CHINESE, CHINESE_TEXT, EXAMPLES, EXPLANATION, LENGTHS, METHODS, TEXTS
from demos.summarization.view import plain, status_of, summary_view, view
from demos.tab import Carry, Form, Opening, Tab, carry_button
from demos.words import localize, say
from models.catalog.reading import reading
from models.explain.attention import sources
from models.runtime.limits import InputError
from models.runtime.progress import Report, ignore
from models.tasks.summarization.adapter import Summarizer, of_catalog
from models.tasks.summarization.results import Summary


def count_script(limit: int) -> str:
    """JavaScript that shows how many of `limit` characters are typed."""
    return (
        "(text) => say('{n} of {limit} characters · {words} words', "
        "{ n: [...(text || '')].length.toLocaleString('en'), "
        + f"limit: '{limit:,}', "
        + "words: countWords(text || '').toLocaleString('en') })"
    )


def render(summarizer: Summarizer) -> Form:
    """Lay out the tab, and offer `/summarize`."""
    gr.Markdown("Shorten a text, then see which of its sentences each sentence of the summary comes from.")
    with gr.Column(elem_classes="asked"):
        model = model_picker(summarizer, "summary-model", "Model that writes")
        text = gr.Textbox(
            label="Text",
            lines=8,
            max_lines=10,
            max_length=summarizer.limits.text,
            placeholder="Paste a text of some paragraphs",
            elem_id="summary-text",
        )
        count = StatusLine("summary-count")
        bar = document_bar("summary")
        method = gr.Radio(METHODS, value="extractive", label="Method", elem_id="summary-method")
        length = gr.Radio(LENGTHS, value="medium", label="Sentences, at most", elem_id="summary-length")
        with gr.Row():
            run = gr.Button("Summarize", variant="primary", elem_id="summary-run")
            stop = gr.Button("Stop", interactive=False, elem_id="summary-stop")
        in_chinese = (TEXTS / CHINESE_TEXT).read_text(encoding="utf-8")
        chinese = ready_examples(
            [[in_chinese, how, "medium", reading(summarizer.models, "zh").name] for how in CHINESE.values()],
            [text, method, length, model],
            "zh",
            labels=list(CHINESE),
            elem_id="summary-examples-zh",
        )
        examples = ready_examples(
            [[(TEXTS / name).read_text(encoding="utf-8"), how, long] for name, how, long in EXAMPLES.values()],
            [text, method, length],
            labels=list(EXAMPLES),
            elem_id="summary-examples",
        )
    with gr.Column(elem_id="summary-result-view", elem_classes="shown"):
        note = StatusLine("summary-note")
        result = summary_view("summary-view")
        status = StatusLine("summary-status")
        read_aloud("summary", "#summary-view :is(.summary-draft, .summary-text)")
    unread = ReadsHint("summary")
    with gr.Accordion("How it works", open=False, elem_id="summary-why"):
        gr.Markdown(EXPLANATION)
        carry = carry_button("summary-carry")
    with gr.Accordion("Raw JSON", open=False, elem_id="summary-json"):
        raw = gr.JSON(show_label=False, elem_id="summary-raw")

    def shown(text: str, summary: Summary, document: Opened | None = None) -> dict[Any, Any]:
        drawn = view(text, summary, places_of(document, text))
        return {result: drawn, status: status_of(summary), note: localize(summary.note)}

    def summarize_page(
        text: str,
        method: str,
        length: str,
        model: str,
        document: Opened | None,
        progress: gr.Progress = gr.Progress(),
    ) -> Iterator[dict[Any, Any]]:
        chosen = summarizer.using(model)
        # What is picked is the text itself: only a writer has to know its language.
        warned = unread.shown(text if method == "abstractive" else "", chosen.writer, summarizer.models)
        yield {result: {}, status: say("Waiting for the model"), note: "", raw: None} | warned
        for summary in throttled(chosen.stream(text, method, length, report_to(progress))):
            so_far = shown(text, summary, document)
            yield so_far if summary.doing else so_far | {raw: plain(summary)}

    def check(text: str, method: str = "extractive", length: str = "short", model: str = "", *_: object) -> None:
        summarizer.using(model).check(text, method, length)

    fields = [text, method, length, model, bar.opened]
    on_run(
        [run.click],
        summarize_page,
        fields,
        [result, status, note, raw, *unread.parts],
        check,
        ["Text", "method", "length", "model", ""],
        stop,
    )
    unread.follow(text, model, summarizer.models, run)
    for ready in (examples, chinese):
        run_examples(ready, run, stop)
    bar.follow(text, summarizer.limits.text)
    text.change(None, text, count, js=count_script(summarizer.limits.text), **QUIET)

    def summarize(
        text: str, method: str = "extractive", length: str = "short", model: str = "", *, report: Report = ignore
    ) -> dict[str, Any]:
        """`text` in at most one (short), three (medium) or six (long) sentences, each with its nearest ones.

        Args:
            text: what is to be shortened
            method: `extractive`: picked from the text; `abstractive`: written by a language model, as it was by default
                before 0.2.0
            length: at most one sentence (`short`), three (`medium`) or six (`long`)
            model: a name that the picker of the tab offers; the empty one is the tab's default
        """
        return plain(summarizer.using(model)(text, method, length, report))

    endpoint(summarize, "summarize", check)

    def first_sentence(shown: dict[str, Any], model: str) -> tuple[str, str, str]:
        """A picked sentence as the encoder read it, or a written one as the writer reads it after its source."""
        if not shown.get("sentences"):
            raise InputError("Text", "There is no summary yet. Summarize a text first.")
        said = shown["sentences"][0]["text"]
        near = [(-link[1], piece["text"]) for piece in shown["pieces"] for link in piece["supports"] if link[0] == 0]
        source = min(near)[1] if near else ""
        if said == source:
            return summarizer.encoder.name, said, ""
        writer = summarizer.using(model).writer
        if writer.head == "seq2seq":
            return sources((writer,))[-1].name, source or said, ""
        return writer.name, f"{source}\n{said}".lstrip(), ""

    named = {"text": text, "method": method, "length": length, "model": model}
    opening = Opening(
        Summary,
        lambda text, method, length, model="": summarizer.using(model)(text, method, length),
        lambda given, summary: shown(given["text"], summary) | {raw: plain(summary)},
        status,
    )
    return Form(named, run, (Carry(carry, (result, model), first_sentence),), {"summarize": named}, opening=opening)


TAB = Tab("Summarization", of_catalog, render, ("summarize",))
