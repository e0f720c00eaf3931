"""The detected language of a text, shown beside the chosen one; one click adopts the guess."""

from collections.abc import Callable

import gradio as gr

from demos import words
from demos.events import LATEST, QUIET
from demos.guard import guarded
from demos.status import StatusLine
from demos.words import say
from models.tasks.translation.adapter import Translators
from models.text.language import Guess
from models.text.language_names import NAMES

# Once nothing has changed for a moment, press the button that requests a guess.
AFTER_A_PAUSE = """() => {
  const button = document.getElementById("ID");
  if (!button) return;
  clearTimeout(button.pause);
  button.pause = setTimeout(() => button.click(), 400);
}"""


class LanguageHint:
    """A line that is always there, so that nothing moves when a guess comes, and a button at its end."""

    def __init__(self, name: str) -> None:
        with gr.Row(elem_id=f"{name}-hint"):
            self.line = StatusLine(f"{name}-guess")
            self.ask = gr.Button("Guess", visible="hidden", elem_id=f"{name}-ask")
            self.take = gr.Button("", size="sm", scale=0, min_width=190, visible=False, elem_id=f"{name}-take")

    def follow(
        self,
        translators: Translators,
        text: gr.Textbox,
        source: gr.Dropdown,
        target: gr.Dropdown,
        follow_source: Callable[[str, str], str],
    ) -> None:
        """Detect again when `text` or `source` changes; `follow_source` returns the target for a new source."""
        readable = {start for start, _ in translators.specs}

        def show(text: str, source: str) -> tuple[str, gr.Button]:
            guess = translators.guess(text)
            other = guess is not None and guess.sure and guess.language in readable - {source}
            label = (
                say("Translate from {language}", language=words.localize(NAMES[guess.language]))
                if guess and other
                else ""
            )
            return hint_text(guess, readable), gr.Button(label, visible=other)

        def take_over(text: str, source: str, target: str) -> tuple[str, str]:
            guess = translators.guess(text)
            if guess is None or guess.language not in readable:
                return source, target
            return guess.language, follow_source(guess.language, target)

        pause = AFTER_A_PAUSE.replace("ID", str(self.ask.elem_id))
        gr.on([text.change, source.change], None, None, None, js=pause, **QUIET)
        self.ask.click(guarded(show), [text, source], [self.line, self.take], **LATEST, **QUIET)
        self.take.click(guarded(take_over), [text, source, target], [source, target], **QUIET)


def hint_text(guess: Guess | None, readable: set[str]) -> str:
    """The line's text; `readable` are the languages that some model here translates from."""
    if guess is None:
        return ""
    guessed = words.localize(guess.words)
    if guess.sure and guess.language not in readable:
        return say("{guess}; no model here translates it", guess=guessed)
    return guessed
