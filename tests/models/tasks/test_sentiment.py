"""Sentiment: probabilities, sentences and words in the visitor's own text."""

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalog.bundled import LABELS, SENTIMENT
from models.engines.base import EncoderInfo
from models.runtime.arrays import Floats
from models.runtime.cache import Loaded, ModelCache
from models.runtime.limits import TEXT_LIMIT, InputError
from models.tasks.sentiment.adapter import SentimentReader
from models.tasks.sentiment.evidence import by_evidence
from models.tasks.sentiment.results import MARKED_WORDS, WINDOW_TOKENS, Scores
from tests import tiny

TINY = SentimentReader(tiny.cache(), SENTIMENT)
REVIEW = "Not bad at all. It broke, sadly.\r\nI bought it on Monday."
TOKENIZER = tiny.letter_tokenizer()


class Counter:
    """A stand-in for a model, far from indifferent: each `b` is bad, each `o` good, and any other letter neither."""

    info = EncoderInfo(1, LABELS, False, 0, 512)

    def __call__(self, rows: Sequence[Sequence[int]]) -> tuple[Floats]:
        letters = [TOKENIZER.convert_tokens_to_ids([sign, f"##{sign}"]) for sign in "bo"]
        bad, good = (np.array([sum(id_ in ids for id_ in row) for row in rows]) for ids in letters)
        return (np.stack([bad, 1 + 0 * bad, good], axis=1).astype(np.float32),)


def counting() -> SentimentReader:
    """A reader over the stand-in."""
    loaded = Loaded(Counter(), TOKENIZER, "cpu", "float32", 1)
    return SentimentReader(ModelCache(lambda spec, report: loaded, 10**9), SENTIMENT)


def test_three_probabilities_for_the_text_and_each_sentence() -> None:
    """They add up to 1, and each sentence has its own place."""
    found = TINY(REVIEW)
    for scores in (found.scores, *(sentence.scores for sentence in found.sentences)):
        assert scores.negative + scores.neutral + scores.positive == pytest.approx(1, abs=1e-5)
    places = [REVIEW[sentence.start : sentence.end] for sentence in found.sentences]
    assert places == ["Not bad at all.", "It broke, sadly.", "I bought it on Monday."]


def test_the_headline_is_of_the_whole_text() -> None:
    """Not of its first sentence or its last, nor of any one of them."""
    found = counting()("Bad bob. So good. Or not so good.")
    assert [sentence.scores.label for sentence in found.sentences] == ["negative", "positive", "positive"]
    expected = np.exp([3, 1, 9]) / np.exp([3, 1, 9]).sum()
    assert [found.scores.negative, found.scores.neutral, found.scores.positive] == pytest.approx(expected, abs=1e-6)


def test_the_effect_of_a_word_has_its_sign() -> None:
    """What made a text worse is negative, what made it better positive, and each is the change of its own sentence."""
    reader, text = counting(), "Bob is good. Bad."
    effects = {text[word.start : word.end]: word.effect for word in reader(text).words}
    [whole, without_bob, without_good] = reader.many(["Bob is good.", "is good.", "Bob is."])
    assert effects["Bob"] == pytest.approx(whole.balance - without_bob.balance, abs=1e-6)
    assert effects["good"] == pytest.approx(whole.balance - without_good.balance, abs=1e-6)
    assert effects["Bob"] < -0.1 < 0.1 < effects["good"]


def test_a_word_is_measured_by_leaving_it_out() -> None:
    """An effect is the balance of the sentence less the balance of what is left without the word."""
    found = TINY("Not bad.")
    assert ["Not bad."[word.start : word.end] for word in found.words] == ["Not", "bad", "."]
    [whole, without] = TINY.many(["Not bad.", "Not  ."])
    assert found.words[1].effect == pytest.approx(whole.balance - without.balance, abs=1e-5)
    assert found.measured


def test_the_probabilities_come_before_the_words() -> None:
    """A stream starts with the probabilities, then adds words in the order of the text."""
    first, *rest = TINY.stream(REVIEW * 20)
    assert first.words == ()
    assert not first.measured
    assert [len(result.words) for result in rest] == sorted(len(result.words) for result in rest)
    assert [word.start for word in rest[-1].words] == sorted(word.start for word in rest[-1].words)
    assert rest[-1].scores == first.scores


def test_stopping_frees_the_model() -> None:
    """A closed stream holds no lease."""
    reader = SentimentReader(tiny.cache(), SENTIMENT)
    stream = reader.stream(REVIEW)
    next(stream)
    stream.close()
    assert reader.cache.status().models[0].leases == 0


