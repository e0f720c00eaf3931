"""Methods of a network as TorchScript: the same operators in the same order, and no Python between them.

A small operator takes no longer than Python takes to ask for it. What runs without Python does not wait for its lock
either, which the threads that serve the page have most of the time when many ask.
"""

import logging
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

log = logging.getLogger("glassbox")

# Torch has deprecated it for what needs a compiler where the page runs, and types it no more; requirements.txt holds
# torch back.
JIT: Any = torch.jit

# What each method is given, by its name.
Calls = Mapping[str, tuple[Tensor, ...]]


class Traced:
    """Some methods of a network, as attributes of the same names."""

    def __init__(self, script: Any) -> None:
        self._script = script

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._script, name)

        def run(*arguments: Tensor) -> Any:
            # Or its first calls would take ten times as long, to make some percent of the others.
            with JIT.optimized_execution(False):
                return method(*arguments)

        # Found without this method from now on.
        setattr(self, name, run)
        return run


def traced(network: nn.Module, calls: Calls, others: Calls) -> Traced | None:
    """The methods of `network` that are called in `calls`, or None where they cannot be had or `others` differ.

    `others` are calls of other sizes: what a method decides by anything but tensors it decides as in `calls`. Methods
    return tensors.
    """
    try:
        with warnings.catch_warnings(), torch.inference_mode():
            warnings.simplefilter("ignore")
            found = Traced(JIT.trace_module(network, dict(calls), check_trace=False))
            for name, arguments in others.items():
                torch.testing.assert_close(getattr(found, name)(*arguments), getattr(network, name)(*arguments))
    except (RuntimeError, AssertionError) as reason:
        log.warning("%s runs operator by operator: %s", type(network).__name__, reason)
        return None
    return found
