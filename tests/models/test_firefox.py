"""The translation student: its file reader, its network, its alignment."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from models.catalog import ENGLISH_PORTUGUESE
from models.firefox import load_student
from models.packed import Packed, quantize, usable
from models.stages import ignore
from models.student import UNKNOWN, Student
from models.student_writing import END, StudentWriting, pad
from models.writing import Decoded
from tests import tiny_student
from tests.models.test_loading import loader

SOURCES = [[5, 9, 12, END], [7, END], [3, 4, 5, 6, 7, 8, 20, 30, END]]


@pytest.fixture
def student() -> Student:
    """A tiny student."""
    return tiny_student.student()


def test_a_written_student_is_read_again(student: Student, tmp_path: Path) -> None:
    """Every weight comes back the right way round, within the rounding to int8."""
    tiny_student.write(student, tmp_path)
    read, tokenizer = load_student(tmp_path)
    assert read.config == student.config
    for name, ours in student.state_dict().items():
        step = ours.abs().max() / 127 if ours.ndim == 2 else 0
        assert (read.state_dict()[name] - ours).abs().max() <= step / 2 + 1e-6, name
    assert tokenizer.decode(tokenizer.encode("lazy dog")) == "lazy dog"


@pytest.mark.parametrize(("old", "new"), [(b"dec-cell: ssru", b"dec-cell: gru4"), (b"\1\0\0\0", b"\2\0\0\0")])
def test_other_files_are_refused(student: Student, tmp_path: Path, old: bytes, new: bytes) -> None:
    """Another kind of network or another version of the format is named, not run."""
    tiny_student.write(student, tmp_path)
    file = tmp_path / "model.bin"
    file.write_bytes(file.read_bytes().replace(old, new, 1))
    with pytest.raises(ValueError, match=r"student|version"):
        load_student(tmp_path)


def test_a_batch_translates_as_each_alone(student: Student) -> None:
    """Neither padding nor the sentences that leave the batch change a translation."""
    for together, source in zip(student.translate(SOURCES), SOURCES, strict=True):
        (alone,) = student.translate([source])
        assert together.ids == alone.ids
        torch.testing.assert_close(together.alignment, alone.alignment)


def test_who_joins_or_leaves_changes_no_other_translation(student: Student) -> None:
    """A longer source joins in the midst of shorter ones, and one is dropped: each is what it is alone."""
    alone = dict(enumerate(student.translate(SOURCES)))
    writing = student.begin()
    assert writing.fits(SOURCES[:1], 4)
    assert not writing.fits(SOURCES[:2], 7)
    assert writing.join(SOURCES[:2]) == range(2)
    assert writing.fits(SOURCES[2:], 3 * 9)
    assert not writing.fits(SOURCES[2:], 3 * 9 - 1)
    found = writing.step() | writing.step()
    assert writing.join(SOURCES[2:]) == range(2, 3)
    writing.drop([0])
    while writing.rows:
        found |= writing.step()
    assert found.keys() - {0} == {1, 2}
    for row in (1, 2):
        assert found[row].ids == alone[row].ids
        torch.testing.assert_close(found[row].alignment, alone[row].alignment)


def test_alignment_is_head_0_of_the_last_layer(student: Student) -> None:
    """It equals that head's weights when the decoder is given the same target, and its rows sum to 1."""
    (decoded,) = student.translate(SOURCES[:1])
    weights = student.cross_attentions(student.encode(*pad(SOURCES[:1])), torch.tensor([decoded.ids]))
    assert [layer.shape for layer in weights] == [(1, 4, len(decoded.ids), 4)] * 2
    torch.testing.assert_close(decoded.alignment, weights[-1][0, 0])
    torch.testing.assert_close(decoded.alignment.sum(-1), torch.ones(len(decoded.ids)))


def test_encoder_attentions_skip_padding(student: Student) -> None:
    """Rows sum to 1 and nothing looks at padding."""
    _, mask, attentions = student.encode(*pad(SOURCES), attentions=True)
    assert len(attentions) == 2
    for weights in attentions:
        torch.testing.assert_close(weights.sum(-1), torch.ones_like(weights[..., 0]))
        assert (weights.transpose(1, 3)[~mask] == 0).all()


