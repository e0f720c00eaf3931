"""What the commands measured, kept in `bench/RESULTS.md`: a section each, written anew whenever its command runs."""

import os
import platform
from collections.abc import Sequence
from datetime import date
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"
HEADING = "# Measured\n\nEach section is written by its command. Compare times within a section only.\n"
SHOWN_FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8", "asimddp", "i8mm")


def machine() -> str:
    """The machine in general terms: cores, what its arithmetic can do, the versions that matter."""
    import torch

    listing = Path("/proc/cpuinfo")
    words = set(listing.read_text().split()) if listing.exists() else set()
    flags = ", ".join(flag for flag in SHOWN_FLAGS if flag in words) or "flags unknown"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"{cores} cores ({platform.machine()}, {flags}), Python {platform.python_version()}, torch {torch.__version__}"
    )


def write(title: str, lines: Sequence[str], file: Path = RESULTS) -> None:
    """Put `lines` into `file` as the section called `title`, in the place of the one before."""
    text = file.read_text(encoding="utf-8") if file.exists() else HEADING
    head, *sections = text.split("\n## ")
    kept = {section.partition("\n")[0]: section.partition("\n")[2].strip() for section in sections}
    kept[title] = "\n".join([*lines, "", f"{date.today()}: {machine()}."])
    body = "\n\n".join(f"## {name}\n\n{said}" for name, said in kept.items())
    file.write_text(f"{head.strip()}\n\n{body}\n", encoding="utf-8")
