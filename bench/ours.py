"""Our side of a measurement: the app's own cache and texts, and the same model as a plain app would run it."""

import time
from collections.abc import Callable
from typing import Any

import torch

import app
import model_setup
import settings
from bench.beside import THREADS
from models.runtime.cache import ModelCache


def cache(memory: int = 2_000) -> ModelCache:
    """The app's cache on the CPU, of `memory` megabytes; whatever torch computes here has as many threads as it."""
    torch.set_num_threads(THREADS)
    return model_setup.make_cache(
        settings.read(["--threads", str(THREADS), "--device", "cpu", "--memory", str(memory)])
    )


def example(name: str = "lighthouse") -> str:
    """A text of the page's examples."""
    return (app.ASSETS / "examples" / f"{name}.txt").read_text(encoding="utf-8")


def beginning(tokenizer: Any, text: str, tokens: int) -> str:
    """The beginning of `text`, over and over, that makes so many tokens."""
    once = len(tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])
    words = (text + "\n\n") * (tokens // max(once, 1) + 1)
    encoded = tokenizer(words, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    end: int = encoded["offset_mapping"][tokens - 1][1]
    return words[:end]


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def milliseconds(work: Callable[[], object]) -> float:
    """How long `work` takes, in thousandths of a second."""
    return 1_000 * seconds(work)
