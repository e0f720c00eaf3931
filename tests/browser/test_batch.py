"""The Batch tab in a browser, on tiny models: what is done stays, goes on, and is found again."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Browser, Page, TimeoutError, expect

import app
from demos.batch import tab as batch
from demos.page import build as glassbox
from demos.sentiment import tab as sentiment
from models.runtime.cache import ModelCache
from models.tasks.registry import TASKS
from tables import batch_service
from tests import tiny
from tests.browser.tabs import open_tab, paint

pytestmark = pytest.mark.browser
PATIENCE = 120_000
TRIES = 20
SCRIPT = "<img src=x onerror=alert(1)>"
ROWS = 600


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A page of two tabs: what happens here does not depend on what the models know."""
    demo = glassbox.build([batch.tab(TASKS), sentiment.TAB], tiny.cache(), openings=False)
    _, address, _ = demo.launch(
        server_port=None, prevent_thread_lock=True, quiet=True, **glassbox.launch_options(app.ASSETS)
    )
    yield address.rstrip("/")
    demo.close()


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A file of many rows, the second of them empty and the third markup."""
    path = tmp_path / "many.csv"
    texts = [f"film number {i} was good" for i in range(ROWS)]
    texts[1], texts[2] = "", SCRIPT
    path.write_text("id,text\n" + "".join(f"{i},{text}\n" for i, text in enumerate(texts)), encoding="utf-8")
    return path


def choose(page: Page, path: Path) -> None:
    """Upload the file at `path`, and wait until it is read."""
    page.locator("#batch-file input[type=file]").set_input_files(path)
    expect(page.locator("#batch-run")).to_be_enabled(timeout=PATIENCE)


def download(page: Page, button: str) -> str:
    """What the file behind a button holds."""
    expect(page.locator(button)).to_be_enabled(timeout=PATIENCE)
    with page.expect_download() as waiting:
        page.locator(button).click()
    return Path(waiting.value.path()).read_text(encoding="utf-8-sig")


def done(page: Page) -> int:
    """How many rows the status line says are done."""
    found = re.match(r"([\d,]+) of", page.locator("#batch-status").inner_text())
    return int(found[1].replace(",", "")) if found else 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_example_takes_two_clicks(page: Page, theme: str) -> None:
    """The file is read, its text column found, and the results stand beside the own columns, in both themes."""
    open_tab(page, "Batch", theme)
    page.locator("#batch-example").click()
    expect(page.locator("#batch-reading")).to_contain_text("24 rows · CSV · UTF-8 · separator: comma", timeout=PATIENCE)
    expect(page.locator("#batch-first input")).to_have_value("review", timeout=PATIENCE)
    page.locator("#batch-run").click()
    expect(page.locator("#batch-status")).to_contain_text("24 of 24 rows", timeout=PATIENCE)
    rows = list(csv.DictReader(io.StringIO(download(page, "#batch-csv"))))
    assert len(rows) == 24
    assert {"product", "stars", "review", "sentiment", "score", "error"} <= rows[0].keys()
    expect(page.locator("#batch-charts canvas, #batch-charts svg").first).to_be_visible(timeout=PATIENCE)
    ink, ground = paint(page, "#batch-status .status")
    assert abs(ink - ground) > 0.3
    assert (ground < 0.5) == (theme == "dark")


def test_a_bad_row_and_markup_are_shown_as_they_are(page: Page, table: Path) -> None:
    """The error stands at its row, the markup is text, and the filter finds it."""
    open_tab(page, "Batch")
    choose(page, table)
    page.locator("#batch-run").click()
    expect(page.locator("#batch-status")).to_contain_text("600 of 600 rows · 1 with an error", timeout=PATIENCE)
    expect(page.locator("#batch-table")).to_contain_text("text is empty. Type some words.", timeout=PATIENCE)
    expect(page.locator("#batch-table")).to_contain_text(SCRIPT, timeout=PATIENCE)
    assert page.locator("#batch-table img").count() == 0
    page.locator("#batch-table input").first.fill("number 599")
    expect(page.locator("#batch-table")).to_contain_text("film number 599 was good", timeout=PATIENCE)
    expect(page.locator("#batch-table")).not_to_contain_text("film number 7 was good", timeout=PATIENCE)


def test_the_table_sorts(page: Page, tmp_path: Path) -> None:
    """By a header's menu: numbers by their size, up and down; the filter keeps the order."""
    path = tmp_path / "some.csv"
    path.write_text("id,text\n" + "".join(f"{i},film {i} was good\n" for i in (10, 9, 100, 1)), encoding="utf-8")
    open_tab(page, "Batch")
    choose(page, path)
    page.locator("#batch-run").click()
    expect(page.locator("#batch-status")).to_contain_text("4 of 4 rows", timeout=PATIENCE)
    header = page.locator("#batch-table .header-cell").first
    menu = header.get_by_label("Open cell menu")
    column = page.locator("#batch-table .body-cell.first-column")
    expect(column).to_have_text(["10", "9", "100", "1"], timeout=PATIENCE)
    header.hover()
    menu.click()
    page.get_by_role("menuitem", name="Sort ascending").click()
    expect(column).to_have_text(["1", "9", "10", "100"], timeout=PATIENCE)
    header.hover()
    menu.click()
    page.get_by_role("menuitem", name="Sort descending").click()
    expect(column).to_have_text(["100", "10", "9", "1"], timeout=PATIENCE)
    page.locator("#batch-table input").first.fill("film 10")
    expect(column).to_have_text(["100", "10"], timeout=PATIENCE)


