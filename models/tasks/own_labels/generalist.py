"""Own labels by a language model: the letter of one label, or yes or no to each."""

from collections.abc import Sequence
from string import ascii_uppercase

import numpy as np

from models.runtime.arrays import Floats
from models.runtime.cache import Loaded
from models.runtime.progress import Report, Stage
from models.tasks.generalist import cut, examples, prompt, shares
from models.tasks.own_labels.results import Judged

# A longer text loses its end.
WINDOW_TOKENS = 1_000
ONE = "Which label fits the text best? Answer with its letter."
EACH = "Does the label fit the text? Answer yes or no."


def judge(
    loaded: Loaded, texts: Sequence[str], names: Sequence[str], multiple: bool, model: str, report: Report
) -> Judged:
    """Judge by the share of each label's letter among the letters, or of yes against no. Asks `report` in between."""
    kept = [cut(loaded, text, WINDOW_TOKENS) for text in texts]
    scores = np.zeros((len(texts), len(names)), np.float32)
    for row, (text, *_) in zip(scores, kept, strict=True):
        if not multiple:
            row[:] = _one(loaded, text, names)
            report(Stage("Running", model))
            continue
        for at, name in enumerate(names):
            row[at] = _each(loaded, text, name)
            report(Stage("Running", model))
    tokens, dropped = sum(read for _, read, _ in kept), sum(left for *_, left in kept)
    return Judged(scores, [[None] * len(names)] * len(texts), tokens, dropped)


def _one(loaded: Loaded, text: str, names: Sequence[str]) -> Floats:
    ids = prompt(loaded.tokenizer, ONE, [*examples(LETTERS), ("user", _lettered(text, names))])
    return np.array(shares(loaded, ids, ascii_uppercase[: len(names)]), np.float32)


def _each(loaded: Loaded, text: str, name: str) -> float:
    ids = prompt(loaded.tokenizer, EACH, [*examples(ANSWERS), ("user", _asked(text, name))])
    return shares(loaded, ids, ("yes", "no"))[0]


def _lettered(text: str, names: Sequence[str]) -> str:
    """The text first, so that it is read once for several lists of labels."""
    return "\n".join([text, "", *(f"{letter}. {name}" for letter, name in zip(ascii_uppercase, names, strict=False))])


def _asked(text: str, name: str) -> str:
    return f"{text}\n\nLabel: {name}"


LETTERS = [
    (_lettered("The goalkeeper saved two penalties.", ["weather", "sport", "law"]), "B"),
    (_lettered("Heute regnet es den ganzen Tag.", ["Wetter", "Musik"]), "A"),
    (_lettered("我想退货，怎么办理？", ["称赞", "通知", "请求", "广告"]), "C"),
    (_lettered("Please close the window.", ["question", "joke", "order"]), "C"),
    (_lettered("她的新专辑昨天发布。", ["音乐", "经济", "健康"]), "A"),
    (_lettered("Os juros subiram outra vez.", ["saúde", "economia", "desporto"]), "B"),
]
ANSWERS = [
    (_asked("The goalkeeper saved two penalties.", "sport"), "yes"),
    (_asked("The goalkeeper saved two penalties.", "law"), "no"),
    (_asked("她的新专辑昨天发布。", "经济"), "no"),
    (_asked("她的新专辑昨天发布。", "音乐"), "yes"),
    (_asked("Please close the window.", "question"), "no"),
    (_asked("Os juros subiram outra vez.", "economia"), "yes"),
]
