"""The app's own cache over a trained adapter, so that what is measured is what the page runs."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from models.catalog.loading import Loader
from models.engines.torch.encoder import TorchEncoder
from models.runtime.cache import Loaded, ModelCache
from models.runtime.device import Device
from models.runtime.progress import MEGABYTE, Report
from models.runtime.spec import ModelSpec
from models.weights.store import WeightStore


class HalfPrecision:
    """A CPU model run under bfloat16 autocast; with `remember` set, outputs are cached by their inputs."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.remember = False
        self._known: dict[bytes, Any] = {}

    def __call__(self, **inputs: Any) -> Any:
        """Run the model on `inputs`."""
        key = b"".join(tensor.numpy().tobytes() for tensor in inputs.values()) if self.remember else b""
        if not self.remember or key not in self._known:
            with torch.autocast("cpu", dtype=torch.bfloat16):
                self._known[key] = self._model(**inputs)
        return self._known[key] if self.remember else self._known.pop(key)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)


def cache_of(store: WeightStore, adapter: Path) -> ModelCache:
    """A cache on the CPU that loads adapters from the parent of `adapter`; eager models run under bfloat16 autocast."""
    loader = Loader(store, lambda: Device("cpu", "float32"), adapter.resolve().parent)

    def load(spec: ModelSpec, report: Report) -> Loaded:
        loaded = loader(spec, report)
        if spec.attention != "eager":
            return loaded
        # Torch has no other attention for MPNet, so this is the module that is loaded to be looked into too.
        return replace(loaded, model=TorchEncoder(HalfPrecision(loaded.model)))

    return ModelCache(load, 2_000 * MEGABYTE)


def spec_of(spec: ModelSpec, adapter: Path) -> ModelSpec:
    """`spec` with the adapter in the folder `adapter`, in torch: a conversion of each trial would stay on the disk."""
    return replace(spec, adapter=adapter.resolve().name, engine="torch")
