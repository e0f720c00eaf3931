"""Perplexity: how well a language model predicts a text, token by token."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

from models.catalog.bundled import SMOLLM2
from models.catalog.choice import Choice
from models.catalog.room import check_room, has_room
from models.explain.tokens import Token, boundary, candidates
from models.runtime.limits import check_text
from models.runtime.memory import retried
from models.runtime.progress import Report, ignore, last
from models.runtime.provenance import Run, stopwatch

# Tokens that are read together, and how far apart such windows begin in a longer text.
WINDOW, STRIDE = 2_048, 1_024


@dataclass(frozen=True)
class ScoredToken(Token):
    """A token of the visitor's text: its characters `start` to `end`, and its rank among all tokens (1: likeliest).

    The tokens of one character share its place.
    """

    start: int
    end: int
    log_probability: float
    rank: int


@dataclass(frozen=True)
class Perplexity:
    """The perplexity of the tokens read so far, exp of their mean negative log-likelihood (Jelinek et al. 1977).

    `value` is from 1 to infinity: the model was as unsure as if it had to choose among so many tokens, all as likely.
    `total` counts all tokens of the text.
    """

    value: float
    tokens: tuple[ScoredToken, ...]
    total: int
    run: Run


@dataclass(frozen=True)
class PerplexityMeter(Choice):
    """Reads texts with the causal language model of `spec`."""

    def check(self, text: object) -> None:
        """Raise InputError where `text` cannot be read, or the model's torch copy never fits into memory."""
        check_text(text, "text", self.limits.text)
        check_room(self.cache, self.spec, dict.fromkeys((*self.others, SMOLLM2)), "model")

    def fitting(self, model: object = "") -> Self:
        """This meter with `model`; where its torch copy never fits into memory, with the first one whose copy does."""
        wanted = self.using(model)
        if has_room(self.cache, wanted.spec):
            return wanted
        return next((self.using(spec.name) for spec in self.models if has_room(self.cache, spec)), wanted)

    def __call__(self, text: str, report: Report = ignore) -> Perplexity:
        """The perplexity of the whole text, or of as much as could be read before the deadline."""
        return last(self.stream(text, report), self.spec.name, report)

    @retried
    def stream(self, text: str, report: Report = ignore) -> Iterator[Perplexity]:
        """Yield the perplexity as the text is read, from the first token on.

        The first token is read after the token that separates documents, so that it has a probability too.
        Closing the generator cancels the computation and releases the model.
        """
        self.check(text)
        spent = stopwatch()
        # Only the torch copy can score a given text.
        with self.cache.lease(self.spec.with_attention(), report) as loaded:
            from models.engines.torch.scoring import score

            clock = stopwatch()
            encoded = loaded.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
            ids, offsets = encoded["input_ids"], encoded["offset_mapping"]
            run = Run(self.spec.name, loaded.device, len(ids), 0, 0.0, loaded.engine)
            result = Perplexity(math.nan, (), len(ids), run)
            window = min(WINDOW, loaded.model.config.max_position_embeddings)
            for scores in score(loaded, ids, boundary(loaded.tokenizer), window, min(STRIDE, window // 2)):
                tokens = list(result.tokens)
                for scored in scores:
                    at = len(tokens)
                    start, end = offsets[at]
                    added = text[max(start, tokens[-1].end) if tokens else start : end]
                    rivals = candidates(loaded.tokenizer, scored.rivals)
                    probability = math.exp(scored.log_probability)
                    tokens.append(
                        ScoredToken(
                            ids[at], added, probability, rivals, start, end, scored.log_probability, scored.rank
                        )
                    )
                seconds = clock()
                run = replace(run, seconds=seconds, tokens=len(tokens), dropped=len(ids) - len(tokens))
                result = Perplexity(_perplexity(tokens), tuple(tokens), len(ids), run)
                yield result
                if spent() > self.limits.seconds:
                    return


def _perplexity(tokens: list[ScoredToken]) -> float:
    return math.exp(-sum(token.log_probability for token in tokens) / len(tokens))
