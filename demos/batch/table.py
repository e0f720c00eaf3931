"""Prepares a table for the page: its first rows, shortened cells, and numeric columns as numbers."""

import re
from collections.abc import Sequence
from typing import Literal

import gradio as gr
import pandas as pd

from demos.words import localize
from models.tasks.spec import Cell
from tables.batch import ERROR, Batch

# Characters of a cell, and of all cells together.
CELL_LETTERS, TABLE_LETTERS = 300, 3_000_000
# The columns of results that hold words of the page.
LOCALIZED = ("sentiment", "found", "note", ERROR)
Kind = Literal["str", "number", "bool", "date", "markdown", "html"]
# Whole numbers below this keep their last digit in JavaScript.
EXACT = 2**53
# A number that JavaScript keeps to the last digit.
PLAIN = re.compile(r"-?(?=[\d.]{1,15}$)\d+(\.\d+)?")


def as_value(frame: pd.DataFrame) -> gr.Dataframe:
    """`frame` as the table takes it; its cells are text or numbers, never markup."""
    columns = [_numbers([_shown(cell) for cell in frame.iloc[:, i]]) for i in range(frame.shape[1])]
    kinds: list[Kind] = [_kind(column) for column in columns]
    cells = [list(row) for row in zip(*columns, strict=True)]
    return gr.Dataframe({"headers": list(frame.columns), "data": cells}, datatype=kinds)


def in_words(frame: pd.DataFrame, batch: Batch) -> pd.DataFrame:
    """`frame`, of a batch, with the names and the words of its results in the visitor's language."""
    own, results = len(batch.table.columns), (*batch.task.columns, ERROR)
    # A name that the visitor's table has already was numbered.
    names = [
        localize(name) + numbered.removeprefix(name)
        for name, numbered in zip(results, frame.columns[own:], strict=True)
    ]
    rows = [[*row[:own], *map(localized_cell, results, row[own:])] for row in frame.itertuples(index=False, name=None)]
    return pd.DataFrame(rows, columns=[*frame.columns[:own], *names], dtype=object)


def localized_cell(column: str, cell: Cell) -> Cell:
    """A result, translated unless it is text of the model or the visitor."""
    return localize(cell) if column in LOCALIZED and isinstance(cell, str) else cell


def fitting(frame: pd.DataFrame) -> pd.DataFrame:
    """The first rows of `frame` that a page can take."""
    letters = 0
    for i, row in enumerate(frame.itertuples(index=False, name=None)):
        letters += sum(min(len(str(cell)), CELL_LETTERS) for cell in row)
        if letters > TABLE_LETTERS:
            return frame.iloc[:i]
    return frame


def _shown(cell: Cell) -> Cell:
    # Of a larger number JavaScript would show other digits, and beyond 64 bits no message can hold it.
    if isinstance(cell, int) and abs(cell) >= EXACT:
        cell = str(cell)
    if isinstance(cell, float):
        return round(cell, 4)
    if isinstance(cell, str):
        # The page's messages are JSON, which has no place for half a surrogate pair.
        cell = cell.encode(errors="replace").decode()
        return cell if len(cell) <= CELL_LETTERS else cell[:CELL_LETTERS] + "…"
    return cell


def _numbers(cells: list[Cell]) -> list[Cell]:
    """A column of texts as numbers if each is written as one, so that the table sorts it by value."""
    found = [_number(cell) if isinstance(cell, str) else cell for cell in cells]
    numbers = all(isinstance(cell, int | float) for cell in found if cell is not None)
    return found if numbers and any(cell is not None for cell in found) else cells


def _number(text: str) -> Cell:
    """The number that is written just so, None for no text, else the text: 007 is no number."""
    if not text:
        return None
    if PLAIN.fullmatch(text):
        number = float(text) if "." in text else int(text)
        return number if str(number) == text else text
    return text


def _kind(cells: Sequence[Cell]) -> Kind:
    known = [cell for cell in cells if cell is not None]
    return "number" if known and all(type(cell) in (int, float) for cell in known) else "str"
