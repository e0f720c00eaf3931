"""How a translation network reads the sentences of a text, and what it writes of them, with word alignment."""

from collections.abc import Generator, Sequence

from models.engines.base import Translator as Engine
from models.engines.codec import ATTEMPTS, Source, Written, copy, read, with_token, write
from models.runtime.cache import Loaded
from models.tasks.translation.translated import Direction, Draft
from models.text.paragraphs import unwrapped
from models.text.segments import windows
from models.text.sentences import Span

WINDOW_TOKENS = 128


def read_all(loaded: Loaded, text: str, found: Sequence[Span], direction: Direction) -> Draft:
    """Tokenize each sentence, in windows where it is too long; what the network cannot read is written at once.

    Each begins with the direction's token, if any, which selects the target language of a multilingual network.
    """
    spans, sources = [], []
    flat = unwrapped(text)
    pair = (direction.source, direction.target)
    for span in found:
        whole = read(loaded.tokenizer, span.of(flat), pair)
        parts = windows(whole.text, whole.offsets[:-1], WINDOW_TOKENS)
        if len(parts) < 2:
            # The whole span: what is kept can stand beyond the last token.
            spans.append(span)
            sources.append(_with_token(loaded, whole, direction))
            continue
        for part in parts:
            spans.append(Span(span.start + part.start, span.start + part.end))
            sources.append(_with_token(loaded, read(loaded.tokenizer, part.of(whole.text), pair), direction))
    return Draft(text, spans, sources, {i: copy(source) for i, source in enumerate(sources) if not source.readable})


def write_all(loaded: Loaded, draft: Draft, direction: Direction) -> Generator[None, None, None]:
    """Translate what is not written yet; returns control several times a second.

    A sentence of which something was lost is read again with other stand-ins, and a lone word whose translation is
    doubtful in small letters, or with a full stop; the best attempt counts.
    """
    engine: Engine = loaded.model
    waiting = {i: draft.sources[i] for i in range(len(draft.sources)) if i not in draft.written}
    best: dict[int, Written] = {}
    for attempt in range(ATTEMPTS):
        places, again = list(waiting), {}
        for finished in engine.translate([waiting[i].ids for i in places]):
            for at, output in finished.items():
                i = places[at]
                found = write(loaded.tokenizer, waiting[i], output.ids, output.alignment, output.finished)
                best[i] = min(best.get(i, found), found, key=lambda written: (written.faults, written.doubtful))
                if (best[i].faults or best[i].doubtful) and attempt + 1 < ATTEMPTS:
                    pair = (direction.source, direction.target)
                    source = read(loaded.tokenizer, waiting[i].text, pair, attempt + 1)
                    again[i] = _with_token(loaded, source, direction)
                else:
                    draft.written[i] = best[i]
            yield
        waiting = again
        if not waiting:
            return


def _with_token(loaded: Loaded, source: Source, direction: Direction) -> Source:
    return with_token(loaded.tokenizer, source, direction.token) if direction.token else source
