"""Encoders on OpenVINO (Apache-2.0), which runs them on CPUs of any kind; imports neither torch nor Transformers."""

import functools
from collections.abc import Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Literal

import openvino

from models.engines.base import EncoderInfo
from models.engines.encoder_batches import padded
from models.engines.openvino.converted import GRAPH, WEIGHTS
from models.runtime.arrays import Floats
from models.runtime.malloc import page_out

Precision = Literal["f32", "bf16"]
# As many tokens as a short text: for a single token the matrices would be laid out differently.
WARM_TOKENS = 32


class OpenVinoEncoder:
    """A compiled network. Concurrent calls are serialized; each uses all threads."""

    def __init__(self, compiled: openvino.CompiledModel, info: EncoderInfo) -> None:
        self.info = info
        self._outputs = len(compiled.outputs)
        self._idle: SimpleQueue[openvino.InferRequest] = SimpleQueue()
        for _ in range(compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")):
            self._idle.put(compiled.create_infer_request())

    @classmethod
    def load(cls, folder: Path, info: EncoderInfo, threads: int = 0, precision: Precision = "f32") -> "OpenVinoEncoder":
        """The encoder in `folder`, computing with `threads` threads; 0 leaves their number to OpenVINO.

        Raises RuntimeError if the files are damaged.
        """
        encoder = cls(compiled(folder / GRAPH, threads, precision), info)
        encoder([[info.padding] * WARM_TOKENS])
        # The first batch has copied the matrices into another layout. From now on little more than the embeddings is
        # read from the file.
        page_out(folder / WEIGHTS)
        return encoder

    def __call__(self, rows: Sequence[Sequence[int]], firsts: Sequence[int] | None = None) -> tuple[Floats, ...]:
        """Run a batch; see `models.engines.base.Encoder`."""
        inputs = padded(rows, self.info, firsts)
        request = self._idle.get()
        try:
            results = request.infer(inputs, share_inputs=True)
            return tuple(results[i] for i in range(self._outputs))
        finally:
            self._idle.put(request)


def fastest_precision() -> Precision:
    """The precision in which this CPU is fastest: bfloat16 if it has instructions for it."""
    return "bf16" if "BF16" in _core().get_property("CPU", "OPTIMIZATION_CAPABILITIES") else "f32"


def compiled(
    network: Path | openvino.Model, threads: int = 0, precision: Precision = "f32", **more: Any
) -> openvino.CompiledModel:
    """A network, or the one in a file, ready to run on this machine's CPU in `precision`; its outputs are float32.

    `more` are further properties of OpenVINO. Raises RuntimeError where the file cannot be read.
    """
    options: dict[str, Any] = {
        # Set explicitly: OpenVINO's default depends on the CPU.
        "INFERENCE_PRECISION_HINT": precision,
        "PERFORMANCE_HINT": "LATENCY",
        # A thread pinned to a core waits for other processes on it, though another core may be idle.
        "ENABLE_CPU_PINNING": False,
    }
    if threads:
        options["INFERENCE_NUM_THREADS"] = threads
    model = _core().read_model(network) if isinstance(network, Path) else network
    return _core().compile_model(model, "CPU", options | more)


@functools.cache
def _core() -> openvino.Core:
    return openvino.Core()
