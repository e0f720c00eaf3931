"""Summaries by an encoder-decoder, trained for summaries alone or for several tasks chosen by a prefix."""

from collections.abc import Generator
from functools import partial

from models.explain.tokens import Detokenizer
from models.runtime.cache import Loaded
from models.tasks.summarization.abstractive import Writing, finished, in_windows
from models.text.sentences import sentences

# T5 was trained on 512 tokens, BART on 1,024; the prefix and the tokens around a text need some of them.
WINDOWS = {"t5": 512}
WINDOW, AROUND = 1_024, 24
TOKENS = 142


def write(loaded: Loaded, text: str, count: int, prefix: str = "") -> Generator[Writing, None, None]:
    """Summarize `text` in at most `count` sentences, as `abstractive.write` does, read after `prefix`."""
    size = WINDOWS.get(loaded.model.config.model_type, WINDOW) - AROUND
    yield from in_windows(loaded, text, count, size, partial(_write_one, prefix))


def _write_one(
    prefix: str, loaded: Loaded, text: str, count: int, part: str, tokens: int, dropped: int
) -> Generator[Writing, None, None]:
    yield Writing("", f"Reading{part}", tokens, dropped)
    source = loaded.tokenizer(prefix + text, verbose=False)["input_ids"]
    detokenizer, so_far, ended = Detokenizer(loaded.tokenizer), "", False
    for step in loaded.model.steps([source], [TOKENS]):
        token, _ = step[0]
        if ended := token == loaded.model.end:
            break
        so_far = detokenizer.add(token)
        ended = len(sentences(so_far)) > count
        if ended or detokenizer.before_circle() is not None:
            break
        yield Writing(so_far.strip(), f"Writing{part}", tokens, dropped)
    yield finished(detokenizer, count, ended, Writing("", f"Writing{part}", tokens, dropped))
