"""`python app.py batch`: a task over the rows of a file, by the engine behind the page's Batch tab."""

import argparse
import csv
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TextIO

import settings
from models.runtime.cache import BudgetError, ModelCache
from models.runtime.device import DeviceUnavailable
from models.runtime.limits import InputError, Limits, seconds_before
from models.tasks.summarization.adapter import LENGTHS, METHODS
from models.weights.store import WeightsMissing
from tables.batch import Batch, Progress, failed
from tables.decoded import ENCODINGS
from tables.delimited import SEPARATORS
from tables.exports import write_csv, write_json_lines
from tables.table import JSON_ENDINGS, Options, read_table
from tables.tasks import TASKS, make_batch

STANDARD_OUTPUT = "-"
ARGUMENTS = ("text", "question", "context", "message", "source", "target")
# How often, in seconds, the progress is written.
GLANCE = 2.0


def parser() -> argparse.ArgumentParser:
    """The command line of `python app.py batch`; what it does not know is a setting of the app."""
    made = argparse.ArgumentParser(
        prog="app.py batch",
        description="Run a task over every row of a CSV, TSV, JSON Lines or Excel file.",
        epilog="The settings of the app, such as --device and --offline, can be added. See app.py --help.",
        allow_abbrev=False,
    )
    made.add_argument("file", type=Path, help="the table to read, with a row for each text")
    made.add_argument("--task", choices=list(TASKS), required=True, help="what to do with each row")
    made.add_argument("--out", default=STANDARD_OUTPUT, help="the file to write: CSV, or JSON Lines where it ends so")
    made.add_argument("--resume", action="store_true", help="go on after the rows that --out holds already")
    columns = made.add_argument_group("columns")
    columns.add_argument("--text", metavar="COLUMN", help="the column of the texts")
    columns.add_argument("--question", metavar="COLUMN", help="answer: the column of the questions")
    columns.add_argument("--context", metavar="COLUMN", help="answer: the column of the texts that hold the answers")
    columns.add_argument("--message", metavar="COLUMN", help="chat: the column of the messages")
    columns.add_argument("--source", help="translate: the language of the texts, or a column that tells it")
    columns.add_argument("--target", help="translate: the language to translate to, or a column that tells it")
    options = made.add_argument_group("options")
    options.add_argument("--labels", help="labels: the names, with commas between them")
    options.add_argument("--multiple", action="store_true", help="labels: each may hold by itself")
    options.add_argument("--method", choices=METHODS, help="summarize: how (default: extractive)")
    options.add_argument("--length", choices=list(LENGTHS), help="summarize: how long (default: short)")
    options.add_argument("--reply-tokens", type=int, help="chat: tokens of a reply at most (default: 64)")
    options.add_argument("--encoding", choices=list(ENCODINGS), help="of the file (default: found out)")
    options.add_argument("--separator", choices=[*SEPARATORS, "none"], help="between cells (default: found out)")
    options.add_argument("--sheet", help="of a workbook, by its name or number (default: the first with cells)")
    options.add_argument(
        "--header", action=argparse.BooleanOptionalAction, help="whether the first row names the columns"
    )
    return made


def main(arguments: Sequence[str], make_cache: Callable[[settings.Settings], ModelCache]) -> None:
    """Run a batch as `arguments` say, over what `make_cache` makes. Exits with a message where that cannot be done."""
    given, others = parser().parse_known_args(arguments)
    chosen = settings.read(others)
    limits = Limits(chosen.characters, chosen.context_characters, chosen.new_tokens, seconds_before(chosen.deadline))
    try:
        batch = _batch(given, make_cache(chosen), limits)
        start = _rows_in(Path(given.out), batch) if given.resume else 0
        if given.out == STANDARD_OUTPUT:
            _run(batch, start, sys.stdout, json_lines=False)
            return
        if Path(given.out).resolve() == given.file.resolve():
            raise InputError("out", f"{given.out} is the file to read: choose another name.")
        with Path(given.out).open("a" if start else "w", encoding="utf-8", newline="") as file:
            _run(batch, start, file, given.out.endswith(JSON_ENDINGS))
    except (InputError, WeightsMissing, BudgetError, DeviceUnavailable, OSError) as error:
        sys.exit(f"app.py batch: {error}")
    except KeyboardInterrupt:
        sys.exit("\nStopped. What is done is kept; go on with --resume.")


def _batch(given: argparse.Namespace, cache: ModelCache, limits: Limits) -> Batch:
    options_of_file = Options(given.encoding or "", given.separator or "", given.header, given.sheet or "")
    table = read_table(given.file, options_of_file)
    for line in (f"{given.file.name}: {table.reading}", *table.reading.notes):
        print(line, file=sys.stderr)
    named = {argument: getattr(given, argument) for argument in ARGUMENTS if getattr(given, argument) is not None}
    # A language stands for itself, unless a column has that name.
    constants = {key for key in TASKS[given.task].either if key in named and named[key] not in table.columns}
    columns = {argument: column for argument, column in named.items() if argument not in constants}
    options: dict[str, Any] = {key: named[key] for key in constants}
    if given.labels is not None:
        options |= {"labels": [label.strip() for label in given.labels.split(",")], "multiple": given.multiple}
    more = {"method": given.method, "length": given.length, "new_tokens": given.reply_tokens}
    options |= {key: value for key, value in more.items() if value is not None}
    return make_batch(cache, table, given.task, columns, options, limits)


def _rows_in(path: Path, batch: Batch) -> int:
    """How many rows `path` holds of what `batch` writes. Raises InputError where it holds anything else."""
    if not path.exists():
        return 0
    try:
        with path.open(encoding="utf-8", newline="") as file:
            if path.name.endswith(JSON_ENDINGS):
                rows = [list(json.loads(line)) for line in file if line.endswith("}\n")]
            else:
                rows = list(csv.reader(file))[1:]
    except (ValueError, csv.Error) as error:
        raise InputError("resume", f"{path} is no table that a batch wrote: choose another --out.") from error
    if any(len(row) != len(batch.names) for row in rows):
        raise InputError("resume", f"{path} holds other columns than this batch writes: choose another --out.")
    if len(rows) > len(batch.table):
        raise InputError("resume", f"{path} holds {len(rows):,} rows, the file to read only {len(batch.table):,}.")
    return len(rows)


def _run(batch: Batch, start: int, file: TextIO, json_lines: bool) -> None:
    """Write the results from row `start` on to `file` as they come, and the progress to the standard error."""
    began = told = time.monotonic()
    done, bad = start, 0
    if not start and not json_lines:
        write_csv(file, [batch.names])
    for results in batch.run(start):
        rows = batch.joined(results, done).itertuples(index=False, name=None)
        if json_lines:
            write_json_lines(file, batch.names, rows)
        else:
            write_csv(file, rows)
        file.flush()
        done, bad = done + len(results), bad + failed(results)
        now = time.monotonic()
        if now - told > GLANCE or done == len(batch.table):
            told = now
            print(Progress(done, len(batch.table), bad, done - start, now - began), file=sys.stderr)
