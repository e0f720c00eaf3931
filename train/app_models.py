"""The app's own cache over a trained adapter, so that what is measured is what the page runs."""

from dataclasses import replace
from pathlib import Path

from models.cache import ModelCache
from models.catalog import ModelSpec
from models.device import Device
from models.loading import Loader
from models.stages import MEGABYTE
from models.weights import WeightStore


def cache_of(store: WeightStore, adapter: Path) -> ModelCache:
    """A cache whose adapters lie beside `adapter`, on the CPU in float32."""
    return ModelCache(Loader(store, lambda: Device("cpu", "float32"), adapter.resolve().parent), 2_000 * MEGABYTE)


def spec_of(spec: ModelSpec, adapter: Path) -> ModelSpec:
    """`spec` with the adapter in the folder `adapter`, in torch: a conversion of each trial would stay on the disk."""
    return replace(spec, adapter=adapter.resolve().name, engine="torch")
