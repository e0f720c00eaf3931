"""What the server at a URL can do, and how it is spoken to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from models.engines.base import Sampling
from models.engines.llama_cpp import completions
from models.engines.llama_cpp.completions import ALTERNATIVES, Event
from models.engines.remote import vllm

Kind = Literal["llama.cpp", "vLLM", "OpenAI-compatible"]

COMPLETIONS = "/v1/completions"


@dataclass(frozen=True)
class Dialect:
    """The form of requests and answers of a `kind` of server, which calls the model `model`.

    `ends` are the tokens that end a text. What is not llama.cpp is spoken to as vLLM.
    """

    kind: Kind
    model: str
    ends: frozenset[int] = frozenset()

    def completion(
        self,
        prompt: Sequence[int],
        sampling: Sampling,
        bias: Mapping[int, float] | None = None,
        ends: frozenset[int] | None = None,
        alternatives: int = ALTERNATIVES,
    ) -> dict[str, Any]:
        """The body of a request to continue `prompt`."""
        if self.kind == "llama.cpp":
            return completions.completion(prompt, sampling, bias, alternatives) | {"model": self.model}
        stops = self.ends if ends is None else ends
        return vllm.completion(self.model, prompt, sampling, stops, bias, alternatives)

    def events(self, chunk: Mapping[str, Any]) -> list[Event]:
        """What a piece of an answer says."""
        return completions.events(chunk) if self.kind == "llama.cpp" else vllm.events(chunk)


@dataclass(frozen=True)
class Capabilities:
    """What the probe of a server found.

    `model` is the server's own name of the model, `context` its longest text in tokens, 0 where it does not tell.
    `alternatives` is how many likeliest tokens a step has, 0 without log-probabilities. `biased` is whether a bias is
    heeded, `own` whether probabilities are the model's own, before bias and temperature. `every_token` is whether it
    tells tokens that are only a part of a letter; llama.cpp leaves those out, unless it serves the copy that
    `gguf_file.prepare` makes. `same_tokens` and `same_text` are whether its token ids and its probabilities of known
    texts were compared with ours, and found equal.
    """

    host: str
    kind: Kind
    model: str
    context: int
    token_ids: bool
    alternatives: int
    biased: bool
    own: bool
    every_token: bool
    prompt_probabilities: bool
    same_tokens: bool
    same_text: bool

    @property
    def lacks(self) -> tuple[str, ...]:
        """What it lacks of the calls that a model gets, in words; with any of it the model runs here."""
        missing = {
            "prompts of token ids": self.token_ids,
            "log-probabilities": self.alternatives > 0,
            "a bias": self.biased or self.alternatives == 0,
            "probabilities before the bias": self.own or not self.biased,
            "tokens that are parts of a letter": self.every_token or not self.biased,
        }
        return tuple(name for name, there in missing.items() if not there)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a visitor should know of it: what it lacks, or has less of."""
        if self.lacks:
            return (f"The engine at {self.host} has no {', no '.join(self.lacks)}: the model runs here.",)
        found = []
        if self.alternatives < ALTERNATIVES:
            found.append(
                f"The engine at {self.host} tells {self.alternatives} likeliest tokens, not {ALTERNATIVES}: "
                "fewer rivals are shown."
            )
        if not self.same_text:
            found.append(
                f"The engine at {self.host} may run other weights: no known text of this model could be compared."
            )
        return tuple(found)

    @property
    def words(self) -> str:
        """All of it in a line, for the log."""
        facts = {
            "token ids": self.token_ids,
            f"{self.alternatives} likeliest tokens a step": self.alternatives > 0,
            "bias": self.biased,
            "probabilities before the bias": self.own,
            "parts of letters": self.every_token,
            "log-probabilities of the prompt": self.prompt_probabilities,
            "same token ids": self.same_tokens,
            "same known text": self.same_text,
        }
        told = ", ".join(name if there else f"no {name}" for name, there in facts.items())
        context = f"{self.context:,} tokens of context" if self.context else "unknown context"
        return f"{self.kind} at {self.host} serves {self.model}: {context}, {told}"
