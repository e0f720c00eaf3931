"""The app with models from a hub: as a program of its own, whose environment names the hub, and as a page."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError, ValidationError

import app
import model_setup
from models.catalog.bundled import MINILM, SMOLLM2, WEIGHTS
from models.catalog.offers import ACCURATE, BUNDLED, HUB, LARGE
from models.weights.store import WeightStore
from settings import Settings
from tests import tiny
from tests.fake_hub import FakeHub, serving
from tests.tiny_checkpoints import CHECKPOINTS

ROOT = Path(__file__).parent.parent
REPOSITORY = "tiny/roberta-sentiment"
CATALOG = f'[[model]]\ntask = "sentiment"\nname = "Ours"\nrepository = "{REPOSITORY}"\nlicence = "CC0-1.0"\n'


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FakeHub, str]]:
    """A hub with one classifier, and its address."""
    folder = tmp_path_factory.mktemp("checkpoint")
    CHECKPOINTS[REPOSITORY](folder)
    fake = FakeHub()
    fake.add(REPOSITORY, folder)
    with serving(fake) as address:
        yield fake, address


@contextmanager
def running(address: str, home: Path, *options: str) -> Iterator[Client]:
    """The program, started as an operator does, and a script's connection to it."""
    catalog = home / "catalog.toml"
    catalog.write_text(CATALOG)
    command = [sys.executable, "-u", "app.py", "--port", "0", "--home", str(home), "--catalog", str(catalog), *options]
    environment = os.environ | {"HF_ENDPOINT": address, "HF_HUB_OFFLINE": "0"}
    with (
        (home / "log").open("a") as log,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True) as program,
    ):
        assert program.stdout is not None
        try:
            reported = next((line for line in program.stdout if "http://127.0.0.1:" in line), "")
            found = re.search(r"http://[\d.:]+", reported)
            assert found, (home / "log").read_text()
            yield Client(found[0], verbose=False)
        finally:
            program.send_signal(signal.SIGKILL)


def test_a_model_from_the_hub_from_the_first_start_to_a_start_offline(tmp_path: Path, hub: tuple[FakeHub, str]) -> None:
    """It fails in words while the hub is down, works once it is up, and after kill -9 and offline from what is here."""
    fake, address = hub
    with running(address, tmp_path) as client:
        fake.fault = "broken"
        with pytest.raises(AppError, match=r"Ours could not be fetched: .*status 500.*Try again later"):
            client.predict("good", "Ours", api_name="/sentiment")
        fake.fault = ""
        first = client.predict("good", "Ours", api_name="/sentiment")
        assert first["model"] == "Ours"
        assert first["label"] in ("negative", "neutral", "positive")
        with pytest.raises((AppError, ValidationError), match=r"model must be one of MiniLM-sentiment, .*Ours"):
            client.predict("good", REPOSITORY, api_name="/sentiment")
    fake.asked.clear()
    with running(address, tmp_path, "--offline") as client:
        assert client.predict("good", "Ours", api_name="/sentiment")["scores"] == first["scores"]
        with pytest.raises((AppError, ValidationError), match=r"model must be one of MiniLM-sentiment, Ours; it is"):
            client.predict("good", HUB.sentiment[0].name, api_name="/sentiment")
    assert not fake.asked


