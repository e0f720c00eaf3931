"""What is made of a GGUF file for other engines than llama.cpp; the functions import what they need."""

from pathlib import Path


def write_tokenizer(gguf: Path, folder: Path) -> None:
    """Write the tokenizer in `gguf` to `folder`, as Transformers saves it."""
    from transformers import AutoTokenizer

    AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(folder)


def write_module(gguf: Path, folder: Path) -> None:
    """Write the causal language model in `gguf` and its tokenizer to `folder`, the weights as float16 safetensors."""
    import torch
    from transformers import AutoModelForCausalLM, GgufConfig

    model = AutoModelForCausalLM.from_pretrained(
        gguf.parent, gguf_file=gguf.name, dtype=torch.float16, quantization_config=GgufConfig(dequantize=True)
    )
    write_tokenizer(gguf, folder)
    model.save_pretrained(folder)
