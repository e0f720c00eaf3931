"""Which device and number format the models run in."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

DeviceName = Literal["cuda", "mps", "xpu", "cpu"]
DtypeName = Literal["float32", "float16", "bfloat16"]
# What the drivers of NVIDIA, AMD and Intel put into /dev on Linux; WSL has one for all of them (dxg).
DRIVERS = ("nvidia*", "dxg", "kfd", "dri")
CHOICES = ("auto", "cuda", "mps", "xpu", "cpu")


class DeviceUnavailable(ValueError):
    """The requested device is not on this machine."""


@dataclass(frozen=True)
class Available:
    """The devices of this machine; `bfloat16` is whether its CUDA device supports that format."""

    cuda: bool = False
    mps: bool = False
    xpu: bool = False
    bfloat16: bool = False

    @property
    def names(self) -> list[DeviceName]:
        """The devices, best first; the CPU is always there."""
        accelerators: list[tuple[DeviceName, bool]] = [("cuda", self.cuda), ("mps", self.mps), ("xpu", self.xpu)]
        return [name for name, here in accelerators if here] + ["cpu"]


@dataclass(frozen=True)
class Device:
    """Where a model lives and the dtype of its weights, both by torch's names."""

    name: DeviceName
    dtype: DtypeName


def accelerated(torch_version: str, platform: str, is_there: Callable[[str], bool]) -> bool:
    """Whether there may be an accelerator, as far as can be determined without importing torch.

    `torch_version` is that of the installed package, `platform` as in `sys.platform`, and `is_there` returns whether
    a device file matches a pattern.
    """
    if torch_version.endswith("+cpu"):
        return False
    return platform != "linux" or any(map(is_there, DRIVERS))


def probe() -> Available:
    """Detect the devices of this machine; torch is not imported if there is visibly only a CPU.

    If torch is already imported, it decides: on ZeroGPU it has a GPU without a device file.
    """
    if "torch" not in sys.modules and not accelerated(version("torch"), sys.platform, _is_device):
        return Available()
    import torch

    cuda = torch.cuda.is_available()
    return Available(
        cuda=cuda,
        mps=torch.backends.mps.is_available(),
        xpu=torch.xpu.is_available(),
        bfloat16=cuda and torch.cuda.is_bf16_supported(),
    )


def _is_device(pattern: str) -> bool:
    return any(Path("/dev").glob(pattern))


def use_threads(count: int) -> None:
    """Let torch compute one model with `count` threads; 0 leaves it to torch."""
    import torch

    if count:
        torch.set_num_threads(count)


def choose_device(requested: str, available: Available) -> Device:
    """The device to use for `requested`, one of `CHOICES`, and its dtype.

    Raises DeviceUnavailable when it is not on this machine.
    """
    if requested not in CHOICES:
        raise DeviceUnavailable(f"Unknown device {requested!r}: choose one of {', '.join(CHOICES)}.")
    name = available.names[0] if requested == "auto" else requested
    for known in available.names:
        if known == name:
            return Device(known, _dtype(known, available))
    raise DeviceUnavailable(
        f"Device {requested!r} is not available: this machine has {', '.join(available.names)}. "
        "Choose one of these, or auto."
    )


def _dtype(name: DeviceName, available: Available) -> DtypeName:
    if name == "cpu":
        return "float32"
    if name == "xpu" or (name == "cuda" and available.bfloat16):
        return "bfloat16"
    return "float16"
