"""The table of figures of quality."""

from bench.quality import Figure, sample, table
from train.sentiment_data import Example


def test_a_row_has_both_models_and_the_release_before() -> None:
    """With the calibration error, and in words where a figure was not measured."""
    found = [
        Figure("SST-2", "fast", 872, 0.893, 0.039),
        Figure("SST-2", "accurate", 872, 0.93),
        Figure("x", "fast", 2, 1),
    ]
    rows = table(found, [Figure("SST-2", "fast", 872, 0.88)])
    assert rows[2] == "| SST-2 | 93.0, 872 | 89.3 (0.039), 872 | 88.0, 872 |"
    assert rows[3] == "| x | not measured | 100.0, 2 | not measured |"


def test_the_same_examples_are_taken_each_time() -> None:
    """So that two models, and two commits, are measured on the same ones."""
    examples = [Example(str(i), 0) for i in range(50)]
    assert sample(examples, 5) == sample(examples, 5) != examples[:5]
    assert sample(examples, None) == examples
