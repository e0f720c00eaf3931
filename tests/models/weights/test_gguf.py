"""What a GGUF file says is read, and serving changes the types of its tokens alone."""

import hashlib
import json
import struct
from dataclasses import asdict
from pathlib import Path

import pytest

from models.weights.gguf import (
    ABOUT,
    CONTROL,
    MODEL,
    SERVED,
    TOKEN_TYPES,
    About,
    metadata,
    prepare,
    prepared,
    restore,
    served,
    sha256_of,
)
from tests import tiny_gguf


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    """A tiny Llama."""
    path = tmp_path / "tiny.gguf"
    tiny_gguf.write(tiny_gguf.module(), path)
    return path


def test_it_shows_what_serving_needs(gguf: Path) -> None:
    """Sizes, the end token and the control tokens, from the file and again from what was prepared."""
    about = About.of(gguf)
    assert (about.architecture, about.vocabulary, about.context, about.end) == ("llama", 260, 2_048, 257)
    assert about.control == (256, 257, 258)
    # Two layers of keys and values of two heads of eight numbers of two bytes.
    assert about.cache_bytes == 2 * 2 * 2 * 8 * 2
    assert prepared(prepare(gguf)) == about


def test_only_the_types_of_the_tokens_change(gguf: Path) -> None:
    """The rest of the file stays byte for byte, it has no second copy, and it is known by the hash that it had."""
    before = gguf.read_bytes()
    types = metadata(gguf)[TOKEN_TYPES]
    folder = prepare(gguf)
    assert served(folder) == gguf
    assert sum(path.stat().st_size for path in folder.iterdir()) < 3_000
    place = slice(types.offset, types.offset + 4 * len(types.values))
    after = bytearray(gguf.read_bytes())
    assert struct.unpack(f"<{len(types.values)}i", after[place]) == (CONTROL,) * 260
    assert sha256_of(gguf) == hashlib.sha256(before).hexdigest() != hashlib.sha256(after).hexdigest()
    after[place] = before[place]
    assert after == before
    with gguf.open("r+b") as file:
        file.write(b"X")
    assert sha256_of(gguf) != hashlib.sha256(before).hexdigest()


def test_it_can_be_undone(gguf: Path) -> None:
    """As before another conversion; then the file is what it was, and must be prepared again."""
    before = gguf.read_bytes()
    about = prepared(prepare(gguf))
    restore(gguf)
    assert gguf.read_bytes() == before
    assert prepared(prepare(gguf)) == about


@pytest.mark.parametrize("types", [(), (CONTROL,) * 100, (CONTROL,) * 260])
def test_what_broke_off_is_prepared_again(gguf: Path, types: tuple[int, ...]) -> None:
    """A process that is killed before, while or after it changes the types leaves no trap."""
    before, place = gguf.read_bytes(), metadata(gguf)[TOKEN_TYPES].offset
    about = prepared(prepare(gguf))
    (gguf.parent / SERVED / ABOUT).unlink()
    gguf.write_bytes(before)
    with gguf.open("r+b") as file:
        file.seek(place)
        file.write(struct.pack(f"<{len(types)}i", *types))
    assert prepared(prepare(gguf)) == about
    assert sha256_of(gguf) == hashlib.sha256(before).hexdigest()


def test_the_copy_of_an_earlier_version_is_served(gguf: Path) -> None:
    """It is not made again."""
    folder = gguf.parent / SERVED
    folder.mkdir()
    (folder / MODEL).write_bytes(gguf.read_bytes())
    (folder / ABOUT).write_text(json.dumps(asdict(About.of(gguf))))
    before = gguf.read_bytes()
    assert served(prepare(gguf)) == folder / MODEL
    assert prepared(folder) == About.of(gguf)
    assert gguf.read_bytes() == before


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
