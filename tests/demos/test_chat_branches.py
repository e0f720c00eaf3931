"""The branches of a reply on the page: what is drawn, what the conversation goes on from, what is kept."""

from dataclasses import replace
from typing import Any

import gradio as gr
import pytest

from demos.chat.branches import kept, last, view
from demos.chat.conversation import to_page
from demos.chat.parts import Parts, chat_box
from demos.chat.settings import chat_settings
from demos.chat.talk import Talk
from demos.chat.why import why_fold
from models.catalog.bundled import SMOLLM2
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, InputError
from models.runtime.progress import Stage
from models.tasks.chat.adapter import ChatReply, Chatter
from models.tasks.chat.branches import Branches
from models.tasks.chat.messages import Message
from tests import tiny

OPTIONS = ("", 8, 0.0, 1.0, "")


@pytest.fixture
def talk(tiny_cache: ModelCache) -> Talk:
    """The tab's events over the tiny model."""
    with gr.Blocks():
        settings = chat_settings(DEFAULT_LIMITS)
        parts = Parts(chat_box(DEFAULT_LIMITS), why_fold(), settings, gr.JSON(), gr.BrowserState([]))
    return Talk(Chatter(tiny_cache, SMOLLM2), parts)


@pytest.fixture
def tree(talk: Talk) -> Branches:
    """A reply and one branch of it, which is chosen."""
    reply = talk.chatter("hello", max_new_tokens=8)
    *_, other = talk.chatter.take(reply, 3, reply.tokens[3].rivals[0].id, 8)
    return Branches.of(reply).branched(other, 3)


def event(kind: type[Any], data: Any) -> Any:
    """What Gradio gives a function for an event of the page."""
    return kind(None, data)


def history(reply: ChatReply) -> list[dict[str, Any]]:
    """The page's conversation that ends with `reply`."""
    return to_page([Message("user", "hello"), Message("assistant", reply.text)])


def test_only_replies_with_branches_are_drawn(tree: Branches) -> None:
    """The last reply is the open one; a branch shows where it leaves its parent, and with which token."""
    trees = {1: Branches.of(tree.all[0].reply), 3: tree}
    shown = view(trees, 4)
    assert shown["open"] == 3
    assert [turn["message"] for turn in shown["turns"]] == [3]
    other = tree.reply
    branch = shown["turns"][0]["branches"][1]
    assert (branch["parent"], branch["at"], branch["taken"]) == (0, 3, other.tokens[3].text)
    assert branch["text"][: branch["start"]] == "".join(token.text for token in other.tokens[:3])
    assert view(trees, 3)["turns"] == []
    assert kept(trees, 3) == {1: trees[1]}


def test_the_last_reply_is_the_one_that_is_shown(tree: Branches) -> None:
    """Where the conversation ends in another text, or in the visitor's, there is none whose tokens are known."""
    messages = [Message("user", "hello"), Message("assistant", tree.reply.text)]
    assert last({1: tree}, messages) is tree
    for other in (messages[:1], [], [messages[0], Message("assistant", "else")]):
        with pytest.raises(InputError, match="no reply yet"):
            last({1: tree}, other)


def test_after_a_long_message_the_talk_goes_on(talk: Talk) -> None:
    """The conversation is checked as it was written: code is longer where it is escaped for the page."""
    said = [Message("user", ("vector<int> a; " * 666).strip()), Message("assistant", "ok")]
    talk.check("next", to_page(said), *OPTIONS, {})
    longer = replace(talk, chatter=replace(talk.chatter, limits=replace(DEFAULT_LIMITS, text=50_000)))
    said = [Message("user", "x" * 20_000), Message("assistant", "ok"), *said]
    longer.check("next", to_page(said), *OPTIONS, {})
    undone = longer.undo(event(gr.UndoData, {"index": 2, "value": ""}), to_page(said), {})
    assert undone[talk.parts.box.message] == said[2].text
    with pytest.raises(InputError, match="history has 20,000 characters"):
        talk.check("next", to_page(said), *OPTIONS, {})


