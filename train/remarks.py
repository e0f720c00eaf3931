"""Synthetic remarks about products, each with a known class.

They cover what the data sets have too little of: negation, idiom, comparison, praise and blame expressed as a fact, and
short remarks that list several points. They are built from templates, so no text is copied.
"""

import random
from collections.abc import Callable
from functools import partial

NEGATIVE, NEUTRAL, POSITIVE = range(3)
THINGS = (
    "toaster",
    "blender",
    "vacuum cleaner",
    "jacket",
    "tent",
    "bike",
    "printer",
    "laptop",
    "speaker",
    "keyboard",
    "lamp",
    "chair",
    "mattress",
    "watch",
    "game",
    "film",
    "album",
    "course",
    "hotel",
    "app",
)
GOOD = ("sturdy", "quick", "quiet", "bright", "comfortable", "clever", "beautiful", "reliable", "light", "handy")
BAD = ("flimsy", "slow", "noisy", "dim", "uncomfortable", "clumsy", "ugly", "unreliable", "heavy", "fiddly")
BETTER = ("better", "faster", "lighter", "sturdier", "brighter", "smoother", "easier to clean", "more comfortable")
WORSE = ("worse", "slower", "heavier", "flimsier", "louder", "dimmer", "harder to clean", "less comfortable")
OTHERS = (
    "the last model",
    "what I had before",
    "any other I have tried",
    "the one at work",
    "my brother's",
    "its rivals",
)
WORKS = (
    "Starts at once",
    "Fits perfectly",
    "Works like a charm",
    "Holds a charge for days",
    "Cleans in seconds",
    "Sounds wonderful",
    "Feels solid",
    "Does what it says",
    "Looks great on the shelf",
    "Heats up in no time",
)
FAILS = (
    "Takes ages to start",
    "Does not fit",
    "Gave up after two days",
    "The battery is empty within the hour",
    "Cannot be cleaned",
    "Sounds tinny",
    "Feels cheap",
    "Does nothing that it says",
    "The paint comes off",
    "Gets so hot that it smells",
)
LASTS = (
    "Three winters on and it still works like new.",
    "Dropped it down the stairs, not a scratch.",
    "My children fight over who may use it.",
    "I have already ordered a second one for my parents.",
    "Used it every day for a year and nothing has come loose.",
    "Even the neighbours asked where I got it.",
    "I was done in five minutes, without the manual.",
    "The whole family fell asleep within minutes on it.",
    "We stayed up until two to finish it.",
    "They replaced it the same day and paid the postage.",
    "My back no longer hurts in the morning.",
    "It rained all night and we woke up dry.",
    "It has not let me down once.",
    "Nobody at the table left a crumb.",
    "I caught myself smiling all the way home.",
)
BREAKS = (
    "It stopped working the day after the warranty ended.",
    "The handle came off in my hand.",
    "I am still waiting for my refund.",
    "It went straight into the bin.",
    "We walked out after half an hour.",
    "I had to wrap it in tape to keep it together.",
    "It woke the baby every single time.",
    "After one wash it would fit a doll.",
    "Water everywhere, and the floor is ruined.",
    "Support hung up on me twice.",
    "I fell asleep before the second chapter.",
    "The screws were missing, and so was the manual.",
    "My old phone from ten years ago took sharper pictures.",
    "It crashed three times while I wrote this.",
    "I would not give it to my worst enemy.",
)
PRAISE_IDIOMS = (
    "It knocked my socks off.",
    "Worth its weight in gold.",
    "It ticks all the boxes.",
    "Head and shoulders above the rest.",
    "You get more than your money's worth.",
    "Hands down the best {thing} I have owned.",
    "This {thing} is a keeper.",
    "Second to none.",
    "It hit the spot.",
    "I can't fault this {thing}.",
    "What's not to like?",
    "You can't go wrong with this {thing}.",
    "I could not be happier with this {thing}.",
    "It could hardly be better.",
    "Nothing to complain about here.",
    "I can't recommend this {thing} enough.",
    "Why did nobody tell me about this {thing} sooner?",
    "I couldn't put it down.",
)
BLAME_IDIOMS = (
    "It's money down the drain.",
    "All bark and no bite.",
    "It isn't worth the paper it's printed on.",
    "I wouldn't touch this {thing} with a barge pole.",
    "It falls short in every way.",
    "Give this {thing} a wide berth.",
    "It leaves a lot to be desired.",
    "The {thing} is a lemon.",
    "You get what you pay for, and that is not much.",
    "It's the last straw.",
    "Don't waste your breath on the {thing}.",
    "If only it worked.",
    "It could hardly be worse.",
    "I expected more of this {thing}.",
    "It's nothing to write home about, and it costs a fortune.",
    "I have had it up to here with this {thing}.",
    "Save your money.",
    "Thanks for nothing.",
)
PLAIN = (
    "The {thing} is made in two sizes.",
    "There is a button on the left side of the {thing}.",
    "It runs on two batteries.",
    "The {thing} comes with a cable of one metre.",
    "The shop sells it on the second floor.",
    "The {thing} has been out since March.",
    "It is sold in a white and in a red version.",
    "The manual of the {thing} has forty pages.",
    "My sister has the same {thing}.",
    "The {thing} stands next to the window.",
    "They deliver on weekdays between nine and five.",
    "How long is the warranty of the {thing}?",
    "Does the {thing} fit into a drawer?",
    "Which cable does it need?",
    "The {thing} weighs about a kilo.",
    "Its cover is grey, and its feet are black.",
    "You switch it on at the back.",
    "We use the {thing} at the office.",
)
# Emoji by class; the page spells them out for the model. Those of the tests are not here.
PLEASED = "😀😄😊🥰😍🤩🎉👏🙌💖✨🏆💯😎🤗💐🌟🥳"
DISPLEASED = "😠😤😞😢😭🤮🤢👿🙄😒😩😖😣😫🤬😾💩😟"
NEITHER = "📦🚗📅🏠📎🔧🧭🚲🌳📚🪑🍵🚪✏️🧺🎒🌍🐘"
UNMARKED = (
    "Came on Friday {emoji}",
    "The {thing} {emoji}",
    "{emoji} The {thing} is at the door.",
    "Second one {emoji}",
)
GAVE_BACK = (
    "I took the {thing} back to the shop.",
    "Sent the {thing} back after a day.",
    "The {thing} went straight back to the shop.",
    "We gave the {thing} back within a week.",
    "Returned the {thing} on the first day.",
    "I asked for my money back.",
    "In the end I returned the {thing}.",
    "My {thing} goes back tomorrow.",
    "She is sending hers back too.",
    "They had to exchange the {thing} twice.",
)
# A function that returns a remark and its class.
Maker = Callable[[random.Random], tuple[str, int]]


