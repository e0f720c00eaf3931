"""What the server remembers of a visitor between two requests: what a page's state holds, and no field's value.

Gradio remembers every value of every field, for links of its own that are not used here. For a page of this size that
is a megabyte a visitor, for ten thousand visitors, and tens of milliseconds to begin with. Only here is that known.
"""

from collections import ChainMap
from types import SimpleNamespace
from typing import Any

import gradio as gr
from gradio import route_utils
from gradio.blocks import Block
from gradio.state_holder import SessionState, StateHolder


class Session(SessionState):
    """One visitor's: shares the page's components, but for those that changed for this visitor."""

    def __init__(self, page: gr.Blocks) -> None:
        shared = page.default_config
        # With no component named there, none is described.
        super().__init__(SimpleNamespace(default_config=shared, blocks=()))  # type: ignore[arg-type]
        self.shared, self.changed = shared.blocks, dict[int, Block]()
        self.blocks_config.blocks = ChainMap(self.changed, self.shared)  # type: ignore[assignment]
        self.blocks_config.fns = shared.fns

    def __setitem__(self, key: int, value: Any) -> None:
        """Remember what a state holds, or a component that is another one than everybody's."""
        # Gradio also names the component of one visitor by a number that no page has.
        known = self.shared.get(key)
        if isinstance(known, gr.State):
            super().__setitem__(key, value)
        elif known is not None and _settings(value) != _settings(known):
            self.changed[key] = value
        else:
            self.changed.pop(key, None)

    def _update_config(self, key: int) -> None:
        """Describe nothing."""

    def _update_value_in_config(self, key: int, value: Any) -> None:
        """Remember no value."""


class Sessions(StateHolder):
    """The sessions of all visitors."""

    def __getitem__(self, session_id: str) -> SessionState:
        if session_id not in self.session_data:
            self.session_data[session_id] = Session(self.blocks)
        return super().__getitem__(session_id)


def remember_little(page: gr.Blocks) -> None:
    """Let `page`, which is being served, keep such sessions from now on."""
    # While a script's input is checked it has no session in the holder, but one of its own.
    route_utils.SessionState = Session  # type: ignore[attr-defined, assignment]
    sessions = Sessions()  # type: ignore[no-untyped-call]
    sessions.set_blocks(page)
    page.app.state_holder = sessions


def _settings(block: Block) -> dict[str, Any]:
    """How a component was made, but for what is another one at every update."""
    return {name: value for name, value in block.constructor_args.items() if name not in ("value", "render")}