def test_fetch_brings_the_operators_models_too(
    tmp_path: Path, hub: tuple[FakeHub, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them are asked of the store, the bundled ones first."""
    (tmp_path / "catalog.toml").write_text(CATALOG)
    asked: list[str] = []
    monkeypatch.setattr(WeightStore, "ensure", lambda _, weights, report: asked.append(weights.name))
    app.main(["--fetch", "--home", str(tmp_path), "--catalog", str(tmp_path / "catalog.toml")])
    assert asked == [*(weights.name for weights in WEIGHTS), "Ours"]


@pytest.mark.parametrize(
    ("content", "words"), [("[[model]]", "'task' is missing"), ("[[", "is no TOML")], ids=["key", "syntax"]
)
def test_a_wrong_catalog_ends_the_start_in_words(tmp_path: Path, content: str, words: str) -> None:
    """The operator sees what to mend, and no traceback."""
    path = tmp_path / "catalog.toml"
    path.write_text(content)
    with pytest.raises(SystemExit, match=words):
        app.main(["--port", "0", "--home", str(tmp_path), "--catalog", str(path)])


def test_offline_only_what_is_here_is_offered(tmp_path: Path) -> None:
    """Where nothing was downloaded, only the bundled models are."""
    assert model_setup.offered(Settings(home=tmp_path, offline=True)) == BUNDLED
    assert model_setup.offered(Settings(home=tmp_path)) == BUNDLED.with_more(ACCURATE).with_more(LARGE).with_more(HUB)


ALL = BUNDLED.with_more(ACCURATE).with_more(LARGE).with_more(HUB)
PICKERS = {
    "answer-model": [
        "MiniLM-SQuAD",
        "MPNet-SQuAD",
        "Qwen2.5-Coder-1.5B-Instruct",
        "distilbert-base-cased-distilled-squad",
        "roberta-base-squad2",
    ],
    "translation-model": [spec.name for spec in ALL.translation],
    "sentiment-model": [spec.name for spec in ALL.sentiment],
    "labels-model": [spec.name for spec in ALL.own_labels],
    "summary-model": [spec.name for spec in ALL.summarization],
    "next-model": [spec.name for spec in ALL.chat],
    "compare-sentiment-model-a": [spec.name for spec in ALL.sentiment],
    "compare-sentiment-model-b": [spec.name for spec in ALL.sentiment],
    "chat-model": [spec.name for spec in ALL.chat],
}


@pytest.mark.parametrize("offline", [False, True])
def test_a_picker_is_shown_where_there_is_a_choice(tmp_path: Path, offline: bool) -> None:
    """Its first choice is the bundled model; where each task, or pair of languages, has one alone, it is hidden."""
    page = app.build(tiny.cache(), chosen=Settings(home=tmp_path, offline=offline))
    parts = {part["props"].get("elem_id"): part["props"] for part in page.get_config_file()["components"]}
    for name, choices in PICKERS.items():
        picker = parts[name]
        bundled = 2 if name == "translation-model" else 1
        expected = choices[:bundled] if offline else choices
        assert [value for _, value in picker["choices"]] == expected
        assert picker["value"] == choices[0]
        assert picker["visible"] != offline
        assert not picker["filterable"]


ENDPOINTS: dict[str, Callable[[Client, str], object]] = {
    "/answer": lambda client, model: client.predict("Who?", "Ann did.", 3, model, api_name="/answer"),
    "/translate": lambda client, model: client.predict("The dog.", "en", "pt", model, api_name="/translate"),
    "/sentiment": lambda client, model: client.predict("good", model, api_name="/sentiment"),
    "/labels": lambda client, model: client.predict("good", ["a", "b"], False, model, api_name="/labels"),
    "/summarize": lambda client, model: client.predict(
        "a b. " * 80, "abstractive", "short", model, api_name="/summarize"
    ),
    "/drafts": lambda client, model: client.predict("hi", 1, 3, 0.8, 0.9, 5, model, api_name="/drafts"),
    "/perplexity": lambda client, model: client.predict("hi", model, api_name="/perplexity"),
    "/chat": lambda client, model: client.predict("hi", [], "", 3, 0.0, 1.0, model, api_name="/chat"),
}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A script's connection to the app over tiny models."""
    page = app.build(tiny.cache())
    _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, show_error=True)
    yield Client(url, verbose=False)
    page.close()


@pytest.mark.parametrize("name", ENDPOINTS)
def test_only_a_model_of_the_catalog_is_taken(client: Client, name: str) -> None:
    """Any other name is refused before anything is fetched, and the default is the empty one."""
    assert ENDPOINTS[name](client, "")
    for wrong in ("gpt2", "../../etc/passwd", SMOLLM2.name if name == "/labels" else MINILM.name):
        with pytest.raises((AppError, ValidationError), match="model must be one of"):
            ENDPOINTS[name](client, wrong)
