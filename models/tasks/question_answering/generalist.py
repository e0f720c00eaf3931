"""Answers by a language model: words copied from the text where it can, else its own, or that the text has none."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from models.engines.base import Choice, Reading, Sampling
from models.explain.tokens import Detokenizer
from models.runtime.progress import Stage
from models.runtime.provenance import Run, stopwatch
from models.tasks.generalist import cut, examples, prompt
from models.tasks.question_answering.likely import ranked
from models.tasks.question_answering.passages import passages
from models.tasks.question_answering.results import Answer, Answers, Asked
from models.text.paragraphs import unwrapped
from models.text.sentences import Span, in_lines
from models.text.words import words

ANSWER_TOKENS = 40
# A longer question loses its end.
QUESTION_TOKENS = 300
# A quoted answer of which the model is so sure ends the search through a long text.
SURE = 0.9
EDGE = 1e-9
INSTRUCTION = "Answer the question with the shortest words copied from the text. If the text does not say, answer NONE."
NONE = "NONE"
AROUND = " \t\n.,:;!?。，：；！？“”\"'《》「」（）()"


def _asked(text: str, question: str) -> str:
    """The text first, so that it is read once for several questions."""
    return f"Text: {text}\nQuestion: {question}"


_MILL = "The mill was built in 1812 by Anna Holt. It burned down twice."
_WANG = "王芳住在河边，每天先跑步，再去上班。周末她去看望奶奶。"
EXAMPLES = examples(
    [
        (_asked(_MILL, "Who built the mill?"), "Anna Holt"),
        (_asked(_MILL, "How tall is the mill?"), NONE),
        (_asked(_WANG, "王芳周末去看望谁？"), "奶奶"),
        (_asked(_WANG, "王芳几岁了？"), NONE),
    ]
)


@dataclass(frozen=True)
class _Reply:
    """What the model said of a window, how probable that wording was, and that there is no answer."""

    text: str
    probability: float
    none: float


def stream(asked: Asked, question: str, context: str, top_k: int) -> Iterator[Answers]:
    """The answers so far after each window, the likeliest windows first.

    The rest is left out once a quoted answer is sure, or the time is up; `read` says how many were read.
    """
    elapsed = stopwatch()
    question, _, unread = cut(asked.loaded, question, QUESTION_TOKENS)
    flat = unwrapped(context)
    parts = passages(asked.loaded, flat)
    found: list[tuple[Answer, Span]] = []
    no_answer, tokens = 1.0, 0
    for read, at in enumerate(ranked(question, [place.of(flat) for place, _ in parts]), 1):
        place, size = parts[at]
        reply = _ask(asked, place.of(flat), question)
        tokens += size
        no_answer = min(no_answer, reply.none)
        if (answer := _placed(flat, place, question, reply)) is not None:
            if answer.quoted:
                answer = replace(answer, text=context[answer.start : answer.end])
            found = _without_overlap([*found, (answer, place)])
        left = unread + sum(size for _, size in parts) - tokens
        run = Run(asked.model, asked.loaded.device, tokens, left, elapsed(), asked.loaded.engine)
        best = found[0][1] if found else place
        answers = tuple(answer for answer, _ in found[:top_k])
        yield Answers(answers, no_answer, _log_odds(1 - no_answer), read, len(parts), run, (best.start, best.end))
        if elapsed() > asked.seconds or (found and found[0][0].quoted and no_answer < 1 - SURE):
            return


def many(asked: Asked, pairs: Sequence[tuple[str, str]], top_k: int) -> Iterator[list[Answers]]:
    """The answers to one pair after the other."""
    for pair in pairs:
        *_, answers = stream(asked, *pair, top_k)
        yield [answers]


def _ask(asked: Asked, text: str, question: str) -> _Reply:
    """Let the model read `text` and answer; `report` is called at each step and can cancel by raising."""
    tokenizer = asked.loaded.tokenizer
    detokenizer, said, probability, none = Detokenizer(tokenizer), "", 1.0, 0.0
    ids = prompt(tokenizer, INSTRUCTION, [*EXAMPLES, ("user", _asked(text, question))])
    for step in asked.loaded.model.generate(ids, [Sampling(ANSWER_TOKENS)]):
        asked.report(Stage("Running", asked.model))
        if isinstance(step, Reading):
            none = _share_of_none(tokenizer, step.likeliest, text) if step.likeliest else none
        elif step:
            said = detokenizer.add(step[0].token)
            if "\n" in said.strip():
                break
            probability *= step[0].probability
    return _Reply(said.strip().split("\n", 1)[0].strip(), probability, none)


def _share_of_none(tokenizer: Any, likeliest: Sequence[Choice], text: str) -> float:
    """How probable it is that there is no answer, against all first tokens that stand in the text.

    What does not stand there is invented, unless it is likelier than all else together.
    """
    none = quoted = 0.0
    first = tokenizer(NONE, add_special_tokens=False)["input_ids"][0]
    for choice in likeliest:
        token = tokenizer.decode([choice.token]).strip(AROUND)
        if choice.token == first or token.upper() == NONE:
            none += choice.probability
        elif choice.probability > 0.5 or (token and token.casefold() in text.casefold()):
            quoted += choice.probability
    return none / (none + quoted) if none else 0.0


def _placed(context: str, window: Span, question: str, reply: _Reply) -> Answer | None:
    """The answer at its place in `context`; None where the model said that there is none, or nothing."""
    bare = reply.text.strip(AROUND)
    if not bare or bare.upper() == NONE:
        return None
    text, score = window.of(context), (1 - reply.none) * reply.probability
    inner = in_lines(text)
    if places := _quotes(text, reply.text) or _quotes(text, bare):
        best = max(places, key=lambda place: _nearness(question, _around(inner, place).of(text)))
        start, end = window.start + best.start, window.start + best.end
        return Answer(context[start:end], start, end, score)
    nearest = max(inner, key=lambda span: 2 * _nearness(bare, span.of(text)) + _nearness(question, span.of(text)))
    return Answer(reply.text, window.start + nearest.start, window.start + nearest.end, score, quoted=False)


def _quotes(text: str, said: str) -> list[Span]:
    """Where `said` stands in `text` as whole words, in the same letters or else in any case."""
    borders = {border for word in words(text) for border in (word.start, word.end)}
    for here, wanted in ((text, said), (text.lower(), said.lower())):
        # Where the text was wrapped there may be several blanks.
        pattern = r"\s+".join(map(re.escape, wanted.split(" ")))
        found = [Span(*match.span(1)) for match in re.finditer(f"(?=({pattern}))", here)]
        whole = [place for place in found if {place.start, place.end} <= borders]
        # Lower case may have another length.
        if whole and len(here) == len(text):
            return whole
    return []


def _log_odds(probability: float) -> float:
    """The logit of a probability, of one near 0 or 1 a finite one."""
    bounded = min(1 - EDGE, max(EDGE, probability))
    return math.log(bounded / (1 - bounded))


def _around(spans: Sequence[Span], place: Span) -> Span:
    """The one of `spans` in which `place` begins, or the place itself."""
    return next((span for span in spans if span.start <= place.start < span.end), place)


def _nearness(one: str, other: str) -> float:
    """The share of the words of `one` that stand in `other`, 0 to 1."""
    mine = _bag(one)
    return len(mine & _bag(other)) / len(mine) if mine else 0.0


def _bag(text: str) -> set[str]:
    return {word.of(text).casefold() for word in words(text) if word.of(text)[0].isalnum()}


def _without_overlap(found: Sequence[tuple[Answer, Span]]) -> list[tuple[Answer, Span]]:
    """The answers, best first, without those that overlap a better one."""
    kept: list[tuple[Answer, Span]] = []
    for answer, window in sorted(found, key=lambda pair: -pair[0].score):
        if not any(answer.start < other.end and other.start < answer.end for other, _ in kept):
            kept.append((answer, window))
    return kept
