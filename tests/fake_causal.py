"""A causal language model whose replies are written down beforehand, and a cache that holds nothing else."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field

from models.engines.base import LIKELIEST, CausalInfo, Choice, Reading, Sampling, Step
from models.engines.tokenizer import Tokenizer
from models.runtime.cache import Loaded, ModelCache
from tests import fake_engine, tiny

# What the model says to a prompt: replies and their probabilities, which need not add up to 1.
Answer = Callable[[str], Mapping[str, float]]


@dataclass
class FakeCausal:
    """Replies with the likeliest text of `answer`, byte by byte, and reports the first bytes of all as its rivals.

    Only `shown` of them are among the likeliest. `prompts` are the texts that it has read.
    """

    answer: Answer
    shown: int = LIKELIEST
    tokenizer: Tokenizer = field(default_factory=lambda: with_template())
    prompts: list[str] = field(default_factory=list)

    @property
    def info(self) -> CausalInfo:
        """Sizes and the end token."""
        return CausalInfo(len(self.tokenizer), 4096, frozenset([self.tokenizer.eos_token_id or 0]))

    def generate(
        self,
        prompt: Sequence[int],
        samplings: Sequence[Sampling],
        bias: Mapping[int, float] | None = None,
        ends: frozenset[int] | None = None,
    ) -> Generator[Reading | dict[int, Step], None, None]:
        """As in `CausalLM`: a token with a `bias` of at least 50 is chosen."""
        text = self.tokenizer.decode(prompt)
        self.prompts.append(text)
        replies = self.answer(text)
        first: dict[int, float] = {}
        for reply, probability in replies.items():
            token = self._ids(reply)[0]
            first[token] = first.get(token, 0.0) + probability
        ranked = sorted(first.items(), key=lambda pair: -pair[1])
        yield Reading(len(prompt), len(prompt), tuple(Choice(*pair) for pair in ranked[: self.shown]))
        forced = next((token for token, value in (bias or {}).items() if value >= 50), None)
        if forced is not None:
            yield {0: Step(forced, first.get(forced, 0.0), ())}
            return
        best = max(replies, key=lambda reply: replies[reply])
        for at, token in enumerate(self._ids(best)[: samplings[0].max_new_tokens] if samplings else []):
            yield {0: Step(token, 1.0 if at else first[token], ())}

    def _ids(self, reply: str) -> list[int]:
        ids: list[int] = self.tokenizer(reply, add_special_tokens=False)["input_ids"]
        return ids


def last_message(prompt: str) -> str:
    """The visitor's text that a prompt ends with."""
    return prompt.rsplit("<|im_start|>user\n", 1)[1].partition("<|im_end|>")[0]


def with_template() -> Tokenizer:
    """The tokenizer of bytes, with the template of ChatML."""
    plain = fake_engine.byte_tokenizer()
    return Tokenizer(plain.backend, plain.special, tiny.CHAT_TEMPLATE)


def cache(model: FakeCausal) -> ModelCache:
    """A cache in which every model is `model`."""
    return ModelCache(lambda spec, report: Loaded(model, model.tokenizer, "cpu", "float32", 1), 10**10)
