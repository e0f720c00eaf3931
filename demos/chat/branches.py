"""The branches of the replies: a small tree under the conversation, to go to another one or take one back."""

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from demos.assets import ASSETS, script
from models.runtime.limits import InputError
from models.tasks.chat.branches import Branches
from models.tasks.chat.messages import Message

# The replies of a conversation by their place among its messages.
Trees = Mapping[int, Branches]


class BranchView(gr.HTML):
    """Draws a `view`; its script puts every text into the page as text.

    Its `select` event has {"branch": number} for the one that a visitor goes to; its `undo` event takes the chosen one
    back.
    """

    def __init__(self, elem_id: str, render: bool = True) -> None:
        # Gradio makes an unrendered one where an event leaves the view as it is.
        template = (ASSETS / "chat" / "branches.html").read_text(encoding="utf-8")
        code = script("chat/branches.js")
        super().__init__({}, html_template=template, js_on_load=code, elem_id=elem_id, render=render)


def view(trees: Trees, messages: int) -> dict[str, Any]:
    """The value of a BranchView for so many messages: every reply that has branches, the last of them open."""
    turns = [_turn(place, tree) for place, tree in trees.items() if len(tree.all) > 1 and place < messages]
    return {"turns": turns, "open": messages - 1}


def kept(trees: Trees, messages: int) -> dict[int, Branches]:
    """The part of `trees` to keep when a conversation continues after so many messages."""
    return {place: tree for place, tree in trees.items() if place < messages}


def last(trees: Trees, messages: Sequence[Message]) -> Branches:
    """The branches of the last reply. Raises InputError where they are not those of what the conversation shows."""
    tree = trees.get(len(messages) - 1)
    if tree is None or not tree.reply.tokens or messages[-1].text != tree.reply.text:
        raise InputError("reply", "There is no reply yet whose tokens are known. Send a message first.")
    return tree


def _turn(place: int, tree: Branches) -> dict[str, Any]:
    return {
        "message": place,
        "chosen": tree.chosen,
        "branches": [
            {
                "text": one.reply.text,
                "parent": one.parent,
                "at": one.at,
                "start": sum(len(token.text) for token in one.reply.tokens[: one.at]),
                "taken": one.reply.tokens[one.at].text if one.parent is not None else "",
            }
            for one in tree.all
        ],
    }
