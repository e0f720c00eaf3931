"""Weights that cannot be had: a message that names the model, and a retry that works."""

import errno
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.runtime.cache import Loaded
from models.runtime.progress import Report
from models.runtime.spec import Mirror, ModelSpec, WeightFile, Weights, Wheel
from models.weights.mirrors import MirrorError
from models.weights.store import WeightStore
from tests import tiny
from tests.faults.machine import Site

FILE = WeightFile("model.bin", "model.bin", 5, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
TOY = Weights("toy-model", (FILE,), (Wheel("toy", "1.0", ""),), "CC0-1.0")


def fetching(content: bytes | Exception) -> Callable[..., None]:
    """A mirror that delivers `content`, or fails with it."""

    def fetch(mirror: Mirror, files: tuple[WeightFile, ...], folder: Path, report: Report) -> None:
        if isinstance(content, Exception):
            raise content
        (folder / files[0].name).write_bytes(content)

    return fetch


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        pytest.param("offline", "--offline forbids downloads", id="offline"),
        pytest.param(MirrorError("toy/model could not be reached (RepositoryNotFoundError)"), "NotFound", id="404"),
        pytest.param(MirrorError("toy/model could not be reached (GatedRepoError)"), "Gated", id="gated"),
        pytest.param(OSError(errno.ENOSPC, "No space left on device"), "No space left on device", id="disk full"),
        pytest.param(b"hel", "gave a model.bin that is not the expected one", id="truncated"),
    ],
)
def test_weights_that_cannot_be_had(
    site: Site, tmp_path: Path, broken: Any, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the model, nothing half is kept, and the next call works once the cause is gone.

    Without WeightsMissing among them: "The server failed to process this request. The error is in its log."
    """
    offline = broken == "offline"
    sound = WeightStore(tmp_path, fetch=fetching(b"hello"))
    stores = [replace(sound, offline=True) if offline else replace(sound, fetch=fetching(broken)), sound]

    def load(spec: ModelSpec, report: Report) -> Loaded:
        stores.pop(0).ensure(TOY, report)
        return tiny.load(spec, report)

    site.cache.unload()
    monkeypatch.setattr(site.cache, "load", load)
    kind, value = site.visitor.run("sentiment", "good")[-1]
    assert kind == "error"
    assert value["error"].startswith("toy-model")
    assert words in value["error"]
    assert not sound.path(TOY).exists()
    assert site.visitor.result("sentiment", "good")["label"]
