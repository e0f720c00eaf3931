"""How complete the page's gradients are, and how long they take: `python -m bench.gradients [--prompts N]`.

Integrated gradients add up to the change of the score from the baseline to the text; the gap is what they miss of it.
Measured are tokens of replies to everyday prompts, alone and against the first rival; the sentiments of the examples of
that tab; and the answers to its questions. The target is a median gap of 1% and less in each group.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench import ours, results
from bench.beside import THREADS
from demos.question_answering.texts import QUESTIONS, contexts
from demos.sentiment.texts import EXAMPLES
from models.catalog.bundled import QUESTION_ANSWERING, SENTIMENT, SMOLLM2
from models.explain.causal_gradients import causal_gradients
from models.runtime.cache import ModelCache
from models.tasks.chat.adapter import Chatter
from models.tasks.chat.salience import MOST_WORDS, prompt_words
from models.tasks.question_answering.adapter import Answerer
from models.tasks.sentiment.adapter import SentimentReader

PROMPTS = (
    "Name three fruits.",
    "What is the capital of France?",
    "Anna has a dog called Bruno. What is the dog called?",
    "天空是什么颜色？",
    "Write one sentence about the sea.",
    "Is a whale a fish?",
    "Translate “good morning” into Spanish.",
    "What is 7 plus 5?",
    "法国的首都是哪里？",
    "Give me a word that rhymes with cat.",
    "Why is the sky blue?",
    "Who wrote Hamlet?",
    "I missed my train and I am late for work. Write a short message to my boss that says I am sorry.",
    "How many days are in a week?",
    "写一句问候。",
    "The ferry leaves at nine and takes forty minutes. My meeting begins at ten, a quarter of an hour from the "
    "harbour. Will I be on time?",
)
# Which token of each reply, and how long a reply is.
AT, WRITTEN = 3, 6
TARGET = 0.01


@dataclass(frozen=True)
class Case:
    """What was explained, the share of the score's change that is missing, the points of slopes, and the seconds."""

    group: str
    name: str
    gap: float
    steps: int
    seconds: float


def replies(cache: ModelCache, prompts: Sequence[str]) -> Iterator[Case]:
    """A token of the reply to each prompt, alone and against its first rival."""
    chatter = Chatter(cache, SMOLLM2)
    for prompt in prompts:
        reply = chatter(prompt, max_new_tokens=WRITTEN)
        at = min(AT, len(reply.tokens) - 1)
        token = reply.tokens[at]
        ids = [*reply.prompt.ids, *(each.id for each in reply.tokens[:at])]
        words = prompt_words(reply.prompt)[-MOST_WORDS:]
        moved = sorted(place for word in words for place in word.positions)
        read = f"{len(ids)} tokens"
        with cache.lease(SMOLLM2.with_attention()) as loaded:
            for rival in (None, token.rivals[0]):
                began = time.perf_counter()
                against = None if rival is None else rival.id
                *_, found = (each for each in causal_gradients(loaded, ids, [token.id], moved, against) if each)
                seconds = time.perf_counter() - began
                if rival is None:
                    yield Case("a token of a reply", f"{token.text!r}, {read}", found.gap, found.steps, seconds)
                else:
                    name = f"{token.text!r} and not {rival.text!r}, {read}"
                    yield Case("a token against its rival", name, found.gap, found.steps, seconds)


def sentiments(cache: ModelCache) -> Iterator[Case]:
    """The balance of each example; the gap is that of its worst sentence."""
    reader = SentimentReader(cache, SENTIMENT)
    for text in EXAMPLES.values():
        found = reader(text)
        began = time.perf_counter()
        *_, end = reader.gradients(text, found)
        yield Case("a sentiment", repr(text[:30]), end.gap, end.steps, time.perf_counter() - began)


def answers(cache: ModelCache) -> Iterator[Case]:
    """The best answer to each question of the examples that has one; the gap is the worse one of question and text."""
    answerer, texts = Answerer(cache, QUESTION_ANSWERING), contexts()
    for _, question, title in QUESTIONS:
        found = answerer(question, texts[title])
        if not found.answers:
            continue
        began = time.perf_counter()
        *_, end = answerer.reasons(question, texts[title], found.answers[0])
        if end.gap is not None:
            yield Case("an answer", repr(question), end.gap, end.steps, time.perf_counter() - began)


def row(group: str, cases: Sequence[Case]) -> str:
    """The row of a group in the table."""
    gaps, steps, seconds = ([getattr(case, name) for case in cases] for name in ("gap", "steps", "seconds"))
    within = sum(gap <= TARGET for gap in gaps)
    return (
        f"| {group} | {len(cases)} | {within} | {statistics.median(gaps):.2%} | {max(gaps):.2%} | "
        f"{statistics.median(steps):.0f} | {max(steps)} | {statistics.median(seconds):.1f} | {max(seconds):.1f} |"
    )


def main(arguments: Sequence[str]) -> None:
    """Print each case, and keep a table of the groups; exit with 1 where the median gap of one misses the target."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=int, default=len(PROMPTS), help="how many of the prompts")
    chosen = parser.parse_args(arguments)
    load = os.getloadavg()[0]
    cache, groups = ours.cache(), dict[str, list[Case]]()
    for cases in (replies(cache, PROMPTS[: chosen.prompts]), sentiments(cache), answers(cache)):
        for case in cases:
            groups.setdefault(case.group, []).append(case)
            measured = f"missing {case.gap:.2%}, {case.steps} points, {case.seconds:.1f} s"
            print(f"{case.group}: {case.name}: {measured}", flush=True)
    table = [
        "| | cases | within 1% | missing, median | worst | points, median | most | seconds, median | most |",
        "|---|---|---|---|---|---|---|---|---|",
        *(row(*each) for each in groups.items()),
        "",
        f"`python -m bench.gradients`: {THREADS} threads. Load of the machine before: {load:.1f}.",
    ]
    print("\n".join(table))
    results.write("Completeness of gradients", table)
    if any(statistics.median(case.gap for case in cases) > TARGET for cases in groups.values()):
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
