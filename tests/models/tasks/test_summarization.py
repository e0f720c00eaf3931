"""Summarization: what is picked, what is written, and where it comes from."""

import random
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from models.catalog.bundled import MINILM, QWEN, SMOLLM2
from models.engines.base import CausalInfo, Step
from models.engines.embedding import TOKEN_LIMIT, embed
from models.runtime.arrays import Floats, normalized
from models.runtime.cache import Loaded, ModelCache
from models.runtime.limits import InputError, Limits
from models.runtime.progress import Report, ignore
from models.runtime.spec import ModelSpec
from models.tasks.summarization import abstractive
from models.tasks.summarization.abstractive import own_words, split, trimmed, write
from models.tasks.summarization.adapter import (
    LENGTHS,
    SHORTEST,
    Summarizer,
    content_sentences,
    of_catalog,
)
from models.tasks.summarization.extractive import select, trust_in_order
from models.tasks.summarization.names import absent
from models.tasks.summarization.support import SUPPORT, linked_to
from models.text.sentences import Span, sentences
from tests import tiny

EXAMPLES = Path(__file__).parents[3] / "assets" / "examples"
FERRY = (EXAMPLES / "harbour_ferry.txt").read_text()
# Seven sentences each, of other scripts and shapes.
EMOJI = (
    "🎉🎉 The party began at noon. 👩\u200d👩\u200d👧 Families came from every street! There was cake 🍰. A band "
    "played until dark. Then it rained ☔. Nobody went home, they danced in the rain. At midnight 🕛 the light went."
)
LIST = (
    "To do before we leave:\n- buy milk and bread\n- call the plumber about the tap\n\n1. pack the large bag\n"
    "2. lock the shed\n3. bring the key to Anna\n4. leave before it rains, by the old road if the bridge is closed"
)
PORTUGUESE = (
    "O barco novo atravessa a baía em quarenta minutos. Os pescadores não gostam da torre. O bilhete subiu de preço. "
    "O padeiro espera menos visitas. A câmara gasta menos em energia. O barco velho vai para um museu. "
    "Ninguém tem pressa."
)
MARKUP = (
    "<img src=x onerror=alert(1)> is shown as text. A tag is only some letters here. Nobody reads it as a picture. "
    "<b>Bold</b> stays as it was typed. So does &amp;. A script would not run. That is all there is to say about it."
)
WHOLE = [FERRY, EMOJI, LIST, PORTUGUESE, MARKUP]


@pytest.fixture
def summarizer(tiny_cache: ModelCache) -> Summarizer:
    """The summarizer over tiny models with random weights."""
    return of_catalog(tiny_cache)


def unit(rows: list[list[float]]) -> Floats:
    """`rows` at length one."""
    return normalized(np.array(rows, np.float32))


def test_embeddings_do_not_depend_on_the_batch() -> None:
    """A sentence alone and among longer ones has the same unit vector; an overlong one is cut and counted."""
    loaded = tiny.load(MINILM, ignore)
    texts = ["a cat", "x" * 400, "", "the dog runs far away", *("word " * n for n in range(40))]
    together = embed(loaded, texts)
    assert np.allclose(together.vectors[0], embed(loaded, ["a cat"]).vectors[0], atol=1e-5)
    assert np.allclose(np.linalg.norm(together.vectors, axis=-1), 1, atol=1e-5)
    assert embed(loaded, ["x 1 " * 400]).tokens == TOKEN_LIMIT
    assert embed(loaded, ["x 1 " * 400]).dropped == 802 - TOKEN_LIMIT


def test_select_finds_the_middle_not_a_repetition() -> None:
    """The central sentence is picked, its twin is not, and the picks come in the text's order."""
    vectors = unit([[0, 0, 1], [0.1, 1, 0.1], [1, 1, 0.6], [1, 1, 0.61], [1, 0.1, 0.1], [0.2, 0.9, -1]])
    chosen = select(vectors, 2)
    assert len({2, 3} & set(chosen)) == 1
    assert chosen == sorted(chosen)
    assert len(select(vectors, 99)) == 5


def test_order_is_trusted_only_in_connected_prose() -> None:
    """Where neighbours are alike the order means something; shuffled, the same sentences say nothing by their place."""
    angles = np.linspace(0, 3, 24, dtype=np.float32)
    prose = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    shuffled = prose[random.Random(0).sample(range(24), 24)]
    assert trust_in_order(prose @ prose.T) > 0.9
    assert trust_in_order(shuffled @ shuffled.T) < 0.5


