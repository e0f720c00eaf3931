"""The smallest edit on the page: what is struck and put in, what is said of it, and what opens in Compare."""

from dataclasses import replace

import gradio as gr
import pytest

from demos.page.build import filling
from demos.question_answering import flip as answer_flip
from demos.sentiment import flip as sentiment_flip
from demos.tab import Form, Trial
from demos.views.edit import edit_fold, edit_view, pieces, plain, verdict
from models.explain.edits.search import Change
from models.runtime.limits import InputError
from models.runtime.provenance import Run
from models.tasks.flip import Flip

TEXT = "Not a bad film."
FLIP = Flip(
    (Change(0, 3, ""), Change(6, 9, "good")),
    "a good film.",
    {"negative": 0.7, "neutral": 0.001, "positive": 0.299},
    {"negative": 0.1, "positive": 0.9},
    True,
    40,
    400,
    True,
    Run("Tiny", "cpu", 5, 0, 0.2),
)


def test_an_edit_is_drawn_as_struck_and_put_in() -> None:
    """All pieces but what is put in make up the text; all but what is struck out the words of the new one."""
    cut = pieces(TEXT, FLIP)
    assert "".join(piece["text"] for piece in cut if piece["kind"] != "in") == TEXT
    assert "".join(piece["text"] for piece in cut if piece["kind"] != "out").split() == FLIP.text.split()
    assert [piece["text"] for piece in cut if piece["kind"] == "out"] == ["Not", "bad"]
    rows = edit_view(TEXT, FLIP)["rows"]
    assert [(row["before"], row["after"]) for row in rows] == [(0.7, 0.1), (0.299, 0.9)]


def test_words_say_what_was_found() -> None:
    """How many changes it takes, that none was found and within what, or how far the search is."""
    assert verdict(FLIP).startswith("2 changes together")
    assert verdict(replace(FLIP, edit=FLIP.edit[:1])).startswith("1 change turns")
    assert verdict(replace(FLIP, found=False)).startswith("No edit found within 40 texts.")
    assert verdict(replace(FLIP, found=False, over=False)).startswith("Looking: 40 of at most 400")
    assert verdict(replace(FLIP, edit=())).startswith("It is so already")


def test_no_answer_has_a_name() -> None:
    """The empty name of no answer is written out."""
    shown = edit_view(TEXT, replace(FLIP, before={"": 0.9}, after={"": 0.1}))
    assert [row["name"] for row in shown["rows"]] == ["no answer"]


def test_scripts_get_the_changes_with_their_places() -> None:
    """Each with what it replaces."""
    changes = plain(TEXT, FLIP)["changes"]
    assert changes[1] == {"start": 6, "end": 9, "new": "good", "old": "bad"}
    assert TEXT[0:3] == changes[0]["old"]


def test_compare_is_filled_with_both_texts() -> None:
    """The task, the text and the edited one, and the model on both sides; without an edit there is nothing to try."""
    assert sentiment_flip.compared("new", "old", "M")["text_b"] == "new"
    assert answer_flip.compared("new", "old", "where", "M")["question"] == "old"
    with gr.Blocks():
        fold, text = edit_fold("x", "Look"), gr.Textbox()
        fields = {name: gr.Textbox() for name in ("text", "text_b")}
        strip = gr.Tabs()
        trial = fold.trial((text,), lambda new, old: {"text": old, "text_b": new})
    assert isinstance(trial, Trial)
    fill = filling({"compare": Form(fields, gr.Button())}, strip, trial)
    updates = fill("new", "old")
    assert updates[fields["text"]] == "old"
    assert updates[fields["text_b"]] == "new"
    with pytest.raises(InputError, match="no edit yet"):
        fill("", "old")
