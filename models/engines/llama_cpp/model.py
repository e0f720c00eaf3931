"""Causal language models in llama.cpp."""

from collections.abc import Generator, Mapping, Sequence
from pathlib import Path

from models.engines.base import CausalInfo, Reading, Sampling, Step
from models.engines.llama_cpp.generation import GLANCE, Generation
from models.engines.llama_cpp.load_meter import LoadMeter, most_threads
from models.engines.llama_cpp.server import BATCH, Server, ServerProcess
from models.engines.llama_cpp.slots import Room
from models.engines.llama_cpp.thread_switch import ThreadSwitch
from models.weights.gguf import About, prepared, served

# Continuations at once, and tokens in memory for all of them; further requests wait.
SLOTS, TOKENS = 8, 8_192
LOGIT_BYTES = 4
# Additional memory for the process, the vocabulary, the graphs and the threads, measured with SmolLM2.
BESIDE_BYTES = 40_000_000


def needs(folder: Path) -> int:
    """The bytes of memory that the model in `folder` takes: weights, keys and values, and compute buffers."""
    about = prepared(folder)
    logits = BATCH * about.vocabulary * LOGIT_BYTES
    return served(folder).stat().st_size + TOKENS * about.cache_bytes + 2 * logits + BESIDE_BYTES


class LlamaCpp:
    """A `CausalLM` that llama.cpp runs with as many threads as there are free cores.

    A greedy reply that moves to another server is not affected. A sampled one continues with a seed derived from its
    own. So a seed reproduces its tokens only if the reply was not moved and the same requests ran concurrently: sums
    over several sequences differ in their last bits.
    """

    def __init__(self, about: About, switch: ThreadSwitch, slots: int = SLOTS, tokens: int = TOKENS) -> None:
        self.about, self._switch = about, switch
        self._room = Room(slots, tokens)
        self._control = frozenset(about.control)
        self.info = CausalInfo(about.vocabulary, min(about.context, tokens), frozenset([about.end]))

    @classmethod
    def load(cls, folder: Path, threads: int = 0) -> "LlamaCpp":
        """Load the model in a `folder` made by `gguf.prepare`; with 0, the number of threads is chosen automatically.

        Raises CompletionError where llama.cpp cannot load it.
        """

        def make(threads: int) -> Server:
            return ServerProcess(served(folder), threads, SLOTS, TOKENS)

        return cls(prepared(folder), ThreadSwitch(make, most_threads(threads), LoadMeter()))

    def generate(
        self,
        prompt: Sequence[int],
        samplings: Sequence[Sampling],
        bias: Mapping[int, float] | None = None,
        ends: frozenset[int] | None = None,
    ) -> Generator[Reading | dict[int, Step], None, None]:
        """See `CausalLM.generate`. While waiting, it yields empty steps.

        Raises ValueError where the prompt does not fit, and CompletionError where llama.cpp fails.
        """
        needed = len(prompt) + sum(sampling.max_new_tokens for sampling in samplings)
        if not prompt or needed > self.info.context:
            raise ValueError(
                f"The prompt has {len(prompt):,} tokens, and {needed - len(prompt):,} are to be generated: "
                f"there must be at least 1, and at most {self.info.context:,} together."
            )
        ends = self.info.ends if ends is None else ends
        ticket = self._room.ask(max(1, len(samplings)), needed)
        try:
            while not self._room.admitted(ticket, GLANCE):
                yield Reading(0, len(prompt))
            yield from Generation(self._switch, ticket, prompt, samplings, bias or {}, ends, self._control).run()
        finally:
            ticket.drop()
