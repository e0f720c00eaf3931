"""Question answering: every place of a long text is read once, and an answer's offsets are the visitor's own."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from models.catalog.bundled import QUESTION_ANSWERING
from models.catalog.offers import BUNDLED
from models.engines.base import EncoderInfo
from models.engines.encoder_batches import padded
from models.runtime.arrays import Floats
from models.runtime.cache import Loaded, ModelCache
from models.runtime.limits import CONTEXT_LIMIT, InputError
from models.tasks.question_answering.adapter import Answerer
from models.tasks.question_answering.combining import Calibration, bare, whole_characters, whole_words
from models.tasks.question_answering.lists import as_prose, whole_list
from models.tasks.question_answering.windows import (
    ANSWER_TOKENS,
    BETWEEN_ITEMS,
    ITEM_END,
    LINE_END,
    SENTENCE_END,
    WINDOW_TOKENS,
    Window,
    _margins,
    batches,
    borders,
    encode,
    read,
)
from tests import tiny

TOKENIZER = tiny.letter_tokenizer()
TINY = Answerer(tiny.cache(), QUESTION_ANSWERING)
AWKWARD = st.text(st.sampled_from("aé9e\u0301\r\n 中文😀👩🏽\u200d💻\ufe0fß.!\u0489\tא"), max_size=60)


@dataclass
class Finder:
    """A stand-in for a model: it sees an answer wherever the letter `z` is, as strongly as there are `z` in a row."""

    null: float = 0.0
    calls: int = 0

    info = EncoderInfo(1, (), False, 0, 512)

    def __call__(self, rows: Sequence[Sequence[int]], firsts: Sequence[int] | None = None) -> tuple[Floats, ...]:
        self.calls += 1
        letter = TOKENIZER.convert_tokens_to_ids(["z", "##z"])
        hits = 8 * np.isin(padded(rows, self.info)["input_ids"], letter).astype(np.float32)
        before = np.pad(hits, ((0, 0), (1, 0)))[:, :-1]
        after = np.pad(hits, ((0, 0), (0, 1)))[:, 1:]
        starts, ends = hits - before, hits - after
        starts[:, 0] = ends[:, 0] = self.null
        return starts, ends


def answerer(model: Finder) -> Answerer:
    """An adapter over a stand-in."""
    loaded = Loaded(model, TOKENIZER, "cpu", "float32", 1)
    return Answerer(ModelCache(lambda spec, report: loaded, 10**9), QUESTION_ANSWERING)


@given(st.integers(0, 1500), st.integers(1, 100))
@settings(max_examples=60, deadline=None)
def test_every_token_is_owned_by_one_window(length: int, asked: int) -> None:
    """The windows own each token of the context once, and an answer that begins there fits in."""
    encoded = encode(TOKENIZER, "q" * asked, "." * length)
    owned = []
    for window in encoded.windows:
        assert len(window.ids) <= WINDOW_TOKENS
        owned += [window.offsets[i - window.first][0] for i in window.owned]
        last = window.offsets[-1][1] if window.offsets else 0
        assert last == length or window.owned.stop + ANSWER_TOKENS <= len(window.ids)
    assert owned == list(range(length))


def test_a_batch_holds_similar_windows() -> None:
    """No window is lost, and the padding stays within the batch's bound."""
    windows = [w for n in (5, 900, 40, 300) for w in encode(TOKENIZER, "q", "." * n, job=n).windows]
    found = list(batches(windows))
    assert sorted(id(w) for batch in found for w in batch) == sorted(map(id, windows))
    assert all(len(batch[0].ids) >= len(window.ids) for batch in found for window in batch)


@pytest.mark.parametrize("place", [0, 150, 191, 192, 193, 255, 256, 320, 5_000, 59_990])
def test_an_answer_is_found_at_its_own_place(place: int) -> None:
    """Wherever the answer is in a long text, borders of windows too, its offsets are right and it counts once."""
    context = "ab " * 20_000
    context = f"{context[:place]}zzz{context[place + 3 :]}"
    found = answerer(Finder())("where", context, 1)
    assert found.answers[0].text == "zzz"
    assert found.answers[0].start == place
    assert found.complete
    assert found.answers[0].score > 0.5
    assert found.found


