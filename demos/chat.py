"""The Chat tab: a conversation that streams, how sure the model was of each token, and texts that it goes on with."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from demos.chat_settings import OPTIONS, chat_settings
from demos.chat_why import on_look, show_tokens, why_fold
from demos.conversation import Messages, from_page, index_of, restored, to_page
from demos.document_bar import document_bar
from demos.drafts import drafts_fold
from demos.events import QUIET, endpoint, on_run, shared_lane, throttled
from demos.examples import ready_examples
from demos.guard import guarded, report_to
from demos.model_picker import model_picker
from demos.plain import SHOWN_AS_TEXT, from_chatbot
from demos.reply import notice_of, plain, status_of
from demos.status import StatusLine
from demos.tab import Carry, Form, Tab
from demos.words import say
from models.catalog.bundled import QWEN, QWEN_WEIGHTS
from models.catalog.offers import BUNDLED, Offers
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, InputError, Limits
from models.runtime.progress import MEGABYTE, Report, ignore
from models.tasks.chat.adapter import Chatter
from models.tasks.chat.messages import Message, message_text
from models.tasks.drafts.adapter import Drafter

ASSETS = Path(__file__).parent.parent / "assets"
EXAMPLES = [
    ["Why is the sky blue? Explain it to a child."],
    ["Write a short poem about a lighthouse in winter."],
    ["Give me three ideas for a rainy Sunday."],
    ["What is the difference between weather and climate?"],
]
LARGER = "Talk with the larger {name} instead, in Chinese too: {n:,.0f} MB, downloaded when it first answers"
SAVE = "(conversation) => [conversation]"


def make_chatter(cache: ModelCache, limits: Limits = DEFAULT_LIMITS, offers: Offers = BUNDLED) -> Chatter:
    """The chat models of `offers` over `cache`."""
    default, *others = offers.chat
    return Chatter(cache, default, limits, tuple(others))


def render(chatter: Chatter) -> Form:
    """Lay out the tab, and offer `/chat` and `/drafts`."""
    gr.Markdown("Talk with a small language model, then open its last reply to see how sure it was of every token.")
    model = model_picker(chatter, "chat-model")
    offer_larger(chatter, model)
    conversation = gr.Chatbot(
        elem_id="chat-conversation",
        show_label=False,
        height="min(60vh, 32rem)",
        editable="user",
        buttons=["copy", "copy_all"],
        # What a visitor or a model wrote is text: HTML or markdown could load an image from anywhere.
        render_markdown=False,
        allow_tags=SHOWN_AS_TEXT,
        latex_delimiters=[],
        group_consecutive_messages=False,
        feedback_options=None,
        placeholder="Nothing said yet.",
    )
    with gr.Row(elem_id="chat-input"):
        message = gr.Textbox(
            "",
            label="Message",
            placeholder="Say something, then press Enter",
            show_label=False,
            container=False,
            max_lines=8,
            max_length=chatter.limits.text,
            scale=8,
            min_width=280,
            elem_id="chat-message",
        )
        send = gr.Button("Send", variant="primary", scale=1, min_width=80, elem_id="chat-send")
        stop = gr.Button("Stop", interactive=False, scale=1, min_width=80, elem_id="chat-stop")
    notice = StatusLine("chat-notice")
    status = StatusLine("chat-status")
    ready_examples(EXAMPLES, [message], elem_id="chat-examples")
    bar = document_bar("chat", "Open a document as the message")
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

    def answer(said: str, before: list[Message], values: Sequence[Any], report: Report) -> Iterator[dict[Any, Any]]:
        """Stream the reply to `said` after `before` into the page; `values` are those of `options`."""
        *chosen, model = values
        said_so_far = [*before, Message("user", said)]
        shown = to_page(said_so_far)
        told: dict[Any, Any] = {
            notice: "",
            status: say("Waiting for the model"),
            why.tokens: {},
            why.status: "",
            why.reply: None,
        }
        yield {message: "", conversation: shown, saved: shown} | told
        named = dict(zip(OPTIONS, chosen, strict=True))
        for reply in throttled(chatter.using(model).stream(said, before, report=report, **named)):
            replied = [Message("assistant", reply.text)] if reply.text else []
            update: dict[Any, Any] = {conversation: to_page([*said_so_far, *replied]), why.reply: reply}
            update |= {why.tokens: show_tokens(reply), notice: notice_of(reply), status: status_of(reply)}
            yield update | ({raw: plain(reply)} if reply.ended else {})

    def talk(
        said: str,
        history: Messages,
        system: str,
        max_new_tokens: int,
        temperature: float,
        top_p: float,
        model: str,
        progress: gr.Progress = gr.Progress(),
    ) -> Iterator[dict[Any, Any]]:
        values = (system, max_new_tokens, temperature, top_p, model)
        yield from answer(said, from_page(history), values, report_to(progress))

    def retry(event: gr.RetryData, history: Messages, *values: Any) -> Iterator[dict[Any, Any]]:
        *before, again = from_page(history)[: index_of(event) + 1]
        yield from answer(again.text, before, values, ignore)

    def edit(event: gr.EditData, history: Messages, *values: Any) -> Iterator[dict[Any, Any]]:
        said = from_chatbot(message_text(event.value))
        yield from answer(said, from_page(history)[: index_of(event)], values, ignore)

    def undo(event: gr.UndoData, history: Messages) -> tuple[Messages, Messages, str]:
        *before, last = from_page(history)[: index_of(event) + 1]
        return to_page(before), to_page(before), last.text

    def forget() -> tuple[Messages, str, str, dict[str, Any], str, None, None]:
        return [], "", "", {}, "", None, None

    outputs = [message, conversation, notice, status, why.tokens, why.status, why.reply, raw, saved]
    fields = ["message", "history", *OPTIONS, "model"]

    def check(message: str, history: Messages, *values: Any) -> None:
        *chosen, model = values
        chatter.using(model).check(message, history, *chosen)

    # The page knows what is said again only from the event; `stream` checks it.
    check_again = partial(check, "again")
    # Replies to several visitors share the batches of the model.
    lane = shared_lane()
    runs = [
        on_run(
            [send.click, message.submit], talk, [message, conversation, *options], outputs, check, fields, stop, lane
        ),
        on_run([conversation.retry], retry, [conversation, *options], outputs, check_again, fields[1:], stop, lane),
        on_run([conversation.edit], edit, [conversation, *options], outputs, check_again, fields[1:], stop, lane),
    ]
    looking = on_look(why, chatter, stop)
    for ended in (*(run.then for run in runs), stop.click):
        ended(None, conversation, saved, js=SAVE, **QUIET)
    conversation.undo(guarded(undo), conversation, [conversation, saved, message], **QUIET)
    forgotten = [saved, notice, status, why.tokens, why.status, why.reply, raw]
    conversation.clear(forget, None, forgotten, cancels=[*runs, looking], **QUIET)
    export.click(None, [conversation, *options], None, js=(ASSETS / "chat_export.js").read_text(), **QUIET)
    # It reads the browser's storage when the tab is first opened, long after the page's load event.
    saved.change(restored, [saved, conversation], conversation, **QUIET)

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
        """Reply to `message`, after the messages of `history`; the text so far, as it grows."""
        options = (history, system, max_new_tokens, temperature, top_p)
        for reply in throttled(chatter.using(model).stream(message, *options, report=report)):
            yield reply.text

    endpoint(chat, "chat", check, lane=lane)
    named = {"message": message, **dict(zip((*OPTIONS, "model"), options, strict=True))}
    carries = (Carry(why.carry, (conversation, model), last_exchange), drafts.carry)
    scripts = {"chat": named | {"history": conversation}, "drafts": drafts.inputs | {"model": model}}
    continued = {f"continue_{name}": component for name, component in drafts.inputs.items()}
    return Form(named | continued, send, carries, scripts, asked=("message", "continue_text"))


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


def last_exchange(history: Messages, model: str) -> tuple[str, str, str]:
    """What the attention tab shows of a conversation: its last message and the reply to it, as plain text."""
    said = [message.text for message in from_page(history)[-2:]]
    if not said:
        raise InputError("history", "There is no conversation yet. Say something first.")
    return model, "\n".join(said), ""


TAB = Tab("Chat", make_chatter, render, make_chatter)
