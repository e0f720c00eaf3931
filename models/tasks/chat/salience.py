"""What each word of a conversation did for a token or a sentence of the reply, and why it was not another token."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from models.engines.base import Reading, Sampling
from models.runtime.cache import Loaded, ModelCache
from models.runtime.limits import DEFAULT_LIMITS, InputError, Limits
from models.runtime.memory import retried
from models.runtime.placing import placed
from models.runtime.progress import Report, ignore, last
from models.runtime.provenance import Run, stopwatch
from models.runtime.spec import ModelSpec
from models.tasks.chat.messages import Message
from models.tasks.chat.prompt import Prompt, fit
from models.text.sentences import Span, stripped
from models.text.words import joined, word_at, words

# Words that are measured, the last ones of what was said: each is one more reading.
MOST_WORDS = 48
# Added to a token's logit so that it is chosen, and its probability reported.
CERTAIN = 100.0


@dataclass(frozen=True)
class PromptWord:
    """A word of a message: number `message` of those in the prompt, characters `start` to `end` of its text."""

    message: int
    start: int
    end: int
    text: str
    positions: tuple[int, ...]


@dataclass(frozen=True)
class Target:
    """The tokens `start` to `end` of a reply; with a `rival`, a single one, which is compared with that token."""

    start: int
    end: int
    rival: int | None = None


@dataclass(frozen=True)
class Salience:
    """What each of `words` did for the target, as far as it is measured.

    `messages` are the texts in the prompt, the words' own. `score` is the natural log of the target's probability, or
    its lead over the rival: the difference of both logs. `left_out` has the score less that without the word, which is
    occlusion; `gradients` are integrated gradients, from the same text with the mean of all tokens in place of words.
    Both are in the order of `words`, of `word_count` in all; `gap` is what the gradients miss, as a share of the change
    of the score, and None before there are any. `passes` counts readings of the prompt.
    """

    messages: tuple[str, ...]
    words: tuple[PromptWord, ...]
    word_count: int
    score: float
    left_out: tuple[float, ...]
    gradients: tuple[float, ...]
    gap: float | None
    steps: int
    passes: int
    run: Run


@dataclass(frozen=True)
class SalienceReader:
    """Measures the words with the chat model of `spec`; the gradients with its copy in torch, where that fits."""

    cache: ModelCache
    spec: ModelSpec
    limits: Limits = DEFAULT_LIMITS

    @property
    def has_gradients(self) -> bool:
        """Whether the model's copy in torch fits into the memory for models."""
        return self.spec.with_attention().nbytes <= self.cache.budget

    def __call__(self, prompt: Prompt, reply: Sequence[int], target: Target, report: Report = ignore) -> Salience:
        """All that can be measured before the deadline."""
        return last(self.stream(prompt, reply, target, report), self.spec.name, report)

    @placed
    def of_text(
        self, conversation: Sequence[Message], system: str, reply: str, target: str, rival: str, report: Report = ignore
    ) -> Salience:
        """What the words of `conversation` did for the part `target` of `reply`, or for all of it where that is empty.

        With a `rival`, the first token of `target` is compared with that of `rival`. Raises InputError where the reply
        does not hold the target, or both begin with the same token.
        """
        with self.cache.lease(self.spec, report) as loaded:
            encoded = loaded.tokenizer(reply, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
            ids: list[int] = encoded["input_ids"]
            start, end = within(encoded["offset_mapping"], reply, target)
            instead = None
            if rival:
                first, end = loaded.tokenizer.decode([ids[start]]), start + 1
                spaced = f" {rival.lstrip()}" if first.startswith(" ") else rival
                instead = loaded.tokenizer(spaced, add_special_tokens=False)["input_ids"][0]
                if instead == ids[start]:
                    raise InputError("rival", f"rival begins with the same token as the target, {first!r}. Change it.")
            prompt = fit(loaded, system, conversation, len(ids))
        return self(prompt, ids, Target(start, end, instead), report)

    @retried
    def stream(
        self, prompt: Prompt, reply: Sequence[int], target: Target, report: Report = ignore
    ) -> Iterator[Salience]:
        """Yield what is measured so far: the words left out one by one, then the gradients, better with every round.

        `reply` has the ids of the whole reply. Closing the generator ends the compute and releases the model.
        """
        spent = stopwatch()
        found = prompt_words(prompt)
        kept = found[-MOST_WORDS:]
        ids, wanted = [*prompt.ids, *reply[: target.start]], list(reply[target.start : target.end])
        with self.cache.lease(self.spec, report) as loaded:
            clock = stopwatch()
            whole = score(loaded, ids, wanted, target.rival)
            run = Run(self.spec.name, loaded.device, len(ids) + len(wanted) - 1, 0, clock(), loaded.engine)
            result = Salience(prompt.messages, kept, len(found), whole, (), (), None, 0, 1, run)
            yield result
            for word in kept:
                rest = [token for at, token in enumerate(ids) if at not in word.positions]
                effect = whole - score(loaded, rest, wanted, target.rival)
                left_out, passes = (*result.left_out, effect), result.passes + 1
                result = replace(result, left_out=left_out, passes=passes, run=replace(run, seconds=clock()))
                yield result
                if spent() > self.limits.seconds:
                    return
        if not self.has_gradients or not kept:
            return
        with self.cache.lease(self.spec.with_attention(), report) as loaded:
            from models.explain.causal_gradients import causal_gradients

            moved = sorted(at for word in kept for at in word.positions)
            for better in causal_gradients(loaded, ids, wanted, moved, target.rival):
                if better is not None:
                    sums = tuple(sum(better.values[at] for at in word.positions) for word in kept)
                    result = replace(result, gradients=sums, gap=better.gap, steps=better.steps)
                yield replace(result, run=replace(run, seconds=clock()))
                if spent() > self.limits.seconds:
                    return


def within(offsets: Sequence[tuple[int, int]], reply: str, target: str) -> tuple[int, int]:
    """The tokens, start and end, that the first `target` in `reply` lies in; all of them where `target` is empty.

    `offsets` are the places of the tokens of `reply`. Raises InputError where it does not hold the target.
    """
    place = reply.find(target)
    if place < 0:
        raise InputError("target", "target must be a part of the reply, as it is written there.")
    stop = place + len(target) if target else len(reply)
    inside = [at for at, (start, end) in enumerate(offsets) if start < stop and end > place]
    return inside[0], inside[-1] + 1


def prompt_words(prompt: Prompt) -> tuple[PromptWord, ...]:
    """The words of the messages in `prompt`, with the positions of their tokens among its ids.

    A token counts with the word at its first letter. Punctuation is not measured.
    """
    made, message, before = list[PromptWord](), 0, 0
    for part in prompt.parts:
        for said in part.contents:
            text = said.of(part.text)
            pieces = [(start - said.start, end - said.start) for start, end in part.offsets]
            spans = [span for span in joined(words(text), text, pieces) if any(map(str.isalnum, span.of(text)))]
            tokens: dict[Span, list[int]] = {span: [] for span in spans}
            for number, (start, end) in enumerate(part.offsets):
                if (word := word_at(spans, stripped(part.text, start, end).start - said.start)) is not None:
                    tokens[word].append(before + number)
            made += [
                PromptWord(message, span.start, span.end, span.of(text), tuple(at)) for span, at in tokens.items() if at
            ]
            message += 1
        before += len(part.ids)
    return tuple(made)


def score(loaded: Loaded, ids: Sequence[int], target: Sequence[int], rival: int | None) -> float:
    """The natural log of the probability that `target` follows `ids`, or its lead over `rival`."""
    if rival is not None:
        return _log(loaded, ids, target[0]) - _log(loaded, ids, rival)
    return sum(_log(loaded, [*ids, *target[:at]], token) for at, token in enumerate(target))


def _log(loaded: Loaded, ids: Sequence[int], token: int) -> float:
    """The natural log of the probability of `token` after `ids`; the model reports it of what is chosen."""
    for step in loaded.model.generate(ids, [Sampling(1)], {token: CERTAIN}, frozenset()):
        if not isinstance(step, Reading) and step:
            return math.log(max(step[0].probability, 1e-38))
    return -math.inf
