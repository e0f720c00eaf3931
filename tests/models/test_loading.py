"""Loading: what is on disk becomes a model only when it is whole."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.catalog import SENTIMENT
from models.device import Device
from models.loading import Loader
from models.stages import ignore
from models.weights import WeightStore
from tests import tiny


class Folder(WeightStore):
    """A weight store whose every model is in one folder."""

    def ensure(self, *_: Any) -> Path:
        """That folder."""
        return self.home


def loader(folder: Path) -> Loader:
    """What loads from `folder` on the CPU."""
    return Loader(Folder(folder), lambda: Device("cpu", "float32"), folder)


def test_a_head_that_no_file_holds_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It would be random; and nothing but the error is told."""
    encoder = tiny.load(replace(SENTIMENT, head="encoder"), ignore)
    encoder.model.save_pretrained(tmp_path)
    encoder.tokenizer.save_pretrained(tmp_path)
    capfd.readouterr()
    with pytest.raises(ValueError, match=r"MiniLM-sentiment .* has no values for classifier\.bias, classifier\.weight"):
        loader(tmp_path)(replace(SENTIMENT, adapter=""), ignore)
    assert capfd.readouterr() == ("", "")


def test_a_whole_model_loads(tmp_path: Path) -> None:
    """Every weight has a value, and all are counted."""
    sentiment = tiny.load(SENTIMENT, ignore)
    sentiment.model.save_pretrained(tmp_path)
    sentiment.tokenizer.save_pretrained(tmp_path)
    loaded = loader(tmp_path)(replace(SENTIMENT, adapter=""), ignore)
    assert loaded.nbytes == sum(parameter.nbytes for parameter in loaded.model.parameters()) + sum(
        buffer.nbytes for buffer in loaded.model.buffers()
    )
