"""What the page shows until its scripts have come: the answer that Question answering opens on, in plain HTML."""

import functools
import html
from collections.abc import Sequence
from typing import Any

from demos.assets import ASSETS
from demos.page.openings import Made, made
from demos.words import ENGLISH, say, words

# The tab that it is of.
OPENS_FIRST = "question-answering"
FOLDER = ASSETS / "first_picture"


def first_picture(models: Sequence[str]) -> str:
    """The answer in the visitor's language, or else in English; empty where none was made by one of `models`."""
    for language in dict.fromkeys([words().tag.partition("-")[0], ENGLISH.tag]):
        found = made(OPENS_FIRST, language)
        if found and found.inputs.get("model", models[0] if models else "") in models:
            return drawn(found)
    return ""


def drawn(found: Made) -> str:
    """The HTML of a result that was made beforehand; every text in it is escaped."""
    answers, context = found.result["answers"], str(found.inputs["context"])
    rows = [(each["text"], each["score"]) for each in answers] + [(say("not in the text"), found.result["no_answer"])]
    style, leave = _asset("style.css"), _asset("leave.js")
    model = " · ".join(found.models)
    parts = [
        f"<style>{style}</style>",
        "<h1>Glassbox</h1>",
        f"<p>{_text(say('Ask something about a text. The answer is marked in the text, or reported as missing.'))}</p>",
        f"<p><b>{_text(found.inputs['question'])}</b></p>",
        f'<p class="verdict">{_text(answers[0]["text"])}</p>' if answers else "",
        *(_row(name, score) for name, score in rows),
        f'<p class="passage">{_marked(context, answers[:1])}</p>',
        f'<p class="status">{_text(say("Made beforehand by {status}", status=model))} · ',
        f"{_text(say('loading the page'))}</p>",
    ]
    return f'<div id="first-picture" aria-hidden="true"><div>{"".join(parts)}</div></div><script>{leave}</script>'


@functools.cache
def _asset(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _row(name: str, score: float) -> str:
    bar = f'<i><i style="width:{score:.1%}"></i></i>'
    share = "&lt;1%" if score < 0.01 else f"{score:.0%}"
    return f'<p class="row"><span>{_text(name)}</span>{bar}<span>{share}</span></p>'


def _marked(text: str, answers: Sequence[dict[str, Any]]) -> str:
    place, parts = 0, []
    for each in answers:
        parts += [_text(text[place : each["start"]]), f"<mark>{_text(text[each['start'] : each['end']])}</mark>"]
        place = each["end"]
    return "".join([*parts, _text(text[place:])])


def _text(words: object) -> str:
    return html.escape(str(words))
