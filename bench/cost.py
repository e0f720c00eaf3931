"""What more work costs: longer contexts, more sentences, more tokens, more turns, more models.

python -m bench.cost
"""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate

from bench import beside, ours, results
from bench.attention_view import of_length
from bench.beside import figures, interleaved, method
from bench.growth import Growth
from bench.memory import loaded
from models.catalog.bundled import ENGLISH_PORTUGUESE, MINILM, QUESTION_ANSWERING, SMOLLM2
from models.explain.attention import Attender
from models.runtime.cache import ModelCache
from models.runtime.limits import Limits
from models.runtime.provenance import stopwatch
from models.tasks.chat.adapter import Chatter
from models.tasks.question_answering.adapter import Answerer
from models.tasks.translation.adapter import Translator

CHARACTERS = (1_000, 3_000, 10_000, 30_000, 60_000)
SENTENCES = (1, 10, 100, 1_000)
TOKENS = (16, 32, 64, 128, 256, 512)
TURNS = (1, 2, 5, 10, 20)
REPLY = 16
# Attention has a weight for each pair of tokens.
SQUARE = 2.0
# The last of the models is several times as large as the others.
UNEVEN = 1.4
SAID = ("It was built in the spring.", "Who lived there?", "And what became of it?", "Tell me of the sea then.")


def timed(sizes: Sequence[int], work: Callable[[int], Callable[[], object]]) -> list[list[float]]:
    """The seconds of the work of each size, the sizes in turn."""
    return [figures(each) for each in interleaved(*(partial(ours.seconds, work(size)) for size in sizes))]


def answering(cache: ModelCache) -> Growth:
    """A question on longer and longer texts."""
    text = (ours.example() + "\n\n") * 60
    reader = Answerer(cache, QUESTION_ANSWERING)
    values = timed(CHARACTERS, lambda size: partial(reader, "Who built the lighthouse?", text[:size]))
    return Growth("Question answering", "characters of the text", "seconds", CHARACTERS, values)


def translating(cache: ModelCache) -> Growth:
    """One text of more and more sentences."""
    translator = Translator(cache, ENGLISH_PORTUGUESE, "en", Limits(text=1_000_000))
    # Different ones, so that nothing could be kept.
    text = [f"The {number} ferries were late again, but nobody on the quay minded." for number in range(max(SENTENCES))]
    values = timed(SENTENCES, lambda size: partial(translator, " ".join(text[:size])))
    return Growth("Translation", "sentences", "seconds", SENTENCES, values)


def attending(cache: ModelCache) -> Growth:
    """The attention of all layers over more and more tokens."""
    attender = Attender(cache, (MINILM,))
    text = ours.example()[: attender.limits.text]
    texts = {size: of_length(attender, text, size)[1] for size in TOKENS}
    values = timed(TOKENS, lambda size: partial(attender, "", texts[size]))
    return Growth("Attention", "tokens", "seconds", TOKENS, values, most=SQUARE)


def chatting(cache: ModelCache) -> Growth:
    """Whole conversations of so many turns, each new: the seconds of all turns together."""
    chatter = Chatter(cache, SMOLLM2)
    runs = []
    for number in range(beside.WARM_UPS + beside.REPEATS):
        history: list[dict[str, str]] = []
        turns = []
        for turn in range(max(TURNS)):
            said = f"{number}. {SAID[turn % len(SAID)]}"
            elapsed = stopwatch()
            reply = chatter(said, history, max_new_tokens=REPLY)
            turns.append(elapsed())
            history += [{"role": "user", "content": said}, {"role": "assistant", "content": reply.text or "."}]
        runs.append(list(accumulate(turns)))
    kept = runs[beside.WARM_UPS :]
    return Growth("Chat", "turns", "seconds", TURNS, [[run[turns - 1] for run in kept] for turns in TURNS])


def remembering() -> Growth:
    """The process's memory with more and more of the default models, the chat's, which is the largest, last."""
    found = loaded("default")
    sizes = range(1, len(found.after) + 1)
    values = [[each] for each in found.after.values()]
    return Growth("Memory", "models", "MB", sizes, values, UNEVEN, found.page)


NOTES = [
    f"`python -m bench.cost`: {method()} The sizes take turns; memory is measured once, in a process of its own. The",
    "exponent is the slope of the line that fits the logarithms. Chat: all turns of a conversation together, with",
    f"replies of {REPLY} tokens. Translation: one text. Attention: all layers and heads of {MINILM.name}.",
]


def main() -> None:
    """Print the tables and keep them; exit with 1 where something grows faster than is good."""
    cache = ours.cache()
    found = []
    lines = []
    for growth in (*(measure(cache) for measure in (answering, translating, attending, chatting)), remembering()):
        found.append(growth)
        lines += [*growth.table(), ""]
    print("\n".join(lines))
    results.write("Cost as work grows", [*lines, *NOTES])
    if not all(growth.met for growth in found):
        sys.exit(1)


if __name__ == "__main__":
    main()
