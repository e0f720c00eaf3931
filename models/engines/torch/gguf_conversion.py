"""Converts a GGUF file for engines other than llama.cpp; imports are local to the functions."""

import shutil
from pathlib import Path

from models.engines.tokenizer import CONFIG, TEMPLATE
from models.weights.gguf import TOKENIZER


def write_tokenizer(gguf: Path, folder: Path) -> None:
    """Write the tokenizer in `gguf` to `folder`, as Transformers saves it."""
    from transformers import AutoTokenizer

    AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(folder)


def write_module(gguf: Path, folder: Path) -> None:
    """Write the causal language model in `gguf` to `folder`, the weights as float16 safetensors.

    Its tokenizer is copied from beside `gguf`, where `write_tokenizer` has put it: a second conversion in the same
    folder would read those files and lose the chat template.
    """
    import torch
    from transformers import AutoModelForCausalLM, GgufConfig

    model = AutoModelForCausalLM.from_pretrained(
        gguf.parent, gguf_file=gguf.name, dtype=torch.float16, quantization_config=GgufConfig(dequantize=True)
    )
    model.save_pretrained(folder)
    for name in (TOKENIZER, CONFIG, TEMPLATE):
        if (gguf.parent / name).is_file():
            shutil.copyfile(gguf.parent / name, folder / name)
