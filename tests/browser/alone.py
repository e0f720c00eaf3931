"""The attention view on a page of its own, without the tab around it, so that a test takes a second."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page

from demos.attention.view import code
from demos.page.look import PAPER, PAPER_DARK
from demos.views.attention_data import answer, first
from models.explain.attention import Attender
from tests.browser.tabs import script_failures

STYLE = f"body {{ background: {PAPER} }} body.dark {{ background: {PAPER_DARK}; --body-text-color: #f5f5f4 }}"
CONNECT = """
document.body.append(Object.assign(document.createElement("div"), { id: "root" }));
const view = attentionView(document.getElementById("root"), wanted => answer(wanted).then(view.show));
"""


@dataclass(frozen=True)
class Alone:
    """`page` shows the view; what it asks for, `attender` answers."""

    page: Page
    attender: Attender

    def show(self, text: str, pair: str = "", model: str = "", layer: int = -1, head: int = -1) -> None:
        """Draw the attention over `text`, as the tab does after a run."""
        value = first(self.attender(model, text, pair), text, pair, layer, head)
        self.page.evaluate("value => view.show(value)", value)

    def open(self, view: str) -> None:
        """Bring the view of that name to the front."""
        self.page.locator(f"[data-view={view}]").click()

    def dark(self) -> None:
        """Change to the dark theme."""
        self.page.evaluate("document.body.classList.add('dark')")


@contextmanager
def alone(browser: Browser, attender: Attender, width: int = 1180, **options: Any) -> Iterator[Alone]:
    """The view on an empty page; fails when a script fails."""
    context = browser.new_context(viewport={"width": width, "height": 900}, **options)
    page = context.new_page()
    failures = script_failures(page)
    page.on("dialog", lambda dialog: failures.append("a script of the text ran"))
    page.expose_function("answer", lambda wanted: answer(attender, wanted))
    page.set_content("<!doctype html><html><head><meta charset=utf-8></head><body></body></html>")
    page.add_style_tag(content=STYLE)
    page.add_script_tag(content=code() + CONNECT)
    yield Alone(page, attender)
    context.close()
    assert not failures
