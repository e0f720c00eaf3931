"""Loading: what is on disk becomes a model only when it is whole, and brings no code."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from models.catalog import SENTIMENT
from models.device import Device
from models.loading import Loader
from models.stages import ignore
from models.weights import WeightsMissing, WeightStore
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
    encoder = tiny.load(replace(SENTIMENT, head="encoder").with_attention(), ignore)
    encoder.model.save_pretrained(tmp_path)
    encoder.tokenizer.save_pretrained(tmp_path)
    capfd.readouterr()
    with pytest.raises(ValueError, match=r"MiniLM-sentiment .* has no values for classifier\.bias, classifier\.weight"):
        loader(tmp_path)(replace(SENTIMENT, adapter=""), ignore)
    assert capfd.readouterr() == ("", "")


def test_a_whole_model_loads(tmp_path: Path) -> None:
    """Every weight has a value, and all are counted."""
    sentiment = tiny.load(SENTIMENT.with_attention(), ignore)
    sentiment.model.save_pretrained(tmp_path)
    sentiment.tokenizer.save_pretrained(tmp_path)
    loaded = loader(tmp_path)(replace(SENTIMENT, adapter="").with_attention(), ignore)
    assert loaded.nbytes == sum(parameter.nbytes for parameter in loaded.model.parameters()) + sum(
        buffer.nbytes for buffer in loaded.model.buffers()
    )


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    """They are never opened. Without the check Transformers loaded them."""
    sentiment = tiny.load(SENTIMENT.with_attention(), ignore)
    sentiment.model.save_pretrained(tmp_path)
    sentiment.tokenizer.save_pretrained(tmp_path)
    (tmp_path / "model.safetensors").unlink()
    torch.save(sentiment.model.state_dict(), tmp_path / "pytorch_model.bin")
    with pytest.raises(WeightsMissing, match=r"MiniLM-sentiment .*only safetensors are loaded"):
        loader(tmp_path)(replace(SENTIMENT, adapter=""), ignore)


@pytest.mark.parametrize("kind", ["bert", "unheard-of"])
@pytest.mark.parametrize("file", ["config.json", "tokenizer_config.json"])
def test_a_model_with_code_of_its_own_is_refused(tmp_path: Path, kind: str, file: str) -> None:
    """It is never run. Without the check there was no error, or one of Transformers' own."""
    sentiment = tiny.load(SENTIMENT.with_attention(), ignore)
    sentiment.model.save_pretrained(tmp_path)
    sentiment.tokenizer.save_pretrained(tmp_path)
    (tmp_path / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    config = json.loads((tmp_path / file).read_text())
    config |= {"auto_map": {"AutoModelForSequenceClassification": "evil.Evil", "AutoTokenizer": ["evil.Evil", None]}}
    (tmp_path / file).write_text(json.dumps(config | {"model_type": kind}))
    with pytest.raises(WeightsMissing, match=r"MiniLM-sentiment .*asks to run code of its own"):
        loader(tmp_path)(replace(SENTIMENT, adapter=""), ignore)
    assert not (tmp_path / "ran").exists()
