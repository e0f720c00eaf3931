"""Synthetic questions on the short texts of everyday life, each with its answer or none.

SQuAD has paragraphs of an encyclopedia alone: no price list, no packing list, no opening hours, no instructions. They
are built from templates, so no text is copied.
"""

import random

from train.squad import Question

TITLE = "notices"
# The share of questions about what a text with lines of names and values does not have.
ABSENT = 0.15
# Names of what is sold side by side, and what all of them are.
GOODS = (
    ("ticket", ("Adults", "Children", "Students", "Seniors", "Families")),
    ("seat", ("Window", "Aisle", "Balcony", "Front row", "Back row")),
    ("coffee", ("Espresso", "Cappuccino", "Latte", "Flat white", "Americano")),
    ("room", ("Single", "Double", "Twin", "Family", "Suite")),
    ("bike", ("City bike", "Mountain bike", "Tandem", "Cargo bike", "Child's bike")),
    ("soup", ("Cup", "Bowl", "Tomato", "Pumpkin", "Onion")),
    ("plan", ("Basic", "Plus", "Family", "Business", "Trial")),
    ("pizza", ("Margherita", "Mushroom", "Spinach", "Half", "Whole")),
)
PRICE = ("How much is the {name} {what}?", "What does the {name} {what} cost?", "What is the price for {name}?")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PLACES = ("library", "museum", "pool", "bakery", "market", "clinic", "post office", "garage", "gallery", "workshop")
LISTS = (
    (
        ("What do I have to pack?", "What should we take along?", "Which things are needed?"),
        ("Pack the following:", "For the hike, please take along:", "Packing list", "You will need:"),
        ("a rain jacket", "sun cream", "two pairs of socks", "a torch", "a map", "a first-aid kit", "sandwiches"),
    ),
    (
        ("What is missing from the kitchen?", "What should she get at the shop?", "What do we need from the market?"),
        ("Can you get these at the shop?", "From the market:", "Missing from the kitchen:", "To buy"),
        ("rice", "a bag of onions", "olive oil", "two lemons", "coffee", "butter", "six tomatoes", "salt"),
    ),
    (
        ("What comes in the parcel?", "What does the set contain?", "What is included?"),
        ("In the box:", "The set contains", "Included:", "Contents"),
        ("one charger", "a short cable", "four screws", "the manual", "a carrying bag", "two spare bulbs"),
    ),
    (
        ("What has to be done by Friday?", "Which tasks are left?", "What do I have to do?"),
        ("Left to do:", "By Friday:", "Tasks for the week", "Please do these before you leave:"),
        ("water the plants", "call the plumber", "pay the rent", "send the form back", "empty the fridge"),
    ),
)
MAKERS = ("Ines Duarte", "Paul Okafor", "Maria Lindgren", "Tom Weaver", "Li Na", "Carla Rossi", "Ahmed Saleh")
WORKS = (
    ("painted", "Who painted {thing}?", ("The Grey Harbour", "Winter Orchard", "Two Chairs", "Night Ferry")),
    ("composed", "Who composed {thing}?", ("Morning Suite", "Rain on Tin", "The Long March Home", "Small Hours")),
    ("directed", "Who directed {thing}?", ("The Last Tram", "Salt", "A House in May", "Paper Boats")),
    ("built", "Who built {thing}?", ("the old mill", "the stone bridge", "the chapel", "the boathouse")),
    ("organized", "Who organized {thing}?", ("the book fair", "the bake sale", "the school trip", "the concert")),
)
DOING = (
    ("pair the headphones", "press and hold the round key until it blinks"),
    ("clean the filter", "rinse it under warm water and let it dry overnight"),
    ("open the lid", "turn it to the left and lift"),
    ("cancel the order", "write to the shop within two days"),
    ("start the mower", "push the lever down and pull the cord twice"),
    ("change the language", "choose Settings and then Region"),
    ("renew the card", "bring a photo and the old card to the front desk"),
    ("charge the lamp", "put it in the sun for six hours"),
)
THINGS = ("kettle", "rucksack", "heater", "drill", "stroller", "radio", "cooler", "fan")
SENTENCES = (
    (
        "It takes {value} to warm up.",
        "How long does it take to warm up?",
        ("four minutes", "half an hour", "ten seconds"),
    ),
    ("I paid {value} for it.", "How much did they pay for it?", ("35 euros", "$120", "19.90", "about 80 pounds")),
    ("It weighs {value}.", "How heavy is it?", ("two kilos", "900 grams", "about five pounds")),
    ("We have had it since {value}.", "Since when do they have it?", ("last spring", "2019", "my birthday in June")),
    ("The handle broke after {value}.", "When did the handle break?", ("a week", "three uses", "the first winter")),
    ("It comes with {value}.", "What does it come with?", ("a spare belt", "two batteries", "a five-year guarantee")),
    ("I use it mostly for {value}.", "What is it mostly used for?", ("camping", "the office", "short trips to town")),
    ("My {value} recommended it.", "Who recommended it?", ("neighbour", "sister-in-law", "old teacher", "dentist")),
)
FILLERS = ("The colour is a matter of taste.", "It rained all day.", "So far so good.", "That is all I can say.")

