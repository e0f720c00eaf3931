"""Which device and dtype are chosen, as one table."""

import pytest

from models.device import Available, Device, DeviceUnavailable, choose_device

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
