"""How many of our files one request runs through: `python -m bench.walk`, on the bundled models.

Counted are the files under `models/` with a function that was called while the result was computed, in the caller's
thread or in one started for the request; the model is in memory already.
"""

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import model_setup
import settings
from models.catalog.bundled import MINILM, QUESTION_ANSWERING, SENTIMENT, SMOLLM2
from models.explain.attention import Attender
from models.runtime.cache import ModelCache
from models.tasks.chat.adapter import Chatter
from models.tasks.question_answering.adapter import Answerer
from models.tasks.sentiment.adapter import SentimentReader
from models.tasks.translation.adapter import of_catalog

ROOT = Path(__file__).parent.parent / "models"
TEXT = "the ferry left the harbour at nine and came back at noon."
CALLS: dict[str, Callable[[ModelCache], Any]] = {
    "a translation": lambda cache: of_catalog(cache).choose("en", "pt")(TEXT),
    "a chat reply": lambda cache: Chatter(cache, SMOLLM2)(TEXT, max_new_tokens=3),
    "an answer": lambda cache: Answerer(cache, QUESTION_ANSWERING)("when did it leave?", TEXT),
    "a sentiment": lambda cache: SentimentReader(cache, SENTIMENT)(TEXT),
    "an attention heatmap": lambda cache: Attender(cache, (MINILM,))(MINILM.name, TEXT),
}


def walked(call: Callable[[], Any]) -> list[str]:
    """The files under `models/` that `call` runs through, by their paths there."""
    found: set[str] = set()

    def note(frame: FrameType, event: str, argument: object) -> None:
        if event == "call":
            found.add(frame.f_code.co_filename)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    paths = (Path(name) for name in found)
    return sorted(str(path.relative_to(ROOT)) for path in paths if path.is_relative_to(ROOT))


def main() -> None:
    """Print the number of files for each call, and their names."""
    cache = model_setup.make_cache(settings.read([]))
    for name, call in CALLS.items():
        call(cache)
        files = walked(lambda call=call: call(cache))  # type: ignore[misc]
        print(f"{len(files):>3} files  {name}: {', '.join(files)}")


if __name__ == "__main__":
    main()
