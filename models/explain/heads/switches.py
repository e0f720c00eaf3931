"""What can be switched off in the attention of a model, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from models.runtime.limits import InputError, check_whole

FIELD = "off"
PARTS = ("layer", "head", "from", "to")
MOST = 100


@dataclass(frozen=True)
class Switch:
    """A part of the attention that is switched off: of `layer` and `head`, both from 0, None for all of them.

    With `query` and `key` only what token `query` gets from token `key` there, both from 0: its weight goes to the
    other tokens. Without, the head adds nothing.
    """

    layer: int | None
    head: int | None = None
    query: int | None = None
    key: int | None = None

    @property
    def is_look(self) -> bool:
        """Whether only the attention from one token to another is off."""
        return self.query is not None

    def shifted(self, tokens: int) -> "Switch":
        """The same where so many more tokens stand before the text."""
        if self.query is None or self.key is None:
            return self
        return replace(self, query=self.query + tokens, key=self.key + tokens)

    def covers(self, layer: int, head: int) -> bool:
        """Whether that head is among those that this switches off, or takes a look from."""
        return self.layer in (None, layer) and self.head in (None, head)


@dataclass(frozen=True)
class Shape:
    """How many there are of each: what a switch must be within."""

    layers: int
    heads: int
    queries: int
    keys: int


Off = frozenset[Switch]


def switches(value: object) -> Off:
    """The switches in `value`: a list of objects with the keys "layer" and "head", or "from" and "to", or all four.

    Raises InputError where it is none.
    """
    if not isinstance(value, list | tuple):
        raise InputError(FIELD, f"off must be a list of objects, not {type(value).__name__}.")
    if len(value) > MOST:
        raise InputError(FIELD, f"off has {len(value)} entries; at most {MOST} are allowed. Switch off whole layers.")
    return frozenset(_switch(each) for each in value)


def check_within(off: Off, shape: Shape, causal: bool) -> None:
    """Raise InputError where a switch is for what the model, of that `shape` over this text, does not have."""
    for each in off:
        for name, number, count in (
            ("layer", each.layer, shape.layers),
            ("head", each.head, shape.heads),
            ("from", each.query, shape.queries),
            ("to", each.key, shape.keys),
        ):
            if number is not None:
                check_whole(number, name, 0, count - 1)
        if each.query is not None and each.key is not None and causal and each.key > each.query:
            raise InputError(FIELD, f"Token {each.query} cannot look at token {each.key}, which comes after it.")
    for query in {each.query for each in off if each.query is not None}:
        # A model that reads left to right can always look at what stands before the text.
        if not causal and len({each.key for each in off if each.query == query}) >= shape.keys:
            raise InputError(FIELD, f"Token {query} must keep one token to look at. Switch off the head instead.")


def _switch(value: object) -> Switch:
    if not isinstance(value, Mapping) or not value or not set(value) <= set(PARTS):
        raise InputError(FIELD, f"An entry of off is an object with some of the keys {', '.join(PARTS)}.")
    numbers = {name: value.get(name) for name in PARTS}
    for name, number in numbers.items():
        if number is not None:
            check_whole(number, name, 0, 10**6)
    if (numbers["from"] is None) != (numbers["to"] is None):
        raise InputError(FIELD, "An entry of off that has “from” needs “to”, and the other way round.")
    if all(number is None for number in numbers.values()):
        raise InputError(FIELD, "An entry of off says which layer, head or tokens it is for.")
    return Switch(numbers["layer"], numbers["head"], numbers["from"], numbers["to"])
