"""“Read aloud” beside a result, by a voice of the visitor's own device, with the word that is read marked.

Nothing leaves this server and the device: voices that a browser has from the net are left out.
"""

import json

import gradio as gr

from demos.assets import script
from demos.events import QUIET
from demos.guard import guarded
from models.text.language import LIKELY, SURE, detect

# What is read is no longer in sight on another tab.
STOP_READING = "() => void window.glassboxVoice?.leave()"
# Characters of a text that its language is detected by.
READ = 2_000


def read_aloud(name: str, selector: str, language: gr.Dropdown | None = None, last: bool = False) -> None:
    """Lay out the button of the tab called `name`, which reads what is at `selector`, or only the `last` of it.

    `language` holds the code of the language that it is in; else the server detects it.
    """
    button = gr.Button("Read aloud", size="sm", elem_id=f"{name}-aloud", elem_classes="read-aloud")
    place, where, only_last = json.dumps(f"{name}-aloud"), json.dumps(selector), json.dumps(last)
    pressed = f"document.getElementById({place})"
    read = f"(language) => void window.glassboxVoice?.read({pressed}, {where}, language, {only_last})"
    if language is not None:
        button.click(None, language, None, js=read, **QUIET)
        return
    # The text goes to the server, and its language comes back. A button of its own asks, so that a press that stops the
    # reading asks nothing.
    ask = gr.Button("Read aloud", visible="hidden", elem_id=f"{name}-aloud-ask")
    spoken = gr.Textbox(visible="hidden", elem_id=f"{name}-aloud-language")
    begin = f"document.getElementById({json.dumps(ask.elem_id)}).click()"
    button.click(None, None, None, js=f"() => void (window.glassboxVoice?.stopped({pressed}) || {begin})", **QUIET)
    text = f"() => window.glassboxVoice?.text({where}, {only_last}).slice(0, {READ}) ?? ''"
    asked = ask.click(guarded(language_of), spoken, spoken, js=text, **QUIET)
    asked.then(None, spoken, None, js=read, **QUIET)


def language_of(text: str) -> str:
    """The code of the language that `text` seems to be in, empty where that is not likely enough: its letters decide.

    A short text may seem to be in a language that it is not in.
    """
    guess = detect(text[:READ])
    return guess.language if guess and guess.confidence >= (SURE if guess.short else LIKELY) else ""


def voice() -> str:
    """The JavaScript that the page runs when it loads."""
    return f"() => {{\n{script('voice/voice.js')}\nwindow.glassboxVoice = glassboxVoice();\n}}"
