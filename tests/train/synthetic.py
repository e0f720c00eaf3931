"""Small data sets in the files' own formats, and a tiny encoder where the bundled one would be."""

import gzip
import json
import lzma
import random
import shutil
from pathlib import Path
from typing import Any

import torch
from transformers import BertConfig, BertModel, MPNetConfig, MPNetModel

from models.catalog.bundled import MINILM_WEIGHTS, MPNET_WEIGHTS
from models.weights.store import WeightStore
from tests.tiny import letter_tokenizer

COLOURS = ("red", "blue", "green", "black", "white", "brown")
THINGS = ("door", "boat", "hat", "house", "cup", "bird")
SAYINGS = {
    "negative": ("bad", "awful", "sad"),
    "neutral": ("on Monday", "in a box", "at noon"),
    "positive": ("good", "lovely", "fun"),
}


def store(home: Path) -> WeightStore:
    """A store below `home` that has a tiny encoder in place of MiniLM."""
    found = WeightStore(home, offline=True)
    folder = found.path(MINILM_WEIGHTS)
    tokenizer = letter_tokenizer()
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64
    )
    BertModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    settings["model_input_names"] = ["input_ids", "token_type_ids", "attention_mask"]
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return found


def mpnet_store(home: Path) -> WeightStore:
    """A store below `home` that has a tiny encoder in place of MPNet."""
    found = WeightStore(home, offline=True)
    folder = found.path(MPNET_WEIGHTS)
    tokenizer = letter_tokenizer()
    torch.manual_seed(0)
    config = MPNetConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64
    )
    MPNetModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return found


def domains(folder: Path) -> None:
    """Write the sets of other domains: questions on reviews and posts, comments, and whole reviews."""
    shutil.copy(folder / "squad-dev-v1.1.json.gz", folder / "squad-shift-amazon-dev.json.gz")
    shutil.copy(folder / "squad-dev-v1.1.json.gz", folder / "squad-shift-reddit-dev.json.gz")
    rng = random.Random(1)
    rows = [
        (f"a {rng.choice(THINGS)} that is {rng.choice(SAYINGS[label])} \U0001f44d", label)
        for label in rng.choices(list(SAYINGS), k=120)
    ]
    for name in ("comments-train.tsv.gz", "comments-dev.tsv.gz"):
        lines = ["text\tlabel", *(f"{text}\t{label}" for text, label in rows)]
        (folder / name).write_bytes(gzip.compress(("\n".join(lines) + "\n").encode()))
    outer = [(text, label) for text, label in rows if label != "neutral"]
    lines = [
        f"{('books', 'dvd', 'electronics')[i % 3]}\t{text}. {text}.\t{label}" for i, (text, label) in enumerate(outer)
    ]
    content = "\n".join(["domain\ttext\tlabel", *lines]) + "\n"
    (folder / "reviews-train.tsv.gz").write_bytes(gzip.compress(content.encode()))


def squad(folder: Path, articles: int = 12) -> None:
    """Write the three SQuAD files: what colour a thing has; in v2.0 half of the things are not there."""
    rng = random.Random(0)

    def article(number: int, missing: bool, guessed: bool) -> dict[str, Any]:
        paragraphs: list[dict[str, Any]] = []
        for _ in range(2):
            things = rng.sample(THINGS, 4)
            colours = {thing: rng.choice(COLOURS) for thing in things}
            context = " ".join(f"The {thing} here is of {colours[thing]} colour, as all can see." for thing in things)
            questions: list[dict[str, Any]] = []
            for i, thing in enumerate(things):
                answer = {
                    "text": colours[thing],
                    "answer_start": context.index(f"{thing} here is of ") + len(thing) + 12,
                }
                name = f"{number}-{len(paragraphs)}-{i}"
                empty = missing and i % 2
                entry = {"id": name, "question": f"What colour is the {'sun' if empty else thing}?"}
                extra = {"n_occurrences": 2} if guessed and i == 0 else {}
                questions.append(entry | {"answers": [] if empty else [answer | extra]})
            paragraphs.append({"context": context, "qas": questions})
        return {"title": f"Article {number}", "paragraphs": paragraphs}

    def text(missing: bool, guessed: bool) -> str:
        return json.dumps({"data": [article(i, missing, guessed) for i in range(articles)]})

    with lzma.open(folder / "squad-train-v1.1.json.xz", "wt") as train:
        train.write(text(missing=False, guessed=True))
    for name, missing in (("squad-dev-v1.1.json.gz", False), ("squad-dev-v2.0.json.gz", True)):
        with gzip.open(folder / name, "wt") as dev:
            dev.write(text(missing, guessed=False))


def sentiment(folder: Path, count: int = 120) -> None:
    """Write the reviews and tweets: what is said of a thing gives the class away."""
    rng = random.Random(0)

    def said() -> tuple[str, str]:
        label = rng.choice(list(SAYINGS))
        return f"the {rng.choice(THINGS)} was {rng.choice(SAYINGS[label])} , they say", label

    def write(name: str, header: str, rows: list[str]) -> None:
        content = "\n".join([header, *rows]) + "\n"
        (folder / name).write_bytes(gzip.compress(content.encode()) if name.endswith(".gz") else content.encode())

    texts = [said() for _ in range(count)]
    scores = {"negative": "1", "neutral": "3", "positive": "5"}
    outer = [(text, "1" if label == "positive" else "0") for text, label in texts if label != "neutral"]
    write("sst5-train.tsv.gz", "score\ttext", [f"{scores[label]}\t{text}" for text, label in texts])
    for name in ("tweets-train.tsv.gz", "tweets-dev.tsv.gz"):
        write(name, "label\ttext", [f"{label}\t@user {text} #so" for text, label in texts])
    for name in ("sst2-train.tsv.gz", "sst2-dev.tsv"):
        write(name, "sentence\tlabel", [f"{text} \t{label}" for text, label in outer])