def test_stop_keeps_and_resume_goes_on(page: Page, table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was done stays in the file, and the rest is added after it."""
    monkeypatch.setattr(batch_service, "step_aside", slowly)
    open_tab(page, "Batch")
    choose(page, table)
    page.locator("#batch-run").click()
    expect(page.locator("#batch-status")).to_contain_text("left", timeout=PATIENCE)
    page.locator("#batch-stop").click()
    expect(page.locator("#batch-resume")).to_be_enabled(timeout=PATIENCE)
    expect(page.locator("#batch-stop")).to_be_disabled(timeout=PATIENCE)
    kept = list(csv.reader(io.StringIO(download(page, "#batch-csv"))))
    assert 1 < len(kept) < ROWS
    monkeypatch.undo()
    page.locator("#batch-resume").click()
    expect(page.locator("#batch-status")).to_contain_text("600 of 600 rows", timeout=PATIENCE)
    whole = list(csv.reader(io.StringIO(download(page, "#batch-csv"))))
    assert len(whole) == ROWS + 1
    assert whole[: len(kept)] == kept


def test_a_long_batch_takes_turn_after_turn(page: Page, table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With turns of one group each, it comes to its end by itself."""
    monkeypatch.setattr(batch_service, "TURN", 0.0)
    open_tab(page, "Batch")
    choose(page, table)
    page.locator("#batch-run").click()
    expect(page.locator("#batch-status")).to_contain_text("600 of 600 rows", timeout=PATIENCE)
    expect(page.locator("#batch-resume")).to_be_disabled(timeout=PATIENCE)
    expect(page.locator("#batch-csv")).to_be_enabled(timeout=PATIENCE)


def test_a_closed_tab_is_found_again_by_its_browser_only(
    page: Page, browser: Browser, url: str, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The finished rows are there when the page is opened again, can be fetched and gone on with; not for others."""
    monkeypatch.setattr(batch_service, "step_aside", slowly)
    open_tab(page, "Batch")
    choose(page, table)
    page.locator("#batch-run").click()
    expect(page.locator("#batch-status")).to_contain_text("left", timeout=PATIENCE)
    context = page.context
    page.goto("about:blank")
    stranger = browser.new_context().new_page()
    stranger.goto(url)
    open_tab(stranger, "Batch")
    again = context.new_page()
    again.goto(url)
    open_tab(again, "Batch")
    expect(again.locator("#batch-resume")).to_be_enabled(timeout=PATIENCE)
    kept = done(again)
    assert 0 < kept < ROWS
    assert len(list(csv.reader(io.StringIO(download(again, "#batch-csv"))))) == kept + 1
    expect(stranger.locator("#batch-run")).to_be_disabled(timeout=PATIENCE)
    expect(stranger.locator("#batch-reading p")).to_be_empty(timeout=PATIENCE)
    stranger.context.close()
    monkeypatch.undo()
    again.locator("#batch-resume").click()
    expect(again.locator("#batch-status")).to_contain_text("600 of 600 rows", timeout=PATIENCE)


def test_a_refused_file_is_reported_beside_it(page: Page, tmp_path: Path) -> None:
    """With words on what is wrong; nothing can be run, and the next file can."""
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"c{i}" for i in range(1_000)) + "\n", encoding="utf-8")
    open_tab(page, "Batch")
    page.locator("#batch-file input[type=file]").set_input_files(path)
    expect(page.locator("#batch-refused")).to_contain_text(
        "wide.csv was not read. Line 1 has 1,000 columns", timeout=PATIENCE
    )
    expect(page.locator("#batch-run")).to_be_disabled(timeout=PATIENCE)
    page.locator("#batch-example").click()
    expect(page.locator("#batch-run")).to_be_enabled(timeout=PATIENCE)
    expect(page.locator("#batch-refused p")).to_be_empty(timeout=PATIENCE)


def test_a_sheet_is_picked(page: Page, tmp_path: Path) -> None:
    """The first with cells is read; another, an empty one and the first again are a choice away; a CSV has none."""
    path = tmp_path / "book.xlsx"
    book = Workbook()
    for name, cells in (("Films", ["text", "good film", "bad film"]), ("Meals", ["meal", "soup", "stew", "pie"])):
        sheet = book.create_sheet(name)
        for cell in cells:
            sheet.append([cell])
    book.save(path)
    open_tab(page, "Batch")
    expect(page.locator("#batch-sheet")).to_be_hidden(timeout=PATIENCE)
    choose(page, path)
    reading, picker = page.locator("#batch-reading"), page.locator("#batch-sheet input")
    expect(picker).to_have_value("Films", timeout=PATIENCE)
    expect(reading).to_contain_text("Of 3 sheets “Films” was read.", timeout=PATIENCE)
    pick(page, "Meals")
    expect(reading).to_contain_text("book: 3 rows", timeout=PATIENCE)
    expect(page.locator("#batch-first input")).to_have_value("meal", timeout=PATIENCE)
    pick(page, "Sheet")
    expect(page.locator("#batch-refused")).to_contain_text("The sheet “Sheet” is empty", timeout=PATIENCE)
    expect(page.locator("#batch-run")).to_be_disabled(timeout=PATIENCE)
    pick(page, "Films")
    expect(reading).to_contain_text("book: 2 rows", timeout=PATIENCE)
    page.locator("#batch-run").click()
    expect(page.locator("#batch-status")).to_contain_text("2 of 2 rows", timeout=PATIENCE)
    page.locator("#batch-example").click()
    expect(reading).to_contain_text("24 rows", timeout=PATIENCE)
    expect(page.locator("#batch-sheet")).to_be_hidden(timeout=PATIENCE)


def pick(page: Page, sheet: str) -> None:
    """Choose a sheet; a list that closes because the page draws what the choice before brought is opened again."""
    picker, option = page.locator("#batch-sheet input"), page.get_by_role("option", name=sheet, exact=True)
    for _ in range(TRIES):
        with suppress(TimeoutError):
            picker.blur(timeout=PATIENCE / TRIES)
            picker.click(timeout=PATIENCE / TRIES)
            option.click(timeout=PATIENCE / TRIES)
            return
    pytest.fail(f"The list of sheets never stayed open for {sheet}.")


def test_a_wrong_option_is_reported_at_its_field(page: Page) -> None:
    """Nothing runs."""
    open_tab(page, "Batch")
    page.locator("#batch-example").click()
    expect(page.locator("#batch-run")).to_be_enabled(timeout=PATIENCE)
    page.locator("#batch-task input").click()
    page.get_by_role("option", name="Own labels").click()
    page.locator("#batch-labels input, #batch-labels textarea").fill("praise")
    page.locator("#batch-run").click()
    expect(page.locator("#batch-labels")).to_contain_text(
        "labels must be 2 to 20 names; there are 1.", timeout=PATIENCE
    )
    page.locator("#batch-labels input, #batch-labels textarea").fill("praise, complaint")
    page.locator("#batch-run").click()
    expect(page.locator("#batch-status")).to_contain_text("24 of 24 rows", timeout=PATIENCE)


def test_nothing_reaches_beyond_a_phone(page: Page) -> None:
    """At 390 pixels the page does not scroll sideways, with results too."""
    page.set_viewport_size({"width": 390, "height": 844})
    open_tab(page, "Batch")
    page.locator("#batch-example").click()
    expect(page.locator("#batch-run")).to_be_enabled(timeout=PATIENCE)
    page.locator("#batch-run").click()
    expect(page.locator("#batch-status")).to_contain_text("24 of 24 rows", timeout=PATIENCE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def slowly(cache: ModelCache, own: int) -> None:
    """Take a while before each group."""
    import time

    time.sleep(0.2)
