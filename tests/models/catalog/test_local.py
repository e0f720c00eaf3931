"""Models on disk: three kinds that the catalog does not have, and those that are refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    GPT2Config,
    GPT2LMHeadModel,
)

import model_setup
import settings
from models.catalog.offers import BUNDLED
from models.catalog.operator import CatalogError, read_catalog, read_paths
from models.explain.attention import Attender
from models.explain.lens.adapter import LogitLens
from models.runtime.cache import ModelCache
from models.tasks.drafts.adapter import Drafter
from models.tasks.sentiment.adapter import SentimentReader
from models.tasks.translation.adapter import of_catalog
from tests import tiny, tiny_checkpoints, tiny_gguf

TEXT = "the cat sat"


def bert(folder: Path, labels: tuple[str, ...] = ("bad", "good")) -> None:
    """A classifier whose labels are not those of a sentiment."""
    tokenizer = tiny.letter_tokenizer()
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        num_labels=len(labels),
        id2label=dict(enumerate(labels)),
        label2id={name: i for i, name in enumerate(labels)},
    )
    tiny_checkpoints.save(folder, BertForSequenceClassification(config), tokenizer)


def gpt2(folder: Path) -> None:
    """A language model without a chat template."""
    tokenizer = tiny_checkpoints.byte_tokenizer()
    config = GPT2Config(vocab_size=len(tokenizer), n_embd=32, n_layer=2, n_head=4, n_positions=512)
    tiny_checkpoints.save(folder, GPT2LMHeadModel(config), tokenizer)


@pytest.fixture
def cache(tmp_path: Path) -> ModelCache:
    """The app's own, with nothing to download."""
    return model_setup.make_cache(settings.read(["--home", str(tmp_path / "home"), "--offline", "--device", "cpu"]))


def test_a_classifier_with_other_labels(tmp_path: Path, cache: ModelCache) -> None:
    """Its classes are named in the catalog, in the order of its outputs; then it is a model of its tab."""
    bert(tmp_path / "mine")
    catalog = tmp_path / "catalog.toml"
    catalog.write_text(
        f'[[model]]\ntask = "sentiment"\npath = "{tmp_path / "mine"}"\nlabels = ["negative", "positive"]\n'
    )
    offers = BUNDLED.with_more(read_catalog(catalog, BUNDLED))
    spec = offers.sentiment[-1]
    assert spec.name == "mine"
    assert not SentimentReader(cache, spec)(TEXT).has_neutral
    assert Attender(cache, offers.attention)("mine", TEXT).weights.shape[:2] == (2, 4)


def test_a_language_model(tmp_path: Path, cache: ModelCache) -> None:
    """It goes on with a text, and shows its attention and what each of its layers would write."""
    gpt2(tmp_path / "my-gpt2")
    offers = read_paths(f"chat={tmp_path / 'my-gpt2'}", BUNDLED)
    (spec,) = offers.chat
    assert len(Drafter(cache, spec)(TEXT, drafts=0).next) > 1
    assert Attender(cache, (spec,))("my-gpt2", TEXT).kind == "causal"
    assert LogitLens(cache, (spec,))(TEXT).run.model == "my-gpt2"


def test_a_gguf_file(tmp_path: Path, cache: ModelCache) -> None:
    """It runs as it is, and a torch copy of it is looked into."""
    tiny_gguf.write(tiny_gguf.module(), tmp_path / "mine.gguf")
    (spec,) = read_paths(f"chat={tmp_path / 'mine.gguf'}", BUNDLED).chat
    drafts = Drafter(cache, spec)(TEXT, drafts=0)
    assert drafts.run.engine == "llama.cpp"
    assert Attender(cache, (spec,))(spec.name, TEXT).kind == "causal"
    assert LogitLens(cache, (spec,))(TEXT).run.model == spec.name


def test_a_translator(tmp_path: Path, cache: ModelCache) -> None:
    """Its tokenizer's settings say between which languages."""
    tiny_checkpoints.marian(tmp_path / "my-marian")
    (tmp_path / "my-marian" / "tokenizer_config.json").write_text('{"source_lang": "en", "target_lang": "it"}')
    offers = read_paths(f"translation={tmp_path / 'my-marian'}", BUNDLED)
    assert offers.translation[0].pairs == (("en", "it"),)
    assert of_catalog(cache, offers=offers).choose("en", "it")(TEXT).sentences
    crossed = Attender(cache, offers.translation)("my-marian cross-attention", TEXT)
    assert crossed.kind == "cross"
    found = LogitLens(cache, offers.translation)(TEXT, "cat", "my-marian")
    assert (found.run.model, found.top.shape[0]) == ("my-marian", 4)


def no_files(folder: Path) -> None:
    """Nothing at all."""


def pickled(folder: Path) -> None:
    """Weights in a pickle."""
    bert(folder)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def with_code(folder: Path) -> None:
    """A model that brings its own code."""
    bert(folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"auto_map": {"AutoModel": "evil.Model"}}))


@pytest.mark.parametrize(
    ("make", "task", "words"),
    [
        (no_files, "sentiment", "has no config.json"),
        (pickled, "sentiment", "pytorch_model.bin can run code when it is opened"),
        (with_code, "sentiment", "asks to run code of the model's own"),
        (bert, "chat", "takes a …ForCausalLM or a …LMHeadModel. It fits sentiment and own_labels"),
        (gpt2, "question_answering", "It fits chat"),
        (tiny_checkpoints.marian, "translation", "must be a list of pairs"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(
    make: Callable[[Path], None], task: str, words: str, tmp_path: Path
) -> None:
    """At the start, before anything is loaded."""
    make(tmp_path / "model")
    with pytest.raises(CatalogError, match=words):
        read_paths(f"{task}={tmp_path / 'model'}", BUNDLED)
