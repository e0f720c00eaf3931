"""The checks at the fields."""

from demos.events import validator
from models.runtime.limits import InputError


def refuse(*values: object) -> None:
    """Find the second field wrong, or the only one."""
    raise InputError("last", "last is empty.")


def test_the_message_stands_at_the_field_it_names() -> None:
    """Of several fields, only the named one is marked."""
    first, last = validator(refuse, ["first", "last"])("a", "")
    assert first["is_valid"]
    assert (last["is_valid"], last["message"]) == (False, "last is empty.")


def test_a_single_field_gets_its_message_too() -> None:
    """Gradio reads the verdict on one field only where it is no list."""
    verdict = validator(refuse, ["last"])("")
    assert (verdict["is_valid"], verdict["message"]) == (False, "last is empty.")


def test_good_input_passes() -> None:
    """Where nothing is wrong, no field is marked."""
    assert all(verdict["is_valid"] for verdict in validator(lambda *values: None, ["a", "b"])(1, 2))
