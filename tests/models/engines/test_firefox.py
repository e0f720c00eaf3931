"""The translation student in torch: its file reader, its network, its attention."""

from pathlib import Path

import pytest
import torch

from models.engines.torch.firefox import load_student
from models.engines.torch.student import Student, pad
from models.weights.student import tokenizer as student_tokenizer
from tests import tiny_student

SOURCES = tiny_student.SOURCES


@pytest.fixture
def student() -> Student:
    """A tiny student."""
    return tiny_student.student()


def test_a_written_student_is_read_again(student: Student, tmp_path: Path) -> None:
    """Every weight comes back the right way round, within the rounding to int8."""
    tiny_student.write(student, tmp_path)
    read, tokenizer = load_student(tmp_path), student_tokenizer(tmp_path)
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


def test_alignment_is_head_0_of_the_last_layer(student: Student) -> None:
    """It equals that head's weights when the decoder is given the same target, and its rows sum to 1."""
    (decoded,) = tiny_student.translated(student, SOURCES[:1])
    weights = student.cross_attentions(student.encode(*pad(SOURCES[:1])), torch.tensor([decoded.ids]))
    assert [layer.shape for layer in weights] == [(1, 4, len(decoded.ids), 4)] * 2
    alignment = torch.from_numpy(decoded.alignment)
    torch.testing.assert_close(alignment, weights[-1][0, 0])
    torch.testing.assert_close(alignment.sum(-1), torch.ones(len(decoded.ids)))


def test_encoder_attentions_skip_padding(student: Student) -> None:
    """Rows sum to 1 and nothing looks at padding."""
    _, mask, attentions = student.encode(*pad(SOURCES), attentions=True)
    assert len(attentions) == 2
    for weights in attentions:
        torch.testing.assert_close(weights.sum(-1), torch.ones_like(weights[..., 0]))
        assert (weights.transpose(1, 3)[~mask] == 0).all()
