"""A paragraph that is wrapped or quoted is one paragraph for every task."""

import textwrap
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalog.bundled import MINILM, QUESTION_ANSWERING, SENTIMENT
from models.engines.codec import Source, Written
from models.tasks.own_labels.adapter import LabelClassifier
from models.tasks.question_answering.adapter import Answerer
from models.tasks.question_answering.generalist import _quotes
from models.tasks.sentiment.adapter import SentimentReader
from models.tasks.summarization.adapter import of_catalog as summarizer_of
from models.tasks.translation.adapter import of_catalog as translators_of
from models.tasks.translation.translated import Draft, Translation
from models.text.alignment import Link, words
from models.text.language import detect
from models.text.segments import segments
from models.text.sentences import Span
from tests import tiny

LETTER = (
    "The keeper of the lighthouse wrote a letter to his sister every evening, and in the morning he gave it to a boat "
    "that brought the oil. She never answered, because the letters were not sent: the captain kept all of them in a "
    "box. When the keeper died, the captain brought her the box, and she read them for the rest of the winter."
)
QUOTES = ["", "> ", ">> ", "> > "]
CACHE = tiny.cache()
ways = pytest.mark.parametrize(("width", "quote"), [(40, "> "), (56, ""), (72, ""), (72, ">> "), (100, "> > ")])


def wrapped(text: str, width: int, quote: str = "") -> str:
    """`text` in lines of at most `width` columns behind a `quote` each."""
    return "\n".join(quote + line for line in textwrap.wrap(text, width))


@ways
def test_sentiment(width: int, quote: str) -> None:
    """The scores are those of the text on one line, of a long one too; words keep their places."""
    reader, text = SentimentReader(CACHE, SENTIMENT), wrapped(LETTER, width, quote)
    plain, found = reader(LETTER), reader(text)
    assert found.scores == plain.scores
    assert [one.scores for one in found.sentences] == [one.scores for one in plain.sentences]
    assert [text[word.start : word.end] for word in found.words] == [LETTER[w.start : w.end] for w in plain.words]
    assert reader.many([text, wrapped(LETTER * 9, width, quote)]) == reader.many([LETTER, LETTER * 9])


@ways
def test_own_labels(width: int, quote: str) -> None:
    """The scores are those of the text on one line, of a long one too."""
    classifier, labels = LabelClassifier(CACHE, MINILM), ["letters", "weather"]
    texts = [wrapped(LETTER, width, quote), wrapped(LETTER * 9, width, quote)]
    plain = classifier.many([LETTER, LETTER * 9], labels)
    assert [each.labels for each in classifier.many(texts, labels)] == [each.labels for each in plain]


@ways
def test_answers(width: int, quote: str) -> None:
    """The answers are the same words, at their own places."""
    answerer, text = Answerer(CACHE, QUESTION_ANSWERING), wrapped(LETTER, width, quote)
    plain, found = answerer("who kept the box", LETTER, 5), answerer("who kept the box", text, 5)
    assert found.no_answer == pytest.approx(plain.no_answer)
    assert [text[a.start : a.end].replace(">", " ").split() for a in found.answers] == [
        answer.text.split() for answer in plain.answers
    ]
    assert all(answer.text == text[answer.start : answer.end] for answer in found.answers)


def test_an_answer_of_a_language_model_is_found_over_blanks() -> None:
    """The model writes one blank where several stand for a line's end."""
    assert _quotes("kept in the   box, then", "the box") == [Span(8, 17)]


@ways
@pytest.mark.parametrize("method", ["extractive", "abstractive"])
def test_summaries(width: int, quote: str, method: str) -> None:
    """The sentences are those of a summary of the text on one line."""
    summarizer, text = summarizer_of(CACHE), wrapped(LETTER, width, quote)
    plain, found = summarizer(LETTER, method), summarizer(text, method)
    assert method == "abstractive" or [each.text for each in found.sentences] == [each.text for each in plain.sentences]
    assert method == "abstractive" or found.text == plain.text
    for sentence, other in zip(found.sentences, plain.sentences, strict=method == "extractive"):
        for source, same in zip(sentence.sources, other.sources, strict=method == "extractive"):
            assert text[source.start : source.end].replace(">", " ").split() == LETTER[same.start : same.end].split()


@ways
def test_language(width: int, quote: str) -> None:
    """The guess is the same."""
    assert detect(wrapped(LETTER, width, quote)) == detect(LETTER)


