"""Runs an encoder-decoder of Transformers over a text so that it shows its attention; needs torch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from models.engines import codec
from models.engines.base import Decoded
from models.engines.opus import OpusTokenizer
from models.engines.torch.seq2seq import Seq2Seq
from models.explain.attention_reading import END, LIMIT, cut, stack, tokens
from models.explain.heads.norms import value_norms
from models.explain.reading import Reading, Token
from models.explain.tokens import Detokenizer
from models.runtime.cache import Loaded
from models.text.sentences import Span

# A summary is no longer; a translation is at most twice as long as its text.
MOST_WRITTEN = 142


@dataclass(frozen=True)
class Source:
    """What the encoder reads: ids, and the tokens as a visitor reads them."""

    ids: Sequence[int]
    keys: tuple[Token, ...]
    dropped: int


def read_seq2seq(loaded: Loaded, prefix: str, text: str, cross: bool, between: Callable[[], None]) -> Reading:
    """The self-attention of the encoder over `text` after `prefix`, or how the decoder looks at it while it writes.

    `between` is called at every token that is written, and may end the work by raising.
    """
    network: Seq2Seq = loaded.model
    source = read_source(loaded, prefix, text)
    ids = torch.tensor([source.ids], device=loaded.device)
    written, queries, target = [network.start], source.keys, ""
    if cross:
        found = written_for(loaded, source, between)
        target, queries = read_target(loaded, found)
        written += found.ids if found.finished else found.ids[:-1]
    with torch.inference_mode(), value_norms(network, "cross" if cross else "encoder") as norms:
        output = network.model(
            input_ids=ids, decoder_input_ids=torch.tensor([written], device=loaded.device), output_attentions=True
        )
    attentions = output.cross_attentions if cross else output.encoder_attentions
    heads = attentions[0].shape[1]
    return Reading(queries, source.keys, stack(attentions), norms(), heads, source.dropped, target)


def read_source(loaded: Loaded, prefix: str, text: str) -> Source:
    """What the encoder reads of `text` after `prefix`, up to LIMIT tokens."""
    if isinstance(loaded.tokenizer, OpusTokenizer):
        return _opus_source(loaded.tokenizer, prefix, text)
    return _source(loaded, prefix, text)


def written_for(loaded: Loaded, source: Source, between: Callable[[], None]) -> Decoded:
    """What the model writes for `source`; `between` is called at every token."""
    network: Seq2Seq = loaded.model
    found: dict[int, Decoded] = {}
    bound = None if isinstance(loaded.tokenizer, OpusTokenizer) else MOST_WRITTEN
    for finished in network.decode([source.ids], bound):
        found |= finished
        between()
    return found[0]


def _opus_source(tokenizer: OpusTokenizer, prefix: str, text: str) -> Source:
    source = codec.read(tokenizer, text)
    dropped = max(0, len(source.ids) - LIMIT)
    if dropped:
        source = codec.read(tokenizer, text[: source.offsets[LIMIT - 2][1]])
    if prefix:
        source = codec.with_token(tokenizer, source, prefix)
    spans = [Span(start, end) for start, end in source.offsets]
    inside = len(spans) - 1 - bool(prefix)
    parts: list[int | None] = [*([None] * bool(prefix)), *([0] * inside), None]
    names = [*([prefix] * bool(prefix)), *([END] * (inside + 1))]
    return Source(source.ids, tokens((source.text, ""), spans, parts, names), dropped)


def _source(loaded: Loaded, prefix: str, text: str) -> Source:
    (text, _), dropped = cut(loaded.tokenizer, text, "")
    encoding = loaded.tokenizer(prefix + text, return_offsets_mapping=True, verbose=False)
    names = loaded.tokenizer.convert_ids_to_tokens(encoding["input_ids"])
    spans, parts = [], []
    for (start, end), part in zip(encoding["offset_mapping"], encoding.sequence_ids(0), strict=True):
        inside = part is not None and end > len(prefix)
        spans.append(Span(max(0, start - len(prefix)), end - len(prefix)) if inside else Span(0, 0))
        parts.append(0 if inside else None)
    return Source(encoding["input_ids"], tokens((text, ""), spans, parts, names), dropped)


def read_target(loaded: Loaded, output: Decoded) -> tuple[str, tuple[Token, ...]]:
    """What was written, and its tokens; the one that ended it is the last."""
    if isinstance(loaded.tokenizer, OpusTokenizer):
        decoded = loaded.tokenizer.decode(output.ids)
        text, places = decoded["text"], [Span(start, end) for start, end in decoded["offsets"]]
    else:
        detokenizer, places, text = Detokenizer(loaded.tokenizer), [], ""
        for token in output.ids:
            longer = detokenizer.add(token)
            places.append(Span(min(len(text), len(longer)), len(longer)))
            text = longer
    parts: list[int | None] = [0 if place.start < place.end else None for place in places]
    names = ["·"] * len(places)
    if output.finished:
        places, parts, names = [*places, Span(0, 0)], [*parts, None], [*names, END]
    return text, tokens((text, ""), places, parts, names)
