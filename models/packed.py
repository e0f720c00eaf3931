"""Linear layers of sixteen bits, computed in float32: half the bytes come from memory, in the order they are needed.

The kernels are FBGEMM's (Khudia et al. 2021), which torch brings along for x86.
"""

import functools
from typing import Any

import torch
from torch import Tensor, nn

# How far a product may be from float32's (relative): the weights are the same, the sums are made in another order.
TOLERANCE = 1e-3
# The kernel keeps its weights in blocks of so many columns, the last one filled up with nothing.
COLUMNS = 512
# The operator itself: torch's own way to it looks at every argument first, as long as a small product takes.
MULTIPLY: Any = torch.ops.quantized.linear_dynamic_fp16._op


class Packed(nn.Module):
    """A matrix of float16 weights, in the order that the kernel reads them, with a bias that it adds or none."""

    def __init__(self, weights: Any, nbytes: int) -> None:
        super().__init__()
        self.weights, self.nbytes = weights, nbytes

    def forward(self, x: Tensor) -> Tensor:
        """`x`, float32 of shape (..., columns), times the transposed matrix: float32 of shape (..., rows)."""
        y: Tensor = MULTIPLY(x, self.weights)
        return y


def pack(*weights: Tensor, bias: Tensor | None = None) -> Packed:
    """One matrix of the rows of `weights`, and `bias`, one number for each."""
    # One buffer and no copies beside it: what is freed between the packed weights would stay with the process.
    matrix = torch.empty(sum(len(weight) for weight in weights), weights[0].shape[1])
    torch.cat(weights, out=matrix)
    columns = -(-matrix.shape[1] // COLUMNS) * COLUMNS
    kept = len(matrix) * columns * torch.float16.itemsize
    return Packed(torch.ops.quantized.linear_prepack_fp16(matrix, bias), kept + (0 if bias is None else bias.nbytes))


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
