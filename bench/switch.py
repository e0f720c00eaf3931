"""Switching to a model that is in memory beside loading it afresh: `python -m bench.switch`."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import transformers

import model_setup
import settings
from bench import ours
from bench.beside import Row, conclude, interleaved, method
from models.catalog.bundled import MINILM, SMOLLM2
from models.runtime.cache import ModelCache
from models.runtime.spec import ModelSpec

FASTER = 50.0
CLASSES = {MINILM: "AutoModel", SMOLLM2: "AutoModelForCausalLM"}


def rows(cache: ModelCache) -> Iterator[Row]:
    """Milliseconds until a model can be used after the other one was."""
    transformers.utils.logging.disable_progress_bar()
    store = model_setup.store_of(settings.read([]))
    for spec, other in ((MINILM, SMOLLM2), (SMOLLM2, MINILM)):
        folder = store.ensure(spec.weights)
        found = interleaved(
            partial(switch, cache, spec, other),
            partial(ours.milliseconds, partial(afresh, CLASSES[spec], folder)),
        )
        yield Row(f"switch to {spec.name}", "ms", found[0], found[1], at_least=FASTER)


def switch(cache: ModelCache, spec: ModelSpec, other: ModelSpec) -> float:
    """Milliseconds until the cache gives the model of `spec`, after that of `other` was used."""

    def use(spec: ModelSpec) -> None:
        with cache.lease(spec):
            pass

    use(other)
    return ours.milliseconds(partial(use, spec))


def afresh(auto_class: str, folder: Path) -> None:
    """Load a model and its tokenizer as a plain app does each time that one is chosen."""
    getattr(transformers, auto_class).from_pretrained(folder, local_files_only=True)
    transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)


NOTES = [
    "",
    f"`python -m bench.switch`: {method()} Beside it `from_pretrained` of the same files, which the system caches.",
]


def main() -> None:
    """Print the table and keep it; exit with 1 where the target is missed."""
    conclude("Switching models", list(rows(ours.cache())), NOTES)


if __name__ == "__main__":
    main()
