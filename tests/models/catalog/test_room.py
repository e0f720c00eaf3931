"""A model whose copy does not fit is refused in words that name those that do."""

import pytest

from models.catalog.bundled import ATTENTION, QWEN, SMOLLM2
from models.catalog.room import check_room
from models.explain.attention import Attender
from models.explain.heads.ablation import Ablator
from models.runtime.limits import InputError
from models.tasks.chat.attention import ReplyReader
from models.tasks.chat.prompt import Prompt
from tests import tiny

BUDGET = 1_000_000_000


def test_models_whose_copy_fits_are_named() -> None:
    """In the order of the others; none where none fits."""
    with pytest.raises(InputError, match=r"more than the 1,000 MB .* These fit: SmolLM2-135M-Instruct\.$"):
        check_room(tiny.cache(BUDGET), QWEN, (QWEN, SMOLLM2), "Model")
    with pytest.raises(InputError, match=r"\(--memory\)\.$"):
        check_room(tiny.cache(1), QWEN, (QWEN,), "Model")
    check_room(tiny.cache(BUDGET), SMOLLM2, (), "Model")


def test_every_view_of_attention_names_them() -> None:
    """The Attention tab, its switched-off heads, and what a chat reply looked at."""
    cache, fits = tiny.cache(BUDGET), "These fit: .*SmolLM2-135M-Instruct"
    attender = Attender(cache, (*ATTENTION, QWEN))
    with pytest.raises(InputError, match=fits):
        attender(QWEN.name, "one two")
    with pytest.raises(InputError, match=fits):
        Ablator(attender)(QWEN.name, "one two", "", [])
    with pytest.raises(InputError, match=fits):
        ReplyReader(cache, QWEN)(Prompt(()), ())
