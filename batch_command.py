"""`python app.py batch`: a task over the rows of a file, by the engine behind the page's Batch tab."""

import argparse
import io
import os
import sys
import time
from collections.abc import Callable, Container, Sequence
from pathlib import Path
from typing import Any, TextIO

import settings
from model_setup import UNUSABLE
from models.runtime.cache import ModelCache
from models.runtime.limits import InputError, Limits
from models.tasks.own_labels.adapter import split
from models.tasks.registry import TASKS, Tasks
from models.tasks.spec import Option, Rows, by_name
from tables.batch import Batch, Progress, failed, make_batch
from tables.decoded import ENCODINGS
from tables.delimited import SEPARATORS
from tables.exports import write_csv, write_json_lines
from tables.resuming import rows_in
from tables.table import JSON_ENDINGS, Options, read_table

STANDARD_OUTPUT = "-"
# How often, in seconds, the progress is written.
GLANCE = 2.0


def parser(tasks: Tasks = TASKS) -> argparse.ArgumentParser:
    """The command line of `python app.py batch` with `tasks`; what it does not know is a setting of the app."""
    made = argparse.ArgumentParser(
        prog="app.py batch",
        description="Run a task over every row of a CSV, TSV, JSON Lines or Excel file.",
        epilog="The settings of the app, such as --device and --offline, can be added. See app.py --help.",
        allow_abbrev=False,
    )
    made.add_argument("file", type=Path, help="the table to read, with a row for each text")
    made.add_argument("--task", choices=[each.name for each in tasks], required=True, help="what to do with each row")
    made.add_argument("--out", default=STANDARD_OUTPUT, help="the file to write: CSV, or JSON Lines where it ends so")
    made.add_argument("--resume", action="store_true", help="go on after the rows that --out holds already")
    columns = made.add_argument_group("columns")
    tables = [task.table for task in tasks]
    for name in dict.fromkeys(name for table in tables for name in table.columns):
        owners = _owners(tasks, name, lambda rows: rows.columns)
        columns.add_argument(f"--{name}", metavar="COLUMN", help=f"{owners}: the column of the {name}")
    for name, either in by_name(option for table in tables for option in table.either).items():
        values = ", ".join(value for _, value in either.choices)
        owners = _owners(tasks, name, lambda rows: by_name(rows.either))
        words = f"{owners}: {either.label.lower()}, one of {values}, or a column"
        columns.add_argument(f"--{either.flag or either.name}", dest=either.name, help=words)
    options = made.add_argument_group("options")
    for name, option in by_name(option for table in tables for option in table.options).items():
        _add_option(options, option, _owners(tasks, name, lambda rows: by_name(rows.options)))
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
    try:
        batch = _batch(given, make_cache(chosen), chosen.limits)
        start, whole = rows_in(Path(given.out), batch) if given.resume else (0, 0)
        if given.out == STANDARD_OUTPUT:
            if isinstance(sys.stdout, io.TextIOWrapper):
                # As a file is written: Windows has another encoding, and would lengthen the ends of the lines.
                sys.stdout.reconfigure(encoding="utf-8", newline="")
            _run(batch, start, sys.stdout, json_lines=False)
            return
        if Path(given.out).resolve() == given.file.resolve():
            raise InputError("out", f"{given.out} is the file to read: choose another name.")
        if start:
            os.truncate(given.out, whole)
        with Path(given.out).open("a" if start else "w", encoding="utf-8", newline="") as file:
            _run(batch, start, file, given.out.endswith(JSON_ENDINGS))
    except (*UNUSABLE, InputError, OSError) as error:
        sys.exit(f"app.py batch: {error}")
    except KeyboardInterrupt:
        sys.exit("\nStopped. What is done is kept; go on with --resume.")


def _batch(given: argparse.Namespace, cache: ModelCache, limits: Limits) -> Batch:
    options_of_file = Options(given.encoding or "", given.separator or "", given.header, given.sheet or "")
    table = read_table(given.file, options_of_file)
    for line in (f"{given.file.name}: {table.reading}", *table.reading.notes):
        print(line, file=sys.stderr)
    rows = next(each.table for each in TASKS if each.name == given.task)
    either = [option.name for option in rows.either]
    named = {name: value for name in (*rows.columns, *either) if (value := getattr(given, name)) is not None}
    # A language stands for itself, unless a column has that name.
    constants = {key for key in either if key in named and named[key] not in table.columns}
    columns = {argument: column for argument, column in named.items() if argument not in constants}
    options: dict[str, Any] = {key: named[key] for key in constants}
    for option in rows.options:
        value = getattr(given, option.name)
        if value is not None:
            options[option.name] = split(value) if option.kind == "list" else value
    return make_batch(cache, table, given.task, columns, options, limits)


def _owners(tasks: Tasks, name: str, of: Callable[[Rows], Container[str]]) -> str:
    """The names of the tasks that have a column or an option called `name`."""
    return ", ".join(task.name for task in tasks if name in of(task.table))


def _add_option(group: Any, option: Option, owners: str) -> None:
    """A flag for `option`; one that is not given has no value."""
    flag, words = f"--{option.flag or option.name.replace('_', '-')}", f"{owners}: {option.label.lower()}"
    if option.kind == "switch":
        group.add_argument(flag, dest=option.name, action="store_true", default=None, help=words)
    elif option.kind == "choice":
        values = [value for _, value in option.choices]
        group.add_argument(flag, dest=option.name, choices=values, help=f"{words} (default: {option.default})")
    elif option.kind in ("number", "seed"):
        kind = int if option.kind == "seed" or option.step == int(option.step) else float
        group.add_argument(flag, dest=option.name, type=kind, help=f"{words} (default: {option.default})")
    else:
        group.add_argument(flag, dest=option.name, help=words)


def _run(batch: Batch, start: int, file: TextIO, json_lines: bool) -> None:
    """Write the results from row `start` on to `file` as they come, and the progress to the standard error."""
    began = printed = time.monotonic()
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
        if now - printed > GLANCE or done == len(batch.table):
            printed = now
            print(Progress(done, len(batch.table), bad, done - start, now - began), file=sys.stderr)
