"""What a tab is, and what the page knows of one once it is there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import gradio as gr
from gradio.components import Component

from models.catalog.offers import BUNDLED, Offers
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, Limits

F = TypeVar("F")
F_co = TypeVar("F_co", covariant=True)


class Make(Protocol[F_co]):
    """Makes what a tab shows of the models: an adapter over a cache, for requests within `limits`."""

    def __call__(self, cache: ModelCache, limits: Limits = DEFAULT_LIMITS, offers: Offers = BUNDLED) -> F_co:
        """The adapter, with a choice among the models in `offers`."""


@dataclass(frozen=True)
class Carry:
    """A button that opens what a tab shows in the Attention tab.

    `choose` makes the model, the text and the second text there of the values of `inputs`. It may raise InputError.
    What `stop` ends is ended first: the attention would wait for it.
    """

    button: gr.Button
    inputs: tuple[Component, ...]
    choose: Callable[..., tuple[str, str, str]]
    stop: gr.Button | None = None


@dataclass(frozen=True)
class Form:
    """A rendered tab: its inputs by names that last, the button that runs them, and what it carries to attention.

    `scripts` are the endpoints that give what it shows, each with the inputs that its parameters are taken from.
    `asked` are the inputs that tell best what was asked, one for each way to ask; the first that is written by default.
    `seen` gives the updates that show the inputs which have a meaning beside these values, and hide the others.
    """

    inputs: Mapping[str, Component] = field(default_factory=dict)
    run: gr.Button | None = None
    carries: tuple[Carry, ...] = ()
    scripts: Mapping[str, Mapping[str, Component]] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    seen: Callable[[Mapping[str, Any]], dict[Component, dict[str, Any]]] = lambda _: {}

    def filled(self, values: Mapping[str, Any]) -> dict[Component, Any]:
        """The updates that fill the inputs with `values`: a tab that was never opened hears of no change of them."""
        seen = self.seen(values)
        fields = {self.inputs[name]: value for name, value in values.items()}
        return {field: {**seen[field], "value": value} if field in seen else value for field, value in fields.items()}

    @property
    def headlines(self) -> tuple[str, ...]:
        """The names of the inputs that tell best what was asked; none where nothing is written."""
        return self.asked or tuple(name for name, each in self.inputs.items() if isinstance(each, gr.Textbox))[:1]


@dataclass(frozen=True)
class Tab(Generic[F]):
    """A titled part of the page: `make` makes its adapter, `render` lays out the components that show it.

    `render` takes any callable that fits, so a test passes a function of its own. `tasks` are the names of the tasks
    that the tab shows.
    """

    title: str
    make: Make[F]
    render: Callable[[F], Form]
    tasks: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the page calls it in addresses."""
        return self.title.lower().replace(" ", "-")

    def show(self, cache: ModelCache, limits: Limits = DEFAULT_LIMITS, offers: Offers = BUNDLED) -> Form:
        """Render the tab's components and events into the Blocks under construction."""
        return self.render(self.make(cache, limits, offers))


def carry_button(elem_id: str) -> gr.Button:
    """The button of a Carry, the same in every tab."""
    return gr.Button("Open in the attention tab", size="sm", elem_id=elem_id)
