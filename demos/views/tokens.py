"""The token view: texts token by token, with the rivals of the one in focus and what it looked at.

A gr.HTML component drawn by the scripts in `assets/tokens/`, and the data it is sent.
"""

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np

from demos.packed import PackedView
from demos.views.attention_data import encode
from models.explain.tokens import Candidate, Token
from models.tasks.chat.attention import ReplyAttention
from models.tasks.next_word.perplexity import ScoredToken

SCRIPTS = ("tokens/parts.js", "tokens/passage.js", "tokens/looked.js", "tokens/view.js")


class TokenView(PackedView):
    """Draws a `view`; its scripts put every text into the page as text.

    Its `select` event has {"look": true} where what a token looked at is asked for, or {"take": text} where a visitor
    goes on with one of the candidates. Its `option_select` event has {"at": index, "rival": id}
    where a text is to go on from the rival of a token, as a view with `branches` offers. Its `submit` event
    has {"at": index}, with a "rival" or "sentence": true, for what a view that `explains` is asked to measure.
    """

    def __init__(self, elem_id: str, render: bool = True) -> None:
        # Gradio makes an unrendered one where an event leaves the view as it is.
        super().__init__({}, "tokens/view.html", SCRIPTS, elem_id, render)


def view(*passages: dict[str, Any], following: Sequence[Candidate] = (), **more: Any) -> dict[str, Any]:
    """The value of a TokenView: `passages` side by side, and what may be `following` before any of them is in focus.

    Of `more`, `base` is the text that candidates can be added to, `looked` is from the function of that name, `asks` is
    whether it can be requested, `branches` whether a text can continue from any rival, and `explains` whether the
    effect of the prompt's words on a token can be measured.
    """
    return {"passages": list(passages), "next": candidates(following), **more}


def passage(tokens: Sequence[Token], label: str, title: str = "", note: str = "") -> dict[str, Any]:
    """One text as `tokens`; `label` names it for screen readers."""
    return {"label": label, "title": title, "note": note, "tokens": [_token(token) for token in tokens]}


def candidates(found: Sequence[Candidate]) -> list[dict[str, Any]]:
    """`found` as the view takes them."""
    return [
        {"id": each.id, "text": each.text, "probability": _short(each.probability), "control": each.control}
        for each in found
    ]


def looked(result: ReplyAttention) -> dict[str, Any]:
    """What each token of a reply looked at, one byte for each word before it, decoded at most 1/255 off."""
    largest, data = encode(result.weights) if len(result.weights) else (1.0, np.zeros(0, np.uint8))
    prompt, reply = result.context[: result.prompt_tokens], result.context[result.prompt_tokens :]
    return {
        "prompt": [[token.text, token.word, token.control] for token in prompt],
        "reply": [token.word for token in reply],
        "readings": list({token.word: token.reading for token in result.context}.values()),
        "first": [round(share, 4) for share in result.first.tolist()],
        "largest": largest,
        "data": base64.b64encode(data.tobytes()).decode(),
    }


def _token(token: Token) -> dict[str, Any]:
    shown = {"text": token.text, "probability": _short(token.probability), "rivals": candidates(token.rivals)}
    return shown | ({"rank": token.rank} if isinstance(token, ScoredToken) else {})


def _short(probability: float) -> float:
    return float(f"{probability:.4g}")
