"""Linear layers whose weights stay in sixteen bits, computed in float32: half the bytes to bring from memory a token.

The kernels are FBGEMM's (Khudia et al. 2021), which torch brings along for x86.
"""

import functools
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

# How far a product may be from float32's (relative): the weights are the same, the sums are made in another order.
TOLERANCE = 1e-3


@dataclass(frozen=True)
class Packed:
    """A matrix of float16 weights, in the order that the kernel reads them."""

    weights: Any
    nbytes: int

    def __call__(self, x: Tensor) -> Tensor:
        """`x`, float32 of shape (..., columns), times the transposed matrix: float32 of shape (..., rows)."""
        y: Tensor = torch.ops.quantized.linear_dynamic_fp16(x, self.weights)
        return y


def pack(*weights: Tensor) -> Packed:
    """One matrix of the rows of `weights`."""
    matrix = torch.cat([weight.float() for weight in weights])
    return Packed(torch.ops.quantized.linear_prepack_fp16(matrix, None), matrix.nbytes // 2)


@functools.cache
def usable() -> bool:
    """Whether this CPU has the vectors and this torch the kernels, and they give what they should."""
    if torch.backends.cpu.get_cpu_capability() not in ("AVX2", "AVX512"):
        return False
    if torch.backends.quantized.engine not in ("fbgemm", "x86"):
        return False
    weight = torch.linspace(-1, 1, 96 * 64).view(96, 64).half().float()
    x = torch.linspace(-1, 1, 3 * 64).view(3, 64)
    expected = x @ weight.T
    return bool((pack(weight)(x) - expected).norm() < TOLERANCE * expected.norm())
