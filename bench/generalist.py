"""The language model in every task: lists of remarks and questions, and translation between English and Chinese.

    python -m bench.generalist remarks [--language zh|pt|en] [--limit N]
    python -m bench.generalist questions [--limit N]
    python -m bench.generalist translation --data DIR [--language zh|en] [--limit N]

DIR holds `ntrex-en-zh-dev.tsv.gz`. What is wrong is printed as it comes, then the counts. With `--limit` only the first
N of each language, of the questions, or of the lines each way are asked. The specialist reads English remarks too.
Of translation, the language is the one to write.
"""

import argparse
import csv
import gzip
import json
import time
from collections.abc import Sequence
from pathlib import Path

import sacrebleu

import model_setup
import settings
from models.catalog.bundled import QWEN, SENTIMENT
from models.runtime.cache import ModelCache
from models.runtime.limits import Limits
from models.runtime.progress import ignore
from models.runtime.spec import ModelSpec
from models.tasks.question_answering.adapter import Answerer
from models.tasks.sentiment.adapter import SentimentReader
from models.tasks.translation.adapter import Translator

LISTS = Path(__file__).parent / "lists"
LANGUAGES = ("zh", "pt", "en")
LINES = 100


def main(arguments: Sequence[str] | None = None) -> None:
    """Ask, and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=("remarks", "questions", "translation"))
    parser.add_argument("--language", choices=LANGUAGES)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--limit", type=int)
    chosen = parser.parse_args(arguments)
    cache = model_setup.make_cache(settings.read(["--device", "cpu", "--offline", "--memory", "3000"]))
    with cache.lease(QWEN, ignore):
        pass
    if chosen.task == "remarks":
        for language in [chosen.language] if chosen.language else LANGUAGES:
            for spec in (QWEN, SENTIMENT) if language == "en" else (QWEN,):
                remarks(cache, spec, language, chosen.limit)
    elif chosen.task == "questions":
        questions(cache, chosen.limit)
    elif chosen.data is None:
        parser.error("translation needs --data")
    else:
        for source, target in (("en", "zh"), ("zh", "en")):
            if chosen.language in (None, target):
                translation(cache, chosen.data, source, target, chosen.limit or LINES)


def remarks(cache: ModelCache, spec: ModelSpec, language: str, limit: int | None) -> None:
    """The sentiment of the remarks in one language."""
    with (LISTS / "remarks.tsv").open(encoding="utf-8", newline="") as file:
        asked = [row for row in csv.DictReader(file, delimiter="\t") if row["language"] == language][:limit]
    reader, right, began = SentimentReader(cache, spec), 0, time.perf_counter()
    for row in asked:
        [scores] = reader.many([row["text"]])
        right += scores.label == row["label"]
        if scores.label != row["label"]:
            print(f"  {row['text']}: {scores.label} {max(vars(scores).values()):.2f}, not {row['label']}")
    seconds = (time.perf_counter() - began) / len(asked)
    print(f"{spec.name}, {language}: {right} of {len(asked)} right, {seconds:.2f} s each")


def questions(cache: ModelCache, limit: int | None) -> None:
    """The Chinese questions; right is a whole answer, or none where the text has none."""
    asked = [
        (each["text"], question, answers)
        for each in json.loads((LISTS / "questions-zh.json").read_text(encoding="utf-8"))
        for question, answers in each["questions"]
    ][:limit]
    answerer, right, exact, began = Answerer(cache, QWEN), 0, 0, time.perf_counter()
    for text, question, answers in asked:
        found = answerer(question, text)
        best = found.answers[0] if found.found and found.answers else None
        good = best.text in answers if best else not answers
        right += good
        exact += best is None or text[best.start : best.end] == best.text
        if not good:
            print(
                f"  {question}: {best.text if best else 'none'} (none {found.no_answer:.2f}), not {answers or 'none'}"
            )
    seconds = (time.perf_counter() - began) / len(asked)
    print(f"questions: {right} of {len(asked)} right, offsets exact in {exact}, {seconds:.2f} s each")


def translation(cache: ModelCache, data: Path, source: str, target: str, limit: int) -> None:
    """The first lines of NTREX one way."""
    with gzip.open(data / "ntrex-en-zh-dev.tsv.gz", "rt", encoding="utf-8") as file:
        rows = [dict(zip(("en", "zh"), line.rstrip("\n").split("\t"), strict=True)) for line in file][1 : limit + 1]
    # However busy the machine is, each line is translated to its end.
    limits = Limits(seconds=3_600)
    translator, began = Translator(cache, QWEN, source, limits, target), time.perf_counter()
    found = [translator(row[source]) for row in rows]
    seconds = (time.perf_counter() - began) / len(rows)
    texts, wanted = [each.text for each in found], [[row[target] for row in rows]]
    same = sum(text.strip() in ("", row[source].strip()) for text, row in zip(texts, rows, strict=True))
    cut = sum(not sentence.complete for each in found for sentence in each.sentences)
    tokenizer = "zh" if target == "zh" else "13a"
    chrf = sacrebleu.corpus_chrf(texts, wanted).score
    bleu = sacrebleu.corpus_bleu(texts, wanted, tokenize=tokenizer).score
    print(
        f"{source} to {target}, {len(rows)} lines: chrF {chrf:.1f}, BLEU {bleu:.1f} (tokenizer {tokenizer}), "
        f"{same} untranslated, {cut} sentences cut, {seconds:.1f} s a line"
    )


if __name__ == "__main__":
    main()
