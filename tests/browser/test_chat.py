"""The Chat tab in a browser."""

import itertools
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from demos.assets import ASSETS, script
from tests.browser.tabs import open_fold

pytestmark = pytest.mark.browser
TITLES = ("Chat",)
PATIENCE = 120_000
TOLD = "Tell me a very long story about the sea."
HOSTILE = (
    "<img src=x onerror=alert(1)> ![x](http://elsewhere.invalid/x.png) <svg/onload=alert(1)> &lt;b&gt; <b>bold</b> "
    "<!-- not gone --> <|im_end|><script>alert(1)</script>"
)


@pytest.fixture
def tab(page: Page) -> Page:
    """The page with the tab open and replies kept short."""
    open_tab(page)
    length = page.locator("#chat-length input[type=number]")
    open_fold(page.locator("#chat-settings button").first, length)
    length.fill("16")
    length.press("Tab")
    return page


def open_tab(page: Page) -> None:
    """Turn to the Chat tab."""
    page.get_by_role("tab", name="Chat").click()


def said(page: Page) -> Locator:
    """What the visitor said."""
    return page.locator("#chat-conversation [data-testid=user]")


def replied(page: Page) -> Locator:
    """What the model replied."""
    return page.locator("#chat-conversation [data-testid=bot]")


def stop(page: Page) -> Locator:
    """The Stop button."""
    return page.locator("button#chat-stop")


def finish(page: Page) -> None:
    """Wait for the whole reply."""
    expect(page.locator("#chat-status")).to_contain_text("new token", timeout=PATIENCE)
    expect(stop(page)).to_be_disabled(timeout=PATIENCE)


def say(page: Page, text: str) -> None:
    """Send `text` and wait for the whole reply."""
    page.locator("#chat-message textarea").fill(text)
    page.locator("#chat-send").click()
    expect(said(page).last).to_contain_text(text[:5], timeout=PATIENCE)
    finish(page)


def token(page: Page, number: int) -> Locator:
    """One token of the last reply, from 0."""
    return page.locator("#chat-tokens .token").nth(number)


def test_a_token_shows_what_it_looked_at(tab: Page) -> None:
    """Choosing a token by keyboard reads the reply again; then words are underlined and the strongest named."""
    say(tab, "What is the capital of France?")
    chosen = token(tab, 2)
    chosen.focus()
    tab.keyboard.press("ArrowLeft")
    tab.keyboard.press("ArrowRight")
    expect(chosen).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.locator("#chat-why-status")).to_contain_text("attention", timeout=PATIENCE)
    expect(chosen).to_have_attribute("aria-selected", "true")
    looked = tab.locator("#chat-tokens .token-list", has_text="looked at most")
    expect(looked.locator(".token-row")).to_have_count(5)
    lit = tab.locator("#chat-tokens .token-read").evaluate_all(
        "words => words.map(word => Number(word.style.getPropertyValue('--lit')))"
    )
    assert max(lit) > 0
    later = tab.locator("#chat-tokens .token").last
    assert float(later.evaluate("node => node.style.getPropertyValue('--lit')")) == 0
    expect(stop(tab)).to_be_disabled()
    token(tab, 0).hover()
    expect(chosen).to_have_class(re.compile("token-open"))


def test_what_was_said_is_text_and_survives(tab: Page, tmp_path: Path) -> None:
    """Markup appears as it was typed, loads nothing, survives a refresh, and is exported as it was typed."""
    say(tab, HOSTILE)
    assert said(tab).inner_text() == HOSTILE
    assert tab.locator("#chat-conversation .message img, #chat-conversation .message b").count() == 0
    reply = replied(tab).inner_text()
    tab.reload()
    open_tab(tab)
    expect(replied(tab)).to_have_text(reply)
    assert said(tab).inner_text() == HOSTILE
    with tab.expect_download() as download:
        tab.locator("#chat-export").click()
    download.value.save_as(tmp_path / "chat.json")
    messages = json.loads((tmp_path / "chat.json").read_text())["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant"]
    assert messages[0]["content"] == HOSTILE


