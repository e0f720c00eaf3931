"""Causal language models of Transformers in torch: on a GPU, and for what llama.cpp does not read."""

import copy
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache, LogitsProcessorList, TemperatureLogitsWarper, TopPLogitsWarper
from transformers.cache_utils import DynamicLayer

from models.engines.base import LIKELIEST, LIKELIEST_ALONE, RIVALS, CausalInfo, Choice, Reading, Sampling, Step
from models.engines.llama_cpp.completions import COLDEST

# Tokens of a prompt read at once: a caller can stop between them.
CHUNK = 64
# How many texts stay read, and how many tokens of each at most.
KEPT, KEPT_TOKENS = 4, 2_048


class TorchCausal:
    """A `CausalLM` of a Transformers module. It serves one caller at a time; the others wait at each token.

    The most recently read texts stay in memory, so that a longer version of one is not read from its beginning.
    """

    def __init__(self, module: Any) -> None:
        self.module = module
        config = module.config
        self.info = CausalInfo(config.vocab_size, config.max_position_embeddings, _ends(module))
        self._kept: list[tuple[list[int], DynamicCache]] = []
        self._computing = threading.Lock()

    @property
    def cache_bytes(self) -> int:
        """The bytes that the texts that stay read take at most."""
        config = self.module.config
        width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        # A model without shared keys, as GPT-2, names no number of them.
        heads = getattr(config, "num_key_value_heads", config.num_attention_heads)
        token = 2 * config.num_hidden_layers * heads * width * self.module.dtype.itemsize
        return int(KEPT * KEPT_TOKENS * token)

    def generate(
        self,
        prompt: Sequence[int],
        samplings: Sequence[Sampling],
        bias: Mapping[int, float] | None = None,
        ends: frozenset[int] | None = None,
    ) -> Generator[Reading | dict[int, Step], None, None]:
        """As in `CausalLM`."""
        if not prompt:
            raise ValueError("The prompt is empty: it must have at least one token.")
        ids = list(prompt)
        cache = self._find(ids)
        count = LIKELIEST if samplings else LIKELIEST_ALONE
        try:
            kept = cache.get_seq_length()
            for start in range(kept, len(ids), CHUNK):
                logits = self._forward([ids[start : start + CHUNK]], cache)
                done = min(start + CHUNK, len(ids))
                likeliest = _likeliest(logits[0].softmax(-1), count) if done == len(ids) else ()
                yield Reading(done, len(ids), likeliest, kept)
            if len(samplings) == 1:
                yield from self._continue(logits, cache, samplings, bias, ends, ids)
            elif samplings:
                # The rows of a batch stay apart from the text, which is kept as it is.
                rows = copy.deepcopy(cache)
                rows.batch_repeat_interleave(len(samplings))
                yield from self._continue(logits.expand(len(samplings), -1), rows, samplings, bias, ends, [])
        finally:
            self._keep(ids, cache)

    def _continue(
        self,
        logits: Tensor,
        cache: DynamicCache,
        samplings: Sequence[Sampling],
        bias: Mapping[int, float] | None,
        ends: frozenset[int] | None,
        written: list[int],
    ) -> Iterator[dict[int, Step]]:
        """Write on after `logits`, (samplings, vocabulary); what a single one reads on is added to `written`."""
        ends = self.info.ends if ends is None else ends
        leaning = self._leaning(bias or {})
        choose = [_chooser(sampling, self.module.device) for sampling in samplings]
        live = list(range(len(samplings)))
        count = 0
        while live:
            tokens = [choose[number](logits[row] + leaning) for row, number in enumerate(live)]
            steps = {n: _step(logits[row], tokens[row]) for row, n in enumerate(live) if tokens[row] not in ends}
            if steps:
                yield steps
            count += 1
            going = [row for row, n in enumerate(live) if n in steps and count < samplings[n].max_new_tokens]
            if going and len(going) < len(live):
                cache.batch_select_indices(torch.tensor(going, device=self.module.device))
            live = [live[row] for row in going]
            if live:
                logits = self._forward([[tokens[row]] for row in going], cache)
                written.append(tokens[going[0]])

    @torch.inference_mode()
    def _forward(self, rows: list[list[int]], cache: DynamicCache) -> Tensor:
        """Read on; the logits after the last token of each row, float32 of (rows, vocabulary)."""
        tokens = torch.tensor(rows, device=self.module.device)
        with self._computing:
            logits: Tensor = self.module(tokens, cache=cache, use_cache=True, logits_to_keep=1).logits
        return logits[:, -1].float()

    def _leaning(self, bias: Mapping[int, float]) -> Tensor:
        leaning = torch.zeros(self.info.vocabulary, device=self.module.device)
        leaning[list(bias)] = torch.tensor(list(bias.values()), device=self.module.device)
        return leaning

    def _find(self, ids: list[int]) -> DynamicCache:
        """What has been read of the kept text that begins most like `ids`, whose last token is left to read.

        It is taken out, so that no two callers write into one.
        """
        with self._computing:
            shared = [_common(text, ids) for text, _ in self._kept]
            best = max(range(len(shared)), key=shared.__getitem__, default=None)
            if best is None or shared[best] < CHUNK:
                return DynamicCache(config=self.module.config)
            _, cache = self._kept.pop(best)
            cache.crop(min(shared[best], len(ids) - 1) - cache.get_seq_length())
            return cache

    def _keep(self, text: list[int], cache: DynamicCache) -> None:
        """Keep what was read, which `text` begins with, in place of the text that was longest not used."""
        length = cache.get_seq_length()
        # Other layers, such as those with a sliding window, cannot go back.
        plain = all(type(layer) is DynamicLayer for layer in cache.layers)
        if plain and CHUNK <= length <= KEPT_TOKENS:
            with self._computing:
                self._kept.append((text[:length], cache))
                del self._kept[:-KEPT]


def _ends(module: Any) -> frozenset[int]:
    """The tokens that end a text of `module`."""
    ends = module.generation_config.eos_token_id
    return frozenset(ends if isinstance(ends, list) else [] if ends is None else [ends])


def _common(one: list[int], other: list[int]) -> int:
    """How many tokens both begin with."""
    for at, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return at
    return min(len(one), len(other))


def _likeliest(probabilities: Tensor, count: int) -> tuple[Choice, ...]:
    """The `count` likeliest tokens of `probabilities`, shape (vocabulary,), best first."""
    best = probabilities.topk(min(count, len(probabilities)))
    return tuple(map(Choice, best.indices.tolist(), best.values.tolist()))


def _step(logits: Tensor, token: int) -> Step:
    probabilities = logits.softmax(-1)
    rivals = [choice for choice in _likeliest(probabilities, RIVALS + 1) if choice.token != token]
    return Step(token, probabilities[token].item(), tuple(rivals[:RIVALS]))


def _chooser(sampling: Sampling, device: torch.device) -> Callable[[Tensor], int]:
    """A function from logits, shape (vocabulary,), to the next token."""
    if sampling.temperature < COLDEST:
        return lambda logits: int(logits.argmax())
    generator = torch.Generator(device)
    if sampling.seed is None:
        generator.seed()
    else:
        generator.manual_seed(sampling.seed)
    bend = LogitsProcessorList([TemperatureLogitsWarper(sampling.temperature)])
    if sampling.top_p < 1:
        bend.append(TopPLogitsWarper(sampling.top_p))

    def draw(logits: Tensor) -> int:
        probabilities = bend(None, logits[None]).softmax(-1)
        return int(torch.multinomial(probabilities, 1, generator=generator))

    return draw
