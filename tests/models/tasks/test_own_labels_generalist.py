"""Own labels by a language model: a letter, or yes and no."""

import pytest

from models.catalog.bundled import QWEN
from models.tasks.own_labels.adapter import LabelClassifier
from models.tasks.own_labels.generalist import WINDOW_TOKENS
from tests import fake_causal
from tests.fake_causal import FakeCausal, last_message


def answer(prompt: str) -> dict[str, float]:
    """The second letter, or yes to ships alone."""
    if "Label: " not in last_message(prompt):
        return {"B": 0.6, "A": 0.2, "Perhaps": 0.2}
    return {"yes": 0.6, "no": 0.2} if last_message(prompt).endswith("Label: ships") else {"no": 0.9, "yes": 0.1}


def classifier(model: FakeCausal) -> LabelClassifier:
    """The labels of a language model."""
    return LabelClassifier(fake_causal.cache(model), QWEN)


def test_one_label_has_the_share_of_its_letter() -> None:
    """The scores are the letters' shares, best first, after one prompt that lists the labels."""
    model = FakeCausal(answer)
    found = classifier(model)("The ferry left.", ["tea", "ships"])
    assert {label.name: label.score for label in found.labels} == pytest.approx({"ships": 0.75, "tea": 0.25})
    assert found.chosen == ("ships",)
    assert all(label.similarity is None for label in found.labels)
    assert last_message(model.prompts[0]) == "The ferry left.\n\nA. tea\nB. ships"


def test_each_label_by_itself_has_the_share_of_yes() -> None:
    """The model is asked once for each label."""
    model = FakeCausal(answer)
    found = classifier(model)("The ferry left.", ["tea", "ships"], multiple=True)
    assert {label.name: label.score for label in found.labels} == pytest.approx({"ships": 0.75, "tea": 0.1})
    assert found.chosen == ("ships",)
    assert len(model.prompts) == 2


def test_a_long_text_loses_its_end_and_says_so() -> None:
    """The model reads one window."""
    model = FakeCausal(answer)
    found = classifier(model)("a " * WINDOW_TOKENS, ["tea", "ships"])
    assert (found.run.tokens, found.run.dropped) == (WINDOW_TOKENS, WINDOW_TOKENS)
    assert len(last_message(model.prompts[0])) < 1.1 * WINDOW_TOKENS
