"""Plain statements of everyday life: neutral, in the first person and short, which no data set at hand has neutral.

Without them a model takes any "I", any purchase and any short past tense for praise. Made from parts, so that none is
anyone's text.
"""

import random

PEOPLE = ("I", "We", "She", "He", "They", "My brother", "My neighbour", "The two of us", "Our teacher", "The driver")
DEEDS = (
    "ordered one",
    "ordered this",
    "got it",
    "picked it up",
    "received the parcel",
    "paid in cash",
    "paid by card",
    "opened the box",
    "read the first chapter",
    "watched it with a friend",
    "saw the film",
    "saw it at the cinema",
    "took the bus to work",
    "walked to the station",
    "booked a room for two",
    "stayed for one night",
    "had lunch there",
    "sat near the window",
    "called the office",
    "wrote to them",
    "changed the batteries",
    "bought two tickets",
    "bought a pair of shoes",
    "bought this one for the kitchen",
    "went to the shop",
    "came home",
    "met the others",
    "used it for the first time",
    "installed the update",
    "moved to another street",
    "started the course",
    "asked for the bill",
)
THINGS = (
    "The shop",
    "The film",
    "The meeting",
    "The parcel",
    "The phone",
    "The train",
    "The book",
    "The room",
    "The show",
    "The box",
    "The restaurant",
    "The ticket",
    "It",
    "This one",
)
FACTS = (
    "is about two hours long",
    "has three parts",
    "comes in blue and in black",
    "costs twelve euros",
    "was on the table",
    "arrived",
    "starts",
    "was moved to the second floor",
    "is next to the bank",
    "weighs two kilos",
    "was made in 1998",
    "opens at nine",
    "was here",
    "has a manual in four languages",
    "is the second of the series",
    "is for six people",
)
TIMES = (
    "",
    "today",
    "yesterday",
    "last week",
    "on Monday",
    "on Tuesday",
    "on Wednesday",
    "on Thursday",
    "on Friday",
    "on Saturday",
    "on Sunday",
    "in May",
    "in October",
    "this morning",
    "at noon",
    "two days ago",
    "after work",
    "before the holidays",
)


def statements(count: int, rng: random.Random) -> list[str]:
    """`count` different statements, most with a full stop. Raises ValueError where so many cannot be made."""
    made = [f"{who} {did} {when}".rstrip() for who in PEOPLE for did in DEEDS for when in TIMES]
    made += [f"{what} {fact} {when}".rstrip() for what in THINGS for fact in FACTS for when in TIMES]
    return [text + ("." if rng.random() < 0.8 else "") for text in rng.sample(made, count)]
