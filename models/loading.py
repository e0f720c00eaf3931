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
from models.catalog import Head, HubWeights, ModelSpec
from models.device import Device, DtypeName, use_threads
from models.engines import convert, encoders
from models.engines.base import EncoderInfo
from models.engines.checkpoint import Checkpoint
from models.stages import Report, Stage
from models.weights import WeightsMissing, WeightStore

ENCODERS = frozenset[Head](("encoder", "question-answering", "sentiment", "entailment"))
ITEM_BYTES = {"float32": 4, "float16": 2, "bfloat16": 2}


@dataclass(frozen=True)
class Loader:
    """Builds models on `device()` from the files in `store` and the adapters below `adapters`.

    `device` is a function because choosing one may import torch, which the page must not wait for. A model computes
    with `threads` threads; 0 leaves their number to its engine.
    """

    store: WeightStore
    device: Callable[[], Device]
    adapters: Path
    threads: int = 0
    # Runs a conversion.
    run: encoders.Run = convert.run
    # Two threads that first import parts of Transformers at one moment can find them half there.
    importing: threading.Lock = field(default_factory=threading.Lock)
    # By the model, what can be used again of those that are gone; see `models.traced.traced`.
    spare: defaultdict[ModelSpec, list[Any]] = field(default_factory=lambda: defaultdict(list))

    def needs(self, spec: ModelSpec, report: Report) -> int:
        """How many bytes of memory `spec` takes at most, fetched first where only its files tell."""
        if spec.nbytes:
            return spec.nbytes
        from models.sizes import elements

        folder = self.store.ensure(spec.weights, report, checked=False)
        return elements(folder) * ITEM_BYTES[self.device().dtype]

    def __call__(self, spec: ModelSpec, report: Report) -> Loaded:
        """Load `spec`. Raises WeightsMissing, or MemoryError where the device has too little memory."""
        folder = self.store.ensure(spec.weights, report) / spec.subfolder
        report(Stage("Loading", spec.name))
        device = self.device()
        if spec.head in ENCODERS and spec.engine == "openvino" and device.name == "cpu":
            converted = self._converted(spec, folder, report)
            if converted is not None:
                return converted
        import torch

        use_threads(self.threads)
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
        if spec.head in ENCODERS and spec != spec.with_attention():
            from models.engines.torch_encoder import TorchEncoder

            model = TorchEncoder(model)
        return Loaded(model, tokenizer, device.name, dtype, nbytes)

    def _converted(self, spec: ModelSpec, folder: Path, report: Report) -> Loaded | None:
        """An encoder on OpenVINO; None where torch has to run it."""
        with _named(spec):
            check_harmless(spec, folder)
            loaded = encoders.load(self._checkpoint(spec, folder), self.threads, report, self.run)
            if loaded is not None:
                check_classes(spec, loaded.model.info)
            return loaded

    def _checkpoint(self, spec: ModelSpec, folder: Path) -> Checkpoint:
        adapter = self.adapters / spec.adapter if spec.adapter else None
        return Checkpoint(spec.name, folder, spec.head, spec.attention, spec.labels, adapter)

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
        from models.engines.pretrained import read_module, read_tokenizer

        model = read_module(self._checkpoint(spec, folder), dtype)
        if spec.pairs:
            from models.opus import OpusTokenizer

            tokenizer: Any = OpusTokenizer.of(folder, spec.prefix)
        else:
            tokenizer = read_tokenizer(folder)
        if spec.head in ENCODERS:
            from models.engines.torch_encoder import info_of

            check_classes(spec, info_of(model))
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


def check_classes(spec: ModelSpec, info: EncoderInfo) -> None:
    """Raise ValueError where the classes of a model are not those of its task."""
    if spec.head == "sentiment":
        from models.sentiment import classes

        classes(info)
    if spec.head == "entailment":
        from models.entailment import outputs

        outputs(info)


def check_harmless(spec: ModelSpec, folder: Path) -> None:
    """Raise WeightsMissing where the files in `folder` could run code: a pickle does when it is opened."""
    if not any(folder.glob("*.safetensors")):
        raise WeightsMissing(f"{spec.label} has no weights as safetensors, and only safetensors are loaded.")
    for name in ("config.json", "tokenizer_config.json"):
        path = folder / name
        if path.is_file() and "auto_map" in json.loads(path.read_text(encoding="utf-8")):
            raise WeightsMissing(f"{spec.label} asks to run code of its own, which no model here may.")