@pytest.mark.parametrize("text", WHOLE)
@pytest.mark.parametrize("length", ["short", "medium", "long"])
def test_picked_sentences_are_the_visitors_own(summarizer: Summarizer, text: str, length: str) -> None:
    """Every sentence of an extractive summary stands in the text at its source's offsets."""
    summary = summarizer(text, "extractive", length)
    # Random embeddings hold many a pair of sentences for the same, so there may be fewer.
    assert 1 <= len(summary.sentences) <= LENGTHS[length]
    for sentence in summary.sentences:
        (source,) = sentence.sources
        assert text[source.start : source.end] == sentence.text
        assert source.similarity == 1
    assert summary.text == " ".join(sentence.text for sentence in summary.sentences)
    assert (summary.run.model, summary.doing, summary.note) == (MINILM.name, "", "")


@pytest.mark.parametrize("text", [*WHOLE, "a" * 4_000, "word " * 400])
def test_written_summary_is_shorter_and_has_its_sources(summarizer: Summarizer, text: str) -> None:
    """Random weights write nonsense, and still: never longer than the text, and sources only above the threshold."""
    spans = {(span.start, span.end) for span in content_sentences(text)}
    summary = summarizer(text, "abstractive", "medium")
    assert len(summary.text) <= len(text)
    assert bool(summary.note) == (summary.text == text.strip())
    for sentence in summary.sentences:
        assert all((source.start, source.end) in spans for source in sentence.sources)
        assert bool(sentence.sources) == (sentence.nearest >= SUPPORT)


def test_list_numbers_are_no_sentences(summarizer: Summarizer) -> None:
    """The "2." of a list is never picked by itself."""
    picked = [sentence.text for sentence in summarizer(LIST, "extractive", "long").sentences]
    assert not {"1.", "2.", "3.", "4."} & set(picked)
    assert "2." in [span.of(LIST) for span in sentences(LIST)]


@pytest.mark.parametrize("method", ["abstractive", "extractive"])
def test_too_short_is_said_in_words_without_a_model(method: str) -> None:
    """A text that is short already comes back as it is, and no model loads."""
    cache = tiny.cache()
    summary = of_catalog(cache)("Two words. And more.", method, "short")
    assert summary.text == "Two words. And more."
    assert "too short" in summary.note
    assert [s.sources[0].start for s in summary.sentences] == [0, 11]
    assert cache.status().misses == 0


def test_one_giant_sentence_has_nothing_to_pick_from(summarizer: Summarizer) -> None:
    """Ten thousand letters without a full stop are one sentence, and the result says so."""
    summary = summarizer("a" * 10_000, "extractive", "medium")
    assert "only one sentence" in summary.note
    assert summary.text == "a" * 10_000


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("", "extractive", "short"), "Text"),
        ((" \u200b ", "extractive", "short"), "Text"),
        (("a" * 10_001, "extractive", "short"), "Text"),
        ((5, "extractive", "short"), "Text"),
        ((FERRY, "magic", "short"), "method"),
        ((FERRY, "extractive", "huge"), "length"),
        ((FERRY, None, "short"), "method"),
    ],
)
def test_bad_input_is_refused_before_any_model(arguments: tuple[str, str, str], field: str) -> None:
    """What cannot be used is named, and nothing loads."""
    cache = tiny.cache()
    with pytest.raises(InputError) as refused:
        of_catalog(cache)(*arguments)
    assert refused.value.field == field
    assert cache.status().misses == 0


def test_a_larger_limit_is_a_setting(tiny_cache: ModelCache) -> None:
    """An operator may allow more than the page does."""
    text = FERRY * 8
    with pytest.raises(InputError):
        of_catalog(tiny_cache)(text, "extractive")
    assert Summarizer(tiny_cache, SMOLLM2, MINILM, Limits(text=60_000))(text, "extractive").text


def test_leases_are_not_nested_and_stop_frees_the_model(summarizer: Summarizer) -> None:
    """The writer is released before the encoder is leased, and closing the stream releases what it holds."""
    held: Counter[int] = Counter()
    for _ in summarizer.stream(FERRY, "abstractive", "short"):
        held[sum(model.leases for model in summarizer.cache.status().models)] += 1
    assert held[1] > 0
    assert max(held) == 1
    stream = summarizer.stream(FERRY, "abstractive", "short")
    next(stream)
    assert isinstance(stream, Iterator)
    stream.close()
    assert sum(model.leases for model in summarizer.cache.status().models) == 0


