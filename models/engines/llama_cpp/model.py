"""Causal language models in llama.cpp, inside this process."""

import queue
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from models.engines.base import CausalInfo, Reading, Sampling, Step
from models.engines.llama_cpp.completions import CompletionError, End, Sampled, completion, events, index
from models.engines.llama_cpp.load_meter import LoadMeter, most_threads
from models.engines.llama_cpp.server import BATCH, News, Server, Stream, make_server
from models.engines.llama_cpp.slots import Room, Ticket
from models.engines.llama_cpp.thread_switch import Running, ThreadSwitch
from models.weights.gguf import About, prepared, served

# Continuations at once, and tokens in memory for all of them; further requests wait.
SLOTS, TOKENS = 8, 8_192
LOGIT_BYTES = 4
# What the vocabulary, the graphs and the threads take besides, measured with SmolLM2.
BESIDE_BYTES = 40_000_000
# How often, in seconds, whoever waits for a token is asked whether to wait on.
GLANCE = 0.1
# A stream on a server that was replaced goes on there, unless a token takes longer than this, in seconds, or a batch
# of the prompt does.
SLOW_TOKEN, SLOW_BATCH = 0.1, 2.5


def needs(folder: Path) -> int:
    """The bytes of memory that the model in `folder` takes: weights, keys and values, and what it computes with."""
    about = prepared(folder)
    logits = BATCH * about.vocabulary * LOGIT_BYTES
    return served(folder).stat().st_size + TOKENS * about.cache_bytes + 2 * logits + BESIDE_BYTES


class LlamaCpp:
    """A `CausalLM` that llama.cpp runs with as many threads as there are free cores.

    A greedy reply that moves to another server goes on as it would have. A drawn one goes on with another seed made
    from its own, so the same seed draws the same tokens only where no reply was moved, and the same requests ran
    beside it: sums over several sequences differ in their last bits.
    """

    def __init__(self, about: About, switch: ThreadSwitch, slots: int = SLOTS, tokens: int = TOKENS) -> None:
        self.about, self._switch = about, switch
        self._room = Room(slots, tokens)
        self._control = frozenset(about.control)
        self.info = CausalInfo(about.vocabulary, min(about.context, tokens), frozenset([about.end]))

    @classmethod
    def load(cls, folder: Path, threads: int = 0) -> "LlamaCpp":
        """The model whose `folder` `gguf.prepare` made; 0 threads are as many as help.

        Raises CompletionError where llama.cpp cannot load it.
        """

        def make(threads: int) -> Server:
            return make_server(served(folder), threads, SLOTS, TOKENS)

        return cls(prepared(folder), ThreadSwitch(make, most_threads(threads), LoadMeter()))

    def generate(
        self,
        prompt: Sequence[int],
        samplings: Sequence[Sampling],
        bias: Mapping[int, float] | None = None,
        ends: frozenset[int] | None = None,
    ) -> Generator[Reading | dict[int, Step], None, None]:
        """As in `CausalLM`. Where there is nothing new for a moment it yields a step of no tokens.

        Raises ValueError where the prompt does not fit, and CompletionError where llama.cpp fails.
        """
        needed = len(prompt) + sum(sampling.max_new_tokens for sampling in samplings)
        if not prompt or needed > self.info.context:
            raise ValueError(
                f"The prompt has {len(prompt):,} tokens, and {needed - len(prompt):,} are to follow: "
                f"there must be at least 1, and at most {self.info.context:,} together."
            )
        ends = self.info.ends if ends is None else ends
        ticket = self._room.ask(max(1, len(samplings)), needed)
        try:
            while not self._room.admitted(ticket, GLANCE):
                yield Reading(0, len(prompt))
            yield from _Generation(self._switch, ticket, prompt, samplings, bias or {}, ends, self._control).run()
        finally:
            ticket.drop()


@dataclass
class _Continuation:
    """What was written for one sampling. `held` is a control token that may be the end that llama.cpp itself knows."""

    sampling: Sampling
    tokens: list[int] = field(default_factory=list)
    held: Sampled | None = None
    over: bool = False

    @property
    def left(self) -> Sampling:
        """How to go on on another server."""
        written = len(self.tokens)
        seed = None if self.sampling.seed is None else self.sampling.seed + written
        return replace(self.sampling, max_new_tokens=self.sampling.max_new_tokens - written, seed=seed)


@dataclass(eq=False)
class _Part:
    """One stream, and which continuation each of its own is; how fast it is.

    The times are those at which news came, however late somebody looks at them. `pace` is in seconds a token.
    """

    running: Running
    numbers: tuple[int, ...]
    stream: Stream | None = None
    came: float = field(default_factory=time.monotonic)
    pace: float = 0.0
    writing: bool = False

    def hear(self, news: News) -> None:
        """Note that there is news."""
        now = time.monotonic()
        if isinstance(news, Mapping) and news.get("choices") and news["choices"][0].get("logprobs"):
            # Several continuations tell their tokens one after the other.
            interval = (now - self.came) * len(self.numbers)
            self.pace = 0.7 * self.pace + 0.3 * interval if self.writing else 0.0
            self.writing = True
        self.came = now

    def crawls(self) -> bool:
        """Whether it hardly gets on."""
        waited = time.monotonic() - self.came
        return max(waited, self.pace) > SLOW_TOKEN if self.writing else waited > SLOW_BATCH


