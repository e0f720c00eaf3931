"""What each word of a question and its text does to an answer: occlusion and integrated gradients; needs torch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from models.engines.torch.encoder import has_token_types
from models.explain.attribution import Attribution, Reasons, Word, by_word
from models.explain.gradients import embedded, integrated_gradients
from models.runtime.cache import Loaded
from models.runtime.provenance import Run
from models.tasks.question_answering.windows import Window, encode
from models.text.sentences import Span
from models.text.words import words


@dataclass(frozen=True)
class _Place:
    """Where an answer begins and ends among the tokens of its window, counted as in its ids."""

    window: Window
    begin: int
    end: int

    def margin(self, model: Any, inputs: dict[str, Tensor], removed: int = 0) -> Tensor:
        """The answer's start and end logits above those of "no answer", for each row of `inputs`.

        `removed` tokens before the answer are not among them.
        """
        output = model(**inputs)
        starts, ends = output.start_logits, output.end_logits
        margin: Tensor = starts[:, self.begin - removed] + ends[:, self.end - removed] - starts[:, 0] - ends[:, 0]
        return margin

    def types(self, model: Any, kept: Tensor | None = None) -> dict[str, Tensor]:
        """0 for the question's tokens, 1 for the context's, of shape (1, tokens); empty without token types.

        Only of the positions `kept` where these are given.
        """
        if not has_token_types(model):
            return {}
        types = (torch.arange(len(self.window.ids), device=model.device) >= self.window.first).long()[None]
        return {"token_type_ids": types if kept is None else types[:, kept]}


def reasons(loaded: Loaded, question: str, context: str, answer: Span) -> Iterator[Reasons]:
    """Attribute `answer`, a span of `context`: by occlusion of the question's words, then by integrated gradients.

    Gradients are computed twice, with an empty question and with an empty text as the baseline, so that the first sum
    is comparable with occlusion. Only the window of the answer is read. Yields after each batch, so that a caller can
    stop.
    Raises ValueError where no token of `context` is in `answer`.
    """
    encoded = encode(loaded.tokenizer, question, context)
    place = find(encoded.windows, answer)
    window = Span(*place.window.place)
    asked = _read(words(question), encoded.question)
    run = Run("", loaded.device, len(place.window.ids), encoded.dropped, 0.0)
    found = Reasons(window, (), (), (), 0, None, run)
    for word in _left_out(loaded.model, place, asked, encoded.question):
        found = replace(found, left_out=(*found.left_out, word))
        yield found
    first = place.window.first
    last = first + len(place.window.offsets)
    questioned = range(1, 1 + len(encoded.question))
    for better in _gradients(loaded, place, questioned):
        if better is not None:
            effects = by_word(better.values[1 : questioned.stop], encoded.question, asked)
            found = replace(found, question=_measured(asked, effects), steps=better.steps, gap=better.gap)
        yield found
    context_words = [Span(window.start + word.start, window.start + word.end) for word in words(window.of(context))]
    steps, gap = found.steps, found.gap or 0.0
    for better in _gradients(loaded, place, range(first, last)):
        if better is not None:
            effects = by_word(better.values[first:last], place.window.offsets, context_words)
            found = replace(
                found,
                context=_measured(context_words, effects),
                steps=steps + better.steps,
                gap=max(gap, better.gap),
            )
        yield found


def find(windows: Sequence[Window], answer: Span) -> _Place:
    """The place of `answer` in the window that owns its first token. Raises ValueError where there is none."""
    for window in windows:
        for begin in window.owned:
            if answer.start <= window.offsets[begin - window.first][0] < answer.end:
                inside = [
                    i for i, (_, end) in enumerate(window.offsets, window.first) if i >= begin and end <= answer.end
                ]
                return _Place(window, begin, max([begin, *inside]))
    raise ValueError(f"No token of the text is between {answer.start} and {answer.end}.")


def _left_out(model: Any, place: _Place, asked: list[Span], offsets: Sequence[tuple[int, int]]) -> Iterator[Word]:
    """The margin less the margin without each word of the question."""
    ids = torch.tensor([place.window.ids], device=model.device)
    with torch.inference_mode():
        whole = float(place.margin(model, {"input_ids": ids, **place.types(model)}))
    for word in asked:
        removed = [i for i, (start, _) in enumerate(offsets, 1) if word.start <= start < word.end]
        kept = torch.tensor([i for i in range(ids.shape[1]) if i not in removed], device=model.device)
        with torch.inference_mode():
            rest = {"input_ids": ids[:, kept], **place.types(model, kept)}
            without = float(place.margin(model, rest, len(removed)))
        yield Word(word.start, word.end, whole - without)


def _gradients(loaded: Loaded, place: _Place, moved: range) -> Iterator[Attribution | None]:
    """The attributions of the window's tokens on the way from those at `moved` being blank."""
    model, ids, types = loaded.model, place.window.ids, place.types(loaded.model)
    kept = [i for i in range(len(ids)) if i not in moved]
    inputs, baseline = embedded(model, ids, kept, loaded.tokenizer.pad_token_id)

    def margin(embeddings: Tensor) -> Tensor:
        expanded = {name: each.expand(len(embeddings), -1) for name, each in types.items()}
        return place.margin(model, {"inputs_embeds": embeddings, **expanded})

    return integrated_gradients(margin, inputs, baseline)


def _read(asked: list[Span], offsets: Sequence[tuple[int, int]]) -> list[Span]:
    """Those of the words that the window holds: a long question is cut."""
    return [word for word in asked if any(word.start <= start < word.end for start, _ in offsets)]


def _measured(places: list[Span], effects: list[float]) -> tuple[Word, ...]:
    return tuple(Word(at.start, at.end, effect) for at, effect in zip(places, effects, strict=True))
