"""Chat as a task of the page, tables and comparisons."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from models.catalog.bundled import SMOLLM2
from models.runtime.cache import ModelCache
from models.runtime.limits import Limits, check_whole
from models.runtime.progress import Report, last
from models.tasks.chat.adapter import SYSTEM_LIMIT, Chatter
from models.tasks.sampling import NEW_TOKENS, SAMPLING, sampled, seed_of
from models.tasks.spec import Models, Option, Outcome, Result, Row, Rows, RowTask, TaskSpec, Values, Work, chosen_model

# In a table a reply may be as long as the server allows.
REPLY_TOKENS = replace(NEW_TOKENS, high=math.inf)
SYSTEM = Option("system", "System prompt", "text", "", high=SYSTEM_LIMIT, limit="text")


def work(cache: ModelCache, models: Models, values: Values, limits: Limits) -> Work:
    """A reply to the text as a message."""
    chatter = Chatter(cache, chosen_model(models, values), limits)
    options = {
        "system": values["system"],
        "max_new_tokens": values["new_tokens"],
        "temperature": values["temperature"],
        "top_p": values["top_p"],
    }
    seed = seed_of(values)

    def stream(report: Report) -> Iterator[Outcome]:
        for reply in chatter.stream(values["text"], **options, seed=seed, report=report):
            facts = sampled(len(reply.tokens), reply.rate, seed, values)
            yield Outcome(reply.text, reply.run, written=len(reply.tokens), facts=facts)

    return Work(partial(chatter.check, values["text"], **options), stream)


def rows(cache: ModelCache, options: Values, limits: Limits) -> RowTask:
    """The chat model's reply to each row's message, always the likeliest one."""
    chatter = Chatter(cache, SMOLLM2, limits)
    tokens = check_whole(options.get("new_tokens", REPLY_TOKENS.value(limits)), "new_tokens", 1, limits.new_tokens)

    def run(rows: Sequence[Row], report: Report) -> list[Result]:
        streams = (chatter.stream(row["message"], max_new_tokens=tokens, report=report) for row in rows)
        found = [last(stream, chatter.spec.name, report) for stream in streams]
        return [{"reply": one.text, "tokens": len(one.tokens)} for one in found]

    def check(message: object) -> None:
        chatter.check(message, max_new_tokens=tokens)

    return RowTask(("reply", "tokens"), check, run, length="reply")


TASK = TaskSpec(
    "chat",
    "Chat",
    work,
    lambda offers: offers.chat,
    options=(SYSTEM, *SAMPLING),
    rows=Rows(rows, ("message",), options=(REPLY_TOKENS,)),
    fields={"message": "text", "max_new_tokens": "new_tokens"},
)
