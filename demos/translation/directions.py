"""Keeps the languages and the model of the Translation tab in agreement as a visitor changes one of them."""

from dataclasses import dataclass

from models.tasks.translation.adapter import Translators


@dataclass(frozen=True)
class Directions:
    """The directions of `translators`; some models translate only one way."""

    translators: Translators

    def of_source(self, source: str, target: str, model: str) -> tuple[str, str]:
        """The target, or the first that `source` offers, and a model that serves both; as they are where it has none.

        A run then says which pairs are offered.
        """
        offered = [to for start, to in self.translators.specs if start == source]
        target = target if target in offered or not offered else offered[0]
        return target, self.translators.default(source, target, model)

    def of_target(self, target: str, source: str, model: str) -> tuple[str, str]:
        """The same for a target: the source, and a model."""
        offered = [start for start, to in self.translators.specs if to == target]
        source = source if source in offered or not offered else offered[0]
        return source, self.translators.default(source, target, model)

    def of_model(self, model: str, source: str, target: str) -> tuple[str, str]:
        """The languages, or the first that `model` translates between. Raises InputError where there is no such one."""
        pairs = self.translators.pairs(model)
        return (source, target) if (source, target) in pairs else pairs[0]

    def turned(self, source: str, target: str) -> tuple[str, str, str] | None:
        """The languages the other way round, and a model that goes that way; None where there is none."""
        if (target, source) not in self.translators.specs:
            return None
        return target, source, self.translators.default(target, source)
