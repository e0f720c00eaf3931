"""Translation with and without what keeps numbers, signs, placeholders, tags and code, by chrF on NTREX.

    python -m bench.translation_chrf --data DIR

DIR holds `ntrex-en-ptbr-dev.tsv.gz`. Without it the network reads each sentence as it is. Exits with 1 where keeping
costs chrF.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sacrebleu

import model_setup
import settings
from bench import results
from bench.translation_quality import read_lines
from models.engines.codec import Source, read
from models.tasks.translation import networks
from models.tasks.translation.adapter import of_catalog

NOTE = "`python -m bench.translation_chrf --data DIR`: NTREX, sentence by sentence, by the specialists."


@contextmanager
def nothing_kept() -> Iterator[None]:
    """Within it, translators read everything."""

    def bare(tokenizer: Any, text: str, pair: object = None, attempt: int = 0) -> Source:
        return read(tokenizer, text)

    vars(networks)["read"] = bare
    try:
        yield
    finally:
        vars(networks)["read"] = read


def main(arguments: Sequence[str]) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with ntrex-en-ptbr-dev.tsv.gz")
    lines = read_lines(parser.parse_args(arguments).data)
    translators = of_catalog(model_setup.make_cache(settings.read([])))
    chrf = sacrebleu.CHRF()
    table = ["| direction | lines | chrF | chrF with nothing kept | lines that differ |", "|---|---|---|---|---|"]
    good = True
    for source, target in (("en", "pt"), ("pt", "en")):
        translator = translators.choose(source, target)
        kept = [each.text for each in translator.many(lines[source])]
        with nothing_kept():
            bare = [each.text for each in translator.many(lines[source])]
        scores = [chrf.corpus_score(found, [lines[target]]).score for found in (kept, bare)]
        differ = sum(a != b for a, b in zip(kept, bare, strict=True))
        table.append(f"| {source}-{target} | {len(kept)} | {scores[0]:.4f} | {scores[1]:.4f} | {differ} |")
        print(table[-1], flush=True)
        good = good and scores[0] >= scores[1]
    results.write("Translation: chrF of what is kept", [*table, "", NOTE])
    if not good:
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
