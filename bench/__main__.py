"""`python -m bench [--data DIR] [--before DIR]`: every measurement, one after another, each in a process of its own."""

import argparse
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Command:
    """A module of the bench: whether it needs the evaluation data, or takes them where they are, or an older commit."""

    module: str
    data: Literal["", "takes", "needs"] = ""
    before: bool = False


COMMANDS = (
    Command("machine"),
    Command("sentiment", "takes"),
    Command("answer", "takes"),
    Command("translation_speed", "takes"),
    Command("translation_quality", "needs"),
    Command("chat_speed"),
    Command("chat_quality", "needs"),
    Command("attention_view"),
    Command("rank_heads"),
    Command("gradients"),
    Command("faithfulness", "needs"),
    Command("switch"),
    Command("start"),
    Command("first_picture"),
    Command("typed_tokens"),
    Command("stop_beside"),
    Command("alive"),
    Command("overhead"),
    Command("clients"),
    Command("sharing"),
    Command("cost"),
    Command("capacity"),
    Command("memory"),
    Command("quality", "needs"),
    Command("summary_quality", "needs"),
    Command("engines", "needs", before=True),
)


def lines(data: Path | None, before: Path | None) -> Iterator[tuple[str, list[str] | str]]:
    """The module and the arguments of each command, or why it cannot be measured."""
    for command in COMMANDS:
        if command.data == "needs" and data is None:
            yield command.module, "no --data"
        elif command.before and before is None:
            yield command.module, "no --before"
        else:
            with_data = ["--data", str(data)] if command.data and data else []
            yield command.module, with_data + (["--before", str(before), "--keep"] if command.before else [])


def main(arguments: Sequence[str]) -> None:
    """Run all; exit with 1, naming them, where some missed a target or failed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder of the evaluation sets")
    parser.add_argument("--before", type=Path, help="a checkout of an older commit to measure beside this one")
    chosen = parser.parse_args(arguments)
    if chosen.data and not chosen.data.is_dir():
        parser.error(f"--data {chosen.data} is no folder")
    bad = []
    for module, options in lines(chosen.data, chosen.before):
        print(f"\n{module}", flush=True)
        if isinstance(options, str):
            print(f"not measured: {options}")
        elif subprocess.run([sys.executable, "-m", f"bench.{module}", *options], check=False).returncode:
            bad.append(module)
    if bad:
        sys.exit(f"\nA target was missed, or the command failed, in: {', '.join(bad)}")


if __name__ == "__main__":
    main(sys.argv[1:])
