"""Whether the torch copy of a model, which views look into, fits into the memory for models."""

from collections.abc import Iterable

from models.runtime.cache import ModelCache
from models.runtime.limits import InputError
from models.runtime.progress import MEGABYTE
from models.runtime.spec import ModelSpec

# How many other models are named.
MOST = 3


def has_room(cache: ModelCache, spec: ModelSpec) -> bool:
    """Whether the copy of `spec` fits into memory beside no other model."""
    return spec.with_attention().nbytes <= cache.budget


def check_room(cache: ModelCache, spec: ModelSpec, others: Iterable[ModelSpec], field: str) -> None:
    """Raise InputError at `field` where the copy of `spec` never fits; it names models of `others` whose copy does."""
    if has_room(cache, spec):
        return
    size, room = f"{spec.with_attention().nbytes / MEGABYTE:,.0f}", f"{cache.budget / MEGABYTE:,.0f}"
    fitting = ", ".join([each.name for each in others if has_room(cache, each)][:MOST])
    if not fitting:
        raise InputError(
            field,
            f"The copy of {spec.name} that can be looked into takes {size} MB, more than the {room} MB for models here "
            "(--memory).",
        )
    raise InputError(
        field,
        f"The copy of {spec.name} that can be looked into takes {size} MB, more than the {room} MB for models here "
        f"(--memory). These fit: {fitting}.",
    )
