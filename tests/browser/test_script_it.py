"""The calls under every tab: copied from the page, run as they are, and giving what the page's own endpoint gives."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from gradio_client import Client
from playwright.sync_api import Locator, Page, expect

import app
from demos.page import build as glassbox
from tests import tiny
from tests.browser.tabs import open_fold, open_tab, titled
from tests.programs import program

pytestmark = pytest.mark.browser
TEXT = 'it\'s "good"\\n </script> 👍\nand the bridge opened in 1781.'
# What each tab is given, and the call that it then has to be.
GIVEN: dict[str, tuple[str, dict[str, str], dict[str, Any]]] = {
    "answer": (
        "Question answering",
        {"answer-question": 'when\'s the "opening"?', "answer-context": TEXT},
        {"question": 'when\'s the "opening"?', "context": TEXT, "top_k": 3},
    ),
    "translate": (
        "Translation",
        {"translation-text": "it's 'so' 👍"},
        {"text": "it's 'so' 👍", "source": "en", "target": "pt"},
    ),
    "sentiment": ("Sentiment", {"sentiment-text": TEXT}, {"text": TEXT}),
    "labels": (
        "Sentiment",
        {"sentiment-text": TEXT, "labels-names": 'it\'s, praise,"so"', "labels-kind": "several"},
        {"text": TEXT, "labels": ["it's", "praise", '"so"'], "multiple": True},
    ),
    "summarize": (
        "Summarization",
        {"summary-text": f"{TEXT} the ferry left.", "summary-method": "extractive"},
        {"text": f"{TEXT} the ferry left.", "method": "extractive", "length": "medium"},
    ),
    "chat": (
        "Chat",
        {"chat-message": TEXT, "chat-system": 'be "brief"', "chat-length": "16", "chat-heat": "0"},
        {"message": TEXT, "system": 'be "brief"', "max_new_tokens": 16, "temperature": 0, "top_p": 0.9},
    ),
    "drafts": (
        "Chat",
        {"drafts-text": TEXT, "drafts-seed": "5", "drafts-length": "8"},
        {"text": TEXT, "drafts": 3, "max_new_tokens": 8, "temperature": 0.8, "top_p": 0.95, "seed": 5},
    ),
    "perplexity": ("Next word", {"next-text": TEXT}, {"text": TEXT}),
    "attention": (
        "Attention",
        {"attention-text": TEXT, "attention-pair": "it's so"},
        {"text": TEXT, "text_pair": "it's so", "model": "all-MiniLM-L6-v2"},
    ),
}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of the app on tiny models."""
    demo = app.build(
        tiny.cache(),
        titled("Chat", "Sentiment", "Attention", "Next word", "Translation", "Question answering", "Summarization"),
        openings=False,
    )
    _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True, **glassbox.launch_options(app.ASSETS))
    yield address.rstrip("/")
    demo.close()


def fill(page: Page, elem_id: str, value: str) -> None:
    """Give the field of that id a value, unfolding what it is in."""
    field = page.locator(f"#{elem_id}")
    if not field.count():
        folds = page.locator("[id$=-settings], #sentiment-labels, #chat-drafts").locator("button.label-wrap:not(.open)")
        fold = (
            page.locator("#chat-drafts button.label-wrap")
            if elem_id.startswith("drafts")
            else folds.filter(visible=True)
        )
        open_fold(fold.first, field)
    if field.locator("input[type=radio]").count():
        field.locator(f"input[value={value}]").check()
        return
    number = field.locator("input[type=number]")
    written = number if number.count() else field.locator("textarea, input[type=text]").first
    written.fill(value)
    written.press("Tab")


def unfold(page: Page, endpoint: str) -> Locator:
    """Open the one accordion with the calls of the tab on screen, and choose that of `endpoint`."""
    scripts = page.locator("[id$=-script]").filter(visible=True)
    scripts.locator("button.label-wrap").first.click()
    code = scripts.locator("[id$=-script-python] .cm-content")
    choice = scripts.get_by_role("radio", name=f"/{endpoint}", exact=True)
    expect(code).to_contain_text("api_name=")
    if choice.count():
        choice.check()
    expect(code).to_contain_text(f'api_name="/{endpoint}"')
    return scripts


def copied(scripts: Locator, title: str) -> str:
    """The call in the language called `title`, through the copy button."""
    page = scripts.page
    scripts.get_by_role("tab", name=title, exact=True).click()
    code = scripts.locator(f"[id$=-script-{title.lower()}]")
    expect(code.locator(".cm-line").first).to_be_visible()
    page.evaluate("navigator.clipboard.writeText('')")
    code.get_by_role("button").first.click()
    page.wait_for_function("navigator.clipboard.readText().then((text) => text !== '')")
    return str(page.evaluate("navigator.clipboard.readText()"))


