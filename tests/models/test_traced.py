"""Methods that run without Python between their operators."""

import weakref
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from models.traced import traced


class Network(nn.Module):
    """Adds its weight to as many numbers as it is given; `deaf` to how many there are."""

    def __init__(self, deaf: bool) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1), requires_grad=False)
        self.deaf = deaf
        self.traced: SimpleNamespace | None = None

    def total(self, numbers: Tensor) -> tuple[Tensor, Tensor]:
        """The sum of the numbers with the weight added to each, and how many they are."""
        count = len(numbers) if self.deaf else numbers.shape[0]
        return (numbers + self.weight).sum(), torch.zeros(count).add(1).sum()


def test_a_method_gives_what_it_gave() -> None:
    """For any size; a changed weight is seen."""
    network = Network(deaf=False)
    found = traced(network, {"total": (torch.ones(2),)}, {"total": (torch.ones(3),)}, [])
    assert found is not None
    for _ in range(2):
        assert [each.item() for each in found.total(torch.arange(5.0))] == [
            each.item() for each in network.total(torch.arange(5.0))
        ]
        network.weight.fill_(7)


def test_what_holds_for_one_size_alone_is_not_taken(caplog: pytest.LogCaptureFixture) -> None:
    """A method that decides by a number of Python's decides as for the first call ever after."""
    assert traced(Network(deaf=True), {"total": (torch.ones(2),)}, {"total": (torch.ones(3),)}, []) is None
    assert "Network runs operator by operator" in caplog.text


def test_where_torch_cannot_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some versions of Python have no TorchScript."""

    def never(*_: object, **__: object) -> None:
        raise RuntimeError("not for this Python")

    monkeypatch.setattr("torch.jit.trace_module", never)
    assert traced(Network(deaf=False), {"total": (torch.ones(2),)}, {"total": (torch.ones(3),)}, []) is None


def test_the_record_of_what_is_gone_serves_the_next() -> None:
    """With the next one's weights, and none of its own kept meanwhile; two at once have a record each."""
    spare: list[Any] = []

    def made(weight: float) -> Network:
        network = Network(deaf=False)
        network.weight.fill_(weight)
        network.traced = traced(network, {"total": (torch.ones(2),)}, {"total": (torch.ones(3),)}, spare)
        assert network.traced is not None
        assert network.traced.total(torch.zeros(2))[0] == 2 * weight
        return network

    first, second = made(3), made(5)
    weight = weakref.ref(first.weight)
    assert not spare
    del first
    assert len(spare) == 1
    assert weight() is None
    third = made(7)
    assert not spare
    assert second.traced is not None
    assert second.traced.total(torch.zeros(2))[0] == 10
    del second, third
    assert len(spare) == 2
