"""What each word of a sentence does to its sentiment, by integrated gradients; needs torch."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from torch import Tensor

from models.catalog.classes import sentiment_classes
from models.engines.torch.encoder import info_of
from models.explain.attribution import Attribution, Gradients, Word, by_word
from models.explain.gradients import embedded, integrated_gradients
from models.runtime.cache import Loaded
from models.tasks.sentiment.results import WINDOW_TOKENS, Sentence, Sentiment
from models.text.emoji import spelled
from models.text.sentences import Span


def gradients(loaded: Loaded, text: str, found: Sentiment) -> Iterator[Gradients]:
    """The gradients of the words that `found` has measured in `text`, sentence by sentence, better with every round.

    The score is the balance of the sentence, as for occlusion. Yields after each batch, so that a caller can stop.
    """
    done = Gradients((), 0, 0.0, found.run)
    for sentence in found.sentences:
        words = _words(sentence, found.words)
        if not words:
            continue
        newest = done
        offsets, rounds = _of_sentence(loaded, text[sentence.start : sentence.end])
        for better in rounds:
            if better is not None:
                effects = by_word(better.values[1:-1], offsets, words)
                steps, gap = done.steps + better.steps, max(done.gap, better.gap)
                newest = replace(done, effects=(*done.effects, *effects), steps=steps, gap=gap)
            yield newest
        done = newest


def _words(sentence: Sentence, words: Sequence[Word]) -> list[Span]:
    """The places within `sentence` of those of `words` that are in it."""
    within = [word for word in words if sentence.start <= word.start < sentence.end]
    return [Span(word.start - sentence.start, word.end - sentence.start) for word in within]


def _of_sentence(loaded: Loaded, sentence: str) -> tuple[list[tuple[int, int]], Iterator[Attribution | None]]:
    """The places of the tokens in `sentence`, and their attributions, which begin and end with a special token's."""
    read = spelled(sentence)
    encoded = loaded.tokenizer(read.text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    ids = [loaded.tokenizer.cls_token_id, *encoded["input_ids"][:WINDOW_TOKENS], loaded.tokenizer.sep_token_id]
    inputs, baseline = embedded(loaded.model, ids, [0, len(ids) - 1], loaded.tokenizer.pad_token_id)

    order = sentiment_classes(info_of(loaded.model))

    def balance(embeddings: Tensor) -> Tensor:
        shares: Tensor = loaded.model(inputs_embeds=embeddings).logits.softmax(-1)
        return shares[:, order.positive] - shares[:, order.negative]

    places = [read.back(start, end) for start, end in encoded["offset_mapping"][:WINDOW_TOKENS]]
    return places, integrated_gradients(balance, inputs, baseline)
