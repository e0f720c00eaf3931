"""Answers marked in their text: a gr.HTML component drawn by `assets/question_answering/`, and the data it is sent."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from demos.fields.document_bar import PlaceOf, nowhere
from demos.packed import PackedView
from demos.status import describe
from demos.views.why import Strip, agreement, completeness, group
from demos.words import say, say_count
from models.explain.attribution import Reasons, Word
from models.tasks.question_answering.adapter import Answerer
from models.tasks.question_answering.results import Answer, Answers
from models.text.sentences import Span
from models.text.words import words

NAME_LENGTH = 60
# A text of more characters is shown as what is around its answers, so far on either side.
WHOLE, AROUND = 60_000, 1_500


@dataclass(frozen=True)
class Asked:
    """A question, its text, and the answers that are shown."""

    question: str
    context: str
    answers: Answers

    @property
    def best(self) -> Answer | None:
        """The answer that is explained."""
        return self.answers.answers[0] if self.answers.answers else None


class AnswerView(PackedView):
    """Draws a list of `view`s; its script puts every text into the page as text."""

    def __init__(self, elem_id: str, render: bool = True) -> None:
        # Gradio makes an unrendered one where an event leaves the view as it is.
        super().__init__([], "question_answering/view.html", ["question_answering/view.js"], elem_id, render)


def view(
    context: str, answers: Answers, title: str = "", place_of: Callable[[int], str] = lambda start: ""
) -> dict[str, Any]:
    """One question's result over one context, under `title`; `place_of` names the page or the like of an offset."""
    shown = pieces(context, answers)
    return {
        "title": title,
        "found": answers.found,
        "no_answer": answers.no_answer,
        "answers": [vars(answer) | {"place": place_of(answer.start)} for answer in answers.answers],
        "pieces": shown if len(context) <= WHOLE else excerpts(shown),
    }


def excerpts(shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """`shown`, the pieces of a long text, with all that is far from any answer left out."""
    cut: list[dict[str, Any]] = []
    for number, piece in enumerate(shown):
        text = piece["text"]
        head = AROUND if number else 0
        tail = AROUND if number < len(shown) - 1 else 0
        if "rank" in piece or len(text) <= head + tail:
            cut.append(piece)
        else:
            cut.append({"text": text[: head or 0] + "\n\n…\n\n" * bool(number) + text[len(text) - tail :]})
    return cut


def near(context: str, answers: Answers) -> tuple[str, Answers]:
    """The stretch of a long text in which the best answer was found, and those of `answers` that are within it."""
    start, end = answers.window
    if len(context) <= WHOLE or not answers.answers:
        return context[:WHOLE], answers
    inside = tuple(
        replace(answer, start=answer.start - start, end=answer.end - start)
        for answer in answers.answers
        if start <= answer.start and answer.end <= end
    )
    return context[start:end], replace(answers, answers=inside, window=(0, end - start))


def pieces(context: str, answers: Answers) -> list[dict[str, Any]]:
    """`context` cut at the answers, which have their rank (1 is the best) and score; all pieces make it up again."""
    ranked = sorted(enumerate(answers.answers, start=1), key=lambda pair: pair[1].start)
    cut: list[dict[str, Any]] = []
    place = 0
    for rank, answer in ranked:
        marked = context[answer.start : answer.end]
        cut += [{"text": context[place : answer.start]}, {"text": marked, "rank": rank, "score": answer.score}]
        place = answer.end
    return [piece for piece in [*cut, {"text": context[place:]}] if piece["text"]]


def why(asked: Asked, found: Reasons | None = None, done: bool = False) -> dict[str, Any]:
    """The value of a WhyView for the best of the answers that were `asked` for, as far as its reasons are `found`."""
    assert asked.best is not None, "only an answer can be explained"
    answer = Span(asked.best.start, asked.best.end)
    window = Span(*asked.answers.window)
    context_words = [Span(window.start + w.start, window.start + w.end) for w in words(window.of(asked.context))]
    left_out, question, context = (found.left_out, found.question, found.context) if found else ((), (), ())
    whole = Span(0, len(asked.question))
    asking = [
        Strip(name, short, asked.question, whole, words(asked.question), _effects(measured))
        for name, short, measured in (
            (say("Left out, one at a time"), say("left out"), left_out),
            (say("Integrated gradients"), say("gradients"), question),
        )
    ]
    text = Strip(
        say("Integrated gradients; the answer is underlined"),
        say("gradients"),
        asked.context,
        window,
        context_words,
        _effects(context),
        part_of(window, asked.context),
        answer,
    )
    name = asked.best.text if len(asked.best.text) <= NAME_LENGTH else f"{asked.best.text[:NAME_LENGTH]}…"
    title = (
        say("The question, for the answer “{name}”", name=name)
        if asked.answers.found
        else say("The question, for the best candidate, though the text more likely has no answer, “{name}”", name=name)
    )
    towards = (say("against it"), say("for it"))
    return {
        "groups": [
            group(asking, towards, title),
            group([text], towards, say("The text, for the same answer")),
        ],
        "facts": facts(len(words(asked.question)), found, done),
        "done": done,
    }


def facts(asked: int, found: Reasons | None, done: bool) -> list[str]:
    """Notes on the result, or the progress of the measurement; the question has `asked` words."""
    if found is None or found.gap is None:
        return [say("Measuring: {n} of {all} words left out…", n=len(found.left_out) if found else 0, all=asked)]
    known = [agreement([w.effect for w in found.left_out], [w.effect for w in found.question])]
    known.append(completeness(found.gap, found.steps))
    if done:
        return known
    next_one = (
        say("Measuring the gradients of the text…")
        if found.context
        else say("Measuring the gradients of the question…")
    )
    return [*known, next_one]


def part_of(window: Span, text: str) -> str:
    """The shown part of `text`, if it is not all."""
    if not text[: window.start].strip() and not text[window.end :].strip():
        return ""
    return say(
        "Shown is the window in which it was found: characters {start:,} to {end:,} of {all:,}.",
        start=window.start,
        end=window.end,
        all=len(text),
    )


def _effects(measured: tuple[Word, ...]) -> dict[int, float]:
    return {word.start: word.effect for word in measured}


def status_of(answers: Answers) -> str:
    """The status line under `answers`, with how much was read."""
    if answers.complete:
        return describe(answers.run, say_count(answers.windows, "{n} window", "{n} windows"))
    read = say_count(answers.windows, "{read} of {n} window read", "{read} of {n} windows read", read=answers.read)
    return describe(answers.run, read)


def plain(answers: Answers, place_of: PlaceOf = nowhere) -> dict[str, Any]:
    """`answers` as scripts get them; each with its place, where it has one."""
    placed = [asdict(answer) | {"place": place_of(answer.start)} for answer in answers.answers]
    return {
        "answers": [{name: value for name, value in answer.items() if value != ""} for answer in placed],
        "no_answer": answers.no_answer,
        "read": answers.read,
        "windows": answers.windows,
        **asdict(answers.run),
    }


def unmeasured(answerer: Answerer) -> str:
    """What is said where a model has no reasons: which one has."""
    name = next((each.name for each in answerer.models if answerer.using(each.name).has_reasons), "")
    words = say("The words of a language model are not measured here.")
    return say("{words} Choose {model} to see them.", words=words, model=name) if name else words
