"""An operator's own models, in a TOML file: read, checked, and offered beside the others."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from models.catalog.bundled import ENGINES, LABELS
from models.catalog.local import check_task, languages
from models.catalog.offers import Offers
from models.runtime.spec import Attention, DiskWeights, Engine, Head, HubRepository, HubWeights, ModelSpec
from models.weights.disk import found

HEADS: dict[str, Head] = {
    "question_answering": "question-answering",
    "translation": "seq2seq",
    "sentiment": "sentiment",
    "own_labels": "entailment",
    "summarization": "seq2seq",
    "chat": "causal-lm",
}
NAME = re.compile(r"\w[\w .()+-]{0,59}")
REPOSITORY = re.compile(r"\w[\w.-]*/\w[\w.-]*")
REVISION = re.compile(r"\w[\w./-]*")
LANGUAGE = re.compile(r"[a-z]{2,3}")
MOST_TEXT = 200
REQUIRED = ("task", "repository", "licence")
OPTIONAL = ("name", "revision", "note")
# The same for a model on disk.
REQUIRED_ON_DISK = ("task", "path")
OPTIONAL_ON_DISK = ("name", "licence", "note")
GGUF = re.compile(r"[\w.-]+\.gguf")
NAMED = "1 to 60 letters, digits, spaces and .()+-"
SHORT = f"a text of 1 to {MOST_TEXT} characters"
# What only one task has.
OWN = {
    "translation": ("pairs", "target_token"),
    "sentiment": ("labels",),
    "summarization": ("prefix",),
    "question_answering": (),
    "own_labels": (),
    "chat": ("file",),
}


class CatalogError(ValueError):
    """A catalog file cannot be used; its message says where, what is wrong and what is allowed."""


def read_catalog(path: Path, known: Offers) -> Offers:
    """The models in the TOML file at `path`, by task; none has the name of a `known` one. Raises CatalogError."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CatalogError(f"The catalog {path} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise CatalogError(f"The catalog {path} is no TOML: {error}.") from error
    models = content.pop("model", [])
    if content:
        raise CatalogError(
            f"The catalog {path} has {', '.join(map(repr, content))}; it may have only [[model]] tables."
        )
    if not isinstance(models, list) or not all(isinstance(model, dict) for model in models):
        raise CatalogError(f"The catalog {path}: 'model' must be tables, each begun by [[model]].")
    return _offers(
        [_Entry(f"The catalog {path}, model {number}", model) for number, model in enumerate(models, 1)], known
    )


def read_paths(paths: str, known: Offers) -> Offers:
    """The models on disk that `paths` names as "task=path", several with commas between them. Raises CatalogError."""
    named = [each.partition("=") for each in paths.split(",") if each]
    return _offers([_Entry(f"--model {task}={path}", {"task": task, "path": path}) for task, _, path in named], known)


def _offers(entries: Sequence["_Entry"], known: Offers) -> Offers:
    """The models of `entries`; none has the name of another, or of a `known` one. Raises CatalogError."""
    names = {spec.name for spec in (*known.all, *known.attention)}
    offered: dict[str, list[ModelSpec]] = {task: [] for task in HEADS}
    for entry in entries:
        task, spec = entry.read()
        if spec.name in names:
            raise CatalogError(f"{entry.place}: there is a model called {spec.name!r} already. Give it another 'name'.")
        names.add(spec.name)
        offered[task].append(spec)
    return Offers(*(tuple(offered[task.name]) for task in fields(Offers)))


