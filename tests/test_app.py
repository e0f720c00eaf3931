"""The command that starts the server."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest
from huggingface_hub.constants import HF_HUB_DISABLE_TELEMETRY
from openvino.tools.ovc.telemetry_utils import tm

import app
import model_setup
import settings
from models.catalog.bundled import MINILM_WEIGHTS, MPNET_WEIGHTS, QWEN, QWEN_WEIGHTS, SMOLLM2
from models.catalog.offers import ACCURATE, BETTER, BUNDLED, chosen
from models.catalog.operator import CatalogError
from models.runtime.cache import Loaded, ModelCache
from models.runtime.device import Available
from models.runtime.progress import Report
from models.runtime.spec import ModelSpec
from models.weights.store import WeightStore

ROOT = Path(__file__).parent.parent


def test_a_taken_port_is_reported_in_words() -> None:
    """The program ends with what to do, and no traceback."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "app.py", "--port", port]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1, port {port}: choose another one with --port." in done.stderr
    assert "Traceback" not in done.stderr


def test_no_library_reports_its_use() -> None:
    """Libraries count their users, each in its own way: OpenVINO at each import, unless its stub takes the place."""
    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"
    assert HF_HUB_DISABLE_TELEMETRY
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
    assert tm.__name__ == "openvino.tools.ovc.telemetry_stub"


def test_what_is_on_disk_is_loaded_at_the_start(tiny_cache: ModelCache) -> None:
    """Of the default models those whose weights are there, and no other."""
    store = Mock(WeightStore, has=lambda weights: weights == MINILM_WEIGHTS)
    model_setup.preload(tiny_cache, store)
    there = [spec for spec in model_setup.DEFAULT_MODELS if spec.weights == MINILM_WEIGHTS]
    assert {model.name for model in tiny_cache.status().models} == {spec.name for spec in there}
    assert 0 < len(there) < len(model_setup.DEFAULT_MODELS)


