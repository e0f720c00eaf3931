"""Where the scripts, style sheets, templates and examples of the page are."""

from pathlib import Path

ASSETS = Path(__file__).parent.parent / "assets"


def script(*names: str) -> str:
    """Join the scripts called `names` in `assets`, without indentation and comment lines, to keep the page small."""
    lines = (line.strip() for name in names for line in (ASSETS / name).read_text(encoding="utf-8").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))
