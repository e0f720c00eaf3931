"""A program that serves a GGUF file with llama.cpp's own server locally: prints its address, and keeps running."""

import sys
import threading

import xllamacpp


def main(model: str) -> None:
    """Serve the GGUF at `model`."""
    params = xllamacpp.CommonParams()
    params.model.path = model
    params.n_ctx, params.n_parallel, params.verbosity, params.warmup = 4_096, 2, -1, False
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1])
