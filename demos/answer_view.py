"""Answers marked in their text: a gr.HTML component drawn by `assets/answers.js`, and the data it is sent."""

from pathlib import Path
from typing import Any

import gradio as gr

from models.question_answering import Answers

ASSETS = Path(__file__).parent.parent / "assets"


def answer_view(elem_id: str) -> gr.HTML:
    """Draws a list of `view`s; its script puts every text into the page as text."""
    return gr.HTML(
        [],
        html_template=(ASSETS / "answers.html").read_text(),
        js_on_load=(ASSETS / "answers.js").read_text(),
        elem_id=elem_id,
    )


def view(context: str, answers: Answers, title: str = "") -> dict[str, Any]:
    """One question's result over one context, under `title`."""
    return {
        "title": title,
        "found": answers.found,
        "no_answer": answers.no_answer,
        "answers": [vars(answer) for answer in answers.answers],
        "pieces": pieces(context, answers),
    }


def pieces(context: str, answers: Answers) -> list[dict[str, Any]]:
    """`context` cut at the answers, which have their rank (1 is the best) and score; all pieces make it up again."""
    ranked = sorted(enumerate(answers.answers, start=1), key=lambda pair: pair[1].start)
    cut: list[dict[str, Any]] = []
    place = 0
    for rank, answer in ranked:
        cut += [{"text": context[place : answer.start]}, {"text": answer.text, "rank": rank, "score": answer.score}]
        place = answer.end
    return [piece for piece in [*cut, {"text": context[place:]}] if piece["text"]]
