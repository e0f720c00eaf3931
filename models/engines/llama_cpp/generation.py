"""Generates continuations with the streams of llama.cpp's server, moving slow ones to its replacement."""

import queue
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from models.engines.base import LIKELIEST_ALONE, Reading, Sampling, Step
from models.engines.llama_cpp.completions import ALTERNATIVES, CompletionError, End, Sampled, completion, events, index
from models.engines.llama_cpp.continuation import Continuation, groups
from models.engines.llama_cpp.server import Message, Stream
from models.engines.llama_cpp.slots import Ticket
from models.engines.llama_cpp.thread_switch import Running, ThreadSwitch

# How often, in seconds, a caller that waits for a token regains control.
GLANCE = 0.1
# A stream on a replaced server continues there, unless a token or a batch of the prompt takes longer than this, in
# seconds.
SLOW_TOKEN, SLOW_BATCH = 0.1, 2.5


@dataclass(eq=False)
class _Part:
    """One stream, the continuations it serves, and its speed.

    Times are those of arrival, not of processing. `pace` is in seconds a token.
    """

    running: Running
    numbers: tuple[int, ...]
    stream: Stream | None = None
    came: float = field(default_factory=time.monotonic)
    pace: float = 0.0
    writing: bool = False

    def time(self, message: Message) -> None:
        """Update the pace with the arrival of `message`."""
        now = time.monotonic()
        if isinstance(message, Mapping) and message.get("choices") and message["choices"][0].get("logprobs"):
            # The tokens of several continuations arrive one after the other.
            interval = (now - self.came) * len(self.numbers)
            self.pace = 0.7 * self.pace + 0.3 * interval if self.writing else 0.0
            self.writing = True
        self.came = now

    def is_slow(self) -> bool:
        """Whether a token or a batch of the prompt takes too long."""
        waited = time.monotonic() - self.came
        return max(waited, self.pace) > SLOW_TOKEN if self.writing else waited > SLOW_BATCH


class Generation:
    """One call of `LlamaCpp.generate`."""

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
        # Even without continuations one token is generated, since the likeliest tokens come with it.
        self.only_reads = not samplings
        self.continuations = [Continuation(sampling) for sampling in samplings or [Sampling(1)]]
        self.message: queue.SimpleQueue[tuple[_Part, Message]] = queue.SimpleQueue()
        self.parts: list[_Part] = []
        self.progress = Reading(0, len(self.prompt))
        self.read = False

    def run(self) -> Iterator[Reading | dict[int, Step]]:
        """Yield progress and steps; closing the iterator closes the streams."""
        try:
            for numbers in groups([each.sampling for each in self.continuations]):
                self._begin(self.prompt, numbers)
            while not all(each.over for each in self.continuations):
                yield from self._next()
                self._move_slow()
        finally:
            for part in self.parts:
                self._close(part)

    def _begin(self, prompt: list[int], numbers: tuple[int, ...]) -> None:
        """Start a stream that continues `prompt` for the continuations `numbers`."""
        part = _Part(self.switch.enter(), numbers)
        alternatives = LIKELIEST_ALONE if self.only_reads else ALTERNATIVES
        left = self.continuations[numbers[0]].left
        payload = completion(prompt, left, self.bias, alternatives, len(numbers))
        self.parts.append(part)
        self.ticket.hold()
        part.stream = Stream(part.running.server, payload, partial(self._receive, part), self._done)

    def _receive(self, part: _Part, message: Message) -> None:
        part.time(message)
        self.message.put((part, message))

    def _done(self) -> None:
        self.switch.leave()
        self.ticket.drop()

    def _close(self, part: _Part) -> None:
        if part.stream is not None:
            part.stream.close()

    def _next(self) -> Iterator[Reading | dict[int, Step]]:
        """Process the next message, or yield an empty step while there is none."""
        try:
            part, message = self.message.get(timeout=GLANCE)
        except queue.Empty:
            yield {}
            return
        if part not in self.parts:
            return
        if isinstance(message, Exception):
            raise CompletionError(f"llama.cpp failed: {message}") from message
        if message is None:
            if not all(self.continuations[number].over for number in part.numbers):
                raise CompletionError("llama.cpp failed without a reason.")
            return
        yield from self._process(part, message)

    def _process(self, part: _Part, chunk: Mapping[str, Any]) -> Iterator[Reading | dict[int, Step]]:
        found = events(chunk)
        number = part.numbers[index(chunk)]
        for event in found:
            if isinstance(event, Reading):
                if number == 0 and not self.read and self.progress.done <= event.done < event.total:
                    self.progress = event
                    yield event
                elif number == 0 and not self.read:
                    # The end of reading is reported with the likeliest tokens, which come with the first new one.
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
        """Yield the control token that was held back, as it did not end the text."""
        one = self.continuations[number]
        if one.held is not None:
            held, one.held = one.held, None
            yield self._written(number, held)

    def _written(self, number: int, new: Sampled) -> dict[int, Step]:
        self.continuations[number].tokens.append(new.token)
        return {number: new.step}

    def _move_slow(self) -> None:
        """Move slow streams of a replaced server to the current one."""
        for part in list(self.parts):
            if part.running is self.switch.running or not part.is_slow():
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