def test_the_null_answer_wins_where_there_is_none() -> None:
    """A text without the answer has a no-answer probability near one, and says so."""
    found = answerer(Finder(null=6.0))("where", "nothing of the kind")
    assert found.no_answer > 0.9
    assert not found.found


def test_answers_do_not_overlap_and_share_the_probability() -> None:
    """Three places give three answers, best first; with no answer they make up at most 1."""
    found = answerer(Finder())("where", "zz one zzzz two z three", 3)
    assert sorted(answer.text for answer in found.answers) == ["z", "zz", "zzzz"]
    assert sum(answer.score for answer in found.answers) + found.no_answer == pytest.approx(1, abs=0.02)
    assert [a.score for a in found.answers] == sorted((a.score for a in found.answers), reverse=True)


def test_spans_are_those_of_torch() -> None:
    """Margins of every span, the best ones and the masses are what the same formulas give in torch."""
    random = np.random.default_rng(0)
    windows = [window for n in (700, 3, 60) for window in encode(TOKENIZER, "who", "ab " * n).windows]
    shape = (len(windows), max(len(window.ids) for window in windows))
    starts, ends = (random.normal(0, 4, shape).astype(np.float32) for _ in range(2))
    wanted = _margins_in_torch(torch.tensor(starts), torch.tensor(ends), windows)
    assert np.array_equal(_margins(starts, ends, windows), wanted.numpy())
    found = read(lambda rows, firsts=None: (starts, ends), windows, 3, 1.7)  # type: ignore[arg-type]
    masses = (wanted / 1.7).flatten(1).logsumexp(1)
    for i, (window, reading) in enumerate(zip(windows, found, strict=True)):
        assert reading.log_mass == pytest.approx(float(masses[i]), abs=1e-5)
        left = wanted[i].clone()
        for span in reading.spans:
            more, begin = divmod(int(left.argmax()), shape[1])
            places = [window.offsets[at - window.first] for at in (begin, begin + more)]
            assert (span.start, span.end) == (places[0][0], places[1][1])
            assert span.margin == float(left[more, begin])
            overlapping = [
                (m, b) for m in range(ANSWER_TOKENS) for b in range(shape[1]) if b <= begin + more and b + m >= begin
            ]
            rows, columns = zip(*overlapping, strict=True)
            assert span.log_mass == pytest.approx(float((left[rows, columns] / 1.7).logsumexp(0)), abs=1e-5)
            left[rows, columns] = -torch.inf


def _margins_in_torch(starts: Tensor, ends: Tensor, windows: Sequence[Window]) -> Tensor:
    """Span by span."""
    margins = torch.full((len(windows), ANSWER_TOKENS, starts.shape[1]), -torch.inf)
    for i, window in enumerate(windows):
        for begin in window.owned:
            for more in range(min(ANSWER_TOKENS, len(window.ids) - 1 - begin)):
                null = starts[i, 0] + ends[i, 0]
                margins[i, more, begin] = starts[i, begin] - null + ends[i, begin + more]
    return margins


@given(question=AWKWARD.filter(lambda t: any(c.isalnum() for c in t)), context=AWKWARD)
@settings(max_examples=150, deadline=None)
def test_offsets_are_the_visitors_own(question: str, context: str) -> None:
    """With emoji, Chinese, combining marks and line ends, `text` is what stands between `start` and `end`."""
    if not any(character.isalnum() for character in context):
        context += "word"
    found = TINY(question, context, 5)
    places = sorted((answer.start, answer.end) for answer in found.answers)
    assert all(answer.text == context[answer.start : answer.end] and answer.text.strip() for answer in found.answers)
    assert all(whole_characters(context, *place) == place for place in places)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(places))
    assert 0 <= found.no_answer <= 1
    assert sum(answer.score for answer in found.answers) + found.no_answer <= 1 + 1e-6


