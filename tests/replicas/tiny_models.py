"""The tiny models of replicas, which a test steers by files; see `tests.replicas.tiny_replicas`."""

import os
import time
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

from models.engines.base import Reading, Step
from models.engines.torch.causal import TorchCausal
from models.runtime.cache import Loaded
from models.runtime.progress import Report
from models.runtime.spec import ModelSpec
from tests import tiny
from tests.faults.machine import Stepped
from tests.replicas.tiny_replicas import FOLDER


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