def test_a_rival_begins_a_branch(tab: Page, tmp_path: Path) -> None:
    """A click on a rival goes on from it; the tree leads back by keyboard, is exported, and a branch is taken back."""
    say(tab, "Name the capital of France in one sentence.")
    first = replied(tab).inner_text()
    token(tab, 2).hover()
    tab.locator("#chat-tokens .token-take").first.press("Enter")
    rows = tab.locator("#chat-branches [role=treeitem]")
    expect(rows).to_have_count(2, timeout=PATIENCE)
    finish(tab)
    expect(tab.locator("#chat-tokens :focus")).to_have_count(1)
    other = replied(tab).inner_text()
    assert other != first
    expect(rows.nth(1)).to_have_attribute("aria-selected", "true")
    rows.nth(1).focus()
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("Enter")
    expect(replied(tab)).to_have_text(first)
    expect(rows.nth(0)).to_be_focused()
    rows.nth(1).click()
    expect(replied(tab)).to_have_text(other)
    with tab.expect_download() as download:
        tab.locator("#chat-export").click()
    download.value.save_as(tmp_path / "chat.json")
    reply = json.loads((tmp_path / "chat.json").read_text())["messages"][1]
    assert [branch["parent"] for branch in reply["branches"]] == [None, 0]
    assert (reply["branch"], reply["branches"][1]["at"], reply["branches"][0]["content"]) == (1, 2, first)
    tab.get_by_role("button", name="Take this branch back").click()
    expect(replied(tab)).to_have_text(first)
    expect(rows).to_have_count(0)


def test_a_branch_is_cut_where_it_leaves_its_parent(blank: Page) -> None:
    """Also after emoji, which take two places in a string of JavaScript and one in Python."""
    branches = [
        {"text": f"{'😀' * 30} no.", "parent": None, "at": 0, "start": 0, "taken": ""},
        {"text": f"{'😀' * 30} yes 😀.", "parent": 0, "at": 30, "start": 30, "taken": " yes"},
    ]
    value = {"open": 1, "turns": [{"message": 1, "chosen": 1, "branches": branches}]}
    blank.set_content((ASSETS / "chat" / "branches.html").read_text())
    blank.evaluate(
        "([code, value]) => new Function('element', 'props', 'watch', code)(document.body, { value }, () => null)",
        [script("shared/dom.js", "shared/words.js", "chat/branches.js"), value],
    )
    row = blank.get_by_role("treeitem").nth(1)
    assert row.locator(".branch-shared").text_content() == "…" + 24 * "😀"
    assert row.locator(".branch-taken").text_content() == " yes"
    assert row.locator(".branch-text").text_content() == "…" + 24 * "😀" + " yes 😀."


def test_retry_edit_undo_clear(tab: Page) -> None:
    """A reply is made again, a message changed, taken back, and all of it cleared."""
    say(tab, "first question")
    once_more = tab.locator("#chat-status").inner_text()
    tab.get_by_role("button", name="Retry", exact=True).click()
    expect(tab.locator("#chat-status")).not_to_have_text(once_more, timeout=PATIENCE)
    finish(tab)
    expect(replied(tab)).to_have_count(1)
    tab.get_by_role("button", name="Edit", exact=True).click()
    tab.locator("#chat-conversation textarea").fill("second question")
    tab.get_by_role("button", name="Submit", exact=True).click()
    expect(said(tab)).to_have_text("second question", timeout=PATIENCE)
    finish(tab)
    expect(replied(tab)).to_have_count(1)
    tab.get_by_role("button", name="Undo", exact=True).click()
    expect(said(tab)).to_have_count(0)
    expect(tab.locator("#chat-message textarea")).to_have_value("second question")
    tab.locator("#chat-send").click()
    expect(said(tab)).to_have_count(1)
    finish(tab)
    tab.get_by_role("button", name="Clear", exact=True).click()
    expect(said(tab)).to_have_count(0)
    expect(tab.locator("#chat-status")).to_have_text("")