@pytest.mark.parametrize(
    ("text", "span", "whole"),
    [
        ("cafe\u0301 au", (0, 4), (0, 5)),
        ("👩🏽\u200d💻 ok", (0, 1), (0, 4)),
        ("👩🏽\u200d💻 ok", (3, 4), (0, 4)),
        ("❤\ufe0f x", (0, 1), (0, 2)),
        ("plain", (1, 3), (1, 3)),
        ("শুরু.", (0, 3), (0, 4)),
        ("น้ำ x", (0, 1), (0, 2)),
        ("हिन्दी", (0, 1), (0, 2)),
        ("தமிழ்", (0, 4), (0, 5)),
        ("తెలుగు", (0, 5), (0, 6)),
        ("မြန်မာ", (0, 1), (0, 2)),
        ("ខ្មែរ", (2, 3), (2, 4)),
        ("සිංහල", (0, 1), (0, 3)),
        ("ລາວນີ້", (3, 4), (3, 6)),
        ("שָׁלוֹם", (0, 1), (0, 3)),
        ("a\r\nb", (0, 1), (0, 1)),
        ("end", (0, 3), (0, 3)),
    ],
)
def test_no_character_is_cut_in_two(text: str, span: tuple[int, int], whole: tuple[int, int]) -> None:
    """A span grows over the accents, skin tones and joined emoji that belong to its characters."""
    assert whole_characters(text, *span) == whole


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ("$6)", "$6"),
        ("(children: $6", "children: $6"),
        ("(children: $6)", "(children: $6)"),
        ("$12 (children: $6)", "$12 (children: $6)"),
        ("f(x)]", "f(x)"),
        ("[f(x)", "f(x)"),
        (")", ")"),
        ("(", "("),
        ("《红", "红"),
        ("$12", "$12"),
        ('no."', "no."),
        ('"no', "no"),
        ('"no."', '"no."'),
        ("“yes", "yes"),
        ("yes”", "yes"),
        ("“yes”", "“yes”"),
        ("| $8 |", "$8"),
        ("$8 |", "$8"),
    ],
)
def test_half_a_pair_of_brackets_is_left_out(span: str, expected: str) -> None:
    """At either end of a span, as half a pair of quotes and the edges of a table's cell are."""
    text = 'It is $12 (children: $6), see [f(x)] and 《红楼梦》. He said "no." She said “yes”. | large | $8 |'
    start = text.index(span)
    assert text[slice(*bare(text, start, start + len(span)))] == expected


@pytest.mark.parametrize(
    ("span", "whole"),
    [
        ("ana", "ana@example.com"),
        ("@example", "ana@example.com"),
        ("example.org", "https://www.example.org/a?b=c"),
        ("1", "1,234.56"),
        ("of 1,234", "of 1,234.56"),
        ("9", "9:30"),
        ("by", "by"),
        ("Mr. Lee", "Mr. Lee"),
        ("7", "7/05/2024"),
        ("2", "2"),
    ],
)
def test_no_address_or_number_is_cut_in_two(span: str, whole: str) -> None:
    """A span grows over the address or number that it is a part of, and over nothing else."""
    text = "Write ana@example.com or https://www.example.org/a?b=c. Cost of 1,234.56 at 9:30 by Mr. Lee, 7/05/2024 (2)."
    start = text.rindex(span) if span == "2" else text.index(span)
    found = whole_words(text, start, start + len(span))
    assert text[slice(*found)] == whole


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        ("Her name is فاطمة الزهراء.", "طمة", "فاطمة"),
        ("He is called রবীন্দ্রনাথ ঠাকুর.", "র", "রবীন্দ্রনাথ"),
        ("The city is Москва, of course.", "оск", "Москва"),
        ("The word is λόγος.", "ό", "λόγος"),
        ("The word is שָׁלוֹם.", "ל", "שָׁלוֹם"),
        ("The word is हिन्दी।", "न्", "हिन्दी"),
        ("The word is தமிழ்.", "மி", "தமிழ்"),
        ("The word is ქართული.", "ქ", "ქართული"),
        ("The word is հայերեն.", "եր", "հայերեն"),
        ("The word is አማርኛ.", "ማ", "አማርኛ"),
        ("The word is 北京大学.", "北京", "北京"),
        ("คำว่าข้าว", "ข้าว", "ข้าว"),
        ("서울에서", "서울", "서울"),
        ("unhappiness", "happi", "happi"),
    ],
)
def test_no_word_of_letters_is_cut_in_two(text: str, part: str, whole: str) -> None:
    """Of a script that is read letter by letter; not of one without spaces, nor before an ending of Korean."""
    start = text.index(part)
    assert text[slice(*whole_words(text, start, start + len(part)))] == whole