def test_a_long_text_is_read_whole() -> None:
    """Ten thousand letters without a space: every token is read, in parts that fit."""
    text = "a b " * (TEXT_LIMIT // 4)
    found = TINY(text)
    assert (found.run.tokens, found.run.dropped) == (TEXT_LIMIT // 2, 0)
    assert all(text[one.start : one.end].count("a") <= WINDOW_TOKENS for one in found.sentences)
    assert [one.start for one in found.sentences[1:]] == [one.end + 1 for one in found.sentences[:-1]]
    assert (len(found.words), found.word_count) == (MARKED_WORDS, TEXT_LIMIT // 2)
    assert found.measured


def test_a_long_text_is_judged_by_its_sentences() -> None:
    """Beyond one window the text's scores are those of its sentences together, on the page and in a batch."""
    text = f"{'a' * 100}. {'b' * 50}."
    found = TINY(text)
    assert found.scores == by_evidence([sentence.scores for sentence in found.sentences], [101, 51])
    assert TINY.many([text]) == [found.scores]


def test_facts_between_opinions_decide_nothing() -> None:
    """One clear opinion outweighs longer plain facts; facts alone are neutral; opinions against each other balance."""
    praise, blame, fact = Scores(0.02, 0.08, 0.9), Scores(0.9, 0.08, 0.02), Scores(0.02, 0.96, 0.02)
    assert by_evidence([fact, praise, fact, fact], [20, 8, 20, 20]).label == "positive"
    assert by_evidence([fact] * 3, [20] * 3).label == "neutral"
    assert by_evidence([praise, blame], [10, 10]).balance == pytest.approx(0)
    assert by_evidence([praise, blame], [20, 10]).label == "positive"
    assert by_evidence([praise], [10]) == praise


def test_gradients_of_the_words_that_occlusion_measured() -> None:
    """One effect for each word, in their order, and a sentence's words add up to what they change, within 1%."""
    found = TINY(REVIEW)
    *_, gradients = TINY.gradients(REVIEW, found)
    assert len(gradients.effects) == len(found.words)
    assert gradients.gap <= 0.01
    assert gradients.steps >= 3 * 25


def test_gradients_grow_by_sentence_and_can_be_stopped() -> None:
    """Every yield has a longer part of the words; closing frees the model."""
    reader = SentimentReader(tiny.cache(), SENTIMENT)
    found = reader(REVIEW)
    stream = reader.gradients(REVIEW, found)
    lengths = [len(next(stream).effects) for _ in range(6)]
    assert lengths == sorted(lengths)
    assert lengths[0] == 0
    stream.close()
    assert reader.cache.status().models[0].leases == 0


def test_gradients_stand_beside_the_words_that_were_measured_before_a_stop() -> None:
    """Where occlusion was stopped half-way, the effects are those of its words, and of no others."""
    found = TINY(REVIEW)
    half = replace(found, words=(found.words[1], *found.words[-2:]))
    *_, whole = TINY.gradients(REVIEW, found)
    *_, part = TINY.gradients(REVIEW, half)
    assert part.effects == pytest.approx([whole.effects[1], *whole.effects[-2:]])


@given(st.text(st.sampled_from("aé e\u0301\r\n.!?中😀👩🏽\u200d💻\ufe0f'’-\t"), min_size=1, max_size=80))
@settings(max_examples=100, deadline=None)
def test_offsets_are_the_visitors_own(text: str) -> None:
    """Sentences and words lie in their order within the text, without white space around them."""
    found = TINY(f"{text} a")
    for spans in (found.sentences, found.words):
        places = [(span.start, span.end) for span in spans]
        assert all(0 <= start < end <= len(text) + 2 for start, end in places)
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(places))
        assert all(f"{text} a"[start:end].strip() == f"{text} a"[start:end] for start, end in places)


@pytest.mark.parametrize("text", ["", " \n", "?!", "\0", "a" * (TEXT_LIMIT + 1), 7])
def test_bad_input_is_refused_before_any_model_runs(text: str) -> None:
    """The error names the field, and nothing was loaded for it."""
    reader = SentimentReader(tiny.cache(), SENTIMENT)
    with pytest.raises(InputError) as caught:
        reader(text)
    assert caught.value.field == "text"
    assert reader.cache.status().misses == 0


def test_the_label_is_the_likeliest() -> None:
    """The names follow the probabilities."""
    assert Scores(0.2, 0.5, 0.3).label == "neutral"
    assert Scores(0.2, 0.5, 0.3).balance == pytest.approx(0.1)


def test_many_texts_give_what_each_gives() -> None:
    """Whatever their lengths: those that share batches have the scores of those read alone."""
    texts = [REVIEW, "Not bad.", REVIEW * 20, "x" * 900, REVIEW * 9]
    together = TINY.many(texts)
    for text, scores in zip(texts, together, strict=True):
        alone = next(TINY.stream(text)).scores
        assert vars(scores) == pytest.approx(vars(alone), abs=1e-5)
    assert TINY.many([]) == []
