"""The Summarization tab: a text in few sentences, and where in the text each of them comes from."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import gradio as gr

from demos.document_bar import Opened, document_bar, places_of
from demos.events import QUIET, endpoint, on_run, run_examples, throttled
from demos.examples import ready_examples
from demos.guard import report_to
from demos.model_picker import model_picker
from demos.reads_hint import ReadsHint
from demos.status import StatusLine, describe
from demos.summary_view import summary_view, view
from demos.tab import Carry, Form, Tab, carry_button
from demos.words import say, told
from models.catalog.reading import reading
from models.explain.attention import sources
from models.runtime.limits import InputError
from models.runtime.progress import Report, ignore
from models.tasks.summarization.adapter import Summarizer, Summary, of_catalog

TEXTS = Path(__file__).parent.parent / "assets" / "examples"
EXAMPLES = {
    "A ferry goes electric, written": ("harbour_ferry.txt", "abstractive", "medium"),
    "The same, picked": ("harbour_ferry.txt", "extractive", "medium"),
    "A history of lighthouses, picked": ("lighthouse_history.txt", "extractive", "long"),
    "The same, in one sentence": ("lighthouse_history.txt", "abstractive", "short"),
}
CHINESE = {"免费公交，摘出来": "extractive", "免费公交，写出来": "abstractive"}
CHINESE_TEXT = "buses_zh.txt"
METHODS = [("Picked from the text", "extractive"), ("Written by a language model", "abstractive")]
LENGTHS = [("One sentence", "short"), ("Three", "medium"), ("Six", "long")]
EXPLANATION = """
**Picked** (extractive): every sentence becomes a vector (MiniLM). Those nearest to the middle of all are picked, early
ones first where the order of the text means something, and none that repeats another. Nothing is rewritten, so nothing
is made up. In Chinese and Japanese, of which MiniLM knows hardly a letter, shared words and pairs of words take its
place.

**Written** (abstractive): a language model reads the text and writes a summary, in the text's own language where it
knows it: SmolLM2, of 135 million parameters, knows English; Qwen, of 1.5 billion, a dozen languages. It is nudged
towards the words of the text, so that it invents less. A model that was trained for summaries alone, where one is
chosen, writes as it learnt to, cut to the number of sentences. A long text is read part by part, and the summaries of
the parts are summarized again. The models are small and make mistakes.

**Nearest sentences** are those of the text whose vectors are nearest to a sentence of the summary; the number is the
cosine of the two, 1 for the same. That a sentence is near proves nothing: read it. A name, number or date of the
summary that the text does not have as a word is underlined in waves, and its sentence is marked with ⚠; so is one
without any near sentence.
"""


def count_script(limit: int) -> str:
    """What tells, in the browser, how much of `limit` characters is typed."""
    return (
        "(text) => say('{n} of {limit} characters · {words} words', "
        "{ n: [...(text || '')].length.toLocaleString('en'), "
        + f"limit: '{limit:,}', "
        + "words: countWords(text || '').toLocaleString('en') })"
    )


def status_of(summary: Summary) -> str:
    """The status line under `summary`, finished or not."""
    if summary.doing:
        return told(summary.doing)
    doubtful = sum(not sentence.supported for sentence in summary.sentences)
    facts = [say("{before:,} → {after:,} words", before=summary.words_in, after=summary.words_out)]
    if doubtful:
        facts.append(say("{n} of {all} sentences to be checked", n=doubtful, all=len(summary.sentences)))
    return " · ".join(facts) if summary.note else describe(summary.run, *facts)


def plain(summary: Summary) -> dict[str, Any]:
    """`summary` as scripts get it."""
    return {
        "summary": summary.text,
        "sentences": [asdict(sentence) | {"supported": sentence.supported} for sentence in summary.sentences],
        "note": summary.note,
        "words_in": summary.words_in,
        "words_out": summary.words_out,
        **asdict(summary.run),
    }


def render(summarizer: Summarizer) -> Form:
    """Lay out the tab, and offer `/summarize`."""
    gr.Markdown("Shorten a text, then see which of its sentences each sentence of the summary comes from.")
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
    with gr.Row():
        method = gr.Radio(METHODS, value="extractive", label="Method", elem_id="summary-method")
        length = gr.Radio(LENGTHS, value="medium", label="Sentences, at most", elem_id="summary-length")
    with gr.Row():
        run = gr.Button("Summarize", variant="primary", elem_id="summary-run")
        stop = gr.Button("Stop", interactive=False, elem_id="summary-stop")
    examples = ready_examples(
        [[(TEXTS / name).read_text(), how, long] for name, how, long in EXAMPLES.values()],
        [text, method, length],
        example_labels=list(EXAMPLES),
        elem_id="summary-examples",
    )
    chinese = ready_examples(
        [
            [(TEXTS / CHINESE_TEXT).read_text(encoding="utf-8"), how, "medium", reading(summarizer.models, "zh").name]
            for how in CHINESE.values()
        ],
        [text, method, length, model],
        "zh",
        example_labels=list(CHINESE),
        elem_id="summary-examples-zh",
    )
    note = StatusLine("summary-note")
    result = summary_view("summary-view")
    status = StatusLine("summary-status")
    unread = ReadsHint("summary")
    with gr.Accordion("How it works", open=False, elem_id="summary-why"):
        gr.Markdown(EXPLANATION)
        carry = carry_button("summary-carry")
    with gr.Accordion("Raw JSON", open=False, elem_id="summary-json"):
        raw = gr.JSON(show_label=False, elem_id="summary-raw")

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
            shown = {
                result: view(text, summary, places_of(document, text)),
                status: status_of(summary),
                note: told(summary.note),
            }
            yield shown if summary.doing else shown | {raw: plain(summary)}

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
        run_examples(ready, run)
    bar.follow(text, summarizer.limits.text)
    text.change(None, text, count, js=count_script(summarizer.limits.text), **QUIET)

    def summarize(
        text: str, method: str = "extractive", length: str = "short", model: str = "", *, report: Report = ignore
    ) -> dict[str, Any]:
        """`text` in at most one (short), three (medium) or six (long) sentences, each with its nearest ones."""
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
    return Form(named, run, (Carry(carry, (result, model), first_sentence),), {"summarize": named})


TAB = Tab("Summarization", of_catalog, render, ("summarize",))
