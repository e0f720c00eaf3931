"""What every translator does, and that the student on OpenVINO is the student in torch."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import MarianConfig, MarianMTModel

from models.catalog.bundled import ENGLISH_PORTUGUESE
from models.engines.base import Decoded, Translator
from models.engines.student.model import GROUP_SIZE, PROPERTIES, StudentBatch, load
from models.engines.torch.firefox import load_student
from models.engines.torch.seq2seq import Seq2Seq
from models.engines.torch.student import Student
from models.runtime.progress import ignore
from models.weights.student import END, UNKNOWN
from tests import tiny_student
from tests.models.catalog.test_loading import loader
from tests.tiny_student import SOURCES, translated

MORE = [[*range(2, length), END] for length in (40, 3, 17, 25, 9)]


def openvino(folder: Path, student: Student) -> Translator:
    """`student` on OpenVINO, through its files in `folder`."""
    tiny_student.write(student, folder)
    return load(folder).model  # type: ignore[no-any-return]


@pytest.fixture(params=["openvino", "torch", "hub"])
def translator(request: pytest.FixtureRequest, tmp_path: Path) -> Translator:
    """A tiny translator on each engine."""
    if request.param == "hub":
        return hub_translator()
    student = tiny_student.student()
    return student if request.param == "torch" else openvino(tmp_path, student)


def hub_translator() -> Seq2Seq:
    """A tiny Marian model with random weights, as the Hub has them."""
    torch.manual_seed(0)
    config = MarianConfig(
        vocab_size=64,
        d_model=16,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        max_position_embeddings=128,
        pad_token_id=63,
        eos_token_id=END,
        decoder_start_token_id=63,
        forced_eos_token_id=None,
    )
    model = MarianMTModel._from_config(config, attn_implementation="eager").eval().requires_grad_(False)
    for parameter in model.parameters():
        parameter.add_(torch.randn_like(parameter), alpha=0.3)
    return Seq2Seq(model, (UNKNOWN,))


def assert_same(ours: Sequence[Decoded], theirs: Sequence[Decoded], tolerance: float = 1e-4) -> None:
    """The same tokens, and the same alignments within `tolerance`."""
    for one, other in zip(ours, theirs, strict=True):
        assert (one.ids, one.finished) == (other.ids, other.finished)
        np.testing.assert_allclose(one.alignment, other.alignment, atol=tolerance)


def test_a_batch_translates_as_each_alone(translator: Translator) -> None:
    """Neither padding nor the sources that leave the batch change a translation."""
    sources = [*SOURCES, *MORE]
    assert_same(translated(translator, sources), [translated(translator, [source])[0] for source in sources])


def test_translations_are_bounded_aligned_and_without_unknown_tokens(translator: Translator) -> None:
    """At most twice as long as the source and 10 more; each token's weights over the source sum to 1."""
    for source, decoded in zip(SOURCES, translated(translator, SOURCES), strict=True):
        bound = 2 * len(source) + 10
        assert decoded.finished == (len(decoded.ids) < bound) or len(decoded.ids) == bound
        assert not {END, UNKNOWN} & set(decoded.ids)
        assert decoded.alignment.shape == (len(decoded.ids), len(source))
        assert decoded.alignment.dtype == np.float32
        np.testing.assert_allclose(decoded.alignment.sum(1), 1, atol=1e-4)


def test_no_sources_give_nothing(translator: Translator) -> None:
    """An empty list is translated at once."""
    assert translated(translator, []) == []


def test_closing_ends_one_translation_and_no_other(translator: Translator) -> None:
    """The next caller gets the same as ever."""
    expected = translated(translator, SOURCES)
    left = translator.translate([MORE[0]])
    next(left)
    left.close()  # type: ignore[attr-defined]
    assert_same(translated(translator, SOURCES), expected)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("endless", [False, True])
def test_openvino_translates_as_torch_does(
    seed: int, endless: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same tokens and alignments, where it never ends and `<unk>` would be likeliest too.

    With activations in float32 the graphs are the module. As they serve, alignments are near its own.
    """
    student = tiny_student.student(seed)
    if endless:
        student.output.bias[END], student.output.bias[UNKNOWN] = -1e9, 1e9
    served = openvino(tmp_path, student)
    sources = [*SOURCES, *MORE]
    theirs = translated(load_student(tmp_path).eval(), sources)
    assert any(len(decoded.ids) > 1 for decoded in theirs)
    assert not endless or not any(decoded.finished for decoded in theirs)
    monkeypatch.setitem(PROPERTIES, GROUP_SIZE, 0)
    assert_same(translated(load(tmp_path).model, sources), theirs, 1e-5)
    for one, other in zip(translated(served, SOURCES), theirs, strict=False):
        assert one.ids[0] == other.ids[0]
        np.testing.assert_allclose(one.alignment[0], other.alignment[0], atol=5e-3)


def test_sources_that_join_or_leave_change_no_other_translation(tmp_path: Path) -> None:
    """Longer and shorter ones join in the middle, some are dropped: each is what it is alone."""
    served = openvino(tmp_path, tiny_student.student())
    sources = [*SOURCES, *MORE]
    alone = [translated(served, [source])[0] for source in sources]
    batch: StudentBatch = served._batch  # type: ignore[attr-defined]
    assert batch.size([[1] * 7, [1] * 3]) == 14
    first = batch.join(sources[:2])
    assert batch.size([[1] * 7]) == 3 * 7
    found = batch.step() | batch.step()
    second = batch.join(sources[2:5])
    batch.drop([first[0]])
    found |= batch.step()
    third = batch.join(sources[5:])
    batch.drop([second[1], third[0]])
    while batch._rows:
        found |= batch.step()
    kept = {number: alone[place] for place, number in enumerate([*first, *second, *third])}
    del kept[first[0]], kept[second[1]], kept[third[0]]
    assert found.keys() == kept.keys()
    assert_same([found[number] for number in kept], list(kept.values()))


def test_the_loader_takes_openvino_on_a_cpu_and_torch_for_attention(tmp_path: Path) -> None:
    """What serves and what shows its attention are two copies."""
    tiny_student.write(tiny_student.student(), tmp_path)
    spec = replace(ENGLISH_PORTUGUESE, subfolder="")
    fast, slow = loader(tmp_path)(spec, ignore), loader(tmp_path)(spec.with_attention(), ignore)
    assert (fast.engine, fast.dtype, fast.device) == ("openvino", "int8", "cpu")
    assert (slow.engine, slow.dtype) == ("torch", "float32")
    assert isinstance(slow.model, Student)
    assert fast.tokenizer.encode("fox") == slow.tokenizer.encode("fox")
