"""Every figure of quality of the bundled specialists, the fast and the accurate ones, with the targets.

    python -m bench.quality --data DIR [--limit 200] [--parts sentiment labels answers summaries] [--before FILE]

DIR holds the evaluation sets. `--limit` takes so many examples of each, the same ones each time. What chose a
threshold, a rule or a template is never measured here. With `--before`, the figures that this command gathered in
`--out` on another commit stand beside these.
"""

import argparse
import csv
import json
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import model_setup
import settings
from bench import results, summary_quality
from bench.own_label_cases import CASES
from models.catalog import bundled
from models.runtime.cache import ModelCache
from models.runtime.spec import ModelSpec
from models.tasks.own_labels.adapter import LabelClassifier
from models.tasks.question_answering.adapter import Answerer
from models.tasks.sentiment.adapter import SentimentReader
from models.tasks.summarization.adapter import Summarizer
from train import domains_question_answering, mixture, sentiment_data
from train.calibration import calibration_error
from train.domains_sentiment import recalls
from train.evaluate_sentiment import binary
from train.sentiment_data import Example

GRADES = ("fast", "accurate")
REVIEWS = Path(__file__).parent.parent / "assets" / "examples" / "reviews.csv"
SEED = 0


@dataclass(frozen=True)
class Figure:
    """One figure of one model on `count` examples; `error` is the calibration error there, None if not measured."""

    name: str
    grade: str
    count: int
    value: float
    error: float | None = None


def sentiment(cache: ModelCache, spec: ModelSpec, data: Path, limit: int | None) -> Iterator[Figure]:
    """Phrases, tweets, comments, whole reviews of a domain that training had none of, and our own examples."""
    reader = SentimentReader(cache, spec)
    phrases = sample(sentiment_data.phrases(data / "sst2-dev.tsv"), limit)
    sure, right = binary(reader.many([each.text for each in phrases]), phrases)
    yield Figure("SST-2 dev", spec.grade, len(right), sum(right) / len(right), calibration_error(sure, right))
    three = {
        "tweets-dev, mean recall": sentiment_data.tweets(data / "tweets-dev.tsv.gz"),
        "comments-dev, mean recall": mixture.comments(data / "comments-dev.tsv.gz"),
    }
    for name, examples in three.items():
        yield _three(name, reader, sample(examples, limit), mean_recall=True)
    _, held_out = mixture.whole_reviews(data / "reviews-train.tsv.gz")
    random.Random(SEED).shuffle(held_out)
    yield _three("whole reviews of books", reader, held_out[: min(600, limit or 600)])
    with REVIEWS.open(encoding="utf-8", newline="") as file:
        rows = [(row["review"], int(row["stars"])) for row in csv.DictReader(file)]
    ours = [Example(text, 0 if stars < 3 else 1 if stars == 3 else 2) for text, stars in rows]
    yield _three("our own reviews.csv against its stars", reader, ours)


def answers(cache: ModelCache, spec: ModelSpec, data: Path, limit: int | None) -> Iterator[Figure]:
    """Official scores, and how often an answer is refused that is there."""
    for found in domains_question_answering.measure(Answerer(cache, spec), data, limit):
        rows = {"F1": found.f1, "EM": found.exact_match, "F1 with refusals": found.shown_f1, "refused": found.refused}
        for name, value in rows.items():
            error = found.error if name == "F1" else None
            yield Figure(f"{found.name}, {name}", spec.grade, found.questions, value / 100, error)
        yield Figure(f"{found.name}, F1 of never answering", spec.grade, found.questions, found.never_f1 / 100)


def labels(cache: ModelCache, spec: ModelSpec, data: Path, limit: int | None) -> Iterator[Figure]:
    """Own labels over news, support, pages, intents and more."""
    classifier, hits, sure = LabelClassifier(cache, spec), list[bool](), list[float]()
    for names, cases in CASES:
        for found, (_, label) in zip(classifier.many([text for text, _ in cases], names), cases, strict=True):
            hits.append(found.chosen == (label,))
            sure.append(found.labels[0].score)
    yield Figure("own-label cases", spec.grade, len(hits), sum(hits) / len(hits), calibration_error(sure, hits))


