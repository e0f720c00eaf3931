"""Each architecture of the Hub's models, fetched and loaded as in the app, behind the adapter of its task."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import pipeline

from models.catalog.bundled import MINILM
from models.catalog.classes import sentiment_classes
from models.catalog.hub import entailment, hub_model
from models.catalog.loading import Loader
from models.catalog.offers import Offers
from models.engines import convert
from models.engines.base import EncoderInfo
from models.explain.attention import Attender
from models.runtime.cache import BudgetError, ModelCache
from models.runtime.device import Device
from models.runtime.limits import InputError
from models.runtime.progress import Stage, Stopped, ignore
from models.runtime.spec import ModelSpec
from models.tasks.chat.adapter import Chatter
from models.tasks.drafts.adapter import Drafter
from models.tasks.next_word.perplexity import PerplexityMeter
from models.tasks.own_labels.adapter import TEMPLATE, LabelClassifier
from models.tasks.question_answering.adapter import Answerer
from models.tasks.sentiment.adapter import SentimentReader
from models.tasks.summarization.adapter import Summarizer
from models.tasks.translation.adapter import Translators
from models.text.sentences import runs_together
from models.weights.store import WeightsMissing, WeightStore
from tests import tiny, tiny_student
from tests.fake_hub import FakeHub, point_at, serving
from tests.tiny_checkpoints import TOKEN, write_all

QA = tuple(hub_model(f"tiny/{name}", "question-answering", "CC0-1.0") for name in ("distilbert-squad", "roberta-squad"))
SENTIMENT = tuple(hub_model(f"tiny/{name}", "sentiment", "CC0-1.0") for name in ("distilbert-sst", "roberta-sentiment"))
NLI = tuple(entailment(f"tiny/{name}", "CC0-1.0") for name in ("roberta-nli", "deberta-nli"))
OPUS = replace(
    hub_model("tiny/opus", "seq2seq", "CC0-1.0", prefix=TOKEN), pairs=(("en", "pt"), ("en", "es")), attention="eager"
)
WRITERS = (
    hub_model("tiny/bart", "seq2seq", "CC0-1.0"),
    hub_model("tiny/t5", "seq2seq", "CC0-1.0", prefix="summarize: "),
)
CHAT = tuple(hub_model(f"tiny/{name}", "causal-lm", "CC0-1.0") for name in ("llama", "qwen2"))
TEXT = "The ferry left at nine. It came back at noon with forty people, and a dog that nobody knew. " * 3


@pytest.fixture(scope="module")
def loader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loader]:
    """What loads from a hub that offers every architecture."""
    fake = FakeHub()
    for name, folder in write_all(tmp_path_factory.mktemp("checkpoints")).items():
        fake.add(name, folder)
    with serving(fake) as address, pytest.MonkeyPatch.context() as patch:
        point_at(address, patch)
        home = tmp_path_factory.mktemp("home")
        yield Loader(WeightStore(home), lambda: Device("cpu", "float32"), home, run=convert.main, precision="f32")


@pytest.fixture(scope="module")
def cache(loader: Loader) -> ModelCache:
    """A cache over that, with tiny ones in place of the bundled models."""
    return ModelCache(
        lambda spec, report: tiny.load(spec, report) if spec.nbytes else loader(spec, report),
        10**9,
        needs=loader.needs,
    )


@pytest.mark.parametrize("spec", QA, ids=lambda spec: spec.name)
def test_answers_stand_in_the_text(cache: ModelCache, spec: ModelSpec) -> None:
    """Spans are the visitor's own characters, in one window and in several, and windows change nothing."""
    answerer = Answerer(cache, spec)
    for context in (TEXT, TEXT * 12):
        found = answerer("When did it leave?", context)
        assert found.run.model == spec.name
        assert found.answers
        for answer in found.answers:
            assert context[answer.start : answer.end] == answer.text == answer.text.strip()
        assert sum(answer.score for answer in found.answers) + found.no_answer <= 1 + 1e-6
    assert found.windows > 1


@pytest.mark.parametrize("spec", QA, ids=lambda spec: spec.name)
def test_the_marks_are_those_that_the_tokenizer_sets(cache: ModelCache, spec: ModelSpec) -> None:
    """A window of ours is what the tokenizer makes of the pair."""
    from models.tasks.question_answering.windows import encode

    with cache.lease(spec) as loaded:
        [window] = encode(loaded.tokenizer, "when?", "at nine").windows
        assert window.ids == loaded.tokenizer("when?", "at nine")["input_ids"]


