"""`python -m train TASK --data DIR`: train an adapter, calibrate it, measure it, and write its model card."""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import settings
from models.catalog.bundled import MINILM_WEIGHTS
from models.runtime.progress import Stage
from models.weights.store import WeightStore
from train import (
    card,
    domains_question_answering,
    domains_sentiment,
    evaluate_question_answering,
    evaluate_sentiment,
    question_answering,
    round_card,
    sentiment,
)
from train.bases import BASES, Base
from train.loop import Schedule
from train.rounds import Record

ADAPTERS = Path(__file__).parent.parent / "assets" / "adapters"


@dataclass(frozen=True)
class Recipe:
    """The four steps that make one adapter; what `evaluate` gives is what `card` writes about."""

    train: Callable[[Path, Path, Path, Path, Schedule, int | None], None]
    schedule: Schedule
    calibrate: Callable[[WeightStore, Path, Path, int | None], object]
    evaluate: Callable[[WeightStore, Path, Path, int | None], Any]
    card: Callable[[Any], str]


RECIPES = {
    "question-answering": Recipe(
        question_answering.train,
        question_answering.SCHEDULE,
        evaluate_question_answering.calibrate,
        evaluate_question_answering.evaluate,
        card.question_answering,
    ),
    "sentiment": Recipe(
        sentiment.train,
        sentiment.SCHEDULE,
        evaluate_sentiment.calibrate,
        evaluate_sentiment.evaluate,
        card.sentiment,
    ),
}

ROUNDS = {"question-answering": question_answering.train_round, "sentiment": sentiment.train_round}
# The default length of a round.
MINUTES = 60.0


def main(arguments: Sequence[str]) -> None:
    """Run one recipe; called again after a break, it goes on from its last checkpoint."""
    parser = argparse.ArgumentParser(prog="python -m train", description=__doc__)
    parser.add_argument("task", choices=sorted(RECIPES))
    parser.add_argument("--base", choices=sorted(BASES), default="minilm", help="the encoder (default: minilm)")
    parser.add_argument(
        "--minutes", type=float, help="train the existing adapter for one more round of this many minutes"
    )
    parser.add_argument(
        "--step", choices=("train", "measure", "both"), default="both", help="train a round, measure it, or both"
    )
    parser.add_argument("--rate", type=float, help="the round's peak rate (default: the recipe's)")
    parser.add_argument("--data", type=Path, required=True, help="the folder of the data sets")
    parser.add_argument("--limit", type=int, help="use this many examples only: a quick run that proves the path")
    parser.add_argument("--output", type=Path, help="the adapter's folder (default: assets/adapters/TASK)")
    chosen = parser.parse_args(arguments)
    home = settings.read([]).home
    store = WeightStore(home)
    folder = chosen.output or ADAPTERS / adapter_name(chosen.task, chosen.base)
    if chosen.minutes or chosen.base != "minilm":
        if chosen.step != "measure":
            train_round(
                chosen.task, BASES[chosen.base], store, chosen.data, folder, chosen.minutes or MINUTES, chosen.rate
            )
        if chosen.step != "train":
            measure(chosen.task, chosen.base, store, chosen.data, folder, chosen.limit)
        return
    name = chosen.task if chosen.limit is None else f"{chosen.task}-{chosen.limit}"
    run(
        RECIPES[chosen.task],
        store,
        chosen.data,
        folder,
        home / "training" / f"{name}.pt",
        chosen.limit,
    )


def run(recipe: Recipe, store: WeightStore, data: Path, output: Path, checkpoint: Path, limit: int | None) -> None:
    """Make the adapter in `output` with its card."""
    base = store.ensure(MINILM_WEIGHTS, _tell)
    recipe.train(base, data, output, checkpoint, recipe.schedule, limit)
    print("calibrated:", recipe.calibrate(store, output, data, limit), flush=True)
    figures = recipe.evaluate(store, output, data, limit)
    print(figures, flush=True)
    (output / "README.md").write_text(recipe.card(figures), encoding="utf-8")


def train_round(
    task: str, base: Base, store: WeightStore, data: Path, folder: Path, minutes: float, peak_rate: float | None
) -> None:
    """Train the adapter of `task` in `folder` for one more round."""
    folder.mkdir(parents=True, exist_ok=True)
    number = len(Record.read(folder).rounds) + 1
    checkpoint = store.home / "training" / f"{folder.name}-round-{number}.pt"
    encoder = store.ensure(base.weights, _tell)
    print(ROUNDS[task](base, encoder, data, folder, checkpoint, minutes, peak_rate), flush=True)


def measure(task: str, base: str, store: WeightStore, data: Path, folder: Path, limit: int | None) -> None:
    """Calibrate and measure the adapter of `task` in `folder`, and write its card."""
    if task == "sentiment":
        print("calibrated:", domains_sentiment.calibrate(BASES[base], store, folder, data, limit), flush=True)
        found = domains_sentiment.measure(domains_sentiment.reader(BASES[base], store, folder), data, limit)
        text = round_card.sentiment(BASES[base], base, Record.read(folder), found)
    else:
        calibration = domains_question_answering.calibrate(BASES[base], store, folder, data, limit)
        print("calibrated:", calibration, flush=True)
        answerer = domains_question_answering.answerer(BASES[base], store, folder)
        answered = domains_question_answering.measure(answerer, data, limit)
        text = round_card.question_answering(BASES[base], base, Record.read(folder), answered)
    print(text, flush=True)
    (folder / "README.md").write_text(text, encoding="utf-8")


def adapter_name(task: str, base: str) -> str:
    """The name of an adapter's folder; for MiniLM it is the task's name."""
    return task if base == "minilm" else f"{task}-{base}"


def _tell(stage: Stage) -> None:
    print(stage, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