def test_windows_hold_the_whole_text() -> None:
    """Windows join to the text again, are cut at sentences, and none is much larger than the rest."""
    loaded = tiny.load(SMOLLM2, ignore)
    windows, tokens, dropped = split(loaded, FERRY * 4)
    assert "".join(windows) == FERRY * 4
    assert len(windows) == -(-tokens // abstractive.WINDOW)
    assert dropped == 0
    starts = {span.start for span in sentences(FERRY * 4)}
    place = 0
    for window in windows:
        assert place in starts
        assert len(window) < abstractive.WINDOW + 400
        place += len(window)


@pytest.mark.parametrize("size", [200, 488, 1_000, abstractive.WINDOW])
@pytest.mark.parametrize("text", [FERRY * 4, f"{FERRY}{'b' * 3_000}{FERRY}", "🎉" * 2_000])
def test_no_window_is_larger_than_the_model_reads(text: str, size: int) -> None:
    """A cut that moves back to the beginning of a sentence makes the window behind it longer, but not too long."""
    loaded = tiny.load(SMOLLM2, ignore)
    windows, _, dropped = split(loaded, text, size)
    assert ("".join(windows), dropped) == (text, 0)
    assert max(len(loaded.tokenizer(window, add_special_tokens=False)["input_ids"]) for window in windows) <= size


@pytest.mark.parametrize("text", ["a" * 5_000, "🎉" * 2_000])
def test_a_text_without_sentences_is_cut_all_the_same(text: str) -> None:
    """Where there is no sentence to cut at, windows are cut between characters."""
    windows, _, _ = split(tiny.load(SMOLLM2, ignore), text)
    assert "".join(windows) == text
    assert len(windows) > 2


def test_what_is_not_read_is_counted() -> None:
    """Tokens beyond the reading limit are reported as dropped."""
    windows, tokens, dropped = split(tiny.load(SMOLLM2, ignore), "a" * 20_000)
    assert (tokens, dropped) == (abstractive.READING_LIMIT, 20_000 - abstractive.READING_LIMIT)
    assert "".join(windows) == "a" * abstractive.READING_LIMIT


@dataclass
class Teller:
    """A model that writes what `reply` returns for each prompt."""

    reply: Callable[[Sequence[int]], list[int]]
    info: CausalInfo = field(default_factory=lambda: CausalInfo(259, 2_048, frozenset([257])))

    def generate(self, prompt: Sequence[int], *options: object) -> Iterator[dict[int, Step]]:
        """Write, with a moment of nothing new before each token."""
        for token in self.reply(prompt):
            yield {}
            yield {0: Step(token, 1.0, ())}


def test_long_text_is_summarized_in_parts_and_then_together() -> None:
    """Each window is read by itself, and the last reading is of the windows' summaries."""
    read: list[str] = []
    loaded = tiny.load(SMOLLM2, ignore)

    def reply(prompt: Sequence[int]) -> list[int]:
        read.append(tokenizer.decode(prompt))
        return list(tokenizer(f"Part {len(read)} is short.")["input_ids"])

    tokenizer = loaded.tokenizer
    *_, last = write(replace(loaded, model=Teller(reply)), FERRY * 2, 1)
    assert len(read) == 3
    assert "Part 1 is short.\nPart 2 is short." in read[-1]
    assert last.text == "Part 3 is short."


def test_parts_of_which_nothing_is_written_make_no_summary() -> None:
    """It is empty, and no error."""

    def nothing(*_: object) -> Generator[abstractive.Writing, None, None]:
        yield abstractive.Writing("", "Writing", 1, 0)

    *_, summary = abstractive.in_windows(tiny.load(SMOLLM2, ignore), FERRY * 4, 3, abstractive.WINDOW, nothing)
    assert summary.text == ""


def test_a_sentence_that_turns_in_circles_is_left_out() -> None:
    """A model that repeats itself is ended at its last whole sentence, before its limit, and that is known."""
    loaded = tiny.load(SMOLLM2, ignore)
    tokens = loaded.tokenizer("The end is near. And so" + ", and so" * 16)["input_ids"]
    *drafts, last = write(replace(loaded, model=Teller(lambda prompt: tokens)), FERRY, 3)
    assert (last.text, last.circles) == ("The end is near.", True)
    assert len(drafts) < 2 * len(tokens)
    *_, plain = write(replace(loaded, model=Teller(lambda prompt: tokens[:40])), FERRY, 3)
    assert not plain.circles


def test_a_summary_says_that_its_model_was_ended() -> None:
    """The reason is in the result."""
    tokens = tiny.load(SMOLLM2, ignore).tokenizer("The end is near. And so" + ", and so" * 16)["input_ids"]
    cache = ModelCache(
        lambda spec, report: (
            replace(tiny.load(spec, report), model=Teller(lambda prompt: tokens))
            if spec == SMOLLM2
            else tiny.load(spec, report)
        ),
        10**10,
    )
    summary = Summarizer(cache, SMOLLM2, MINILM)(FERRY, "abstractive", "medium")
    assert (summary.text, summary.circles) == ("The end is near.", True)


# A run of twelve words.
TWELVE = "one two three four five six seven eight nine ten eleven twelve"


@pytest.mark.parametrize(
    ("text", "ended", "expected"),
    [
        ("One. Two. Three. Four.", True, "One. Two. Three."),
        ("One. Two is broken o", False, "One."),
        ("One. Two is whole", True, "One. Two is whole"),
        ("Only this is broken o", False, "Only this is broken…"),
        ("The same. The same. Another.", True, "The same. Another."),
        (f"It {TWELVE}. And so it {TWELVE}, he said. End.", True, f"It {TWELVE}. End."),
        (f"It {TWELVE[4:]}. And {TWELVE[4:]}, he said.", True, f"It {TWELVE[4:]}. And {TWELVE[4:]}, he said."),
        ('He said "yes."', False, 'He said "yes."'),
        ("", True, ""),
    ],
)
def test_summary_ends_at_a_sentence_end(text: str, ended: bool, expected: str) -> None:
    """What was broken off goes, what was said twice is said once."""
    assert trimmed(text, 3, ended) == expected


def test_the_texts_own_words_are_preferred() -> None:
    """Tokens of the text and the end are leaned towards, others are not."""
    loaded = tiny.load(SMOLLM2, ignore)
    bias = own_words(loaded, "Zebra")
    letters = {letter: loaded.tokenizer(letter)["input_ids"][0] for letter in "ZQ"}
    assert bias[letters["Z"]] > 0
    assert letters["Q"] not in bias
    assert all(bias[end] > 0 for end in loaded.model.info.ends)


def test_sources_are_the_nearest_and_only_near_ones() -> None:
    """At most three, above the threshold, not far behind the nearest; below it nothing supports the sentence."""
    spans = [Span(i, i + 1) for i in range(6)]
    linked = linked_to("x", "abcdef", spans, np.array([0.5, 0.9, 0.1, 0.8, 0.74, 0.89]))
    assert [(source.start, round(source.similarity, 2)) for source in linked.sources] == [(1, 0.9), (5, 0.89), (3, 0.8)]
    fewer = linked_to("x", "abcdef", spans, np.array([0.5, 0.9, 0.1, 0.7, 0.74, 0.76]))
    assert [source.start for source in fewer.sources] == [1, 5]
    alone = linked_to("x", "abcdef", spans, np.array([0.44, 0.1, 0, 0, 0, 0]))
    assert not alone.supported
    assert alone.nearest == pytest.approx(0.44)


ENGLISH = "In 2019 Ann Lee sold 1,500 of twelve kinds to the American firm's boss, 3.5 each. 全市有八十万人。"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("The boss of Paris paid Ann 1,500 for 22 gulls.", ["Paris", "22"]),
        ("Obama left; Ann's 1500 stayed.", ["Obama"]),
        ("In America they sold 20 kinds, 12 or twelve at 3.5, not 5.", ["America", "20", "5"]),
        ("Eleven of thirty were sold.", ["Eleven", "thirty"]),
        ("However, she sold it.", []),
        ("全市有八十万人，不是二十万人，Paris 也是。", ["二十万", "Paris"]),
        ("Ann sold 1.5 thousand, and one of them 80万人.", []),
        ("It cost 1.5 million in April, a dozen on Monday.", ["1.5 million", "April", "Monday"]),
        ("20 people were sold it.", ["20"]),
        ("Ann sold 150 and 15,000 of them.", ["150", "15,000"]),
        ("Lee's boss is an American.", []),
        ("Leeds had 201 kinds in 2019.", ["Leeds", "201"]),
    ],
)
def test_names_and_numbers_that_are_not_in_the_text(said: str, expected: list[str]) -> None:
    """A name or a number that the text does not have as a word is found, at its place in the sentence."""
    assert [place.of(said) for place in absent(said, ENGLISH)] == expected


