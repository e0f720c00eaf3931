"""The plain programs that the app is measured beside: Transformers in float32 on the same weights.

Each runs in a process of its own, with torch's own settings instead of the app's, and times itself.
"""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
import transformers

from bench import ours
from bench.beside import THREADS
from bench.rivals import Rival, running
from models.catalog.bundled import QUESTION_ANSWERING, SENTIMENT, SMOLLM2
from models.runtime.cache import Loaded
from models.runtime.spec import ModelSpec

# The longest answer in tokens, as ours.
LONGEST = 30
# Torch is imported before the app could set anything for it.
PROGRAM = """
import torch
from bench import plain
serve(getattr(plain, sys.argv[1])())
"""


@contextmanager
def program(make: Callable[[], object]) -> Iterator[Rival]:
    """The process that answers with what `make`, a function of this module, gives."""
    with running(Path(sys.executable), PROGRAM, make.__name__) as rival:
        yield rival


def sentiment() -> Callable[[str], float]:
    """Milliseconds of a `pipeline` on a text, all classes returned."""
    whole = _load(SENTIMENT.with_attention())
    classify = transformers.pipeline(
        "text-classification", model=whole.model, tokenizer=whole.tokenizer, top_k=None, device="cpu"
    )
    return lambda text: ours.milliseconds(partial(classify, text))


def answers() -> Callable[[tuple[str, str]], float]:
    """Milliseconds of a question and a context."""
    whole = _load(QUESTION_ANSWERING.with_attention())
    return lambda pair: ours.milliseconds(partial(best_span, whole, *pair))


def best_span(loaded: Loaded, question: str, context: str) -> str:
    """The best answer, by one pass over question and context and the best pair of start and end."""
    encoded = loaded.tokenizer(question, context, return_tensors="pt", return_offsets_mapping=True, verbose=False)
    offsets = encoded.pop("offset_mapping")[0].tolist()
    inside = torch.tensor([of == 1 for of in encoded.sequence_ids(0)])
    with torch.inference_mode():
        output = loaded.model(**encoded)
        start, end = (logits[0].masked_fill(~inside, -torch.inf) for logits in (output.start_logits, output.end_logits))
        pairs = start[:, None] + end[None, :]
        # What is no answer is as unlikely as can be, not zero: every sum may be below it.
        allowed = torch.ones_like(pairs, dtype=torch.bool).triu().tril(LONGEST - 1)
        first, last = divmod(int(pairs.masked_fill(~allowed, -torch.inf).argmax()), len(offsets))
    return context[offsets[first][0] : offsets[last][1]]


def chat() -> Callable[[Mapping[str, Any]], float]:
    """Tokens a second, after the first, of greedily writing `tokens` on from the prompt `ids`."""
    whole = _load(replace(SMOLLM2, engine="torch"))

    def rate(request: Mapping[str, Any]) -> float:
        clock = Clock()
        options = {"max_new_tokens": request["tokens"], "do_sample": False, "streamer": clock}
        whole.model.generate(torch.tensor([request["ids"]]), **options)
        return (len(clock.times) - 2) / (clock.times[-1] - clock.times[1])

    return rate


class Clock:
    """A streamer of `generate` that notes when each token came; the first that comes is the prompt."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def put(self, value: Any) -> None:
        """Take the prompt, or a token."""
        self.times.append(time.perf_counter())

    def end(self) -> None:
        """Take the end."""


def _load(spec: ModelSpec) -> Loaded:
    torch.set_num_threads(THREADS)
    with ours.cache().lease(spec) as loaded:
        return loaded