@pytest.mark.parametrize("spec", QA, ids=lambda spec: spec.name)
def test_an_answer_is_explained(cache: ModelCache, spec: ModelSpec) -> None:
    """Both measures come for every word of the question, and the gradients add up."""
    answerer = Answerer(cache, spec)
    best = answerer("When did it leave?", TEXT).answers[0]
    *_, reasons = answerer.reasons("When did it leave?", TEXT, best)
    assert len(reasons.left_out) == len(reasons.question) == 5
    assert reasons.context
    assert reasons.gap is not None
    assert reasons.gap < 0.05


def test_two_classes_have_no_neutral(cache: ModelCache) -> None:
    """The shape stays: neutral has the probability 0, and the result says that the model has none."""
    found = SentimentReader(cache, SENTIMENT[0])("good. bad.")
    assert not found.has_neutral
    assert found.scores.neutral == 0
    assert found.scores.negative + found.scores.positive == pytest.approx(1)
    assert found.scores.label in ("negative", "positive")


def test_classes_are_found_by_their_names(cache: ModelCache) -> None:
    """The model's outputs are in another order than ours."""
    with cache.lease(SENTIMENT[1].with_attention()) as loaded:
        ids = loaded.tokenizer("good", return_tensors="pt")
        with torch.inference_mode():
            positive, neutral, negative = loaded.model(**ids).logits.softmax(-1)[0].tolist()
    found = SentimentReader(cache, SENTIMENT[1])("good")
    assert found.has_neutral
    assert (found.scores.negative, found.scores.neutral, found.scores.positive) == pytest.approx(
        (negative, neutral, positive), abs=1e-5
    )


@pytest.mark.parametrize("spec", SENTIMENT, ids=lambda spec: spec.name)
def test_a_batch_gives_what_one_text_gives(cache: ModelCache, spec: ModelSpec) -> None:
    """Padding, which is not 0 in RoBERTa, changes nothing."""
    reader = SentimentReader(cache, spec)
    texts = ["bad", "a rather good film, all in all", "so so"]
    for alone, together in zip([reader(text).scores for text in texts], reader.many(texts), strict=True):
        assert vars(together) == pytest.approx(vars(alone), abs=1e-5)


@pytest.mark.parametrize("spec", SENTIMENT, ids=lambda spec: spec.name)
def test_gradients_add_up_to_the_balance(cache: ModelCache, spec: ModelSpec) -> None:
    """The second measure works on every architecture."""
    reader = SentimentReader(cache, spec)
    found = reader("not bad")
    *_, gradients = reader.gradients("not bad", found)
    assert len(gradients.effects) == 2
    assert gradients.gap < 0.05


def test_classes_of_another_kind_are_refused() -> None:
    """The message lists the files that exist, and what to do."""

    stars = EncoderInfo(32, ("1 star", "5 stars"), False, 0, 512)
    with pytest.raises(ValueError, match=r"its classes are 1 star, 5 stars; .*'labels'"):
        sentiment_classes(stars)


def test_a_translation_by_marian(cache: ModelCache, loader: Loader) -> None:
    """Greedy as Transformers' own, sentence by sentence, with the layout kept and links inside both texts."""
    translator = Translators(cache, (OPUS,)).choose("en", "es", "opus")
    text = "- The dog.\n- A fox jumps over it!"
    *parts, whole = translator.stream(text)
    assert whole.text.startswith("- ")
    assert "\n- " in whole.text
    assert len(whole.sentences) == 2
    for sentence in whole.sentences:
        for link in sentence.links:
            assert sentence.source.start <= link.source.start < link.source.end <= sentence.source.end
            assert sentence.target.start <= link.target.start < link.target.end <= sentence.target.end
    assert all(whole.text.startswith(part.text) for part in parts)
    with cache.lease(OPUS) as loaded:
        ids = [loaded.tokenizer.piece_to_id(TOKEN), *loaded.tokenizer.encode("The dog.")["ids"], 0]
        theirs = loaded.model.model.generate(
            input_ids=torch.tensor([ids]),
            do_sample=False,
            num_beams=1,
            max_new_tokens=2 * len(ids) + 10,
            suppress_tokens=[1, loaded.model.config.pad_token_id],
        )
        [decoded] = tiny_student.translated(loaded.model, [ids])
        assert decoded.ids == [token for token in theirs[0].tolist()[1:] if token != 0]
        assert decoded.alignment.shape == (len(decoded.ids), len(ids))
        assert decoded.alignment.sum(1).tolist() == pytest.approx([1.0] * len(decoded.ids), abs=1e-4)


def test_a_batch_of_translations_is_that_of_each(cache: ModelCache) -> None:
    """Rows leave the batch as they end, and none of the others notices."""
    translator = Translators(cache, (OPUS,)).choose("en", "pt")
    texts = ["The dog.", "A much longer sentence about a fox, a dog and a box.", "Jugs!"]
    assert [one.text for one in translator.many(texts)] == [translator(text).text for text in texts]


