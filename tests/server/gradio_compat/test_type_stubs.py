"""What Gradio writes for editors is not written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent.parent

COMPONENT = """
from gradio.components import HTML

class Marked(HTML):
    pass
"""


@pytest.mark.parametrize(("before", "written"), [("skip_type_stubs()", False), ("pass", True)])
def test_no_stub_is_written(tmp_path: Path, before: str, written: bool) -> None:
    """Of a component none is; without the call Gradio writes one."""
    (tmp_path / "marked.py").write_text(COMPONENT, encoding="utf-8")
    program = f"from server.gradio_compat.type_stubs import skip_type_stubs; {before}; import marked"
    path = os.pathsep.join([str(ROOT), str(tmp_path)])
    subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": path}, check=True)
    assert (tmp_path / "marked.pyi").exists() == written