@pytest.mark.parametrize(
    ("said", "text", "expected"),
    [
        ("M. Dupont a parlé le 12.", "Le 12.05.2024 M. Dupont a parlé.", ["12"]),
        ("It is 2.3 million.", "Version 1.2.3 m of 10.30.15 k, 1,2,3 bn, and 2.3m.", []),
        ("It is 2.3 million.", "In 1.2.3 m there is none.", ["2.3 million"]),
    ],
)
def test_what_has_two_points_is_no_number(said: str, text: str, expected: list[str]) -> None:
    """A date before an initial, or a version, is read all the same."""
    assert [place.of(said) for place in absent(said, text)] == expected


CHINESE = "李明华市长星期二说，新桥花了80万元，三月五日开工，两名工人受伤。王芳和约翰·琼斯都反对，欧阳修没有来。"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("市长李明华说，新桥花了八十万元，3月5日开工，周二。", []),
        ("李明亮说，新桥花了九十万元。", ["李明亮", "九十万"]),
        ("李明华昨天骑车去看新桥，王芳坐车。", []),
        ("王方表示反对，记者刘洋报道。", ["王方", "刘洋"]),
        ("张先生和欧阳锋在上海反对，琼斯加入。", ["张先生", "欧阳锋", "上海"]),
        ("约翰·史密斯与奥巴马反对。", ["约翰·史密斯", "奥巴马"]),
        ("新桥5月3号开工，周四完成，四名工人受伤。", ["5", "3", "周四", "四"]),
        ("十分高兴，万一下雨，高速公路和方案都要等周末，一个黄色的桥。", []),
    ],
)
def test_names_numbers_and_dates_of_chinese(said: str, expected: list[str]) -> None:
    """Without capitals too: surnames where a name can stand, foreign sounds, places, dates with their unit."""
    assert [place.of(said) for place in absent(said, CHINESE)] == expected


