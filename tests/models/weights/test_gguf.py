"""What a GGUF file says is read, and the copy that is served differs in the types of its tokens alone."""

import struct
from pathlib import Path

import pytest

from models.weights.gguf import ABOUT, CONTROL, MODEL, TOKEN_TYPES, About, metadata, prepare, prepared
from tests import tiny_gguf


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    """A tiny Llama."""
    path = tmp_path / "tiny.gguf"
    tiny_gguf.write(tiny_gguf.module(), path)
    return path


def test_it_tells_what_serving_needs(gguf: Path) -> None:
    """Sizes, the end token and the control tokens, from the file and again from what was prepared."""
    about = About.of(gguf)
    assert (about.architecture, about.vocabulary, about.context, about.end) == ("llama", 260, 2_048, 257)
    assert about.control == (256, 257, 258)
    # Two layers of keys and values of two heads of eight numbers of two bytes.
    assert about.cache_bytes == 2 * 2 * 2 * 8 * 2
    assert prepared(prepare(gguf)) == about


def test_only_the_types_of_the_tokens_change(gguf: Path) -> None:
    """The rest of the copy is the file byte for byte, and the file itself stays as it is."""
    before = gguf.read_bytes()
    folder = prepare(gguf)
    assert gguf.read_bytes() == before
    types = metadata(gguf)[TOKEN_TYPES]
    place = slice(types.offset, types.offset + 4 * len(types.values))
    copy = bytearray((folder / MODEL).read_bytes())
    assert struct.unpack(f"<{len(types.values)}i", copy[place]) == (CONTROL,) * 260
    copy[place] = before[place]
    assert copy == before


def test_it_is_prepared_once(gguf: Path) -> None:
    """What is whole is not made again; what broke off is."""
    folder = prepare(gguf)
    (folder / MODEL).write_bytes(b"kept")
    assert (prepare(gguf) / MODEL).read_bytes() == b"kept"
    (folder / ABOUT).unlink()
    assert (prepare(gguf) / MODEL).stat().st_size == gguf.stat().st_size


@pytest.mark.parametrize("length", [0, 3, 24, 200, 2_000])
def test_a_broken_file_is_an_error_in_words(gguf: Path, length: int) -> None:
    """A file that ends anywhere in its table is not taken for a model."""
    gguf.write_bytes(gguf.read_bytes()[:length])
    with pytest.raises(ValueError, match=r"tiny\.gguf"):
        About.of(gguf)


def test_another_file_is_an_error_in_words(tmp_path: Path) -> None:
    """So is one of another kind."""
    path = tmp_path / "model.gguf"
    path.write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(ValueError, match=r"model\.gguf"):
        About.of(path)
