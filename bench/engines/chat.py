"""Rows about chat: whole replies, eight visitors at once, second turns, and the same tokens as bare llama.cpp."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

from bench import ours
from bench.engines.context import Context
from bench.engines.found import Table, Unanswered
from bench.engines.requests import LIMIT, ask
from bench.engines.sides import BESIDE, NOW, App, busy
from bench.llama import llama
from bench.rivals import Rival
from models.catalog.bundled import SMOLLM2_WEIGHTS
from models.engines.llama_cpp.server import BATCH
from models.engines.tokenizer import Tokenizer
from models.tasks.chat.prompt import encode_chat

TOKENS, SAME_TOKENS = 96, 64
VISITORS = 8
# Tokens of the message before a second turn, and of the reply to it.
CONVERSATION, REPLY = 1_000, 64
AGAIN = "And what was the weather like?"


def question(number: int) -> str:
    """A question with a long answer. Each begins in its own way, so that nothing of it was read before."""
    return f"Letter {number}: write a long letter to a friend about a summer at the sea."


def prompt(tokenizer: Tokenizer, message: str) -> list[int]:
    """The tokens that the model reads for `message`."""
    return [token for part in encode_chat(tokenizer, [("user", message)]) for token in part.ids]


def count(tokenizer: Tokenizer, text: str) -> int:
    """How many tokens `text` has."""
    return len(tokenizer(text, add_special_tokens=False)["input_ids"])


def rate(app: App, tokenizer: Tokenizer, number: int) -> float:
    """Tokens a second of a whole reply. Raises Unanswered where it hung, or was cut short."""
    answer = ask(app.http, "chat", [question(number), [], "", TOKENS, 0])
    written = count(tokenizer, answer.result)
    if written < TOKENS - 1:
        reason = f"only {written} of {TOKENS} tokens in {answer.seconds:.0f} s"
        raise Unanswered(reason, written / answer.seconds)
    return TOKENS / answer.seconds


def rate_of_llama(rival: Rival, tokenizer: Tokenizer, number: int) -> float:
    """The same of bare llama.cpp."""
    answer = rival.ask({"ids": prompt(tokenizer, question(number)), "tokens": TOKENS})
    if answer["seconds"] > LIMIT:
        raise Unanswered(f"llama.cpp took {answer['seconds']:.0f} s")
    return len(answer["ids"]) / float(answer["seconds"])


@contextmanager
def beside(context: Context) -> Iterator[Rival | None]:
    """Bare llama.cpp, warm, where it is to be measured."""
    if not context.beside:
        yield None
        return
    with llama() as rival:
        rival.ask({"ids": prompt(context.tokenizer(SMOLLM2_WEIGHTS), "Hi."), "tokens": 8})
        yield rival


def replies(load: int, context: Context) -> Table:
    """Tokens a second of whole replies, with `load` busy processes, beside bare llama.cpp."""
    tokenizer, line = context.tokenizer(SMOLLM2_WEIGHTS), f"chat-{load}"
    with context.apps() as apps, beside(context) as rival, busy(load):
        measures = {(line, name): partial(rate, app, tokenizer) for name, app in apps.items()}
        if rival:
            measures[line, BESIDE] = partial(rate_of_llama, rival, tokenizer)
        return context.measured(measures)


def together(app: App, tokenizer: Tokenizer, visitors: int, number: int) -> float:
    """Tokens a second of all visitors, from the first request to the last answer. Raises Unanswered."""

    def visit(i: int) -> int:
        with app.server.calls() as http:
            return count(tokenizer, ask(http, "chat", [question(VISITORS * number + i), [], "", TOKENS, 0]).result)

    began = time.monotonic()
    with ThreadPoolExecutor(visitors) as pool:
        written = sum(pool.map(visit, range(visitors)))
    return written / (time.monotonic() - began)


def visitors(context: Context) -> Table:
    """Tokens a second of eight visitors together, beside one visitor of this commit."""
    tokenizer = context.tokenizer(SMOLLM2_WEIGHTS)
    with context.apps() as apps:
        measures = {("visitors", name): partial(together, app, tokenizer, VISITORS) for name, app in apps.items()}
        if NOW in apps:
            measures["visitors", BESIDE] = partial(together, apps[NOW], tokenizer, 1)
        return context.measured(measures)


def first_token(app: App, conversation: list[dict[str, str]]) -> float:
    """Seconds to the first token of a turn after `conversation`. Raises Unanswered."""
    return ask(app.http, "chat", [AGAIN, conversation, "", 2, 0]).first


def turns(context: Context) -> Table:
    """Seconds to the first token of a second turn, beside a conversation that this commit has not read before."""
    tokenizer = context.tokenizer(SMOLLM2_WEIGHTS)
    text = ours.beginning(tokenizer, ours.example(), CONVERSATION)

    def conversation(message: str, reply: str) -> list[dict[str, str]]:
        return [{"role": "user", "content": message}, {"role": "assistant", "content": reply}]

    def kept(app: App, number: int) -> float:
        message = f"Story {number}. {text}"
        reply = ask(app.http, "chat", [message, [], "", REPLY, 0]).result
        return first_token(app, conversation(message, reply))

    def anew(app: App, number: int) -> float:
        return first_token(app, conversation(f"Tale {number}. {text}", text[:250]))

    with context.apps() as apps:
        measures = {("turns", name): partial(kept, app) for name, app in apps.items()}
        measures |= {("anew", name): partial(anew, app) for name, app in apps.items()}
        found = context.measured(measures)
    if context.beside and NOW in apps:
        found["turns"][BESIDE] = found["anew"][NOW]
    return found


def equal(context: Context) -> Table:
    """For each of the 80 first questions of MT-bench, 1 where this commit writes what bare llama.cpp writes, else 0."""
    if context.data is None:
        raise Unanswered("needs --data with mt_bench_question.jsonl")
    with (context.data / "mt_bench_question.jsonl").open(encoding="utf-8") as file:
        messages = [json.loads(line)["turns"][0] for line in file]
    tokenizer = context.tokenizer(SMOLLM2_WEIGHTS)

    def same(app: App, rival: Rival, number: int) -> float:
        message = messages[number]
        reply = ask(app.http, "chat", [message, [], "", SAME_TOKENS, 0]).result
        answer = rival.ask({"ids": prompt(tokenizer, message), "tokens": SAME_TOKENS})
        bare = tokenizer.decode(answer["ids"], skip_special_tokens=True)
        if reply != bare:
            print(f"question {number + 1}: {reply!r}, llama.cpp {bare!r}", flush=True)
        return float(reply == bare)

    # Sums over batches of another size differ in their last bits, and a tie may fall the other way.
    with context.apps() as apps, llama(batch=BATCH) as rival:
        measures = {("equal", name): partial(same, app, rival) for name, app in apps.items() if name == NOW}
        return context.measured(measures, len(messages))
