"""Which engine runs a model: FBGEMM or oneDNN where the CPU can, else torch; needs torch, so imported with a model."""

import logging
from typing import Any

from models import onednn, packed
from models.cache import Loaded
from models.catalog import ModelSpec
from models.device import Device, DtypeName
from models.traced import traced

log = logging.getLogger("glassbox")


def can_pack(spec: ModelSpec, device: Device) -> bool:
    """Whether `spec` is to run with packed weights, and this machine can."""
    if spec.engine == "torch" or device.name != "cpu":
        return False
    return packed.usable() if spec.engine == "fbgemm" else onednn.usable()


def nbytes(model: Any) -> int:
    """The bytes of the parameters and buffers of `model`, each counted once."""
    tensors = [*model.parameters(), *model.buffers()]
    return sum(tensor.nbytes for tensor in {tensor.data_ptr(): tensor for tensor in tensors}.values())


def dtype(spec: ModelSpec) -> DtypeName:
    """The precision in which `spec` is loaded to be packed."""
    return "float32"


def pack(spec: ModelSpec, model: Any, tokenizer: Any, spare: list[Any]) -> Loaded | None:
    """`model`, loaded in `dtype(spec)`, with packed weights, or None where it does not fit or then gives else.

    `spare` is one list for all that are loaded of `spec`; see `models.traced.traced`.
    """
    if spec.head == "translation":
        model.rough = packed.quantize(model.output)
        beside = model.rough.nbytes + packed.pack_linears(model.encoder) + packed.pack_linears(model.decoder)
        model.traced = traced(model, model.calls(3, 2), model.calls(5, 2, 4), spare)
        return Loaded(model, tokenizer, "cpu", "float16", nbytes(model) + beside, "fbgemm")
    from models.packed_encoder import PackedLayer, pack_layers

    if not pack_layers(model):
        log.info("%s runs in torch: its layers cannot be packed, or are then not its own.", spec.name)
        return None
    beside = sum(module.nbytes for module in model.modules() if isinstance(module, PackedLayer))
    return Loaded(model, tokenizer, "cpu", "bfloat16", nbytes(model) + beside, "onednn")
