"""Methods of a network as TorchScript: the same operators in the same order, and no Python between them.

A small operator takes no longer than Python takes to ask for it. What runs without Python does not wait for its lock
either, which the threads that serve the page have most of the time when many ask.
"""

import functools
import gc
import logging
import warnings
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from models.packed import pack

log = logging.getLogger("glassbox")

# Torch has deprecated it for what needs a compiler where the page runs, and types it no more; requirements.txt holds
# torch back.
JIT: Any = torch.jit
warnings.filterwarnings("ignore", "`torch.jit.trace", DeprecationWarning)
# What it fears, `traced` tries.
warnings.filterwarnings("ignore", category=JIT.TracerWarning)

# What each method is given, by its name.
Calls = Mapping[str, tuple[Tensor, ...]]
# A tensor or a packed matrix, with the part of a record that has it and its name there.
Weight = tuple[Any, str, Any]


def traced(network: nn.Module, calls: Calls, others: Calls, spare: list[Any]) -> SimpleNamespace | None:
    """The methods of `network` that are called in `calls`, or None where they cannot be had or `others` differ.

    `others` are calls of other sizes: what a method decides by anything but tensors it decides as in `calls`. Methods
    return tensors. Torch keeps every record for ever, so that of a network that is gone is put into `spare`, without
    its weights, and taken for the next: it is to be one list for all networks of the same sizes.
    """
    try:
        with torch.inference_mode():
            script = spare.pop() if spare else _recorded(network, calls)
            nothing = torch.empty(0)
            away = []
            for part, name, weight in _weights(script, network):
                part.setattr(name, weight)
                away.append((part, name, nothing if isinstance(weight, Tensor) else _no_matrix()))
            weakref.finalize(network, _put_away, script, away, spare).atexit = False
            found = {name: _unoptimized(getattr(script, name)) for name in calls}
            for name, arguments in others.items():
                torch.testing.assert_close(found[name](*arguments), getattr(network, name)(*arguments))
    except (RuntimeError, AssertionError) as reason:
        log.warning("%s runs operator by operator: %s", type(network).__name__, reason)
        return None
    return SimpleNamespace(**found)


def _unoptimized(method: Callable[..., Any]) -> Callable[..., Any]:
    """`method` as it was recorded: to optimize it would gain some percent, and take ten times as long at first."""

    def run(*arguments: Tensor) -> Any:
        with JIT.optimized_execution(False):
            return method(*arguments)

    return run


def _recorded(network: nn.Module, calls: Calls) -> Any:
    script = JIT.trace_module(network, dict(calls), check_trace=False)
    # What recording leaves behind refers to itself, and would keep the network when it is gone.
    gc.collect()
    return script


def _weights(script: Any, network: nn.Module) -> Iterator[Weight]:
    own = [*vars(network).items(), *network.named_parameters(recurse=False), *network.named_buffers(recurse=False)]
    for name, weight in own:
        if isinstance(weight, Tensor | torch.ScriptObject) and script._c.hasattr(name):
            yield script._c, name, weight
    for name, part in network.named_children():
        yield from _weights(getattr(script, name), part)


@functools.cache
def _no_matrix() -> Any:
    return pack(torch.zeros(1, 1)).weights


def _put_away(script: Any, away: Sequence[Weight], spare: list[Any]) -> None:
    for part, name, nothing in away:
        part.setattr(name, nothing)
    spare.append(script)
