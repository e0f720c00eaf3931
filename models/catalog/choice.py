"""The choice of a model, shared by all adapters."""

from dataclasses import dataclass, replace
from typing import Self

from models.catalog.offers import chosen
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, Limits
from models.runtime.spec import ModelSpec


@dataclass(frozen=True)
class Choice:
    """The default model `spec` in `cache`; `others` can be chosen instead."""

    cache: ModelCache
    spec: ModelSpec
    limits: Limits = DEFAULT_LIMITS
    others: tuple[ModelSpec, ...] = ()

    @property
    def models(self) -> tuple[ModelSpec, ...]:
        """The models to choose from, this one first."""
        return (self.spec, *self.others)

    def using(self, model: object) -> Self:
        """The same adapter with the model of that name; an empty name is the default. Raises InputError."""
        return replace(self, spec=chosen(model, self.spec, self.others))
