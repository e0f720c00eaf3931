"""Loading: what is on disk becomes a model only when it is whole, and brings no code."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from models.catalog.bundled import LABELS, SENTIMENT
from models.catalog.loading import Loader
from models.engines import convert
from models.engines.openvino import loading
from models.engines.openvino.encoder import OpenVinoEncoder
from models.engines.torch.encoder import TorchEncoder
from models.runtime.device import Device
from models.runtime.progress import ignore
from models.runtime.spec import ModelSpec
from models.weights.store import WeightsMissing, WeightStore
from tests import tiny

CPU = Device("cpu", "float32")


class Folder(WeightStore):
    """A weight store whose every model is in one folder."""

    def ensure(self, *_: Any) -> Path:
        """That folder."""
        return self.home


def loader(folder: Path, device: Device = CPU) -> Loader:
    """What loads from `folder`, converting in this process."""
    return Loader(Folder(folder), lambda: device, folder, run=convert.main, precision="f32")


def test_a_head_that_no_file_holds_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It would be random; only the error is raised."""
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


def saved(folder: Path) -> ModelSpec:
    """A tiny classifier below `folder`."""
    sentiment = tiny.load(SENTIMENT.with_attention(), ignore)
    sentiment.model.save_pretrained(folder)
    sentiment.tokenizer.save_pretrained(folder)
    return replace(SENTIMENT, adapter="")


def test_openvino_runs_an_encoder_and_torch_shows_its_attention(tmp_path: Path) -> None:
    """Both have the same classes and calibration."""
    spec = saved(tmp_path)
    serving, looked_into = loader(tmp_path)(spec, ignore), loader(tmp_path)(spec.with_attention(), ignore)
    assert isinstance(serving.model.encoder, OpenVinoEncoder)
    assert (serving.engine, serving.dtype) == ("openvino", "float32")
    assert isinstance(looked_into.model, torch.nn.Module)
    assert looked_into.engine == "torch"
    assert serving.model.info == TorchEncoder(looked_into.model).info
    assert serving.model.info.labels == LABELS


@pytest.mark.parametrize("device", [CPU, Device("cpu", "bfloat16")])
def test_torch_runs_an_encoder_behind_the_same_interface(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, device: Device
) -> None:
    """Where there is no OpenVINO, in the precision of the device."""
    monkeypatch.setattr(loading, "find_spec", lambda name: None)
    loaded = loader(tmp_path, device)(saved(tmp_path), ignore)
    assert isinstance(loaded.model.encoder, TorchEncoder)
    assert (loaded.engine, loaded.dtype) == ("torch", device.dtype)
    [logits] = loaded.model([[2, 9, 3], [2, 3]])
    assert logits.shape == (2, 3)
    assert logits.dtype == np.float32


def test_classes_that_are_no_sentiments_are_refused(tmp_path: Path) -> None:
    """On OpenVINO too."""
    spec = replace(saved(tmp_path), labels=("ham", "spam", "eggs"))
    with pytest.raises(ValueError, match="its classes are ham, spam, eggs"):
        loader(tmp_path)(spec, ignore)


def test_threads_reach_torch(tmp_path: Path) -> None:
    """As they are set."""
    before = torch.get_num_threads()
    try:
        replace(loader(tmp_path), threads=1)(saved(tmp_path).with_attention(), ignore)
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


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
    with pytest.raises(WeightsMissing, match=r"MiniLM-sentiment .*requires custom code"):
        loader(tmp_path)(replace(SENTIMENT, adapter=""), ignore)
    assert not (tmp_path / "ran").exists()