def test_length_is_bounded(student: Student) -> None:
    """A student that never ends is stopped at twice the source's length plus 10, and says so."""
    student.output.bias[END] = -1e9
    for decoded, source in zip(student.translate(SOURCES), SOURCES, strict=True):
        assert len(decoded.ids) == 2 * len(source) + 10
        assert not decoded.finished


def test_unknown_is_never_written(student: Student) -> None:
    """However likely `<unk>` is, another token is taken."""
    student.output.bias[UNKNOWN] = 1e9
    assert all(UNKNOWN not in decoded.ids for decoded in student.translate(SOURCES))


@pytest.mark.skipif(not usable(), reason="this CPU has no packed layers")
def test_rough_logits_change_no_translation(student: Student) -> None:
    """In eight bits the best token is often another one, but its better is then the second."""
    student.output.bias[END] = -1e9
    exact = student.translate(SOURCES)
    states = torch.randn(500, student.config.width, generator=torch.Generator().manual_seed(0))
    chosen = student._best_token(states)
    student.rough = quantize(student.output)
    assert [decoded.ids for decoded in student.translate(SOURCES)] == [decoded.ids for decoded in exact]
    rough = student.rough(states)
    rough[:, UNKNOWN] = -torch.inf
    assert (rough.argmax(-1) != chosen).any()
    assert (student._best_token(states) != chosen).float().mean() < 0.01
    student.output.bias[UNKNOWN] = 1e9
    student.rough = quantize(student.output)
    assert all(UNKNOWN not in decoded.ids for decoded in student.translate(SOURCES))


@pytest.mark.skipif(not usable(), reason="this CPU has no packed layers")
def test_the_loader_packs_layers_and_takes_rough_logits(student: Student, tmp_path: Path) -> None:
    """All bytes are counted; what tells attention has neither; both read a text the same way."""
    tiny_student.write(student, tmp_path)
    spec = replace(ENGLISH_PORTUGUESE, subfolder="")
    fast, slow = loader(tmp_path)(spec, ignore), loader(tmp_path)(spec.with_attention(), ignore)
    assert (fast.engine, fast.dtype, slow.engine, slow.dtype) == ("fbgemm", "float16", "torch", "float32")
    sides = (slow.model.encoder, slow.model.decoder)
    linears = [layer for side in sides for layer in side.modules() if isinstance(layer, nn.Linear)]
    replaced = sum(parameter.nbytes for layer in linears for parameter in layer.parameters())
    packed = [each for each in fast.model.modules() if isinstance(each, Packed)]
    assert len(packed) == len(linears)
    beside = fast.model.rough.nbytes + sum(each.nbytes for each in packed)
    assert fast.nbytes == slow.nbytes - replaced + beside
    assert slow.model.rough is slow.model.traced is None
    ids, mask = pad(SOURCES)
    torch.testing.assert_close(
        fast.model.encode(ids, mask).states[mask], slow.model.encode(ids, mask).states[mask], rtol=0.01, atol=0.01
    )


@pytest.mark.skipif(not usable(), reason="this CPU has no packed layers")
def test_without_python_between_its_operators_it_writes_the_same(student: Student, tmp_path: Path) -> None:
    """To the last bit, whatever joins, leaves, ends or is longer than what was there."""
    tiny_student.write(student, tmp_path)
    model = loader(tmp_path)(replace(ENGLISH_PORTUGUESE, subfolder=""), ignore).model
    longer = [[*range(2, n), END] for n in (40, 3, 17)]
    found: list[dict[int, Decoded]] = []
    for writer in (model, model.traced):
        assert writer is not None
        writing = StudentWriting(writer, torch.device("cpu"))
        writing.join(SOURCES)
        found.append(writing.step() | writing.step())
        writing.join(longer)
        writing.drop([2])
        found[-1] |= writing.step()
        writing.join(SOURCES[:1])
        while writing.rows:
            found[-1] |= writing.step()
    step_by_step, traced = found
    assert traced.keys() == step_by_step.keys() == {0, 1, 3, 4, 5, 6}
    for number, decoded in traced.items():
        assert decoded.ids == step_by_step[number].ids
        assert torch.equal(decoded.alignment, step_by_step[number].alignment)
