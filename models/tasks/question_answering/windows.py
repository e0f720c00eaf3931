"""How an encoder reads a context of any length: overlapping windows, and the best spans of each."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from models.engines.base import Encoder
from models.engines.encoder_batches import batches as by_length
from models.engines.tokenizer import marks
from models.runtime.arrays import Floats, log_sum_exp
from models.tasks.question_answering.lists import FIELD, as_prose
from models.text.paragraphs import unwrapped
from models.text.sentences import Span as Place
from models.text.sentences import in_lines

ENDS = ".!?…。！？।"
QUESTION_TOKENS = 64
WINDOW_TOKENS = 320
OVERLAP_TOKENS = 96
# Of 4,000 training questions that no adapter saw, 0.3 points more are answered exactly than with 30. Still shorter ones
# score better there, but longer answers are asked for here.
ANSWER_TOKENS = 20
# What an answer loses, in logits, by going on over the end of a sentence, and of a line: more where it has a name and a
# value. A list is asked for as a whole more often than one of its items: of 62 such questions 51 are answered with all
# of it and 10 refused, and 11 of 61 others are answered; with line breaks for the signs it was 37, 16 and 7.
SENTENCE_END, LINE_END, ITEM_END = 4.0, 1.5, 0.5
BETWEEN_ITEMS = {",": -0.5, ";": 0.5}


@dataclass(frozen=True)
class Window:
    """`[CLS] question [SEP] part of the context [SEP]` as token ids, with the marks that the model has there.

    `owned` are the positions where an answer of this window may begin: every context token is owned by the one
    window that has most context around it, so a span in two windows counts once. `offsets` are the context tokens'
    places in the text, (start, end) in characters; `first` is the position of the first of them. `borders` has for each
    what the sentence and line ends before it cost in all.
    """

    job: int
    ids: list[int]
    first: int
    owned: range
    offsets: list[tuple[int, int]]
    borders: list[float] = field(default_factory=list)

    @property
    def place(self) -> tuple[int, int]:
        """The stretch of the context in this window, (start, end) in characters."""
        return (self.offsets[0][0], self.offsets[-1][1]) if self.offsets else (0, 0)


@dataclass(frozen=True)
class Span:
    """A possible answer, in characters; `margin` is its logit above the window's null answer.

    `log_mass` is the log of its mass with that of the worse spans that overlap it.
    """

    start: int
    end: int
    margin: float
    log_mass: float


@dataclass(frozen=True)
class Reading:
    """What one window gave: its best spans that do not overlap, and the log of the mass of all its spans.

    `place` is the stretch of the context that was read, (start, end) in characters.
    """

    job: int
    place: tuple[int, int]
    spans: list[Span]
    log_mass: float


@dataclass(frozen=True)
class Encoded:
    """All windows of one question over one context; `tokens` were read, `dropped` were cut from the question.

    `question` are the places of its tokens that were read, (start, end) in characters; `context` is unwrapped.
    """

    windows: list[Window]
    question: list[tuple[int, int]]
    tokens: int
    dropped: int
    context: str


def encode(tokenizer: Any, question: str, context: str, job: int = 0) -> Encoded:
    """Cut `context` into the fewest windows that hold `WINDOW_TOKENS`, of one length; `OVERLAP_TOKENS` are shared."""
    # No truncation by the tokenizer: that would change the state of an object that threads share.
    query = tokenizer(question, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    asked = query["input_ids"]
    context = unwrapped(context)
    prose = as_prose(context)
    encoded = tokenizer(prose, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    ids, offsets = encoded["input_ids"], encoded["offset_mapping"]
    costs = borders(context, prose, offsets)
    before, between, after = marks(tokenizer)
    head = [*before, *asked[:QUESTION_TOKENS], *between]
    most = WINDOW_TOKENS - len(head) - len(after)
    count = max(1, math.ceil((len(ids) - OVERLAP_TOKENS) / (most - OVERLAP_TOKENS)))
    length = math.ceil((len(ids) + (count - 1) * OVERLAP_TOKENS) / count)
    windows = []
    for begin in (i * (length - OVERLAP_TOKENS) for i in range(count)):
        end = min(begin + length, len(ids))
        low = begin + OVERLAP_TOKENS // 2 if begin else 0
        high = end if end == len(ids) else end - OVERLAP_TOKENS // 2
        owned = range(len(head) + low - begin, len(head) + high - begin)
        window = Window(job, [*head, *ids[begin:end], *after], len(head), owned, offsets[begin:end], costs[begin:end])
        windows.append(window)
    read = query["offset_mapping"][:QUESTION_TOKENS]
    return Encoded(windows, read, len(read) + len(ids), len(asked) - len(read), context)


def borders(context: str, prose: str, offsets: Sequence[tuple[int, int]]) -> list[float]:
    """What the sentence and line ends of `context` cost in all before each of `offsets`; `prose` is what is read."""
    costs = [(after.start, _border(prose, before, after)) for before, after in pairwise(in_lines(prose))]
    changed = ((at, sign) for at, (was, sign) in enumerate(zip(context, prose, strict=True)) if sign != was)
    costs += [(at, BETWEEN_ITEMS[sign]) for at, sign in changed if sign in BETWEEN_ITEMS]
    costs.sort()
    found, cost, passed = [], 0.0, 0
    for start, _ in offsets:
        while passed < len(costs) and costs[passed][0] <= start:
            cost += costs[passed][1]
            passed += 1
        found.append(cost)
    return found


def _border(text: str, before: Place, after: Place) -> float:
    """What the border between two sentences or lines of `text` costs."""
    if text[before.end - 1] in ENDS or "\n" not in text[before.end : after.start]:
        return SENTENCE_END
    return LINE_END if FIELD.match(before.of(text)) or FIELD.match(after.of(text)) else ITEM_END


def batches(windows: Sequence[Window]) -> Iterator[list[Window]]:
    """`windows` in batches of similar lengths, longest first."""
    for batch in by_length([len(window.ids) for window in windows]):
        yield [windows[i] for i in batch]


def read(encoder: Encoder, batch: list[Window], count: int, temperature: float) -> list[Reading]:
    """Run `encoder` over `batch`: for each window its `count` best spans and the mass of all at `temperature`."""
    starts, ends = encoder([window.ids for window in batch], [window.first for window in batch])
    margins = _margins(starts, ends, batch)
    masses = log_sum_exp((margins / np.float32(temperature)).reshape(len(batch), -1)).tolist()
    return [
        Reading(window.job, window.place, _best(margins[i], window, count, temperature), masses[i])
        for i, window in enumerate(batch)
    ]


def _margins(starts: Floats, ends: Floats, batch: list[Window]) -> Floats:
    """The logit of every span above the null answer's, (windows, length of the span - 1, its first position).

    Spans that the window does not own, or that leave its context, are minus infinity.
    """
    allowed = np.full_like(starts, -np.inf)
    padded = np.full((len(batch), starts.shape[1] + ANSWER_TOKENS), -np.inf, np.float32)
    costs = np.zeros(starts.shape, np.float32)
    for i, window in enumerate(batch):
        costs[i, window.first : window.first + len(window.borders)] = window.borders
        allowed[i, window.owned.start : window.owned.stop] = 0
        last = len(window.ids) - 1
        padded[i, :last] = ends[i, :last] - costs[i, :last]
    null = starts[:, :1] + ends[:, :1]
    begins = (starts + costs + allowed - null)[:, None]
    # At [i, more, begin] the end that is `more` tokens behind `begin`.
    lasts = np.lib.stride_tricks.sliding_window_view(padded, starts.shape[1], axis=1)[:, :ANSWER_TOKENS]
    margins: Floats = begins + lasts
    return margins


def _best(margins: Floats, window: Window, count: int, temperature: float) -> list[Span]:
    """The `count` spans of the largest margins that do not overlap, best first."""
    spans: list[Span] = []
    margins = margins.copy()
    lengths = np.arange(ANSWER_TOKENS)[:, None]
    begins = np.arange(margins.shape[1])[None]
    while len(spans) < count:
        more, begin = divmod(int(margins.argmax()), margins.shape[1])
        margin = float(margins[more, begin])
        if margin == -np.inf:
            break
        overlapping = (begins <= begin + more) & (begins + lengths >= begin)
        log_mass = float(log_sum_exp(margins[overlapping] / np.float32(temperature)))
        margins[overlapping] = -np.inf
        first, last = begin - window.first, begin - window.first + more
        spans.append(Span(window.offsets[first][0], window.offsets[last][1], margin, log_mass))
    return spans
