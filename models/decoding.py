"""Token by token from a causal language model, with what else it might have said."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import DynamicCache, LogitsProcessorList, TemperatureLogitsWarper, TopPLogitsWarper

from models.cache import Loaded

RIVALS = 5
# Small enough that Stop is heard between two chunks of a long prompt, large enough to keep the cores busy.
CHUNK = 128
# A temperature below this divides the logits out of float32's range; the choice is the greedy one anyway.
COLDEST = 1e-3


@dataclass(frozen=True)
class Sampling:
    """How tokens are chosen: the likeliest at temperature 0, else drawn from the likeliest that make up `top_p`.

    The same `seed` draws the same tokens; without one every call draws its own.
    """

    max_new_tokens: int
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int | None = None


@dataclass(frozen=True)
class Choice:
    """A token the model might have chosen, and its probability (0 to 1)."""

    token: int
    probability: float


@dataclass(frozen=True)
class Reading:
    """How many tokens of the prompt the model has read so far."""

    done: int
    total: int


@dataclass(frozen=True)
class Step:
    """One new token with the likeliest other ones, best first.

    Probabilities are the model's own, before temperature and `top_p` bend them.
    """

    token: int
    probability: float
    rivals: tuple[Choice, ...]


def decode(
    loaded: Loaded, input_ids: torch.Tensor, sampling: Sampling, bias: torch.Tensor | None = None
) -> Iterator[Reading | Step]:
    """Read the prompt `input_ids`, shape (1, tokens), then yield new tokens, at most `sampling.max_new_tokens`.

    The end-of-text token ends it and is not yielded: as many steps as were allowed mean that the length ended it.
    Closing the generator ends the compute: it never runs ahead of what was asked for. The caller holds the lease.
    `bias`, shape (vocabulary,), is added to the logits before a token is chosen; probabilities stay the model's own.
    """
    prompt = input_ids.to(loaded.device)
    cache = DynamicCache(config=loaded.model.config)
    total = prompt.shape[1]
    for start in range(0, total, CHUNK):
        logits = _forward(loaded.model, prompt[:, start : start + CHUNK], cache)
        yield Reading(min(start + CHUNK, total), total)
    choose = _chooser(sampling, loaded.device)
    ends = end_tokens(loaded.model)
    leaning = 0.0 if bias is None else bias.to(loaded.device)
    for left in reversed(range(sampling.max_new_tokens)):
        token = choose(logits + leaning)
        if token in ends:
            return
        yield _step(logits, token)
        if left:
            logits = _forward(loaded.model, torch.tensor([[token]], device=loaded.device), cache)


def end_tokens(model: Any) -> frozenset[int]:
    """The tokens after which `model` has nothing more to say."""
    ends = model.generation_config.eos_token_id
    return frozenset(ends if isinstance(ends, list) else [] if ends is None else [ends])


@torch.inference_mode()
def _forward(model: Any, tokens: torch.Tensor, cache: DynamicCache) -> torch.Tensor:
    """The logits after the last of `tokens`, float32 of shape (1, vocabulary); `cache` grows by `tokens`."""
    logits: torch.Tensor = model(tokens, past_key_values=cache, use_cache=True, logits_to_keep=1).logits
    return logits[:, -1].float()


@torch.inference_mode()
def _step(logits: torch.Tensor, token: int) -> Step:
    probabilities = logits[0].softmax(-1)
    best = probabilities.topk(min(RIVALS + 1, len(probabilities)))
    pairs = zip(best.indices.tolist(), best.values.tolist(), strict=True)
    rivals = [Choice(other, probability) for other, probability in pairs if other != token]
    return Step(token, probabilities[token].item(), tuple(rivals[:RIVALS]))


def _chooser(sampling: Sampling, device: str) -> Callable[[torch.Tensor], int]:
    """A function from logits, shape (1, vocabulary), to the next token."""
    if sampling.temperature < COLDEST:
        return lambda logits: int(logits[0].argmax())
    generator = torch.Generator(device)
    if sampling.seed is None:
        generator.seed()
    else:
        generator.manual_seed(sampling.seed)
    bend = LogitsProcessorList([TemperatureLogitsWarper(sampling.temperature)])
    if sampling.top_p < 1:
        bend.append(TopPLogitsWarper(sampling.top_p))

    def draw(logits: torch.Tensor) -> int:
        probabilities = bend(None, logits).softmax(-1)
        return int(torch.multinomial(probabilities, 1, generator=generator))

    return draw


@dataclass
class Detokenizer:
    """Turns tokens into text as they come. It holds back a character until all its bytes are there."""

    tokenizer: Any
    _tokens: list[int] = field(default_factory=list)

    def add(self, token: int) -> str:
        """Take one more token and return the whole text so far, without a half character at its end."""
        self._tokens.append(token)
        return self.text().rstrip("\N{REPLACEMENT CHARACTER}")

    def text(self) -> str:
        """All of the text; NUL, and bytes that never became a character, show as the replacement character."""
        text: str = self.tokenizer.decode(self._tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return text.replace("\0", "\N{REPLACEMENT CHARACTER}")
