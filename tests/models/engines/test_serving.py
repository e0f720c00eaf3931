"""Answering, sentiment, labels and picked sentences need neither torch nor Transformers in the process that serves."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
# What the four tasks may take in all, in bytes of resident memory, the page's own modules included.
MOST = 750_000_000
SERVE = """
import json, pathlib, sys
import psutil
import model_setup, settings
from models.catalog import bundled
from models.tasks.summarization import adapter as summarization
from models.tasks.own_labels.adapter import LabelClassifier
from models.tasks.question_answering.adapter import Answerer
from models.tasks.sentiment.adapter import SentimentReader

cache = model_setup.make_cache(settings.read([]))
text = pathlib.Path("assets/examples/harbour_ferry.txt").read_text()
runs = [
    Answerer(cache, bundled.QUESTION_ANSWERING)("When does the ferry leave?", text).run,
    SentimentReader(cache, bundled.SENTIMENT)("Not bad at all. It broke, sadly.").run,
    LabelClassifier(cache, bundled.MINILM)("The ferry left at nine", ["ships", "tea"]).run,
    summarization.of_catalog(cache)(text, "extractive", "short").run,
]
print(json.dumps({
    "engines": [run.engine for run in runs],
    "imported": sorted({"torch", "transformers"} & set(sys.modules)),
    "rss": psutil.Process().memory_info().rss,
}))
"""


@pytest.mark.real
def test_the_process_that_serves_imports_no_torch() -> None:
    """After one call of each task."""
    done = subprocess.run([sys.executable, "-c", SERVE], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["engines"] == ["openvino"] * 4
    assert found["imported"] == []
    assert found["rss"] < MOST
