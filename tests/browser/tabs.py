"""Steps that browser tests share."""

from playwright.sync_api import Locator, Page

# The lightness, 0 to 1, of an element's text and of the first ground behind it that is not transparent.
PAINT = """(node) => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number);
    return (0.21 * r + 0.72 * g + 0.07 * b) / 255;
  };
  const clear = (colour) => /, 0\\)$|transparent/.test(colour);
  const ink = light(getComputedStyle(node).color);
  while (node && clear(getComputedStyle(node).backgroundColor)) node = node.parentElement;
  return [ink, light(getComputedStyle(node || document.body).backgroundColor)];
}"""


def open_tab(page: Page, title: str, theme: str = "light") -> None:
    """Load the page in `theme` and go to the tab called `title`."""
    page.goto(f"{page.url.split('?')[0]}?__theme={theme}")
    page.get_by_role("tab", name=title, exact=True).click()


def open_fold(fold: Locator, field: Locator) -> None:
    """Open an accordion and wait until `field`, which is in it, keeps what is written into it.

    Gradio gives a field its first value a little after the field appears, and what was written before is lost.
    """
    fold.click()
    field.wait_for()
    field.page.evaluate("() => new Promise((done) => requestIdleCallback(() => requestIdleCallback(done)))")


def paint(page: Page, selector: str) -> tuple[float, float]:
    """How light the text of an element is, and the ground under it, 0 to 1."""
    ink, ground = page.locator(selector).evaluate(PAINT)
    return ink, ground
