"""Every tab under axe-core, in both themes, before and after it has answered; contrast is one of its rules."""

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Locator, Page, expect

import app
from tests.browser.tabs import open_tab

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PATIENCE = 240_000
GRAVE = ("serious", "critical")
# Where a tab tells that it has answered; the Batch tab has said before how it read the file.
ANSWERED = {"Batch": "#batch-status .status"}


def faults(page: Page) -> list[str]:
    """What axe-core finds serious or critical, each with the place and the reason."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
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


def faults_in_both_themes(page: Page) -> list[str]:
    """The faults in light and in dark colours; one load and one answer serve both."""
    found = []
    for dark in (False, True):
        page.evaluate("dark => document.body.classList.toggle('dark', dark)", dark)
        found += [f"{'dark' if dark else 'light'}: {fault}" for fault in faults(page)]
    return found


@pytest.mark.parametrize("title", [tab.title for tab in app.TABS])
def test_no_grave_fault(page: Page, title: str) -> None:
    """Empty, then with a result and everything unfolded."""
    # A colour on its way to another one is neither.
    page.emulate_media(reduced_motion="reduce")
    open_tab(page, title)
    assert faults_in_both_themes(page) == []
    panel = page.get_by_role("tabpanel").filter(visible=True)
    if panel.locator("button.primary").count():
        answer(panel, title)
    unfold(panel)
    assert faults_in_both_themes(page) == []


def test_a_fault_is_found(page: Page) -> None:
    """Faint text and a field without a name, planted in the page, do not pass."""
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<p style=\"color:#999;background:#fff\">faint</p><input>')"
    )
    found = " ".join(faults(page))
    assert "color-contrast" in found
    assert "label" in found
