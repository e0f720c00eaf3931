"""The logit lens: its last row is the model's own answer, and each row is what the norm and the unembedding give."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from models.catalog.bundled import ENGLISH_PORTUGUESE, MINILM, QWEN, SMOLLM2
from models.engines import codec, spelling
from models.engines.opus import OpusTokenizer
from models.engines.torch.seq2seq import Seq2Seq
from models.engines.torch.student import pad
from models.explain.lens.adapter import LogitLens, first_token
from models.explain.lens.result import FOLLOWED, LIMIT, SHOWN, Lens
from models.explain.lens.written import seq2seq_states, text_of, token_of
from models.explain.tokens import boundary
from models.runtime.cache import Loaded, ModelCache
from models.runtime.limits import InputError
from models.runtime.progress import Stage, Stopped, ignore
from tests import tiny, tiny_checkpoints, tiny_student

TEXT = "what comes next is"
SPECS = (MINILM, SMOLLM2, ENGLISH_PORTUGUESE)


@pytest.fixture
def lens(tiny_cache: ModelCache) -> LogitLens:
    """The lens over tiny models."""
    return LogitLens(tiny_cache, SPECS)


@pytest.fixture(scope="module")
def real(real_cache: ModelCache) -> LogitLens:
    """The lens over the bundled weights."""
    return LogitLens(real_cache, SPECS)


def own_probabilities(loaded: Loaded, text: str) -> torch.Tensor:
    """A plain forward pass over `text`: (positions, vocabulary)."""
    ids = [boundary(loaded.tokenizer), *loaded.tokenizer(text, add_special_tokens=False)["input_ids"]]
    with torch.inference_mode():
        shares: torch.Tensor = loaded.model(torch.tensor([ids])).logits[0].float().softmax(-1)
    return shares


def check_last_row(found: Lens, own: torch.Tensor) -> None:
    """The last row has the probabilities and the ranks of `own`."""
    for position in range(len(found.read)):
        shares = own[position]
        best = shares.topk(5)
        assert found.chances[-1, position] == pytest.approx(best.values.numpy(), abs=1e-5)
        for which, token in enumerate(found.followed[position].tolist()):
            assert found.probabilities[-1, position, which] == pytest.approx(float(shares[token]), abs=1e-5)
            assert found.ranks[-1, position, which] == int((shares > shares[token]).sum()) + 1


def test_the_last_row_is_the_models_own(lens: LogitLens) -> None:
    """At each position, the tokens, probabilities and ranks of a plain forward pass."""
    loaded = tiny.load(SMOLLM2.with_attention(), ignore)
    found = lens(TEXT)
    check_last_row(found, own_probabilities(loaded, TEXT))
    assert found.read[1:] == tuple(TEXT)
    assert found.ranks[-1, :, 0].tolist() == [1] * len(found.read)
    assert found.top.shape == (3, len(TEXT) + 1, 5)
    assert (found.before, found.embedding, found.layer(0), found.layer(2)) == (0, True, 0, 2)


def test_a_row_is_the_norm_and_the_unembedding_of_its_state(lens: LogitLens) -> None:
    """Before the first layer, that is the token's own embedding; after each, what the layer put out."""
    model = tiny.load(SMOLLM2.with_attention(), ignore).model
    outputs: list[torch.Tensor] = []
    for layer in model.model.layers:
        layer.register_forward_hook(
            lambda _, __, output: outputs.append(output[0] if isinstance(output, tuple) else output)
        )
    found = lens("abc")
    ids = [boundary(tiny.byte_tokenizer()), *tiny.byte_tokenizer()("abc")["input_ids"]]
    with torch.inference_mode():
        embedded = model.model.embed_tokens(torch.tensor([ids]))
        model(torch.tensor([ids]))
        for row, state in enumerate([embedded, *outputs]):
            shares = model.lm_head(model.model.norm(state.reshape(1, len(ids), -1)))[0].softmax(-1)
            for position, tokens in enumerate(found.followed.tolist()):
                expected = shares[position][tokens].numpy()
                assert found.probabilities[row, position] == pytest.approx(expected, abs=1e-5)


def test_a_word_is_followed_before_the_likeliest(lens: LogitLens) -> None:
    """Its first token comes first at every position, and the others are the model's likeliest."""
    plain, found = lens("abc"), lens("abc", "z")
    word = first_token(tiny.byte_tokenizer(), "abc", "z")
    assert found.followed[:, 0].tolist() == [word] * 4
    for own, followed in zip(plain.followed.tolist(), found.followed.tolist(), strict=True):
        assert followed[1:] == [token for token in own if token != word][: FOLLOWED - 1]
    assert found.texts[word] == "z"


def test_where_a_word_appears(lens: LogitLens) -> None:
    """The first layer in which its rank is 1; none where it is nowhere."""
    found = lens("abc", "z")
    for position in range(4):
        firsts = [row for row in range(3) if found.ranks[row, position, 1] == 1]
        assert found.appears(position, 1) == (firsts[0] if firsts else None)
    assert found.appears(3, 0) is None


