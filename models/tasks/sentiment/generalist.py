"""The sentiment of a text as a language model puts it: one word, read off its next-token probabilities."""

from collections.abc import Iterator, Sequence

from models.runtime.cache import Loaded
from models.tasks.generalist import cut, examples, prompt, shares
from models.tasks.sentiment.results import WINDOW_TOKENS, Scores

# A word takes a pass of the whole model, which is about a second on two cores.
MARKED_WORDS = 24
INSTRUCTION = (
    "Is the text praise, a complaint, or only a fact or question? Answer with one word: praise, complaint or fact."
)
# Named so that no two begin alike: then their first tokens differ, whatever the tokenizer.
NEGATIVE, NEUTRAL, POSITIVE = WORDS = ("complaint", "fact", "praise")
EXAMPLES = examples(
    [
        ("The screen is bright and clear.", POSITIVE),
        ("The shop opens at nine.", NEUTRAL),
        ("房间太吵了，一夜没睡好。", NEGATIVE),
        ("她住在三楼。", NEUTRAL),
        ("Je recommande vivement ce livre.", POSITIVE),
        ("Onde fica a estação?", NEUTRAL),
        ("It stopped working after a week.", NEGATIVE),
        ("Mon vol a encore été annulé.", NEGATIVE),
        ("He bought two kilos of apples.", NEUTRAL),
    ]
)


def classify(loaded: Loaded, texts: Sequence[str]) -> Iterator[list[tuple[int, Scores]]]:
    """The scores of `texts` with their indices, one at a time; what exceeds a window is cut."""
    for index, text in enumerate(texts):
        read, *_ = cut(loaded, text, WINDOW_TOKENS)
        ids = prompt(loaded.tokenizer, INSTRUCTION, [*EXAMPLES, ("user", read)])
        yield [(index, Scores(*shares(loaded, ids, WORDS)))]
