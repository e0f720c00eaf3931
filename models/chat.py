"""Chat: a reply to a conversation, token by token, with how sure the model was of each."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from models.cache import Loaded, ModelCache
from models.catalog import ModelSpec
from models.inputs import TEXT_LIMIT, InputError, check_choice, check_number, check_text, check_whole
from models.results import Run, stopwatch
from models.stages import Report, ignore

if TYPE_CHECKING:
    from models.decoding import Step

Role = Literal["user", "assistant"]
Ending = Literal["", "end", "length", "time"]

REPLY_LIMIT = 256
TEMPERATURE_LIMIT = 2.0
SYSTEM_LIMIT = 2_000
HISTORY_LIMIT = 1_000
# Tokens of the prompt and the reply together: two CPU cores read this much in a few seconds.
CONTEXT = 2_048
# A reply that takes longer, in seconds, ends with what it has.
DEADLINE = 55.0


@dataclass(frozen=True)
class Message:
    """What one side said."""

    role: Role
    text: str


@dataclass(frozen=True)
class Candidate:
    """A token as text, and its probability (0 to 1)."""

    text: str
    probability: float


@dataclass(frozen=True)
class Token:
    """One token of the reply with the likeliest other ones, best first."""

    text: str
    probability: float
    rivals: tuple[Candidate, ...]


@dataclass(frozen=True)
class ChatReply:
    """A reply so far. `read` of the `run.tokens` tokens of the prompt are read; `run.dropped` did not fit.

    `ended` is empty while there is more to come, then tells why there is not: the model was done, the reply reached
    its length, or the time was up. `rate` is in tokens a second, 0 until it is known.
    """

    text: str
    tokens: tuple[Token, ...]
    read: int
    dropped_turns: int
    ended: Ending
    rate: float
    run: Run


@dataclass(frozen=True)
class Prompt:
    """The tokens the model reads, and what of the conversation had to go for them to fit."""

    ids: list[int]
    dropped_turns: int
    dropped_tokens: int


def read_history(history: object) -> tuple[Message, ...]:
    """The messages of `history`: each a Message, or a dict whose content is text or a list of text parts.

    Raises InputError at anything else: an unknown role, another type, a text that is too long.
    """
    if not isinstance(history, list | tuple):
        raise InputError("history", f"history must be a list of messages, not {type(history).__name__}.")
    if len(history) > HISTORY_LIMIT:
        raise InputError("history", f"history has {len(history):,} messages; at most {HISTORY_LIMIT:,} are allowed.")
    return tuple(_message(entry) for entry in history)


def _message(entry: object) -> Message:
    if isinstance(entry, Message):
        return entry
    if not isinstance(entry, dict) or not {"role", "content"} <= entry.keys():
        raise InputError("history", "Each message of history must have a role and a content.")
    role: Role = "user" if check_choice(entry["role"], "history", ("user", "assistant")) == "user" else "assistant"
    text = message_text(entry["content"])
    # A reply may have no word in it: it was stopped before its first, or is all dots.
    check_text(text if role == "user" else f"reply{text}", "history", TEXT_LIMIT)
    return Message(role, text)


def message_text(content: object) -> str:
    """The text of a message's content. Raises InputError when there is anything but text."""
    parts = content if isinstance(content, list) else [content]
    texts = [part.get("text") if isinstance(part, dict) and part.get("type") == "text" else part for part in parts]
    if not all(isinstance(text, str) for text in texts):
        raise InputError("history", "The content of a message must be text, or a list of text parts.")
    return "".join(str(text) for text in texts)


@dataclass(frozen=True)
class Chatter:
    """Replies with the causal language model of `spec`."""

    cache: ModelCache
    spec: ModelSpec

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
        check_text(message, "message", TEXT_LIMIT)
        read_history(history)
        if system != "":
            check_text(system, "system", SYSTEM_LIMIT)
        check_whole(max_new_tokens, "max_new_tokens", 1, REPLY_LIMIT)
        check_number(temperature, "temperature", 0, TEMPERATURE_LIMIT)
        check_number(top_p, "top_p", 0, 1)

    def __call__(self, message: str, *options: Any, **named: Any) -> ChatReply:
        """The whole reply; takes what `stream` takes."""
        *_, reply = self.stream(message, *options, **named)
        return reply

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
        conversation = (*read_history(history), Message("user", message))
        with self.cache.lease(self.spec, report) as loaded:
            import torch

            from models.decoding import Detokenizer, Reading, Sampling, decode

            clock = stopwatch()
            prompt = fit(loaded, system, conversation, int(max_new_tokens))
            run = Run(self.spec.name, loaded.device, len(prompt.ids), prompt.dropped_tokens, 0.0)
            reply = ChatReply("", (), 0, prompt.dropped_turns, "", 0.0, run)
            detokenizer = Detokenizer(loaded.tokenizer)
            sampling = Sampling(int(max_new_tokens), float(temperature), float(top_p), seed)
            reading = clock()
            late = False
            for step in decode(loaded, torch.tensor([prompt.ids]), sampling):
                now = clock()
                if isinstance(step, Reading):
                    reading = now
                    reply = replace(reply, read=step.done)
                else:
                    tokens = (*reply.tokens, _token(loaded.tokenizer, step))
                    rate = len(tokens) / (now - reading)
                    reply = replace(reply, text=detokenizer.add(step.token), tokens=tokens, rate=rate)
                reply = replace(reply, run=replace(run, seconds=now))
                yield reply
                late = now > DEADLINE
                if late:
                    break
            ended: Ending = "time" if late else "length" if len(reply.tokens) == max_new_tokens else "end"
            yield replace(reply, text=detokenizer.text(), ended=ended)


def fit(loaded: Loaded, system: str, conversation: Sequence[Message], max_new_tokens: int) -> Prompt:
    """The prompt for `conversation`, less its oldest turns where the context is too small for all and the reply.

    A turn is a message of the user with what answered it; the last one always stays. Raises InputError when that
    alone is too long.
    """
    turns: list[list[Message]] = []
    for message in conversation:
        if message.role == "user" or not turns:
            turns.append([])
        turns[-1].append(message)

    def encode(first: int) -> list[int]:
        return _encode(loaded.tokenizer, system, [message for turn in turns[first:] for message in turn])

    room = min(CONTEXT, loaded.model.config.max_position_embeddings) - max_new_tokens
    first = bisect_left(range(len(turns)), True, key=lambda n: len(encode(n)) <= room)
    if first == len(turns):
        raise InputError(
            "message",
            f"message takes {len(encode(first - 1)):,} tokens with the system prompt; at most {room:,} fit beside a "
            f"reply of {max_new_tokens}. Shorten it.",
        )
    ids = encode(first)
    return Prompt(ids, first, len(encode(0)) - len(ids) if first else 0)


def _encode(tokenizer: Any, system: str, messages: Sequence[Message]) -> list[int]:
    """The tokens of a conversation up to where the reply begins. What looks like a control token in it is text."""
    chat = [{"role": message.role, "content": message.text} for message in messages]
    if system:
        chat.insert(0, {"role": "system", "content": system})
    encoded = tokenizer.apply_chat_template(chat, add_generation_prompt=True, sanitize_control_tokens=True)
    ids: list[int] = encoded["input_ids"]
    return ids


def _token(tokenizer: Any, step: "Step") -> Token:
    def text(token: int) -> str:
        return str(tokenizer.decode([token], clean_up_tokenization_spaces=False))

    rivals = tuple(Candidate(text(rival.token), rival.probability) for rival in step.rivals)
    return Token(text(step.token), step.probability, rivals)
