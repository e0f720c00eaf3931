"""How many of forty everyday prompts a chat model answers rightly: `python -m bench.chat_prompts [--model NAME]`."""

import argparse
import sys
from collections.abc import Sequence

import model_setup
import settings
from bench import results
from bench.chat_prompts.prompts import PROMPTS, Prompt
from models.catalog.bundled import QWEN, SMOLLM2
from models.runtime.limits import Limits
from models.tasks.chat.adapter import ChatReply, Chatter
from models.tasks.chat.messages import Message

TOKENS = 128
AT_LEAST = {QWEN.name: 33}


def reply_to(chatter: Chatter, prompt: Prompt) -> ChatReply:
    """The reply to the last turn, with the system prompt that the page has."""
    said: list[Message] = []
    for turn in prompt.turns:
        history = [{"role": message.role, "content": message.text} for message in said]
        reply = chatter(turn, history, chatter.spec.system, TOKENS)
        said += [Message("user", turn), Message("assistant", reply.text)]
    return reply


def main(arguments: Sequence[str]) -> None:
    """Print the score by kind and keep it; exit with 1 where too few are right, or a reply went in circles."""
    parser = argparse.ArgumentParser(prog="python -m bench.chat_prompts", description=__doc__)
    parser.add_argument("--model", default=QWEN.name, choices=(QWEN.name, SMOLLM2.name))
    name = parser.parse_args(arguments).model
    spec = QWEN if name == QWEN.name else SMOLLM2
    # However busy the machine is, each reply is judged whole.
    chatter = Chatter(model_setup.make_cache(settings.read([])), spec, limits=Limits(seconds=3_600))
    right: dict[str, int] = {}
    circles = 0
    for kind, prompts in PROMPTS.items():
        replies = [(prompt, reply_to(chatter, prompt)) for prompt in prompts]
        right[kind] = sum(prompt.right(reply.text) for prompt, reply in replies)
        circles += sum(reply.ended == "circles" for _, reply in replies)
        for prompt, reply in replies:
            print(
                f"{'right' if prompt.right(reply.text) else 'WRONG'} {prompt.turns[-1]!r}: {reply.text!r}", flush=True
            )
    total = sum(map(len, PROMPTS.values()))
    kinds = ", ".join(f"{kind} {found} of {len(PROMPTS[kind])}" for kind, found in right.items())
    lines = [
        f"{name}: {sum(right.values())} of {total} everyday prompts right at temperature 0 ({kinds}).",
        f"{circles} went in circles.",
    ]
    print("\n".join(lines))
    results.write(f"Chat: prompts, {name}", [f"`python -m bench.chat_prompts --model {name}`", "", *lines])
    if sum(right.values()) < AT_LEAST.get(name, 0) or (circles and name in AT_LEAST):
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
