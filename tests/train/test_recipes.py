"""Each recipe from data to model card, on synthetic data and a tiny encoder."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForQuestionAnswering

from models.catalog.bundled import LABELS, MINILM_WEIGHTS
from models.engines.torch.adapters import CALIBRATION, merge
from tests.train import synthetic
from train import evaluate_sentiment, lora, question_answering, sentiment_data
from train.__main__ import RECIPES, Recipe, run
from train.loop import Schedule


def short(task: str) -> Recipe:
    """The recipe of `task` for a few steps."""
    return replace(RECIPES[task], schedule=Schedule(epochs=1, batch_size=16, peak_rate=1e-3))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with all the data files, small."""
    folder = tmp_path / "data"
    folder.mkdir()
    synthetic.squad(folder)
    synthetic.sentiment(folder)
    return folder


@pytest.mark.parametrize("task", sorted(RECIPES))
def test_a_recipe_makes_an_adapter_and_its_card(task: str, data: Path, tmp_path: Path) -> None:
    """From nothing to weights, calibration, figures and card; a second run goes on from the finished checkpoint."""
    output, checkpoint = tmp_path / task, tmp_path / "training" / "checkpoint.pt"
    store = synthetic.store(tmp_path)
    run(short(task), store, data, output, checkpoint, limit=48)
    weights = load_file(output / "adapter_model.safetensors")
    card = (output / "README.md").read_text()
    assert all(tensor.dtype == torch.float16 for tensor in weights.values())
    assert all(part in card for part in ("Base", "Data", "Recipe", f"TASK={task}", "Licence", "Figures", "Limits"))
    assert not re.search(r"\{\w*\}|nan", card)
    written = checkpoint.stat().st_mtime_ns

    run(short(task), store, data, output, checkpoint, limit=48)
    assert checkpoint.stat().st_mtime_ns == written
    again = load_file(output / "adapter_model.safetensors")
    assert all(torch.equal(weights[name], again[name]) for name in weights)
    assert (output / "README.md").read_text() == card


def test_the_calibration_is_kept_for_the_app(data: Path, tmp_path: Path) -> None:
    """Question answering keeps its three numbers beside the weights, where loading an adapter finds them."""
    output = tmp_path / "adapter"
    store = synthetic.store(tmp_path)
    run(short("question-answering"), store, data, output, tmp_path / "checkpoint.pt", limit=48)
    kept = json.loads((output / CALIBRATION).read_text())
    assert kept.keys() == {"scale", "threshold", "temperature"}
    model = AutoModelForQuestionAnswering.from_pretrained(store.path(MINILM_WEIGHTS))
    merge(model, output)
    assert model.config.calibration == kept


def test_the_sentiment_calibration_is_part_of_the_head(data: Path, tmp_path: Path) -> None:
    """Folded into the head, a temperature and biases change the logits as they should."""
    output = tmp_path / "adapter"
    store = synthetic.store(tmp_path)
    recipe = short("sentiment")
    recipe.train(store.path(MINILM_WEIGHTS), data, output, tmp_path / "checkpoint.pt", recipe.schedule, 48)
    texts = [example.text for example in sentiment_data.tweets(data / "tweets-dev.tsv.gz")[:20]]
    before = evaluate_sentiment.logs(evaluate_sentiment.reader(store, output).many(texts))
    temperature, biases = evaluate_sentiment.calibrate(store, output, data, 48)
    after = evaluate_sentiment.logs(evaluate_sentiment.reader(store, output).many(texts))
    expected = (before / temperature + torch.tensor(biases, dtype=torch.float64)).log_softmax(-1)
    assert torch.allclose(after, expected, atol=5e-3)
    assert len(biases) == len(LABELS)


def test_merging_is_what_peft_does(tmp_path: Path) -> None:
    """The app's own merge gives the outputs of peft's, for every kind of layer that the recipes adapt."""
    base = synthetic.store(tmp_path).path(MINILM_WEIGHTS)
    model = lora.add_adapter(lora.load_base(AutoModelForQuestionAnswering, base), 4, question_answering.HEAD)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.copy_(torch.randn_like(parameter) * 0.3)
    lora.save_adapter(model, tmp_path / "adapter")

    mine = AutoModelForQuestionAnswering.from_pretrained(base).eval()
    untouched = AutoModelForQuestionAnswering.from_pretrained(base).eval()
    merge(mine, tmp_path / "adapter")
    theirs = PeftModel.from_pretrained(
        AutoModelForQuestionAnswering.from_pretrained(base), str(tmp_path / "adapter")
    ).eval()
    ids = torch.arange(4, 40)[None]
    with torch.inference_mode():
        got, expected, plain = (one(input_ids=ids).start_logits for one in (mine, theirs, untouched))
    assert torch.allclose(got, expected, atol=1e-5)
    assert not torch.allclose(got, plain, atol=1e-2)
