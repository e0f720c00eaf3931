"""`python -m tests.zero_gpu_server CATALOG`: the app on tiny models as ZeroGPU runs it, but for the GPU.

The package `spaces` does what it does there: it patches torch, asks for a GPU, forks its worker, and pickles what
crosses. The worker computes on the CPU. The test that starts this sets the variables, and is the scheduler.
"""

import sys
from pathlib import Path

import torch

# ZeroGPU has a build for CUDA. This much of one is needed to get as far as the worker.
torch.version.cuda = "12.8"
torch._C._cuda_init = lambda: None
torch.cuda._is_in_bad_fork = bool
# OpenMP's threads do not live on in a fork.
torch.set_num_threads(1)

import spaces.zero.torch  # noqa: E402

import app  # noqa: E402
from demos import events  # noqa: E402
from server.serving import serve_until_terminated  # noqa: E402
from settings import Settings  # noqa: E402
from tests import tiny  # noqa: E402

if __name__ == "__main__":
    spaces.zero.torch.init = spaces.zero.torch.move = lambda *_, **__: None
    setattr(app, "make_cache", lambda chosen: tiny.cache())  # noqa: B010
    # A tiny model can write its whole reply within the usual interval between two updates of the page.
    setattr(events.throttled, "__defaults__", (0.0,))  # noqa: B010
    serving = app.serve_on_zero_gpu(Settings(port=0, rate=0, catalog=Path(sys.argv[1])))
    print(f"serving at {serving.url}", flush=True)
    serve_until_terminated(serving, 5)
