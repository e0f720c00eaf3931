"""Typed text of any kind is restored into its field, on a small page, so that each case is quick."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from demos.assets import script
from tests.browser.tabs import script_failures

pytestmark = pytest.mark.browser
URL = "http://typed.example/"
FIELDS = {
    "area": "<textarea></textarea>",
    "line": "<input>",
    "long": "<textarea></textarea>",
    "question_b": "<textarea></textarea>",
    "with.dot:colon": "<textarea></textarea>",
    "1-begins-with-a-digit": "<input>",
}
START = """
const typed = typedFields(IDS);
typed.watch();
typed.restored().forEach((value, at) => {
  if (typeof value === "string") document.getElementById(IDS[at]).firstElementChild.value = value;
});
"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page with a field of each kind, and the script of the real page."""
    fields = "".join(f'<div id="{name}">{field}</div>' for name, field in FIELDS.items())
    code = f"{script('typed/keep.js')}\nconst IDS = {json.dumps(list(FIELDS))};{START}"
    body = f"<!doctype html><meta charset=utf-8>{fields}<script>{code}</script>"

    def answer(route: Route) -> None:
        route.fulfill(body=body, content_type="text/html; charset=utf-8")

    with browser.new_page() as page:
        failures = script_failures(page)
        page.route("**/*", answer)
        page.goto(URL)
        yield page
    assert not failures


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("area", "one line"),
        ("area", "two\nlines\n\n\tand a tab "),
        ("area", "مرحبا بالعالم، שלום"),
        ("area", "下雨了。風"),
        ("area", "👨‍👩‍👧‍👦 e\u0301 \u200b \ud83d"),
        ("area", "<b>&amp;</b> </script><script>alert(1)</script>"),
        ("area", '{"__type__": "update"}'),
        ("area", "null"),
        ("area", " "),
        ("long", "word " * 12_000),
        ("line", "a 'quoted' \"line\" \\ $x %s"),
        ("question_b", "of the second"),
        ("with.dot:colon", "x"),
        ("1-begins-with-a-digit", "7"),
    ],
)
def test_what_is_typed_stands_there_again(page: Page, field: str, text: str) -> None:
    """It is restored unchanged after a reload, and after a second one without typing in between."""
    place = page.locator(f'[id="{field}"] :is(textarea, input)')
    place.evaluate(
        "(node, text) => { node.value = text; node.dispatchEvent(new Event('input', {bubbles: true})) }", text
    )
    for _ in range(2):
        page.reload()
        assert place.evaluate("node => node.value") == text


def test_what_is_cleared_stays_empty(page: Page) -> None:
    """An empty field is kept as one."""
    place = page.locator("#area textarea")
    place.fill("typed")
    place.fill("")
    page.reload()
    expect(place).to_have_value("")


def test_what_a_button_wrote_is_kept_too(page: Page) -> None:
    """No input event says so."""
    page.locator("#line input").evaluate("node => { node.value = 'of an example' }")
    page.reload()
    expect(page.locator("#line input")).to_have_value("of an example")
