"""Bare llama.cpp as a rival: its own server by `xllamacpp`, on the same GGUF file, in a process of its own."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import settings
from bench.beside import THREADS
from bench.rivals import Rival, running
from models.catalog.bundled import SMOLLM2_WEIGHTS
from models.weights.store import WeightStore

PROGRAM = """
import time, urllib.request, xllamacpp
params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = int(sys.argv[2])
params.n_ctx, params.n_parallel, params.verbosity = 2048, 1, -1
if len(sys.argv) > 3:
    params.n_batch = params.n_ubatch = int(sys.argv[3])
    params.no_extra_bufts = True
server = xllamacpp.Server(params)
def complete(request):
    body = {"prompt": request["ids"], "n_predict": request["tokens"], "temperature": 0, "return_tokens": True}
    headers = {"Content-Type": "application/json"}
    url = server.listening_address + "/completion"
    began = time.perf_counter()
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers)) as response:
        answer = json.load(response)
    seconds = time.perf_counter() - began
    return {"ids": answer["tokens"], "seconds": seconds, "rate": answer["timings"]["predicted_per_second"]}
serve(complete)
"""


def gguf() -> Path:
    """The file of SmolLM2's weights, which the app's own store keeps; fetched at first."""
    return WeightStore(settings.read([]).home).ensure(SMOLLM2_WEIGHTS) / SMOLLM2_WEIGHTS.gguf


@contextmanager
def llama(file: Path | None = None, batch: int | None = None) -> Iterator[Rival]:
    """What continues `{"ids": prompt, "tokens": count}` greedily, with llama.cpp's settings or, in `batch`, the app's.

    The app reads prompts in batches of `batch` and does not repack weights; other batches and other kernels round
    otherwise, which tips a greedy choice here and there.
    It answers with the new `ids`, the `seconds` of the whole request, and the `rate` of tokens a second after the
    prompt was read.
    """
    more = () if batch is None else (str(batch),)
    with running(Path(sys.executable), PROGRAM, str(file or gguf()), str(THREADS), *more) as rival:
        yield rival
