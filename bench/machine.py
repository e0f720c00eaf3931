"""What this machine's memory and arithmetic can do, and how much of that two of the models reach.

    python -m bench.machine

A token costs the reading of all weights, and of the keys and values so far, from memory. A text costs an encoder two
operations for each of its layers' weights and each token, and four for each layer, unit of width and pair of tokens.
"""

import statistics
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import torch

from bench import ours, results
from bench.beside import THREADS, figures, interleaved, method, spread
from bench.chat_speed import QUESTION, TOKENS, tokens_a_second
from bench.llama import gguf
from models.catalog.bundled import SENTIMENT, SMOLLM2
from models.runtime.cache import Loaded, ModelCache
from models.runtime.spec import ModelSpec
from models.tasks.sentiment.adapter import SentimentReader

# Much larger than any cache of a processor.
BUFFER_BYTES = 1 << 30
SIDE = 2_048
KEY_BYTES = 2
LENGTHS = (32, 128)
GIGA = 1e9


@dataclass(frozen=True)
class Share:
    """What one of the models does a second, beside the most that this machine could."""

    name: str
    reached: list[float]
    limit: float

    def __str__(self) -> str:
        return f"| {self.name} | {spread(self.reached)} | {self.limit:.1f} | {self.share:.0%} |"

    @property
    def share(self) -> float:
        """How much of the limit is reached, 0 to 1."""
        return statistics.median(self.reached) / self.limit


def speeds() -> dict[str, list[float]]:
    """Gigabytes a second that two ways of reading and a copy move, billions of operations a second by dtype."""
    source = torch.ones(BUFFER_BYTES // 4)
    target = torch.empty_like(source)
    left, right = torch.randn(2, SIDE, SIDE)
    moved, done = source.nbytes / GIGA, 2 * SIDE**3 / GIGA

    def rate(amount: float, work: Callable[[], object]) -> float:
        return amount / ours.seconds(work)

    def matmul(dtype: torch.dtype) -> Callable[[], object]:
        # Integers have no public product that sums up in 32 bits.
        multiply = torch._int_mm if dtype == torch.int8 else torch.matmul
        return partial(multiply, left.to(dtype), right.to(dtype))

    kinds = {"float32": torch.float32, "bfloat16": torch.bfloat16, "int8": torch.int8}
    measures = {
        "sum": partial(rate, moved, source.sum),
        "dot": partial(rate, moved, partial(torch.dot, source, source)),
        "copy": partial(rate, 2 * moved, partial(target.copy_, source)),
        **{name: partial(rate, done, matmul(dtype)) for name, dtype in kinds.items()},
    }
    return dict(zip(measures, map(figures, interleaved(*measures.values())), strict=True))


def bandwidth(found: Mapping[str, list[float]]) -> float:
    """Bytes a second from memory: the best of the ways to read."""
    return GIGA * max(statistics.median(found[kind]) for kind in ("sum", "dot", "copy"))


def token_bytes(weights: int, layers: int, key_width: int, context: float) -> float:
    """The bytes that a new token reads after `context` tokens, whose keys and values take two bytes each.

    `weights` are bytes; `key_width` is that of all heads of keys of a layer.
    """
    return weights + 2 * KEY_BYTES * layers * key_width * context


def text_operations(weights: int, layers: int, width: int, tokens: int) -> float:
    """The operations of an encoder, whose layers have so many `weights`, on a text of so many `tokens`."""
    return 2.0 * weights * tokens + 4.0 * layers * width * tokens**2


def shares(cache: ModelCache, found: Mapping[str, list[float]]) -> list[Share]:
    """Chat's decoding beside the memory, the sentiment encoder beside the arithmetic that its engine computes in."""
    (rate,) = interleaved(partial(tokens_a_second, cache))
    whole, dtype = _whole(cache, SMOLLM2)
    config = whole.model.config
    prompt = len(whole.tokenizer(QUESTION)["input_ids"])
    key_width = config.num_key_value_heads * config.hidden_size // config.num_attention_heads
    read = token_bytes(gguf().stat().st_size, config.num_hidden_layers, key_width, prompt + TOKENS / 2)
    rows = [Share(f"chat decoding ({dtype}), tokens a second", figures(rate), bandwidth(found) / read)]

    whole, dtype = _whole(cache, SENTIMENT)
    config, weights = whole.model.config, _elements(whole.model.base_model.encoder)
    peak = GIGA * statistics.median(found[dtype if dtype in found else "float32"])
    reader = SentimentReader(cache, SENTIMENT)
    texts = [ours.beginning(whole.tokenizer, ours.example(), tokens - 2) for tokens in LENGTHS]
    times = interleaved(*(partial(ours.seconds, partial(reader.many, [text])) for text in texts))
    for tokens, seconds in zip(LENGTHS, times, strict=True):
        limit = peak / text_operations(weights, config.num_hidden_layers, config.hidden_size, tokens)
        name = f"sentiment of {tokens} tokens ({dtype}), texts a second"
        rows.append(Share(name, [1 / each for each in figures(seconds)], limit))
    return rows


def _whole(cache: ModelCache, spec: ModelSpec) -> tuple[Loaded, str]:
    """The torch model of `spec`, whose sizes can be counted, and the dtype that its engine's weights have."""
    with cache.lease(spec) as serving:
        dtype = serving.dtype
    with cache.lease(spec.with_attention()) as loaded:
        return loaded, dtype


def _elements(model: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


NAMES = {
    "sum": "memory read by a sum, GB/s",
    "dot": "memory read by a dot product, GB/s",
    "copy": "memory copied (read and written), GB/s",
    "float32": "float32 matrix product, GFLOP/s",
    "bfloat16": "bfloat16 matrix product, GFLOP/s",
    "int8": "int8 matrix product, GOP/s",
}
NOTES = [
    "",
    f"`python -m bench.machine`: {method()} {BUFFER_BYTES >> 20:,} MiB in memory, products of {SIDE:,} by {SIDE:,}.",
    "Limits: the fastest of the three ways through memory, over the bytes of all weights and of the keys and values",
    "that a token reads; the peak of the dtype that the engine computes in, over 2 x weights x tokens + 4 x layers x",
    "width x tokens^2 operations.",
]


def main() -> None:
    """Print both tables and keep them."""
    warnings.simplefilter("ignore")
    cache = ours.cache()
    found = speeds()
    lines = [f"| with {THREADS} threads | measured |", "|---|---|"]
    lines += [f"| {NAMES[kind]} | {spread(values)} |" for kind, values in found.items()]
    lines += ["", "| | reached | limit | share |", "|---|---|---|---|"]
    lines += map(str, shares(cache, found))
    print("\n".join(lines))
    results.write("The machine, and how near its limits", [*lines, *NOTES])


if __name__ == "__main__":
    main()
