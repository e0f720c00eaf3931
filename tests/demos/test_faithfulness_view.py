"""Which measure to trust, as the page shows it: the kept curves are of the models that there are now."""

from typing import get_args

import pytest

from bench.faithfulness import MEASURES, SHARES
from bench.openings import digests
from demos.views.faithfulness import Of, curves


@pytest.mark.parametrize("of", get_args(Of))
def test_curves_are_of_the_models_that_there_are(of: Of) -> None:
    """Another file of weights has other curves. Every measure finds words that matter more than random ones do."""
    found = curves(of)
    assert found["digest"] == digests()[found["model"]], "run: python -m bench.faithfulness"
    assert found["shares"] == [0, *SHARES]
    assert found["count"] == 100
    assert found["curves"].keys() == set(MEASURES)
    starts = {curve[0] for curve in found["curves"].values()}
    assert len(starts) == 1
    for measure, curve in found["curves"].items():
        assert len(curve) == len(found["shares"])
        assert measure == "random" or sum(curve) < sum(found["curves"]["random"])
