"""Every tab under axe-core, in both themes, before and after it has answered; contrast is one of its rules."""

from collections.abc import Callable, Sequence

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Locator, Page, expect

import app
from tests.browser.tabs import open_tab

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PATIENCE = 240_000
GRAVE = ("serious", "critical")
# Where each tab shows that it has a result; the Batch tab has already shown how it read the file.
ANSWERED = {"Batch": "#batch-status .status"}


def faults(page: Page, part: str = "body", rules: Sequence[str] = ()) -> list[str]:
    """What axe-core finds serious or critical in a part of the page, by all rules or by those named."""
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    found = Axe().run(page, part, options).response["violations"]
    return [
        f"{fault['id']} ({fault['impact']}): {node['html'][:160]} | {node['failureSummary'][:300]}"
        for fault in found
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
    ]


def unfold(panel: Locator) -> None:
    """Open every accordion, so that what is folded is looked at too."""
    closed = panel.locator("button.label-wrap:not(.open)")
    while closed.count():
        closed.first.click()


def answer(panel: Locator, title: str) -> None:
    """Fill in the first example, press the main button and wait for the whole result."""
    panel.locator("[id$=-examples] button").first.click()
    text = panel.locator("textarea:not([disabled])")
    if text.count():
        expect(text.first).not_to_have_value("")
    panel.locator("button.primary").first.click()
    status = panel.locator(ANSWERED.get(title, ".status"))
    expect(status.filter(has_text="·").first).to_be_visible(timeout=PATIENCE)
    expect(panel.get_by_role("button", name="Stop", exact=True)).to_be_disabled(timeout=PATIENCE)


def faults_in_both_themes(page: Page, part: str = "body") -> list[str]:
    """The faults of a part in the light, and of its colours in the dark, where all else is the same."""
    found = [f"light: {fault}" for fault in faults(page, part)]
    page.evaluate("document.body.classList.add('dark')")
    found += [f"dark: {fault}" for fault in faults(page, part, ["color-contrast"])]
    page.evaluate("document.body.classList.remove('dark')")
    return found


def test_no_grave_fault_around_the_tabs(page: Page) -> None:
    """The whole page as it opens."""
    page.emulate_media(reduced_motion="reduce")
    assert faults_in_both_themes(page) == []


@pytest.mark.parametrize("title", [tab.title for tab in app.TABS])
def test_no_grave_fault(blank: Page, sites: Callable[[Sequence[str]], str], title: str) -> None:
    """The tab empty, then with a result and everything unfolded."""
    page = blank
    # A colour on its way to another one is neither.
    page.emulate_media(reduced_motion="reduce")
    page.goto(sites((title,)))
    open_tab(page, title)
    panel = page.get_by_role("tabpanel").filter(visible=True)
    part = f"[id='{panel.get_attribute('id')}']"
    assert faults(page, part) == []
    if panel.locator("button.primary").count():
        answer(panel, title)
    unfold(panel)
    assert faults_in_both_themes(page, part) == []


def test_a_fault_is_found(blank: Page, sites: Callable[[Sequence[str]], str]) -> None:
    """Faint text and a field without a name, planted in the page, do not pass."""
    page = blank
    page.goto(sites(("Runtime",)))
    page.get_by_role("tab").first.wait_for()
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<p style=\"color:#999;background:#fff\">faint</p><input>')"
    )
    found = " ".join(faults(page))
    assert "color-contrast" in found
    assert "label" in found
