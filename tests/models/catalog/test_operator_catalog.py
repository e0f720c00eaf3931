"""The operator's catalog file: what it may contain, and the errors of a wrong one."""

from pathlib import Path

import pytest

from models.catalog.offers import BUNDLED, HUB
from models.catalog.operator import CatalogError, read_catalog
from models.runtime.spec import HubRepository

WHOLE = """
[[model]]
task = "question_answering"
repository = "deepset/tinyroberta-squad2"
licence = "CC-BY-4.0"

[[model]]
task = "translation"
name = "English to Italian"
repository = "Helsinki-NLP/opus-mt-en-it"
revision = "refs/pr/7"
licence = "Apache-2.0"
pairs = [["en", "it"]]
target_token = ">>ita<<"
note = "Fast."

[[model]]
task = "sentiment"
repository = "someone/classifier"
licence = "MIT"
labels = ["positive", "negative"]

[[model]]
task = "own_labels"
repository = "someone/nli"
licence = "MIT"

[[model]]
task = "summarization"
repository = "google-t5/t5-base"
licence = "Apache-2.0"
prefix = "summarize: "

[[model]]
task = "chat"
repository = "HuggingFaceTB/SmolLM2-1.7B-Instruct"
licence = "Apache-2.0"
"""


def write(folder: Path, content: str) -> Path:
    """A catalog file with that content."""
    path = folder / "catalog.toml"
    path.write_text(content, encoding="utf-8")
    return path


def test_every_task_can_have_a_model(tmp_path: Path) -> None:
    """The models come under their tasks with all that was said of them."""
    offers = read_catalog(write(tmp_path, WHOLE), BUNDLED.with_more(HUB))
    assert [spec.name for spec in offers.all] == [
        "tinyroberta-squad2",
        "English to Italian",
        "classifier",
        "nli",
        "t5-base",
        "SmolLM2-1.7B-Instruct",
    ]
    [italian] = offers.translation
    assert italian.pairs == (("en", "it"),)
    assert (italian.prefix, italian.note, italian.attention) == (">>ita<<", "Fast.", "eager")
    assert italian.weights.source == HubRepository("Helsinki-NLP/opus-mt-en-it", "refs/pr/7")  # type: ignore[union-attr]
    assert offers.sentiment[0].labels == ("positive", "negative")
    assert offers.summarization[0].prefix == "summarize: "
    heads = [spec.head for spec in offers.all]
    assert heads == ["question-answering", "seq2seq", "sentiment", "entailment", "seq2seq", "causal-lm"]


def test_a_chat_model_can_be_a_gguf_file(tmp_path: Path) -> None:
    """It names the file, and llama.cpp runs it; without one torch does."""
    chat = CHAT + 'file = "model-Q8_0.gguf"\n'
    [spec] = read_catalog(write(tmp_path, chat), BUNDLED).chat
    assert (spec.weights.gguf, spec.engine) == ("model-Q8_0.gguf", "llama.cpp")
    [spec] = read_catalog(write(tmp_path, CHAT), BUNDLED).chat
    assert (spec.weights.gguf, spec.engine) == ("", "torch")
    with pytest.raises(CatalogError, match="'file' must be a GGUF file"):
        read_catalog(write(tmp_path, CHAT + 'file = "../model.bin"\n'), BUNDLED)


CHAT = '[[model]]\ntask = "chat"\nrepository = "a/b"\nlicence = "MIT"\n'
TRANSLATION = '[[model]]\ntask = "translation"\nrepository = "a/b"\nlicence = "MIT"\n'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[[model]", r"is no TOML: .*line 1"),
        ("title = 'x'", r"has 'title'; it may have only \[\[model\]\] tables"),
        ("model = 3", r"'model' must be tables, each begun by \[\[model\]\]"),
        ("[[model]]\ntask = 'chat'", r"model 1: 'repository' is missing"),
        (CHAT.replace('"chat"', '"poetry"'), r"model 1: 'task' must be one of question_answering, .*, not 'poetry'"),
        (CHAT + "weights = 1", r"'weights' is not known for chat; allowed are task, repository, licence, name, .*note"),
        (CHAT + 'pairs = [["en", "fr"]]', r"'pairs' is not known for chat"),
        (CHAT.replace("a/b", "../etc"), r"'repository' must be a name on the Hub, as in 'owner/name', not '../etc'"),
        (CHAT.replace("a/b", "a/.."), r"'repository' must be a name on the Hub"),
        (CHAT.replace("a/b", "a"), r"'repository' must be a name on the Hub"),
        (CHAT.replace('"a/b"', "7"), r"'repository' must be a name on the Hub, .*, not 7"),
        (CHAT + 'revision = "../x"', r"'revision' must be a branch, a tag or a commit"),
        (CHAT + 'name = "<b>"', r"'name' must be 1 to 60 letters, .*, not '<b>'"),
        (CHAT + 'note = ""', r"'note' must be a text of 1 to 200 characters"),
        (CHAT + CHAT, r"model 2: there is a model called 'b' already"),
        (CHAT + 'name = "Qwen2.5-0.5B-Instruct"', r"there is a model called 'Qwen2.5-0.5B-Instruct' already"),
        (CHAT + 'name = "MiniLM-SQuAD"', r"there is a model called 'MiniLM-SQuAD' already"),
        (CHAT + 'name = "all-MiniLM-L6-v2"', r"there is a model called 'all-MiniLM-L6-v2' already"),
        (TRANSLATION, r"'pairs' must be a list of pairs of language codes"),
        (TRANSLATION + 'pairs = [["en"]]', r"'pairs' must be a list of pairs .*, not \['en'\]"),
        (TRANSLATION + 'pairs = [["en", "English"]]', r"'pairs' must be a list of pairs"),
        (TRANSLATION + 'pairs = [["en", "en"]]', r"'pairs' must be a list of pairs"),
        (
            '[[model]]\ntask = "sentiment"\nrepository = "a/b"\nlicence = "MIT"\nlabels = ["good", "bad"]',
            r"'labels' must be negative, neutral, positive",
        ),
    ],
)
def test_what_is_wrong_is_reported(tmp_path: Path, content: str, words: str) -> None:
    """The message names the file, the model, the key, and what is allowed."""
    path = write(tmp_path, content)
    with pytest.raises(CatalogError, match=words) as caught:
        read_catalog(path, BUNDLED.with_more(HUB))
    assert str(path) in str(caught.value)


def test_a_file_that_is_not_there_is_reported(tmp_path: Path) -> None:
    """By its path."""
    with pytest.raises(CatalogError, match=r"none\.toml cannot be read: No such file"):
        read_catalog(tmp_path / "none.toml", BUNDLED)


def test_the_known_models_have_names_of_their_own() -> None:
    """No two are called the same, and each translator says what it translates."""
    offers = BUNDLED.with_more(HUB)
    names = [spec.name for spec in offers.all]
    assert len(set(names)) == len(names)
    assert all(spec.pairs for spec in offers.translation)
    pairs = {pair for spec in HUB.translation for pair in spec.pairs}
    for code in ("zh", "fr", "de", "es", "pt", "ja"):
        assert {("en", code), (code, "en")} <= pairs


def test_bundled_models_stay_the_default() -> None:
    """The first of every task is a bundled one."""
    offers = BUNDLED.with_more(HUB)
    for task in ("question_answering", "translation", "sentiment", "summarization", "chat"):
        assert getattr(offers, task)[0] is getattr(BUNDLED, task)[0]
    assert offers.attention[: len(BUNDLED.attention)] == BUNDLED.attention
