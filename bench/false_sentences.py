"""False sentences of written summaries of news, counted by hand: a list of sentences, each with a reader's verdict.

    python -m bench.false_sentences write --data DIR [--articles 20] [--models NAME ...]
    python -m bench.false_sentences count [--data DIR]

`write` summarizes the articles that `bench/lists/written_summaries.json` does not have yet, and leaves `false` null,
for a reader to say: empty where the article bears the sentence out, else what is wrong. `count` prints the table; with
DIR, the folder of `news-summaries-dev.jsonl.gz`, also the ROUGE of the same articles beside their first sentences.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import model_setup
import settings
from bench import results
from bench.summary_quality import Article, first_sentences, read, scores
from models.catalog.bundled import MINILM, QWEN, SMOLLM2
from models.runtime.limits import Limits
from models.tasks.summarization.adapter import Summarizer

LIST = Path(__file__).parent / "lists" / "written_summaries.json"
WRITERS = {spec.name: spec for spec in (QWEN, SMOLLM2)}
FILE = "news-summaries-dev.jsonl.gz"
Row = dict[str, Any]


def write(articles: Sequence[Article], models: Sequence[str]) -> None:
    """Add the summaries that the list does not have."""
    cache = model_setup.make_cache(settings.read(["--device", "cpu", "--memory", "3000"]))
    rows = load()
    for name in models:
        # However busy the machine is, each summary is written to its end.
        summarizer = Summarizer(cache, WRITERS[name], MINILM, Limits(seconds=3_600))
        for at, article in enumerate(articles):
            if any((row["article"], row["model"]) == (at, name) for row in rows):
                continue
            summary = summarizer(article.text, "abstractive", "medium")
            said = [
                {"text": each.text, "absent": list(each.absent), "marked": not each.supported, "false": None}
                for each in summary.sentences
            ]
            rows.append({"article": at, "model": name, "seconds": round(summary.run.seconds, 1), "sentences": said})
            LIST.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            print(f"{name}, article {at}: {summary.text}", flush=True)


def load() -> list[Row]:
    """The summaries so far."""
    rows: list[Row] = json.loads(LIST.read_text(encoding="utf-8")) if LIST.exists() else []
    return rows


def table(rows: Sequence[Row]) -> Iterator[str]:
    """What the reader found, by model."""
    yield "| written by | articles | sentences | false | of these marked | true ones marked |"
    yield "|---|---|---|---|---|---|"
    for name in dict.fromkeys(row["model"] for row in rows):
        mine = [row for row in rows if row["model"] == name]
        said = [sentence for row in mine for sentence in row["sentences"] if sentence["false"] is not None]
        false = [sentence for sentence in said if sentence["false"]]
        caught = sum(sentence["marked"] for sentence in false)
        alarms = sum(sentence["marked"] for sentence in said) - caught
        yield f"| {name} | {len(mine)} | {len(said)} | {len(false)} | {caught} | {alarms} |"


def rouge(rows: Sequence[Row], articles: Sequence[Article]) -> Iterator[str]:
    """The ROUGE of each model's summaries and, of the same articles, of the first three sentences."""
    yield "| | articles | ROUGE-1 | ROUGE-2 | ROUGE-L | words |"
    yield "|---|---|---|---|---|---|"
    for name in dict.fromkeys(row["model"] for row in rows):
        texts = {
            articles[row["article"]].text: " ".join(sentence["text"] for sentence in row["sentences"])
            for row in rows
            if row["model"] == name
        }
        chosen = [article for article in articles if article.text in texts]
        for title, found in (
            (name, scores(chosen, texts.__getitem__)),
            ("first three", scores(chosen, first_sentences)),
        ):
            yield f"| {title} | {len(chosen)} | " + " | ".join(f"{score:.1f}" for score in found) + " |"


def main(arguments: Sequence[str]) -> None:
    """Write, or count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=("write", "count"))
    parser.add_argument("--data", type=Path)
    parser.add_argument("--articles", type=int, default=20)
    parser.add_argument("--models", nargs="+", default=list(WRITERS), choices=list(WRITERS))
    given = parser.parse_args(arguments)
    if given.step == "write" and given.data is None:
        parser.error("write needs --data")
    articles = read(given.data / FILE)[: given.articles] if given.data else []
    if given.step == "write":
        write(articles, given.models)
        return
    lines = list(table(load()))
    if articles:
        lines += ["", *rouge(load(), articles)]
    print("\n".join(lines))
    note = "`python -m bench.false_sentences count --data DIR`: three sentences at most; the list has each verdict."
    results.write("Summaries: false sentences, by hand", [*lines, "", note])


if __name__ == "__main__":
    main(sys.argv[1:])
