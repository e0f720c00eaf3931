"""Calibrate and measure the question-answering adapter through the app's own adapter."""

import json
import random
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from models.catalog.bundled import QUESTION_ANSWERING
from models.engines.torch.adapters import CALIBRATION
from models.tasks.question_answering.adapter import Answerer
from models.tasks.question_answering.combining import Calibration
from models.tasks.question_answering.results import Answers
from models.weights.store import WeightStore
from train import squad
from train.app_models import cache_of, spec_of
from train.calibration import fit_logistic
from train.question_answering import SCHEDULE, null_questions

HELD_OUT = 1_500
TEMPERATURES = (0.5, 0.7, 0.85, 1.0, 1.2, 1.5, 2.0, 2.5)
TEMPERATURE_QUESTIONS = 300


@dataclass(frozen=True)
class Figures:
    """Official scores in percent: SQuAD v1.1 dev, and F1 on SQuAD v2.0 dev under four rules of when to answer."""

    questions: int
    exact_match: float
    f1: float
    questions_2: int
    best_f1: float
    best_margin: float
    shown_f1: float
    always_f1: float
    never_f1: float


def answerer(store: WeightStore, adapter: Path) -> Answerer:
    """The page's adapter with the weights in the folder `adapter`."""
    return Answerer(cache_of(store, adapter), spec_of(QUESTION_ANSWERING, adapter))


def calibrate(store: WeightStore, adapter: Path, data: Path, limit: int | None) -> Calibration:
    """Fit the probabilities on questions that training left out, and keep them in the adapter's folder.

    Those are the questions whose answer's place is a guess: scoring by the answer's text needs no place.
    """
    path = data / "squad-train-v1.1.json.xz"
    exact = {question.id for question in squad.read(path, exact_only=True)}
    questions = [question for question in squad.read(path) if question.id not in exact]
    random.Random(SCHEDULE.seed).shuffle(questions)
    held_out = questions[: min(HELD_OUT, limit or HELD_OUT)]
    nulls = null_questions(held_out, 1.0, SCHEDULE.seed)

    _write(adapter, Calibration())
    labelled = [(one, 0.0) for one in held_out] + [(one, 1.0) for one in nulls]
    margins = [answers.margin for answers in answer(answerer(store, adapter), [one for one, _ in labelled])]
    scale, threshold = fit_logistic(-torch.tensor(margins), torch.tensor([label for _, label in labelled]))
    gaps = []
    for temperature in TEMPERATURES:
        _write(adapter, Calibration(scale, -threshold, temperature))
        gaps.append((_overconfidence(answerer(store, adapter), held_out[:TEMPERATURE_QUESTIONS]), temperature))
    fitted = Calibration(scale, -threshold, min(gaps)[1])
    _write(adapter, fitted)
    return fitted


def answer(reader: Answerer, questions: list[squad.Question]) -> list[Answers]:
    """The best answer to each question, with progress on the terminal."""
    asked = [(question.question.strip(), question.context) for question in questions]
    # Half of SQuAD v2.0 dev is in v1.1 dev too.
    pairs = list(dict.fromkeys(asked))
    found: list[Answers] = []
    started = time.monotonic()
    for group in reader.many(pairs):
        found += group
        left = (time.monotonic() - started) / len(found) * (len(pairs) - len(found)) / 60
        print(f"answered {len(found)} of {len(pairs)}, {left:.1f} min left", flush=True)
    by_pair = dict(zip(pairs, found, strict=True))
    return [by_pair[pair] for pair in asked]


def evaluate(store: WeightStore, adapter: Path, data: Path, limit: int | None) -> Figures:
    """Measure on SQuAD v1.1 and v2.0 dev, at most `limit` questions of each."""
    reader = answerer(store, adapter)
    one = squad.read(data / "squad-dev-v1.1.json.gz")
    two = squad.read(data / "squad-dev-v2.0.json.gz")
    if limit:
        one, two = (
            random.Random(SCHEDULE.seed).sample(questions, min(limit, len(questions))) for questions in (one, two)
        )
    both = answer(reader, one + two)
    scores = [squad.score(text_of(found), q) for found, q in zip(both, one, strict=False)]
    answers = both[len(one) :]
    answered = [squad.score(text_of(found), q)[1] for found, q in zip(answers, two, strict=True)]
    silent = [squad.score("", question)[1] for question in two]
    shown = [a if found.found else s for found, a, s in zip(answers, answered, silent, strict=True)]
    best, margin = best_threshold([found.margin for found in answers], answered, silent)
    return Figures(
        questions=len(one),
        exact_match=_percent([exact for exact, _ in scores]),
        f1=_percent([f1 for _, f1 in scores]),
        questions_2=len(two),
        best_f1=100 * best,
        best_margin=margin,
        shown_f1=_percent(shown),
        always_f1=_percent(answered),
        never_f1=_percent(silent),
    )


def text_of(answers: Answers) -> str:
    """The best answer's text, whether or not it is likely; nothing where there is no span."""
    return answers.answers[0].text if answers.answers else ""


def best_threshold(margins: list[float], answered: list[float], silent: list[float]) -> tuple[float, float]:
    """The best mean score of answering only where the margin is at least a threshold, and that threshold."""
    total = sum(silent)
    best, threshold = total, float("inf")
    for margin, gain in sorted(((m, a - s) for m, a, s in zip(margins, answered, silent, strict=True)), reverse=True):
        total += gain
        if total > best:
            best, threshold = total, margin
    return best / len(margins), threshold


def _overconfidence(reader: Answerer, questions: list[squad.Question]) -> float:
    """How far the mean share of the best answer is from how often it overlaps the truth."""
    answers = answer(reader, questions)
    shares = [found.answers[0].score / (1 - found.no_answer) if found.answers else 0.0 for found in answers]
    right = [float(squad.score(text_of(found), q)[1] > 0) for found, q in zip(answers, questions, strict=True)]
    return abs(sum(shares) - sum(right)) / len(questions)


def _write(adapter: Path, calibration: Calibration) -> None:
    rounded = {name: round(value, 4) for name, value in asdict(calibration).items()}
    (adapter / CALIBRATION).write_text(json.dumps(rounded, indent=2) + "\n", encoding="utf-8")


def _percent(values: list[float]) -> float:
    return 100 * sum(values) / len(values)
