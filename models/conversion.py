"""GGUF to safetensors, once, so that a load takes a tenth of a second and not half a minute."""

from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig


def gguf_to_safetensors(gguf: Path, folder: Path) -> None:
    """Write the causal language model in `gguf` and its tokenizer to `folder`, the weights as float16."""
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    model = AutoModelForCausalLM.from_pretrained(
        gguf.parent, gguf_file=gguf.name, dtype=torch.float16, quantization_config=GgufConfig(dequantize=True)
    )
    tokenizer.save_pretrained(folder)
    model.save_pretrained(folder)
