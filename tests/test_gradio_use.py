"""Only the compat modules use what Gradio does not document."""

import ast
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest

ROOT = Path(__file__).parent.parent
COMPAT = ("demos/gradio_compat.py", "server/gradio_compat/", "tests/demos/test_gradio_compat.py")
# Besides what `gradio` itself offers: the component and event classes for annotations, and `api`, which is documented
# as `gr.api`.
MODULES = ("gradio", "gradio.components", "gradio.events")
OFFERED = {*gr.__all__, "themes"}
# Names of Gradio's own that its documentation does not have.
INSIDE = {"_data", "_id", "_queue", "default_config", "fns", "input_component_props", "root_block", "state_holder"}
# Private names of other libraries in the server and on the page.
OTHERS = {"atexit._run_exitfuncs", "os._exit"}


def sources() -> Iterator[Path]:
    """Every module but the compat ones and their tests."""
    folders = ("server", "demos", "bench", "tests")
    for path in [*ROOT.glob("*.py"), *(path for folder in folders for path in (ROOT / folder).rglob("*.py"))]:
        name = path.relative_to(ROOT).as_posix()
        if not name.removeprefix("tests/").startswith(COMPAT) and name not in COMPAT:
            yield path


def uses(path: Path) -> Iterator[str]:
    """What the module uses of Gradio that is not documented."""
    strict = path.relative_to(ROOT).parts[0] not in ("bench", "tests")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "gradio":
            if node.module not in MODULES:
                yield f"{node.lineno}: import of {node.module}"
        elif isinstance(node, ast.Import):
            yield from (
                f"{node.lineno}: import of {alias.name}" for alias in node.names if alias.name.startswith("gradio.")
            )
        elif isinstance(node, ast.Attribute):
            whole = ast.unparse(node)
            if whole.startswith("gr.") and whole.split(".")[1] not in {*OFFERED, "__all__"}:
                yield f"{node.lineno}: {whole}"
            private = node.attr.startswith("_") and not node.attr.startswith("__")
            own = whole.startswith(("self.", "cls.")) and whole.count(".") == 1
            if not own and (node.attr in INSIDE or (strict and private)) and whole not in OTHERS:
                yield f"{node.lineno}: {whole}"


@pytest.mark.parametrize("path", [pytest.param(path, id=str(path.relative_to(ROOT))) for path in sources()])
def test_the_inside_of_gradio_is_used_in_the_compat_modules_alone(path: Path) -> None:
    """Each use there has its reason and a test; a new one belongs there too, unless a public way does."""
    assert not list(uses(path))
