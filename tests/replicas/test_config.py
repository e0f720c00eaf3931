"""The file of the replicas, and the command that reads it."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

import app
import settings
from models.runtime.placing import METHODS
from replicas import command
from replicas.config import ConfigError, read
from replicas.routes import TASKS, task_of
from settings import Settings
from tests import tiny

ROOT = Path(__file__).parent.parent.parent
GOOD = """
port = 9000
[settings]
memory = 1500
[deployments.encoders]
tasks = ["sentiment", "own_labels"]
replicas = 2
most = 4
[deployments.rest]
tasks = ["*"]
gpus = 0.5
"""


def config(path: Path, text: str) -> Path:
    """A file of this text."""
    file = path / "serve.toml"
    file.write_text(text)
    return file


def test_every_task_has_its_replicas(tmp_path: Path) -> None:
    """By name, or else those of all others; the settings are the page's."""
    found = read(config(tmp_path, GOOD))
    assert found.routes["sentiment"] == found.routes["own_labels"] == "/encoders"
    assert {found.routes[task] for task in TASKS} == {"/encoders", "/rest"}
    assert found.settings == Settings(memory=1500, home=settings.read([]).home)
    assert (found.deployments["encoders"].most, found.deployments["rest"].gpus) == (4, 0.5)


def test_the_example_of_the_documentation_is_read(tmp_path: Path) -> None:
    """As it stands there."""
    text = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
    example = text.split("```toml\n")[1].split("```")[0]
    assert set(read(config(tmp_path, example)).routes) == set(TASKS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("deployments = 7", "deployments"),
        ("[deployments.a]\ntasks = ['cooking']", "no task 'cooking'"),
        ("[deployments.a]\ntasks = ['chat']", "no deployment has the task question_answering"),
        ("[deployments.a]\ntasks = ['*']\n[deployments.b]\ntasks = ['*']", "in both a and b"),
        ("[deployments.a]\ntasks = ['*']\nreplicas = 3\nmost = 2", "must not be less"),
        ("[deployments.a]\ntasks = ['*']\nreplicas = 0", "deployments.a.replicas"),
        ("[settings]\nray = 'http://h:1'\n[deployments.a]\ntasks = ['*']", "must not have ray"),
        ("[[", "cannot be read"),
    ],
)
def test_a_wrong_file_is_told_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    """Before anything is started."""
    with pytest.raises(ConfigError, match=words):
        read(config(tmp_path, text))


def test_every_method_that_computes_has_a_task() -> None:
    """Replicas are by task, and a new adapter must be in one that can be named."""
    own = [name for name in METHODS if name.startswith("models.")]
    assert len(own) > 20
    assert {task_of(name) for name in own} == set(TASKS)


def test_without_ray_the_command_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the only one that needs it."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r"requirements-ray\.txt"):
        app.main(["replicas", "--config", str(config(tmp_path, GOOD))])
    with pytest.raises(SystemExit, match="cannot be read"):
        command.main(["--config", str(tmp_path / "none.toml")], lambda chosen: tiny.cache())


@pytest.mark.parametrize("error", [ConnectionError("no cluster at ray://h:1"), RuntimeError("Deploying rest failed")])
def test_replicas_that_do_not_start_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """A cluster out of reach, or a deployment that fails, without a traceback."""

    def start(*_: object) -> None:
        raise error

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: True)
    monkeypatch.setitem(sys.modules, "ray", Mock())
    monkeypatch.setitem(sys.modules, "replicas.serving", Mock(start=start))
    with pytest.raises(SystemExit, match=f"The replicas could not be started: {error}"):
        command.main(["--config", str(config(tmp_path, GOOD))], lambda chosen: tiny.cache())


# Importing what is None in `sys.modules` fails.
PAGES = """
import sys
sys.modules["ray"] = None
import app
from settings import Settings
for chosen in (Settings(), Settings(ray="http://127.0.0.1:9")):
    app.build(app.make_cache(chosen), chosen=chosen)
sys.exit(" ".join({"torch", "transformers"} & set(sys.modules)) or 0)
"""


def test_the_page_imports_nothing_of_ray() -> None:
    """Neither the plain one, nor the one whose models are on replicas; and that one needs no torch."""
    done = subprocess.run([sys.executable, "-c", PAGES], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
