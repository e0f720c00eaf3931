"""The fold under a reply: the probability of each token, and its attention."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from demos.chat.branches import Trees, last
from demos.chat.conversation import Messages, from_page
from demos.chat.lit import LitView
from demos.chat.parts import Box, WhyFold
from demos.events import on_run, throttled
from demos.guard import report_to
from demos.status import StatusLine, describe
from demos.tab import carry_button
from demos.views.lens import LensView
from demos.views.tokens import TokenView, looked, passage, view
from demos.views.why import WhyView
from demos.words import say
from models.tasks.chat.adapter import ChatReply, Chatter

EXPLANATION = """
The stronger its colour, the less probable the model found a token; beside it are the five likeliest others. A
confident token is not necessarily correct.

**Click a rival** and the model goes on from it: a branch of the reply, which the conversation then follows. All
branches are kept under the conversation.

**Why this token**, *this sentence*, or *why not* a rival: each word of the conversation is left out in turn, and the
reply read again up to that place (occlusion, Zeiler and Fergus 2014); then, where the model's copy in torch fits into
memory, integrated gradients are added up (Sundararajan et al. 2017) on the way from a conversation in which the mean of
all tokens' embeddings stands for every word. Against a rival both measure the lead of the token over it: the words that
decided between the two (Yin and Neubig 2022).

**Layer by layer** is the logit lens on a token, as in the Next word tab: what each layer would have written there.

**Click a token** to see what the model looked at as it chose it. The lines under the words of the prompt and of the
reply so far show their share of the attention: the mean over all heads of the later half of the layers. A head that has
nothing to look for rests on the very first token, a *sink* (Xiao et al. 2024); that is left out, and the rest made to
sum to 1 again.

Attention shows where the model looked, not why it answered so: other weights can give the same answer (Jain and
Wallace 2019), and what they do explain is disputed (Wiegreffe and Pinter 2019).
"""


def why_fold() -> WhyFold:
    """Lay out the fold, empty, and another with how to read it."""
    with gr.Accordion("Why: every token of the last reply", elem_id="chat-why"):
        tokens = TokenView("chat-tokens")
        status = StatusLine("chat-why-status")
        why = WhyView("chat-salience")
        lit = LitView("chat-lit")
        layers = LensView("chat-lens")
        carry = carry_button("chat-carry")
    with gr.Accordion("How to read this", open=False, elem_id="chat-help"):
        gr.Markdown(EXPLANATION)
    return WhyFold(tokens, status, why, lit, layers, carry)


def show_tokens(reply: ChatReply) -> dict[str, Any]:
    """The value of the fold's view for `reply`."""
    return view(_passage(reply), asks=True, branches=True, explains=True, layers=True)


def on_look(fold: WhyFold, box: Box, chatter: Chatter) -> None:
    """Read the last reply again, for its attention, when a visitor chooses one of its tokens."""

    def look(history: Messages, trees: Trees, progress: gr.Progress = gr.Progress()) -> Iterator[dict[Any, Any]]:
        reply = last(trees, from_page(history, chatter.limits.text)).reply
        yield {fold.status: say("Waiting for the copy of the model that shows its attention")}
        for result in throttled(chatter.look(reply, report_to(progress))):
            total = result.run.tokens + result.run.dropped
            yield {
                fold.status: say(
                    "Reading the conversation again: {n:,} of {all:,} tokens", n=result.run.tokens, all=total
                )
            }
        yield {
            fold.tokens: show_tokens(reply) | {"looked": looked(result)},
            fold.status: describe(result.run, say("attention")),
        }

    def check(history: Messages, trees: Trees) -> None:
        last(trees, from_page(history, chatter.limits.text))

    asked = [box.conversation, box.trees]
    outputs = [fold.tokens, fold.status]
    on_run([fold.tokens.select], look, asked, outputs, check, ["history", "trees"], box.stop)


def _passage(reply: ChatReply) -> dict[str, Any]:
    return passage(reply.tokens, say("The tokens of the last reply"))
