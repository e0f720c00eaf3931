"""Runs one side of a comparison: any task, on any of its models."""

from dataclasses import dataclass

from models.catalog.offers import BUNDLED, Offers
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, Limits, check_choice
from models.tasks.registry import TASKS, Tasks
from models.tasks.spec import Models, TaskSpec, Values, Work


@dataclass(frozen=True)
class Comparer:
    """Runs `tasks` over the models of `cache`, each on one of those in `offers`."""

    cache: ModelCache
    limits: Limits = DEFAULT_LIMITS
    offers: Offers = BUNDLED
    tasks: Tasks = TASKS

    @property
    def by_name(self) -> dict[str, TaskSpec]:
        """The tasks by their names."""
        return {task.name: task for task in self.tasks}

    @property
    def models(self) -> dict[str, Models]:
        """The models that each task can use, by the task's name."""
        return {task.name: task.models(self.offers) for task in self.tasks}

    def memory(self, models: str) -> int:
        """How many bytes the loaded models take whose names are in `models`, as a run names those that it used."""
        return sum(model.nbytes for model in self.cache.status().models if model.name in models)

    def work(self, task: object, values: Values) -> Work:
        """A run of the task of this name with `values`. Raises InputError."""
        name = check_choice(task, "task", tuple(self.by_name))
        work = self.by_name[name].work(self.cache, self.models[name], values, self.limits)
        work.check()
        return work
