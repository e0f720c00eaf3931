"""Under a reply: how sure the model was of each token, and what it looked at as it chose it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from demos.events import on_run, throttled
from demos.guard import report_to
from demos.status import StatusLine, describe
from demos.tab import carry_button
from demos.token_view import TokenView, looked, passage, view
from demos.words import say
from models.runtime.limits import InputError
from models.tasks.chat.adapter import ChatReply, Chatter

EXPLANATION = """
The stronger its colour, the less probable the model found a token; beside it stand the five likeliest others. A sure
token is not a true one.

**Click a token** to see what the model looked at as it chose it. The lines under the words of the prompt and of the
reply so far tell their share of the attention: the mean over all heads of the later half of the layers. A head that has
nothing to look for rests on the very first token, a *sink* (Xiao et al. 2024); that is left out, and the rest made to
sum to 1 again.

Attention shows where the model looked, not why it answered so: other weights can give the same answer (Jain and
Wallace 2019), and what they do tell is disputed (Wiegreffe and Pinter 2019).
"""


@dataclass(frozen=True)
class WhyFold:
    """The fold's components; `reply` keeps the last reply, for when a visitor asks what it looked at."""

    tokens: TokenView
    reply: gr.State
    status: StatusLine
    carry: gr.Button


def why_fold() -> WhyFold:
    """Lay out the fold, empty."""
    with gr.Accordion("Why: every token of the last reply", open=False, elem_id="chat-why"):
        tokens = TokenView("chat-tokens")
        status = StatusLine("chat-why-status")
        gr.Markdown(EXPLANATION)
        return WhyFold(tokens, gr.State(None), status, carry_button("chat-carry"))


def show_tokens(reply: ChatReply) -> dict[str, Any]:
    """The value of the fold's view for `reply`."""
    return view(_passage(reply), asks=True)


def on_look(fold: WhyFold, chatter: Chatter, stop: gr.Button) -> Any:
    """Read the last reply again, for its attention, when a visitor chooses one of its tokens."""

    def look(reply: ChatReply, progress: gr.Progress = gr.Progress()) -> Iterator[dict[Any, Any]]:
        yield {fold.status: say("Waiting for the copy of the model that shows its attention")}
        for result in throttled(chatter.look(reply, report_to(progress))):
            total = result.run.tokens + result.run.dropped
            yield {
                fold.status: say(
                    "Reading the conversation again: {n:,} of {all:,} tokens", n=result.run.tokens, all=total
                )
            }
        told = view(_passage(reply), asks=True, looked=looked(result))
        yield {fold.tokens: told, fold.status: describe(result.run, say("attention"))}

    return on_run([fold.tokens.select], look, [fold.reply], [fold.tokens, fold.status], check, ["reply"], stop)


def check(reply: object) -> None:
    """Raise InputError where there is no reply to look into."""
    if not isinstance(reply, ChatReply) or not reply.tokens:
        raise InputError("reply", "There is no reply yet. Say something first.")


def _passage(reply: ChatReply) -> dict[str, Any]:
    return passage(reply.tokens, say("The tokens of the last reply"))