class _Entry:
    """One table of the file, at `place`."""

    def __init__(self, place: str, given: Mapping[str, Any]) -> None:
        self.place = place
        self.given = given

    def read(self) -> tuple[str, ModelSpec]:
        """The task and the model. Raises CatalogError."""
        on_disk = "path" in self.given
        required = REQUIRED_ON_DISK if on_disk else REQUIRED
        for key in required:
            if key not in self.given:
                raise self.wrong(key, "is missing")
        task = self.text("task", lambda text: text in HEADS, f"one of {', '.join(HEADS)}")
        own = [key for key in OWN[task] if not (on_disk and key == "file")]
        allowed = (*required, *(OPTIONAL_ON_DISK if on_disk else OPTIONAL), *own)
        for key in self.given:
            if key not in allowed:
                raise self.wrong(key, f"is not known for {task}; allowed are {', '.join(allowed)}")
        weights = self.on_disk(task) if on_disk else self.on_hub()
        note = self.text("note", _is_short, SHORT, "") if "note" in self.given else ""
        head, name, gguf = HEADS[task], weights.name, weights.gguf
        # As hub_catalog has it: for DeBERTa there is no other.
        attention: Attention = "eager" if head == "entailment" else "sdpa"
        engine: Engine = "llama.cpp" if gguf else ENGINES.get(head, "torch")
        spec = ModelSpec(name, head, weights, 0, attention=attention, engine=engine, note=note)
        return task, self.with_own(task, spec)

    def on_hub(self) -> HubWeights:
        """The model of a repository."""
        repository = self.text("repository", REPOSITORY.fullmatch, "a name on the Hub, as in 'owner/name'")
        name = self.text("name", NAME.fullmatch, NAMED, repository.split("/")[1])
        revision = self.text("revision", REVISION.fullmatch, "a branch, a tag or a commit, as in 'main'", "main")
        licence = self.text("licence", _is_short, SHORT)
        gguf = self.text("file", GGUF.fullmatch, "a GGUF file, as in 'model-Q8_0.gguf'") if "file" in self.given else ""
        return HubWeights(name, HubRepository(repository, revision), licence, gguf)

    def on_disk(self, task: str) -> DiskWeights:
        """The model of a folder, or of a GGUF file."""
        path = Path(self.text("path", len, "a folder, or a .gguf file"))
        name = self.text("name", NAME.fullmatch, NAMED, path.resolve().name.removesuffix(".gguf"))
        licence = self.text("licence", _is_short, SHORT, "") if "licence" in self.given else ""
        try:
            weights = found(path, name, licence)
            check_task(weights, task)
        except (ValueError, OSError) as error:
            raise CatalogError(f"{self.place}: {error}.") from error
        return weights

    def with_own(self, task: str, spec: ModelSpec) -> ModelSpec:
        """`spec` with what only its task has."""
        if task == "translation":
            token = (
                self.text("target_token", _is_short, "a token, as in '>>fra<<'", "")
                if "target_token" in self.given
                else ""
            )
            attention: Attention = "eager"
            known = languages(spec.weights) if isinstance(spec.weights, DiskWeights) else ()
            pairs = known if known and "pairs" not in self.given else self.pairs()
            return replace(spec, pairs=pairs, prefix=token, attention=attention)
        if task == "summarization" and "prefix" in self.given:
            return replace(spec, prefix=self.text("prefix", _is_short, "a text, as in 'summarize: '"))
        if task == "sentiment" and "labels" in self.given:
            return replace(spec, labels=self.labels())
        return spec

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The languages of a translator."""
        pairs = self.given.get("pairs")
        expected = 'must be a list of pairs of language codes, as in [["en", "fr"]]'
        if not isinstance(pairs, list) or not pairs:
            raise self.wrong("pairs", expected)
        for pair in pairs:
            if not isinstance(pair, list) or len(pair) != 2 or not all(map(_is_language, pair)) or pair[0] == pair[1]:
                raise self.wrong("pairs", f"{expected}, not {pair!r}")
        return tuple((source, target) for source, target in pairs)

    def labels(self) -> tuple[str, ...]:
        """The classes of a classifier, in the order of its outputs."""
        labels = self.given["labels"]
        if not isinstance(labels, list) or sorted(map(str, labels)) not in (sorted(LABELS), ["negative", "positive"]):
            raise self.wrong(
                "labels",
                f"must be {', '.join(LABELS)} (or only the first and the last), in the order of the model's outputs",
            )
        return tuple(labels)

    def text(self, key: str, fits: Callable[[str], object], expected: str, default: str = "") -> str:
        """The text at `key`, or the default."""
        value = self.given.get(key, default)
        if not isinstance(value, str) or not fits(value):
            raise self.wrong(key, f"must be {expected}, not {value!r}")
        return value

    def wrong(self, key: str, what: str) -> CatalogError:
        """The error that `what` is so of `key`."""
        return CatalogError(f"{self.place}: {key!r} {what}.")


def _is_short(text: str) -> bool:
    return 0 < len(text) <= MOST_TEXT and text.isprintable()


def _is_language(code: object) -> bool:
    return isinstance(code, str) and LANGUAGE.fullmatch(code) is not None
