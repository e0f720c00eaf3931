"""A GGUF file of the Hub is a model like any other: locked by its hash, served by llama.cpp, read by torch."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.catalog.hub import hub_model
from models.catalog.loading import Loader
from models.runtime.cache import ModelCache
from models.runtime.device import Device
from models.runtime.progress import Stage
from models.runtime.spec import HubWeights
from models.tasks.chat.adapter import Chatter
from models.tasks.next_word.perplexity import PerplexityMeter
from models.weights.gguf import prepared
from models.weights.store import WeightsMissing, WeightStore
from tests import tiny_gguf
from tests.fake_hub import FakeHub, point_at, serving

NAME = "tiny/gguf"
SPEC = hub_model(NAME, "causal-lm", "CC0-1.0", gguf="tiny-F32.gguf")


@pytest.fixture
def hub(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """A hub with two GGUF files in one repository."""
    folder = tmp_path_factory.mktemp("repository")
    tiny_gguf.write(tiny_gguf.module(), folder / "tiny-F32.gguf")
    (folder / "tiny-Q2_K.gguf").write_bytes(b"not wanted")
    fake = FakeHub()
    fake.add(NAME, folder)
    with serving(fake) as address:
        point_at(address, monkeypatch)
        yield fake


def cache_in(home: Path) -> ModelCache:
    """A cache of what is below `home`."""
    load = Loader(WeightStore(home), lambda: Device("cpu", "float32"), home, threads=1)
    return ModelCache(load, 10**9, needs=load.needs)


def test_it_is_locked_and_answers(tmp_path: Path, hub: FakeHub) -> None:
    """Only the named file is fetched; chat runs on llama.cpp, and perplexity on what torch makes of the same file."""
    cache = cache_in(tmp_path)
    stages: list[Stage] = []
    reply = Chatter(cache, SPEC)("hello", max_new_tokens=5, report=stages.append)
    assert reply.run.engine == "llama.cpp"
    assert reply.run.tokens > 0
    entry = json.loads((tmp_path / "models.lock.json").read_text())["models"]["tiny/gguf@main, tiny-F32.gguf"]
    assert list(entry["files"]) == ["tiny-F32.gguf"]
    assert {"Downloading", "Converting", "Loading"} <= {stage.action for stage in stages}
    result = PerplexityMeter(cache, SPEC)("hello")
    assert result.run.engine == "torch"
    assert len(result.tokens) == 5
    served, module = sorted(cache.status().models, key=lambda model: model.engine)
    assert (served.engine, served.dtype) == ("llama.cpp", "F32")
    assert served.nbytes == cache.needs(SPEC, lambda stage: None)
    assert module.nbytes < served.nbytes
    hub.repositories[NAME]["tiny-F32.gguf"] += b"changed"
    assert Chatter(cache_in(tmp_path), SPEC)("hello", max_new_tokens=5).text == reply.text


def test_a_file_that_is_not_there_is_named(tmp_path: Path, hub: FakeHub) -> None:
    """The error lists the existing ones."""
    weights = SPEC.weights
    assert isinstance(weights, HubWeights)
    missing = replace(weights, gguf="tiny-Q8_0.gguf")
    with pytest.raises(WeightsMissing, match=r"it has no tiny-Q8_0\.gguf, but tiny-F32\.gguf, tiny-Q2_K\.gguf"):
        WeightStore(tmp_path).ensure(missing)


def test_a_changed_file_is_fetched_again(tmp_path: Path, hub: FakeHub) -> None:
    """Other bytes on the disk are not served, and neither is what was made of them."""
    store = WeightStore(tmp_path)
    folder = store.ensure(SPEC.weights)
    path = folder / "tiny-F32.gguf"
    whole = path.read_bytes()
    path.write_bytes(whole[:-4] + b"\1\2\3\4")
    (folder / "llama.cpp" / "model.json").write_bytes(b"wrong too")
    assert (store.ensure(SPEC.weights) / "tiny-F32.gguf").read_bytes() == whole
    assert prepared(folder / "llama.cpp").vocabulary == 260


def test_serving_needs_no_torch(tmp_path: Path) -> None:
    """Neither the adapters nor the engine import it."""
    import subprocess

    program = (
        "import sys, models.catalog.loading, models.tasks.chat.adapter, models.tasks.drafts.adapter;"
        "import models.tasks.summarization.abstractive, models.engines.llama_cpp.model;"
        "print(sorted({'torch', 'transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
