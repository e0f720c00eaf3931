"""Packed layers: the product of the same weights, in float32; where the machine cannot, they are not used."""

from collections.abc import Iterator

import pytest
import torch

from models.packed import COLUMNS, pack, usable


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    """What one test found out is no answer for another."""
    usable.cache_clear()
    yield
    usable.cache_clear()


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


def test_a_cpu_without_vectors_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no kernel for it."""
    monkeypatch.setattr("torch.backends.cpu.get_cpu_capability", lambda: "DEFAULT")
    assert not usable()


def test_a_kernel_that_is_wrong_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The product of a known matrix is checked before any model is packed."""
    monkeypatch.setattr("models.packed.Packed.forward", lambda self, x: torch.zeros(3, 96))
    assert not usable()
