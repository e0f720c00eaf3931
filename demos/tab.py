"""What a tab is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from models.cache import ModelCache

F = TypeVar("F")


@dataclass(frozen=True)
class Tab(Generic[F]):
    """A titled part of the page: `adapter` makes its model's face over the cache, `render` shows that face.

    `render` takes any callable that fits, so a test passes a function of its own.
    """

    title: str
    adapter: Callable[[ModelCache], F]
    render: Callable[[F], None]

    def show(self, cache: ModelCache) -> None:
        """Render the tab's components and events into the Blocks under construction."""
        self.render(self.adapter(cache))
