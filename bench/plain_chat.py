"""A chat as most demos have it, on the same weights: a thread that generates, a streamer, float32.

`python -m bench.plain_chat` serves it at `/chat`; `bench.stop_beside` measures it.
"""

import threading
from collections.abc import Iterator

import gradio as gr
import torch
import transformers
from gradio.events import api

import model_setup
import settings
from bench.beside import THREADS
from models.catalog.bundled import SMOLLM2

TOKENS = 256


def page() -> gr.Blocks:
    """A page that offers `/chat`."""
    torch.set_num_threads(THREADS)
    folder = model_setup.store_of(settings.read([])).ensure(SMOLLM2.weights)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, dtype=torch.float32)

    def chat(message: str) -> Iterator[str]:
        """The reply so far."""
        said = [{"role": "user", "content": message}]
        inputs = tokenizer.apply_chat_template(said, add_generation_prompt=True, return_tensors="pt", return_dict=True)
        streamer = transformers.TextIteratorStreamer(tokenizer, skip_prompt=True)
        options = {**inputs, "streamer": streamer, "max_new_tokens": TOKENS, "do_sample": False}
        threading.Thread(target=model.generate, kwargs=options).start()
        text = ""
        for piece in streamer:
            text += piece
            yield text

    blocks = gr.Blocks()
    with blocks:
        api(chat, api_name="chat")
    return blocks


if __name__ == "__main__":
    page().launch()
