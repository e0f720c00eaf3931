"""Alternating measurements of two sides, and their table."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from bench import beside, results
from bench.beside import REPEATS, Row, Score, all_met, figures, interleaved, settled, spread


def scripted(*values: float | str) -> Callable[[], float | str]:
    """A measurement that gives these, one after another."""
    rest = iter(values)
    return lambda: next(rest)


def test_sides_take_turns_and_warm_ups_do_not_count() -> None:
    """Three warm-ups, five repeats; what is slow is measured once, what fails is not tried again."""
    quick = scripted(9, 9, 9, 1, 2, 3, 4, 5)
    assert interleaved(quick, scripted(21.0), scripted(2, "not drawn in 60 s"), patience=20) == [
        [1, 2, 3, 4, 5],
        [21.0],
        "not drawn in 60 s",
    ]
    assert REPEATS == 5


def test_sides_are_measured_one_after_the_other() -> None:
    """So that what slows the machine down for a while slows both."""
    asked: list[str] = []

    def side(name: str) -> Callable[[], float]:
        def measure() -> float:
            asked.append(name)
            return 1.0

        return measure

    interleaved(side("a"), side("b"))
    assert asked == ["a", "b"] * 8


def test_a_settled_measure_takes_the_last_of_its_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others wake the cores, after a pause in which the other side's threads fall asleep."""
    paused: list[float] = []
    clock = scripted(0.0, 0.0, beside.AWAKE / 2, beside.AWAKE)
    monkeypatch.setattr("bench.beside.time", SimpleNamespace(sleep=paused.append, monotonic=clock))
    assert settled(scripted(9.0, 3.0, 1.0))() == 1.0
    assert paused == [beside.QUIET]


def test_warm_ups_may_be_smaller() -> None:
    """They take the places of the measures, as often as there are warm-ups."""
    assert interleaved(scripted(1, 2, 3, 4, 5), warm=(scripted(7, 8, 9),)) == [[1, 2, 3, 4, 5]]


def test_a_cell_shows_the_median_and_the_spread_or_why_there_is_none() -> None:
    """A failure is named."""
    assert spread([1.0, 4.0, 2.0]) == "2.00 (1.00 to 4.00)"
    assert spread([21.0], " s") == "21.00 s (once)"
    assert spread([0.0042, 0.1, 0.0]) == "0.0042 (0.00 to 0.10)"
    assert spread([5e-7]) == "0.00 (once)"
    assert spread("the page crashed") == "fails: the page crashed"
    with pytest.raises(RuntimeError, match="the page crashed"):
        figures("the page crashed")


@pytest.mark.parametrize(
    ("ours", "theirs", "more_is_better", "ratio"),
    [
        ([2.0, 1.0, 9.0], [21.0], False, 10.5),
        ([20.0], [5.0], True, 4.0),
        ([20.0], [5.0], False, 0.25),
        ([1.0], "the page crashed", False, None),
        ("the page crashed", [1.0], True, None),
    ],
)
def test_a_ratio_above_one_is_better(
    ours: list[float] | str, theirs: list[float] | str, more_is_better: bool, ratio: float | None
) -> None:
    """Whether more or less of the unit is better; without one side there is none."""
    assert Row("x", "s", ours, theirs, more_is_better).ratio == ratio


def test_a_row_shows_its_target_and_whether_it_is_met() -> None:
    """A rival that is not there misses nothing."""
    row = Row("decoding", "tokens a second", [20.0], [5.0], more_is_better=True, at_least=2)
    assert str(row) == "| decoding, tokens a second | 20.00 (once) | 5.00 (once) | 4.0 | at least 2 |"
    assert row.met
    assert not Row("decoding", "s", [20.0], [5.0], at_least=2).met
    alone = Row("decoding", "s", [20.0], "it is not built", at_least=2)
    assert alone.met
    assert str(alone) == "| decoding, s | 20.00 (once) | fails: it is not built | - | at least 2 |"


def test_a_score_may_be_a_little_less() -> None:
    """In points, not in percent of the other."""
    near, far = Score("F1", 79.6, 80.0, at_most=0.5), Score("F1", 79.4, 80.0, at_most=0.5)
    assert (near.met, far.met) == (True, False)
    assert str(far) == "| F1, % | 79.40 | 80.00 | -0.60 points | at most 0.5 less |"
    assert all_met([near])
    assert not all_met([near, far])


def test_a_section_takes_the_place_of_its_older_self(tmp_path: Path) -> None:
    """The others stay as they are."""
    file = tmp_path / "RESULTS.md"
    for title, line in (("One", "old"), ("Two", "| a |\n|---|"), ("One", "new")):
        results.write(title, [line], file)
    text = file.read_text()
    assert text.startswith("# Measured")
    assert text.count("## One") == text.count("## Two") == 1
    assert "new" in text
    assert "old" not in text
    assert "| a |\n|---|" in text
