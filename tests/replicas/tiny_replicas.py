"""`python -m tests.replicas.tiny_replicas CONFIG`: replicas of tiny models with a real Ray, until SIGTERM.

A test steers them by files in the folder that the variable names: each step of a language model writes to the
file of its process, and is slow while there is a file `slow`; no replica starts while there is a file `closed`.
"""

import logging
import os
import sys
import time
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

from models.engines.base import Reading, Step
from models.engines.torch.causal import TorchCausal
from models.runtime.cache import Loaded, ModelCache
from models.runtime.progress import Report
from models.runtime.spec import ModelSpec
from replicas import command
from settings import Settings
from tests import tiny
from tests.faults.machine import Stepped

FOLDER = "GLASSBOX_TEST_FOLDER"


def load(spec: ModelSpec, report: Report) -> Loaded:
    """A tiny model; a language model never ends a text by itself, and its steps are seen by the test."""
    loaded = tiny.load(spec, report)
    if spec.head == "causal-lm" and spec != spec.with_attention() and not spec.tokenizer_only:
        return replace(loaded, model=Forgetful(loaded.model, step))
    return loaded


class Forgetful(Stepped):
    """Keeps no prefix from one text to the next, so that a result does not depend on what the process did before."""

    def generate(self, *args: Any, **named: Any) -> Generator[Reading | dict[int, Step], None, None]:
        """As on a fresh copy."""
        assert isinstance(self.model, TorchCausal)
        yield from Stepped(TorchCausal(self.model.module), self.step).generate(*args, **named)


def step() -> None:
    """Note a step of a language model, and take long over it if the test says so."""
    folder = Path(os.environ[FOLDER])
    with (folder / f"steps-{os.getpid()}").open("a") as steps:
        steps.write(".")
    if (folder / "slow").exists():
        time.sleep(0.1)


def make_cache(settings: Settings) -> ModelCache:
    """A cache of tiny models; returns once the test lets replicas start."""
    while (Path(os.environ[FOLDER]) / "closed").exists():
        time.sleep(0.1)
    return ModelCache(load, settings.memory_bytes)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
    from tests.replicas import tiny_replicas

    command.main(["--config", sys.argv[1]], tiny_replicas.make_cache)
