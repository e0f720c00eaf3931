"""Chat: a reply to a conversation, streamed token by token with the probability of each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from models.catalog.choice import Choice
from models.engines.base import Reading, Sampling, Step
from models.explain.tokens import Token, Transcript
from models.runtime.cache import Loaded
from models.runtime.limits import InputError, check_number, check_text, check_whole
from models.runtime.memory import retried
from models.runtime.progress import Report, ignore, last
from models.runtime.provenance import Run, rate_of, stopwatch
from models.tasks.chat.attention import ReplyAttention, ReplyReader
from models.tasks.chat.messages import Message, read_history
from models.tasks.chat.prompt import CONTEXT, Prompt, fit
from models.tasks.chat.salience import SalienceReader

Ending = Literal["", "end", "length", "time", "circles"]

TEMPERATURE_LIMIT = 2.0
SYSTEM_LIMIT = 2_000


@dataclass(frozen=True)
class ChatReply:
    """A reply so far. `read` of the `run.tokens` tokens of `prompt` are read; `run.dropped` did not fit.

    `ended` is empty during generation, then the reason for its end: an end token, the maximum length, the time limit,
    or repetition. `rate` is in tokens a second, 0 until it is known. `kept` tokens of the prompt came from the prefix
    cache. A reply that begins with given tokens counts them among `run.tokens`.
    """

    text: str
    tokens: tuple[Token, ...]
    prompt: Prompt
    read: int
    ended: Ending
    rate: float
    run: Run
    kept: int = 0


@dataclass(frozen=True)
class Chatter(Choice):
    """Replies with the causal language model of `spec`."""

    def check(
        self,
        message: object,
        history: object = (),
        system: object = "",
        max_new_tokens: object = 128,
        temperature: object = 0.0,
        top_p: object = 1.0,
    ) -> None:
        """Raise InputError where an argument cannot be used."""
        check_text(message, "message", self.limits.text)
        read_history(history, self.limits.text)
        if system != "":
            check_text(system, "system", min(SYSTEM_LIMIT, self.limits.text))
        check_whole(max_new_tokens, "max_new_tokens", 1, self.limits.new_tokens)
        check_number(temperature, "temperature", 0, TEMPERATURE_LIMIT)
        check_number(top_p, "top_p", 0, 1)

    def __call__(self, message: str, *options: Any, report: Report = ignore, **named: Any) -> ChatReply:
        """The whole reply; takes the arguments of `stream`."""
        named["report"] = report
        return last(self.stream(message, *options, **named), self.spec.name, report)

    def look(self, reply: ChatReply, report: Report = ignore) -> Iterator[ReplyAttention]:
        """Compute the attention of `reply` with the torch copy of the model; see `ReplyReader.stream`."""
        return ReplyReader(self.cache, self.using(reply.run.model).spec, self.limits).stream(
            reply.prompt, reply.tokens, report
        )

    def salience(self, model: object) -> SalienceReader:
        """What measures the words of a conversation for a reply of that model."""
        return SalienceReader(self.cache, self.using(model).spec, self.limits)

    @retried
    def stream(
        self,
        message: str,
        history: Sequence[object] = (),
        system: str = "",
        max_new_tokens: int = 128,
        temperature: float = 0.0,
        top_p: float = 1.0,
        seed: int | None = None,
        report: Report = ignore,
    ) -> Iterator[ChatReply]:
        """Stream the reply: first the progress of reading the prompt, then token by token.

        When the conversation is longer than the model's context, its oldest turns are left out. Raises InputError
        if not even the last message fits. Closing the generator cancels the computation and releases the model.
        """
        self.check(message, history, system, max_new_tokens, temperature, top_p)
        spent = stopwatch()
        conversation = (*read_history(history, self.limits.text), Message("user", message))
        with self.cache.lease(self.spec, report) as loaded:
            clock = stopwatch()
            prompt = fit(loaded, system, conversation, int(max_new_tokens))
            sampling = Sampling(int(max_new_tokens), float(temperature), float(top_p), seed)
            yield from self._write(loaded, prompt, (), sampling, clock, spent)

    @retried
    def take(
        self,
        reply: ChatReply,
        at: int,
        rival: int,
        max_new_tokens: int = 128,
        temperature: float = 0.0,
        top_p: float = 1.0,
        seed: int | None = None,
        report: Report = ignore,
    ) -> Iterator[ChatReply]:
        """Yield another reply to the prompt of `reply`: the same up to token `at`, the `rival` there, and on from it.

        `rival` is a token's id; `max_new_tokens` counts the whole reply. Raises InputError where the token has no such
        rival that is text. Closing the generator ends the compute and releases the model.
        """
        check_rival(reply, at, rival)
        spent = stopwatch()
        same = self.using(reply.run.model)
        with same.cache.lease(same.spec, report) as loaded:
            clock = stopwatch()
            begun = (*(token.step for token in reply.tokens[:at]), reply.tokens[at].replaced(rival))
            room = min(CONTEXT, loaded.model.info.context) - len(reply.prompt.ids)
            sampling = Sampling(min(int(max_new_tokens), room), float(temperature), float(top_p), seed)
            yield from same._write(loaded, reply.prompt, begun, sampling, clock, spent)

    def _write(
        self,
        loaded: Loaded,
        prompt: Prompt,
        begun: Sequence[Step],
        sampling: Sampling,
        clock: Callable[[], float],
        spent: Callable[[], float],
    ) -> Iterator[ChatReply]:
        """Write on after `prompt` and the tokens of a reply that is `begun`; the length of `sampling` counts these."""
        ids = [*prompt.ids, *(step.token for step in begun)]
        run = Run(self.spec.name, loaded.device, len(ids), prompt.dropped_tokens, 0.0, loaded.engine)
        written = Transcript(loaded.tokenizer)
        for step in begun:
            written.add(step)
        reply = ChatReply(written.text, written.tokens, prompt, 0, "", 0.0, run)
        left = sampling.max_new_tokens - len(begun)
        reading = clock()
        late = circles = False
        for step in loaded.model.generate(ids, [replace(sampling, max_new_tokens=left)]) if left > 0 else ():
            now = clock()
            if isinstance(step, Reading):
                reading = now
                reply = replace(reply, read=step.done, kept=step.kept)
            elif step:
                written.add(step[0])
                circles = written.circles()
                rate = rate_of(len(written.tokens) - len(begun), now - reading)
                reply = replace(reply, text=written.text, tokens=written.tokens, rate=rate)
            reply = replace(reply, run=replace(run, seconds=now))
            yield reply
            late = spent() > self.limits.seconds
            if late or circles:
                break
        if circles:
            yield replace(reply, ended="circles")
            return
        written.end()
        ended: Ending = "time" if late else "length" if len(reply.tokens) >= sampling.max_new_tokens else "end"
        yield replace(reply, text=written.text, ended=ended)


def check_rival(reply: ChatReply, at: object, rival: object) -> tuple[int, int]:
    """`at` and `rival` where token `at` of `reply` has a rival of that id that is text, else raise InputError."""
    place = check_whole(at, "at", 0, len(reply.tokens) - 1)
    rivals = reply.tokens[place].rivals
    found = next((each.id for each in rivals if each.id == rival and not each.control), None)
    if found is None:
        raise InputError("rival", f"rival must be one of the tokens {', '.join(str(each.id) for each in rivals)}.")
    return place, found