def test_a_long_text_is_shown_at_its_end(lens: LogitLens) -> None:
    """The last tokens are read, and the last of those are shown."""
    found = lens("x" * 300 + "ab" * 250)
    assert (found.run.tokens, found.run.dropped) == (LIMIT, 300 + 500 + 1 - LIMIT)
    assert (len(found.read), found.before) == (SHOWN, LIMIT - SHOWN)
    assert "".join(found.read) == "ab" * (SHOWN // 2)


def test_tokens_of_a_reply_are_read_as_they_are(lens: LogitLens) -> None:
    """Ids that stand for no text too; what came next is followed."""
    ids = [256, 5, 6, 257, 7]
    [found] = lens.after(SMOLLM2.name, ids, 9)
    assert found.followed[:, 0].tolist() == [9] * 5
    loaded = tiny.load(SMOLLM2.with_attention(), ignore)
    with torch.inference_mode():
        own = loaded.model(torch.tensor([ids])).logits[0].float().softmax(-1)
    check_last_row(found, own)
    with pytest.raises(InputError, match="writes translations or summaries"):
        next(iter(lens.after(ENGLISH_PORTUGUESE.name, ids, 9)))


def test_a_translators_decoder_writes_what_the_last_row_says(lens: LogitLens) -> None:
    """At each position its likeliest token is the one that was written, and a layer's own states give the others."""
    found = lens("The lazy dog.", model=ENGLISH_PORTUGUESE.name)
    student, tokenizer = tiny_student.student(), tiny_student.tokenizer()
    source = codec.read(tokenizer, "The lazy dog.").ids
    with torch.inference_mode():
        [decoded] = [each for step in student.translate([source]) for each in step.values()]
        written = [*decoded.ids, codec.END] if decoded.finished else decoded.ids
        assert found.top[-1, :, 0].tolist() == written[-SHOWN:]
        state = student.start(student.encode(*pad([source])))
        states, _, _ = student.step(state)
        logits = student.output(states)[0]
        logits[spelling.UNKNOWN] = -torch.inf
    if found.before == 0:
        assert found.chances[-1, 0, 0] == pytest.approx(float(logits.softmax(-1).max()), abs=1e-5)
    assert (found.embedding, found.layer(0)) == (False, 1)
    assert found.target == tokenizer.decode(written)
    assert np.isfinite(found.probabilities).all()


FAMILIES = {"marian": tiny_checkpoints.marian, "bart": tiny_checkpoints.bart, "t5": tiny_checkpoints.t5}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_decoder_of_transformers_writes_what_the_last_row_says(family: str, tmp_path: Path) -> None:
    """The last row is a plain forward pass, the first one the unembedding of what the decoder reads."""
    FAMILIES[family](tmp_path)
    model = AutoModelForSeq2SeqLM.from_pretrained(tmp_path).eval()
    tokenizer: Any = OpusTokenizer.of(tmp_path) if family == "marian" else AutoTokenizer.from_pretrained(tmp_path)
    loaded = Loaded(Seq2Seq(model), tokenizer, "cpu", "float32", 1)
    source, written, target, states = seq2seq_states(loaded, "", "a cat sat", 4, lambda: None)
    with torch.inference_mode():
        start = model.generation_config.decoder_start_token_id
        own = model(
            input_ids=torch.tensor([source.ids]), decoder_input_ids=torch.tensor([[start, *written[:-1]]])
        ).logits[0, -4:]
        own[:, loaded.model.never] = -torch.inf
        np.testing.assert_allclose(states.logits(-1).softmax(-1), own.softmax(-1), atol=1e-5)
        assert states.logits(0).shape == own.shape
    assert len(states.rows) == (4 if family == "marian" else 3)
    if family == "marian":
        assert "".join(text_of(tokenizer, each) for each in written).removesuffix("</s>").strip() == target
    assert token_of(tokenizer, "cat") >= 0


def test_stop_ends_it_after_a_row(lens: LogitLens) -> None:
    """A report that raises ends the work."""

    def stop(stage: Stage) -> None:
        if stage.action == "Running":
            raise Stopped

    with pytest.raises(Stopped):
        lens(TEXT, report=stop)


def test_what_cannot_be_used_is_refused(lens: LogitLens) -> None:
    """A model that does not write, and empty words."""
    with pytest.raises(InputError, match="model must be one of SmolLM2"):
        lens.check("abc", "", MINILM.name)
    with pytest.raises(InputError, match="text is empty"):
        lens.check(" ")
    with pytest.raises(InputError, match="word is empty"):
        lens.check("abc", " ")


@pytest.mark.real
@pytest.mark.parametrize(
    ("text", "word", "ranks"),
    [
        ("The capital of Portugal is", "Lisbon", {0: 22_742, 23: 34_949, 28: 131, 29: 13, 30: 1}),
        ("The opposite of hot is", "cold", {28: 1, 30: 1}),
    ],
)
def test_an_answer_appears(real: LogitLens, text: str, word: str, ranks: dict[int, int]) -> None:
    """The ranks of a known answer fall to 1, as layer by layer the model makes up its mind."""
    found = real(text, word)
    for row, rank in ranks.items():
        assert found.ranks[row, -1, 0] == rank
    with real.cache.lease(SMOLLM2.with_attention(), ignore) as loaded:
        check_last_row(found, own_probabilities(loaded, text))


def test_a_copy_that_does_not_fit_says_which_model_has_the_lens() -> None:
    """Before anything is loaded; in the chat it is the model of the reply that may be too large."""
    lens = LogitLens(ModelCache(tiny.load, 3 * 10**9), (SMOLLM2, QWEN))
    with pytest.raises(InputError, match="SmolLM2 and the translators have the lens"):
        lens("hello", model=QWEN.name)
    with pytest.raises(InputError, match="takes 6,200 MB, more than the 3,000 MB"):
        list(lens.after(QWEN.name, [1, 2], 3))
    assert lens("hello").run.model == SMOLLM2.name
