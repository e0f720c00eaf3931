"""Whole requests through the running app, this commit beside an older one.

    python -m bench.engines --before DIR [--data DIR] [--rows chat-0 chat-1 ...] [--keep]

DIR of `--before` is a checkout of the older commit; its app runs with this Python. A row begins no request after
`--seconds`, each of which takes 90 at most, and what it found is kept in `--results`, so that the rows can be measured
one by one; `--add` takes more figures of a row, and goes on with the rest of one whose requests did not fit into its
time. Without `--rows` all are measured; `--rows` with no name only prints the table. What was found while other
programs kept the machine busy is not kept.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import settings
from bench import results
from bench.engines import chat, process, tasks
from bench.engines.context import Context
from bench.engines.found import Table, Unanswered, keep, read
from bench.engines.lines import missed, told_lines
from bench.engines.others import Others
from bench.engines.sides import BEFORE, BESIDE, NOW, SIDES, Side
from bench.rivals import NoRival
from bench.server import ROOT

RESULTS = ROOT / "build" / "engines.json"
SECONDS = 170.0
# Cores that other programs may keep busy meanwhile.
OTHERS = 0.15


@dataclass(frozen=True)
class Row:
    """A measurement of some lines, one of which is `line`, with its default number of repeats."""

    measure: Callable[[Context], Table]
    repeats: int
    line: str


ROWS: Mapping[str, Row] = {
    **{f"chat-{load}": Row(partial(chat.replies, load), 5, f"chat-{load}") for load in range(3)},
    **{f"encoders-{load}": Row(partial(tasks.encoders, load), 20, f"sentiment-32-{load}") for load in range(3)},
    **{f"translation-{load}": Row(partial(tasks.translation, load), 1, f"translation-{load}") for load in range(2)},
    "visitors": Row(chat.visitors, 5, "visitors"),
    "equal": Row(chat.equal, 1, "equal"),
    "turns": Row(chat.turns, 5, "turns"),
    "memory": Row(process.memory, 3, "memory"),
    "start": Row(process.start, 5, "start"),
    "ready": Row(process.ready, 5, "ready"),
    "stop": Row(process.stops, 3, "stop-decoding"),
}


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """The command line. Exits with a message where it is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.engines", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    home = settings.read([]).home
    parser.add_argument("--before", type=Path, required=True, help="a checkout of the older commit")
    parser.add_argument("--before-home", type=Path, default=home, help="the folder of its downloads (default: its own)")
    parser.add_argument("--home", type=Path, default=home, help="the folder of this commit's downloads")
    parser.add_argument("--data", type=Path, help="the folder of the evaluation sets")
    parser.add_argument("--rows", nargs="*", choices=ROWS, default=list(ROWS), help="only these")
    parser.add_argument("--sides", nargs="+", choices=SIDES, default=list(SIDES), help="only these")
    parser.add_argument("--repeats", type=int, help="so many of each, where a row has no number of its own")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for each row (default: %(default)g)")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the file that holds what was found")
    parser.add_argument("--add", action="store_true", help="add to what the file holds of a row")
    parser.add_argument("--others", type=float, default=OTHERS, help="cores they may use (default: %(default)g)")
    parser.add_argument("--keep", action="store_true", help="also put the table into bench/RESULTS.md")
    chosen = parser.parse_args(given)
    if not (chosen.before / "app.py").is_file():
        parser.error(f"--before {chosen.before} has no app.py")
    return chosen


def measure(name: str, chosen: argparse.Namespace, table: Table) -> Table:
    """What a row finds. Raises Unanswered or NoRival where it cannot be measured."""
    row = ROWS[name]
    commits = {BEFORE: Side(chosen.before.resolve(), chosen.before_home), NOW: Side(ROOT, chosen.home)}
    stored = table.get(row.line, {}).values() if chosen.add else ()
    context = Context(
        {side: commit for side, commit in commits.items() if side in chosen.sides},
        BESIDE in chosen.sides,
        chosen.home,
        chosen.data,
        chosen.repeats or row.repeats,
        time.monotonic() + chosen.seconds,
        max((found.count for found in stored), default=0),
    )
    return row.measure(context)


def notes(before: Path) -> list[str]:
    """What stands below the table."""
    command = ["git", "-C", str(before), "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or "another commit"
    return [
        "",
        "`python -m bench.engines --before DIR --data DIR`: whole HTTP requests to the running app with its default",
        f"settings; before: {commit}. The sides take turns; medians, with the least and the most. What is named last",
        "in a line stands beside this commit. No request may fail or hang.",
    ]


def main(given: Sequence[str]) -> None:
    """Measure the rows, print the table; exit with 1 where a target is missed or a row could not be measured."""
    chosen = arguments(given)
    table, failed = read(chosen.results), []
    for name in chosen.rows:
        others = Others()
        try:
            found = measure(name, chosen, table)
        except (Unanswered, NoRival) as error:
            print(f"{name} could not be measured: {error}", flush=True)
            failed.append(name)
            continue
        print(f"{name}: other programs used {others.cores():.2f} cores", flush=True)
        if others.cores() <= chosen.others:
            keep(table, found, chosen.results, chosen.add)
        else:
            print("\n".join(told_lines(found)), flush=True)
            failed.append(name)
    lines = told_lines(table)
    print("\n".join(lines))
    if chosen.keep:
        results.write("Engines", [*lines, *notes(chosen.before)])
    if failed or missed(table):
        sys.exit(f"Missed or not measured: {', '.join([*failed, *missed(table)])}")


if __name__ == "__main__":
    main(sys.argv[1:])
