"""A causal language model on a server: vLLM, or llama.cpp's own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from models.engines.base import LIKELIEST, CausalInfo, Reading, Sampling, Step
from models.engines.llama_cpp.completions import CompletionError, End, Event, Sampled
from models.engines.remote.capabilities import COMPLETIONS, Capabilities, Dialect
from models.engines.remote.client import Client
from models.engines.remote.known_texts import KNOWN, KnownText
from models.engines.remote.probing import probe
from models.engines.remote.streams import EngineError, Streams
from models.engines.tokenizer import Tokenizer

# The context length in tokens if the server does not report one.
CONTEXT = 2_048
# How often, in seconds, a caller that waits for a token regains control.
GLANCE = 0.1


class RemoteCausalLM:
    """A `CausalLM` whose tokens come from the server of `client`.

    No request is sent twice: the server would compute twice, and tokens of the first may be on the page already.
    """

    def __init__(
        self, client: Client, dialect: Dialect, info: CausalInfo, capabilities: Capabilities, control: frozenset[int]
    ) -> None:
        self.info = info
        self.capabilities = capabilities
        self._client = client
        self._dialect = dialect
        self._control = control

    @classmethod
    def connect(
        cls, client: Client, name: str, tokenizer: Tokenizer, known: Sequence[KnownText] | None = None
    ) -> "RemoteCausalLM":
        """Probe the server of `client` and return the catalog's model `name` on it.

        Its `capabilities.lacks` must be empty before it can `generate`. `known` are texts to compare instead of those
        in `KNOWN`. Raises EngineError if the server cannot be reached or runs another model.
        """

        def encode(text: str) -> list[int]:
            ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
            return ids

        ends = frozenset(
            id_
            for id_, token in tokenizer.added_tokens_decoder.items()
            if token.content == tokenizer.special["eos_token"]
        )
        texts = KNOWN.get(name, ()) if known is None else known
        dialect, found = probe(client, name, encode, ends, texts)
        control = frozenset(id_ for id_, token in tokenizer.added_tokens_decoder.items() if token.special)
        return cls(client, dialect, CausalInfo(len(tokenizer), found.context or CONTEXT, ends), found, control)

    def generate(
        self,
        prompt: Sequence[int],
        samplings: Sequence[Sampling],
        bias: Mapping[int, float] | None = None,
        ends: frozenset[int] | None = None,
    ) -> Iterator[Reading | dict[int, Step]]:
        """See `CausalLM.generate`. While waiting, it yields empty steps.

        Raises ValueError if the prompt does not fit, and EngineError if the server fails.
        """
        longest = max((sampling.max_new_tokens for sampling in samplings), default=1)
        if not prompt or len(prompt) + longest > self.info.context:
            raise ValueError(
                f"The prompt has {len(prompt):,} tokens, and {longest:,} are to be generated: there must be at least "
                f"1, and at most {self.info.context:,} together."
            )
        ends = self.info.ends if ends is None else ends
        # Even without continuations one token is generated, since the likeliest tokens come with it.
        bodies = [
            self._dialect.completion(prompt, sampling, bias, ends, self.capabilities.alternatives)
            for sampling in samplings or [Sampling(1)]
        ]
        try:
            with self._client.streams(COMPLETIONS) as streams:
                progress = Reading(0, len(prompt))
                answer = _Answer(self._client.host, self._dialect, streams, bodies, ends, self._control, progress)
                yield from answer.run(only_read=not samplings)
        except EngineError:
            raise
        except CompletionError as error:
            raise EngineError(f"The engine at {self._client.host} failed: {error}") from error


@dataclass
class _Continuation:
    """The state of one sampling. `held` is a control token that may be an end token known only to llama.cpp."""

    held: Sampled | None = None
    over: bool = False


@dataclass
class _Answer:
    """One call of `generate`; `host` is where the engine is."""

    host: str
    dialect: Dialect
    streams: Streams
    bodies: Sequence[Mapping[str, object]]
    ends: frozenset[int]
    control: frozenset[int]
    progress: Reading
    read: bool = False
    continuations: list[_Continuation] = field(default_factory=list)

    def run(self, only_read: bool) -> Iterator[Reading | dict[int, Step]]:
        """Yield progress and steps until all continuations have ended."""
        self.continuations = [_Continuation() for _ in self.bodies]
        # The others start once the prompt is in the server's prefix cache.
        self.streams.open(0, self.bodies[0])
        yield self.progress
        while not all(each.over for each in self.continuations):
            arrived = self.streams.get(GLANCE)
            if arrived is None:
                yield {} if self.read else self.progress
                continue
            number, chunk = arrived
            one = self.continuations[number]
            if one.over:
                continue
            if isinstance(chunk, EngineError):
                raise chunk
            if chunk is None:
                raise EngineError(f"The engine at {self.host} broke off its answer: what came so far stays.")
            for event in self.dialect.events(chunk):
                if isinstance(event, Sampled) and not self.read:
                    yield self._finished_reading(event)
                    if only_read:
                        return
                    for other in range(1, len(self.bodies)):
                        self.streams.open(other, self.bodies[other])
                if isinstance(event, End) and not self.read:
                    raise EngineError(f"The engine at {self.host} ended its answer before the first token.")
                yield from self._process(number, one, event)

    def _finished_reading(self, first: Sampled) -> Reading:
        self.read = True
        total = self.progress.total
        return Reading(total, total, first.likeliest[:LIKELIEST], self.progress.kept)

    def _process(self, number: int, one: _Continuation, event: Event) -> Iterator[Reading | dict[int, Step]]:
        if one.over:
            return
        if isinstance(event, Reading):
            if not self.read:
                # The end of reading is reported with the likeliest tokens, which come with the first new one.
                self.progress = replace(event, total=self.progress.total)
                if event.done < self.progress.total:
                    yield self.progress
        elif isinstance(event, End):
            if event.reason == "length" and one.held is not None:
                yield {number: one.held.step}
            self._end(number, one)
        else:
            if one.held is not None:
                yield {number: one.held.step}
                one.held = None
            if event.token in self.ends:
                self._end(number, one)
            elif event.token in self.control and self.dialect.kind == "llama.cpp":
                one.held = event
            else:
                yield {number: event.step}

    def _end(self, number: int, one: _Continuation) -> None:
        one.over = True
        self.streams.end(number)
