"""Imports point one way, and the page does not wait for torch."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def imported(path: Path) -> set[str]:
    """The top-level packages that the file at `path` imports anywhere."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize(
    ("folder", "forbidden"),
    [
        (
            "documents",
            {"gradio", "torch", "transformers", "demos", "server", "app", "settings", "train", "bench", "tests"},
        ),
        ("models", {"gradio", "documents", "demos", "server", "app", "settings", "train", "bench", "tests"}),
        ("demos", {"torch", "transformers", "server", "app", "settings", "train", "bench", "tests"}),
        ("server", {"torch", "transformers", "app", "train", "bench", "tests"}),
        ("train", {"gradio", "demos", "server", "app", "bench", "tests"}),
    ],
)
def test_imports_point_one_way(folder: str, forbidden: set[str]) -> None:
    """No module imports what stands above it."""
    for path in (ROOT / folder).rglob("*.py"):
        assert not imported(path) & forbidden, path.relative_to(ROOT)


def test_importing_the_app_loads_no_torch() -> None:
    """The page is there before torch is."""
    check = "import sys, app; sys.exit(' '.join({'torch', 'transformers'} & set(sys.modules)) or 0)"
    done = subprocess.run([sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
