"""Whether the torch copy of a model, which views look into, fits into the memory for models."""

from collections.abc import Iterable

from models.runtime.cache import ModelCache
from models.runtime.limits import InputError
from models.runtime.progress import MEGABYTE
from models.runtime.spec import ModelSpec

# How many other models are named.
MOST = 3


def check_room(cache: ModelCache, spec: ModelSpec, others: Iterable[ModelSpec], field: str) -> None:
    """Raise InputError at `field` where the copy of `spec` never fits; it names models of `others` whose copy does."""
    needed = spec.with_attention().nbytes
    if needed <= cache.budget:
        return
    size, room = f"{needed / MEGABYTE:,.0f}", f"{cache.budget / MEGABYTE:,.0f}"
    fitting = ", ".join([each.name for each in others if each.with_attention().nbytes <= cache.budget][:MOST])
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