def test_many_is_one_by_one() -> None:
    """Questions that share batches get the answers that they get alone."""
    pairs = [("who", "Ann saw Bob. " * n) for n in (1, 60, 3)]
    [together] = TINY.many(pairs, 2)
    for (question, context), found in zip(pairs, together, strict=True):
        alone = TINY(question, context, 2)
        assert [(a.start, a.end) for a in alone.answers] == [(a.start, a.end) for a in found.answers]
        assert alone.margin == pytest.approx(found.margin, abs=1e-4)


def test_stopping_ends_the_work() -> None:
    """A closed stream runs no further batch and frees the model."""
    model = Finder()
    adapter = answerer(model)
    stream = adapter.stream("where", "ab " * (CONTEXT_LIMIT // 3))
    first = next(stream)
    assert not first.complete
    stream.close()
    assert model.calls == 1
    assert adapter.cache.status().models[0].leases == 0


def test_what_is_left_of_the_question_is_reported() -> None:
    """Tokens of the question beyond its limit are counted as dropped, and all of the context is read."""
    run = TINY("q" * 70, "a" * 100).run
    assert (run.tokens, run.dropped) == (164, 6)


def test_a_text_without_tokens_has_no_answer() -> None:
    """A context of signs that the tokenizer removes is no error."""
    found = TINY("who", "\ufffd")
    assert found.answers == ()
    assert found.no_answer == 1


def test_the_calibration_of_the_adapter_is_used() -> None:
    """At its threshold the two are even; a missing file means none."""
    info = replace(Finder.info, calibration={"scale": 0.5, "threshold": 2.0, "temperature": 1.5})
    calibration = Calibration.of(info)
    assert calibration.no_answer(2.0) == pytest.approx(0.5)
    assert calibration.no_answer(4.0) == pytest.approx(1 / (1 + math.e))
    assert calibration.no_answer(-(10.0**6)) == pytest.approx(1)
    assert Calibration.of(Finder.info) == Calibration()


@pytest.mark.parametrize(
    ("question", "context", "top_k", "field"),
    [
        ("", "text", 3, "question"),
        ("?!", "text", 3, "question"),
        ("who", " \n", 3, "context"),
        ("who", "\0text", 3, "context"),
        ("who", "a" * (CONTEXT_LIMIT + 1), 3, "context"),
        ("who", None, 3, "context"),
        ("who", "text", 0, "top_k"),
        ("who", "text", 11, "top_k"),
        ("who", "text", 1.5, "top_k"),
    ],
)
def test_bad_input_is_named_before_any_model_runs(question: Any, context: Any, top_k: Any, field: str) -> None:
    """The error names its field, and nothing was loaded for it."""
    adapter = Answerer(tiny.cache(), QUESTION_ANSWERING)
    with pytest.raises(InputError) as caught:
        adapter(question, context, top_k)
    assert caught.value.field == field
    assert adapter.cache.status().misses == 0


@pytest.mark.real
@pytest.mark.parametrize(
    ("question", "context", "expected"),
    [
        ("Who wrote Dune?", "Dune was written by Frank Herbert. Emma was written by Jane Austen.", "Frank Herbert"),
        ("Who wrote Emma?", "Dune was written by Frank Herbert. Emma was written by Jane Austen.", "Jane Austen"),
        ("How much is the small one?", "Small: $5\nLarge: $5", "$5"),
        ("What is the price of tea?", "Coffee: 3 euros\nTea: 2 euros\nWater: 1 euro", "2 euros"),
        ("What is the word?", "The word is শুরু.", "শুরু"),
        ("Who is the doctor?", "Dr. A. B. Smith is the doctor. Mr. Jones is the nurse.", "Dr. A. B. Smith"),
        ("How old is Ana?", "Ana is 34 years old. Ben is 28.", "34"),
        ("How much did it cost?", "It cost $1,234.56. That was too much.", "$1,234.56"),
        ("When was it?", "It happened on Jan. 5, 2020. Nobody cared.", "Jan. 5, 2020"),
        ("What did he say?", 'He said "I am fine." Then he left.', "I am fine."),
        ("Who is the author?", "Title: Dune\nAuthor: Frank Herbert\nYear: 1965", "Frank Herbert"),
        ("What is the price of the large one?", "| size | price |\n|---|---|\n| small | $5 |\n| large | $8 |", "$8"),
        ("What is her name in Arabic?", "Her name in Arabic is فاطمة. She lives in Cairo.", "فاطمة"),
        ("What is the word for water?", "The word for water is पानी. The word for fire is आग।", "पानी"),
        ("How much is the tea?", "Coffee 3.50\nTea 2.50\nCake 4.00", "2.50"),
        ("Where was he born?", "He was born in St. Petersburg. He died in the U.S. in 1977.", "St. Petersburg"),
        ("Why was the flight cancelled?", "It was cancelled because of fog. Nobody was hurt.", "because of fog"),
        ("What is Ben's phone number?", "Ana: 555-0100\nBen: 555-0101\nCarla: 555-0102", "555-0101"),
    ],
)
def test_an_answer_ends_with_its_sentence(real_cache: ModelCache, question: str, context: str, expected: str) -> None:
    """The next sentence or line is not part of it, and letters of no script are cut."""
    assert Answerer(real_cache, BUNDLED.question_answering[0])(question, context).answers[0].text == expected


@pytest.mark.real
@pytest.mark.parametrize(
    ("question", "context", "expected"),
    [
        ("What do I need to buy?", "Shopping list:\nmilk\neggs\nbread\nbutter", "milk\neggs\nbread\nbutter"),
        ("What do I need to buy?", "To buy:\n- milk\n- eggs\n- a loaf of bread", "milk\n- eggs\n- a loaf of bread"),
        (
            "What do I need to buy?",
            "I have to go shopping. I need to buy:\nmilk\neggs\nbread\n\nThen I have to call Anna.",
            "milk\neggs\nbread",
        ),
        (
            "What do I need to buy?",
            "Before Friday, buy these things:\n* two pencils\n* a ruler\n* an eraser\nThe school opens on Monday.",
            "two pencils\n* a ruler\n* an eraser",
        ),
        (
            "Which ingredients do I need?",
            "Ingredients:\n2 eggs\n100 g sugar\n200 g flour\n\nMix everything and bake for an hour.",
            "2 eggs\n100 g sugar\n200 g flour",
        ),
        (
            "What are the ingredients?",
            "Pancakes\nIngredients\n- flour\n- milk\n- salt\n\nDirections\nMix it all.",
            "flour\n- milk\n- salt",
        ),
        (
            "Who came to the party?",
            "These people came to the party:\nAnna\nBen\nCarla\nDavid\nIt ended at midnight.",
            "Anna\nBen\nCarla\nDavid",
        ),
        ("Which cities did they visit?", "Cities we visited:\nPorto\nLisbon\nFaro", "Porto\nLisbon\nFaro"),
        (
            "What should I pack?",
            "Please pack:\n- a warm coat\n- boots\n- a torch\nWe leave at six.",
            "a warm coat\n- boots\n- a torch",
        ),
        (
            "What languages are supported?",
            "Supported languages:\nEnglish\nPortuguese\nChinese",
            "English\nPortuguese\nChinese",
        ),
        ("Where does Ben live?", "Anna lives in Porto\nBen lives in Lisbon\nCarla lives in Faro", "Lisbon"),
        ("How many eggs are needed?", "Ingredients:\n2 eggs\n100 g sugar\n200 g flour", "2"),
        ("What is the first step?", "1. Open the box\n2. Take out the lamp\n3. Plug it in", "Open the box"),
        ("Who plays the piano?", "Anna: piano\nBen: violin\nCarla: drums", "Anna"),
    ],
)
def test_a_list_over_lines_is_one_answer(real_cache: ModelCache, question: str, context: str, expected: str) -> None:
    """All of it where it is asked for, and one item where that is."""
    assert Answerer(real_cache, BUNDLED.question_answering[0])(question, context).answers[0].text == expected


@pytest.mark.parametrize(
    ("context", "found", "expected"),
    [
        ("Buy:\nmilk\neggs\nbread\nCall her.", "milk\neggs", "milk\neggs\nbread"),
        ("Buy:\nmilk\neggs\nbread\n\ntea", "eggs\nbread", "milk\neggs\nbread"),
        ("To buy\nmilk\neggs\nbread", "milk\neggs", "milk\neggs\nbread"),
        ("- milk\n- eggs\n- a loaf", "milk\n- eggs", "milk\n- eggs\n- a loaf"),
        ("1. a lamp\n2. a cable\n3. a book", "lamp\n2. a cable", "a lamp\n2. a cable\n3. a book"),
        ("1. a lamp\n2. a cable", "lamp\n2", "lamp"),
        ("• a desk\n• a bed", "• a desk", "a desk"),
        ("Buy:\nmilk\neggs", "eggs", "eggs"),
        ("Small: $5\nLarge: $5", "$5\nLarge: $5", "$5\nLarge: $5"),
        ("She sang.\nHe slept.", "sang.\nHe", "sang.\nHe"),
        ("买：\n牛奶\n鸡蛋\n面包", "牛奶\n鸡蛋", "牛奶\n鸡蛋\n面包"),
        (f"milk\neggs\n{'a paragraph ' * 9}", "milk\neggs", "milk\neggs"),
    ],
)
def test_a_whole_list(context: str, found: str, expected: str) -> None:
    """A place with words of several items is all of the list; bullets at its ends are left out."""
    start = context.index(found)
    assert context[slice(*whole_list(context, start, start + len(found)))] == expected


@pytest.mark.parametrize(
    ("context", "costs"),
    [
        ("Go on. b", [0, SENTENCE_END]),
        ("a\nb", [0, ITEM_END]),
        ("x: a\nb", [0, LINE_END]),
        ("a\nx: b", [0, LINE_END]),
        ("a.\nb", [0, SENTENCE_END]),
        ("a b", [0, 0]),
        ("a\n\nb", [0, ITEM_END]),
        ("অ। b", [0, SENTENCE_END]),
        ("- a\n- b", [0, BETWEEN_ITEMS[","]]),
        ("1. a\n2. b", [0, BETWEEN_ITEMS[";"]]),
        ("a\nc\nb", [0, 2 * BETWEEN_ITEMS[","]]),
    ],
)
def test_borders_cost_by_their_kind(context: str, costs: list[float]) -> None:
    """A sentence's end is a stronger border than a line's, and a line with a name and a value than an item's."""
    last = len(context) - 1
    assert borders(context, as_prose(context), [(0, 1), (last, last + 1)]) == costs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Buy:\nmilk\neggs\nbread", "Buy:\nmilk,eggs,bread"),
        ("milk\neggs\nbread", "milk,eggs,bread"),
        ("- milk\n- eggs", "  milk,  eggs"),
        ("To do\n  * call\n  * write\nSoon.", "To do\n    call,    write\nSoon."),
        ("1. Open it\n2. Read it", "   Open it;   Read it"),
        ("(a) rice\n(b) tea", "    rice;    tea"),
        ("Buy:\r\nmilk\r\neggs", "Buy:\r\nmilk, eggs"),
        ("milk\n\neggs\n\nbread", "milk\n\neggs\n\nbread"),
        ("milk\neggs", "milk\neggs"),
        ("Tea: 2\nMilk: 3\nRice: 4", "Tea: 2\nMilk: 3\nRice: 4"),
        ("It rained.\nWe slept.\nIt ended.", "It rained.\nWe slept.\nIt ended."),
        ("a line of more than thirty columns here\nand one more\nand a third", None),
        ("买：\n牛奶\n鸡蛋", "买：\n牛奶,鸡蛋"),
    ],
)
def test_lists_are_read_as_prose(text: str, expected: str | None) -> None:
    """With signs for the line breaks and bullets, character for character; other lines stay lines."""
    assert as_prose(text) == (text if expected is None else expected)


