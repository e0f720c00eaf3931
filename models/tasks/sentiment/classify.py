"""Sentiment classification for each kind of model."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.catalog.classes import Classes, sentiment_classes
from models.engines.encoder_batches import batches
from models.runtime.arrays import softmax
from models.runtime.cache import Loaded
from models.runtime.spec import Head
from models.tasks.sentiment import generalist
from models.tasks.sentiment.results import MARKED_WORDS, WINDOW_TOKENS, Scores
from models.text.emoji import spelled_out

# Scores of some texts with their indices, a batch at a time.
Scored = Iterator[list[tuple[int, Scores]]]


@dataclass(frozen=True)
class Reader:
    """How models of one kind read texts; the effect of at most `marked_words` words is measured.

    `has_neutral` is whether a model knows the class; `gradients` whether its torch copy has gradients.
    """

    classify: Callable[[Loaded, Sequence[str]], Scored]
    has_neutral: Callable[[Loaded], bool]
    marked_words: int
    gradients: bool


def _by_encoder(loaded: Loaded, texts: Sequence[str]) -> Scored:
    """Texts in batches of similar lengths; what exceeds a window is cut."""
    if not texts:
        return
    first, last, order = (
        loaded.tokenizer.cls_token_id,
        loaded.tokenizer.sep_token_id,
        sentiment_classes(loaded.model.info),
    )
    encoded = token_ids(loaded.tokenizer, texts)
    rows = [[first, *ids[:WINDOW_TOKENS], last] for ids in encoded]
    for indices in batches([len(row) for row in rows]):
        [logits] = loaded.model([rows[i] for i in indices])
        yield [(i, _scores(order, row)) for i, row in zip(indices, softmax(logits).tolist(), strict=True)]


def token_ids(tokenizer: Any, texts: Sequence[str]) -> list[list[int]]:
    """The tokens of `texts`, in which emoji, emoticons and ratings are spelled out."""
    read = [spelled_out(text) for text in texts]
    found: list[list[int]] = tokenizer(read, add_special_tokens=False, verbose=False)["input_ids"]
    return found


def _scores(classes: Classes, probabilities: Sequence[float]) -> Scores:
    """The probabilities of a model's outputs as those of the classes; a class that the model lacks has none."""
    neutral = 0.0 if classes.neutral is None else probabilities[classes.neutral]
    return Scores(probabilities[classes.negative], neutral, probabilities[classes.positive])


def _has_neutral(loaded: Loaded) -> bool:
    return sentiment_classes(loaded.model.info).neutral is not None


READERS: Mapping[Head, Reader] = {
    "sentiment": Reader(_by_encoder, _has_neutral, MARKED_WORDS, gradients=True),
    "causal-lm": Reader(generalist.classify, lambda _: True, generalist.MARKED_WORDS, gradients=False),
}
