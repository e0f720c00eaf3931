"""Known checkpoints on the Hub, offered if it is reachable; their first download locks revision and hashes."""

from dataclasses import replace

from models.catalog.bundled import ENGINES, ENGLISH
from models.runtime.spec import Engine, Head, HubRepository, HubWeights, ModelSpec

ALWAYS_ANSWERS = "Trained on questions that all have an answer: its “not in the text” means little."
TWO_CLASSES = "Knows negative and positive only: it has no neutral."
TWEETS = "Trained on tweets."
NEWS = "Trained on English news."
ONCE_A_LABEL = "Reads the text once for each label."
SLOW = "Reads the text once for each label, and is the slower, better one."
THINKS = "Thinks aloud before it answers, unless the message ends with /no_think."
SMALL = "Small, and trained for several tasks: its summaries are simple."


def hub_model(repository: str, head: Head, licence: str, note: str = "", prefix: str = "", gguf: str = "") -> ModelSpec:
    """The newest model in `repository`, or of its file `gguf`, called by the repository's own name."""
    name = repository.split("/")[1]
    weights = HubWeights(name, HubRepository(repository), licence, gguf)
    engine: Engine = "llama.cpp" if gguf else ENGINES.get(head, "torch")
    # Only translators read other languages, which their pairs define; for other heads they are unknown.
    languages = () if head == "causal-lm" else ENGLISH
    return ModelSpec(name, head, weights, 0, engine=engine, note=note, prefix=prefix, languages=languages)


def gguf(repository: str, file: str, licence: str, note: str = "") -> ModelSpec:
    """A chat model whose weights are the GGUF `file`."""
    return hub_model(repository, "causal-lm", licence, note, gguf=file)


def opus(
    direction: str, *pairs: tuple[str, str], licence: str = "Apache-2.0", token: str = "", note: str = ""
) -> ModelSpec:
    """A translator by the Language Technology group in Helsinki.

    For a model of several target languages, `token` before each sentence selects the language.
    """
    found = hub_model(f"Helsinki-NLP/opus-mt-{direction}", "seq2seq", licence, note, token)
    # Words are aligned by its attention, so it is always loaded with it.
    return replace(found, pairs=pairs, attention="eager", languages=())


def entailment(repository: str, licence: str, note: str = "") -> ModelSpec:
    """A model of natural language inference: whether a text entails a sentence."""
    # Transformers has only eager attention for DeBERTa, so the Attention tab can use the same copy.
    return replace(hub_model(repository, "entailment", licence, note), attention="eager")


QUESTION_ANSWERING = (
    hub_model("distilbert/distilbert-base-cased-distilled-squad", "question-answering", "Apache-2.0", ALWAYS_ANSWERS),
    hub_model("deepset/roberta-base-squad2", "question-answering", "CC-BY-4.0"),
)
TRANSLATION = (
    opus("en-zh", ("en", "zh"), token=">>cmn_Hans<<", note="Writes simplified characters."),
    opus("zh-en", ("zh", "en"), licence="CC-BY-4.0"),
    opus("en-fr", ("en", "fr")),
    opus("fr-en", ("fr", "en")),
    opus("en-de", ("en", "de"), licence="CC-BY-4.0"),
    opus("de-en", ("de", "en")),
    opus("en-es", ("en", "es")),
    opus("es-en", ("es", "en")),
    opus("tc-big-en-pt", ("en", "pt"), licence="CC-BY-4.0", token=">>por<<", note="European Portuguese."),
    opus("ROMANCE-en", ("pt", "en"), ("es", "en"), ("fr", "en"), note="One model for all Romance languages."),
    opus("en-jap", ("en", "ja")),
    opus("ja-en", ("ja", "en")),
)
SENTIMENT = (
    hub_model("distilbert/distilbert-base-uncased-finetuned-sst-2-english", "sentiment", "Apache-2.0", TWO_CLASSES),
    hub_model("cardiffnlp/twitter-roberta-base-sentiment-latest", "sentiment", "CC-BY-4.0", TWEETS),
)
OWN_LABELS = (
    entailment("cross-encoder/nli-MiniLM2-L6-H768", "Apache-2.0", ONCE_A_LABEL),
    entailment("MoritzLaurer/DeBERTa-v3-base-mnli-fever-anli", "MIT", SLOW),
)
SUMMARIZATION = (
    hub_model("sshleifer/distilbart-cnn-12-6", "seq2seq", "Apache-2.0", NEWS),
    hub_model("google-t5/t5-small", "seq2seq", "Apache-2.0", SMALL, prefix="summarize: "),
)
CHAT = (
    hub_model("HuggingFaceTB/SmolLM2-360M-Instruct", "causal-lm", "Apache-2.0"),
    hub_model("Qwen/Qwen2.5-0.5B-Instruct", "causal-lm", "Apache-2.0"),
    gguf("HuggingFaceTB/SmolLM2-360M-Instruct-GGUF", "smollm2-360m-instruct-q8_0.gguf", "Apache-2.0"),
    gguf("Qwen/Qwen3-0.6B-GGUF", "Qwen3-0.6B-Q8_0.gguf", "Apache-2.0", THINKS),
    gguf("Qwen/Qwen3-1.7B-GGUF", "Qwen3-1.7B-Q8_0.gguf", "Apache-2.0", THINKS),
    gguf("bartowski/Llama-3.2-1B-Instruct-GGUF", "Llama-3.2-1B-Instruct-Q4_K_M.gguf", "Llama 3.2 Community"),
    gguf("ggml-org/gemma-3-1b-it-GGUF", "gemma-3-1b-it-Q4_K_M.gguf", "Gemma"),
)