# A question, its context, and the answer's text with its first character.
Made = tuple[str, str, tuple[str, int] | None]


def questions(count: int, rng: random.Random) -> list[Question]:
    """`count` questions of all kinds in turn; those without an answer have an empty tuple of them."""
    kinds = (_priced, _opening, _listed, _made_by, _how_to, _remark)
    made = []
    for number in range(count):
        question, context, answer = kinds[number % len(kinds)](rng)
        answers = ((answer[0], answer[1]),) if answer else ()
        made.append(Question(f"{TITLE}-{number}", TITLE, question, context, answers))
    return made


def _fields(
    rng: random.Random, rows: list[tuple[str, str]], chosen: str, titles: tuple[str, ...]
) -> tuple[str, tuple[str, int] | None]:
    """Lines of names and values under a title, and the value of `chosen`, None where no line has that name."""
    between = rng.choice((": ", ": ", " - ", "\t", " | "))
    context, answer = rng.choice(titles), None
    for name, value in rows:
        if name == chosen:
            answer = value, len(context + name + between)
        context += f"{name}{between}{value}\n"
    return context.rstrip("\n"), answer


def _priced(rng: random.Random) -> Made:
    what, names = rng.choice(GOODS)
    *shown, absent = rng.sample(names, rng.randint(3, 5))
    chosen = absent if rng.random() < ABSENT else rng.choice(shown)
    sign = rng.choice(("${}", "{} euros", "£{}.50", "€{}", "{} dollars"))
    # Two of them may cost the same: the answer is the one beside its name.
    rows = [(name, sign.format(rng.randint(2, 12))) for name in shown]
    context, answer = _fields(rng, rows, chosen, ("", "Prices\n", "Please note:\n", "Welcome!\n\n"))
    return rng.choice(PRICE).format(name=chosen.lower(), what=what), context, answer


def _opening(rng: random.Random) -> Made:
    *shown, absent = rng.sample(DAYS, rng.randint(3, 5))
    chosen = absent if rng.random() < ABSENT else rng.choice(shown)
    rows = [(day, f"{rng.randint(7, 11)} am to {rng.randint(1, 9)} pm") for day in shown]
    place = rng.choice(PLACES)
    context, answer = _fields(rng, rows, chosen, (f"Opening hours of the {place}\n", f"The {place}\n\n"))
    asked = rng.choice(("When is the {} open on {}?", "At what times can one visit the {} on {}?"))
    return asked.format(place, chosen), context, answer


def _listed(rng: random.Random) -> Made:
    asked, introductions, items = rng.choice(LISTS)
    chosen = rng.sample(items, rng.randint(2, 5))
    bullet = rng.choice(("- ", "- ", "* ", "• ", "1"))
    lines = [f"{number}. {item}" if bullet == "1" else bullet + item for number, item in enumerate(chosen, 1)]
    introduction = rng.choice(("", "Hi all,\n\n", "The forecast is good.\n")) + rng.choice(introductions) + "\n"
    context = introduction + "\n".join(lines) + rng.choice(("", "\n\nThanks!", "\nSee you on Sunday."))
    start = context.index(chosen[0], len(introduction))
    end = context.index(chosen[-1], len(introduction)) + len(chosen[-1])
    return rng.choice(asked), context, (context[start:end], start)


def _made_by(rng: random.Random) -> Made:
    verb, asked, things = rng.choice(WORKS)
    first, second = rng.sample(things, 2)
    people = rng.sample(MAKERS, 2)
    parts = [
        f"{_capital(thing)} was {verb} by {person}." for thing, person in zip((first, second), people, strict=True)
    ]
    context = " ".join(parts)
    which = rng.randrange(2)
    return asked.format(thing=(first, second)[which]), context, (people[which], context.index(people[which]))


def _how_to(rng: random.Random) -> Made:
    deed, way = rng.choice(DOING)
    context = f"{rng.choice(FILLERS)} To {deed}, {way}. {rng.choice(FILLERS)}"
    return rng.choice((f"How do I {deed}?", f"How can one {deed}?")), context, (way, context.index(way))


def _remark(rng: random.Random) -> Made:
    chosen = rng.sample(SENTENCES, 3)
    values = [rng.choice(values) for *_, values in chosen]
    parts = [form.format(value=value) for (form, *_), value in zip(chosen, values, strict=True)]
    context = " ".join([f"A {rng.choice(THINGS)} for daily use.", *parts, rng.choice(FILLERS)])
    return chosen[1][1], context, (values[1], context.index(parts[1]) + chosen[1][0].index("{"))


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
