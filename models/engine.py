"""Which engine runs a model: FBGEMM on a CPU that can, else torch; imported when a model is, since it needs torch."""

import logging
from typing import Any

from models import packed
from models.blocks import Blocks
from models.cache import Loaded
from models.catalog import ModelSpec
from models.device import Device
from models.stages import MEGABYTE

log = logging.getLogger("glassbox")

# What a model may keep of recent conversations: about 2,700 tokens of SmolLM2.
BLOCK_BYTES = 128 * MEGABYTE


def can_pack(spec: ModelSpec, device: Device) -> bool:
    """Whether `spec` is to run with packed weights, and this machine can."""
    return spec.engine == "fbgemm" and device.name == "cpu" and packed.usable()


def pack(spec: ModelSpec, model: Any, tokenizer: Any) -> Loaded | None:
    """`model`, in float16, with packed weights, or None where it does not fit or then gives something else."""
    from models.packed_llama import OtherArchitecture, PackedLlama, trusted

    try:
        llama = PackedLlama(model)
    except OtherArchitecture as reason:
        log.info("%s runs in torch: %s", spec.name, reason)
        return None
    if not trusted(llama, model):
        log.warning("%s runs in torch: with packed weights its logits are not the model's own.", spec.name)
        return None
    return Loaded(llama, tokenizer, "cpu", "float16", llama.nbytes + BLOCK_BYTES, "fbgemm", Blocks(BLOCK_BYTES))
