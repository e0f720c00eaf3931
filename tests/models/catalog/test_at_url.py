"""One model on a server at a URL, all others as before."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest

import model_setup
import settings
from demos import runtime
from demos.guard import IN_WORDS
from models.catalog.at_url import AtUrl
from models.catalog.bundled import SENTIMENT, SMOLLM2
from models.catalog.operator import CatalogError
from models.engines.remote.client import Client
from models.engines.remote.streams import EngineError
from models.runtime.cache import Loaded, ModelCache
from models.runtime.progress import Report
from models.runtime.spec import ModelSpec
from models.tasks.chat.adapter import Chatter
from models.weights.store import WeightStore
from tests import tiny
from tests.fake_engine import FakeEngine, byte_tokenizer, serving

TOY = replace(SMOLLM2, name="toy")


@dataclass(frozen=True)
class Store:
    """Has the tokenizer of the fake engine, and no weights."""

    folder: Path

    def ensure(self, *_: object) -> Path:
        return self.folder


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Ends the engines with the test."""
    with ExitStack() as stack:
        yield stack


def load_here(spec: ModelSpec, report: Report) -> Loaded:
    """A tiny model of any name."""
    return tiny.load(spec, report)


def cache_over(engine: FakeEngine, stack: ExitStack, folder: Path) -> ModelCache:
    """A cache whose model `TOY` is on `engine`."""
    byte_tokenizer().backend.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text('{"eos_token": "<|im_end|>"}')
    (folder / "chat_template.jinja").write_text(tiny.CHAT_TEMPLATE)
    client = Client(stack.enter_context(serving(engine)))
    return ModelCache(AtUrl(load_here, cast(WeightStore, Store(folder)), TOY, client), 10**9)


def test_the_model_is_on_the_server(stack: ExitStack, tmp_path: Path) -> None:
    """A result shows where it was computed, and the model takes next to no memory here."""
    engine = FakeEngine()
    cache = cache_over(engine, stack, tmp_path)
    reply = Chatter(cache, TOY)("Hello", max_new_tokens=5)
    assert len(reply.tokens) == 5
    assert (reply.run.device, reply.run.engine[:8]) == ("remote", "vLLM at ")
    assert engine.bodies[-1]["max_tokens"] == 5
    (status,) = cache.status().models
    assert status.nbytes < 50_000_000


def test_all_other_models_are_here(stack: ExitStack, tmp_path: Path) -> None:
    """The copy for attention too, which no server has."""
    engine = FakeEngine(status=500)
    cache = cache_over(engine, stack, tmp_path)
    for spec in (SENTIMENT, TOY.with_attention()):
        with cache.lease(spec) as loaded:
            assert (loaded.device, loaded.notes) == ("cpu", ())


def test_what_the_server_lacks_runs_here_and_that_is_said(stack: ExitStack, tmp_path: Path) -> None:
    """In the status of the models, which the Runtime tab and `/status` show."""
    cache = cache_over(FakeEngine(silent=True), stack, tmp_path)
    with cache.lease(TOY) as loaded:
        assert loaded.device == "cpu"
    (status,) = cache.status().models
    assert status.notes[0].endswith("has no log-probabilities: the model runs here.")
    assert status.notes[0] in runtime.summary(cache.status())


def test_a_reply_that_breaks_off_keeps_its_text(stack: ExitStack, tmp_path: Path) -> None:
    """The tokens so far are on the page when the error comes, which a visitor can read."""
    engine = FakeEngine()
    cache = cache_over(engine, stack, tmp_path)
    chatter = Chatter(cache, TOY)
    chatter("Hello", max_new_tokens=1)
    engine.breaks = 3
    replies: list[Any] = []
    with pytest.raises(EngineError, match="broke off its answer"):
        replies.extend(_kept(chatter, replies))
    assert len(replies[-1].tokens) == 3
    assert replies[-1].text
    assert issubclass(EngineError, IN_WORDS)


def _kept(chatter: Chatter, replies: list[Any]) -> Iterator[Any]:
    for reply in chatter.stream("Hello", max_new_tokens=9):
        replies.append(reply)
        yield from ()


def test_settings_choose_the_model() -> None:
    """The bundled chat model unless another is named; an unknown one ends the start."""
    address = ["--engine-url", "http://127.0.0.1:1"]
    assert model_setup.at_url(settings.read([])) is None
    assert model_setup.at_url(settings.read(address)) == SMOLLM2
    other = model_setup.at_url(settings.read([*address, "--engine-model", "SmolLM2-360M-Instruct"]))
    assert other is not None
    assert other.name == "SmolLM2-360M-Instruct"
    with pytest.raises(CatalogError, match=r"--engine-model must be one of .*SmolLM2-135M-Instruct.*, not 'x'"):
        model_setup.at_url(settings.read([*address, "--engine-model", "x"]))
