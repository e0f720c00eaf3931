"""A long run on each tab of the page, as a visitor starts it."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page, expect

# In milliseconds.
PATIENCE = 60_000
STORY = (
    "A small team of volunteers has spent the last three winters repairing the old stone bridge at Ashford. "
    "The council had planned to replace it with a steel one, but the estimate came to 2.4 million pounds. "
    "A retired engineer, Mary Holt, offered to inspect the arches for nothing and found them sound. "
)


@dataclass(frozen=True)
class LongRun:
    """A long run of a tab: `fields` are what it fills, by selector, `open` the folds that it opens first."""

    tab: str
    run: str
    stop: str
    fields: dict[str, str] = field(default_factory=dict)
    open: str = ""
    rows: int = 0

    def prepare(self, page: Page) -> None:
        """Open the tab and fill it, in the way a visitor does."""
        page.get_by_role("tab", name=self.tab, exact=True).click()
        if self.open:
            page.locator(f"{self.open} button.label-wrap").first.click()
            page.wait_for_timeout(500)
        for selector, text in self.fields.items():
            page.locator(selector).fill(text)
            page.locator(selector).press("Tab")
        if self.rows:
            with tempfile.TemporaryDirectory() as folder:
                table = Path(folder, "rows.csv")
                table.write_text("text\n" + "".join(f"{i}: {STORY[:100]}\n" for i in range(self.rows)))
                page.locator("#batch-file input[type=file]").set_input_files(table)
                expect(page.locator(self.run)).to_be_enabled(timeout=PATIENCE)
        expect(page.locator(self.run)).to_be_enabled(timeout=PATIENCE)


def text(characters: int) -> str:
    """A text of about so many characters, no paragraph of which is like another: equal ones could be read once."""
    parts = characters // len(STORY) + 1
    return "".join(f"In part {number} of this story it was said: {STORY}" for number in range(parts))[:characters]


LONG_RUNS = {
    "answer": LongRun(
        "Question answering",
        "#answer-run",
        "#answer-stop",
        {"#answer-question textarea": "Who inspected it?", "#answer-context textarea": text(59_000)},
    ),
    "translation": LongRun(
        "Translation", "#translation-run", "#translation-stop", {"#translation-text textarea": text(9_900)}
    ),
    "sentiment, why": LongRun(
        "Sentiment",
        "#sentiment-run",
        "#sentiment-stop",
        {"#sentiment-text textarea": text(9_900)},
        open="#sentiment-why",
    ),
    "summary": LongRun("Summarization", "#summary-run", "#summary-stop", {"#summary-text textarea": text(9_900)}),
    "chat": LongRun(
        "Chat", "#chat-send", "#chat-stop", {"#chat-message textarea": "Tell me a very long story about the sea."}
    ),
    "drafts": LongRun(
        "Chat",
        "#drafts-run",
        "#drafts-stop",
        {
            "#drafts-length input[type=number]": "128",
            "#drafts-text textarea": "It was a dark and stormy night",
        },
        open="#chat-drafts",
    ),
    "perplexity": LongRun("Next word", "#next-measure", "#next-stop", {"#next-text textarea": text(9_900)}),
    "attention": LongRun("Attention", "#attention-run", "#attention-stop", {"#attention-text textarea": text(2_000)}),
    "how attention works": LongRun(
        "How attention works", "#worked-run", "#worked-stop", {"#worked-text textarea": text(200)}
    ),
    "compare": LongRun("Compare", "#compare-run", "#compare-stop", {"#compare-text textarea": text(9_000)}),
    "batch": LongRun("Batch", "#batch-run", "#batch-stop", rows=400),
}
