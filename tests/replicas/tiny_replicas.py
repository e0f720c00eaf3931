"""`python -m tests.replicas.tiny_replicas CONFIG`: replicas of tiny models with a real Ray, until SIGTERM.

A test steers them by files in the folder that the variable names: each step of a language model writes to the
file of its process, and is slow while there is a file `slow`; no replica starts while there is a file `closed`.
"""

import logging
import os
import sys
import time
from pathlib import Path

from models.runtime.cache import ModelCache
from replicas import command
from settings import Settings

FOLDER = "GLASSBOX_TEST_FOLDER"


def make_cache(settings: Settings) -> ModelCache:
    """A cache of tiny models; returns once the test lets replicas start."""
    while (Path(os.environ[FOLDER]) / "closed").exists():
        time.sleep(0.1)
    # The program that only starts replicas need not wait for torch.
    from tests.replicas.tiny_models import load

    return ModelCache(load, settings.memory_bytes)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
    from tests.replicas import tiny_replicas

    command.main(["--config", sys.argv[1]], tiny_replicas.make_cache)
