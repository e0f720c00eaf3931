"""The cache of a page whose models are on replicas."""

from models.engines.remote.streams import EngineError
from models.runtime.cache import Loaded, ModelCache
from models.runtime.limits import Limits
from models.runtime.progress import Report
from models.runtime.spec import ModelSpec
from replicas.client import Replicas


def remote_cache(url: str, budget: int, limits: Limits) -> ModelCache:
    """A cache that holds no model: adapters over it compute on the replicas at `url`, of `budget` bytes each."""

    def refuse(spec: ModelSpec, report: Report) -> Loaded:
        raise EngineError(f"{spec.name} is not loaded here: with --ray models are on the replicas.")

    cache = ModelCache(refuse, budget)
    cache.elsewhere = Replicas(url, cache, limits.seconds)
    return cache
