"""Encodes a conversation for a chat model, cut to its context; control tokens in messages are plain text."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.runtime.cache import Loaded
from models.runtime.limits import InputError
from models.tasks.chat.messages import Message
from models.text.sentences import Span

# Tokens of the prompt and the reply together: two CPU cores read this much in a few seconds.
CONTEXT = 2_048
# What stands in for the text of a message, by its number, while the chat template is filled in.
STAND_IN = "\ue000{}\ue001"
STANDS_IN = re.compile("\ue000(\\d+)\ue001")


@dataclass(frozen=True)
class Part:
    """A stretch of a prompt: one control token, or the text between two of them.

    `offsets` are the places of its tokens `ids` in `text`, (start, end) in characters; the spans `contents` are the
    texts of the messages, and the rest of `text` comes from the chat template.
    """

    text: str
    ids: list[int]
    offsets: list[tuple[int, int]]
    control: bool
    contents: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Prompt:
    """The tokens that the model reads, and how many messages were left out to fit its context."""

    parts: tuple[Part, ...]
    dropped_turns: int = 0
    dropped_tokens: int = 0

    @property
    def ids(self) -> list[int]:
        """The tokens."""
        return [token for part in self.parts for token in part.ids]

    @property
    def messages(self) -> tuple[str, ...]:
        """The texts of the messages, that of the system first where there is one."""
        return tuple(span.of(part.text) for part in self.parts for span in part.contents)


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

    def encode(first: int) -> tuple[Part, ...]:
        messages = [(message.role, message.text) for turn in turns[first:] for message in turn]
        return encode_chat(loaded.tokenizer, [("system", system), *messages] if system else messages)

    def count(first: int) -> int:
        return sum(len(part.ids) for part in encode(first))

    room = min(CONTEXT, loaded.model.info.context) - max_new_tokens
    first = bisect_left(range(len(turns)), True, key=lambda n: count(n) <= room)
    if first == len(turns):
        raise InputError(
            "message",
            f"message takes {count(first - 1):,} tokens with the system prompt; at most {room:,} fit beside a "
            f"reply of {max_new_tokens}. Shorten it.",
        )
    prompt = Prompt(encode(first))
    return Prompt(prompt.parts, first, count(0) - len(prompt.ids)) if first else prompt


def encode_chat(tokenizer: Any, messages: Sequence[tuple[str, str]]) -> tuple[Part, ...]:
    """The tokens of `messages`, each a role and a text, up to where the reply begins.

    The template is filled with stand-ins and split at its control tokens before the texts are put in, so that what
    looks like a control token in a text is text. The tokenizer, shared by threads, is never switched.
    """
    chat = [{"role": role, "content": STAND_IN.format(number)} for number, (role, _) in enumerate(messages)]
    rendered = tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
    control: dict[str, int] = tokenizer.added_tokens_encoder
    longest_first = sorted(control, key=len, reverse=True)
    pieces = re.split(f"({'|'.join(map(re.escape, longest_first))})", rendered)
    return tuple(
        Part(piece, [control[piece]], [(0, len(piece))], True)
        if piece in control
        else _text_part(tokenizer, piece, messages)
        for piece in pieces
        if piece
    )


def _text_part(tokenizer: Any, piece: str, messages: Sequence[tuple[str, str]]) -> Part:
    """The part that `piece` of a template becomes when the texts are put in for their stand-ins."""
    text, contents, at = "", [], 0
    for stand_in in STANDS_IN.finditer(piece):
        text += piece[at : stand_in.start()]
        content = messages[int(stand_in[1])][1]
        contents.append(Span(len(text), len(text) + len(content)))
        text += content
        at = stand_in.end()
    text += piece[at:]
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    return Part(text, encoded["input_ids"], encoded["offset_mapping"], False, tuple(contents))
