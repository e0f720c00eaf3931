"""The Chat tab: a streaming conversation, the probability of each token, and drafts that continue a text."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import gradio as gr

from demos.assets import script
from demos.chat import places
from demos.chat.conversation import Messages, from_page, restored
from demos.chat.layers import on_layers
from demos.chat.parts import Parts, chat_box, offer_larger, on_model
from demos.chat.salience import on_salience
from demos.chat.salience_endpoint import offer_salience
from demos.chat.settings import OPTIONS, chat_settings
from demos.chat.talk import Talk
from demos.chat.why import on_look, why_fold
from demos.drafts.tab import drafts_fold
from demos.events import QUIET, endpoint, shared_lane, throttled
from demos.fields.document_bar import document_bar
from demos.fields.examples import ready_examples
from demos.fields.model_picker import model_picker
from demos.fields.read_aloud import read_aloud
from demos.status import StatusLine
from demos.tab import Carry, Form, Opening, Tab
from models.catalog.offers import BUNDLED, Offers
from models.catalog.reading import reading
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, InputError, Limits
from models.runtime.progress import Report, ignore
from models.tasks.chat.adapter import ChatReply, Chatter
from models.tasks.chat.branches import Branches
from models.tasks.chat.messages import Message
from models.tasks.drafts.adapter import Drafter

EXAMPLES = [
    ["What is the capital of France, and what is it known for?"],
    ["Why is the sky blue? Explain it to a child."],
    ["Write a short poem about a lighthouse in winter."],
    ["Give me three ideas for a rainy Sunday."],
]
CHINESE = [
    ["用小朋友能听懂的话说说：天空为什么是蓝色的？"],
    ["写一首关于冬天灯塔的四行短诗。"],
    ["下雨的星期天在家可以做什么？给我三个主意。"],
]


def make_chatter(cache: ModelCache, limits: Limits = DEFAULT_LIMITS, offers: Offers = BUNDLED) -> Chatter:
    """The chat models of `offers` over `cache`."""
    default, *others = offers.chat
    return Chatter(cache, default, limits, tuple(others))


def render(chatter: Chatter) -> Form:
    """Lay out the tab, and offer `/chat`, `/salience` and `/drafts`."""
    gr.Markdown("Talk with a small language model, and see how sure it was of every token of its reply.")
    with gr.Row():
        with gr.Column(scale=1):
            model = model_picker(chatter, "chat-model")
            offer_larger(chatter, model)
            bar = document_bar("chat", "Open a document as the message")
        suggestions = gr.Column(scale=2)
    box = chat_box(chatter.limits)
    near = StatusLine("chat-places")
    read_aloud("chat", "#chat-conversation [data-testid=bot] .message-content", last=True)
    message, conversation = box.message, box.conversation
    reader = reading(chatter.models, "zh").name
    chinese = [[*example, reader] for example in CHINESE]
    with suggestions:
        ready_examples(chinese, [message, model], "zh", [label for label, _ in chinese], "chat-examples-zh")
        ready_examples(EXAMPLES, [message], elem_id="chat-examples")
    bar.follow(message, chatter.limits.text)
    why = why_fold()
    default, *others = chatter.models
    settings = chat_settings(chatter.limits, default.system)
    on_model(chatter, model, settings[0])
    drafts = drafts_fold(Drafter(chatter.cache, default, chatter.limits, tuple(others)), model)
    with gr.Accordion("Raw JSON", open=False):
        raw = gr.JSON(show_label=False, elem_id="chat-raw")
    export = gr.Button("Export the conversation as JSON", size="sm", elem_id="chat-export")
    # The secret hides nothing here; without a fixed one a restart of the server would lose the conversation.
    saved = gr.BrowserState([], storage_key="glassbox-chat", secret="glassbox-chat")
    options = [*settings, model]
    talk = Talk(chatter, Parts(box, why, options, raw, saved))
    talk.register()
    on_look(why, box, chatter)
    on_salience(why, box, chatter)
    on_layers(why, box, chatter)
    export.click(None, [conversation, *options, box.branches], None, js=script("chat/export.js"), **QUIET)
    # It reads the browser's storage when the tab is first opened, long after the page's load event.
    # One event alone: with two of them Gradio reports a change once more after each, and then both run again.
    restore = partial(restored, limit=chatter.limits.text)
    saving = saved.change(restore, [saved, conversation], conversation, **QUIET)
    places.follow(saving, conversation, bar.opened, near, chatter.limits.text)

    def chat(
        message: str,
        history: list[dict[str, Any]] = [],  # noqa: B006 - it is the documented default, and nothing changes it
        system: str = "",
        max_new_tokens: int = 128,
        temperature: float = 0.0,
        top_p: float = 1.0,
        model: str = "",
        *,
        report: Report = ignore,
    ) -> Iterator[str]:
        """Reply to `message`, after the messages of `history`; the text so far, as it grows.

        Args:
            message: what is said
            history: the messages so far: `{"role": "user" or "assistant", "content": text}`, in turn
            system: instructions before the conversation; the model's default when empty
            max_new_tokens: how long the reply may be, from 1 to the server's `--new-tokens`
            temperature: from 0, always the likeliest, to 2
            top_p: draw from the likeliest tokens that make up so much together, from 0 to 1
            model: a name that the picker of the tab offers; the empty one is the tab's default
        """
        options = (history, system, max_new_tokens, temperature, top_p)
        for reply in throttled(chatter.using(model).stream(message, *options, report=report)):
            yield reply.text

    def check(message: str, history: Messages, *values: Any) -> None:
        *chosen, model = values
        chatter.using(model).check(message, history, *chosen)

    endpoint(chat, "chat", check, lane=shared_lane())
    offer_salience(chatter)
    named = {"message": message, **dict(zip((*OPTIONS, "model"), options, strict=True))}
    carries = (Carry(why.carry, (conversation, model), partial(last_exchange, limit=chatter.limits.text)), drafts.carry)
    scripts = {"chat": named | {"history": conversation}, "drafts": drafts.inputs | {"model": model}}
    continued = {f"continue_{name}": component for name, component in drafts.inputs.items()}

    def shown(given: Mapping[str, Any], reply: ChatReply) -> dict[Any, Any]:
        return {message: "", **talk.shown([Message("user", given["message"])], {1: Branches.of(reply)})}

    opening = Opening(
        ChatReply,
        lambda message, temperature, model="": chatter.using(model)(message, temperature=temperature),
        shown,
        box.status,
        unless=(conversation, saved),
    )
    asked = ("message", "continue_text")
    return Form(named | continued, box.send, carries, scripts, asked=asked, opening=opening)


def last_exchange(history: Messages, model: str, limit: int) -> tuple[str, str, str]:
    """What the attention tab shows of a conversation: its last message and the reply to it, as plain text."""
    said = [message.text for message in from_page(history, limit)[-2:]]
    if not said:
        raise InputError("history", "There is no conversation yet. Send a message first.")
    return model, "\n".join(said), ""


TAB = Tab("Chat", make_chatter, render, ("chat",))
