"""The Tokens tab: a text in several tokenizers side by side, cut anew as it is typed."""

from collections.abc import Mapping
from typing import Any

import gradio as gr

from demos.events import LATEST, QUIET, endpoint
from demos.fields.examples import ready_examples
from demos.guard import guarded
from demos.status import StatusLine, seconds
from demos.tab import Form, Opening, Tab
from demos.tokenizers.view import TokenizerView, tokenizer_value, tokens_json
from demos.words import say
from models.catalog.offers import BUNDLED, Offers
from models.explain.tokenizing import LONGEST, Tokenizing, offered
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, Limits

EXAMPLES = {
    "English": "Tokenization isn't difficult: antidisestablishmentarianism.",
    "Chinese": "注意力机制让模型专注于相关的词。",
    "Emoji": "👍 👩🏽‍🚀 ❤️‍🔥 naïve café",
    "Code": "def mean(values):\n    return sum(values) / len(values)\n",
    "Numbers": "In 1781 the bridge cost 12,345.67 pounds.",
    "Portuguese": "A atenção liga as palavras: não há tradução sem ela.",
}
# Once nothing was typed for a moment, press the button that asks.
AFTER_A_PAUSE = """() => {
  const button = document.getElementById("tokenizers-ask");
  if (!button) return;
  clearTimeout(button.pause);
  button.pause = setTimeout(() => button.click(), 5);
}"""


def make_tokenizing(cache: ModelCache, limits: Limits = DEFAULT_LIMITS, offers: Offers = BUNDLED) -> Tokenizing:
    """The tokenizers of `offers` over `cache`."""
    return Tokenizing(cache, offered(offers), min(LONGEST, limits.text))


def render(tokenizing: Tokenizing) -> Form:
    """Lay out the tab, and offer `/tokens`."""
    gr.Markdown(
        "No model reads letters or words: a tokenizer cuts the text into tokens first, each a number. Type, and see "
        "how the tokenizers of different models cut the same text."
    )
    with gr.Column(elem_classes="asked"):
        text = gr.Textbox(label="Text", lines=4, max_length=tokenizing.longest, elem_id="tokenizers-text")
        chosen = gr.CheckboxGroup(
            list(tokenizing.names), value=list(tokenizing.names), label="Tokenizers", elem_id="tokenizers-models"
        )
    with gr.Column(elem_classes="shown"):
        ask = gr.Button("Cut", visible="hidden", elem_id="tokenizers-ask")
        view = TokenizerView("tokenizers-view")
        status = StatusLine("tokenizers-status")
    with gr.Column(elem_classes="offered"):
        ready_examples(
            [[example] for example in EXAMPLES.values()],
            [text],
            labels=list(EXAMPLES),
            elem_id="tokenizers-examples",
            label="Try a text",
        )
    with gr.Accordion("How to read this", open=False, elem_id="tokenizers-help"):
        gr.Markdown(EXPLANATION)

    def cut(text: str, models: list[str]) -> tuple[dict[str, Any], str]:
        if not text or not models:
            return {}, ""
        found = tokenizing(text, models)
        spent = seconds(sum(each.seconds for each in found))
        return tokenizer_value(text, found), say("Cut in {time}, without a model", time=spent)

    gr.on([text.change, chosen.change], None, None, None, js=AFTER_A_PAUSE, **QUIET)
    # While an answer is on its way no other is asked for; then the newest text is, so that none comes late.
    ask.click(guarded(cut), [text, chosen], [view, status], **LATEST, **QUIET)

    def tokens(text: str, models: list[str] = []) -> dict[str, Any]:  # noqa: B006 - nothing changes it
        """`text` as the tokens of several models, without running any of them.

        Args:
            text: what is cut, up to 2,000 characters; it may be empty
            models: names that the Tokens tab offers; all of them when empty
        """
        return tokens_json(text, tokenizing(text, models))

    endpoint(tokens, "tokens", tokenizing.check, queue=False)
    named = {"text": text, "models": chosen}

    def shown(given: Mapping[str, Any], cuts: dict[str, Any]) -> dict[Any, Any]:
        return {view: cuts, status: ", ".join(split["model"] for split in cuts["splits"])}

    opening = Opening(dict[str, Any], lambda text: tokenizer_value(text, tokenizing(text, [])), shown, status)
    return Form(named, ask, scripts={"tokens": named}, opening=opening)


EXPLANATION = """
- **WordPiece** (Wu et al. 2016), of MiniLM, writes letters small and drops accents; `##` marks the rest of a word. What
  its 30,522 pieces cannot write becomes one *unknown* token, outlined here: the model never sees what it was.
- **Byte-pair encoding** (Sennrich et al. 2016), of SmolLM2 and Qwen, begins with the 256 bytes, so that nothing is
  unknown. A rare character becomes several tokens, none of which is a character: these are shown as their bytes.
- **SentencePiece** (Kudo and Richardson 2018), of the translator, learnt English and Portuguese; a space belongs to the
  token after it.

A model pays by the token: in time, in memory, and in how much it can read. More characters in a token are better, and
which languages have them depends on what the tokenizer was trained on.
"""

TAB = Tab("Tokens", make_tokenizing, render, group="inside")
