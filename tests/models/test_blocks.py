"""What is kept of recent texts: for whom it is found, and what goes when there is no room."""

from dataclasses import dataclass

from models.blocks import BLOCK, Blocks

TEXT = list(range(4 * BLOCK))


@dataclass(frozen=True)
class Block:
    """Ten bytes, told apart by name."""

    name: str
    nbytes: int = 10


def filled(budget: int, ends: int = 4) -> Blocks:
    """The blocks of `TEXT`, as many as fit, kept one after another."""
    blocks = Blocks(budget)
    for number in range(ends):
        blocks.keep(TEXT[: (number + 1) * BLOCK], lambda number=number: Block(f"{number}"))  # type: ignore[misc]
    return blocks


def names(blocks: Blocks, ids: list[int]) -> str:
    """The blocks that are found for `ids`."""
    return "".join(block.name for block in blocks.find(ids))


def test_only_the_same_beginning_is_found() -> None:
    """One other token, and the block it is in and all that follow are not there."""
    blocks = filled(100)
    assert names(blocks, [*TEXT, 7]) == "0123"
    assert names(blocks, [*TEXT[: 2 * BLOCK - 1], -1, *TEXT[2 * BLOCK :]]) == "0"
    assert names(blocks, [-1, *TEXT[1:]]) == ""
    assert names(blocks, TEXT[BLOCK:]) == ""


def test_a_token_is_left_to_read() -> None:
    """A text that is all kept still needs its last block read, for what follows it."""
    assert names(filled(100), TEXT) == "012"
    assert names(filled(100), TEXT[:BLOCK]) == ""


def test_the_budget_holds() -> None:
    """The end of a text goes before its beginning, and a text that is used before one that is not."""
    blocks = filled(25)
    assert names(blocks, [*TEXT, 7]) == "01"
    other = [-1] * BLOCK
    blocks.keep(other, lambda: Block("x"))
    assert names(blocks, [*TEXT, 7]) == "0"
    assert names(blocks, [*other, 7]) == "x"


def test_what_is_kept_is_not_cut_again() -> None:
    """A block that is there costs no second copy."""
    blocks = filled(100)
    blocks.keep(TEXT[:BLOCK], lambda: Block("again"))
    assert names(blocks, TEXT) == "012"
