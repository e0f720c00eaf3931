"""The program that serves one GGUF model with llama.cpp; `server.py` starts it in a separate process.

Its first line of input is a JSON object of options. Its only line of output is its process number and the server's
address, or nothing where the model cannot be loaded. It ends with its input, and so with the process that started it,
however that ends. It imports nothing of the project, so that it starts in 50 ms with 24 MB of memory.
"""

import json
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any


def serve(options: dict[str, Any]) -> Any:
    """Start llama.cpp's server with the `options`: model, host, key, threads, slots, tokens and batch."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = options["model"]
    params.hostnames, params.port, params.api_keys = [options["host"]], 0, [options["key"]]
    params.n_ctx, params.n_parallel, params.kv_unified = options["tokens"], options["slots"], True
    params.n_batch = params.n_ubatch = options["batch"]
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = options["threads"]
    # Weights stay mapped from the file. Repacking makes K-quants faster, but needs a second copy in memory in every
    # server, and memory is the tighter limit.
    params.no_extra_bufts = True
    # Sizes are set here, and a warm-up run would delay the first request.
    params.fit_params = params.warmup = False
    # The cache of evicted prompts (8 GB by default) is off, since the memory of a model is accounted for.
    params.cache_ram_mib = 0
    params.verbosity = -1
    # Each stream occupies one, and so does a stream that was left until its next chunk.
    params.n_threads_http = 2 * options["slots"]
    params.endpoint_slots = params.endpoint_props = params.endpoint_metrics = params.ui = False
    return xllamacpp.Server(params)


def main() -> None:
    """Serve until the input ends."""
    # A service manager may signal all processes at once; the one that started this one ends its replies first.
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    # What llama.cpp prints goes to the error output, and only one line to the output.
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    options = json.loads(sys.stdin.buffer.readline())
    server = serve(options)
    print(os.getpid(), server.listening_address, file=answer, flush=True)
    sys.stdin.buffer.read()
    # Where the process that started it was killed, nothing else removes the folder of the socket.
    if Path(options["host"]).is_absolute():
        shutil.rmtree(Path(options["host"]).parent, ignore_errors=True)
    # Destroying the server would take up to a second.
    os._exit(0)


if __name__ == "__main__":
    main()
