"""Token by token from a causal language model, with what else it might have said."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from transformers import LogitsProcessorList, TemperatureLogitsWarper, TopPLogitsWarper

from models.blocks import BLOCK, Blocks
from models.cache import Loaded
from models.context import Context, begin

RIVALS = 5
LIKELIEST = 10
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
    """How many tokens of the prompt the model has read so far; at its end, the likeliest tokens to follow it.

    Of `done`, the first `kept` were read for an earlier text and kept.
    """

    done: int
    total: int
    likeliest: tuple[Choice, ...] = ()
    kept: int = 0


@dataclass(frozen=True)
class Step:
    """One new token with the likeliest other ones, best first.

    Probabilities are the model's own, before temperature and `top_p` bend them.
    """

    token: int
    probability: float
    rivals: tuple[Choice, ...]


def decode(
    loaded: Loaded,
    input_ids: torch.Tensor,
    sampling: Sampling,
    bias: torch.Tensor | None = None,
    remember: bool = False,
) -> Iterator[Reading | Step]:
    """Read the prompt `input_ids`, shape (1, tokens), then yield new tokens, at most `sampling.max_new_tokens`.

    The end-of-text token ends it and is not yielded: as many steps as were allowed mean that the length ended it.
    Closing the generator ends the compute: it never runs ahead of what was asked for. The caller holds the lease.
    `bias`, shape (vocabulary,), is added to the logits before a token is chosen; probabilities stay the model's own.
    With `remember`, what is read goes to the model's blocks, and what they have of the prompt is not read again.
    """
    blocks = loaded.blocks if remember else None
    for step in decode_together(loaded, input_ids, [sampling], end_tokens(loaded.model), bias, blocks):
        yield step if isinstance(step, Reading) else step[0]


def decode_together(
    loaded: Loaded,
    input_ids: torch.Tensor,
    samplings: Sequence[Sampling],
    ends: frozenset[int],
    bias: torch.Tensor | None = None,
    blocks: Blocks | None = None,
) -> Iterator[Reading | dict[int, Step]]:
    """Read a prompt once, then write on from it in several ways as one batch, each with a generator of its own.

    As `decode`, but a step of the batch has the Step of each of `samplings`, by its number, that has not ended; any
    token of `ends` ends one. Without `samplings` the prompt is only read. `blocks` are for one sampling.
    """
    context = begin(loaded)
    logits = yield from _read(loaded, context, input_ids.to(loaded.device), blocks)
    text = input_ids[0].tolist()
    leaning = 0.0 if bias is None else bias.to(loaded.device)
    choose = [_chooser(sampling, loaded.device) for sampling in samplings]
    live = list(range(len(samplings)))
    if len(live) > 1:
        context.select([0] * len(live))
        logits = logits.expand(len(live), -1)
    written = 0
    while live:
        tokens = [choose[number](logits[row : row + 1] + leaning) for row, number in enumerate(live)]
        steps = {n: _step(logits[row], tokens[row]) for row, n in enumerate(live) if tokens[row] not in ends}
        if steps:
            yield steps
        written += 1
        going = [row for row, n in enumerate(live) if n in steps and written < samplings[n].max_new_tokens]
        if going and len(going) < len(live):
            context.select(going)
        live = [live[row] for row in going]
        if live:
            last = [[tokens[row]] for row in going]
            if blocks is not None:
                text += last[0]
                if len(text) % BLOCK == 0:
                    # As a block, so that what is kept of a reply is what reading it in a prompt gives.
                    context.forget(len(text) - BLOCK)
                    last = [text[-BLOCK:]]
            logits = context.read(torch.tensor(last, device=loaded.device))[:, -1]
            if blocks is not None and len(text) % BLOCK == 0:
                blocks.keep(text, partial(context.cut, len(text) - BLOCK, len(text)))


def _read(
    loaded: Loaded, context: Context, prompt: torch.Tensor, blocks: Blocks | None
) -> Generator[Reading, None, torch.Tensor]:
    """Read a prompt, shape (1, tokens), less what is kept of it; returns the logits after it, shape (1, vocabulary)."""
    ids = prompt[0].tolist()
    for block in blocks.find(ids) if blocks else ():
        context.put(block)
    kept = context.length
    for start in range(kept, len(ids), BLOCK):
        logits = context.read(prompt[:, start : start + BLOCK])[:, -1]
        done = context.length
        if blocks is not None and done % BLOCK == 0:
            blocks.keep(ids[:done], partial(context.cut, start, done))
        end = done == len(ids)
        yield Reading(done, len(ids), likeliest(logits[0].softmax(-1), LIKELIEST) if end else (), kept)
    return logits


def end_tokens(model: Any) -> frozenset[int]:
    """The tokens after which `model` has nothing more to say."""
    ends = model.generation_config.eos_token_id
    return frozenset(ends if isinstance(ends, list) else [] if ends is None else [ends])


@torch.inference_mode()
def likeliest(probabilities: torch.Tensor, count: int) -> tuple[Choice, ...]:
    """The `count` likeliest tokens of `probabilities`, shape (vocabulary,), best first."""
    best = probabilities.topk(min(count, len(probabilities)))
    return tuple(map(Choice, best.indices.tolist(), best.values.tolist()))


@torch.inference_mode()
def _step(logits: torch.Tensor, token: int) -> Step:
    probabilities = logits.softmax(-1)
    rivals = [choice for choice in likeliest(probabilities, RIVALS + 1) if choice.token != token]
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
