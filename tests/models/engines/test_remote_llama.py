"""A causal language model on llama.cpp's own server, a real one on this machine."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

import model_setup
import settings
from models.catalog.bundled import SMOLLM2, SMOLLM2_WEIGHTS
from models.engines.base import Reading, Sampling
from models.engines.llama_cpp.model import LlamaCpp
from models.engines.remote.client import Client
from models.engines.remote.model import RemoteCausalLM
from models.engines.tokenizer import Tokenizer
from models.weights.gguf import OWN_TYPES, SERVED, restore, served

PROGRAM = Path(__file__).parent / "llama_program.py"
pytestmark = pytest.mark.real


@contextmanager
def serving(model: Path) -> Iterator[str]:
    """Serve the GGUF at `model` in a process of its own, and give its address."""
    command = [sys.executable, str(PROGRAM), str(model)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


@pytest.fixture(scope="module")
def folder() -> Path:
    """The weights of the chat model."""
    return model_setup.store_of(settings.read([])).ensure(SMOLLM2_WEIGHTS)


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    """A server of the file as it is prepared for serving, which reports every token."""
    with serving(served(folder / SERVED)) as url:
        yield url


@pytest.fixture(scope="module")
def tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of the chat model."""
    return Tokenizer.load(folder)


@pytest.fixture(scope="module")
def model(url: str, tokenizer: Tokenizer) -> RemoteCausalLM:
    """The chat model on that server."""
    return RemoteCausalLM.connect(Client(url), SMOLLM2.name, tokenizer)


def test_the_probe_finds_what_llama_cpp_can(model: RemoteCausalLM) -> None:
    """All but the log-probabilities of a prompt, which nothing asks of it."""
    found = model.capabilities
    assert (found.kind, found.context, found.alternatives, found.prompt_probabilities) == (
        "llama.cpp",
        2_048,
        10,
        False,
    )
    assert all((found.token_ids, found.biased, found.own, found.every_token, found.same_tokens, found.same_text))
    assert (found.lacks, found.notes) == ((), ())


def test_it_writes_what_the_same_weights_write_here(model: RemoteCausalLM, folder: Path, tokenizer: Tokenizer) -> None:
    """Greedily, token by token, with the same probabilities and rivals; letters of several tokens too."""
    here = LlamaCpp.load(folder / SERVED, 1)
    text = "<|im_start|>user\nTranslate to Chinese: good morning 早上好 😀<|im_end|>\n<|im_start|>assistant\n早"
    tokenizer.backend.encode_special_tokens = False
    prompt = tokenizer(text)["input_ids"]
    tokenizer.backend.encode_special_tokens = True
    theirs, ours = (
        [each for each in lm.generate(prompt, [Sampling(24)]) if isinstance(each, dict) and each]
        for lm in (model, here)
    )
    assert [step[0].token for step in theirs] == [step[0].token for step in ours]
    for one, other in zip(theirs, ours, strict=True):
        assert one[0].probability == pytest.approx(other[0].probability, abs=0.02)
        assert len(one[0].rivals) == 5


def test_a_closed_reply_ends_on_the_server(model: RemoteCausalLM, url: str) -> None:
    """Its slot is idle within a second."""
    with closing(cast(Any, model.generate([504, 3575], [Sampling(1_500, 1.0)]))) as steps:
        next(step for step in steps if isinstance(step, dict) and step)
        assert busy(url)
    until = time.monotonic() + 1
    while busy(url) and time.monotonic() < until:
        time.sleep(0.05)
    assert not busy(url)


def busy(url: str) -> bool:
    """Whether the server computes for anybody."""
    return any(slot["is_processing"] for slot in httpx.get(f"{url}/slots").json())


def test_a_prompt_is_read_in_pieces(model: RemoteCausalLM) -> None:
    """The progress of reading is reported, then the likeliest tokens."""
    readings = [each for each in model.generate([504, 3575, 282, 4649, 314], []) if isinstance(each, Reading)]
    assert (readings[-1].done, readings[-1].total) == (5, 5)
    assert readings[-1].likeliest[0].token == 7042


def test_an_ordinary_gguf_leaves_out_parts_of_letters(folder: Path, tokenizer: Tokenizer, tmp_path: Path) -> None:
    """llama.cpp holds back tokens until they make whole letters: the probe finds it, and the model runs here."""
    ordinary = Path(shutil.copy(folder / SMOLLM2_WEIGHTS.gguf, tmp_path))
    if (folder / SERVED / OWN_TYPES).is_file():
        shutil.copytree(folder / SERVED, tmp_path / SERVED)
        restore(ordinary)
    with serving(ordinary) as url:
        found = RemoteCausalLM.connect(Client(url), SMOLLM2.name, tokenizer).capabilities
    assert found.lacks == ("tokens that are parts of a letter",)