def test_what_cannot_be_loaded_keeps_no_other_from_it(tiny_cache: ModelCache, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever it raises: a model that is damaged, or one that the device cannot run."""
    broken = [ValueError("its files are not whole"), KeyError("head"), OSError("the disk"), MemoryError()]
    load, specs = tiny_cache.load, model_setup.DEFAULT_MODELS[:5]

    def loads(spec: ModelSpec, report: Report) -> Loaded:
        at = specs.index(spec)
        if at < len(broken):
            raise broken[at]
        return load(spec, report)

    tiny_cache.load = loads
    model_setup.preload(tiny_cache, models=specs)
    assert [model.name for model in tiny_cache.status().models if model.loads] == [specs[4].name]
    assert caplog.text.count("could not be preloaded") == 4


def test_a_device_that_is_not_there_is_reported_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the page is up, where every request would fail; but not where nothing runs here."""
    monkeypatch.setattr(model_setup, "probe", Available)
    monkeypatch.setattr(app, "serve", lambda *_, **__: pytest.fail("the page is up"))
    given = ["--home", str(tmp_path), "--device", "cuda"]
    with pytest.raises(SystemExit, match=r"'cuda' is not available: this machine has cpu\."):
        app.main(given)
    model_setup.check_device(settings.read([*given, "--ray", "http://127.0.0.1:9"]))
    monkeypatch.setattr(model_setup, "probe", lambda: pytest.fail("torch may be imported"))
    for device in ("auto", "cpu"):
        model_setup.check_device(settings.read(["--device", device]))


def test_what_is_registered_for_the_end_runs() -> None:
    """As Gradio's closing of a public link's tunnel, whose process would outlive this one."""
    program = "import atexit, app; atexit.register(print, 'the tunnel is closed'); app.leave()"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "the tunnel is closed\n"


@pytest.mark.real
@pytest.mark.timeout(180)
def test_a_load_does_not_break_the_end() -> None:
    """SIGTERM while models are being loaded, behind the page: a thread of theirs would make C++ abort the process."""
    for spec in model_setup.DEFAULT_MODELS:
        model_setup.store_of(settings.read([])).ensure(spec.weights)
    command = [sys.executable, "app.py", "--port", "0", "--offline"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            next(line for line in process.stderr if "is loaded" in line)
            process.send_signal(signal.SIGTERM)
            rest = process.stderr.read()
            assert (process.wait(60), "terminate called" in rest) == (0, False)
        finally:
            process.kill()


def test_the_large_model_is_the_default_where_it_is_on_disk(tmp_path: Path) -> None:
    """Or where it is fetched at the start; else the small one is, with the large one to choose."""

    def writers(*options: str) -> tuple[str, str]:
        offers = model_setup.offered(settings.read(["--home", str(tmp_path), *options]))
        assert {QWEN, SMOLLM2} <= {*offers.chat, *offers.summarization} or "--offline" in options
        return offers.chat[0].name, offers.summarization[0].name

    assert writers() == (SMOLLM2.name, SMOLLM2.name)
    assert writers("--preload") == (QWEN.name, QWEN.name)
    assert writers("--preload", "--offline") == (SMOLLM2.name, SMOLLM2.name)
    assert writers("--chat-model", QWEN.name) == (QWEN.name, QWEN.name)
    folder = WeightStore(tmp_path).path(QWEN_WEIGHTS)
    (folder / "llama.cpp").mkdir(parents=True)
    for name in (QWEN_WEIGHTS.gguf, "tokenizer.json", "llama.cpp/model.json"):
        (folder / name).touch()
    assert writers("--offline") == (QWEN.name, QWEN.name)
    assert writers("--chat-model", SMOLLM2.name) == (SMOLLM2.name, SMOLLM2.name)


def test_what_is_loaded_at_the_start_is_what_is_offered_first(tmp_path: Path) -> None:
    """With the large model as the default, the small one is not loaded."""
    offers = model_setup.offered(settings.read(["--home", str(tmp_path), "--chat-model", QWEN.name]))
    assert set(model_setup.DEFAULT_MODELS) - set(model_setup.defaults(offers)) == {SMOLLM2}
    assert QWEN in model_setup.defaults(offers)
    # Nothing has to go for anything else at the start.
    assert sum(spec.nbytes for spec in model_setup.defaults(offers)) < settings.Settings().memory_bytes


def test_a_chat_model_that_is_not_offered_is_named(tmp_path: Path) -> None:
    """With those that are."""
    with pytest.raises(CatalogError, match=r"--chat-model must be one of .*SmolLM2-135M-Instruct.*, not 'GPT'"):
        model_setup.offered(settings.read(["--home", str(tmp_path), "--chat-model", "GPT"]))


def test_the_better_models_are_the_default_where_they_are_on_disk(tmp_path: Path) -> None:
    """Elsewhere the fast ones are, with the accurate ones to choose by name or grade; what is no better never leads."""
    home = ["--home", str(tmp_path)]

    def first() -> set[str]:
        offers = model_setup.offered(settings.read(home))
        tasks = (offers.question_answering, offers.sentiment, offers.own_labels)
        for specs in tasks:
            assert {"fast", "accurate"} <= {spec.grade for spec in specs}
            assert chosen("accurate", specs[0], specs[1:]).grade == "accurate"
            assert chosen(specs[1].name, specs[0], specs[1:]) == specs[1]
        assert {specs[0] for specs in tasks} <= {*model_setup.defaults(offers)}
        return {specs[0].name for specs in tasks}

    fast = {specs[0].name for specs in (BUNDLED.question_answering, BUNDLED.sentiment, BUNDLED.own_labels)}
    assert first() == fast
    folder = WeightStore(tmp_path).path(MPNET_WEIGHTS)
    folder.mkdir(parents=True)
    for file in MPNET_WEIGHTS.files:
        (folder / file.name).touch()
    assert first() & {spec.name for spec in ACCURATE.all} == {spec.name for spec in BETTER} != set()