def test_translation() -> None:
    """The words are those of the translation of the text on one line, in lines of that width behind the same marks."""
    sentence, *_ = LETTER.split(". ")
    translator, text = translators_of(CACHE).choose("en", "pt"), wrapped(sentence, 50, "> ")
    found = translator(f"{text}\n\n- milk")
    paragraph, item = found.text.split("\n\n")
    lines = paragraph.split("\n")
    assert all(line.startswith("> ") for line in lines)
    assert " ".join(line.removeprefix("> ") for line in lines) == translator(sentence).text
    assert item.startswith("- ")
    assert all(len(line) <= 50 or " " not in line.removeprefix("> ") for line in lines)


def shouted(text: str, done: int | None = None) -> Translation:
    """A translation whose sentences are those of `text` in capitals, each word for its own; `done` of them so far."""
    spans = segments(text, "en")
    sources = [Source(span.of(text), (0,), ()) for span in spans]
    said = [" ".join(span.of(text).replace(">", " ").split()).upper() for span in spans]
    pairs = [
        zip(words(source.text.replace(">", " ")), words(one), strict=True)
        for source, one in zip(sources, said, strict=True)
    ]
    written = [Written(one, tuple(Link(a, b, 1.0) for a, b in pair)) for one, pair in zip(said, pairs, strict=True)]
    return Draft(text, spans, sources, dict(list(enumerate(written))[:done])).so_far("m", "cpu", 0.0, "torch")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@given(width=st.integers(40, 100), quote=st.sampled_from(QUOTES), copies=st.integers(1, 3))
@settings(deadline=None)
def test_places_are_exact(end: str, width: int, quote: str, copies: int) -> None:
    """A text of capitals wraps as its source does, and every link leads to its own word."""
    text = f"{quote}{end}".join(f"{wrapped(LETTER, width, quote)}\n" for _ in range(copies)).replace("\n", end)
    text = text.replace("\r\r", "\r")
    found = shouted(text)
    assert found.text == text.upper()
    for sentence in found.sentences:
        assert sentence.target.of(found.text) == sentence.source.of(text).upper()
        assert all(link.target.of(found.text) == link.source.of(text).upper() for link in sentence.links)


@pytest.mark.parametrize("quote", QUOTES)
def test_a_wrapped_translation_grows(quote: str) -> None:
    """Each part of the stream begins with the part before it."""
    text = f"Dear Anna,\n\n{wrapped(LETTER, 50, quote)}\n\n{wrapped(LETTER, 60, quote)}"
    parts = [shouted(text, done).text for done in range(8)]
    assert all(after.startswith(before) for before, after in pairwise(parts))
    assert parts[-1] == text.upper()


@pytest.mark.parametrize(
    ("text", "said", "expected"),
    [
        (
            "- The keeper of the lighthouse wrote many letters\n  to his sister, and she never answered.\n- Milk.",
            ["uma carta muito longa para a sua irmã que não respondeu nunca", "Leite."],
            "- uma carta muito longa para a sua irmã que não\n  respondeu nunca\n- Leite.",
        ),
        (
            "这座灯塔建于一八九一年，当时的看守人每天晚上\n都要爬上一百二十级台阶去点灯。后来灯塔改用了\n电灯。",
            ["The lighthouse was built in 1891, and the keeper climbed it.", "Later it was electric."],
            "The lighthouse was built in 1891, and the\nkeeper climbed it. Later it was electric.",
        ),
        (
            "The lighthouse was built in the year 1891, and its\nkeeper had to climb all of the steps of it.",
            ["这座灯塔建于一八九一年，当时的看守人每天晚上都要爬上一百二十级台阶去点灯。"],
            "这座灯塔建于一八九一年，当时的看守人每天晚上都要爬\n上一百二十级台阶去点灯。",
        ),
    ],
)
def test_items_and_other_scripts(text: str, said: list[str], expected: str) -> None:
    """Lines go on below their item; a script without spaces breaks between letters, not before a mark."""
    spans = segments(text, "zh" if "这" in text else "en")
    sources = [Source(span.of(text), (0,), ()) for span in spans]
    written = {i: Written(one, ()) for i, one in enumerate(said)}
    assert Draft(text, spans, sources, written).so_far("m", "cpu", 0.0, "torch").text == expected
