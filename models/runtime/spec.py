"""Specifications of models: their files, hashes and mirrors, and how the files are used."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

Head = Literal["encoder", "question-answering", "sentiment", "entailment", "causal-lm", "translation", "seq2seq"]
Attention = Literal["sdpa", "eager"]
Engine = Literal["torch", "llama.cpp", "openvino"]
Grade = Literal["", "fast", "accurate"]

# The memory of a tokenizer at most: what one of 152,000 tokens with their merges takes.
TOKENIZER_BYTES = 130_000_000


@dataclass(frozen=True)
class WeightFile:
    """One file of a model: its name on disk, its path inside a mirror, its size in bytes and its sha256."""

    name: str
    path: str
    nbytes: int
    sha256: str


@dataclass(frozen=True)
class Wheel:
    """A package whose wheel contains the files below `folder`; it is unpacked, never installed."""

    package: str
    version: str
    folder: str

    def __str__(self) -> str:
        return f"{self.package} {self.version}"


@dataclass(frozen=True)
class Part:
    """One part of a split file: its path below the wheel's folder and its size in bytes."""

    wheel: Wheel
    path: str
    nbytes: int


@dataclass(frozen=True)
class Parts:
    """A file that is split over several wheels, one part each, in order; `sha256` is the hash of the whole.

    The file is a model's single file or, if `folder` is not None, a zip that holds the model's files below `folder`.
    """

    name: str
    parts: tuple[Part, ...]
    sha256: str
    folder: str | None = None

    def __str__(self) -> str:
        return f"{len(self.parts)} wheels starting with {self.parts[0].wheel}"

    @property
    def nbytes(self) -> int:
        """The size of all parts in bytes."""
        return sum(part.nbytes for part in self.parts)


@dataclass(frozen=True)
class HubRepository:
    """A model repository on the Hub, at a branch, a tag or a commit."""

    repository: str
    revision: str = "main"

    def __str__(self) -> str:
        return f"{self.repository}@{self.revision}"


Mirror = Wheel | HubRepository | Parts


@dataclass(frozen=True)
class Weights:
    """The files of one model. The hashes are trusted, the mirrors are not; `gguf` names the file of weights, if any."""

    name: str
    files: tuple[WeightFile, ...]
    mirrors: tuple[Mirror, ...]
    licence: str
    gguf: str = ""

    @property
    def folder(self) -> str:
        """The name of the model's folder on disk, another one for other hashes."""
        digest = hashlib.sha256("".join(file.sha256 for file in self.files).encode()).hexdigest()
        return f"{self.name}-{digest[:8]}"

    @property
    def nbytes(self) -> int:
        """The size of all files in bytes."""
        return sum(file.nbytes for file in self.files)


@dataclass(frozen=True)
class HubWeights:
    """The files of one model on the Hub, or the file `gguf` of the repository.

    What they must hash to is known once a download has locked them.
    """

    name: str
    source: HubRepository
    licence: str
    gguf: str = ""

    def __str__(self) -> str:
        return f"{self.source}, {self.gguf}" if self.gguf else str(self.source)


@dataclass(frozen=True)
class DiskWeights:
    """The files of one model in the folder `path` of this machine, or the file `gguf` in it."""

    name: str
    path: Path
    licence: str
    gguf: str = ""


@dataclass(frozen=True)
class ModelSpec:
    """Everything that determines which bytes are loaded and how they are used; the key of the cache.

    `nbytes` is the most memory they take, 0 if it is only known from the files. `adapter` is a folder below
    `assets/adapters/`, `subfolder` one below the folder of the weights. `labels` are a classifier's classes if its
    configuration does not name them, `pairs` the languages a translator reads and writes, and `prefix` the text an
    encoder-decoder reads before the input. `note` is shown to a visitor who chooses the model. `engine` runs it on a
    supported CPU; elsewhere torch does. `torch_nbytes` is the memory of its torch copy, 0 if only known from the
    files of that copy. `languages` are those it reads, empty if unknown. `system` is the default system prompt of a
    chat. `grade` distinguishes two models for the same task. With `tokenizer_only` no weights are loaded.
    """

    name: str
    head: Head
    weights: Weights | HubWeights | DiskWeights
    nbytes: int
    subfolder: str = ""
    adapter: str = ""
    attention: Attention = "sdpa"
    engine: Engine = "torch"
    labels: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    prefix: str = ""
    note: str = ""
    torch_nbytes: int = 0
    languages: tuple[str, ...] = ()
    system: str = ""
    grade: Grade = ""
    tokenizer_only: bool = False

    @property
    def variant(self) -> str:
        """Distinguishes this spec from others of the same name."""
        engine = "" if self.engine == "torch" else self.engine
        if self.tokenizer_only:
            return "tokenizer"
        return ", ".join(part for part in (self.head, self.adapter and "adapter", self.attention, engine) if part)

    @property
    def label(self) -> str:
        """The name and the variant."""
        return f"{self.name} ({self.variant})"

    def with_attention(self) -> "ModelSpec":
        """The same model in torch, loaded so that it returns its attention weights and has gradients."""
        # In torch it is another size where an engine keeps the weights in fewer bits.
        nbytes = self.torch_nbytes if self.engine == "llama.cpp" else self.nbytes
        return replace(self, attention="eager", engine="torch", nbytes=nbytes)

    def with_tokenizer_only(self) -> "ModelSpec":
        """The tokenizer of this model without its weights."""
        return replace(self, tokenizer_only=True, adapter="", engine="torch", nbytes=TOKENIZER_BYTES)
