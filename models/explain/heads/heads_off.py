"""Switches heads off while a model runs; imported when a model is, since it needs torch.

A head adds its slice of the input of the output projection; with zeros there it adds nothing (Michel et al. 2019). A
single look is taken out of the scores before the softmax, so that the others share its weight (Geva et al. 2023).
"""

import inspect
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from models.explain.heads.layers import AttentionLayer, Stack, attention_layers
from models.explain.heads.switches import FIELD, Off
from models.runtime.limits import InputError

# What attention layers call the numbers that they add to the scores.
MASKS = ("attention_mask", "mask", "bias")


@contextmanager
def heads_off(model: nn.Module, stack: Stack, rows: Sequence[Off]) -> Iterator[None]:
    """Run `model` with some of its attention off: by one set of switches for all, or one for each row of the batch.

    A batch of one becomes as many rows as there are sets at the first layer with a head off, so that what comes before
    is computed once; with single looks off, the batch has all rows from the start. The model is shared; calls of other
    threads are not changed. Raises InputError where the parts of the model are not known by their names.
    """
    if not any(rows):
        yield
        return
    layers = layers_of(model, stack)
    with ExitStack() as hooks:
        for number, layer in enumerate(layers):
            kept = torch.tensor([[not _silent(off, number, h) for h in range(layer.heads)] for off in rows])
            if not kept.all():
                hook = layer.output.register_forward_pre_hook(_here(_silenced(kept, layer.size)))
                hooks.callback(hook.remove)
            looks = [[each for each in off if each.is_look and each.layer in (None, number)] for off in rows]
            if any(looks):
                cut = [(r, h, each.query, each.key) for r, row in enumerate(looks) for each in row
                       for h in range(layer.heads) if each.covers(number, h)]  # fmt: skip
                hook = layer.module.register_forward_pre_hook(_blinded(layer, cut, len(rows)), with_kwargs=True)
                hooks.callback(hook.remove)
        yield


def layers_of(model: nn.Module, stack: Stack) -> tuple[AttentionLayer, ...]:
    """The attention layers of that `stack`. Raises InputError where their parts are not known by their names."""
    layers = attention_layers(model).get(stack)
    if not layers:
        raise InputError(
            FIELD,
            "The parts of this model's heads are not known by their names, so that none can be switched off. "
            "All bundled models have this view.",
        )
    return layers


def _silent(off: Off, layer: int, head: int) -> bool:
    return any(each.covers(layer, head) for each in off if not each.is_look)


def _silenced(kept: Tensor, size: int) -> Callable[[nn.Module, tuple[Any, ...]], tuple[Any, ...]]:
    """A hook that zeroes the slices of heads; `kept` (rows, heads) is true where a head stays."""
    factors = kept.repeat_interleave(size, 1)[:, None]

    def silence(_: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...]:
        return (args[0] * factors.to(args[0]), *args[1:])

    return silence


def _blinded(layer: AttentionLayer, cut: list[tuple[int, int, Any, Any]], rows: int) -> Callable[..., Any]:
    """A hook that takes the looks `cut` (row, head, query, key) out of the scores of `layer`."""
    signature = inspect.signature(layer.module.forward)
    name = next((each for each in MASKS if each in signature.parameters), None)
    if name is None or hasattr(layer.module, "value_proj"):  # DeBERTa's mask is not added.
        raise InputError(
            FIELD, "This model's heads can be switched off, but no single looks. With SmolLM2 and MiniLM both can."
        )

    def blind(_: nn.Module, args: tuple[Any, ...], named: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        bound = signature.bind(*args, **named)
        states = bound.args[0] if bound.args else bound.kwargs["hidden_states"]
        keys = bound.arguments.get("keys", states).shape[-2]
        hidden = torch.zeros(rows, layer.heads, states.shape[-2], keys, dtype=states.dtype, device=states.device)
        for place in cut:
            hidden[place] = -torch.inf
        mask = bound.arguments.get(name)
        bound.arguments[name] = hidden if mask is None else mask + hidden
        return bound.args, bound.kwargs

    return _here_with_names(blind)


def _here(hook: Callable[[nn.Module, tuple[Any, ...]], tuple[Any, ...]]) -> Callable[[nn.Module, tuple[Any, ...]], Any]:
    """`hook` in this thread alone."""
    here = threading.get_ident()
    return lambda module, args: hook(module, args) if threading.get_ident() == here else None


def _here_with_names(hook: Callable[..., Any]) -> Callable[..., Any]:
    here = threading.get_ident()
    return lambda module, args, named: hook(module, args, named) if threading.get_ident() == here else None
