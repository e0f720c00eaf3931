"""Which device and dtype are chosen, as one table."""

import pytest
import torch

from models.runtime.device import Available, Device, DeviceUnavailable, accelerated, choose_device, use_threads

NOTHING = Available()
OLD_CUDA = Available(cuda=True)
NEW_CUDA = Available(cuda=True, bfloat16=True)
MAC = Available(mps=True)
INTEL = Available(xpu=True)
ALL = Available(cuda=True, mps=True, xpu=True, bfloat16=True)

TABLE = [
    ("auto", NOTHING, Device("cpu", "float32")),
    ("auto", OLD_CUDA, Device("cuda", "float16")),
    ("auto", NEW_CUDA, Device("cuda", "bfloat16")),
    ("auto", MAC, Device("mps", "float16")),
    ("auto", INTEL, Device("xpu", "bfloat16")),
    ("auto", ALL, Device("cuda", "bfloat16")),
    ("auto", Available(mps=True, xpu=True), Device("mps", "float16")),
    ("cpu", NOTHING, Device("cpu", "float32")),
    ("cpu", ALL, Device("cpu", "float32")),
    ("cuda", OLD_CUDA, Device("cuda", "float16")),
    ("cuda", ALL, Device("cuda", "bfloat16")),
    ("mps", ALL, Device("mps", "float16")),
    ("xpu", ALL, Device("xpu", "bfloat16")),
]


@pytest.mark.parametrize(("requested", "available", "chosen"), TABLE)
def test_choice(requested: str, available: Available, chosen: Device) -> None:
    """Each row: what is asked for, what is there, what is used."""
    assert choose_device(requested, available) == chosen


@pytest.mark.parametrize(("requested", "available"), [("cuda", NOTHING), ("mps", NEW_CUDA), ("xpu", MAC)])
def test_a_missing_device_is_an_error_that_names_the_ones_there(requested: str, available: Available) -> None:
    """An explicit wish is never silently replaced."""
    with pytest.raises(DeviceUnavailable, match=f"{requested}.*{available.names[0]}"):
        choose_device(requested, available)


def test_an_unknown_device_is_an_error_that_names_the_choices() -> None:
    """A typo gets the list of choices."""
    with pytest.raises(DeviceUnavailable, match="auto, cuda, mps, xpu, cpu"):
        choose_device("gpu", ALL)


@pytest.mark.parametrize(
    ("version", "platform", "devices", "expected"),
    [
        ("2.13.0", "linux", {"nvidia*"}, True),
        ("2.13.0+cu130", "linux", {"dxg"}, True),
        ("2.13.0+rocm7", "linux", {"kfd", "dri"}, True),
        ("2.13.0+xpu", "linux", {"dri"}, True),
        ("2.13.0", "linux", set(), False),
        ("2.13.0+cpu", "linux", {"nvidia*"}, False),
        ("2.13.0", "darwin", set(), True),
        ("2.13.0", "win32", set(), True),
        ("2.13.0+cpu", "win32", set(), False),
    ],
)
def test_torch_is_asked_only_where_there_may_be_more_than_a_cpu(
    version: str, platform: str, devices: set[str], expected: bool
) -> None:
    """Each row: torch's version, the system, what is in /dev, and whether something faster than a CPU may be there."""
    assert accelerated(version, platform, devices.__contains__) == expected


def test_torch_computes_with_as_many_threads_as_asked_for() -> None:
    """With 0 the number stays as it is."""
    before = torch.get_num_threads()
    try:
        use_threads(3)
        assert torch.get_num_threads() == 3
        use_threads(0)
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
