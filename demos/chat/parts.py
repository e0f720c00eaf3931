"""The components of the Chat tab that its events read and write."""

from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from demos.chat.branches import BranchView
from demos.chat.lit import LitView
from demos.events import QUIET
from demos.plain import SHOWN_AS_TEXT
from demos.status import StatusLine
from demos.views.lens import LensView
from demos.views.tokens import TokenView
from demos.views.why import WhyView
from models.catalog.bundled import QWEN, QWEN_WEIGHTS
from models.runtime.limits import Limits
from models.runtime.progress import MEGABYTE
from models.tasks.chat.adapter import Chatter

LARGER = "Talk with the larger {name} instead, in Chinese too: {n:,.0f} MB, downloaded when it first answers"


@dataclass(frozen=True)
class Box:
    """The conversation, the branches of its replies, and the field for the next message.

    `trees` keeps the replies with their tokens, see `demos.chat.branches.Trees`.
    """

    conversation: gr.Chatbot
    branches: BranchView
    trees: gr.State
    message: gr.Textbox
    send: gr.Button
    stop: gr.Button
    notice: StatusLine
    status: StatusLine


@dataclass(frozen=True)
class WhyFold:
    """The fold under the box: the tokens of the last reply, their status line and their explanation."""

    tokens: TokenView
    status: StatusLine
    why: WhyView
    lit: LitView
    layers: LensView
    carry: gr.Button


@dataclass(frozen=True)
class Parts:
    """All of the tab: the box, the fold under it, the values that a reply depends on, the raw reply, what is saved."""

    box: Box
    why: WhyFold
    options: list[Component]
    raw: gr.JSON
    saved: gr.BrowserState


def chat_box(limits: Limits) -> Box:
    """Lay out the conversation and the field under it."""
    conversation = gr.Chatbot(
        elem_id="chat-conversation",
        show_label=False,
        height="min(40vh, 32rem)",
        editable="user",
        buttons=["copy", "copy_all"],
        # What a visitor or a model wrote is text: HTML or markdown could load an image from anywhere.
        render_markdown=False,
        allow_tags=SHOWN_AS_TEXT,
        latex_delimiters=[],
        group_consecutive_messages=False,
        feedback_options=None,
        placeholder="No messages yet.",
    )
    branches = BranchView("chat-branches")
    with gr.Row(elem_id="chat-input"):
        message = gr.Textbox(
            "",
            label="Message",
            placeholder="Say something, then press Enter",
            show_label=False,
            container=False,
            max_lines=8,
            max_length=limits.text,
            scale=8,
            min_width=280,
            elem_id="chat-message",
        )
        send = gr.Button("Send", variant="primary", scale=1, min_width=80, elem_id="chat-send")
        stop = gr.Button("Stop", interactive=False, scale=1, min_width=80, elem_id="chat-stop")
    notice, status = StatusLine("chat-notice"), StatusLine("chat-status")
    return Box(conversation, branches, gr.State({}), message, send, stop, notice, status)


def offer_larger(chatter: Chatter, model: gr.Dropdown) -> None:
    """One line that chooses the large model, where a smaller one is the default."""
    if QWEN not in chatter.models[1:]:
        return
    label = LARGER.format(name=QWEN.name, n=QWEN_WEIGHTS.nbytes / MEGABYTE)
    offer = gr.Button(label, size="sm", elem_id="chat-larger")
    offer.click(lambda: (QWEN.name, gr.Button(visible=False)), None, [model, offer], **QUIET)


def on_model(chatter: Chatter, model: gr.Dropdown, system: Component) -> None:
    """Show the system prompt that the chosen model begins with, unless the visitor has written another one."""
    prompts = {spec.name: spec.system for spec in chatter.models}

    def fill(name: str, written: str) -> Any:
        return prompts.get(name, "") if written in ("", *prompts.values()) else gr.skip()

    model.change(fill, [model, system], system, **QUIET)
