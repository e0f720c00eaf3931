"""Linear layers of fewer bits.

Sixteen, computed in float32: half the bytes come from memory, in the order in which they are needed. Or eight, computed
in eight, to find out fast what is worth computing in full.

The kernels are FBGEMM's (Khudia et al. 2021), which torch brings along for x86.
"""

import functools
import warnings
from typing import Any

import torch
from torch import Tensor, nn

# How far a product may be from float32's (relative): the weights are the same, the sums are made in another order.
TOLERANCE = 1e-3
# The kernel keeps its weights in blocks of so many columns, the last one filled up with nothing.
COLUMNS = 512
# The largest magnitude of a weight of eight bits.
LARGEST = 127
# The operator itself: torch's own way to it looks at every argument first, as long as a small product takes.
MULTIPLY: Any = torch.ops.quantized.linear_dynamic_fp16._op
# Torch has deprecated the types that these kernels take, but nothing else to give them; requirements.txt holds it back.
warnings.filterwarnings("ignore", "torch.quantize_per_tensor", UserWarning)


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


def pack_linears(network: nn.Module) -> int:
    """Put a packed matrix in place of each linear layer in `network`, which is none itself; returns their bytes."""
    total = 0
    for module in list(network.modules()):
        for name, layer in list(module.named_children()):
            if isinstance(layer, nn.Linear):
                packed = pack(layer.weight.detach(), bias=None if layer.bias is None else layer.bias.detach())
                setattr(module, name, packed)
                total += packed.nbytes
    return total


class Quantized(nn.Module):
    """A linear layer of weights in eight bits with one scale; what it reads is put into eight bits each time."""

    def __init__(self, weights: Any, nbytes: int, narrow: bool) -> None:
        """`narrow` leaves one bit of what it reads unused, for processors whose sums would overflow."""
        super().__init__()
        self.weights, self.nbytes, self.narrow = weights, nbytes, narrow

    def forward(self, x: Tensor) -> Tensor:
        """`x`, float32 of shape (..., columns), through the layer: float32 of shape (..., rows), near it only."""
        y: Tensor = torch.ops.quantized.linear_dynamic(x, self.weights, self.narrow)
        return y


def quantize(layer: nn.Linear) -> Quantized:
    """`layer` in eight bits."""
    return _quantize(layer.weight.detach(), layer.bias.detach(), overflows())


def _quantize(weight: Tensor, bias: Tensor, narrow: bool) -> Quantized:
    scale = max(float(weight.abs().max()) / LARGEST, torch.finfo(torch.float32).tiny)
    eight = torch.quantize_per_tensor(weight, scale, 0, torch.qint8)
    return Quantized(torch.ops.quantized.linear_prepack(eight, bias), weight.numel() + bias.nbytes, narrow)


@functools.cache
def overflows() -> bool:
    """Whether sums of products of the largest numbers come out too small: without VNNI they do not fit 16 bits."""
    ones = torch.ones(32, 64)
    return bool((_quantize(ones, torch.zeros(32), narrow=False)(ones[:1]) - 64).norm() > 1)


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
