"""The bench of the attention view: how it measures, and what it writes down."""

from pathlib import Path

import pytest

from bench.attention_view import OUR_PICTURE, THEIR_PICTURE, of_length
from bench.drawing import chromium, seconds_to_draw, served
from models.catalog.bundled import MINILM
from models.explain.attention import Attender
from models.runtime.cache import ModelCache
from tests.loops import apart


def test_texts_have_the_length_asked_for(tiny_cache: ModelCache) -> None:
    """With both special tokens."""
    result, text = of_length(Attender(tiny_cache, (MINILM,)), "ab cd ef gh", 7)
    assert (len(result.keys), text) == (7, "ab cd e")


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
