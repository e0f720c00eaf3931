"""What modules of a model put out, noted while it runs; imported when a model is, since it needs torch."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from torch import nn


@contextmanager
def captured(modules: Mapping[str, nn.Module]) -> Iterator[dict[str, Any]]:
    """What each of `modules` last put out inside the `with` block, by its name.

    The model is shared; calls of other threads are ignored.
    """
    outputs: dict[str, Any] = {}
    here = threading.get_ident()

    def note(name: str, output: Any) -> None:
        if threading.get_ident() == here:
            outputs[name] = output

    hooks = [
        module.register_forward_hook(lambda _, __, output, name=name: note(name, output))
        for name, module in modules.items()
    ]
    try:
        yield outputs
    finally:
        for hook in hooks:
            hook.remove()
