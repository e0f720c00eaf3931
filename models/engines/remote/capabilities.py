"""The capabilities of a server at a URL, and the dialect of its API."""

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

    `ends` are the tokens that end a text. Any server other than llama.cpp is treated as vLLM.
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
        """Parse a chunk of a response."""
        return completions.events(chunk) if self.kind == "llama.cpp" else vllm.events(chunk)


@dataclass(frozen=True)
class Capabilities:
    """The result of probing a server.

    `model` is the server's name of the model, `context` its context length in tokens, 0 if unknown. `alternatives` is
    the number of likeliest tokens of a step, 0 without log-probabilities. `biased` is whether `logit_bias` has an
    effect, `own` whether probabilities are those before bias and temperature. `every_token` is whether it sends tokens
    that are only a part of a character; llama.cpp omits those, unless it serves the file that `gguf.prepare` makes.
    `same_tokens` and `same_text` are whether its token ids and its probabilities after known texts equal ours.
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
        """The required capabilities it lacks; if there are any, the model runs locally instead."""
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
        """The limitations that a visitor should know."""
        if self.lacks:
            return (f"The engine at {self.host} has no {', no '.join(self.lacks)}: the model runs here.",)
        found = []
        if self.alternatives < ALTERNATIVES:
            found.append(
                f"The engine at {self.host} returns {self.alternatives} likeliest tokens, not {ALTERNATIVES}: "
                "fewer rivals are shown."
            )
        if not self.same_text:
            found.append(
                f"The engine at {self.host} may run other weights: no known text of this model could be compared."
            )
        return tuple(found)

    @property
    def words(self) -> str:
        """All capabilities in a line, for the log."""
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
        capabilities = ", ".join(name if there else f"no {name}" for name, there in facts.items())
        context = f"{self.context:,} tokens of context" if self.context else "unknown context"
        return f"{self.kind} at {self.host} serves {self.model}: {context}, {capabilities}"
