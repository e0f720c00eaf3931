"""Packed layers: the product of the same weights, in float32; where the machine cannot, they are not used."""

from collections.abc import Iterator

import pytest
import torch

from models.packed import COLUMNS, Packed, overflows, pack, pack_linears, quantize, usable


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    """What one test found out is no answer for another."""
    usable.cache_clear()
    overflows.cache_clear()
    yield
    usable.cache_clear()
    overflows.cache_clear()


@pytest.mark.skipif(not usable(), reason="this CPU has no packed layers")
@pytest.mark.parametrize("rows", [1, 5, 64])
def test_a_product_is_that_of_the_weights(rows: int) -> None:
    """For float16 weights it is float32's product but for the order of the sums."""
    generator = torch.Generator().manual_seed(0)
    first, second = (torch.randn(n, 96, generator=generator).half().float() for n in (64, 33))
    x = torch.randn(2, rows, 96, generator=generator)
    packed = pack(first, second)
    torch.testing.assert_close(packed(x), x @ torch.cat([first, second]).T, rtol=1e-4, atol=1e-4)
    assert packed.nbytes == 2 * 97 * COLUMNS


@pytest.mark.skipif(not usable(), reason="this CPU has no packed layers")
def test_all_bytes_are_counted() -> None:
    """With what the kernel fills its blocks up with: a matrix of 40 columns takes the room of one of 512."""
    assert pack(torch.ones(8, 40), torch.ones(16, 40)).nbytes == 24 * 512 * 2
    assert pack(torch.ones(8, 513)).nbytes == 8 * 1_024 * 2


@pytest.mark.skipif(not usable(), reason="this CPU has no packed layers")
def test_linear_layers_give_way_to_packed_ones() -> None:
    """At any depth, with a bias or without; other layers stay."""
    outer, deeper = torch.nn.Linear(40, 24, bias=False), torch.nn.Linear(24, 8)
    within = torch.nn.Sequential(deeper, torch.nn.LayerNorm(8))
    network = torch.nn.Sequential(outer, within).requires_grad_(False)
    x = torch.randn(3, 40, generator=torch.Generator().manual_seed(0))
    expected = outer(x)
    deep = deeper(expected)
    assert pack_linears(network) == 24 * 512 * 2 + 8 * 512 * 2 + 8 * 4
    first, inner = network[0], within[0]
    assert [type(each) for each in (first, inner, within[1])] == [Packed, Packed, torch.nn.LayerNorm]
    torch.testing.assert_close(first(x), expected, rtol=2e-3, atol=2e-3)
    torch.testing.assert_close(inner(expected), deep, rtol=2e-3, atol=2e-3)


def test_a_cpu_without_vectors_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no kernel for it."""
    monkeypatch.setattr("torch.backends.cpu.get_cpu_capability", lambda: "DEFAULT")
    assert not usable()


def test_a_kernel_that_is_wrong_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The product of a known matrix is checked before any model is packed."""
    monkeypatch.setattr("models.packed.Packed.forward", lambda self, x: torch.zeros(3, 96))
    assert not usable()


@pytest.mark.skipif(not usable(), reason="this CPU has no packed layers")
def test_eight_bits_are_near_the_layer() -> None:
    """Rows of any size, a row of zeros among the weights; the largest numbers do not overflow."""
    generator = torch.Generator().manual_seed(0)
    layer = torch.nn.Linear(96, 53).requires_grad_(False)
    layer.weight[5] = 0
    x = torch.randn(2, 7, 96, generator=generator)
    packed = quantize(layer)
    assert (packed(x) - layer(x)).norm() < 0.03 * layer(x).norm()
    assert packed.nbytes == 53 * (96 + 4)
    layer.weight.fill_(1.0)
    torch.testing.assert_close(quantize(layer)(torch.ones(1, 96)), layer(torch.ones(1, 96)), rtol=0.02, atol=0)
    layer.weight.fill_(0.0)
    torch.testing.assert_close(quantize(layer)(x), layer(x))


@pytest.mark.skipif(not usable(), reason="this CPU has no packed layers")
def test_a_processor_whose_sums_overflow_gets_smaller_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is found by a product that is known."""
    assert quantize(torch.nn.Linear(96, 8)).narrow == overflows()
    overflows.cache_clear()
    monkeypatch.setattr("models.packed.Quantized.__call__", lambda self, x: torch.full((1, 32), 40.0))
    assert quantize(torch.nn.Linear(96, 8)).narrow
