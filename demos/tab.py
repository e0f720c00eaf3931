"""The interface of a tab, and of its rendered form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar

import gradio as gr
from gradio.components import Component

from models.catalog.offers import BUNDLED, Offers
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, Limits

Group = Literal["tasks", "inside", "tools"]
F = TypeVar("F")
F_co = TypeVar("F_co", covariant=True)


class Make(Protocol[F_co]):
    """Makes the adapter of a tab over a cache, for requests within `limits`."""

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
class Opening:
    """How a tab shows a result that was made beforehand, until the visitor runs the tab.

    `kind` is the type of the result. `make` makes it of the form's inputs, by their names, on the tab's own models;
    `show` gives the page's updates for these inputs and a result. `status` is the line that names the model. Nothing is
    shown where one of the components `unless` has a value: what the visitor has there is not written over. `outputs`
    are what `show` updates, where its updates are components, which would become a part of a page under construction.
    """

    kind: Any
    make: Callable[..., Any]
    show: Callable[[Mapping[str, Any], Any], dict[Any, Any]]
    status: Component
    unless: tuple[Component, ...] = ()
    outputs: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Trial:
    """A button that opens the tab called `tab`, fills in its inputs, and runs it.

    `choose` makes these, by their names, of the values of `inputs`. It may raise InputError.
    """

    button: gr.Button
    tab: str
    inputs: tuple[Component, ...]
    choose: Callable[..., Mapping[str, Any]]


@dataclass(frozen=True)
class Form:
    """A rendered tab: its inputs by names that last, the button that runs them, and what it carries to attention.

    `scripts` are the endpoints that give what it shows, each with the inputs that its parameters are taken from.
    `asked` are the inputs that identify a request best, one for each kind; by default the first text box.
    `trials` fill in other tabs.
    `seen` gives the updates that show the inputs which have a meaning beside these values, and hide the others.
    `opening` is how the tab shows what was made beforehand, where it can.
    `typed` are text fields that are no inputs; what is typed there is kept too if the page is loaded again.
    """

    inputs: Mapping[str, Component] = field(default_factory=dict)
    run: gr.Button | None = None
    carries: tuple[Carry, ...] = ()
    scripts: Mapping[str, Mapping[str, Component]] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    trials: tuple[Trial, ...] = ()
    seen: Callable[[Mapping[str, Any]], dict[Component, dict[str, Any]]] = lambda _: {}
    opening: Opening | None = None
    typed: tuple[gr.Textbox, ...] = ()

    def filled(self, values: Mapping[str, Any]) -> dict[Component, Any]:
        """The updates that fill the inputs with `values`: a tab that was never opened receives no change events."""
        seen = self.seen(values)
        fields = {self.inputs[name]: value for name, value in values.items()}
        return {field: {**seen[field], "value": value} if field in seen else value for field, value in fields.items()}

    @property
    def headlines(self) -> tuple[str, ...]:
        """The names of the inputs that identify a request best; empty if there is no text input."""
        return self.asked or tuple(name for name, each in self.inputs.items() if isinstance(each, gr.Textbox))[:1]


@dataclass(frozen=True)
class Tab(Generic[F]):
    """A titled part of the page: `make` makes its adapter, `render` lays out the components that show it.

    `render` takes any callable that fits, so a test passes a function of its own. `tasks` are the names of the tasks
    that the tab shows. `group` says where it stands among the others.
    """

    title: str
    make: Make[F]
    render: Callable[[F], Form]
    tasks: tuple[str, ...] = ()
    group: Group = "tasks"

    @property
    def name(self) -> str:
        """What the page calls it in addresses."""
        return self.title.lower().replace(" ", "-")

    def show(self, cache: ModelCache, limits: Limits = DEFAULT_LIMITS, offers: Offers = BUNDLED) -> Form:
        """Render the tab's components and events into the Blocks under construction."""
        return self.render(self.make(cache, limits, offers))


def carry_button(elem_id: str) -> gr.Button:
    """The button of a Carry, the same in every tab."""
    return gr.Button("Open in the Attention tab", size="sm", elem_id=elem_id)
