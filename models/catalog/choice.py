"""What adapters of one model share, whatever they do with it: which one that is, and what may take its place."""

from dataclasses import dataclass, replace
from typing import Self

from models.catalog.offers import chosen
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, Limits
from models.runtime.spec import ModelSpec


@dataclass(frozen=True)
class Choice:
    """The model of `spec` over `cache`; `others` may be chosen in its place."""

    cache: ModelCache
    spec: ModelSpec
    limits: Limits = DEFAULT_LIMITS
    others: tuple[ModelSpec, ...] = ()

    @property
    def models(self) -> tuple[ModelSpec, ...]:
        """The models to choose from, this one first."""
        return (self.spec, *self.others)

    def using(self, model: object) -> Self:
        """The same with the model of that name, the empty name being this one. Raises InputError."""
        return replace(self, spec=chosen(model, self.spec, self.others))
