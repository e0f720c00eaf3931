"""The parts of the recipes: the loop, the data, the scores, the calibration."""

from pathlib import Path

import pytest
import torch
from torch import nn

from tests.train import synthetic
from train import question_answering, sentiment_data, squad
from train.calibration import calibration_error, fit_classes, fit_logistic
from train.evaluate_question_answering import best_threshold
from train.loop import Schedule, batches_by_length, fit

SCHEDULE = Schedule(epochs=2, batch_size=4, peak_rate=0.05)


def trained(checkpoint: Path, stop_after: int | None = None) -> torch.Tensor:
    """The weights of a linear layer after training; broken off before step `stop_after`, then gone on with."""
    torch.manual_seed(0)
    inputs, targets = torch.randn(30, 5), torch.randn(30, 1)
    batches = batches_by_length([1] * 30, SCHEDULE)

    def go(stop: int | None) -> nn.Module:
        torch.manual_seed(1)
        model = nn.Linear(5, 1)
        seen = 0

        def loss_of(batch: list[int]) -> torch.Tensor:
            nonlocal seen
            seen += 1
            if seen == stop:
                raise KeyboardInterrupt
            loss: torch.Tensor = (model(inputs[batch]) - targets[batch]).float().pow(2).mean()
            return loss

        fit(model, loss_of, batches, SCHEDULE, checkpoint, save_every=2, log=lambda line: None)
        return model

    if stop_after:
        with pytest.raises(KeyboardInterrupt):
            go(stop_after)
    return torch.cat([parameter.detach().flatten() for parameter in go(None).parameters()])


def test_a_broken_off_training_resumes_to_the_same_weights(tmp_path: Path) -> None:
    """Broken off and gone on with, it ends where it would have ended."""
    straight = trained(tmp_path / "straight.pt")
    resumed = trained(tmp_path / "resumed.pt", stop_after=8)
    assert torch.equal(straight, resumed)


def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path) -> None:
    """A checkpoint of another length is named in the error."""
    trained(tmp_path / "checkpoint.pt")
    model = nn.Linear(5, 1)
    with pytest.raises(ValueError, match="delete it"):
        fit(model, lambda batch: model.weight.sum(), [[0]], SCHEDULE, tmp_path / "checkpoint.pt")


def test_every_example_is_seen_in_every_epoch() -> None:
    """Two epochs show each example twice, in batches of similar lengths, the same for the same seed."""
    lengths = [i * 7 % 50 for i in range(500)]
    batches = batches_by_length(lengths, SCHEDULE)
    assert sorted(i for batch in batches for i in batch) == sorted([*range(500)] * 2)
    spread = [max(lengths[i] for i in batch) - min(lengths[i] for i in batch) for batch in batches]
    assert sum(spread) / len(spread) < 5
    assert batches == batches_by_length(lengths, SCHEDULE)


@pytest.mark.parametrize(
    ("prediction", "truths", "exact", "f1"),
    [
        ("The Eiffel Tower!", ["eiffel tower"], 1, 1),
        ("Eiffel", ["Eiffel Tower", "the tower"], 0, 2 / 3),
        ("", [], 1, 1),
        ("Paris", [], 0, 0),
        ("", ["Paris"], 0, 0),
        ("the", ["a"], 1, 1),
    ],
)
def test_the_official_scores(prediction: str, truths: list[str], exact: float, f1: float) -> None:
    """Exact match and F1 as the official script gives them, the best over all answers."""
    question = squad.Question("", "", "", "", tuple((truth, 0) for truth in truths))
    assert squad.score(prediction, question) == pytest.approx((exact, f1))


def test_null_contexts_hold_no_answer(tmp_path: Path) -> None:
    """No context that is made to have no answer has it."""
    synthetic.squad(tmp_path)
    questions = squad.read(tmp_path / "squad-train-v1.1.json.xz", exact_only=True)
    nulls = question_answering.null_questions(questions, 1.0, 0)
    answers = {question.id: question.answers[0][0] for question in questions}
    assert len(nulls) > 10
    assert not any(answers[null.id] in null.context for null in nulls)


def test_a_guessed_place_is_left_out(tmp_path: Path) -> None:
    """Only questions whose answer has one place are trained on."""
    synthetic.squad(tmp_path)
    path = tmp_path / "squad-train-v1.1.json.xz"
    assert len(squad.read(path, exact_only=True)) == len(squad.read(path)) * 3 // 4


@pytest.mark.parametrize(
    ("tokenized", "written"),
    [
        ("it does n't work , at all .", "it doesn't work, at all."),
        ("-lrb- a `` joke '' -rrb-", '( a " joke " )'),
        ("the film 's end", "the film's end"),
        ("... mess .", "... mess."),
    ],
)
def test_reviews_look_written(tokenized: str, written: str) -> None:
    """SST's tokens become text as people write it."""
    assert sentiment_data.detokenized(tokenized) == written


def test_tweets_lose_their_marks() -> None:
    """Handles, links, hash signs and quotes go."""
    assert sentiment_data.unmarked('@user "so" #happy http') == "so happy"


def test_held_out_reviews_are_not_learned_in_pieces(tmp_path: Path) -> None:
    """No phrase of three words or more in the training texts is part of a held-out review."""
    synthetic.squad(tmp_path)
    synthetic.sentiment(tmp_path)
    split = sentiment_data.read(tmp_path, 0)
    held = {sentiment_data.detokenized(review.text) for review in split.reviews}
    phrases = sentiment_data.phrases(tmp_path / "sst2-train.tsv.gz")
    leaked = [phrase for phrase in phrases if any(phrase.text == review.text for review in split.reviews)]
    assert held
    assert not leaked or not {example.text for example in split.train} & {p.text for p in leaked}


def test_the_calibration_error_by_hand() -> None:
    """Two bins, each off by its own gap."""
    assert calibration_error([0.9, 0.9, 0.6, 0.6], [True, True, True, False]) == pytest.approx(0.1)
    assert calibration_error([1.0, 1.0], [True, True]) == 0


def test_the_logistic_fit_finds_its_threshold() -> None:
    """Labels drawn at a threshold and a slope give them back, also for margins far from one, or without an end."""
    torch.manual_seed(0)
    margins = torch.randn(20_000) * 40
    labels = (torch.rand(20_000) < torch.sigmoid(0.2 * (margins - 7))).float()
    scale, threshold = fit_logistic(torch.cat([margins, torch.tensor([torch.inf])]), torch.cat([labels, torch.ones(1)]))
    assert scale == pytest.approx(0.2, rel=0.1)
    assert threshold == pytest.approx(7, abs=1)


def test_classes_get_their_confidence_back() -> None:
    """Logits three times too large are divided by three; even classes need no bias."""
    torch.manual_seed(0)
    logits = torch.randn(6_000, 3, dtype=torch.float64) * 1.5
    labels = torch.multinomial(logits.softmax(-1), 1)[:, 0]
    outer = torch.randn(6_000, 3, dtype=torch.float64) * 1.5
    outer_labels = torch.multinomial(outer[:, [0, 2]].softmax(-1), 1)[:, 0] * 2
    temperature, biases = fit_classes(logits * 3, labels, outer * 3, outer_labels, evenness=0.0)
    assert temperature == pytest.approx(3, rel=0.1)
    assert max(map(abs, biases)) < 0.2


def test_the_best_threshold_by_hand() -> None:
    """Answering the two surest questions is best; never answering where all is wrong."""
    assert best_threshold([3.0, 2.0, 1.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]) == (1.0, 2.0)
    assert best_threshold([3.0, 2.0], [0.0, 0.0], [1.0, 1.0])[0] == 1.0
