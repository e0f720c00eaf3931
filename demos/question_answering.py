"""The Question answering tab: answers marked in the visitor's own text, or the word that it has none."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import gradio as gr

from demos.answer_view import answer_view, view
from demos.events import COMPUTE_LANE, QUIET, endpoint, guarded, on_run, report_to, throttled
from demos.status import StatusLine, describe
from demos.tab import Tab
from models.cache import ModelCache
from models.catalog import QUESTION_ANSWERING
from models.inputs import CONTEXT_LIMIT, TEXT_LIMIT, InputError
from models.question_answering import MOST_ANSWERS, Answerer, Answers

EXAMPLES_FOLDER = Path(__file__).parent.parent / "assets" / "examples"
CONTEXTS = {"The Iron Bridge": "bridge.txt", "Tea": "tea.txt", "A lighthouse log": "lighthouse.txt"}
QUESTIONS = (
    ("A fact", "When was the bridge opened?", "The Iron Bridge"),
    ("A reason", "Why did Abraham Darby stay in debt?", "The Iron Bridge"),
    ("Not in the text", "How many people cross the bridge every day?", "The Iron Bridge"),
    ("A negation", "Which drinks contain no caffeine?", "Tea"),
    ("In the last lines of a long text", "Where was the brass key found?", "A lighthouse log"),
)
FIELDS = ("question", "context", "top_k")


def make_answerer(cache: ModelCache) -> Answerer:
    """The question-answering model over `cache`."""
    return Answerer(cache, QUESTION_ANSWERING)


def contexts() -> dict[str, str]:
    """The example texts by their titles."""
    return {title: (EXAMPLES_FOLDER / name).read_text(encoding="utf-8") for title, name in CONTEXTS.items()}


def uploaded(content: bytes | None) -> str:
    """The text in an uploaded file. Raises InputError where it is not UTF-8, or is too long."""
    try:
        text = (content or b"").decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("context", "This file is not UTF-8 text. Save it as UTF-8, then upload it again.") from error
    if len(text) > CONTEXT_LIMIT:
        raise InputError("context", f"This file has {len(text):,} characters; at most {CONTEXT_LIMIT:,} are allowed.")
    return text


def status_of(answers: Answers) -> str:
    """The status line under `answers`, with how much was read."""
    windows = "1 window" if answers.windows == 1 else f"{answers.windows} windows"
    return describe(answers.run, windows if answers.complete else f"{answers.read} of {windows} read")


def plain(answers: Answers) -> dict[str, Any]:
    """`answers` as scripts get them."""
    return {
        "answers": [asdict(answer) for answer in answers.answers],
        "no_answer": answers.no_answer,
        "windows": answers.windows,
        **asdict(answers.run),
    }


def render(answerer: Answerer) -> None:
    """Lay out the tab, and offer `/answer`."""
    texts = contexts()
    gr.Markdown("Ask something about a text. The answer is marked where it stands; if the text has none, it says so.")
    with gr.Row(elem_id="answer-inputs"):
        with gr.Column(scale=3):
            question = gr.Textbox(label="Question", max_length=TEXT_LIMIT, elem_id="answer-question")
            context = gr.Textbox(label="Text", lines=8, max_lines=8, max_length=CONTEXT_LIMIT, elem_id="answer-context")
            with gr.Row():
                run = gr.Button("Answer", variant="primary", elem_id="answer-run")
                ask_all = gr.Button("Ask all examples", elem_id="answer-all")
                stop = gr.Button("Stop", interactive=False, elem_id="answer-stop")
        with gr.Column(scale=2):
            ready = gr.Examples(
                [[asked, texts[title]] for _, asked, title in QUESTIONS],
                [question, context],
                example_labels=[label for label, *_ in QUESTIONS],
                cache_examples=False,
                label="Try one",
                elem_id="answer-examples",
                api_visibility="private",
            )
            upload = gr.UploadButton(
                "Upload a text (.txt, .md)",
                file_types=[".txt", ".md"],
                type="binary",
                size="sm",
                elem_id="answer-upload",
            )
            top_k = gr.Slider(1, MOST_ANSWERS, 3, step=1, label="Answers shown", elem_id="answer-top-k")
    result_view = answer_view("answer-view")
    status = StatusLine("answer-status")
    with gr.Accordion("How to read this", open=False, elem_id="answer-why"):
        gr.Markdown(EXPLANATION)
    with gr.Accordion("Raw JSON", open=False):
        raw = gr.JSON(show_label=False, elem_id="answer-raw")
    outputs = [result_view, status, raw]

    def answer_page(
        question: str, context: str, top_k: int, progress: gr.Progress = gr.Progress()
    ) -> Iterator[tuple[Any, ...]]:
        for answers in throttled(answerer.stream(question, context, top_k, report_to(progress)), every=0.3):
            yield [view(context, answers)], status_of(answers), plain(answers)

    def answer_all(question: str, top_k: int, progress: gr.Progress = gr.Progress()) -> Iterator[tuple[Any, ...]]:
        done: dict[str, Answers] = {}
        for title, text in texts.items():
            for answers in answerer.stream(question, text, top_k, report_to(progress)):
                done[title] = answers
            views = [view(texts[name], found, name) for name, found in done.items()]
            yield views, status_of(answers), {name: plain(found) for name, found in done.items()}

    def check_all(question: str, top_k: int) -> None:
        answerer.check(question, texts["Tea"], top_k)

    inputs = [question, context, top_k]
    on_run([run.click, question.submit], answer_page, inputs, outputs, answerer.check, FIELDS, stop)
    on_run([ask_all.click], answer_all, [question, top_k], outputs, check_all, ("question", "top_k"), stop)
    ran = ready.load_input_event.then(
        guarded(answer_page),
        inputs,
        outputs,
        concurrency_id=COMPUTE_LANE,
        concurrency_limit=1,
        show_progress="minimal",
        api_visibility="private",
    )
    stop.click(None, cancels=[ran], **QUIET)
    upload.upload(guarded(uploaded), upload, context, show_progress="hidden", api_visibility="private")

    def answer(question: str, context: str, top_k: int = 3) -> dict[str, Any]:
        """The best answers to `question` in `context` as character offsets, and the probability that there is none."""
        return plain(answerer(question, context, top_k))

    endpoint(answer, "answer")


EXPLANATION = """
The model reads the question together with a window of the text, and gives every stretch of up to 30 tokens a score. A
long text is read in windows of 320 tokens that overlap, so that each place has words around it on both sides.

Each percentage is the probability that the answer is at that place. **Not in the text** competes with them: it comes
from how far the best stretch stands above the model's own “no answer” score, fitted on questions left out of the
training. The marks are stronger the likelier the answer, and numbered from the best.

The model finds words, it does not reason: it cannot add, compare, or answer from two places at once.
"""

TAB = Tab("Question answering", make_answerer, render)
