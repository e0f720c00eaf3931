"""Runs a Firefox Translations student on OpenVINO, in one batch for all callers."""

from collections.abc import Collection, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray

from models.engines.base import Decoded
from models.engines.openvino.encoder import compiled
from models.engines.student.continuous_batching import ContinuousBatching
from models.engines.student.graphs import Graphs
from models.engines.writing import Row, bound
from models.runtime.arrays import Floats
from models.runtime.cache import Loaded
from models.weights.student import END, read, tokenizer

GROUP_SIZE = "DYNAMIC_QUANTIZATION_GROUP_SIZE"
# Activations are quantized to int8 in groups of this size, each with its own scale, if the CPU has instructions for
# it: this takes less than half the time.
PROPERTIES: dict[str, Any] = {GROUP_SIZE: 32}


def load(folder: Path, threads: int = 0) -> Loaded:
    """The student in `folder` and its tokenizer, computing with `threads` threads; 0 leaves that to OpenVINO.

    Raises ValueError where the files hold another kind of network.
    """
    weights, config = read(folder)
    # The graphs read the file's values, the kernels a copy in another layout.
    nbytes = 2 * sum(weight.values.nbytes for weight in weights.values()) + BATCH_BYTES
    return Loaded(translator(Graphs(weights, config), threads), tokenizer(folder), "cpu", "int8", nbytes, "openvino")


def translator(graphs: Graphs, threads: int = 0) -> ContinuousBatching:
    """The student of `graphs`, as a `models.engines.base.Translator`."""
    encoder, step = (compiled(model, threads, **PROPERTIES) for model in (graphs.encoder(), graphs.step()))
    return ContinuousBatching(StudentBatch(encoder.create_infer_request(), step.create_infer_request()))


# The memory of a full batch and of the kernels for its shapes, measured as the growth of the process.
BATCH_BYTES = 85_000_000
# OpenVINO compiles kernels for each shape it meets and keeps them. So sources are padded to a multiple of so many
# tokens, and a step computes 1, 2, 4 or a multiple of so many rows.
TOKENS_STEP, ROWS_STEP = 16, 8
Array = NDArray[Any]
# The places of these inputs of the step graph; behind them the keys and values of each layer.
TOKENS, WRITTEN, BIAS, CELLS = range(4)


class StudentBatch:
    """The sources of a student that are translated together; see `models.engines.student.continuous_batching.Batch`.

    The first axis of every array of the state is the rows. A row that leaves is replaced by the last one, so that
    the graph reads the beginning of each array as it lies in memory.
    """

    def __init__(self, encoder: ov.InferRequest, step: ov.InferRequest) -> None:
        self._encoder, self._step = encoder, step
        self._numbers = count()
        self._rows: list[Row] = []
        # The inputs of the step graph, in their order.
        self._state: list[Array] = []

    def size(self, sources: Sequence[Sequence[int]]) -> int:
        """How many tokens the batch would have with `sources`, padding included."""
        lengths = [*(row.length for row in self._rows), *map(len, sources)]
        return max(lengths) * len(lengths)

    def join(self, sources: Sequence[Sequence[int]]) -> list[int]:
        """Add `sources`, each a list of ids with `</s>` at its end."""
        lengths = [*(row.length for row in self._rows), *map(len, sources)]
        new = self._start(sources)
        rows, bias = len(self._rows), _bias(lengths, _computed(len(lengths)))
        old = self._state or [array[:0] for array in new]
        self._state = [
            bias if place == BIAS else _joined(ours[:rows], theirs, len(bias), bias.shape[-1])
            for place, (ours, theirs) in enumerate(zip(old, new, strict=True))
        ]
        self._rows += map(Row, self._numbers, map(len, sources), map(bound, sources))
        self._bind()
        return [row.number for row in self._rows[-len(sources) :]]

    def drop(self, numbers: Collection[int]) -> None:
        """Remove sources."""
        for place in reversed(range(len(self._rows))):
            if self._rows[place].number in numbers:
                last = self._rows.pop()
                if place < len(self._rows):
                    self._rows[place] = last
                    for array in self._state:
                        array[place] = array[len(self._rows)]
        self._bind()

    def step(self) -> dict[int, Decoded]:
        """Write a token of each source."""
        tokens, looked, *cells = self._step.infer(share_outputs=True).to_tuple()
        rows = len(self._rows)
        self._state[TOKENS][:rows] = tokens[:rows]
        self._state[WRITTEN][:rows] += 1
        for kept, cell in zip(self._state[CELLS:], cells, strict=False):
            kept[:rows] = cell[:rows]
        written = map(Row.write, self._rows, tokens.tolist(), looked[:rows].copy())
        finished = {row.number: each for row, each in zip(self._rows, written, strict=True) if each is not None}
        if finished:
            self.drop(finished)
        return finished

    def _start(self, sources: Sequence[Sequence[int]]) -> list[Array]:
        """The state of sources of which nothing is written."""
        rows, lengths = len(sources), list(map(len, sources))
        bias = _bias(lengths, rows)
        ids = np.full((rows, bias.shape[-1]), END, np.int32)
        for row, source in zip(ids, sources, strict=True):
            row[: len(source)] = source
        memory: list[Array] = [
            output.copy() for output in self._encoder.infer([ids, bias], share_outputs=True).values()
        ]
        _, heads, _, size = memory[0].shape
        cells: list[Array] = [np.zeros((rows, heads * size), np.float32) for _ in memory[::2]]
        return [np.zeros(rows, np.int32), np.zeros(rows, np.int32), bias, *cells, *memory]

    def _bind(self) -> None:
        """Let the step graph read the rows where they lie."""
        if not self._rows:
            self._state = []
        rows = _computed(len(self._rows))
        for i, array in enumerate(self._state):
            self._step.set_input_tensor(i, ov.Tensor(array[:rows], shared_memory=True))


def _bias(lengths: Sequence[int], rows: int) -> Floats:
    """What keeps the padding of sources of such lengths out of the attention scores: (rows, 1, 1, source).

    Rows without a source attend to everything, so that no score is infinite.
    """
    bias = np.zeros((rows, 1, 1, _multiple(max(lengths), TOKENS_STEP)), np.float32)
    for row, length in zip(bias, lengths, strict=False):
        row[..., length:] = -np.inf
    return bias


def _multiple(number: int, step: int) -> int:
    """The least multiple of `step` that is not less than `number`."""
    return -(-number // step) * step


def _computed(rows: int) -> int:
    """How many rows a step computes for so many."""
    return next((few for few in (1, 2, 4) if few >= rows), _multiple(rows, ROWS_STEP))


def _joined(ours: Array, theirs: Array, rows: int, length: int) -> Array:
    """The rows of both, then zeros up to `rows`; keys and values (rows, heads, source, size) have `length` tokens."""
    shape = [rows, *ours.shape[1:]]
    if ours.ndim == 4:
        shape[2] = length
    joined = np.zeros(shape, ours.dtype)
    for first, part in ((0, ours), (len(ours), theirs)):
        if ours.ndim == 4:
            part = part[:, :, :length]
            joined[first : first + len(part), :, : part.shape[2]] = part
        else:
            joined[first : first + len(part)] = part
    return joined
