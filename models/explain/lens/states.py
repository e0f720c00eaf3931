"""The states that the lens looks at, layer by layer; imported when a model is, since it needs torch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from models.engines import codec, spelling
from models.engines.base import Decoded
from models.engines.torch.student import pad
from models.explain.heads.hooks import captured
from models.runtime.cache import Loaded
from models.runtime.limits import InputError

# What the last norm of a stack of layers is called.
NORMS = ("norm", "ln_f", "final_layer_norm", "final_layernorm")
# How far the lens at the last layer may be from the model's own log-probabilities, in float32.
TOLERANCE = 1e-4


@dataclass(frozen=True)
class States:
    """The states of each row, (positions, width), and what gives `logits` (positions, vocabulary) of a row's.

    The last row's logits are the model's own.
    """

    rows: tuple[Tensor, ...]
    logits: Callable[[int], Tensor]


@torch.inference_mode()
def causal_states(loaded: Loaded, ids: Sequence[int], shown: int) -> States:
    """The states of the last `shown` of `ids` in a causal model: before the first layer, then after each.

    Raises InputError where the last norm has no known name, or where the model does more after it than to unembed.
    """
    model = loaded.model
    output = model(torch.tensor([list(ids)], device=loaded.device), output_hidden_states=True, use_cache=False)
    rows = tuple(state[0, -shown:] for state in output.hidden_states)
    norm, unembed = last_norm(model), model.get_output_embeddings()

    def logits(row: int) -> Tensor:
        # Transformers gives the last state after the norm.
        state = rows[row] if row % len(rows) == len(rows) - 1 else norm(rows[row])
        found: Tensor = unembed(state).float()
        return found

    if not check_own(logits(-1)[-1:], output.logits[0, -1:]):
        raise no_lens(model)
    return States(rows, logits)


def check_own(logits: Tensor, own: Tensor) -> bool:
    """Whether `logits` have the probabilities of the model's `own`, up to the rounding of its type."""
    off = float((logits.float().log_softmax(-1) - own.float().log_softmax(-1)).abs().max())
    return off <= max(TOLERANCE, 64 * torch.finfo(own.dtype).eps)


def last_norm(model: Any) -> torch.nn.Module:
    """The norm between the last layer of a Transformers model and its output. Raises InputError."""
    body = model.base_model
    for place in (body, getattr(body, "decoder", None)):
        for name in NORMS:
            norm = getattr(place, name, None)
            if isinstance(norm, torch.nn.Module):
                return norm
    raise no_lens(model)


def no_lens(model: Any) -> InputError:
    """The refusal of a model whose states cannot be read so."""
    kind = model.config.model_type
    return InputError(
        "model", f"The lens cannot be put on a {kind} model. SmolLM2 and the bundled translators have the lens."
    )


@torch.inference_mode()
def student_states(
    loaded: Loaded, text: str, limit: int, shown: int, between: Callable[[], None]
) -> tuple[tuple[int, ...], list[int], States]:
    """The tokens of `text`, those of its translation with its end, and the states that chose the last `shown` of them.

    `between` is called at every token that is written, and may end the work by raising.
    """
    student = loaded.model
    source = codec.read(loaded.tokenizer, text)
    if len(source.ids) > limit:
        source = codec.read(loaded.tokenizer, text[: source.offsets[limit - 2][1]])
    found: dict[int, Decoded] = {}
    for finished in student.translate([source.ids]):
        found |= finished
        between()
    written = [*found[0].ids, codec.END] if found[0].finished else list(found[0].ids)
    state = student.start(student.encode(*pad([source.ids], loaded.device)))
    layers = {str(number): layer.feed_forward for number, layer in enumerate(student.decoder)}
    steps: list[list[Tensor]] = []
    for token in written:
        between()
        with captured(layers) as outputs:
            _, cells, _ = student.step(state)
        steps.append([outputs[name][0, 0] for name in layers])
        following = torch.tensor([token], device=loaded.device)
        state = state._replace(tokens=following, written=state.written + 1, cells=cells)
    rows = tuple(torch.stack(states) for states in zip(*steps[-shown:], strict=True))

    def logits(row: int) -> Tensor:
        found: Tensor = student.output(rows[row]).float().clone()
        # The student never writes it.
        found[:, spelling.UNKNOWN] = -torch.inf
        return found

    return source.ids, written, States(rows, logits)