@pytest.mark.parametrize("spec", NLI, ids=lambda spec: spec.name)
@pytest.mark.parametrize("multiple", [False, True])
def test_labels_have_the_scores_that_transformers_gives_them(
    loader: Loader, cache: ModelCache, spec: ModelSpec, multiple: bool
) -> None:
    """Its zero-shot pipeline on the same files, whatever the order of the classes; padding changes nothing."""
    names = ["ships", "a dog that nobody knew", "tea"]
    folder = loader.store.ensure(spec.weights, ignore)
    theirs = pipeline("zero-shot-classification", model=str(folder), device="cpu")
    texts = ["The ferry left at nine.", "Tea."]
    for text, found in zip(texts, LabelClassifier(cache, spec).many(texts, names, multiple), strict=True):
        wanted = theirs(text, names, hypothesis_template=TEMPLATE, multi_label=multiple)
        assert [label.name for label in found.labels] == wanted["labels"]
        assert [label.score for label in found.labels] == pytest.approx(wanted["scores"], abs=1e-5)
        assert found.run.model == spec.name
        assert all(label.similarity is None for label in found.labels)
        assert multiple or found.chosen == (wanted["labels"][0],)


@pytest.mark.parametrize("spec", NLI, ids=lambda spec: spec.name)
def test_labels_of_a_long_text_weigh_its_sentences(cache: ModelCache, spec: ModelSpec) -> None:
    """Its end counts, nothing is dropped, and another label beside it changes no score of a multiple choice."""
    classifier = LabelClassifier(cache, spec)
    one, other = (classifier(TEXT * 3 + end, ["ships", "tea"], True) for end in ("Zzz zzz. " * 30, "Qqq qqq. " * 30))
    assert one.run.dropped == 0
    scores, others = ({label.name: label.score for label in found.labels} for found in (one, other))
    assert scores["ships"] != pytest.approx(others["ships"], abs=1e-7)
    alone = classifier(TEXT * 3 + "Zzz zzz. " * 30, ["ships"], True)
    assert alone.labels[0].score == pytest.approx(scores["ships"], abs=1e-5)


def test_labels_end_when_nobody_waits(cache: ModelCache) -> None:
    """Between two batches the work asks, and stops."""
    reported: list[str] = []

    def report(stage: Stage) -> None:
        reported.append(stage.action)
        if reported.count("Running") > 1:
            raise Stopped

    with pytest.raises(Stopped):
        LabelClassifier(cache, NLI[0])(TEXT * 10, ["ships", "tea"], report=report)
    assert reported.count("Running") == 2


def test_a_translator_serves_its_pairs_alone(cache: ModelCache) -> None:
    """The model's name is one of the pair's, or an error that names these."""
    translators = Translators(cache, (*Offers().translation, OPUS))
    assert translators.choose("en", "pt").spec is Offers().translation[0]
    assert translators.choose("en", "pt", "opus").spec is OPUS
    assert translators.default("en", "pt", "opus") == "opus"
    assert translators.default("pt", "en", "opus") == "Firefox Translations pt-en"
    assert translators.pairs("opus") == OPUS.pairs
    with pytest.raises(InputError, match=r"model must be one of Firefox Translations pt-en; it is 'opus'"):
        translators.choose("pt", "en", "opus")


@pytest.mark.parametrize(
    ("before", "after", "due"),
    [("Hi.", "You", True), ("你好。", "再", False), ("Hi. ", "You", False), ("", "You", False)],
)
def test_a_space_is_due_between_sentences_that_came_without(before: str, after: str, due: bool) -> None:
    """Chinese writes none between its sentences, English does."""
    assert runs_together(before, after) == due


@pytest.mark.parametrize("spec", WRITERS, ids=lambda spec: spec.name)
def test_a_summary_by_an_encoder_decoder(cache: ModelCache, spec: ModelSpec) -> None:
    """It streams, ends within its bounds, and a long text is read part by part."""
    summarizer = Summarizer(cache, spec, MINILM)
    for text in (TEXT, TEXT * 12):
        *drafts, whole = summarizer.stream(text[:10_000], "abstractive", "short")
        assert any(draft.doing.startswith("Reading") for draft in drafts)
        assert whole.run.model.startswith((spec.name, "no model"))
        assert len(whole.sentences) >= 1
        assert whole.doing == ""


