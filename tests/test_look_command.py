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


def test_what_cannot_be_reached_is_reported(tmp_path: Path) -> None:
    """A folder, a lock file or replicas."""
    with pytest.raises(SystemExit, match="a user that this machine does not know"):
        look_command.main(
            ["--model", "~nobody-at-all/model", "--text", TEXT, "--out", "a.html"], model_setup.make_cache
        )
    bert(tmp_path / "model")
    with pytest.raises(SystemExit, match=r"127\.0\.0\.1:9 cannot be reached"):
        look(tmp_path / "model", "--ray", "http://127.0.0.1:9")
    lock = tmp_path / "lock.json"
    lock.write_text("{", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"lock\.json cannot be read"):
        look(tmp_path / "model", "--engine-url", "http://127.0.0.1:9", "--offline", "--lock", str(lock))


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
