"""Transformers modules from local files, with an adapter merged; needs torch."""

from pathlib import Path
from typing import Any

import torch
import transformers

from models.engines.checkpoint import Checkpoint
from models.engines.torch.adapters import merge
from models.runtime.device import DtypeName

AUTO_CLASSES = {
    "encoder": "AutoModel",
    "question-answering": "AutoModelForQuestionAnswering",
    "sentiment": "AutoModelForSequenceClassification",
    "entailment": "AutoModelForSequenceClassification",
    "causal-lm": "AutoModelForCausalLM",
    "seq2seq": "AutoModelForSeq2SeqLM",
}


def read_module(checkpoint: Checkpoint, dtype: DtypeName) -> Any:
    """The module of `checkpoint` on the CPU. Raises ValueError where the files lack one of its weights."""
    transformers.utils.logging.disable_progress_bar()
    # Its report of missing weights names those that the adapter brings; they are checked below.
    transformers.utils.logging.set_verbosity_error()
    options: dict[str, Any] = {
        "use_safetensors": True,
        "dtype": getattr(torch, dtype),
        "attn_implementation": checkpoint.attention,
        # What an engine takes over in this precision is given up layer by layer; of a file, nothing would be.
        "disable_mmap": dtype == "float16",
    }
    if checkpoint.labels:
        options |= {"num_labels": len(checkpoint.labels), "id2label": dict(enumerate(checkpoint.labels))}
    auto_class = getattr(transformers, AUTO_CLASSES[checkpoint.head])
    module, info = auto_class.from_pretrained(
        checkpoint.folder, local_files_only=True, output_loading_info=True, **options
    )
    missing = set(info["missing_keys"])
    if checkpoint.adapter is not None:
        missing -= merge(module, checkpoint.adapter)
    if missing:
        wanted = ", ".join(sorted(missing))
        raise ValueError(f"{checkpoint.name} ({checkpoint.head}) has no values for {wanted}: its files are not whole.")
    return module.eval().requires_grad_(False)


def read_tokenizer(folder: Path) -> Any:
    """The tokenizer of Transformers in `folder`, whose state is never changed, so that threads share it."""
    # Set once: no control token is read out of a text.
    return transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True, split_special_tokens=True)


def nbytes(module: Any) -> int:
    """The bytes of the parameters and buffers of `module`, each counted once."""
    tensors = [*module.parameters(), *module.buffers()]
    return sum(tensor.nbytes for tensor in {tensor.data_ptr(): tensor for tensor in tensors}.values())