@pytest.mark.parametrize(
    ("text", "said", "names"),
    [
        (FERRY, "The ferry is electric. Barack Obama opened it in 1997.", ("Barack", "Obama", "1997")),
        ("新桥花了80万元，王芳很高兴。" * 12, "新桥花了80万元。李明亮很高兴。", ("李明亮",)),
    ],
)
def test_a_written_sentence_with_a_new_name_is_never_unmarked(text: str, said: str, names: tuple[str, ...]) -> None:
    """The name is marked at its place, and its sentence is not supported, however near its sources are."""
    tokens = tiny.load(SMOLLM2, ignore).tokenizer(said)["input_ids"]

    def load(spec: ModelSpec, report: Report) -> Loaded:
        loaded = tiny.load(spec, report)
        return replace(loaded, model=Teller(lambda prompt: tokens)) if spec == QWEN else loaded

    first, second = Summarizer(ModelCache(load, 10**10), QWEN, MINILM)(text, "abstractive", "medium").sentences
    assert first.absent == ()
    assert (second.absent, second.supported) == (names, False)
    assert tuple(mark.of(second.text) for mark in second.marks) == names


@pytest.mark.real
def test_shuffled_text_keeps_its_point(real_cache: ModelCache) -> None:
    """With strange sentences before it, a story's own sentences are still what is picked."""
    off = "Bananas are yellow. My left shoe is lost. Chess has bishops. "
    summary = of_catalog(real_cache)(off + FERRY, "extractive", "medium")
    assert len(summary.sentences) == 3
    assert all(sentence.sources[0].start >= len(off) for sentence in summary.sentences)


@pytest.mark.real
def test_real_summary_is_supported(real_cache: ModelCache) -> None:
    """SmolLM2 summarizes a short text in a sentence that ends, is shorter, and finds its source in the text."""
    text = FERRY[: FERRY.index("The new ship")].strip()
    summary = of_catalog(real_cache)(text, "abstractive", "short")
    assert len(text) > SHORTEST
    assert not summary.note
    assert summary.words_out < summary.words_in
    assert len(summary.sentences) == 1
    assert summary.sentences[0].supported
    assert summary.text[-1] in ".…"


@pytest.mark.real
def test_real_threshold_shows_support_from_none(real_cache: ModelCache) -> None:
    """A paraphrase finds its source, an invention about something else finds none."""
    spans = sentences(FERRY)
    said = ["An electric ship replaces the old diesel ferry.", "The president of Brazil won the chess championship."]
    with real_cache.lease(MINILM) as loaded:
        vectors = embed(loaded, [*said, *(span.of(FERRY) for span in spans)]).vectors
    paraphrase, invention = (linked_to(s, FERRY, spans, vectors[2:] @ vectors[i]) for i, s in enumerate(said))
    assert "ferry" in FERRY[paraphrase.sources[0].start : paraphrase.sources[0].end]
    assert not invention.supported
    assert invention.absent == ("Brazil",)