def summaries(cache: ModelCache, spec: ModelSpec, data: Path, limit: int | None) -> Iterator[Figure]:
    """ROUGE-1 of three picked sentences above that of the first three, in points."""
    articles = summary_quality.read(data / "news-summaries-dev.jsonl.gz")[:limit]
    summarizer = Summarizer(cache, bundled.SMOLLM2, spec)
    picked = summary_quality.scores(articles, lambda text: summarizer(text, "extractive", "medium").text)[0]
    first = summary_quality.scores(articles, summary_quality.first_sentences)[0]
    yield Figure("extractive ROUGE-1 above the first three", spec.grade, len(articles), (picked - first) / 100)


def sample(examples: list[Example], limit: int | None) -> list[Example]:
    """`limit` of `examples`, the same ones each time."""
    return examples if limit is None else random.Random(SEED).sample(examples, min(limit, len(examples)))


def _three(name: str, reader: SentimentReader, examples: Sequence[Example], mean_recall: bool = False) -> Figure:
    scores = reader.many([each.text for each in examples])
    hits = [max(range(3), key=astuple(s).__getitem__) == e.label for s, e in zip(scores, examples, strict=True)]
    each = recalls(scores, examples)
    value = sum(each) / len(each) if mean_recall else sum(hits) / len(hits)
    error = calibration_error([max(astuple(one)) for one in scores], hits)
    return Figure(name, reader.spec.grade, len(examples), value, error)


Measure = Callable[[ModelCache, ModelSpec, Path, int | None], Iterator[Figure]]
PARTS: dict[str, tuple[Measure, tuple[ModelSpec, ...]]] = {
    "sentiment": (sentiment, (bundled.SENTIMENT, bundled.SENTIMENT_ACCURATE)),
    "labels": (labels, (bundled.MINILM, bundled.MPNET)),
    "answers": (answers, (bundled.QUESTION_ANSWERING, bundled.QUESTION_ANSWERING_ACCURATE)),
    "summaries": (summaries, (bundled.MINILM, bundled.MPNET)),
}


def table(found: Sequence[Figure], before: Sequence[Figure] = ()) -> list[str]:
    """The rows of the table: in percent, the calibration error in parentheses, and the number of examples."""

    def shown(figures: Sequence[Figure], name: str, grade: str) -> str:
        for each in figures:
            if (each.name, each.grade) == (name, grade):
                error = "" if each.error is None else f" ({each.error:.3f})"
                return f"{100 * each.value:.1f}{error}, {each.count:,}"
        return "not measured"

    rows = ["| figure, % | accurate | fast | fast, before |", "|---|---|---|---|"]
    for name in dict.fromkeys(each.name for each in found):
        columns = (shown(found, name, "accurate"), shown(found, name, "fast"), shown(before, name, "fast"))
        rows.append(f"| {name} | {' | '.join(columns)} |")
    return rows


def main(arguments: Sequence[str]) -> None:
    """Measure, print each figure at once, and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the evaluation sets")
    parser.add_argument("--limit", type=int, help="so many examples of each set")
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--grades", nargs="+", choices=GRADES, default=list(GRADES))
    parser.add_argument("--out", type=Path, default=Path("build/quality.json"), help="where the figures are gathered")
    parser.add_argument("--before", type=Path, help="the --out of another commit")
    chosen = parser.parse_args(arguments)
    cache = model_setup.make_cache(settings.read([]))
    kept = {(each.name, each.grade): each for each in _read(chosen.out)}
    for part in chosen.parts:
        measure, specs = PARTS[part]
        for spec in specs:
            for figure in measure(cache, spec, chosen.data, chosen.limit) if spec.grade in chosen.grades else ():
                print(figure, flush=True)
                kept[figure.name, figure.grade] = figure
                _write(chosen.out, list(kept.values()))
    lines = table(list(kept.values()), _read(chosen.before) if chosen.before else ())
    results.write("Quality of the specialists", [*lines, *NOTES])


NOTES = [
    "",
    "`python -m bench.quality --data DIR`: in parentheses the calibration error, 0 to 1, then the number of examples,",
    "few where `--limit` was given. Rules, templates and thresholds were chosen on other sets: the rule for whole",
    "texts on reviews of electronics and films, own labels on the 44 cases of FITTING, thresholds on training",
    "questions and on the other halves of the shift sets.",
]


def _read(path: Path) -> list[Figure]:
    return [Figure(**row) for row in json.loads(path.read_text(encoding="utf-8"))] if path.exists() else []


def _write(path: Path, figures: Sequence[Figure]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([vars(each) for each in figures], indent=1), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
