"""Loads models into memory."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from safetensors import SafetensorError

from models.catalog.classes import check_classes
from models.engines.checkpoint import Checkpoint
from models.engines.encoder_batches import BATCH_TOKENS, GPU_TOKENS, SharedBatches
from models.engines.openvino import loading
from models.runtime.cache import Loaded
from models.runtime.device import Device, DtypeName, use_threads
from models.runtime.progress import Report, Stage
from models.runtime.spec import Head, ModelSpec, Weights
from models.weights import conversion
from models.weights.gguf import SERVED
from models.weights.store import WeightsMissing, WeightStore

ENCODERS = frozenset[Head](("encoder", "question-answering", "sentiment", "entailment"))
ITEM_BYTES = {"float32": 4, "float16": 2, "bfloat16": 2}


@dataclass(frozen=True)
class Loader:
    """Builds models on `device()` from the files in `store` and the adapters below `adapters`.

    `device` is a function because choosing one may import torch, which would delay the start of the page. A model
    computes with `threads` threads; 0 lets its engine decide.
    """

    store: WeightStore
    device: Callable[[], Device]
    adapters: Path
    threads: int = 0
    # Runs a conversion.
    run: loading.Run = conversion.run
    # The precision of encoders on OpenVINO; None is the fastest on this machine.
    precision: Literal["f32", "bf16"] | None = None
    # Importing parts of Transformers is not thread-safe.
    importing: threading.Lock = field(default_factory=threading.Lock)

    def needs(self, spec: ModelSpec, report: Report) -> int:
        """The most memory that `spec` takes, in bytes; downloads it first if the size is only known from its files."""
        if spec.nbytes:
            return spec.nbytes
        from models.weights.safetensors import elements

        if self._in_llama_cpp(spec):
            from models.engines.llama_cpp import model as llama_cpp

            return llama_cpp.needs(self.store.ensure(spec.weights, report, checked=False) / SERVED)
        with _named(spec):
            return elements(self._torch_folder(spec, report, checked=False)) * ITEM_BYTES[self.device().dtype]

    def __call__(self, spec: ModelSpec, report: Report) -> Loaded:
        """Load `spec`. Raises WeightsMissing, or MemoryError where the device has too little memory."""
        if spec.tokenizer_only:
            from models.engines.tokenizer import any_tokenizer

            folder = self.store.ensure(spec.weights, report) / spec.subfolder
            return Loaded(None, any_tokenizer(folder), "cpu", "none", spec.nbytes)
        if self._in_llama_cpp(spec):
            return self._in_llama(spec, report)
        folder = self._torch_folder(spec, report) / spec.subfolder
        report(Stage("Loading", spec.name))
        if spec.engine == "openvino" and self.device().name == "cpu":
            loaded = self._in_openvino(spec, folder, report)
            if loaded is not None:
                return loaded
        return self._in_torch(spec, folder)

    def _in_llama_cpp(self, spec: ModelSpec) -> bool:
        return spec.engine == "llama.cpp" and self.device().name == "cpu"

    def _in_llama(self, spec: ModelSpec, report: Report) -> Loaded:
        """A causal language model in llama.cpp, which needs no torch."""
        from models.engines.llama_cpp.completions import CompletionError
        from models.engines.llama_cpp.model import LlamaCpp, needs
        from models.engines.tokenizer import Tokenizer

        folder = self.store.ensure(spec.weights, report)
        report(Stage("Loading", spec.name))
        try:
            with _named(spec):
                tokenizer = Tokenizer.load(folder)
                model = LlamaCpp.load(folder / SERVED, self.threads)
        except CompletionError as error:
            raise WeightsMissing(f"{spec.label} cannot be used: {error}") from error
        return Loaded(model, tokenizer, "cpu", model.about.quantization, needs(folder / SERVED), "llama.cpp")

    def _in_openvino(self, spec: ModelSpec, folder: Path, report: Report) -> Loaded | None:
        """An encoder or the bundled translator on OpenVINO; None where torch has to run it."""
        if spec.head == "translation":
            from models.engines.student import model as student

            return student.load(folder, self.threads)
        with _named(spec):
            check_harmless(spec, folder)
            loaded = loading.load(self._checkpoint(spec, folder), self.threads, report, self.run, self.precision)
            if loaded is not None:
                check_classes(spec, loaded.model.info)
            return loaded

    def _in_torch(self, spec: ModelSpec, folder: Path) -> Loaded:
        """Any model in torch, with the interface of the engines unless it is loaded for its attention."""
        import torch

        from models.engines.torch.pretrained import nbytes

        use_threads(self.threads)
        device = self.device()
        try:
            model, tokenizer = self._read(spec, folder, device.dtype)
            model = model.to(device.name)
        except torch.OutOfMemoryError as error:
            raise MemoryError(f"{device.name} has too little memory for {spec.name}.") from error
        dtype = str(next(model.parameters()).dtype).removeprefix("torch.")
        size = nbytes(model)
        if spec != spec.with_attention():
            if spec.head in ENCODERS:
                from models.engines.torch.encoder import TorchEncoder

                model = SharedBatches(TorchEncoder(model), BATCH_TOKENS if device.name == "cpu" else GPU_TOKENS)
            elif spec.head == "causal-lm":
                from models.engines.torch.causal import TorchCausal

                model = TorchCausal(model)
                size += model.cache_bytes
        return Loaded(model, tokenizer, device.name, dtype, size)

    def _torch_folder(self, spec: ModelSpec, report: Report, checked: bool = True) -> Path:
        """Where torch finds the files of `spec`."""
        if spec.weights.gguf:
            return self.store.torch_copy(spec.weights, report)
        return self.store.ensure(spec.weights, report, checked)

    def _checkpoint(self, spec: ModelSpec, folder: Path) -> Checkpoint:
        adapter = self.adapters / spec.adapter if spec.adapter else None
        return Checkpoint(spec.name, folder, spec.head, spec.attention, spec.labels, adapter)

    def _read(self, spec: ModelSpec, folder: Path, dtype: DtypeName) -> tuple[Any, Any]:
        """The model and the tokenizer in `folder`, in torch on the CPU."""
        if spec.head == "translation":
            from models.engines.torch.firefox import load_student
            from models.weights.student import tokenizer as student_tokenizer

            model, tokenizer = load_student(folder), student_tokenizer(folder)
        else:
            with self.importing, _named(spec):
                model, tokenizer = self._from_pretrained(spec, folder, dtype)
        return model.eval().requires_grad_(False), tokenizer

    def _from_pretrained(self, spec: ModelSpec, folder: Path, dtype: DtypeName) -> tuple[Any, Any]:
        check_harmless(spec, folder)
        from models.engines.torch.pretrained import read_module, read_tokenizer

        model = read_module(self._checkpoint(spec, folder), dtype)
        if spec.head == "seq2seq" and spec.pairs:
            from models.engines.opus import OpusTokenizer

            tokenizer: Any = OpusTokenizer.of(folder, spec.prefix)
        else:
            tokenizer = read_tokenizer(folder)
        if spec.head in ENCODERS:
            from models.engines.torch.encoder import info_of

            check_classes(spec, info_of(model))
        if spec.head == "seq2seq":
            from models.engines.spelling import UNKNOWN
            from models.engines.torch.seq2seq import Seq2Seq

            return Seq2Seq(model, (UNKNOWN,) if spec.pairs else ()), tokenizer
        return model, tokenizer


@contextmanager
def _named(spec: ModelSpec) -> Iterator[None]:
    """Convert errors of a model from the Hub to WeightsMissing; with a bundled model they are unexpected."""
    try:
        yield
    except (ValueError, KeyError, OSError, SafetensorError) as error:
        if isinstance(spec.weights, Weights):
            raise
        raise WeightsMissing(f"{spec.label} cannot be used: {str(error).splitlines()[0]}") from error


def check_harmless(spec: ModelSpec, folder: Path) -> None:
    """Raise WeightsMissing if the files in `folder` could run code, as a pickle does."""
    if not any(folder.glob("*.safetensors")):
        raise WeightsMissing(f"{spec.label} has no weights as safetensors, and only safetensors are loaded.")
    for name in ("config.json", "tokenizer_config.json"):
        path = folder / name
        if path.is_file() and "auto_map" in json.loads(path.read_text(encoding="utf-8")):
            raise WeightsMissing(f"{spec.label} requires custom code, which is not allowed here.")
