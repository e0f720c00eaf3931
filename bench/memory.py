"""The memory of the whole app with all bundled models loaded, and what each adds: `python -m bench.memory`.

The app serves its page in a process of its own, loads one model after another, and runs each once. Linux reports how
much is resident in it and in the processes that it started, and how much ever was in each at most.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

import app
import model_setup
import settings
from bench import results
from bench.beside import THREADS
from bench.server import ROOT
from models.catalog.bundled import QWEN, SMOLLM2
from models.catalog.offers import ACCURATE, BETTER, BUNDLED, LARGE
from models.explain.attention import Attender
from models.runtime.cache import ModelCache
from models.runtime.progress import MEGABYTE
from models.runtime.spec import ModelSpec
from models.tasks.chat.adapter import Chatter
from models.tasks.question_answering.adapter import Answerer
from models.tasks.sentiment.adapter import SentimentReader
from models.tasks.summarization.adapter import Summarizer
from models.tasks.translation.adapter import Translator

# So much that nothing is evicted.
BUDGET = 8_000
ACCURATE_AND_LARGE = BUNDLED.with_more(ACCURATE).with_more(LARGE).beginning_with(QWEN, *BETTER)
# The last are the defaults of a page whose weights, the larger ones too, are all on disk.
MODELS: Mapping[str, Callable[[], Sequence[ModelSpec]]] = {
    "default": lambda: model_setup.DEFAULT_MODELS,
    "all": lambda: model_setup.every_model(BUNDLED),
    "large": lambda: model_setup.defaults(ACCURATE_AND_LARGE),
}
TITLES = {
    "default": "The default models",
    "all": "All bundled ones, with the copies that show attention",
    "large": "The default models where the larger ones are on disk",
}


@dataclass(frozen=True)
class Memory:
    """In megabytes: with the page served, after each further model, and the most ever.

    `counted` is what the cache counts for each model.
    """

    page: float
    after: Mapping[str, float]
    counted: Mapping[str, float]
    peak: float

    @property
    def added(self) -> dict[str, float]:
        """What each model added, with the libraries that nothing before it had imported."""
        levels = [self.page, *self.after.values()]
        return {name: level - last for name, level, last in zip(self.after, levels[1:], levels, strict=False)}


def loaded(which: str) -> Memory:
    """The measurements of a new process that loads the models called `which`, one of `MODELS`."""
    command = [sys.executable, "-m", "bench.memory", "--load", which]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return Memory(**json.loads(done.stdout.strip().rpartition("\n")[2]))


def load(which: str) -> Memory:
    """Serve the page, load and run the models called `which`, and look at this process after each."""
    options = ["--port", "0", "--device", "cpu", "--threads", str(THREADS), "--memory", str(BUDGET)]
    chosen = settings.read(options)
    cache = model_setup.make_cache(chosen)
    serving = app.serve(cache, chosen)
    page, after = resident("VmRSS"), {}
    models = MODELS[which]()
    for spec in models:
        # Weights that lie in a mapped file take no memory before they are read.
        use(cache, spec)
        after[spec.label] = resident("VmRSS")
    counted = {spec.label: cache.size(spec) / MEGABYTE for spec in models}
    serving.drain(0)
    return Memory(page, after, counted, resident("VmHWM"))


def use(cache: ModelCache, spec: ModelSpec) -> None:
    """Load the model of `spec` and run it once, by the adapter that the page has for it."""
    text = (app.ASSETS / "examples" / "bridge.txt").read_text(encoding="utf-8")
    if spec.attention == "eager" and spec.engine == "torch":
        Attender(cache, (spec,))("", text)
    elif spec.head == "question-answering":
        Answerer(cache, spec)("When was the bridge opened?", text)
    elif spec.head == "translation":
        Translator(cache, spec, spec.pairs[0][0])("The ferry was late again.")
    elif spec.head == "sentiment":
        SentimentReader(cache, spec)("The ferry was late again.")
    elif spec.head == "encoder":
        Summarizer(cache, SMOLLM2, spec)(text, "extractive", "medium")
    else:
        Chatter(cache, spec)("Hello.", max_new_tokens=8)


def resident(kind: str) -> float:
    """Megabytes of this process and of those that it started: VmRSS, now, or VmHWM, the most of each so far."""
    own = psutil.Process()
    statuses = [Path(f"/proc/{each.pid}/status").read_text() for each in (own, *own.children(recursive=True))]
    return sum(kilobytes(status, kind) for status in statuses) * 1_024 / MEGABYTE


def kilobytes(status: str, kind: str) -> int:
    """A line of a process's status. Raises ValueError where it has none."""
    found = re.search(rf"^{kind}:\s+(\d+) kB$", status, re.MULTILINE)
    if found is None:
        raise ValueError(f"no {kind} in the process's status")
    return int(found[1])


def table(memory: Memory) -> list[str]:
    """Its lines of the table."""
    rows = [("the page", memory.page, "")]
    rows += [(name, added, f"{memory.counted[name]:,.0f}") for name, added in memory.added.items()]
    lines = [f"| {name} | {added:,.0f} | {counted} |" for name, added, counted in rows]
    now = list(memory.after.values())[-1]
    totals = [f"| together | {now:,.0f} | {sum(memory.counted.values()):,.0f} |", f"| peak | {memory.peak:,.0f} | |"]
    return ["| | added, MB | counted by the cache, MB |", "|---|---|---|", *lines, *totals]


def main(arguments: Sequence[str]) -> None:
    """Print the tables of all groups of models, and keep them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--load", choices=sorted(MODELS), help="load these in this process and print the figures")
    chosen = parser.parse_args(arguments)
    if chosen.load:
        print(json.dumps(asdict(load(chosen.load))))
        return
    lines = []
    for which, title in TITLES.items():
        lines += [f"**{title}**", "", *table(loaded(which)), ""]
    print("\n".join(lines))
    notes = [
        "`python -m bench.memory`: resident memory of the served app after each model ran once, and the most ever."
    ]
    results.write("Memory", [*lines, *notes])


if __name__ == "__main__":
    main(sys.argv[1:])
