"""A chat reply in words, and as JSON."""

from dataclasses import asdict, replace
from typing import Any

from demos.status import describe
from models.chat import ChatReply
from models.chat_prompt import Prompt

ENDINGS = {"": "", "end": "", "length": "cut at the reply length", "time": "cut: the time was up"}


def status_of(reply: ChatReply) -> str:
    """The status line under `reply`, finished or not."""
    if not reply.tokens and not reply.ended:
        return f"Reading {reply.read:,} of {reply.run.tokens:,} tokens"
    kept = f"{reply.kept:,} of them read before" if reply.kept else ""
    facts = [kept, f"{len(reply.tokens)} new tokens", f"{reply.rate:.1f} tokens/s", ENDINGS[reply.ended]]
    return describe(reply.run, *(fact for fact in facts if fact))


def notice_of(reply: ChatReply) -> str:
    """What to tell when old turns no longer fit, else nothing."""
    dropped = reply.prompt.dropped_turns
    if not dropped:
        return ""
    turns = "turn" if dropped == 1 else f"{dropped} turns"
    return (
        f"The model did not read the oldest {turns} ({reply.run.dropped:,} tokens): "
        "the conversation is longer than its context."
    )


def plain(reply: ChatReply) -> dict[str, Any]:
    """`reply` as JSON, without the tokens of its prompt."""
    return asdict(replace(reply, prompt=Prompt((), reply.prompt.dropped_turns, reply.prompt.dropped_tokens)))
