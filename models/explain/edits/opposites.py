"""English words and their opposites, for edits of one word: a small list, mostly of words that judge."""

PAIRS = """
good bad, great terrible, excellent awful, best worst, better worse, love hate, loved hated, loves hates, like dislike,
liked disliked, likes dislikes, enjoy regret, enjoyed regretted, happy sad, glad sorry, pleased annoyed, delighted
disappointed, satisfied dissatisfied, wonderful dreadful, superb poor, brilliant dull, amazing boring, beautiful ugly,
perfect flawed, fantastic horrible, lovely nasty, nice unpleasant, friendly rude, kind cruel, helpful useless, useful
useless, clever stupid, smart silly, interesting boring, exciting tedious, funny dull, fun boring, fresh stale, clean
dirty, easy hard, simple complicated, clear confusing, fast slow, quick slow, strong weak, safe dangerous, cheap
expensive, comfortable uncomfortable, quiet noisy, warm cold, hot cold, bright dark, light heavy, right wrong, correct
wrong, true false, real fake, success failure, succeeded failed, succeed fail, works breaks, worked broke, win lose, won
lost, recommend avoid, recommended avoided, improve ruin, improved ruined, improves ruins, saved wasted, praise blame,
praised criticized, smile frown, laugh cry, hope fear, always never, everything nothing, everyone nobody, all none, more
less, most least, many few, with without, before after, first last, early late, high low, large small, big small, long
short, old new, young old, open closed, opened closed, up down, rich poor, full empty, possible impossible, able unable,
likely unlikely, fair unfair, honest dishonest, polite rude, patient impatient, worth worthless, pleasant unpleasant,
masterpiece mess, gem disaster, pleasure pain, joy misery, beauty ugliness, comfort discomfort
"""
# A word that is in many pairs has all its partners, at most so many.
MOST = 2


def _both_ways() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for pair in PAIRS.split(","):
        one, other = pair.split()
        found.setdefault(one, []).append(other)
        found.setdefault(other, []).append(one)
    return {word: tuple(dict.fromkeys(partners))[:MOST] for word, partners in found.items()}


OPPOSITES = _both_ways()


def opposites(word: str) -> tuple[str, ...]:
    """The opposites of an English `word`, written with capitals as it is; none where the list has none."""
    found = OPPOSITES.get(word.lower(), ())
    if word.isupper() and len(word) > 1:
        return tuple(each.upper() for each in found)
    return tuple(each.capitalize() for each in found) if word[:1].isupper() else found
