"""The head finder: scores of the models that there are now, and what the page and scripts get of them."""

import json

import numpy as np
import pytest

from bench.heads import self_attention
from bench.openings import digest
from demos.attention import finder
from models.explain.attention import Source
from models.explain.heads.habits import HABITS


@pytest.mark.parametrize("source", self_attention(), ids=lambda source: str(source.name))
def test_scores_are_of_the_models_that_there_are(source: Source) -> None:
    """Another file of weights has other heads: they have to be measured again."""
    assert finder.kept()[source.name]["digest"] == digest(source.spec), "run: python -m bench.heads"


def test_scores_are_shares_of_all_heads() -> None:
    """By each habit a number from 0 to 1 for every head."""
    for entry in finder.kept().values():
        shapes = {np.shape(scores) for scores in entry["scores"].values()}
        assert entry["scores"].keys() == set(HABITS)
        assert len(shapes) == 1
        assert all(0 <= score <= 1 for scores in entry["scores"].values() for row in scores for score in row)


def test_induction_is_where_it_is_known_to_be() -> None:
    """A model that reads left to right has heads of it in the middle; encoders of sentences have none."""
    layer, _, score = finder.heads("SmolLM2-135M-Instruct", 1)["induction"][0]
    assert 9 < layer < 24
    assert score > 0.8
    assert finder.heads("all-MiniLM-L6-v2", 1)["induction"][0][2] < 0.1


def test_the_page_gets_the_plain_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """The highest first, those alone whose habit can be seen."""
    scores = [[0.1, 0.9], [0.456, 0.2]]
    monkeypatch.setattr(finder, "kept", lambda: {"x": {"digest": "", "scores": dict.fromkeys(HABITS, scores)}})
    sent = json.loads(finder.for_page().removeprefix("const FINDER = ").removesuffix(";"))
    assert sent["x"]["habits"]["rest"] == [[0, 1, 0.9], [1, 0, 0.46]]
    assert (sent["x"]["layers"], sent["x"]["heads"]) == (2, 2)
    assert finder.heads("unknown", 3) == {}