@pytest.mark.parametrize("again", ["retry", "edit", "take"])
def test_a_run_reports_its_stages(talk: Talk, tree: Branches, again: str) -> None:
    """So that a load shows how far it is, and ends when it is stopped; whatever asked for the reply."""
    first = tree.all[0].reply
    data = {"index": 0, "value": "hello", "at": 3, "rival": first.tokens[3].rivals[0].id, "previous_value": ""}
    kind = {"retry": gr.RetryData, "edit": gr.EditData, "take": gr.EventData}[again]
    cold = replace(talk, chatter=replace(talk.chatter, cache=tiny.cache()))
    stages: list[Stage] = []
    updates = getattr(cold, again)(
        event(kind, data), history(first), *OPTIONS, {1: Branches.of(first)}, report=stages.append
    )
    list(updates)
    assert stages


def test_a_click_on_a_rival_goes_on_from_it(talk: Talk, tree: Branches) -> None:
    """The branch is streamed into the conversation in the reply's place, and chosen in its tree."""
    first = tree.all[0].reply
    box, rival = talk.parts.box, first.tokens[3].rivals[0].id
    trees = {1: Branches.of(first)}
    taken = event(gr.EventData, {"at": 3, "rival": rival})
    talk.check_branch(history(first), *OPTIONS, trees)
    *_, end = talk.take(taken, history(first), *OPTIONS, trees)
    grown = end[box.trees][1]
    assert grown.chosen == 1
    assert [token.id for token in grown.reply.tokens] == [token.id for token in tree.reply.tokens]
    assert end[box.conversation] == history(grown.reply)
    again = list(talk.take(taken, history(first), *OPTIONS, {1: grown.choose(0)}))
    assert len(again) == 1
    assert again[0][box.trees][1].chosen == 1


def test_the_conversation_follows_the_chosen_branch(talk: Talk, tree: Branches) -> None:
    """Going to a branch and taking one back change the conversation, what is saved and the tokens."""
    box, parts = talk.parts.box, talk.parts
    gone = talk.go_to(event(gr.EventData, {"branch": 0}), history(tree.reply), {1: tree})
    assert gone[box.conversation] == gone[parts.saved] == history(tree.all[0].reply)
    assert gone[box.trees][1].chosen == 0
    back = talk.take_back(history(tree.reply), {1: tree})
    assert back[box.trees][1] == Branches.of(tree.all[0].reply)
    assert back[box.conversation] == history(tree.all[0].reply)
    with pytest.raises(InputError, match="branch must be"):
        talk.go_to(event(gr.EventData, {"branch": 7}), history(tree.reply), {1: tree})


def test_what_is_said_next_follows_the_chosen_branch(talk: Talk, tree: Branches) -> None:
    """The model reads the chosen branch as its own reply; the branches stay with that reply."""
    box = talk.parts.box
    *_, end = talk.talk("and", history(tree.reply), *OPTIONS, {1: tree})
    reply = end[box.trees][3].reply
    said = [part.text for part in reply.prompt.parts if part.contents]
    assert tree.reply.text in "".join(said)
    assert end[box.trees][1] == tree
    assert [turn["message"] for turn in end[box.branches]["turns"]] == [1]


def test_undo_shows_the_reply_before(talk: Talk, tree: Branches) -> None:
    """Taking a message back brings the tokens and the branches of the reply before it."""
    box = talk.parts.box
    whole = [*history(tree.reply), *to_page([Message("user", "and"), Message("assistant", "x")])]
    trees = {1: tree, 3: Branches.of(replace(tree.reply, text="x"))}
    end = talk.undo(event(gr.UndoData, {"index": 2, "value": "and"}), whole, trees)
    assert (end[box.message], end[box.trees]) == ("and", {1: tree})
    assert end[box.branches]["open"] == 1
    assert len(end[talk.parts.why.tokens]["passages"][0]["tokens"]) == 8
