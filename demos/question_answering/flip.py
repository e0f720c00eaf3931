"""The smallest edit of a question that changes its answer, under the Question answering tab's result."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from demos.events import endpoint
from demos.tab import Trial
from demos.views.edit import edit_fold, on_edit, plain
from models.runtime.progress import Report, ignore
from models.tasks.flip import Flip
from models.tasks.question_answering.adapter import Answerer
from models.tasks.question_answering.flip import AnswerFlipper


def flip_part(
    answerer: Answerer, question: gr.Textbox, context: gr.Textbox, model: gr.Dropdown, stop: gr.Button
) -> Trial:
    """Lay out the part, folded, and offer `/flip_answer`; returns the way to Compare."""
    with gr.Accordion("The smallest edit of the question that changes the answer", open=False, elem_id="answer-flip"):
        fold = edit_fold("answer", "Look for an edit")

    def flipper(model: object) -> AnswerFlipper:
        return AnswerFlipper(answerer.using(model))

    def search(question: str, context: str, model: str, report: Report) -> Iterator[Flip]:
        return flipper(model).stream(question, context, report)

    def check(question: object, context: object, model: object = "") -> None:
        flipper(model).check(question, context)

    on_edit(fold, search, [question, context, model], check, ["question", "context", "model"], stop)

    def flip_answer(question: str, context: str, model: str = "", *, report: Report = ignore) -> dict[str, Any]:
        """The smallest edit of `question`, of words left out or replaced by opposites, that changes its answer.

        Args:
            question: what is edited
            context: the text that the question is about
            model: a name that the picker of the tab offers; the empty one is the tab's default
        """
        return plain(question, flipper(model)(question, context, report))

    endpoint(flip_answer, "flip_answer", check)
    return fold.trial((question, context, model), compared)


def compared(changed: str, question: str, context: str, model: str) -> dict[str, Any]:
    """The inputs of Compare for a question and its edit, about the same text."""
    models = {f"answer_model_{side}": model for side in ("a", "b")}
    return {"task": "answer", "question": question, "question_b": changed, "text": context, **models}
