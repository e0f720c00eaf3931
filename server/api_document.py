"""What docs/api.md tells of the endpoints: the one place that has each argument in words."""

import re
from collections.abc import Mapping
from pathlib import Path

DOCUMENT = Path(__file__).parent.parent / "docs" / "api.md"
ENDPOINT = re.compile(r"^## /(\w+)\n(.*?)(?=^#|\Z)", re.MULTILINE | re.DOTALL)
ARGUMENTS = re.compile(r"^\| argument \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", re.MULTILINE)


def arguments() -> Mapping[str, Mapping[str, str]]:
    """By endpoint, what each of its arguments is."""
    told = {}
    for name, section in ENDPOINT.findall(DOCUMENT.read_text(encoding="utf-8")):
        table = ARGUMENTS.search(section)
        rows = [line.strip("|").split("|") for line in table[1].splitlines()] if table else []
        told[name] = {cells[0].strip(" `"): cells[-1].strip() for cells in rows}
    return told
