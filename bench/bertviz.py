"""BertViz as a rival: its environment, and the HTML that its head view returns."""

import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.explain.attention_math import Weights

VERSION = "bertviz==1.4.1"
FOLDER = Path(__file__).parent.parent / "build" / "rivals" / "bertviz"
# What its HTML asks a content delivery network for, and where a browser without a network gets the same from: npm.
# npm never had jQuery 2.0.0; 2.1.0 is the next one.
SCRIPTS = {
    "require.min.js": ("requirejs@2.3.6", "package/require.js"),
    "d3.min.js": ("d3@5.7.0", "package/dist/d3.min.js"),
    "jquery.min.js": ("jquery@2.1.0", "package/dist/jquery.min.js"),
}
PROGRAM = """
import json, sys
import numpy, torch
from bertviz import head_view
weights = torch.from_numpy(numpy.load(sys.argv[1]))
tokens = json.loads(sys.stdin.read())
html = head_view([weights[None]], tokens, html_action="return").data
open(sys.argv[2], "w", encoding="utf-8").write(html)
"""


def head_view(weights: Weights, tokens: Sequence[str], file: Path) -> None:
    """Write to `file` what BertViz makes of one layer's `weights`, of shape (heads, tokens, tokens)."""
    import json

    arrays = file.with_suffix(".npy")
    np.save(arrays, weights)
    command = [str(_python()), "-c", PROGRAM, str(arrays), str(file)]
    subprocess.run(command, input=json.dumps(list(tokens)), text=True, check=True)
    arrays.unlink()


def scripts() -> dict[str, str]:
    """The scripts that the HTML loads, by their file names."""
    return {name: _from_npm(*place) for name, place in SCRIPTS.items()}


def _python() -> Path:
    """The interpreter of an environment that has BertViz, and torch and transformers from this one's."""
    python = FOLDER / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(FOLDER)], check=True)
        site = next(FOLDER.glob("lib/python*/site-packages"))
        (site / "shared.pth").write_text(sysconfig.get_path("purelib") + "\n")
        pip = [str(python), "-m", "pip", "install", "--quiet"]
        # Without its dependencies: of those, the head view imports torch and IPython only.
        subprocess.run([*pip, "--no-deps", VERSION], check=True)
        subprocess.run([*pip, "ipython>=7.14"], check=True)
    return python


def _from_npm(package: str, member: str) -> str:
    folder = FOLDER / "scripts"
    archive = folder / f"{package.replace('@', '-')}.tgz"
    if not archive.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--silent", "--pack-destination", str(folder), package]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(archive) as files:
        found = files.extractfile(member)
        assert found is not None, f"{package} holds no {member}"
        return found.read().decode()