def run(command: list[str], code: str) -> str:
    """What the program says when it is given `code`."""
    done = subprocess.run([*command, "-"], input=code, capture_output=True, text=True, timeout=120, check=False)
    assert not done.returncode, done.stderr
    return done.stdout


def results(scripts: dict[str, str]) -> dict[str, Any]:
    """What each script's program prints, read."""
    said = {
        "Python": run(
            [sys.executable], scripts["Python"].replace("print(result)", "import json; print(json.dumps(result))")
        ),
        "curl": run([program("bash", "bash"), "-s"], scripts["curl"]),
        "JavaScript": run([program("node", "nodejs")], scripts["JavaScript"]),
    }
    *_, event, data = said["curl"].strip().split("\n")
    assert event == "event: complete", said["curl"]
    (said_by_curl,) = json.loads(data.removeprefix("data: "))
    return {
        "Python": json.loads(said["Python"].splitlines()[-1]),
        "curl": said_by_curl,
        "JavaScript": json.loads(said["JavaScript"]),
    }


def timeless(result: Any) -> Any:
    """The result, less what a clock says."""
    return {key: value for key, value in result.items() if key != "seconds"} if isinstance(result, dict) else result


@pytest.mark.parametrize("endpoint", GIVEN)
def test_each_script_gives_the_result(page: Page, url: str, endpoint: str) -> None:
    """Copied and run, in every language."""
    program("curl", "curl")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
    title, fields, arguments = GIVEN[endpoint]
    open_tab(page, title)
    for elem_id, value in fields.items():
        fill(page, elem_id, value)
    folded = unfold(page, endpoint)
    written = folded.locator("[id$=-script-python] .cm-content")
    for value in (value for elem_id, value in fields.items() if not elem_id.endswith("-kind")):
        expect(written).to_contain_text(re.split(r"[^\w']", value)[0])
    scripts = {language: copied(folded, language) for language in ("Python", "curl", "JavaScript")}
    wanted = timeless(Client(url, verbose=False).predict(api_name=f"/{endpoint}", **arguments))
    assert {name: timeless(result) for name, result in results(scripts).items()} == dict.fromkeys(scripts, wanted)


def test_a_reply_is_asked_for_again(page: Page, url: str) -> None:
    """Once a message is sent, the call is the one that gave the reply on the page, with all that was said before it."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
    open_tab(page, "Chat")
    for elem_id, value in GIVEN["chat"][1].items():
        fill(page, elem_id, value)
    page.locator("#chat-send").click()
    expect(page.locator("#chat-status")).to_contain_text("new token")
    fill(page, "chat-message", "<b>and</b> &amp; now?")
    page.locator("#chat-send").click()
    expect(page.locator("#chat-conversation [data-testid=bot]")).to_have_count(2)
    expect(page.locator("button#chat-stop")).to_be_disabled()
    code = copied(unfold(page, "chat"), "JavaScript")
    message, history = json.loads(code.split("const body = ")[1].split(";\n")[0])["data"][:2]
    assert message == "<b>and</b> &amp; now?"
    assert [each["role"] for each in history] == ["user", "assistant"]
    assert history[0]["content"] == TEXT
    said = json.loads(run([program("node", "nodejs")], code))
    shown = page.locator("#chat-conversation [data-testid=bot]").last.text_content() or ""
    assert said.split() == shown.split()


def test_the_layer_and_head_on_screen_are_asked_for(page: Page) -> None:
    """As they are chosen in the view; no single head is asked for as the mean, and another model begins anew."""
    open_tab(page, "Attention")
    page.locator("#attention-text textarea").fill("see in")
    unfold(page, "attention")
    code = page.locator("#attention-script-python .cm-content")
    expect(code).to_contain_text("layer=-1")
    page.locator("#attention-run").click()
    expect(page.locator(".av-caption")).to_contain_text("Layer")
    page.locator(".av-layer").select_option("0")
    page.locator(".av-head").select_option("1")
    expect(code).to_contain_text("layer=0")
    expect(code).to_contain_text("head=1")
    page.locator("[data-view=flow]").click()
    expect(code).to_contain_text("head=-1")
    expect(code).to_contain_text("layer=0")
    page.locator("#attention-model input").click()
    page.get_by_role("option", name="SmolLM2-135M-Instruct", exact=True).click()
    expect(code).to_contain_text("layer=-1")


def test_the_address_is_the_visitors_and_nothing_asks_the_server(page: Page, url: str) -> None:
    """A call has the address that the browser shows; typing with the call open sends nothing."""
    open_tab(page, "Sentiment")
    unfold(page, "sentiment")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.locator("#sentiment-text textarea").press_sequentially("so good")
    lines = page.locator("#sentiment-script-python .cm-content")
    expect(lines).to_contain_text('text="so good"')
    expect(lines).to_contain_text(f'Client("{url}/")')
    assert not sent
