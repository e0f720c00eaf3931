"""The bundled encoders give on OpenVINO what torch gives in float32: exactly so in float32, and nearly so as served."""

from pathlib import Path

import numpy as np
import pytest

import app
import model_setup
import settings
from models.catalog.bundled import MINILM, QUESTION_ANSWERING, SENTIMENT
from models.catalog.loading import Loader
from models.engines.base import Encoder
from models.engines.torch.encoder import TorchEncoder
from models.runtime.cache import Loaded, ModelCache
from models.runtime.device import Device
from models.runtime.spec import ModelSpec
from models.tasks.own_labels.adapter import LabelClassifier
from models.tasks.question_answering.adapter import Answerer
from models.tasks.sentiment.adapter import SentimentReader

TEXT = (Path(__file__).parents[3] / "assets" / "examples" / "harbour_ferry.txt").read_text(encoding="utf-8")
SENTENCES = [sentence.strip() for sentence in TEXT.replace("\n", " ").split(".") if sentence.strip()]
QUESTIONS = ("When does the ferry leave?", "Who is the captain?", "What does a ticket cost?", "Who won the war?")

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def in_float32() -> ModelCache:
    """A cache of the bundled encoders in float32, whatever the CPU could do."""
    store = model_setup.store_of(settings.read([]))
    return ModelCache(Loader(store, lambda: Device("cpu", "float32"), app.ASSETS / "adapters", precision="f32"), 10**9)


@pytest.fixture
def in_torch(real_cache: ModelCache) -> ModelCache:
    """A cache of the same models behind the same interface, in torch."""

    def load(spec: ModelSpec, report: object) -> Loaded:
        with real_cache.lease(spec.with_attention()) as loaded:
            encoder: Encoder = TorchEncoder(loaded.model)
            return Loaded(encoder, loaded.tokenizer, loaded.device, loaded.dtype, 1)

    return ModelCache(load, 10**9)


def test_answers(in_float32: ModelCache, in_torch: ModelCache) -> None:
    """The same places, and scores to 1e-5; in one window and in several."""
    for context in (TEXT, TEXT * 4):
        for question in QUESTIONS:
            ours, theirs = (
                Answerer(cache, QUESTION_ANSWERING)(question, context, 5) for cache in (in_float32, in_torch)
            )
            assert [(a.start, a.end) for a in ours.answers] == [(a.start, a.end) for a in theirs.answers]
            scores = [a.score for a in theirs.answers]
            assert [a.score for a in ours.answers] == pytest.approx(scores, abs=1e-5)
            assert ours.no_answer == pytest.approx(theirs.no_answer, abs=1e-5)


def test_sentiments(in_float32: ModelCache, in_torch: ModelCache) -> None:
    """Of every sentence."""
    ours, theirs = (SentimentReader(cache, SENTIMENT).many(SENTENCES) for cache in (in_float32, in_torch))
    for found, wanted in zip(ours, theirs, strict=True):
        assert vars(found) == pytest.approx(vars(wanted), abs=1e-5)


def test_what_is_served_labels_alike(real_cache: ModelCache, in_float32: ModelCache) -> None:
    """Where the CPU computes in bfloat16, probabilities move by a few hundredths at most, and the best answer stays."""
    served, exact = (SentimentReader(cache, SENTIMENT).many(SENTENCES) for cache in (real_cache, in_float32))
    for found, wanted in zip(served, exact, strict=True):
        assert vars(found) == pytest.approx(vars(wanted), abs=0.04)
    for question in QUESTIONS[:3]:
        best = [Answerer(cache, QUESTION_ANSWERING)(question, TEXT, 1).answers[0] for cache in (real_cache, in_float32)]
        assert best[0].text == best[1].text


def test_own_labels(in_float32: ModelCache, in_torch: ModelCache) -> None:
    """Cosines to 1e-5."""
    for multiple in (False, True):
        names = ["ships", "tea", "money"]
        ours, theirs = (
            LabelClassifier(cache, MINILM).many(SENTENCES, names, multiple) for cache in (in_float32, in_torch)
        )
        for found, wanted in zip(ours, theirs, strict=True):
            assert [label.name for label in found.labels] == [label.name for label in wanted.labels]
            for one, other in zip(found.labels, wanted.labels, strict=True):
                assert one.score == pytest.approx(other.score, abs=1e-5)
                assert one.similarity == pytest.approx(other.similarity, abs=1e-5)


def test_states(in_float32: ModelCache) -> None:
    """Last states of rows of many lengths, each without padding in torch."""
    with in_float32.lease(MINILM) as ours, in_float32.lease(MINILM.with_attention()) as theirs:
        rows = ours.tokenizer(SENTENCES)["input_ids"]
        assert rows == theirs.tokenizer(SENTENCES)["input_ids"]
        [states] = ours.model(rows)
        encoder = TorchEncoder(theirs.model)
        for row, found in zip(rows, states, strict=True):
            np.testing.assert_allclose(found[: len(row)], encoder([row])[0][0], atol=2e-5)