def _negation(rng: random.Random) -> tuple[str, int]:
    good = rng.random() < 0.5
    thing = rng.choice(THINGS)
    word = rng.choice(BAD if good else GOOD)
    shape = rng.choice(
        (
            "This {thing} is not {word} in the least.",
            "I would not call the {thing} {word}.",
            "The {thing} is anything but {word}.",
            "Nobody could say that the {thing} is {word}.",
            "The {thing} was never {word}, not for a minute.",
            "It isn't {word} by any means.",
        )
    )
    return shape.format(thing=thing, word=word), POSITIVE if good else NEGATIVE


def _twice_negated(rng: random.Random) -> tuple[str, int]:
    thing = rng.choice(THINGS)
    shape, label = rng.choice(
        (
            ("I have no complaints about the {thing}.", POSITIVE),
            ("There is nothing wrong with this {thing}.", POSITIVE),
            ("The {thing} did not disappoint.", POSITIVE),
            ("It never fails to please me.", POSITIVE),
            ("I don't regret buying this {thing}.", POSITIVE),
            ("You won't find a better {thing}.", POSITIVE),
            ("I did not like the {thing}.", NEGATIVE),
            ("There is nothing good about this {thing}.", NEGATIVE),
            ("The {thing} did not convince me.", NEGATIVE),
            ("I don't see why anyone would want this {thing}.", NEGATIVE),
            ("You won't find a worse {thing}.", NEGATIVE),
            ("I would not buy the {thing} again.", NEGATIVE),
        )
    )
    return shape.format(thing=thing), label


