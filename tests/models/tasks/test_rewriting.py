"""Another word in a translation: what else the network could write there, and the rest of the sentence after it."""

import textwrap
from dataclasses import replace
from types import SimpleNamespace

import pytest

from models.catalog.bundled import ENGLISH_PORTUGUESE, QWEN
from models.engines import codec
from models.runtime.cache import Loaded, ModelCache
from models.runtime.limits import InputError
from models.runtime.provenance import Run
from models.tasks.translation import rewriting
from models.tasks.translation.adapter import Translator
from models.tasks.translation.rewriting import OtherWord, Place, Rewriter
from models.tasks.translation.translated import Sentence, Translation
from models.text.alignment import Link, words
from models.text.paragraphs import unwrapped
from models.text.sentences import Span
from tests import tiny_student


def test_the_student_goes_on_from_what_is_written() -> None:
    """After its own beginning it writes what it wrote; the probabilities are those of the step, and sum to 1."""
    student = tiny_student.student()
    for source in tiny_student.SOURCES:
        (whole,) = tiny_student.translated(student, [source])
        again = student.continued(source, whole.ids[:2])
        assert again.ids[: len(whole.ids)] == whole.ids
        choices = student.choices(source, whole.ids[:1])
        assert float(choices.sum()) == pytest.approx(1, abs=1e-5)
        assert int(choices.argmax()) == (whole.ids[1] if len(whole.ids) > 1 else codec.END)
        other = int(choices.topk(3).indices[2])
        if other != codec.END:
            assert student.continued(source, [*whole.ids[:1], other]).ids[:2] == [*whole.ids[:1], other]


@pytest.fixture
def found(tiny_cache: ModelCache) -> tuple[Rewriter, Translation]:
    """Two sentences, as if by a tiny student."""
    first = Sentence(Span(0, 14), Span(0, 11), (Link(Span(4, 7), Span(2, 5), 0.9),))
    second = Sentence(Span(15, 21), Span(12, 18), (Link(Span(17, 20), Span(14, 17), 0.8),))
    run = Run("Student", "cpu", 9, 0, 0.1)
    made = Translation("The dog jumps. A fox!", "A dog jump. A fox.", (first, second), run)
    return Rewriter(Translator(tiny_cache, ENGLISH_PORTUGUESE)), made


def test_the_rest_of_the_sentence_is_written_anew(found: tuple[Rewriter, Translation]) -> None:
    """What stands before the word stays, and so do the other sentences, at their new places."""
    rewriter, before = found
    place = Place(0, 1)
    at = rewriter.check(before, place)
    other = OtherWord("fox", tuple(tiny_student.tokenizer().encode("fox")[1:]), 0.1)
    after = rewriter.rewritten(before, place, other)
    assert after.text[: at.start].rstrip() == before.text[: at.start].rstrip()
    assert after.text[at.start :].startswith("fox")
    assert after.text != before.text
    for one, other_one in zip(before.sentences[1:], after.sentences[1:], strict=True):
        assert other_one.target.of(after.text) == one.target.of(before.text)
        assert [link.target.of(after.text) for link in other_one.links] == [
            link.target.of(before.text) for link in one.links
        ]


def test_what_is_known_of_a_sentence_is_that_of_the_new_one(found: tuple[Rewriter, Translation]) -> None:
    """What the old one lost or could not read does not count any more."""
    before = found[1]
    old = replace(before.sentences[0], copied=2, guessed=1, lost=("5",), complete=False)
    written = codec.Written("A fox", (), copied=1, faults=3, circles=True)
    after = replace(before, sentences=(old, before.sentences[1])).with_sentence(0, written)
    assert after.text == "A fox A fox."
    assert after.sentences[0] == Sentence(Span(0, 14), Span(0, 5), copied=1, guessed=3, circles=True)


@pytest.mark.parametrize("quote", ["", "> ", "> > "])
def test_a_wrapped_sentence_is_read_on_one_line(tiny_cache: ModelCache, quote: str) -> None:
    """The other words, and what is written after one, are those of the text without line breaks."""
    rewriter = Rewriter(Translator(tiny_cache, ENGLISH_PORTUGUESE))
    source = (
        "The keeper of the lighthouse wrote a letter to his sister every evening, and in the morning he gave it to "
        "a boat that brought the oil."
    )
    target = "The fox of the dog jumps over five boxes, and with the jugs it gave my quick box to a dog of the box."

    def translated(width: int, quote: str) -> Translation:
        """As if it was translated, in lines of so many columns."""
        read, made = ("\n".join(quote + line for line in textwrap.wrap(text, width)) for text in (source, target))
        sentence = Sentence(Span(len(quote), len(read)), Span(len(quote), len(made)))
        return Translation(read, made, (sentence,), Run("Student", "cpu", 9, 0, 0.1))

    flat, broken = translated(1_000, ""), translated(40, quote)
    assert "\n" not in unwrapped(broken.source)
    there = words(broken.sentences[0].target.of(broken.text))
    written = [at for at, word in enumerate(there) if word.of(broken.text[len(quote) :]) != ">"]
    for number in (3, 10, 15):
        one, other = Place(0, number), Place(0, written[number])
        assert rewriter.check(flat, one).of(flat.text) == rewriter.check(broken, other).of(broken.text)
        others = rewriter.others(flat, one)
        assert rewriter.others(broken, other) == others
        found = [rewriter.rewritten(*each, others[0]) for each in ((flat, one), (broken, other))]
        assert len({each.sentences[0].target.of(each.text) for each in found}) == 1


def test_other_words_are_the_likeliest_first(found: tuple[Rewriter, Translation]) -> None:
    """Without the word that stands there."""
    rewriter, before = found
    others = rewriter.others(before, Place(0, 0))
    here = rewriter.check(before, Place(0, 0)).of(before.text)
    assert here not in [each.text for each in others]
    chances = [each.probability for each in others]
    assert chances == sorted(chances, reverse=True)
    assert all(0 < chance < 1 for chance in chances)


@pytest.mark.parametrize(
    ("pieces", "word"),
    [
        ("▁a b c ▁d", "▁a b c"),
        ("▁a b , c", "▁a b"),
        ("▁a b", "▁a b"),
        (" ".join(["▁a", *"bc" * 9]), "▁a b c b c b c b c b c b"),
    ],
    ids=["to the next word", "to a comma", "to the end", "to the most tokens"],
)
def test_a_word_ends(pieces: str, word: str) -> None:
    """Where another begins, at a sign, with the sentence, or after twelve tokens."""
    written = pieces.split()
    tokenizer = SimpleNamespace(id_to_piece=written.__getitem__)
    found = rewriting._word(Loaded(None, tokenizer, "cpu", "float32", 0), list(range(len(written))), 0)
    assert [written[token] for token in found] == word.split()


@pytest.mark.parametrize("place", [Place(9, 0), Place(0, 999), Place(-1, 0)])
def test_a_place_that_is_not_there_is_refused(found: tuple[Rewriter, Translation], place: Place) -> None:
    """In words."""
    with pytest.raises(InputError, match="There is no such"):
        found[0].check(found[1], place)


def test_a_model_without_the_view_says_which_has_it(found: tuple[Rewriter, Translation]) -> None:
    """A language model that translates writes no sentence word by word here."""
    rewriter = Rewriter(Translator(found[0].translator.cache, QWEN))
    with pytest.raises(InputError, match="The Firefox models do"):
        rewriter.others(found[1], Place(0, 0))
