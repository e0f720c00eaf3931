"""Translation by a language model, sentence by sentence, without word alignment."""

import unicodedata
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace

from models.engines.base import Reading, Sampling
from models.engines.codec import END, Source, Written
from models.explain.tokens import Detokenizer
from models.runtime.cache import Loaded
from models.tasks.generalist import Turns, examples, prompt
from models.tasks.translation.losses import lost, mended, parted
from models.tasks.translation.translated import Direction, Draft
from models.text.circles import circle
from models.text.language_names import NAMES
from models.text.paragraphs import on_one_line, unwrapped
from models.text.segments import windows
from models.text.sentences import Span

WINDOW_TOKENS = 128
# A translation has at most this many times the tokens of its source, and so many more.
LENGTH_FACTOR, LENGTH_SLACK = 3, 16
# Languages without an alphabet, and how many letters say nothing yet about the script.
WIDE, SHORT = ("zh", "ja"), 8
# What the languages are called in the instruction, where the table's name would leave something open.
WRITTEN = {"zh": "Simplified Chinese", "pt": "European Portuguese"}
# The same two sentences in every language: with them the model keeps quotation marks, speakers and numbers.
PARALLEL = {
    "en": (
        "“We will not give up,” she said on Tuesday.",
        "In March the company sold 2,500 cars, 15% more than a year ago.",
    ),
    "zh": ("“我们不会放弃，”她星期二说。", "三月份，该公司卖出了2500辆汽车，比一年前多15%。"),
    "pt": (
        "“Não vamos desistir”, disse ela na terça-feira.",
        "Em março, a empresa vendeu 2500 carros, mais 15% do que há um ano.",
    ),
    "fr": (
        "« Nous n’abandonnerons pas », a-t-elle dit mardi.",
        "En mars, l’entreprise a vendu 2 500 voitures, soit 15 % de plus qu’il y a un an.",
    ),
    "es": (
        "«No nos rendiremos», dijo ella el martes.",
        "En marzo, la empresa vendió 2500 coches, un 15 % más que hace un año.",
    ),
    "de": (
        "„Wir werden nicht aufgeben“, sagte sie am Dienstag.",
        "Im März verkaufte die Firma 2500 Autos, 15 % mehr als vor einem Jahr.",
    ),
    "ja": ("「私たちは諦めません」と彼女は火曜日に語った。", "3月、同社は2500台の車を販売し、1年前より15％増えた。"),
}


def read_all(loaded: Loaded, text: str, found: Sequence[Span], direction: Direction) -> Draft:
    """Each sentence as it is, in windows where it is too long; what has no word to translate is written at once."""
    spans: list[Span] = []
    sources: list[Source] = []
    flat = unwrapped(text)
    for span in found:
        offsets = _encode(loaded, span.of(flat)).offsets[:-1]
        for part in windows(span.of(flat), offsets, WINDOW_TOKENS):
            place = Span(span.start + part.start, span.start + part.end)
            spans.append(place)
            sources.append(_encode(loaded, on_one_line(place.of(text))))
    plain = {
        i: Written(source.text, ())
        for i, source in enumerate(sources)
        if not any(map(str.isalpha, parted(source.text)[1]))
    }
    return Draft(text, spans, sources, plain)


def write_all(loaded: Loaded, draft: Draft, direction: Direction) -> Generator[None, None, None]:
    """Translate what is not written yet, token by token.

    A sentence that was not translated, or of which something was lost, is requested once more. What is still lost then
    is known.
    """
    turns = examples(list(zip(PARALLEL[direction.source], PARALLEL[direction.target], strict=True)))
    for i, source in enumerate(draft.sources):
        if i in draft.written:
            continue
        asked = [*turns, ("user", source.text)]
        yield from _write(loaded, draft, i, asked, direction)
        first = draft.written[i] = _checked(source.text, draft.written[i], direction)
        missed = untranslated(source.text, first.text, direction)
        if not (missed or first.lost):
            continue
        keep = f" and keep {', '.join(first.lost)}" if first.lost and not missed else ""
        again = f"Write this in {_name(direction.target)}{keep}: {source.text}"
        try:
            yield from _write(loaded, draft, i, [*asked, ("assistant", first.text), ("user", again)], direction)
        except GeneratorExit:
            draft.written[i] = first
            raise
        second = _checked(source.text, draft.written[i], direction)
        draft.written[i] = first if not missed and _worse(source.text, second, first, direction) else second


def _checked(source: str, translation: Written, direction: Direction) -> Written:
    """`translation` with what can be mended, and what it lost all the same."""
    pair = (direction.source, direction.target)
    text = mended(source, translation.text, lost(source, translation.text, pair), pair)
    return replace(translation, text=text, lost=lost(source, text, pair))


def _worse(source: str, translation: Written, other: Written, direction: Direction) -> bool:
    """Whether `translation` is no translation, or loses no less than `other`."""
    return untranslated(source, translation.text, direction) or (
        (len(translation.lost), not translation.complete) >= (len(other.lost), not other.complete)
    )


def untranslated(source: str, translation: str, direction: Direction) -> bool:
    """Whether `translation` is empty, is the source once more, or is in another script than the target language."""
    letters = [letter for letter in parted(translation)[1] if letter.isalpha()]
    if not letters or (translation.casefold() == source.casefold() and len(source.split()) > 1):
        return True
    wide = sum(map(_wide, letters)) / len(letters)
    # A name or an abbreviation may stay as it is.
    return len(letters) > SHORT and (wide < 0.2 if direction.target in WIDE else wide > 0.5)


def _write(loaded: Loaded, draft: Draft, at: int, turns: Turns, direction: Direction) -> Iterator[None]:
    """Write the sentence number `at` of `draft`; what there is of it stands there after each token."""
    instruction = f"Translate from {_name(direction.source)} to {_name(direction.target)}."
    limit = LENGTH_FACTOR * len(draft.sources[at].ids) + LENGTH_SLACK
    detokenizer = Detokenizer(loaded.tokenizer)
    text, written, kept = "", 0, None
    # A text that repeats itself may do so in the other language too, up to its bound.
    repetitive = circle(draft.sources[at].ids[:-1]) is not None
    try:
        for step in loaded.model.generate(prompt(loaded.tokenizer, instruction, turns), [Sampling(limit)]):
            if not isinstance(step, Reading) and step:
                written += 1
                text = detokenizer.add(step[0].token).lstrip()
                draft.written[at] = Written(_line(text), ())
                kept = None if repetitive else detokenizer.before_circle()
                if "\n" in text or kept is not None:
                    break
            yield
    except GeneratorExit:
        # What is left of a sentence when the time is up is no translation of it.
        draft.written.pop(at, None)
        raise
    circles = kept is not None
    whole = written < limit and not circles
    draft.written[at] = Written(_line(text if kept is None else kept), (), complete=whole, circles=circles)


def _line(text: str) -> str:
    """The first line of a reply: the rest is no translation."""
    return text.lstrip().split("\n", 1)[0].rstrip()


def _encode(loaded: Loaded, text: str) -> Source:
    encoded = loaded.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    offsets = (*map(tuple, encoded["offset_mapping"]), (len(text), len(text)))
    return Source(text, (*encoded["input_ids"], END), offsets)


def _name(code: str) -> str:
    return WRITTEN.get(code, NAMES[code])


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) == "W"
