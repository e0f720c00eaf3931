"""The TOML file of `python app.py replicas`: which replicas there are, and what each may use."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from replicas.routes import TASKS
from settings import Settings
from settings.machine import Machine


class ConfigError(ValueError):
    """The file cannot be used; the message names the place."""


class Deployment(BaseModel):
    """Replicas that hold the models of the same `tasks`.

    There are from `replicas` to `most` of them, and another one for each `busy` calls in progress. A replica takes
    `at_once` calls at a time, and is started where `cpus` cores and `gpus` graphics cards are free, or a part of one.
    `queue` calls may wait; further ones are refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tasks: tuple[str, ...]
    replicas: int = Field(1, ge=1)
    most: int = Field(0, ge=0)
    busy: float = Field(2.0, gt=0)
    at_once: int = Field(4, ge=1)
    queue: int = Field(64, ge=1)
    cpus: float = Field(1.0, ge=0)
    gpus: float = Field(0.0, ge=0)

    @field_validator("tasks")
    @classmethod
    def known(cls, tasks: tuple[str, ...]) -> tuple[str, ...]:
        """The names, `*` for all. Raises ValueError for an unknown one."""
        if unknown := [task for task in tasks if task not in ("*", *TASKS)]:
            raise ValueError(f"there is no task {unknown[0]!r}; there are {', '.join(TASKS)}, and * for all others")
        return tasks

    @model_validator(mode="after")
    def bounded(self) -> Self:
        """Raise ValueError where the bounds cross."""
        if self.most and self.most < self.replicas:
            raise ValueError("most must not be less than replicas")
        return self


class Config(BaseModel):
    """All `deployments` by their names, the `settings` of each, and where they listen.

    `address` is that of a Ray cluster; without one a Ray of its own is started on this machine.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: str = ""
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65_535)
    settings: Settings = Settings()
    deployments: Mapping[str, Deployment]

    @model_validator(mode="after")
    def every_task(self) -> Self:
        """Raise ValueError where a task has no deployment, or two, or replicas would send their work on."""
        if self.settings.ray:
            raise ValueError("a replica's settings must not have ray")
        routes: dict[str, str] = {}
        for name, deployment in self.deployments.items():
            for task in deployment.tasks:
                if task in routes:
                    raise ValueError(f"{task} is in both {routes[task]} and {name}")
                routes[task] = name
        if "*" not in routes and (missing := [task for task in TASKS if task not in routes]):
            raise ValueError(f"no deployment has the task {missing[0]}")
        return self

    @property
    def routes(self) -> dict[str, str]:
        """The path of each task's replicas."""
        named = {task: name for name, each in self.deployments.items() for task in each.tasks}
        return {task: f"/{named.get(task) or named['*']}" for task in TASKS}


def read(path: Path) -> Config:
    """The configuration in the file at `path`. Raises ConfigError."""
    try:
        found: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        given = found.get("settings", {})
        if isinstance(given, dict):
            found["settings"] = Machine().defaults() | given
        return Config.model_validate(found)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise ConfigError(f"{path}: {place}: {first['msg'].removeprefix('Value error, ')}.") from error
