"""Combines the spans of several windows into answers with calibrated probabilities."""

import math
import unicodedata
from dataclasses import dataclass

import regex

from models.engines.base import EncoderInfo
from models.runtime.provenance import Run
from models.tasks.question_answering.lists import whole_list
from models.tasks.question_answering.results import Answer, Answers
from models.tasks.question_answering.windows import Encoded, Reading
from models.text.sentences import stripped

# Never cut in two: an address of a page or a person, a number with its separators, and a word of a script that is read
# letter by letter. Some scripts have no spaces, and Korean words end with particles.
_NO_WORDS = r"\p{Latin}\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}"
UNDIVIDED = regex.compile(
    r"(?:https?|ftp)://[^\s<>\"'`]*[\w/]|www\.[^\s<>\"'`]*[\w/]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\d+(?:[.,:/]\d+)+"
    rf"|[\p{{L}}--[{_NO_WORDS}]][[\p{{L}}\p{{M}}\u200c\u200d]--[{_NO_WORDS}]]*",
    regex.VERSION1,
)
LONGEST_UNDIVIDED = 300
BRACKETS = {"(": ")", "[": "]", "{": "}", "（": "）", "「": "」", "《": "》", "“": "”", "«": "»", "„": "“", '"': '"'}
EDGES = "| \t"
JOINERS = "\u200d\ufe0e\ufe0f"


@dataclass(frozen=True)
class Calibration:
    """How logits become probabilities, fitted when the adapter was trained and kept in its `calibration.json`.

    No answer has the probability sigmoid(scale * (threshold - margin)), the margin being the best span's logit
    above the null answer's; the spans share the rest by a softmax at `temperature`.
    """

    scale: float = 1.0
    threshold: float = 0.0
    temperature: float = 1.0

    @staticmethod
    def of(info: EncoderInfo) -> "Calibration":
        """The calibration that came with the encoder's adapter, or none."""
        return Calibration(**info.calibration)

    def no_answer(self, margin: float) -> float:
        """The probability that there is no answer, where the best span has `margin`."""
        return 1 / (1 + math.exp(max(-500.0, min(500.0, self.scale * (margin - self.threshold)))))


def combined(
    context: str, encoded: Encoded, readings: list[Reading], top_k: int, calibration: Calibration, run: Run
) -> Answers:
    """The `top_k` best answers in the `readings` of the windows of `context`."""
    spans = sorted(((s, r.place) for r in readings for s in r.spans), key=lambda pair: -pair[0].margin)
    best: dict[tuple[int, int], list[float]] = {}
    windows: dict[tuple[int, int], tuple[int, int]] = {}
    for span, window in spans:
        # Some tokenizers have white space as a token of its own.
        inner = stripped(context, span.start, span.end)
        place = whole_list(
            encoded.context, *whole_words(context, *bare(context, *whole_characters(context, inner.start, inner.end)))
        )
        if any(character.isalnum() for character in context[slice(*place)]):
            overlapped = next((p for p in best if place[0] < p[1] and p[0] < place[1]), place)
            best.setdefault(overlapped, []).append(span.log_mass)
            windows.setdefault(overlapped, window)
    if not best:
        return Answers((), 1.0, -math.inf, len(readings), len(encoded.windows), run)
    margin = spans[0][0].margin
    no_answer = calibration.no_answer(margin)
    total = _log_sum([reading.log_mass for reading in readings])
    shares = [(place, min(1.0, math.exp(_log_sum(masses) - total))) for place, masses in best.items()]
    answers = [Answer(context[start:end], start, end, (1 - no_answer) * share) for (start, end), share in shares]
    answers.sort(key=lambda answer: -answer.score)
    window = windows[answers[0].start, answers[0].end]
    return Answers(tuple(answers[:top_k]), no_answer, margin, len(readings), len(encoded.windows), run, window)


def _log_sum(logs: list[float]) -> float:
    """The logarithm of the sum of what `logs` are the logarithms of."""
    top = max(logs)
    return top + math.log(sum(math.exp(one - top) for one in logs))


def whole_characters(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a span so that it cuts no accent or emoji in two: BERT's tokens leave combining marks out."""

    def continues(index: int) -> bool:
        return 0 < index < len(text) and (
            unicodedata.category(text[index])[0] == "M"
            or text[index] in JOINERS
            or "\U0001f3fb" <= text[index] <= "\U0001f3ff"
            or text[index - 1] == "\u200d"
        )

    while continues(start):
        start -= 1
    while continues(end):
        end += 1
    return start, end


def whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a span so that it cuts no address, no number and no word of Arabic, Cyrillic or the like in two."""
    first = max(text.rfind(space, 0, start) for space in " \n\t") + 1
    last = min((at for space in " \n\t" if (at := text.find(space, end)) >= 0), default=len(text))
    first, last = max(first, start - LONGEST_UNDIVIDED), min(last, end + LONGEST_UNDIVIDED)
    for match in UNDIVIDED.finditer(text, first, last):
        if match.start() < end and start < match.end():
            start, end = min(start, match.start()), max(end, match.end())
    return start, end


def bare(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without the edges of cells, and without brackets and quotes at its ends whose other half is not in it."""
    span = text[start:end]
    if span.strip(EDGES):
        start += len(span) - len(span.lstrip(EDGES)) if span.startswith("|") else 0
        end -= len(span) - len(span.rstrip(EDGES)) if span.endswith("|") else 0
    while end - start > 1 and text[end - 1] in BRACKETS.values():
        inside, closing = text[start : end - 1], text[end - 1]
        opening = next(sign for sign, other in BRACKETS.items() if other == closing)
        if inside.count(opening) % 2 if opening == closing else inside.count(opening) > inside.count(closing):
            break
        end -= 1
    while end - start > 1 and text[start] in BRACKETS and BRACKETS[text[start]] not in text[start + 1 : end]:
        start += 1
    return start, end
