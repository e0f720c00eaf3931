"""Runs one causal language model on a server at a URL; all others are loaded locally."""

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

    The tokenizer comes from the weights in `store`. If the server lacks a required capability, `load` loads `spec`
    too, with a note. Attention and perplexity use other specs and always run locally.
    """

    load: Callable[[ModelSpec, Report], Loaded]
    store: WeightStore
    spec: ModelSpec
    client: Client

    def __call__(self, spec: ModelSpec, report: Report) -> Loaded:
        """Load `spec`. Raises the errors of `load`, and EngineError if the server is unreachable or runs another model.

        There is no local fallback for an unreachable server: the machine may not have the memory for it.
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
