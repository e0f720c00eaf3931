"""The request and response format of vLLM: OpenAI's completions with vLLM's extensions, so that tokens are ids."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from models.engines.base import Choice, Sampling
from models.engines.llama_cpp.completions import ALTERNATIVES, CompletionError, End, Event, Sampled

# The format of a token id in vLLM's responses.
PREFIX = "token_id:"
# vLLM clamps a bias to this, in both directions.
STRONGEST = 100.0


def completion(
    model: str,
    prompt: Sequence[int],
    sampling: Sampling,
    ends: Iterable[int],
    bias: Mapping[int, float] | None = None,
    alternatives: int = ALTERNATIVES,
) -> dict[str, Any]:
    """The payload that continues `prompt` with `sampling`, until a token of `ends`.

    It names every parameter that shapes what is drawn, since vLLM takes its defaults from the model's own
    `generation_config.json`.
    """
    payload: dict[str, Any] = {
        "model": model,
        "prompt": list(prompt),
        "max_tokens": sampling.max_new_tokens,
        # vLLM has no top-p of 0, which leaves the likeliest token alone.
        "temperature": sampling.temperature if sampling.top_p > 0 else 0.0,
        "top_p": sampling.top_p or 1.0,
        # All of these are disabled.
        "top_k": 0,
        "min_p": 0.0,
        "repetition_penalty": 1.0,
        "presence_penalty": 0.0,
        "frequency_penalty": 0.0,
        # End tokens are set explicitly, and returned with their probabilities.
        "ignore_eos": True,
        "stop_token_ids": sorted(ends),
        "logprobs": alternatives,
        "return_tokens_as_token_ids": True,
        "skip_special_tokens": False,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if sampling.seed is not None:
        payload["seed"] = sampling.seed
    if bias:
        payload["logit_bias"] = {str(token): max(-STRONGEST, min(STRONGEST, value)) for token, value in bias.items()}
    return payload


def events(chunk: Mapping[str, Any]) -> list[Event]:
    """Parse a chunk of the stream into events, in order; possibly none.

    Raises CompletionError where the chunk is an error or is not what vLLM sends.
    """
    if (error := chunk.get("error")) is not None:
        raise CompletionError(str(error.get("message", error) if isinstance(error, Mapping) else error))
    try:
        return list(_events(chunk))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise CompletionError(f"The engine sent a chunk that cannot be read ({error!r}).") from error


def _events(chunk: Mapping[str, Any]) -> list[Event]:
    found: list[Event] = []
    # The last chunk has only the token counts.
    for choice in chunk["choices"]:
        found += _sampled(choice.get("logprobs") or {})
        if (reason := choice.get("finish_reason")) is not None:
            found.append(End("length" if reason == "length" else "end"))
    return found


def _sampled(logprobs: Mapping[str, Any]) -> list[Event]:
    tokens, logs = logprobs.get("tokens") or (), logprobs.get("token_logprobs") or ()
    tops = logprobs.get("top_logprobs") or [None] * len(tokens)
    found: list[Event] = []
    for token, log, top in zip(tokens, logs, tops, strict=True):
        # The chosen token stands first, whatever its rank.
        choices = [Choice(_id(name), _probability(value)) for name, value in (top or {}).items()]
        choices.sort(key=lambda choice: -choice.probability)
        found.append(Sampled(_id(token), _probability(log), tuple(choices)))
    return found


def _id(token: str) -> int:
    if not token.startswith(PREFIX):
        raise ValueError(f"{token!r} is not a token's id")
    return int(token.removeprefix(PREFIX))


def _probability(log: float) -> float:
    return min(1.0, math.exp(log))
