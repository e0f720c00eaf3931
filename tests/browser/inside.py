"""The views inside the models, and how a visitor comes to each from the page's first screen."""

from dataclasses import dataclass

from playwright.sync_api import Page, expect

PATIENCE = 300_000
# A token of the reply that the Chat tab opens on.
TOKEN = "#chat-tokens .token >> nth=5"


@dataclass(frozen=True)
class View:
    """A view: the `tab` it is in, what is clicked there one after another, and what shows that it is there.

    `part` is the part of the page that it takes up; `wide`, if given, is what must not become narrow on a phone. A step
    that begins with "hover " only points; one with " is " picks a value of a list, which takes two clicks.
    """

    name: str
    tab: str
    steps: tuple[str, ...]
    seen: str
    part: str
    wide: str = ""

    @property
    def clicks(self) -> int:
        """How many, that on the tab among them."""
        return 1 + sum(0 if step.startswith("hover ") else 2 if " is " in step else 1 for step in self.steps)


VIEWS = (
    View(
        "switched-off heads",
        "Attention",
        ("[data-view=off]", "[data-map][data-layer='2'][data-head='4'] >> nth=0"),
        ".av-headline b >> nth=1",
        "#attention-view",
    ),
    View(
        "all heads ranked",
        "Attention",
        ("[data-view=off]", ".av-rank"),
        "#attention-status:has-text('72 of 72')",
        "#attention-view",
    ),
    View(
        "attention by norm",
        "Attention",
        (".av-measure is norms",),
        ".av-caption:has-text('by norm')",
        "#attention-view",
    ),
    View(
        "head finder",
        "Attention",
        ("[data-view=heads]", ".av-finder summary"),
        ".av-finder li button >> nth=0",
        "#attention-view",
    ),
    View(
        "which measure to trust",
        "Attention",
        ("#attention-faithfulness button.label-wrap",),
        "#attention-faithfulness svg >> nth=1",
        "#attention-faithfulness",
    ),
    View("logit lens", "Next word", ("#next-look",), ".lens-said:visible", "#next-lens"),
    View("sampling bench", "Next word", ("#next-ask",), ".bench-said:has-text('tokens stay')", "#next-bench"),
    View(
        "why this token",
        "Chat",
        (f"hover {TOKEN}", "#chat-tokens >> text='Why this token'"),
        "#chat-salience:has-text('Spearman')",
        "#chat-why",
        "#chat-salience .why-ramp",
    ),
    View(
        "layers of a reply",
        "Chat",
        (f"hover {TOKEN}", "#chat-tokens >> text='Layer by layer'"),
        "#chat-lens .lens-said",
        "#chat-why",
    ),
    View(
        "branches",
        "Chat",
        (f"hover {TOKEN}", "#chat-tokens .token-take >> nth=0"),
        "#chat-branches [role=treeitem] >> nth=1",
        "#tabs",
    ),
    View(
        "another word",
        "Translation",
        (".aligned-target .aligned-word >> nth=3",),
        ".others-word >> nth=0",
        "#tabs",
    ),
    View("tokens", "Tokens", (), "#tokenizers-view .cuts-column >> nth=2", "#tokenizers-view"),
    View(
        "smallest edit of a sentiment",
        "Sentiment",
        ("#sentiment-flip button.label-wrap", "#sentiment-flip-run"),
        "#sentiment-flip-view:has-text('over')",
        "#sentiment-flip",
    ),
    View(
        "smallest edit of an answer",
        "Question answering",
        ("#answer-flip button.label-wrap", "#answer-flip-run"),
        "#answer-flip-view:has-text('over')",
        "#answer-flip",
    ),
)


def show(page: Page, view: View) -> None:
    """Come to `view` from the page's first screen, where tabs open on a result, and wait until nothing runs."""
    page.get_by_role("tab", name=view.tab, exact=True).click()
    if view.steps:
        made = page.locator(".status:visible", has_text="Made beforehand").first
        expect(made).to_be_visible(timeout=PATIENCE)
    for step in view.steps:
        selector, _, choice = step.removeprefix("hover ").partition(" is ")
        part = page.get_by_role("tabpanel").filter(visible=True).locator(selector)
        part.wait_for(timeout=PATIENCE)
        if step.startswith("hover "):
            part.hover()
        elif choice:
            part.select_option(choice)
        else:
            part.click()
    expect(page.locator(view.seen)).to_be_visible(timeout=PATIENCE)
    page.wait_for_function("!document.querySelector('button[id$=-stop]:not([disabled])')", timeout=PATIENCE)
