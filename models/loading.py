"""(spec, device) -> a model in memory: the only place that builds one."""

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from models.cache import Loaded
from models.catalog import HubWeights, ModelSpec
from models.device import Device, DtypeName
from models.engines.gguf_file import SERVED
from models.stages import Report, Stage
from models.weights import WeightsMissing, WeightStore

AUTO_CLASSES = {
    "encoder": "AutoModel",
    "question-answering": "AutoModelForQuestionAnswering",
    "sentiment": "AutoModelForSequenceClassification",
    "entailment": "AutoModelForSequenceClassification",
    "causal-lm": "AutoModelForCausalLM",
    "seq2seq": "AutoModelForSeq2SeqLM",
}
ITEM_BYTES = {"float32": 4, "float16": 2, "bfloat16": 2}


@dataclass(frozen=True)
class Loader:
    """Builds models on `device()` from the files in `store` and the adapters below `adapters`.

    `device` is a function because choosing one imports torch, which the page must not wait for.
    """

    store: WeightStore
    device: Callable[[], Device]
    adapters: Path
    threads: int = 0
    # Two threads that first import parts of Transformers at one moment can find them half there.
    importing: threading.Lock = field(default_factory=threading.Lock)
    # By the model, what can be used again of those that are gone; see `models.traced.traced`.
    spare: defaultdict[ModelSpec, list[Any]] = field(default_factory=lambda: defaultdict(list))

    def needs(self, spec: ModelSpec, report: Report) -> int:
        """How many bytes of memory `spec` takes at most, fetched first where only its files tell."""
        if spec.nbytes:
            return spec.nbytes
        from models.sizes import elements

        if self._in_llama_cpp(spec):
            from models.engines import llama_cpp

            return llama_cpp.needs(self.store.ensure(spec.weights, report, checked=False) / SERVED)
        folder = self._torch_folder(spec, report, checked=False)
        return elements(folder) * ITEM_BYTES[self.device().dtype]

    def __call__(self, spec: ModelSpec, report: Report) -> Loaded:
        """Load `spec`. Raises WeightsMissing, or MemoryError where the device has too little memory."""
        if self._in_llama_cpp(spec):
            return self._served(spec, report)
        folder = self._torch_folder(spec, report) / spec.subfolder
        report(Stage("Loading", spec.name))
        import torch

        device = self.device()
        try:
            if packed := self._packed(spec, folder, device):
                return packed
            model, tokenizer = self._read(spec, folder, device.dtype)
            model = model.to(device.name)
        except torch.OutOfMemoryError as error:
            raise MemoryError(f"{device.name} has too little memory for {spec.name}.") from error
        from models import engine

        dtype = str(next(model.parameters()).dtype).removeprefix("torch.")
        nbytes = engine.nbytes(model)
        if spec.head == "causal-lm" and spec != spec.with_attention():
            from models.engines.torch_causal import TorchCausal

            model = TorchCausal(model)
            nbytes += model.cache_bytes
        return Loaded(model, tokenizer, device.name, dtype, nbytes)

    def _in_llama_cpp(self, spec: ModelSpec) -> bool:
        return spec.engine == "llama.cpp" and self.device().name == "cpu"

    def _served(self, spec: ModelSpec, report: Report) -> Loaded:
        """A causal language model in llama.cpp, which needs no torch."""
        from models.engines.completions import CompletionError
        from models.engines.llama_cpp import LlamaCpp, needs
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

    def _torch_folder(self, spec: ModelSpec, report: Report, checked: bool = True) -> Path:
        """Where torch finds the files of `spec`."""
        if spec.weights.gguf:
            return self.store.torch_copy(spec.weights, report)
        return self.store.ensure(spec.weights, report, checked)

    def _packed(self, spec: ModelSpec, folder: Path, device: Device) -> Loaded | None:
        """`spec` on an engine of the CPU, where there is one that runs it."""
        from models import engine

        if not engine.can_pack(spec, device):
            return None
        return engine.pack(spec, *self._read(spec, folder, engine.dtype(spec)), self.spare[spec])

    def _read(self, spec: ModelSpec, folder: Path, dtype: DtypeName) -> tuple[Any, Any]:
        """The model and the tokenizer in `folder`, in torch on the CPU."""
        if spec.head == "translation":
            from models.firefox import load_student

            model, tokenizer = load_student(folder)
        else:
            with self.importing, _named(spec):
                model, tokenizer = self._from_pretrained(spec, folder, dtype)
        return model.eval().requires_grad_(False), tokenizer

    def _from_pretrained(self, spec: ModelSpec, folder: Path, dtype: DtypeName) -> tuple[Any, Any]:
        check_harmless(spec, folder)
        import torch
        import transformers

        transformers.utils.logging.disable_progress_bar()
        # Its report of missing weights names those that the adapter brings; they are checked below.
        transformers.utils.logging.set_verbosity_error()
        options: dict[str, Any] = {
            "use_safetensors": True,
            "dtype": getattr(torch, dtype),
            "attn_implementation": spec.attention,
            # What an engine takes over in this precision is given up layer by layer; of a file, nothing would be.
            "disable_mmap": dtype == "float16",
        }
        if spec.labels:
            options |= {"num_labels": len(spec.labels), "id2label": dict(enumerate(spec.labels))}
        auto_class = getattr(transformers, AUTO_CLASSES[spec.head])
        model, info = auto_class.from_pretrained(folder, local_files_only=True, output_loading_info=True, **options)
        # Set once and never switched: no control token is read out of a text, and threads can share the tokenizer.
        if spec.pairs:
            from models.opus import OpusTokenizer

            tokenizer: Any = OpusTokenizer.of(folder, spec.prefix)
        else:
            tokenizer = transformers.AutoTokenizer.from_pretrained(
                folder, local_files_only=True, split_special_tokens=True
            )
        missing = set(info["missing_keys"])
        if spec.adapter:
            from models.adapters import merge

            missing -= merge(model, self.adapters / spec.adapter)
        if missing:
            raise ValueError(f"{spec.label} has no values for {', '.join(sorted(missing))}: its files are not whole.")
        if spec.head == "sentiment":
            from models.sentiment import classes

            classes(model)
        if spec.head == "entailment":
            from models.entailment import outputs

            outputs(model)
        if spec.head == "seq2seq":
            from models.pieces import UNKNOWN
            from models.seq2seq import Seq2Seq

            return Seq2Seq(model, (UNKNOWN,) if spec.pairs else ()), tokenizer
        return model, tokenizer


@contextmanager
def _named(spec: ModelSpec) -> Iterator[None]:
    """Tell a visitor why a model from the Hub cannot be loaded; a bundled one can, so an error there is unforeseen."""
    try:
        yield
    except (ValueError, KeyError, OSError, SafetensorError) as error:
        if not isinstance(spec.weights, HubWeights):
            raise
        raise WeightsMissing(f"{spec.label} cannot be used: {str(error).splitlines()[0]}") from error


def check_harmless(spec: ModelSpec, folder: Path) -> None:
    """Raise WeightsMissing where the files in `folder` could run code: a pickle does when it is opened."""
    if not any(folder.glob("*.safetensors")):
        raise WeightsMissing(f"{spec.label} has no weights as safetensors, and only safetensors are loaded.")
    for name in ("config.json", "tokenizer_config.json"):
        path = folder / name
        if path.is_file() and "auto_map" in json.loads(path.read_text(encoding="utf-8")):
            raise WeightsMissing(f"{spec.label} asks to run code of its own, which no model here may.")