@pytest.mark.real
@pytest.mark.parametrize(
    ("question", "context", "expected"),
    [
        ("What should I buy?", "Shopping list:\nmilk\neggs\nbread", "milk\neggs\nbread"),
        ("What should I buy?", "Shopping list:\n- milk\n- eggs\n- bread", "milk\n- eggs\n- bread"),
        ("What should I buy?", "milk\neggs\nbread", "milk\neggs\nbread"),
        ("What should I buy?", "- milk\n- eggs\n- bread", "milk\n- eggs\n- bread"),
        ("What should I buy?", "Buy:\nrice\nbeans\ncoffee\ntoilet paper", "rice\nbeans\ncoffee\ntoilet paper"),
        (
            "What should I buy?",
            "Shopping list for Saturday:\n\n- milk\n- eggs\n- a loaf of bread\n- coffee\n\nCall Anna.",
            "milk\n- eggs\n- a loaf of bread\n- coffee",
        ),
        ("What do we need for the picnic?", "For the picnic:\nlemonade\na blanket", "lemonade\na blanket"),
        ("Which tools are needed?", "Tools needed:\nhammer\nscrewdriver\nsaw", "hammer\nscrewdriver\nsaw"),
        ("What are the symptoms?", "Symptoms:\nfever\ncough\nheadache", "fever\ncough\nheadache"),
        ("Who are the winners?", "Winners:\nMaria Costa\nJohn Hill\nWei Chen", "Maria Costa\nJohn Hill\nWei Chen"),
        (
            "What should I see in Porto?",
            "Things to see in Porto\n• the cathedral\n• the bridge\n• the book shop",
            "the cathedral\n• the bridge\n• the book shop",
        ),
        ("What colours do you have?", "Colours in stock:\nblack\nwhite", "black\nwhite"),
    ],
)
def test_a_list_is_found(real_cache: ModelCache, question: str, context: str, expected: str) -> None:
    """By the default model, which says that it is an answer."""
    found = Answerer(real_cache, BUNDLED.question_answering[0])(question, context)
    assert (found.answers[0].text, found.found) == (expected, True)


@pytest.mark.real
@pytest.mark.parametrize(
    ("question", "context"),
    [
        ("Where is the shop?", "Shopping list:\nmilk\neggs\nbread"),
        ("When does the train leave?", "Packing list:\n2 shirts\ntoothbrush\npassport"),
        ("How long does it last?", "Symptoms:\nfever\ncough\nheadache"),
        ("Who wrote the program?", "Requirements\n- Python 3.11\n- 8 GB of memory\n- a GPU"),
    ],
)
def test_a_list_is_not_the_answer_to_everything(real_cache: ModelCache, question: str, context: str) -> None:
    """What it does not say is still refused."""
    assert not Answerer(real_cache, BUNDLED.question_answering[0])(question, context).found
