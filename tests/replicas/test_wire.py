"""What may go between a page and a replica, and what may not."""

import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from models.catalog.bundled import SENTIMENT
from models.runtime.limits import InputError
from models.runtime.progress import Stage
from models.runtime.spec import DiskWeights
from models.tasks.sentiment.adapter import SentimentReader
from replicas.answering import answer
from replicas.wire import Beat, Call, Failure, Frame, Frames, Result, Unreadable, framed, packed, unpacked
from tests import tiny
from tests.loops import run_apart


class Evil:
    """Runs a command where it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("true",)


@pytest.mark.parametrize("value", [Evil(), os.path.join, Path, pickle.Unpickler, SentimentReader.check])
def test_only_data_is_read(value: object) -> None:
    """Neither a function, nor a class of another program."""
    with pytest.raises(Unreadable, match="not sent"):
        unpacked(packed(value) if not isinstance(value, Evil) else pickle.dumps(value), tiny.cache())


@pytest.mark.parametrize("data", [b"", b"hello", packed(SENTIMENT)[:-9]])
def test_what_is_broken_is_told(data: bytes) -> None:
    """Not as one of pickle's many errors."""
    with pytest.raises(Unreadable):
        unpacked(data, tiny.cache())


def test_a_cache_is_the_receivers_own() -> None:
    """And all else comes as it was."""
    here, there = tiny.cache(), tiny.cache()
    reader = unpacked(packed(SentimentReader(here, SENTIMENT)), there)
    assert reader.cache is there
    assert reader.spec == SENTIMENT
    weights = DiskWeights("mine", Path("/models/mine"), "MIT")
    assert unpacked(packed(weights), there) == weights
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert (unpacked(packed(array), there) == array).all()


def test_frames_are_found_however_they_are_cut() -> None:
    """Byte by byte too."""
    sent: list[Frame] = [
        Beat(),
        Stage("Loading", "a model"),
        Result({"a": 1}),
        Failure.of(InputError("text", "It is empty.")),
    ]
    frames = Frames(tiny.cache())
    data = b"".join(framed(frame) for frame in sent)
    found = [frame for i in range(len(data)) for frame in frames.feed(data[i : i + 1])]
    assert found == sent
    [failure] = [frame for frame in found if isinstance(frame, Failure)]
    error = failure.error()
    assert isinstance(error, InputError)
    assert (error.field, str(error)) == ("text", "It is empty.")


def test_only_methods_that_compute_are_called() -> None:
    """A replica calls nothing else, whatever it is asked."""
    cache = tiny.cache()

    async def reply(body: bytes) -> list[bytes]:
        return [frame async for frame in answer(body, cache, "one")]

    reader = SentimentReader(cache, SENTIMENT)
    for method in ("models.tasks.sentiment.adapter:SentimentReader.check", "os:system", "nothing"):
        [_, last] = run_apart(reply(packed(Call(reader, method, {"text": "fine"}))))
        [failure] = Frames(cache).feed(last)
        assert isinstance(failure, Failure)
        assert "no method of an adapter" in str(failure.error())
