"""What a script or the page may ask to be switched off."""

from typing import Any

import pytest

from models.explain.heads.switches import Shape, Switch, check_within, switches
from models.runtime.limits import InputError

SHAPE = Shape(layers=2, heads=4, queries=3, keys=3)


def test_all_kinds_of_switches() -> None:
    """A head, a layer, a look in one head, a look everywhere."""
    asked = [{"layer": 1, "head": 2}, {"layer": 0}, {"layer": 0, "head": 1, "from": 2, "to": 0}, {"from": 1, "to": 1}]
    expected = {Switch(1, 2), Switch(0), Switch(0, 1, 2, 0), Switch(None, None, 1, 1)}
    assert switches(asked) == expected
    check_within(switches(asked), SHAPE, causal=True)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("1.2", "must be a list"),
        ([{"layer": 0}] * 101, "at most 100"),
        ([{}], "some of the keys layer, head, from, to"),
        ([{"row": 1}], "some of the keys"),
        ([[0, 1]], "some of the keys"),
        ([{"layer": 0.5}], "layer must be a whole number"),
        ([{"layer": -1}], "layer must be from 0"),
        ([{"from": 1}], "needs “to”"),
        ([{"layer": None}], "says which layer"),
    ],
)
def test_what_is_no_switch_is_refused(value: Any, message: str) -> None:
    """In words, before a model is loaded."""
    with pytest.raises(InputError, match=message):
        switches(value)


@pytest.mark.parametrize(
    ("off", "causal", "message"),
    [
        ({Switch(2)}, True, "layer must be from 0 to 1"),
        ({Switch(0, 4)}, True, "head must be from 0 to 3"),
        ({Switch(0, 0, 3, 0)}, True, "from must be from 0 to 2"),
        ({Switch(0, 0, 1, 2)}, True, "Token 1 cannot look at token 2"),
        ({Switch(0, 0, 1, key) for key in range(3)}, False, "must keep one token"),
    ],
)
def test_what_the_model_lacks_is_refused(off: set[Switch], causal: bool, message: str) -> None:
    """Its layers, heads and tokens are known once it is there."""
    with pytest.raises(InputError, match=message):
        check_within(frozenset(off), SHAPE, causal)
