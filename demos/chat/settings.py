"""The settings of a chat, folded under it."""

import gradio as gr
from gradio.components import Component

from models.runtime.limits import Limits
from models.tasks.chat.adapter import SYSTEM_LIMIT, TEMPERATURE_LIMIT

OPTIONS = ("system", "max_new_tokens", "temperature", "top_p")


def chat_settings(limits: Limits, prompt: str = "") -> list[Component]:
    """Lay them out, in the order of OPTIONS, with `prompt` as the system prompt."""
    with gr.Accordion("Settings", open=False, elem_id="chat-settings"):
        system = gr.Textbox(
            prompt,
            label="System prompt",
            placeholder="Instructions before the conversation; the model's default when empty",
            max_length=min(SYSTEM_LIMIT, limits.text),
            lines=2,
            elem_id="chat-system",
        )
        with gr.Row():
            most = limits.new_tokens
            length = gr.Slider(8, most, min(128, most), step=8, label="Reply length, tokens", elem_id="chat-length")
            temperature = gr.Slider(
                0, TEMPERATURE_LIMIT, 0.2, step=0.1, label="Temperature (0: always the likeliest)", elem_id="chat-heat"
            )
            top_p = gr.Slider(0.05, 1, 0.9, step=0.05, label="Top p", elem_id="chat-top-p")
    return [system, length, temperature, top_p]
