"""Loads one causal language model as what a server at a URL runs, and all others as before."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from models.engines.remote.client import Client
from models.engines.remote.model import RemoteCausalLM
from models.engines.tokenizer import Tokenizer
from models.runtime.cache import Loaded
from models.runtime.progress import Report, Stage
from models.runtime.spec import ModelSpec
from models.weights.store import WeightStore

# What the tokenizer takes in memory, roughly.
NBYTES = 20_000_000


@dataclass(frozen=True)
class AtUrl:
    """Loads `spec` from the server of `client`, and every other model by `load`.

    The tokenizer comes from the weights in `store`. Where the server lacks something that the adapters need, `load`
    loads `spec` too, with a note of it. Attention and perplexity are other specs, and always run here.
    """

    load: Callable[[ModelSpec, Report], Loaded]
    store: WeightStore
    spec: ModelSpec
    client: Client

    def __call__(self, spec: ModelSpec, report: Report) -> Loaded:
        """Load `spec`. Raises what `load` raises, and EngineError where the server is not there or is another model's.

        Nothing is loaded here in place of a server that is gone: who moved the model away may have no room for it.
        """
        if spec != self.spec:
            return self.load(spec, report)
        folder = self.store.ensure(spec.weights, report)
        report(Stage("Loading", spec.name))
        tokenizer = Tokenizer.load(folder)
        model = RemoteCausalLM.connect(self.client, spec.name, tokenizer)
        found = model.capabilities
        if found.lacks:
            return replace(self.load(spec, report), notes=found.notes)
        return Loaded(model, tokenizer, "remote", "", NBYTES, f"{found.kind} at {found.host}", notes=found.notes)
