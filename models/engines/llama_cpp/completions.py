"""The request and response format of llama.cpp: the payload of a completion, and the chunks of its stream."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from models.engines.base import LIKELIEST, RIVALS, Choice, Reading, Sampling, Step

# Alternatives requested with each token: enough for the likeliest after the prompt, and for the rivals of a token.
ALTERNATIVES = max(LIKELIEST, RIVALS + 1)
# With this seed llama.cpp draws a random one.
NO_SEED = 2**32 - 1
# A temperature below this divides the logits out of float32's range; the choice is the greedy one anyway.
COLDEST = 1e-3

Reason = Literal["end", "length"]


class CompletionError(RuntimeError):
    """The engine refused a request, or failed while replying."""


@dataclass(frozen=True)
class End:
    """The end of a reply: the model ended the text, or it reached its length."""

    reason: Reason


@dataclass(frozen=True)
class Sampled:
    """A new token, and the likeliest tokens at its place, best first; the token itself may be one of them."""

    token: int
    probability: float
    likeliest: tuple[Choice, ...]

    @property
    def step(self) -> Step:
        """The token with its rivals."""
        rivals = [choice for choice in self.likeliest if choice.token != self.token]
        return Step(self.token, self.probability, tuple(rivals[:RIVALS]))


Event = Reading | Sampled | End


def completion(
    prompt: Sequence[int],
    sampling: Sampling,
    bias: Mapping[int, float] | None = None,
    alternatives: int = ALTERNATIVES,
    count: int = 1,
) -> dict[str, Any]:
    """The payload that continues `prompt` with `sampling` and `alternatives` likeliest tokens a step.

    The prompt is read once for `count` continuations, which have consecutive seeds. The payload names every parameter
    that shapes what is drawn, since llama.cpp's defaults are not ours.
    """
    greedy = sampling.temperature < COLDEST
    return {
        "prompt": list(prompt),
        "n": count,
        "n_predict": sampling.max_new_tokens,
        # In this order: the temperature first, then the likeliest tokens that make up `top_p`.
        "samplers": ["temperature", "top_p"],
        "temperature": 0.0 if greedy else sampling.temperature,
        "top_p": sampling.top_p,
        "seed": NO_SEED if sampling.seed is None else sampling.seed % NO_SEED,
        "min_keep": 1,
        # All of these are disabled.
        "dynatemp_range": 0.0,
        "top_k": 0,
        "min_p": 0.0,
        "typical_p": 1.0,
        "top_n_sigma": -1.0,
        "xtc_probability": 0.0,
        "mirostat": 0,
        "repeat_penalty": 1.0,
        "presence_penalty": 0.0,
        "frequency_penalty": 0.0,
        "dry_multiplier": 0.0,
        "ignore_eos": False,
        "stop": [],
        "logit_bias": [[token, value] for token, value in (bias or {}).items()],
        # The model's own probabilities, before temperature, top-p and bias.
        "n_probs": alternatives,
        "post_sampling_probs": False,
        # Tokens read one by one and in batches give sums that differ in their last bits, which can tip a drawn token:
        # a seed draws the same tokens again only where the prompt is read in the same way again.
        "cache_prompt": greedy or sampling.seed is None,
        "stream": True,
        "return_progress": True,
        "return_tokens": True,
    }


def index(chunk: Mapping[str, Any]) -> int:
    """Which of the continuations of one request a chunk belongs to, from 0. Raises CompletionError for an error."""
    return int(_whole(chunk)["choices"][0].get("index", 0))


def events(chunk: Mapping[str, Any]) -> list[Event]:
    """Parse a chunk of the stream into events, in order; possibly none.

    Raises CompletionError where the chunk is an error or is not what llama.cpp sends.
    """
    try:
        return list(_events(_whole(chunk)))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise CompletionError(f"The engine sent a chunk that cannot be read ({error!r}).") from error


def _whole(chunk: Mapping[str, Any]) -> Mapping[str, Any]:
    if (error := chunk.get("error")) is not None:
        raise CompletionError(str(error.get("message", error) if isinstance(error, Mapping) else error))
    return chunk


def _events(chunk: Mapping[str, Any]) -> list[Event]:
    found: list[Event] = []
    if (progress := chunk.get("prompt_progress")) is not None:
        found.append(Reading(progress["processed"], progress["total"], kept=progress["cache"]))
    choice = chunk["choices"][0]
    found += [_sampled(each) for each in (choice.get("logprobs") or {}).get("content") or ()]
    if (reason := choice.get("finish_reason")) is not None:
        found.append(End("length" if reason == "length" else "end"))
    return found


def _sampled(entry: Mapping[str, Any]) -> Sampled:
    likeliest = tuple(Choice(each["id"], _probability(each["logprob"])) for each in entry["top_logprobs"])
    return Sampled(entry["id"], _probability(entry["logprob"]), likeliest)


def _probability(log: float) -> float:
    return min(1.0, math.exp(log))
