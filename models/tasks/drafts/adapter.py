"""Drafts: several sampled continuations of a text, with the likeliest tokens at each position."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from models.catalog.choice import Choice
from models.engines.base import LIKELIEST, Reading, Sampling
from models.explain.distribution import Distribution, distribution
from models.explain.tokens import Candidate, Token, Transcript, boundary, candidates, control_tokens
from models.runtime.limits import check_number, check_text, check_whole
from models.runtime.memory import retried
from models.runtime.progress import Report, ignore, last
from models.runtime.provenance import Run, rate_of, stopwatch

Ending = Literal["", "end", "length", "time", "circles"]

MOST_DRAFTS = 4
DRAFT_LIMIT = 128
TEMPERATURE_LIMIT = 2.0
# Seeds are whole numbers from 0; the drafts of one call have neighbouring ones.
SEED_LIMIT = 999_999_999
# Tokens of the text and a draft together; of a longer text the last ones are read.
CONTEXT = 2_048


@dataclass(frozen=True)
class Draft:
    """One continuation so far; its `seed` alone, with the same settings, draws it again.

    `ended` is empty during generation, then the reason for its end: an end token, the maximum length, the time limit,
    or repetition.
    """

    seed: int
    text: str
    tokens: tuple[Token, ...]
    ended: Ending


@dataclass(frozen=True)
class Drafts:
    """All drafts so far. `read` of the text's `run.tokens` tokens are read; `next` are the likeliest to follow it.

    `rate` is in tokens a second of all drafts together, 0 until it is known. `distribution` has more of the next tokens
    once the text is read, where there are no drafts.
    """

    next: tuple[Candidate, ...]
    drafts: tuple[Draft, ...]
    read: int
    rate: float
    run: Run
    distribution: Distribution | None = None


@dataclass(frozen=True)
class Drafter(Choice):
    """Continues texts with the causal language model of `spec`, without a chat template."""

    def check(
        self,
        text: object,
        drafts: object = 3,
        max_new_tokens: object = 48,
        temperature: object = 0.8,
        top_p: object = 0.95,
        seed: object = None,
    ) -> None:
        """Raise InputError where an argument cannot be used."""
        check_text(text, "text", self.limits.text)
        if check_whole(drafts, "drafts", 0, MOST_DRAFTS):
            check_whole(max_new_tokens, "max_new_tokens", 1, min(DRAFT_LIMIT, self.limits.new_tokens))
        check_number(temperature, "temperature", 0, TEMPERATURE_LIMIT)
        check_number(top_p, "top_p", 0, 1)
        if seed is not None:
            check_whole(seed, "seed", 0, SEED_LIMIT)

    def __call__(self, text: str, *options: Any, report: Report = ignore, **named: Any) -> Drafts:
        """All complete drafts; takes the arguments of `stream`."""
        named["report"] = report
        return last(self.stream(text, *options, **named), self.spec.name, report)

    @retried
    def stream(
        self,
        text: str,
        drafts: int = 3,
        max_new_tokens: int = 48,
        temperature: float = 0.8,
        top_p: float = 0.95,
        seed: int | None = None,
        report: Report = ignore,
    ) -> Iterator[Drafts]:
        """Stream the drafts, first while `text` is read; with 0 `drafts`, only the likeliest next tokens.

        The first draft is sampled with `seed`, a random one by default, the others with the seeds that follow it.
        Closing the generator cancels the computation and releases the model.
        """
        self.check(text, drafts, max_new_tokens, temperature, top_p, seed)
        spent = stopwatch()
        first = secrets.randbelow(SEED_LIMIT - MOST_DRAFTS) if seed is None else int(seed)
        seeds = [(first + number) % (SEED_LIMIT + 1) for number in range(int(drafts))]
        with self.cache.lease(self.spec, report) as loaded:
            clock = stopwatch()
            tokenizer = loaded.tokenizer
            ids = tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
            room = min(CONTEXT, loaded.model.info.context) - int(max_new_tokens) - 1
            run = Run(self.spec.name, loaded.device, min(len(ids), room), max(0, len(ids) - room), 0.0, loaded.engine)
            result = Drafts((), tuple(Draft(seed, "", (), "") for seed in seeds), 0, 0.0, run)
            written = [Transcript(tokenizer) for _ in seeds]
            samplings = [Sampling(int(max_new_tokens), float(temperature), float(top_p), seed) for seed in seeds]
            prompt = [boundary(tokenizer), *ids[-room:]]
            reading = clock()
            late, circles = False, set[int]()
            for step in loaded.model.generate(prompt, samplings, ends=control_tokens(tokenizer)):
                now = clock()
                if isinstance(step, Reading):
                    reading = now
                    following = candidates(tokenizer, step.likeliest)
                    result = replace(result, read=max(0, step.done - 1), next=following[:LIKELIEST])
                    if following and not seeds:
                        known = distribution(following, loaded.model.info.vocabulary)
                        result = replace(result, distribution=known)
                elif step:
                    for number, new in step.items():
                        if number not in circles:
                            written[number].add(new)
                            circles |= {number} if written[number].circles() else set()
                    rate = rate_of(sum(len(one.tokens) for one in written), now - reading)
                    grown = tuple(map(_grown, result.drafts, written))
                    result = replace(result, drafts=grown, rate=rate)
                result = replace(result, run=replace(run, seconds=now))
                yield result
                late = spent() > self.limits.seconds
                if late or len(circles) == len(seeds) > 0:
                    break
            done = [
                replace(draft, ended="circles") if n in circles else _ended(draft, one, int(max_new_tokens), late)
                for n, (draft, one) in enumerate(zip(result.drafts, written, strict=True))
            ]
            yield replace(result, drafts=tuple(done))


def _grown(draft: Draft, written: Transcript) -> Draft:
    return replace(draft, text=written.text, tokens=written.tokens)


def _ended(draft: Draft, written: Transcript, length: int, late: bool) -> Draft:
    written.end()
    ended: Ending = "length" if len(draft.tokens) == length else "time" if late else "end"
    return replace(_grown(draft, written), ended=ended)
