"""The texts of the Attention tab: its examples, and what a second text is for in each kind of model."""

from demos.words import say
from models.explain.attention import Attender


def examples(attender: Attender) -> dict[str, list[str]]:
    """By its title, a text for each kind of model there is: the values of the three inputs."""
    kinds = {attender.kind(name): name for name in reversed(attender.names)}
    offered = {
        "What “it” stands for": ("encoder", "The animal didn't cross the street because it was too tired.", ""),
        "Two sentences": ("encoder", "The cat sat on the mat.", "A kitten was resting on the rug."),
        "A question and where its answer is": (
            "question-answering",
            "Who designed the bridge?",
            "The bridge was designed by Maria Costa and opened in 1891.",
        ),
        "What decides the feeling": ("sentiment", "The soup was not bad, but the waiter was awful.", ""),
        "A model that writes": ("causal-lm", "The trophy doesn't fit in the suitcase because it is too big.", ""),
        "A translation, word by word": (
            "cross-attention",
            "The attention mechanism lets a model focus on the relevant words.",
            "",
        ),
    }
    return {title: [kinds[kind], text, pair] for title, (kind, text, pair) in offered.items() if kind in kinds}


# “The puppy didn't cross the street because it was too tired.” What “it” stands for is not the first token, which many
# heads look at whatever it is.
PRONOUN, CHINESE = "“它”指什么", "小狗没有过马路，因为它太累了。"


def chinese_examples(attender: Attender) -> dict[str, list[str]]:
    """A text in Chinese for the bundled model that writes: it reads no Chinese, and its tokens are parts of letters."""
    writers = [name for name in attender.names if attender.kind(name) == "causal-lm"]
    return {PRONOUN: [writers[0], CHINESE, ""]} if writers else {}


def hint(attender: Attender, model: str) -> str:
    """What the second text is for in that model."""
    hints = {
        "encoder": say("Optional, read together with the first"),
        "question-answering": say("The context, where the answer to the question in the first text is looked for"),
        "entailment": say("A sentence that the first text entails, contradicts, or neither"),
        "sentiment": say("Optional: the model was trained on one text"),
    }
    return hints.get(attender.kind(model), say("Leave it empty: this model reads one text"))
