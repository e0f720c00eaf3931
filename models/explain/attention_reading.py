"""Runs a model over a text so that it shows its attention; imported when a model is, since it needs torch."""

from collections.abc import Callable, Sequence
from typing import Any

import torch

from models.engines import codec
from models.engines.base import Decoded
from models.engines.torch.student import Student, pad
from models.explain.attention_math import Weights
from models.explain.heads.norms import value_norms
from models.explain.reading import Reading, Token
from models.runtime.cache import Loaded
from models.runtime.limits import InputError
from models.text.sentences import Span, stripped
from models.text.words import word_at, words

LIMIT = 512
END = "</s>"
CONTINUED = "·"
SPACES = {"\n": "⏎", "\t": "⇥", " ": "␣"}


def read_transformer(loaded: Loaded, text: str, text_pair: str) -> Reading:
    """The self-attention of a transformers model, loaded eager, over one text or a pair.

    Raises InputError where the model has no attention to give.
    """
    (first, second), dropped = cut(loaded.tokenizer, text, text_pair)
    encoding = loaded.tokenizer(first, second or None, return_offsets_mapping=True, return_tensors="pt")
    spans = [Span(start, end) for start, end in encoding.pop("offset_mapping")[0].tolist()]
    with torch.inference_mode(), value_norms(loaded.model, "encoder", "decoder") as norms:
        output = loaded.model(**encoding.to(loaded.device), output_attentions=True)
    attentions = getattr(output, "attentions", None)
    config = loaded.model.config
    if not attentions:
        raise InputError("Model", f"A {config.model_type} model gives no attention weights. All bundled models do.")
    read = tokens((first, second), spans, encoding.sequence_ids(0), encoding.tokens())
    shared = getattr(config, "num_key_value_heads", config.num_attention_heads)
    return Reading(read, read, stack(attentions), norms(), shared, dropped)


def read_translator(loaded: Loaded, text: str, cross: bool, between: Callable[[], None]) -> Reading:
    """The self-attention of a translator's encoder, or how its decoder looks at the text while it translates it.

    `between` is called at every token that is written, and may end the work by raising.
    """
    student, tokenizer = loaded.model, loaded.tokenizer
    source, dropped = student_source(tokenizer, text)
    spans = [Span(start, end) for start, end in source.offsets]
    keys = tokens((source.text, ""), spans, [0] * (len(spans) - 1) + [None], [END] * len(spans))
    with torch.inference_mode(), value_norms(student, "cross" if cross else "encoder") as norms:
        memory = student.encode(*pad([source.ids], loaded.device), attentions=True)
        if not cross:
            return Reading(keys, keys, stack(memory.attentions), norms(), student.config.heads, dropped)
        output = student_written(student, source.ids, between)
        written = [*output.ids, codec.END] if output.finished else output.ids
        attentions = student.cross_attentions(memory, torch.tensor([written], device=loaded.device), between)
        lengths = norms()
    decoded = tokenizer.decode(output.ids, return_type="offset_mapping")
    places = [Span(start, end) for start, end in decoded["offsets"]] + [Span(0, 0)] * output.finished
    parts = [0] * len(output.ids) + [None] * output.finished
    queries = tokens((decoded["text"], ""), places, parts, [END] * len(places))
    return Reading(queries, keys, stack(attentions), lengths, student.config.heads, dropped, decoded["text"])


def student_source(tokenizer: Any, text: str) -> tuple[codec.Source, int]:
    """What a translator reads of `text`, up to LIMIT tokens, and how many tokens were dropped."""
    source = codec.read(tokenizer, text)
    dropped = max(0, len(source.ids) - LIMIT)
    return (codec.read(tokenizer, text[: source.offsets[LIMIT - 2][1]]) if dropped else source), dropped


def student_written(student: Student, ids: Sequence[int], between: Callable[[], None]) -> Decoded:
    """What a translator writes for `ids`; `between` is called at every token."""
    found: dict[int, Decoded] = {}
    for finished in student.translate([ids]):
        found |= finished
        between()
    return found[0]


def tokens(texts: tuple[str, str], spans: list[Span], parts: list[int | None], names: list[str]) -> tuple[Token, ...]:
    """The tokens with their words; `spans` are offsets into the text of their part, which special tokens lack."""
    within = [words(text) for text in texts]
    made: list[Token] = []
    last: tuple[int, Span] | None = None
    number = -1
    for span, part, name in zip(spans, parts, names, strict=True):
        if part is None:
            number, last = number + 1, None
            made.append(Token(name, None, None, True, -1, number, name))
            continue
        place = stripped(texts[part], span.start, span.end)
        word = word_at(within[part], place.start) or place
        continues = last == (part, word)
        number, last = number + (not continues), (part, word)
        shown = place.of(texts[part]) or SPACES.get(span.of(texts[part])[:1], name)
        text = CONTINUED + shown if continues else shown
        made.append(Token(text, place.start, place.end, False, part, number, word.of(texts[part]) or shown))
    return tuple(made)


def stack(attentions: tuple[torch.Tensor, ...]) -> Weights:
    """Layers of (1, heads, queries, keys) as one array (layers, heads, queries, keys)."""
    stacked: Weights = torch.cat(attentions).float().cpu().numpy()
    return stacked


def cut(tokenizer: Any, text: str, text_pair: str) -> tuple[tuple[str, str], int]:
    """Both texts, cut so that they fit into LIMIT tokens together, and how many tokens were dropped.

    The longer text is cut first. The tokenizer is shared by threads, so its own truncation is never switched on.
    """
    offsets = [_offsets(tokenizer, part) for part in (text, text_pair)]
    marks = tokenizer.num_special_tokens_to_add(pair=bool(text_pair))
    keep = shares(len(offsets[0]), len(offsets[1]), LIMIT - marks)
    cut = [
        part if count == len(found) else part[: found[count - 1][1]]
        for part, found, count in zip((text, text_pair), offsets, keep, strict=True)
    ]
    return (cut[0], cut[1]), sum(len(found) for found in offsets) - sum(keep)


def _offsets(tokenizer: Any, text: str) -> list[tuple[int, int]]:
    found = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    return list(found["offset_mapping"])


def shares(first: int, second: int, room: int) -> tuple[int, int]:
    """How many of their tokens two texts keep when they have `room` together; only what is over a half is cut."""
    if first + second <= room:
        return first, second
    half = room // 2
    if second <= half:
        return room - second, second
    return (first, room - first) if first <= half else (room - half, half)
