"""The bench of the attention view: how it measures, and what it writes down."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bench import results
from bench.attention_view import OUR_PICTURE, REPEATS, THEIR_PICTURE, interleaved, of_length, ratio, told
from bench.drawing import chromium, seconds_to_draw, served
from models.attention import Attender
from models.cache import ModelCache
from models.catalog import MINILM
from tests.loops import apart


def scripted(*seconds: float | str) -> Callable[[], float | str]:
    """A drawing that takes these seconds, one after another."""
    rest = iter(seconds)
    return lambda: next(rest)


def test_drawings_take_turns_and_warm_ups_do_not_count() -> None:
    """Three warm-ups, five repeats; what is slow is drawn once, what fails is not tried again."""
    quick = scripted(9, 9, 9, 1, 2, 3, 4, 5)
    assert interleaved([quick, scripted(21.0), scripted(2, "not drawn in 60 s")]) == [
        [1, 2, 3, 4, 5],
        [21.0],
        "not drawn in 60 s",
    ]
    assert REPEATS == 5


def test_a_cell_tells_the_median_and_the_spread_or_why_there_is_none() -> None:
    """A failure is named, and has no ratio."""
    assert told([1.0, 4.0, 2.0]) == "2.00 s (1.00 to 4.00)"
    assert told([21.0]) == "21.00 s (once)"
    assert told("the page crashed") == "fails: the page crashed"
    assert ratio([1.0, 2.0, 3.0], [21.0]) == "10.5"
    assert ratio([1.0], "the page crashed") == "-"


def test_texts_have_the_length_asked_for(tiny_cache: ModelCache) -> None:
    """With both special tokens."""
    result, text = of_length(Attender(tiny_cache, (MINILM,)), "ab cd ef gh", 7)
    assert (len(result.keys), text) == (7, "ab cd e")


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


@pytest.mark.browser
def test_a_drawing_is_timed_or_said_to_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script of another machine is answered from here; what never comes fails in words."""
    monkeypatch.setattr("bench.drawing.TIMEOUT", 5.0)
    lines = "<g id=attention><g><g><line /></g><g><line /><line /></g></g></g>"
    (tmp_path / "page.html").write_text(
        f"<svg>{lines}</svg><script src='https://elsewhere.invalid/d3.min.js'></script>", encoding="utf-8"
    )

    scripts = {"d3.min.js": "window.fromElsewhere = true"}

    def draw() -> None:
        with chromium() as launch, served(tmp_path) as url:
            for done in (THEIR_PICTURE.replace("COUNT", "2"), "window.fromElsewhere"):
                seconds = seconds_to_draw(launch, f"{url}/page.html", done, scripts)
                assert isinstance(seconds, float)
                assert seconds > 0
            assert seconds_to_draw(launch, f"{url}/page.html", OUR_PICTURE, {}) == "not drawn in 5 s"

    apart(draw)
