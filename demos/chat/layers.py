"""The logit lens on a token of the last reply: what each layer would have written there."""

from typing import Any

import gradio as gr

from demos.chat.branches import Trees
from demos.chat.branches import last as newest
from demos.chat.conversation import Messages, from_page
from demos.chat.parts import Box, WhyFold
from demos.events import on_run, sent
from demos.guard import report_to
from demos.views.lens import lens_status, lens_value
from models.explain.lens.adapter import LogitLens
from models.explain.lens.result import Lens
from models.runtime.limits import check_whole
from models.runtime.progress import Report, ignore, last
from models.tasks.chat.adapter import ChatReply, Chatter


def layers_of(chatter: Chatter, reply: ChatReply, at: object, report: Report = ignore) -> Lens:
    """The lens where the model chose token `at` of `reply`. Raises InputError where there is no such token."""
    number = check_whole(at, "at", 0, len(reply.tokens) - 1)
    ids = [*reply.prompt.ids, *(token.id for token in reply.tokens[:number])]
    lens = LogitLens(chatter.cache, chatter.models, chatter.limits)
    found = lens.after(reply.run.model, ids, reply.tokens[number].id, report)
    return last(found, reply.run.model, report)


def on_layers(fold: WhyFold, box: Box, chatter: Chatter) -> None:
    """Show the lens for a chosen token of the last reply."""

    def look(
        event: gr.EventData, history: Messages, trees: Trees, progress: gr.Progress = gr.Progress()
    ) -> tuple[dict[str, Any], str]:
        reply = newest(trees, from_page(history, chatter.limits.text)).reply
        found = layers_of(chatter, reply, sent(event, "at"), report_to(progress))
        return lens_value(found, asked=True), lens_status(found)

    def check(history: Messages, trees: Trees) -> None:
        newest(trees, from_page(history, chatter.limits.text))

    inputs = [box.conversation, box.trees]
    outputs = [fold.layers, fold.status]
    on_run([fold.tokens.input], look, inputs, outputs, check, ["history", "trees"], box.stop)
