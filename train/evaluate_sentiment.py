"""Calibrate and measure the sentiment adapter through the app's own adapter."""

from dataclasses import astuple, dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from models.catalog.bundled import SENTIMENT
from models.tasks.sentiment.adapter import SentimentReader
from models.tasks.sentiment.results import Scores
from models.weights.store import WeightStore
from train import sentiment_data
from train.app_models import cache_of, spec_of
from train.calibration import calibration_error, fit_classes
from train.sentiment import HEAD, SCHEDULE
from train.sentiment_data import NEGATIVE, NEUTRAL, POSITIVE, Example

EVENNESS = 0.5
CASES = ("The film is not bad at all.", "I bought it on Monday.", "absolutely terrible")


@dataclass(frozen=True)
class Figures:
    """SST-2 dev without neutral, and SemEval 2016 tweets: shares from 0 to 1; `cases` are texts and their labels."""

    reviews: int
    accuracy: float
    accuracy_error: float
    tweets: int
    mean_recall: float
    recalls: tuple[float, float, float]
    recall_error: float
    cases: tuple[tuple[str, str], ...]


def reader(store: WeightStore, adapter: Path) -> SentimentReader:
    """The page's adapter with the weights in the folder `adapter`."""
    return SentimentReader(cache_of(store, adapter), spec_of(SENTIMENT, adapter))


def calibrate(store: WeightStore, adapter: Path, data: Path, limit: int | None) -> tuple[float, list[float]]:
    """Fit a temperature and biases on the held-out training texts, and fold both into the adapter's own head."""
    split = sentiment_data.read(data, SCHEDULE.seed)
    tweets, reviews = split.tweets[:limit], [r for r in split.reviews if r.label != NEUTRAL][:limit]
    model = reader(store, adapter)
    known = [logs(model.many([example.text for example in examples])) for examples in (tweets, reviews)]
    temperature, biases = fit_classes(known[0], _labels(tweets), known[1], _labels(reviews), EVENNESS)
    path = adapter / "adapter_model.safetensors"
    tensors = load_file(path)
    for name, tensor in tensors.items():
        if name.endswith(f"{HEAD}.weight"):
            tensors[name] = (tensor.double() / temperature).half()
        elif name.endswith(f"{HEAD}.bias"):
            tensors[name] = (tensor.double() / temperature + torch.tensor(biases, dtype=torch.float64)).half()
    save_file(tensors, path)
    path.chmod(0o644)
    return temperature, biases


def evaluate(store: WeightStore, adapter: Path, data: Path, limit: int | None) -> Figures:
    """Measure the weights in the folder `adapter`, as `measure` does."""
    return measure(reader(store, adapter), data, limit)


def measure(model: SentimentReader, data: Path, limit: int | None) -> Figures:
    """Measure on SST-2 dev and the tweets of SemEval 2016, at most `limit` texts of each."""
    reviews = sentiment_data.phrases(data / "sst2-dev.tsv")[:limit]
    tweets = sentiment_data.tweets(data / "tweets-dev.tsv.gz")[:limit]
    sure, right = binary(model.many([review.text for review in reviews]), reviews)
    scores = model.many([tweet.text for tweet in tweets])
    guesses = [max(range(3), key=astuple(one).__getitem__) for one in scores]
    hits = [guess == tweet.label for guess, tweet in zip(guesses, tweets, strict=True)]
    recalls = tuple(_recall(hits, tweets, label) for label in (NEGATIVE, NEUTRAL, POSITIVE))
    return Figures(
        reviews=len(reviews),
        accuracy=sum(right) / len(right),
        accuracy_error=calibration_error(sure, right),
        tweets=len(tweets),
        mean_recall=sum(recalls) / 3,
        recalls=(recalls[0], recalls[1], recalls[2]),
        recall_error=calibration_error([max(astuple(one)) for one in scores], hits),
        cases=tuple((text, model(text).scores.label) for text in CASES),
    )


def binary(scores: list[Scores], examples: list[Example]) -> tuple[list[float], list[bool]]:
    """With neutral removed: how sure the model is of the better of the two others, and whether it is right."""
    sure = [max(one.negative, one.positive) / (one.negative + one.positive) for one in scores]
    right = [(one.positive > one.negative) == (e.label == POSITIVE) for one, e in zip(scores, examples, strict=True)]
    return sure, right


def _recall(hits: list[bool], examples: list[Example], label: int) -> float:
    own = [hit for hit, example in zip(hits, examples, strict=True) if example.label == label]
    return sum(own) / len(own) if own else 0.0


def logs(scores: list[Scores]) -> Tensor:
    """The logarithms of the probabilities, (texts, classes)."""
    return torch.tensor([astuple(one) for one in scores], dtype=torch.float64).clamp(min=1e-12).log()


def _labels(examples: list[Example]) -> Tensor:
    return torch.tensor([example.label for example in examples])
