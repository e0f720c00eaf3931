"""The bundled encoders give on OpenVINO what torch gives in float32."""

from pathlib import Path

import numpy as np
import pytest

from models.cache import Loaded, ModelCache
from models.catalog import MINILM, QUESTION_ANSWERING, SENTIMENT, ModelSpec
from models.engines.base import Encoder
from models.engines.torch_encoder import TorchEncoder
from models.own_labels import LabelClassifier
from models.question_answering import Answerer
from models.sentiment import SentimentReader

TEXT = (Path(__file__).parents[3] / "assets" / "examples" / "harbour_ferry.txt").read_text(encoding="utf-8")
SENTENCES = [sentence.strip() for sentence in TEXT.replace("\n", " ").split(".") if sentence.strip()]
QUESTIONS = ("When does the ferry leave?", "Who is the captain?", "What does a ticket cost?", "Who won the war?")

pytestmark = pytest.mark.real


@pytest.fixture
def in_torch(real_cache: ModelCache) -> ModelCache:
    """A cache of the same models behind the same interface, in torch."""

    def load(spec: ModelSpec, report: object) -> Loaded:
        with real_cache.lease(spec.with_attention()) as loaded:
            encoder: Encoder = TorchEncoder(loaded.model)
            return Loaded(encoder, loaded.tokenizer, loaded.device, loaded.dtype, 1)

    return ModelCache(load, 10**9)


def test_answers(real_cache: ModelCache, in_torch: ModelCache) -> None:
    """The same places, and scores to 1e-5; in one window and in several."""
    for context in (TEXT, TEXT * 4):
        for question in QUESTIONS:
            ours, theirs = (
                Answerer(cache, QUESTION_ANSWERING)(question, context, 5) for cache in (real_cache, in_torch)
            )
            assert [(a.start, a.end) for a in ours.answers] == [(a.start, a.end) for a in theirs.answers]
            scores = [a.score for a in theirs.answers]
            assert [a.score for a in ours.answers] == pytest.approx(scores, abs=1e-5)
            assert ours.no_answer == pytest.approx(theirs.no_answer, abs=1e-5)


def test_sentiments(real_cache: ModelCache, in_torch: ModelCache) -> None:
    """Of every sentence."""
    ours, theirs = (SentimentReader(cache, SENTIMENT).many(SENTENCES) for cache in (real_cache, in_torch))
    for found, wanted in zip(ours, theirs, strict=True):
        assert vars(found) == pytest.approx(vars(wanted), abs=1e-5)


def test_own_labels(real_cache: ModelCache, in_torch: ModelCache) -> None:
    """Cosines to 1e-5."""
    for multiple in (False, True):
        names = ["ships", "tea", "money"]
        ours, theirs = (
            LabelClassifier(cache, MINILM).many(SENTENCES, names, multiple) for cache in (real_cache, in_torch)
        )
        for found, wanted in zip(ours, theirs, strict=True):
            assert [label.name for label in found.labels] == [label.name for label in wanted.labels]
            for one, other in zip(found.labels, wanted.labels, strict=True):
                assert one.score == pytest.approx(other.score, abs=1e-5)
                assert one.similarity == pytest.approx(other.similarity, abs=1e-5)


def test_states(real_cache: ModelCache) -> None:
    """Last states of rows of many lengths, each without padding in torch."""
    with real_cache.lease(MINILM) as ours, real_cache.lease(MINILM.with_attention()) as theirs:
        rows = ours.tokenizer(SENTENCES)["input_ids"]
        assert rows == theirs.tokenizer(SENTENCES)["input_ids"]
        [states] = ours.model(rows)
        encoder = TorchEncoder(theirs.model)
        for row, found in zip(rows, states, strict=True):
            np.testing.assert_allclose(found[: len(row)], encoder([row])[0][0], atol=2e-5)
