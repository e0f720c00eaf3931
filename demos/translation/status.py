"""The status line under a translation."""

from demos.status import describe
from demos.words import say, say_count
from models.tasks.translation.translated import Translation


def status_of(result: Translation, aligned: bool = True, done: bool = False) -> str:
    """The status line under `result`; whether its words are `aligned`, and nothing more comes."""
    sentences = len(result.sentences)
    copied, cut = sum(s.copied for s in result.sentences), sum(not (s.complete or s.circles) for s in result.sentences)
    circles = sum(s.circles for s in result.sentences)
    guessed = sum(s.guessed for s in result.sentences)
    lost = dict.fromkeys(form for s in result.sentences for form in s.lost)
    facts = [
        say_count(sentences, "{n} sentence", "{n} sentences") if sentences else "",
        say_count(copied, "{n} unknown sign copied", "{n} unknown signs copied") if copied else "",
        say_count(guessed, "{n} place guessed", "{n} places guessed") if guessed else "",
        say_count(cut, "{n} sentence ran too long", "{n} sentences ran too long") if cut else "",
        say_count(
            circles,
            "{n} sentence ended: it began to repeat itself",
            "{n} sentences ended: they began to repeat themselves",
        )
        if circles
        else "",
        say("could not be kept: {what}", what=", ".join(lost)) if lost else "",
        "" if aligned else say("no word alignment: the Firefox models have it"),
        say_count(result.left, "time is up: {n} sentence left", "time is up: {n} sentences left")
        if done and result.left
        else "",
    ]
    return describe(result.run, *filter(None, facts))
