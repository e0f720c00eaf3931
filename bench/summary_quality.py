"""ROUGE of both summarization methods beside an article's first three sentences, in its own order and shuffled.

`python -m bench.summary_quality --data DIR [--writer NAME]`, DIR being where `news-summaries-dev.jsonl.gz` is. Written
summaries take seconds each: they are kept in `--work`, and a broken-off run goes on from there.
"""

import argparse
import gzip
import hashlib
import json
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from rouge_score.rouge_scorer import RougeScorer

import model_setup
import settings
from models.tasks.summarization import abstractive
from models.tasks.summarization.adapter import Summarizer, of_catalog
from models.text.sentences import sentences

ROUGE = ("rouge1", "rouge2", "rougeL")
SEED = 0
FIRST = 3


@dataclass(frozen=True)
class Article:
    """A news article and the summary a person wrote of it."""

    text: str
    reference: str

    def shuffled(self, seed: int) -> "Article":
        """The same sentences in another order."""
        said = [span.of(self.text) for span in sentences(self.text)]
        return Article(" ".join(random.Random(seed).sample(said, len(said))), self.reference)


def read(path: Path) -> list[Article]:
    """The articles of a gzipped JSON-lines file; `<n>` marks the reference's lines."""
    with gzip.open(path, "rt") as lines:
        rows = [json.loads(line) for line in lines]
    return [Article(row["article"], row["reference"].replace("<n>", " ")) for row in rows]


def first_sentences(text: str) -> str:
    """The beginning of `text`: what every news summarizer has to beat."""
    return " ".join(span.of(text) for span in sentences(text)[:FIRST])


def scores(articles: Sequence[Article], summarize: Callable[[str], str]) -> tuple[float, ...]:
    """The mean ROUGE-1, -2 and -L (F, in percent) and length in words of `summarize` on `articles`."""
    scorer = RougeScorer(ROUGE, use_stemmer=True)
    rows = []
    for article in articles:
        summary = summarize(article.text)
        rouge = scorer.score(article.reference, summary)
        rows.append([*(100 * rouge[kind].fmeasure for kind in ROUGE), len(summary.split())])
    return tuple(mean(column) for column in zip(*rows, strict=True))


def kept(summarize: Callable[[str], str], folder: Path, writer: str) -> Callable[[str], str]:
    """`summarize` with its answers kept in `folder`, for as long as text, writer and method stay the same."""
    method = Path(abstractive.__file__).read_bytes() + writer.encode()
    folder.mkdir(parents=True, exist_ok=True)

    def look_up(text: str) -> str:
        file = folder / f"{hashlib.sha256(method + text.encode()).hexdigest()[:16]}.txt"
        if not file.exists():
            file.write_text(summarize(text))
            print(f"  {sum(1 for _ in folder.iterdir())} written", end="\r", flush=True)
        return file.read_text()

    return look_up


def table(summarizer: Summarizer, articles: Sequence[Article], work: Path, methods: Sequence[str]) -> Iterator[str]:
    """The rows of the result, each as soon as it is known."""
    mixed = [article.shuffled(SEED + i) for i, article in enumerate(articles)]
    yield f"{'':34} ROUGE-1  ROUGE-2  ROUGE-L    words"
    by_method: dict[str, Callable[[str], str]] = {
        "extractive": lambda text: summarizer(text, "extractive", "medium").text,
        "abstractive": kept(lambda text: summarizer(text, "abstractive", "medium").text, work, summarizer.writer.name),
    }
    rows: list[tuple[str, Sequence[Article], Callable[[str], str]]]
    rows = [("first three sentences", articles, first_sentences), ("shuffled: first three", mixed, first_sentences)]
    rows += [(method, articles, by_method[method]) for method in methods]
    if "extractive" in methods:
        rows.append(("shuffled: extractive", mixed, by_method["extractive"]))
    for name, of, summarize in rows:
        yield f"{name:34}" + "".join(f"{score:9.2f}" for score in scores(of, summarize))


def main(arguments: Sequence[str]) -> None:
    """Measure what the command line selects."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of news-summaries-dev.jsonl.gz")
    parser.add_argument("--work", type=Path, default=Path("build/summaries"), help="where written summaries are kept")
    parser.add_argument("--writer", default="", help="the language model that writes (default: the page's)")
    parser.add_argument("--methods", nargs="+", default=["extractive", "abstractive"])
    parser.add_argument("--articles", type=int, default=200, help="so many from the start (default: %(default)s)")
    given = parser.parse_args(arguments)
    articles = read(given.data / "news-summaries-dev.jsonl.gz")[: given.articles]
    chosen = settings.read(["--memory", "3000"])
    cache = model_setup.make_cache(chosen)
    summarizer = of_catalog(cache, offers=model_setup.offered(chosen)).using(given.writer)
    for line in table(summarizer, articles, given.work, given.methods):
        print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
