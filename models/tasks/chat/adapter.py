"""Chat: a reply to a conversation, token by token, with how sure the model was of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from models.catalog.choice import Choice
from models.engines.base import Reading, Sampling
from models.explain.tokens import Token, Transcript
from models.runtime.limits import check_number, check_text, check_whole
from models.runtime.memory import retried
from models.runtime.progress import Report, ignore
from models.runtime.provenance import Run, stopwatch
from models.tasks.chat.attention import ReplyAttention, ReplyReader
from models.tasks.chat.messages import Message, read_history
from models.tasks.chat.prompt import Prompt, fit

Ending = Literal["", "end", "length", "time", "circles"]

TEMPERATURE_LIMIT = 2.0
SYSTEM_LIMIT = 2_000


@dataclass(frozen=True)
class ChatReply:
    """A reply so far. `read` of the `run.tokens` tokens of `prompt` are read; `run.dropped` did not fit.

    `ended` is empty while there is more to come, then tells why there is not: the model was done, the reply reached
    its length, the time was up, or it went round in circles. `rate` is in tokens a second, 0 until it is known. `kept`
    tokens of the prompt were read for an earlier reply.
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

    def __call__(self, message: str, *options: Any, **named: Any) -> ChatReply:
        """The whole reply; takes what `stream` takes."""
        *_, reply = self.stream(message, *options, **named)
        return reply

    def look(self, reply: ChatReply, report: Report = ignore) -> Iterator[ReplyAttention]:
        """Read `reply` again with the copy of the model that tells its attention; see `ReplyReader.stream`."""
        return ReplyReader(self.cache, self.using(reply.run.model).spec, self.limits).stream(
            reply.prompt, reply.tokens, report
        )

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
        """Yield the reply as it grows: first while the prompt is read, then token by token.

        When the conversation is longer than the model's context, its oldest turns are left out. Raises InputError
        when not even the last message fits. Closing the generator ends the compute and releases the model.
        """
        self.check(message, history, system, max_new_tokens, temperature, top_p)
        spent = stopwatch()
        conversation = (*read_history(history, self.limits.text), Message("user", message))
        with self.cache.lease(self.spec, report) as loaded:
            clock = stopwatch()
            prompt = fit(loaded, system, conversation, int(max_new_tokens))
            run = Run(self.spec.name, loaded.device, len(prompt.ids), prompt.dropped_tokens, 0.0, loaded.engine)
            reply = ChatReply("", (), prompt, 0, "", 0.0, run)
            written = Transcript(loaded.tokenizer)
            sampling = Sampling(int(max_new_tokens), float(temperature), float(top_p), seed)
            reading = clock()
            late = circles = False
            for step in loaded.model.generate(prompt.ids, [sampling]):
                now = clock()
                if isinstance(step, Reading):
                    reading = now
                    reply = replace(reply, read=step.done, kept=step.kept)
                elif step:
                    written.add(step[0])
                    circles = written.circles()
                    rate = len(written.tokens) / (now - reading)
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
            ended: Ending = "time" if late else "length" if len(reply.tokens) == max_new_tokens else "end"
            yield replace(reply, text=written.text, ended=ended)
