"""Calibrate and measure sentiment on several domains."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from models.tasks.sentiment.adapter import SentimentReader
from models.tasks.sentiment.results import Scores
from models.weights.store import WeightStore
from train import mixture, sentiment_data
from train.app_models import cache_of, spec_of
from train.bases import Base
from train.calibration import calibration_error, fit_classes
from train.evaluate_sentiment import binary, logs
from train.sentiment_data import NEGATIVE, NEUTRAL, POSITIVE, Example

SEED = 0
HELD_OUT = 800
EVENNESS = 0.5
# Tokens of a whole review that are read as one window, for the second figure on whole reviews.
WHOLE_TOKENS = 190


@dataclass(frozen=True)
class Domain:
    """One figure on one set, and the expected calibration error there; both are 0 to 1."""

    name: str
    texts: int
    measure: str
    figure: float
    error: float


def reader(base: Base, store: WeightStore, adapter: Path) -> SentimentReader:
    """A `SentimentReader` on `base` with the adapter in the folder `adapter`."""
    return SentimentReader(cache_of(store, adapter), spec_of(base.sentiment, adapter))


def calibrate(
    base: Base, store: WeightStore, adapter: Path, data: Path, limit: int | None = None
) -> tuple[float, list[float]]:
    """Fit a temperature and class biases on held-out texts, and fold both into the adapter's head."""
    held = mixture.read(data, SEED)
    most = min(HELD_OUT, limit or HELD_OUT)
    three = held.tweets[:most] + held.comments[:most]
    two = [review for review in held.sentences if review.label != NEUTRAL][:most]
    model = reader(base, store, adapter)
    known = [logs(model.many([example.text for example in examples])) for examples in (three, two)]
    labels = [torch.tensor([example.label for example in examples]) for examples in (three, two)]
    temperature, biases = fit_classes(known[0], labels[0], known[1], labels[1], EVENNESS)
    path = adapter / "adapter_model.safetensors"
    tensors = load_file(path)
    for name, tensor in tensors.items():
        if name.endswith(f"{base.output}.weight"):
            tensors[name] = (tensor.double() / temperature).half()
        elif name.endswith(f"{base.output}.bias"):
            tensors[name] = (tensor.double() / temperature + torch.tensor(biases, dtype=torch.float64)).half()
    save_file(tensors, path)
    path.chmod(0o644)
    return temperature, biases


def measure(model: SentimentReader, data: Path, limit: int | None = None) -> tuple[Domain, ...]:
    """Measure on every set, on at most `limit` texts of each."""
    phrases = sentiment_data.phrases(data / "sst2-dev.tsv")[:limit]
    sure, right = binary(model.many([phrase.text for phrase in phrases]), phrases)
    error = calibration_error(sure, right)
    found = [Domain("SST-2 dev", len(phrases), "accuracy, neutral removed", sum(right) / len(right), error)]
    three = {
        "SemEval 2016 tweets": sentiment_data.tweets(data / "tweets-dev.tsv.gz"),
        "GoEmotions comments dev": mixture.comments(data / "comments-dev.tsv.gz"),
    }
    for name, examples in three.items():
        read = model.many([example.text for example in examples[:limit]])
        found.append(_three(name, "mean recall", read, examples[:limit]))
    whole = mixture.read(data, SEED).test[:limit]
    found.append(_three("whole reviews", "right", model.many([review.text for review in whole]), whole))
    found.append(_three(f"their first {WHOLE_TOKENS} tokens", "right", _in_one_go(model, whole), whole))
    return tuple(found)


def recalls(scores: Sequence[Scores], examples: Sequence[Example]) -> list[float]:
    """The recall of each class that occurs in `examples`, negative first."""
    hits = _hits(scores, examples)
    own = [
        [hit for hit, example in zip(hits, examples, strict=True) if example.label == label]
        for label in (NEGATIVE, NEUTRAL, POSITIVE)
    ]
    return [sum(one) / len(one) for one in own if one]


def _three(name: str, measure: str, scores: Sequence[Scores], examples: Sequence[Example]) -> Domain:
    """Measure three-class predictions; neutral is wrong if the true labels have only two classes."""
    hits = _hits(scores, examples)
    each = recalls(scores, examples)
    figure = sum(each) / len(each) if measure == "mean recall" else sum(hits) / len(hits)
    return Domain(name, len(examples), measure, figure, calibration_error([max(astuple(one)) for one in scores], hits))


def _hits(scores: Sequence[Scores], examples: Sequence[Example]) -> list[bool]:
    guesses = [max(range(3), key=astuple(one).__getitem__) for one in scores]
    return [guess == example.label for guess, example in zip(guesses, examples, strict=True)]


def _in_one_go(model: SentimentReader, examples: Sequence[Example]) -> list[Scores]:
    """Read each text, truncated to `WHOLE_TOKENS`, as one window instead of sentence by sentence."""
    found = []
    with model.cache.lease(model.spec) as loaded:
        first, last = loaded.tokenizer.cls_token_id, loaded.tokenizer.sep_token_id
        for example in examples:
            ids = loaded.tokenizer(example.text, add_special_tokens=False, verbose=False)["input_ids"][:WHOLE_TOKENS]
            (logits,) = loaded.model([[first, *ids, last]])
            found.append(Scores(*torch.from_numpy(logits[0]).softmax(-1).tolist()))
    return found