def test_barts_own_settings_hold(cache: ModelCache) -> None:
    """The first token is forced, nothing ends too soon, and no three tokens come twice, as by Transformers itself."""
    with cache.lease(WRITERS[0]) as loaded:
        source = loaded.tokenizer("The ferry left at nine.")["input_ids"]
        ours = [step[0][0] for step in loaded.model.steps([source], [40])]
        theirs = loaded.model.model.generate(
            input_ids=torch.tensor([source]), do_sample=False, num_beams=1, max_length=41, suppress_tokens=[1]
        )
    # Transformers forces the last token to be the one that ends a text; ours says that it ran too long.
    assert ours[:39] == theirs[0].tolist()[1:40]
    assert ours[0] == 0
    assert len(ours) >= 9


@pytest.mark.parametrize("spec", CHAT, ids=lambda spec: spec.name)
def test_a_chat_its_drafts_and_what_it_looked_at(cache: ModelCache, spec: ModelSpec) -> None:
    """The reply streams, and the copy with attention is of the same model."""
    chatter = Chatter(cache, spec)
    reply = chatter("hello", max_new_tokens=5)
    assert reply.run.model == spec.name
    assert 0 < len(reply.tokens) <= 5
    drawn = Drafter(cache, spec)("hello", 2, 5, seed=5)
    assert [draft.seed for draft in drawn.drafts] == [5, 6]
    assert len(drawn.next) == 10
    assert PerplexityMeter(cache, spec)("hello there").value > 1
    *_, looked = Chatter(cache, CHAT[0], others=CHAT[1:]).look(reply)
    assert looked.run.model == spec.name


@pytest.mark.parametrize("spec", [*QA, *SENTIMENT, *NLI, *CHAT, OPUS, *WRITERS], ids=lambda spec: spec.name)
def test_every_model_shows_its_attention(cache: ModelCache, spec: ModelSpec) -> None:
    """Weights of all layers, each row summing to 1, with tokens that are places in the text."""
    text = "The dog saw it."
    attender = Attender(cache, (spec,))
    for name in attender.names:
        found = attender(name, text)
        assert found.weights.shape == (found.layers, found.heads, len(found.queries), len(found.keys))
        np.testing.assert_allclose(found.weights.sum(-1), 1, atol=1e-3)
        shown = [text[token.start : token.end] for token in found.keys if token.start is not None]
        assert "".join("".join(shown).split()) == "Thedogsawit."
        assert found.kind == ("cross" if name.endswith("cross-attention") else "causal" if spec in CHAT else "self")
        assert (found.queries == found.keys) == (found.kind != "cross")


def test_a_size_that_only_the_files_tell_is_reserved_before_the_load(loader: Loader) -> None:
    """The budget holds during the load too: what is idle goes first, and what is too large is refused."""
    used: list[int] = []

    def load(spec: ModelSpec, report: object) -> object:
        used.append(held.status().used_bytes)
        return loader(spec, ignore)

    # In torch it takes just what its files hold.
    sentiment = replace(SENTIMENT[0], engine="torch")
    size = loader.needs(sentiment, ignore)
    held = ModelCache(load, size + 1_000, needs=loader.needs)  # type: ignore[arg-type]
    assert held.size(sentiment) == 0
    with held.lease(sentiment):
        pass
    with held.lease(QA[0]):
        pass
    assert used[0] == size
    assert all(each <= held.budget for each in used)
    assert held.status().evictions == 1
    assert held.size(sentiment) == pytest.approx(size, rel=0.1)
    small = ModelCache(load, 1_000, needs=loader.needs)  # type: ignore[arg-type]
    with (
        pytest.raises(BudgetError, match="distilbert-sst needs 0 MB, the memory budget is 0 MB"),
        small.lease(SENTIMENT[0]),
    ):
        pass


def test_a_model_of_another_task_is_reported(loader: Loader) -> None:
    """A checkpoint that cannot do what it is offered for names itself."""
    wrong = replace(QA[0], head="causal-lm", name="wrong")
    with pytest.raises(WeightsMissing, match=r"wrong \(causal-lm, sdpa, openvino\) cannot be used: "):
        loader(wrong, ignore)
    unfit = replace(NLI[0], weights=SENTIMENT[1].weights, name="feels")
    with pytest.raises(WeightsMissing, match=r"feels .*: its classes are .*; inference has entailment"):
        loader(unfit, ignore)
    unknown = replace(OPUS, prefix=">>xyz<<")
    with pytest.raises(WeightsMissing, match=r"opus .* cannot be used: its vocabulary has no token '>>xyz<<'"):
        loader(unknown, ignore)


def test_the_lock_is_one_file_for_all(loader: Loader, cache: ModelCache, tmp_path: Path) -> None:
    """Every model that was used is in it."""
    for spec in (QA[0], CHAT[0]):
        with cache.lease(spec):
            pass
    locked = loader.store.lock.path.read_text()
    assert "tiny/distilbert-squad@main" in locked
    assert "tiny/llama@main" in locked
