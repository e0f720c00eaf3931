"""Threads follow the load, and a limit is a limit."""

import multiprocessing
import time
from pathlib import Path

import pytest

from models.engines.llama_cpp.load_meter import LoadMeter, most_threads, threads_for, usable_cores


@pytest.mark.parametrize(
    ("free", "now", "most", "expected"),
    [
        (2.0, 2, 2, 2),
        (1.6, 2, 2, 2),
        (1.4, 2, 2, 1),
        (1.0, 2, 2, 1),
        (0.0, 2, 2, 1),
        (1.4, 1, 2, 1),
        (1.6, 1, 2, 1),
        (1.8, 1, 2, 2),
        (2.0, 1, 1, 1),
        (8.0, 2, 4, 4),
        (3.1, 8, 8, 3),
    ],
)
def test_threads_for_a_load(free: float, now: int, most: int, expected: int) -> None:
    """A core that is half taken is none; between the thresholds nothing changes."""
    assert threads_for(free, now, most) == expected


@pytest.mark.parametrize(
    ("text", "cores"), [("100000 100000", 1), ("50000 100000", 1), ("max 100000", None), ("", None)]
)
def test_a_control_group_limits_the_cores(tmp_path: Path, text: str, cores: int | None) -> None:
    """Half a core is still one; no limit is none."""
    path = tmp_path / "cpu.max"
    path.write_text(text)
    assert usable_cores(path) == (cores or usable_cores(tmp_path / "missing"))


def test_a_chosen_number_of_threads_is_taken() -> None:
    """What the operator says counts, and 0 is at least one."""
    assert most_threads(3) == 3
    assert most_threads(0) >= 1


def spin(until: float) -> None:
    """Keep a core busy until that time."""
    while time.time() < until:
        pass


def test_others_are_measured_and_not_its_own_processes() -> None:
    """A busy process takes a core; the same work in one of its own takes none."""
    process = multiprocessing.get_context("spawn").Process(target=spin, args=(time.time() + 5,))
    process.start()
    time.sleep(2)
    assert process.pid is not None
    without, with_own = LoadMeter(), LoadMeter()
    assert without.free_cores([]) is None
    assert with_own.free_cores([process.pid]) is None
    time.sleep(1)
    free = without.free_cores([]), with_own.free_cores([process.pid])
    process.kill()
    process.join()
    assert free[0] is not None
    assert free[1] is not None
    assert 0 <= free[0] <= free[1] - 0.3
    assert free[1] <= with_own.cores


def test_an_own_process_may_be_new_and_may_end() -> None:
    """What a new one has computed is its own, and what one has that ended is not taken from what others compute."""
    meter = LoadMeter()
    meter.free_cores([])
    process = multiprocessing.get_context("spawn").Process(target=spin, args=(time.time() + 3,))
    process.start()
    assert process.pid is not None
    time.sleep(1)
    with_new = meter.free_cores([process.pid])
    without = LoadMeter()
    without.free_cores([])
    process.join()
    after = meter.free_cores([process.pid])
    others = without.free_cores([])
    assert with_new is not None
    assert after is not None
    assert others is not None
    assert after == pytest.approx(others, abs=0.3)
    assert with_new >= after - 0.3
