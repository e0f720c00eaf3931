"""Imports point one way, and the page does not wait for torch."""

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


# From the top layer to the bottom: a module imports from its own room and from those below it.
ROOMS = (
    "app",
    "batch_command",
    "look_command",
    "model_setup",
    "replicas",
    "server",
    "settings",
    "demos",
    "documents",
    "tables",
    "models.tasks",
    "models.explain",
    "models.catalog",
    "models.engines",
    "models.weights",
    "models.runtime",
    "models.text",
)
# What only some rooms may import.
RESERVED = {
    "gradio": ("app", "server", "demos"),
    "opentelemetry": ("server",),
    "ray": ("replicas",),
    "torch": ("models.tasks", "models.explain", "models.catalog", "models.engines", "models.runtime"),
}
# The most modules of one package in `models` or `demos`.
MOST_MODULES = 15
# The most lines of a module, and why some have more.
MOST_LINES = 200
LONGER = {
    "models/catalog/bundled.py": "one table",
    "models/runtime/cache.py": "one lock guards all of its state",
    "models/weights/store.py": "the steps of a fetch share their folders and locks",
    "tables/quoting.py": "the readings of a row share their patterns",
}


def room(module: str) -> str | None:
    """The room that `module` is in, None outside the layers."""
    return next((room for room in ROOMS if module == room or module.startswith(f"{room}.")), None)


def is_module(name: str) -> bool:
    """Whether there is a file or a package of that name."""
    path = ROOT / name.replace(".", "/")
    return path.with_suffix(".py").exists() or path.is_dir()


def imported(path: Path) -> set[str]:
    """The modules that the file at `path` imports anywhere."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            below = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {name if is_module(name) else node.module for name in below}
    return names


def imports(*folders: str) -> dict[str, set[str]]:
    """What every module in `folders` imports."""
    paths = [*ROOT.glob("*.py"), *(path for folder in folders for path in (ROOT / folder).rglob("*.py"))]
    names = [str(path.relative_to(ROOT).with_suffix("")).replace("/", ".").removesuffix(".__init__") for path in paths]
    return {name: imported(path) for name, path in zip(names, paths, strict=True)}


MODULES = imports("replicas", "server", "settings", "demos", "documents", "tables", "models")


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_one_way(module: str) -> None:
    """No module imports from a room above its own, nor a library that is kept out of it."""
    own = room(module)
    if own is None:
        return
    above = ROOMS[: ROOMS.index(own)]
    assert not [name for name in MODULES[module] if room(name) in above]
    kept_out = {library for library, rooms in RESERVED.items() if own not in rooms}
    assert not {name.split(".")[0] for name in MODULES[module]} & {*kept_out, "train", "bench", "tests"}


def test_imports_form_no_circle() -> None:
    """Every module can be read after all that it imports, imports within functions included."""
    graph = {module: {name for name in found if name in MODULES} for module, found in MODULES.items()}
    assert list(TopologicalSorter(graph).static_order())


def test_training_stands_on_the_models_alone() -> None:
    """The recipes import neither the page nor the server."""
    found = {name.split(".")[0] for path in (ROOT / "train").rglob("*.py") for name in imported(path)}
    assert not found & {"gradio", "demos", "server", "app", "bench", "tests"}


def test_no_room_is_crowded() -> None:
    """A package of `models` or `demos` has few enough modules to read their names at a glance."""
    for folder in (*(ROOT / "models").rglob("__init__.py"), *(ROOT / "demos").rglob("__init__.py")):
        assert len(list(folder.parent.glob("*.py"))) <= MOST_MODULES, folder.parent


def test_long_modules_have_a_reason() -> None:
    """Of modules outside `bench`, `train` and `tests`."""
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in (ROOT / f"{name.replace('.', '/')}.py" for name in MODULES)
        if path.exists()
    }
    assert {path for path, lines in lengths.items() if lines > MOST_LINES} <= LONGER.keys()


def without_encoding(source: str) -> list[int]:
    """The lines of `source` that read or write text in the encoding of the machine."""
    found = []
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute | ast.Name):
            continue
        named = {each.arg: each.value for each in call.keywords}
        if "encoding" in named or None in named:
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id
        # The mode is the first argument of a path's method, and the second of the function.
        mode = [named["mode"]] if "mode" in named else call.args[isinstance(call.func, ast.Name) :][:1]
        text = not mode or (isinstance(mode[0], ast.Constant) and re.fullmatch("[rwxat+]+", str(mode[0].value)))
        process = isinstance(given := named.get("text"), ast.Constant) and given.value is True
        if name in ("read_text", "write_text") or (name == "open" and text) or process:
            found.append(call.lineno)
    return found


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("path.read_text()", [1]),
        ("path.write_text(text)", [1]),
        ("path.open()\nopen(path, 'w')\npath.open('a', newline='')\nopen(path, mode='r')", [1, 2, 3, 4]),
        ("run(command, text=True)", [1]),
        ("path.read_text(encoding='utf-8')\nopen(path, 'rb')\npath.open('r+b')\narchive.open(member)", []),
        ("open(path, 'w', **how)\nrun(command, encoding='utf-8')\nrun(command)", []),
    ],
)
def test_what_depends_on_the_machines_encoding_is_found(source: str, lines: list[int]) -> None:
    """And what is read as bytes, or with a named encoding, is not."""
    assert without_encoding(source) == lines


def test_text_is_read_and_written_in_a_named_encoding() -> None:
    """Windows has another one than UTF-8, in which our own files would be garbled."""
    paths = [ROOT / f"{name.replace('.', '/')}.py" for name in MODULES]
    paths += (ROOT / "train").rglob("*.py")
    found = {path: without_encoding(path.read_text(encoding="utf-8")) for path in paths if path.exists()}
    assert not {str(path.relative_to(ROOT)): lines for path, lines in found.items() if lines}


def test_importing_the_app_loads_no_torch() -> None:
    """The page is there before torch is, and neither Ray nor what sends traces is needed."""
    unwanted = "{'torch', 'transformers', 'ray', 'opentelemetry.sdk', 'opentelemetry.exporter'}"
    check = f"import sys, app; sys.exit(' '.join({unwanted} & set(sys.modules)) or 0)"
    done = subprocess.run([sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
