"""A model that goes on from a layer, given what the layers below it gave; imported when a model is: it needs torch.

A head changes nothing below its own layer: what those layers give is computed once for all heads.
"""

import contextlib
import copy
from collections.abc import Callable
from typing import Any

from torch import nn

from models.explain.heads.heads_off import layers_of
from models.explain.heads.hooks import captured
from models.explain.heads.layers import Stack


class Resumed:
    """A copy of a model for one input, which computes from a layer on.

    The copy shares the weights alone, so that others who use the model are not disturbed. It keeps no attention
    weights where the architecture can do without.
    """

    def __init__(self, model: nn.Module, stack: Stack, run: Callable[[nn.Module], Any]) -> None:
        """Note what each layer gives while `run` runs the copy; `output` is what `run` returns."""
        # What the memo holds already is not copied.
        memo: dict[int, Any] = {id(each): each for each in (*model.parameters(), *model.buffers())}
        self.model: nn.Module = copy.deepcopy(model, memo)
        chosen: Any = self.model
        with contextlib.suppress(ValueError):  # Some architectures have eager attention only.
            chosen.set_attn_implementation("sdpa")
        if (head := chosen.get_output_embeddings()) is not None:
            # The states of the last position are not contiguous, and torch would multiply them row by row.
            head.register_forward_pre_hook(lambda _, states: tuple(each.contiguous() for each in states))
        self._blocks = [layer.block for layer in layers_of(self.model, stack)]
        with captured({str(number): block for number, block in enumerate(self._blocks)}) as self._outputs:
            self.output = run(self.model)

    def go_on_from(self, layer: int) -> None:
        """From now on, let each layer below `layer` give what it gave. Layers are left out first to last."""
        for number, block in enumerate(self._blocks[:layer]):
            if str(number) in self._outputs:
                output = self._outputs.pop(str(number))
                # On the instance, so that it comes before that of the class.
                vars(block)["forward"] = lambda *_, output=output, **__: output