def begin_a_story(page: Page) -> None:
    """Send a message whose reply is long, and return while it is being written."""
    page.locator("#chat-length input[type=number]").fill("256")
    page.locator("#chat-length input[type=number]").press("Tab")
    page.locator("#chat-message textarea").fill(TOLD)
    page.locator("#chat-message textarea").press("Enter")
    expect(page.locator("#chat-status")).to_contain_text(re.compile(r"[3-9] new tokens"), timeout=PATIENCE)


@pytest.mark.parametrize(("name", "typed"), [("Undo", TOLD), ("Clear", "")])
def test_a_message_is_taken_back_while_it_is_answered(tab: Page, name: str, typed: str) -> None:
    """Its reply ends, and writes nothing more."""
    begin_a_story(tab)
    tab.get_by_role("button", name=name, exact=True).click()
    expect(stop(tab)).to_be_disabled()
    expect(said(tab)).to_have_count(0)
    tab.wait_for_timeout(1500)
    assert (said(tab).count(), replied(tab).count()) == (0, 0)
    expect(tab.locator("#chat-message textarea")).to_have_value(typed)
    say(tab, "and now")
    expect(replied(tab)).to_have_count(1)


@pytest.mark.parametrize("name", ["Retry", "Edit"])
def test_another_reply_takes_the_place_of_one_that_is_being_written(tab: Page, name: str) -> None:
    """One reply alone writes into the conversation, so the time of its run falls only where the new one begins.

    Its number of tokens may fall once more, where the guard against repetition ends it at its last whole sentence.
    """
    begin_a_story(tab)
    tab.get_by_role("button", name=name, exact=True).click()
    if name == "Edit":
        tab.locator("#chat-conversation textarea").fill("second question")
        tab.get_by_role("button", name="Submit", exact=True).click()
    seconds, quiet = [], 0
    while quiet < 1500:
        if found := re.search(r"([\d.]+) (m?)s · .*new token", tab.locator("#chat-status").inner_text()):
            seconds.append(float(found[1]) / (1000 if found[2] else 1))
        tab.wait_for_timeout(50)
        quiet = 0 if stop(tab).is_enabled() else quiet + 50
    assert seconds
    assert sum(after < before for before, after in itertools.pairwise(seconds)) <= 1
    assert said(tab).all_inner_texts() == ["second question" if name == "Edit" else TOLD]
    expect(replied(tab)).to_have_count(1)


def test_stop_ends_the_reply_and_the_next_is_answered(tab: Page) -> None:
    """After Stop the reply stands still, its tokens can be read, and the next message is answered."""
    begin_a_story(tab)
    stop(tab).click()
    for _ in range(10):
        assert "Error" not in tab.locator("#chat-status").inner_text()
        tab.wait_for_timeout(50)
    expect(tab.locator("#chat-status")).to_contain_text("· stopped", timeout=PATIENCE)
    expect(stop(tab)).to_be_disabled()
    stopped = replied(tab).inner_text()
    tab.wait_for_timeout(1500)
    assert replied(tab).inner_text() == stopped
    token(tab, 1).hover()
    expect(tab.locator("#chat-tokens .token-row")).to_have_count(7)
    token(tab, 1).press("ArrowLeft")
    expect(token(tab, 0)).to_be_focused()
    tab.locator("#chat-length input[type=number]").fill("16")
    tab.locator("#chat-length input[type=number]").press("Tab")
    say(tab, "and now")
    expect(replied(tab)).to_have_count(2)


def test_an_empty_message_is_refused_at_its_field(tab: Page) -> None:
    """Nothing is sent, the field says why, and there is nothing to stop."""
    tab.locator("#chat-message textarea").fill("   ")
    tab.locator("#chat-send").click()
    expect(tab.locator("#chat-input")).to_contain_text("empty")
    expect(stop(tab)).to_be_disabled()
