"""Which task a model on disk can serve, by the architecture that its configuration names."""

from models.runtime.spec import DiskWeights, Head
from models.weights.disk import settings_of

# How the names of the architectures end that each task runs.
ENDINGS: dict[str, tuple[str, ...]] = {
    "question_answering": ("ForQuestionAnswering",),
    "translation": ("MarianMTModel",),
    "sentiment": ("ForSequenceClassification",),
    "own_labels": ("ForSequenceClassification",),
    "summarization": ("ForConditionalGeneration",),
    "chat": ("ForCausalLM", "LMHeadModel"),
}


def check_task(weights: DiskWeights, task: str) -> None:
    """Raise ValueError where the model is of another task, with the tasks that it fits."""
    if weights.gguf:
        if task != "chat":
            raise ValueError(f"{weights.gguf} is a language model; a GGUF file serves chat, not {task}")
        return
    built = architecture(weights)
    if built.endswith(ENDINGS[task]):
        return
    fits = [name for name, endings in ENDINGS.items() if built.endswith(endings)]
    wanted = " or ".join(f"a …{ending}" for ending in ENDINGS[task])
    raise ValueError(
        f"{weights.path} is a {built or 'model without an architecture'}, and {task} takes {wanted}. "
        + (f"It fits {' and '.join(fits)}" if fits else "It fits no task, but app.py look can show its attention")
    )


def architecture(weights: DiskWeights) -> str:
    """The name of its class, as in "BertModel"; nothing where the configuration names none."""
    names = settings_of(weights.path).get("architectures") or [""]
    return str(names[0])


def languages(weights: DiskWeights) -> tuple[tuple[str, str], ...]:
    """The languages of a Marian model, if its tokenizer's settings name them."""
    named = settings_of(weights.path, "tokenizer_config.json")
    source, target = named.get("source_lang"), named.get("target_lang")
    return ((source, target),) if isinstance(source, str) and isinstance(target, str) and source and target else ()


def pairs_of(weights: DiskWeights) -> tuple[tuple[str, str], ...]:
    """The languages of a Marian model, unnamed if its settings do not; none for any other model."""
    marian = not weights.gguf and architecture(weights).endswith(ENDINGS["translation"])
    return (languages(weights) or (("", ""),)) if marian else ()


def head_of(weights: DiskWeights) -> Head:
    """As what the model is loaded to be looked into."""
    if weights.gguf or architecture(weights).endswith(ENDINGS["chat"]):
        return "causal-lm"
    return "seq2seq" if settings_of(weights.path).get("is_encoder_decoder") else "encoder"
