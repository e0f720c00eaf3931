"""Summaries that a small chat model writes: of a text, or of the summaries of its parts where it is long."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from models.engines.base import Reading, Sampling
from models.explain.tokens import Detokenizer
from models.runtime.cache import Loaded
from models.tasks.chat.prompt import Prompt, encode_chat
from models.text.sentences import joined, sentences
from models.text.words import is_wide, words

# The model was trained on 2,048 tokens: this leaves room for the instruction and the summary.
WINDOW = 1_536
# About a minute's reading for two cores; a longer text loses its end, and the result says how much.
READING_LIMIT = 16_384
# The number of sentences that summarize each part of a long text, before their summaries are summarized together.
PART = 3
TOKENS_BEFORE, TOKENS_A_SENTENCE = 40, 40
# So many words in a row of an earlier sentence make a sentence a repetition of it.
SAME_WORDS = 12
# What is added to the logits of the text's own words, so that the small model invents less. Twice as much joined facts
# that do not belong together; forbidding repeated n-grams instead made it misspell names.
OWN_WORDS = 1.0
GLUE = " the a an of to and in on for by with is was are were has have had that said not it . ,"
COUNT_IN_WORDS = {1: "one sentence", 3: "up to three sentences"}
# The instruction that SmolLM2 was trained to summarize with.
INSTRUCTION = (
    "Provide a concise, objective summary of the input text in {count}, focusing on key actions and intentions "
    "without using second or third person pronouns."
)
# The same in Chinese: with an English instruction the model copies Chinese text instead of summarizing it.
IN_CHINESE = "用不超过{count}句话概括这段文字，只用文中的事实。"
CHINESE_COUNTS = {1: "一", 3: "三", 6: "六"}
# The last place where a sentence may break off: before a space, or after a Chinese clause.
BREAK = re.compile(r"\s\S*$|(?<=[，、；])[^，、；]*$")
FINISHED = re.compile(r"[.!?。！？…][\"'”’」』）》)\]]*$")


@dataclass(frozen=True)
class Writing:
    """A summary as it grows, and what is being done; tokens of the visitor's text that are read, and left out.

    `circles` is whether it was ended because it went round in circles.
    """

    text: str
    doing: str
    tokens: int
    dropped: int
    circles: bool = False


# Writes the summary of one window: the model, its text, how many sentences, which part, tokens read and dropped.
WriteOne = Callable[[Loaded, str, int, str, int, int], Generator[Writing, None, None]]


def write(loaded: Loaded, text: str, count: int, prefix: str = "") -> Generator[Writing, None, None]:
    """Summarize `text` in at most `count` sentences; the last Writing holds the whole summary.

    A text of several windows is summarized window by window, then the summaries together, until one window is enough.
    Closing the generator ends the compute. The caller holds the lease. A chat model needs no `prefix`.
    """
    yield from in_windows(loaded, text, count, WINDOW, _write_one)


def in_windows(loaded: Loaded, text: str, count: int, size: int, write_one: WriteOne) -> Generator[Writing, None, None]:
    """Summarize `text` in windows of `size` tokens by `write_one`, then the summaries, until one window is enough."""
    windows, tokens, dropped = split(loaded, text, size)
    while len(windows) > 1:
        parts: list[str] = []
        for number, window in enumerate(windows, 1):
            part = Writing("", "", tokens, dropped)
            for part in write_one(loaded, window, PART, f" part {number} of {len(windows)}", tokens, dropped):
                yield part
            parts.append(part.text)
        if not any(parts):
            return
        windows, *_ = split(loaded, "\n".join(parts), size)
    yield from write_one(loaded, windows[0], count, "", tokens, dropped)


def split(loaded: Loaded, text: str, size: int = WINDOW) -> tuple[list[str], int, int]:
    """Cut `text` into even windows of at most `size` tokens, at sentence starts where there are any.

    Also returns how many tokens are read, and how many are left out.
    """
    encoded = loaded.tokenizer(text, return_offsets_mapping=True, add_special_tokens=False, verbose=False)
    starts = [start for start, _ in encoded["offset_mapping"]]
    read = min(len(starts), READING_LIMIT)
    end = len(text) if read == len(starts) else starts[read]
    kept, begins = starts[:read], [span.start for span in sentences(text)]
    number = max(1, -(-read // size))
    cuts = _cuts(kept, begins, number)
    # Each cut moves back to where a sentence begins, which makes the window behind it longer.
    while number < read and _largest(kept, cuts) > size:
        number += 1
        cuts = _cuts(kept, begins, number)
    pairs = zip(cuts, [*cuts[1:], end], strict=True)
    return [text[start:stop] for start, stop in pairs if start < stop], read, len(starts) - read


def _cuts(starts: Sequence[int], begins: Sequence[int], number: int) -> list[int]:
    """Where each of so many windows begins; `starts` are the places of tokens, `begins` those of sentences."""
    cuts = [0]
    for window in range(1, number):
        target = starts[window * len(starts) // number]
        before = bisect_right(begins, target)
        start = begins[before - 1] if before else 0
        cuts.append(start if start > cuts[-1] else max(target, cuts[-1]))
    return cuts


def _largest(starts: Sequence[int], cuts: Sequence[int]) -> int:
    """The most tokens of one window."""
    firsts = [bisect_left(starts, cut) for cut in cuts]
    return max(after - before for before, after in pairwise([*firsts, len(starts)]))


def _write_one(
    loaded: Loaded, text: str, count: int, part: str, tokens: int, dropped: int
) -> Generator[Writing, None, None]:
    limit = TOKENS_BEFORE + TOKENS_A_SENTENCE * count
    detokenizer = Detokenizer(loaded.tokenizer)
    written, so_far = 0, ""
    for step in loaded.model.generate(prompt(loaded, text, count), [Sampling(limit)], own_words(loaded, text)):
        if isinstance(step, Reading):
            yield Writing("", f"Reading{part}: {step.done:,} of {step.total:,} tokens", tokens, dropped)
            continue
        if not step:
            yield Writing(so_far.strip(), f"Writing{part}", tokens, dropped)
            continue
        written += 1
        so_far = detokenizer.add(step[0].token)
        if len(sentences(so_far)) > count or detokenizer.before_circle() is not None:
            break
        yield Writing(so_far.strip(), f"Writing{part}", tokens, dropped)
    yield finished(detokenizer, count, written < limit, Writing("", f"Writing{part}", tokens, dropped))


def prompt(loaded: Loaded, text: str, count: int) -> list[int]:
    """The tokens of the instruction and `text`; what looks like a control token in it is text."""
    if is_wide(text):
        instruction = IN_CHINESE.format(count=CHINESE_COUNTS.get(count, count))
    else:
        instruction = INSTRUCTION.format(count=COUNT_IN_WORDS.get(count, f"up to {count} sentences"))
    return Prompt(encode_chat(loaded.tokenizer, [("system", instruction), ("user", text)])).ids


def own_words(loaded: Loaded, text: str) -> dict[int, float]:
    """A bias, by token, towards the tokens of `text`, the words that join any sentence, and the end."""
    tokens = [token for part in (text, GLUE) for token in loaded.tokenizer(part, add_special_tokens=False)["input_ids"]]
    return dict.fromkeys([*tokens, *loaded.model.info.ends], OWN_WORDS)


def finished(detokenizer: Detokenizer, count: int, ended: bool, last: Writing) -> Writing:
    """`last` with all that was written in at most `count` sentences; `ended` is whether the model was done."""
    kept = detokenizer.before_circle()
    if kept is None:
        return replace(last, text=trimmed(detokenizer.text(), count, ended))
    return replace(last, text=trimmed(kept, count, ended=False), circles=True)


def trimmed(text: str, count: int, ended: bool) -> str:
    """At most `count` sentences of `text`, none twice, and none broken off unless it is the only one.

    `ended` is whether the model wrote an end token, so that a last sentence without a full stop is complete.
    """
    kept: list[str] = []
    for span in sentences(text):
        if not any(_repeats(span.of(text), sentence) for sentence in kept):
            kept.append(span.of(text))
    kept = kept[:count]
    if kept and not ended and not FINISHED.search(kept[-1]):
        broken = kept.pop()
        kept = kept or [BREAK.sub("", broken) + "…"]
    return joined(kept)


def _repeats(sentence: str, other: str) -> bool:
    """Whether a sentence is another one in other letter cases, or has `SAME_WORDS` words in a row of it."""
    first, second = ([word.of(each).casefold() for word in words(each)] for each in (sentence, other))
    runs = {tuple(second[at : at + SAME_WORDS]) for at in range(len(second) - SAME_WORDS + 1)}
    return first == second or any(
        tuple(first[at : at + SAME_WORDS]) in runs for at in range(len(first) - SAME_WORDS + 1)
    )