class _Generation:
    """One call of `generate`."""

    def __init__(
        self,
        switch: ThreadSwitch,
        ticket: Ticket,
        prompt: Sequence[int],
        samplings: Sequence[Sampling],
        bias: Mapping[int, float],
        ends: frozenset[int],
        control: frozenset[int],
    ) -> None:
        self.switch, self.ticket = switch, ticket
        self.prompt, self.bias, self.ends, self.control = list(prompt), bias, ends, control
        # Only reading takes a token too, since the likeliest come with one.
        self.only_reads = not samplings
        self.continuations = [_Continuation(sampling) for sampling in samplings or [Sampling(1)]]
        self.news: queue.SimpleQueue[tuple[_Part, News]] = queue.SimpleQueue()
        self.parts: list[_Part] = []
        self.progress = Reading(0, len(self.prompt))
        self.read = False

    def run(self) -> Iterator[Reading | dict[int, Step]]:
        """Yield what comes; closing it closes the streams."""
        try:
            for numbers in _groups([each.sampling for each in self.continuations]):
                self._begin(self.prompt, numbers)
            while not all(each.over for each in self.continuations):
                yield from self._next()
                self._move_what_crawls()
        finally:
            for part in self.parts:
                self._close(part)

    def _begin(self, prompt: list[int], numbers: tuple[int, ...]) -> None:
        """Begin a stream that goes on with `prompt` for the continuations of these numbers."""
        part = _Part(self.switch.running, numbers)
        payload = completion(prompt, self.continuations[numbers[0]].left, self.bias, count=len(numbers))
        self.parts.append(part)
        self.ticket.hold()
        self.switch.enter()
        part.stream = Stream(part.running.server, payload, partial(self._tell, part), self._done)

    def _tell(self, part: _Part, news: News) -> None:
        part.hear(news)
        self.news.put((part, news))

    def _done(self) -> None:
        self.switch.leave()
        self.ticket.drop()

    def _close(self, part: _Part) -> None:
        if part.stream is not None:
            part.stream.close()

    def _next(self) -> Iterator[Reading | dict[int, Step]]:
        """What the next news says, or a step of no tokens where there is none for a moment."""
        try:
            part, news = self.news.get(timeout=GLANCE)
        except queue.Empty:
            yield {}
            return
        if part not in self.parts:
            return
        if isinstance(news, Exception):
            raise CompletionError(f"llama.cpp broke off: {news}") from news
        if news is None:
            if not all(self.continuations[number].over for number in part.numbers):
                raise CompletionError("llama.cpp broke off without a reason.")
            return
        yield from self._told(part, news)

    def _told(self, part: _Part, chunk: Mapping[str, Any]) -> Iterator[Reading | dict[int, Step]]:
        found = events(chunk)
        number = part.numbers[index(chunk)]
        for event in found:
            if isinstance(event, Reading):
                if number == 0 and not self.read and self.progress.done <= event.done < event.total:
                    self.progress = event
                    yield event
                elif number == 0 and not self.read:
                    # The end is told with the likeliest tokens, which come with the first new one.
                    self.progress = event
            elif isinstance(event, Sampled):
                if not self.read:
                    self.read = True
                    total = len(self.prompt)
                    yield Reading(total, total, event.likeliest, self.progress.kept)
                yield from self._sampled(number, event)
            else:
                yield from self._ended(number, event)

    def _sampled(self, number: int, new: Sampled) -> Iterator[dict[int, Step]]:
        one = self.continuations[number]
        if one.over:
            return
        if self.only_reads:
            one.over = True
            return
        yield from self._released(number)
        if new.token in self.ends:
            one.over = True
        elif new.token in self.control:
            one.held = new
        else:
            yield self._written(number, new)

    def _ended(self, number: int, end: End) -> Iterator[dict[int, Step]]:
        one = self.continuations[number]
        if not one.over and end.reason == "length":
            yield from self._released(number)
        one.over = True

    def _released(self, number: int) -> Iterator[dict[int, Step]]:
        """The control token that was held back, which did not end the text."""
        one = self.continuations[number]
        if one.held is not None:
            held, one.held = one.held, None
            yield self._written(number, held)

    def _written(self, number: int, new: Sampled) -> dict[int, Step]:
        self.continuations[number].tokens.append(new.token)
        return {number: new.step}

    def _move_what_crawls(self) -> None:
        """Go on elsewhere with streams of a server that was replaced and hardly gets on."""
        for part in list(self.parts):
            if part.running is self.switch.running or not part.crawls():
                continue
            self.parts.remove(part)
            self._close(part)
            open_ones = [number for number in part.numbers if not self.continuations[number].over]
            if not any(self.continuations[number].tokens for number in open_ones):
                self._begin(self.prompt, part.numbers)
                continue
            for number in open_ones:
                one = self.continuations[number]
                one.held = None
                self._begin([*self.prompt, *one.tokens], (number,))


def _groups(samplings: Sequence[Sampling]) -> list[tuple[int, ...]]:
    """The numbers of `samplings` that one request serves: alike but for their seeds, which follow each other."""
    groups: list[list[int]] = []
    for number, sampling in enumerate(samplings):
        first = samplings[groups[-1][0]] if groups else None
        if first is not None and first.seed is not None:
            expected = replace(first, seed=first.seed + len(groups[-1]))
            if sampling == expected:
                groups[-1].append(number)
                continue
        groups.append([number])
    return [tuple(group) for group in groups]
