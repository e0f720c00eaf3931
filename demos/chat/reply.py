"""The status line of a chat reply, and the reply as JSON."""

from dataclasses import asdict, replace
from typing import Any

from demos.status import describe, new_tokens, reading, speed
from demos.words import say, say_count
from models.tasks.chat.adapter import ChatReply
from models.tasks.chat.prompt import Prompt


def status_of(reply: ChatReply) -> str:
    """The status line under `reply`, finished or not."""
    if not reply.tokens and not reply.ended:
        return reading(reply.read, reply.run.tokens)
    kept = say("{n:,} of them read before", n=reply.kept) if reply.kept else ""
    endings = {
        "length": say("cut at the reply length"),
        "time": say("cut: the time was up"),
        "circles": say("ended: it began to repeat itself"),
    }
    facts = [kept, new_tokens(len(reply.tokens)), speed(reply.rate), endings.get(reply.ended, "")]
    return describe(reply.run, *(fact for fact in facts if fact))


def notice_of(reply: ChatReply) -> str:
    """A notice if old turns no longer fit, else an empty string."""
    dropped = reply.prompt.dropped_turns
    if not dropped:
        return ""
    return say_count(
        dropped,
        "The model did not read the oldest turn ({tokens:,} tokens): the conversation is longer than its context.",
        "The model did not read the oldest {n} turns ({tokens:,} tokens): the conversation is longer than its context.",
        tokens=reply.run.dropped,
    )


def plain(reply: ChatReply) -> dict[str, Any]:
    """`reply` as JSON, without the tokens of its prompt."""
    return asdict(replace(reply, prompt=Prompt((), reply.prompt.dropped_turns, reply.prompt.dropped_tokens)))
