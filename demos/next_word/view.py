"""A text with its perplexity as shown on the page and returned to scripts."""

from dataclasses import asdict
from typing import Any

from demos.status import describe
from demos.views.tokens import passage, view
from demos.words import say
from models.explain.distribution import Distribution
from models.tasks.drafts.adapter import Drafts
from models.tasks.next_word.perplexity import Perplexity


def perplexity_view(result: Perplexity, asked: str = "") -> dict[str, Any]:
    """The text token by token under its perplexity; noted is where another model than the one `asked` measured it."""
    note = say(
        "At each token the model was as unsure, in the geometric mean, as among {n:,.1f} tokens that are all as "
        "likely.",
        n=result.value,
    )
    if asked not in ("", result.run.model):
        other = say(
            "Measured by {model}: the copy of {asked} that can measure a text takes more memory than there is.",
            model=result.run.model,
            asked=asked,
        )
        note = f"{note} {other}"
    title = say("Perplexity {n:,.1f}", n=result.value)
    return view(passage(result.tokens, say("The tokens of the text"), title, note))


def perplexity_status(result: Perplexity) -> str:
    """The status line under a text that is being read, or is read."""
    return describe(result.run)


def perplexity_json(text: str, result: Perplexity) -> dict[str, Any]:
    """`result` as scripts get it; each token with its characters in `text`."""
    tokens = [
        {
            "text": text[token.start : token.end],
            "start": token.start,
            "end": token.end,
            "probability": token.probability,
            "rank": token.rank,
        }
        for token in result.tokens
    ]
    return {**asdict(result.run), "perplexity": result.value, "tokens": tokens}


def next_json(result: Drafts) -> dict[str, Any]:
    """What may follow a text as scripts get it."""
    # Where the time was up before the text was read, nothing is known of what follows it.
    known = result.distribution or Distribution((), 0, 0.0)
    return {
        **asdict(result.run),
        "next": [asdict(each) for each in known.likeliest],
        "vocabulary": known.vocabulary,
        "rest": known.rest,
        "exponent": known.exponent,
    }
