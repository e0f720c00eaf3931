"""Calibrate and measure question answering on several domains."""

import json
import random
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from models.engines.torch.adapters import CALIBRATION
from models.tasks.question_answering.adapter import Answerer
from models.tasks.question_answering.combining import Calibration
from models.tasks.question_answering.results import Answers
from models.weights.store import WeightStore
from train import squad
from train.app_models import cache_of, spec_of
from train.bases import Base
from train.calibration import calibration_error, fit_logistic
from train.evaluate_question_answering import TEMPERATURES, answer, text_of
from train.question_answering import null_questions

SEED = 0
# Questions per domain for the calibration, and unanswerable ones made from them, as a fraction. A threshold fitted on a
# larger share of those refuses too much: about one question of six on the page is taken to have no answer in its text.
HELD_OUT, NULL_SHARE = 400, 0.2
# Questions per domain for the measurement.
MEASURED = 2_000
SHIFTED = {"Amazon reviews": "squad-shift-amazon-dev.json.gz", "Reddit posts": "squad-shift-reddit-dev.json.gz"}


@dataclass(frozen=True)
class Domain:
    """Official scores on one set, in percent.

    `f1` and `exact_match` score the best answer, `shown_f1` what the page shows, where a refusal is an empty answer,
    and `never_f1` always refusing. `refused` is the share of answerable questions that were refused. `error` is the
    expected calibration error of the best answer's probability, 0 to 1.
    """

    name: str
    questions: int
    f1: float
    exact_match: float
    shown_f1: float
    never_f1: float
    refused: float
    error: float


def answerer(base: Base, store: WeightStore, adapter: Path) -> Answerer:
    """An `Answerer` on `base` with the adapter in the folder `adapter`."""
    return Answerer(cache_of(store, adapter), spec_of(base.question_answering, adapter))


def halves(path: Path) -> tuple[list[squad.Question], list[squad.Question]]:
    """Split the questions of a set by context: one half for calibration, one for measurement."""
    questions = squad.read(path)
    contexts = sorted({question.context for question in questions})
    random.Random(SEED).shuffle(contexts)
    first = set(contexts[: len(contexts) // 2])
    return [q for q in questions if q.context in first], [q for q in questions if q.context not in first]


def calibrate(base: Base, store: WeightStore, adapter: Path, data: Path, limit: int | None = None) -> Calibration:
    """Fit threshold, scale and temperature on held-out questions of three domains; write them beside the adapter."""
    path = data / "squad-train-v1.1.json.xz"
    exact = {question.id for question in squad.read(path, exact_only=True)}
    sets = [[question for question in squad.read(path) if question.id not in exact]]
    sets += [halves(data / name)[0] for name in SHIFTED.values()]
    held_out = [question for questions in sets for question in _sample(questions, min(HELD_OUT, limit or HELD_OUT))]
    nulls = null_questions(held_out, NULL_SHARE, SEED)

    reader = answerer(base, store, adapter)
    with reader.cache.lease(reader.spec) as loaded:
        loaded.model.info = replace(loaded.model.info, calibration={})
        loaded.model.module.remember = True
    margins = [found.margin for found in answer(reader, held_out + nulls)]
    labels = torch.tensor([0.0] * len(held_out) + [1.0] * len(nulls))
    scale, threshold = fit_logistic(-torch.tensor(margins), labels)
    gaps = []
    for temperature in TEMPERATURES:
        fitted = Calibration(scale, -threshold, temperature)
        with reader.cache.lease(reader.spec) as loaded:
            loaded.model.info = replace(loaded.model.info, calibration=asdict(fitted))
        found = answer(reader, held_out + nulls)[: len(held_out)]
        shares = [one.answers[0].score / (1 - one.no_answer) if one.answers else 0.0 for one in found]
        gaps.append((abs(sum(shares) - sum(_overlaps(found, held_out))), temperature))
    fitted = Calibration(round(scale, 4), round(-threshold, 4), min(gaps)[1])
    (adapter / CALIBRATION).write_text(json.dumps(asdict(fitted), indent=2) + "\n", encoding="utf-8")
    return fitted


def sets(data: Path, limit: int | None = None) -> dict[str, list[squad.Question]]:
    """The measured questions by set; none was used for training or calibration."""
    found = {"SQuAD v1.1 dev": squad.read(data / "squad-dev-v1.1.json.gz")}
    found |= {name: halves(data / file)[1] for name, file in SHIFTED.items()}
    found["SQuAD v2.0 dev"] = squad.read(data / "squad-dev-v2.0.json.gz")
    return {name: _sample(questions, min(MEASURED, limit or MEASURED)) for name, questions in found.items()}


def measure(reader: Answerer, data: Path, limit: int | None = None) -> tuple[Domain, ...]:
    """Measure on every set, on at most `limit` questions of each."""
    return tuple(_measured(name, answer(reader, asked), asked) for name, asked in sets(data, limit).items())


def _measured(name: str, found: list[Answers], questions: list[squad.Question]) -> Domain:
    scores = [squad.score(text_of(one), question) for one, question in zip(found, questions, strict=True)]
    silent = [squad.score("", question)[1] for question in questions]
    shown = [f1 if one.found else s for one, (_, f1), s in zip(found, scores, silent, strict=True)]
    refused = [not one.found for one, question in zip(found, questions, strict=True) if question.answers]
    sure = [one.answers[0].score if one.answers else 0.0 for one in found]
    return Domain(
        name,
        len(questions),
        _percent([f1 for _, f1 in scores]),
        _percent([exact for exact, _ in scores]),
        _percent(shown),
        _percent(silent),
        _percent([float(one) for one in refused]),
        calibration_error(sure, [bool(one) for one in _overlaps(found, questions)]),
    )


def _overlaps(found: list[Answers], questions: list[squad.Question]) -> list[float]:
    """1.0 for each best answer that shares a word with a true answer, else 0.0."""
    pairs = zip(found, questions, strict=True)
    return [float(bool(q.answers) and squad.score(text_of(one), q)[1] > 0) for one, q in pairs]


def _sample(questions: list[squad.Question], count: int) -> list[squad.Question]:
    return random.Random(SEED).sample(questions, min(count, len(questions)))


def _percent(values: list[float]) -> float:
    return 100 * sum(values) / max(1, len(values))