def _comparison(rng: random.Random) -> tuple[str, int]:
    good = rng.random() < 0.5
    first, second = rng.sample(BETTER if good else WORSE, 2)
    shape = rng.choice(
        (
            "This {thing} is {first} than {other}.",
            "{First} and {second} than {other}.",
            "The {thing} is {first}, and it is {second} than {other}.",
            "So much {first} than {other}!",
        )
    )
    text = shape.format(
        thing=rng.choice(THINGS),
        first=first,
        First=first.capitalize(),
        second=second,
        other=rng.choice(OTHERS),
    )
    return text, POSITIVE if good else NEGATIVE


def _several(rng: random.Random) -> tuple[str, int]:
    good = rng.random() < 0.5
    first, second = rng.sample(WORKS if good else FAILS, 2)
    word, other = rng.sample(GOOD if good else BAD, 2)
    better = rng.choice(BETTER if good else WORSE)
    shape = rng.choice(
        (
            "{first}. {second}.",
            "{first}, is {word}, and {other}.",
            "{first}, and it is {better} than {than}.",
            "{first}, is {word}, and it is {better} than {than}.",
            "A {word} and {other} {thing}. {second}.",
            "{Word}, {other}, and {better} than {than}.",
        )
    )
    text = shape.format(
        first=first,
        second=second,
        word=word,
        Word=word.capitalize(),
        other=other,
        better=better,
        than=rng.choice(OTHERS),
        thing=rng.choice(THINGS),
    )
    return text, POSITIVE if good else NEGATIVE


def _but(rng: random.Random) -> tuple[str, int]:
    """A contrast; the second half decides the class."""
    good = rng.random() < 0.5
    before, after = rng.choice(BAD if good else GOOD), rng.choice(GOOD if good else BAD)
    shape = rng.choice(
        (
            "The {thing} looks {before}, but it turned out to be {after}.",
            "I thought the {thing} would be {before}. It is {after}.",
            "They promised a {before} {thing}; mine is {after}.",
        )
    )
    text = shape.format(thing=rng.choice(THINGS), before=before, after=after)
    return text, POSITIVE if good else NEGATIVE


def _of(shapes: tuple[str, ...], label: int, rng: random.Random) -> tuple[str, int]:
    return rng.choice(shapes).format(thing=rng.choice(THINGS)), label


def _marked(rng: random.Random) -> tuple[str, int]:
    good = rng.random() < 0.5
    mark = rng.choice(
        (":)", "(thumbs up)", "(love)", "<3") if good else (":(", "(thumbs down)", "(broken heart)", ":/")
    )
    return f"{rng.choice(('The', 'My new', 'This'))} {rng.choice(THINGS)} {mark}", POSITIVE if good else NEGATIVE


def _emoji(rng: random.Random) -> tuple[str, int]:
    """An emoji alone, or behind words that say nothing of the kind."""
    label = rng.randrange(3)
    emoji = rng.choice((DISPLEASED, NEITHER, PLEASED)[label].replace("\ufe0f", ""))
    shape = rng.choice(("{emoji}", "{emoji}", "{emoji}{emoji}", *UNMARKED))
    return shape.format(emoji=emoji, thing=rng.choice(THINGS)), label


MAKERS: tuple[Maker, ...] = (
    _negation,
    _twice_negated,
    _comparison,
    _several,
    _several,
    _but,
    partial(_of, PRAISE_IDIOMS, POSITIVE),
    partial(_of, BLAME_IDIOMS, NEGATIVE),
    partial(_of, LASTS, POSITIVE),
    partial(_of, BREAKS, NEGATIVE),
    partial(_of, PLAIN, NEUTRAL),
    partial(_of, PLAIN, NEUTRAL),
    partial(_of, GAVE_BACK, NEGATIVE),
    _emoji,
    _emoji,
    _marked,
)


def remarks(count: int, rng: random.Random) -> list[tuple[str, int]]:
    """Return `count` remarks with their classes, 0 (negative) to 2 (positive); remarks may repeat."""
    return [rng.choice(MAKERS)(rng) for _ in range(count)]
