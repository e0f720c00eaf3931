"""An encoder of Transformers behind the interface that every encoder has; needs torch."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from models.engines.base import EncoderInfo
from models.engines.encoder_batches import padded
from models.runtime.arrays import Floats

# What a head returns, by the names that Transformers gives it.
OUTPUTS = (("start_logits", "end_logits"), ("logits",), ("last_hidden_state",))


class TorchEncoder:
    """A Transformers module in evaluation mode, on the device where it is."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.info = info_of(module)

    @torch.inference_mode()
    def __call__(self, rows: Sequence[Sequence[int]], firsts: Sequence[int] | None = None) -> tuple[Floats, ...]:
        """Run a batch; see `models.engines.base.Encoder`."""
        device = self.module.device
        inputs = {name: torch.from_numpy(each).to(device) for name, each in padded(rows, self.info, firsts).items()}
        return tuple(each.float().cpu().numpy() for each in outputs(self.module(**inputs)))


def info_of(module: Any) -> EncoderInfo:
    """The properties from the configuration of `module`, and the calibration of its adapter, if any."""
    config = module.config
    return EncoderInfo(
        width=config.hidden_size,
        labels=tuple(str(config.id2label[i]) for i in sorted(config.id2label)),
        token_types=has_token_types(module),
        padding=config.pad_token_id or 0,
        positions=config.max_position_embeddings,
        calibration=getattr(config, "calibration", {}),
    )


def has_token_types(module: Any) -> bool:
    """Whether `module` distinguishes two texts by token types, as BERT does; DistilBERT and RoBERTa do not."""
    return bool(getattr(module.config, "type_vocab_size", 0) > 1)


def outputs(result: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
    """The tensors of a head out of what its module returned."""
    return next(tuple(result[name] for name in names) for names in OUTPUTS if names[0] in result)
