"""`python app.py look`: one page, no server, no code of the model's."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

import look_command
import model_setup
from tests import tiny_checkpoints
from tests.models.catalog.test_local import bert, gpt2, pickled

TEXT = "the <b>cat</b> sat"


def look(folder: Path, *more: str) -> Path:
    """The page of the model in `folder`."""
    out = folder.with_suffix(".html")
    given = ["--model", str(folder), "--text", TEXT, "--out", str(out), "--device", "cpu", *more]
    look_command.main(given, model_setup.make_cache)
    return out


@pytest.mark.parametrize(
    ("make", "more"), [(bert, ()), (gpt2, ()), (tiny_checkpoints.marian, ()), (tiny_checkpoints.marian, ("--cross",))]
)
def test_any_kind_of_model_gets_its_page(make: Callable[[Path], None], more: tuple[str, ...], tmp_path: Path) -> None:
    """With every layer and head, and the text as data."""
    make(tmp_path / "model")
    page = look(tmp_path / "model", *more).read_text(encoding="utf-8")
    assert "attentionView(document.getElementById" in page
    assert "<b>cat" not in page


def test_a_pickle_is_refused(tmp_path: Path) -> None:
    """In words, with what to do."""
    pickled(tmp_path / "model")
    with pytest.raises(SystemExit, match="can run code when it is opened"):
        look(tmp_path / "model")


@pytest.mark.browser
def test_the_page_shows_the_text(browser: Browser, tmp_path: Path) -> None:
    """From the disk alone."""
    gpt2(tmp_path / "model")
    page = browser.new_page()
    page.goto(look(tmp_path / "model").as_uri())
    expect(page.locator(".av-value")).not_to_be_empty()
    page.locator("[data-view=heads]").click()
    expect(page.locator("canvas:visible").first).to_be_visible()
    page.close()
