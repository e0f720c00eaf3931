"""How a translation network reads the sentences of a text, and what it writes of them, with word alignment."""

from collections.abc import Generator, Sequence

from models.engines.base import Translator as Engine
from models.engines.codec import copy, read, with_token, write
from models.runtime.cache import Loaded
from models.tasks.translation.translated import Direction, Draft
from models.text.segments import windows
from models.text.sentences import Span

WINDOW_TOKENS = 128


def read_all(loaded: Loaded, text: str, found: Sequence[Span], direction: Direction) -> Draft:
    """Tokenize each sentence, in windows where it is too long; what the network cannot read is written at once.

    Each begins with the direction's token where there is one: it tells a network of several languages which to write.
    """
    spans, sources = [], []
    for span in found:
        whole = read(loaded.tokenizer, span.of(text))
        parts = windows(whole.text, whole.offsets[:-1], WINDOW_TOKENS)
        for part in parts:
            spans.append(Span(span.start + part.start, span.start + part.end))
            sources.append(whole if len(parts) == 1 else read(loaded.tokenizer, part.of(whole.text)))
    if direction.token:
        sources = [with_token(loaded.tokenizer, source, direction.token) for source in sources]
    return Draft(text, spans, sources, {i: copy(source) for i, source in enumerate(sources) if not source.readable})


def write_all(loaded: Loaded, draft: Draft, direction: Direction) -> Generator[None, None, None]:
    """Translate what is not written yet; returns control several times a second."""
    engine: Engine = loaded.model
    waiting = [i for i in range(len(draft.sources)) if i not in draft.written]
    for finished in engine.translate([draft.sources[i].ids for i in waiting]):
        for at, output in finished.items():
            source = draft.sources[waiting[at]]
            draft.written[waiting[at]] = write(loaded.tokenizer, source, output.ids, output.alignment, output.finished)
        yield
