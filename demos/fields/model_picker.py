"""The picker of a tab's model, shown above the input if there is a choice."""

from collections.abc import Sequence
from typing import Protocol

import gradio as gr

from demos.events import QUIET
from demos.status import StatusLine
from demos.words import localize, say
from models.catalog.offers import chosen
from models.runtime.cache import ModelCache
from models.runtime.progress import MEGABYTE
from models.runtime.spec import DiskWeights, HubWeights, ModelSpec


class HasModels(Protocol):
    """An adapter that a visitor may choose the model of."""

    @property
    def cache(self) -> ModelCache:
        """Where its models are."""

    @property
    def models(self) -> Sequence[ModelSpec]:
        """Its models, the default first."""


def model_picker(adapter: HasModels, elem_id: str, label: str = "Model", a_choice: bool | None = None) -> gr.Dropdown:
    """Offer the models of `adapter` by their names, which nobody can type, with a line on the one that is chosen.

    It is shown where there is `a_choice`: by default where there are several models.
    """
    default, *others = adapter.models
    names = [(title(spec), spec.name) for spec in adapter.models]
    shown = bool(others) if a_choice is None else a_choice
    picker = gr.Dropdown(
        names,
        value=default.name,
        label=label,
        filterable=False,
        visible=shown,
        elem_id=elem_id,
        elem_classes="model-picker",
    )
    line = StatusLine(f"{elem_id}-about")
    line.visible = shown

    def describe(model: str) -> str:
        spec = chosen(model, default, others)
        return about(spec, adapter.cache.size(spec))

    picker.change(describe, picker, line, **QUIET)
    return picker


def title(spec: ModelSpec) -> str:
    """What a picker calls a model: its name, and its grade where there are two for the same task."""
    return f"{spec.name} ({spec.grade})" if spec.grade else spec.name


def about(spec: ModelSpec, nbytes: int) -> str:
    """Origin, licence, size and note of a model from the Hub or the disk; empty for a bundled one."""
    if isinstance(spec.weights, DiskWeights):
        facts = [say("On this server's disk"), spec.weights.licence, localize(spec.note)]
    elif isinstance(spec.weights, HubWeights):
        size = say("{n:,.0f} MB in memory", n=nbytes / MEGABYTE) if nbytes else say("downloaded when it is first run")
        origin = say("From the Hub: {repository}", repository=spec.weights.source.repository)
        facts = [origin, spec.weights.licence, size, localize(spec.note)]
    else:
        return ""
    return " · ".join(filter(None, facts))
