"""A model from the Hub is locked at its first download and held to that; the Hub's own library does the download."""

import hashlib
import json
import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models.catalog.loading import Loader
from models.runtime.device import Device
from models.runtime.progress import Stage, ignore
from models.runtime.spec import HubRepository, HubWeights, ModelSpec, WeightFile
from models.weights.hub import wanted
from models.weights.lock import Locked, LockFile
from models.weights.store import WeightsMissing, WeightStore
from tests import tiny
from tests.fake_hub import FakeHub, ensure_from, point_at, serving

NAME = "tiny/sentiment"
HUB = HubWeights("tiny-sentiment", HubRepository(NAME), "CC0-1.0")
SPEC = ModelSpec("tiny-sentiment", "sentiment", HUB, 0)


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny classifier as Transformers saves it."""
    folder = tmp_path_factory.mktemp("checkpoint")
    loaded = tiny.load(ModelSpec("tiny", "sentiment", HUB, 0).with_attention(), ignore)
    loaded.model.save_pretrained(folder)
    loaded.tokenizer.save_pretrained(folder)
    (folder / "README.md").write_text("not wanted")
    (folder / "pytorch_model.bin").write_bytes(b"not wanted either")
    return folder


@pytest.fixture
def hub(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """A hub that offers the checkpoint, and is the one that huggingface_hub asks."""
    fake = FakeHub()
    fake.add(NAME, checkpoint)
    with serving(fake) as address:
        point_at(address, monkeypatch)
        yield fake


def test_the_first_download_locks_a_commit_and_every_file(tmp_path: Path, hub: FakeHub, checkpoint: Path) -> None:
    """The lock file names the commit, and of each file the size and the hash; code and pickles are not fetched."""
    stages: list[Stage] = []
    folder = WeightStore(tmp_path).ensure(HUB, stages.append)
    assert {path.name for path in folder.iterdir()} == {
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    }
    entry = json.loads((tmp_path / "models.lock.json").read_text())["models"]["tiny/sentiment@main"]
    assert entry["commit"] == hub.commit(NAME)
    for name, file in entry["files"].items():
        content = (checkpoint / name).read_bytes()
        assert file == {"nbytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    assert any(stage.action == "Downloading" and stage.fraction == 1 for stage in stages)
    assert {path.name for path in folder.parent.iterdir() if not path.name.endswith(".lock")} == {folder.name}


def test_what_is_locked_and_here_needs_no_hub(tmp_path: Path, hub: FakeHub) -> None:
    """The second load asks nobody, offline too."""
    folder = WeightStore(tmp_path).ensure(HUB)
    hub.asked.clear()
    assert WeightStore(tmp_path).ensure(HUB) == WeightStore(tmp_path, offline=True).ensure(HUB) == folder
    assert WeightStore(tmp_path, offline=True).has(HUB)
    assert not hub.asked


def test_a_committed_lock_holds_other_machines_to_it(tmp_path: Path, hub: FakeHub) -> None:
    """A machine with that file asks for the locked commit, and refuses what the branch has become."""
    WeightStore(tmp_path / "one").ensure(HUB)
    lock = tmp_path / "one" / "models.lock.json"
    second = WeightStore(tmp_path / "two", lock_path=lock)
    second.ensure(HUB)
    assert not (tmp_path / "two" / "models.lock.json").exists()
    commit = hub.commit(NAME)
    hub.repositories[NAME]["config.json"] += b" "
    with pytest.raises(WeightsMissing, match=rf"tiny-sentiment .*{NAME}@{commit} has no such revision"):
        WeightStore(tmp_path / "three", lock_path=lock).ensure(HUB)


def test_other_bytes_than_the_locked_ones_are_refused(tmp_path: Path, hub: FakeHub) -> None:
    """The right size and name are not enough."""
    store = WeightStore(tmp_path)
    hub.forged = True
    with pytest.raises(WeightsMissing, match=r"gave a model.safetensors that is not the expected one"):
        store.ensure(HUB)
    assert not store.has(HUB)
    hub.forged = False
    assert (store.ensure(HUB) / "model.safetensors").is_file()


def test_a_file_that_changed_on_disk_is_fetched_again(tmp_path: Path, hub: FakeHub, checkpoint: Path) -> None:
    """Every load is checked against the lock; offline the changed model is refused."""
    store = WeightStore(tmp_path)
    weights = store.ensure(HUB) / "model.safetensors"
    weights.write_bytes(bytes(weights.stat().st_size))
    with pytest.raises(WeightsMissing, match=r"tiny-sentiment is not in .* --offline forbids"):
        WeightStore(tmp_path, offline=True).ensure(HUB)
    store.ensure(HUB)
    assert weights.read_bytes() == (checkpoint / "model.safetensors").read_bytes()


def test_a_download_that_breaks_off_goes_on_where_it_was(
    tmp_path: Path, hub: FakeHub, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Hub's library asks for the rest, and the whole is checked."""
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 1_000)
    hub.breaks = 2
    folder = WeightStore(tmp_path).ensure(HUB)
    size = (checkpoint / "model.safetensors").stat().st_size
    first, second = (int(asked.removeprefix("bytes=").removesuffix("-")) for asked in hub.ranges)
    assert 0 < first <= size // 2 < second < size
    assert (folder / "model.safetensors").read_bytes() == (checkpoint / "model.safetensors").read_bytes()


def test_a_slow_hub_is_waited_for(tmp_path: Path, hub: FakeHub) -> None:
    """A pause in the middle of a file breaks nothing."""
    hub.pause = 1.0
    assert WeightStore(tmp_path).ensure(HUB).is_dir()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("missing", "tiny/sentiment@main is not there, or is private"),
        ("unknown", "tiny/sentiment@main is not there, or is private"),
        ("gated", "tiny/sentiment@main is gated: accept its terms .* HF_TOKEN"),
        ("not for you", "tiny/sentiment@main is gated: accept its terms .* HF_TOKEN"),
        ("no revision", "tiny/sentiment@main has no such revision"),
        ("broken", r"tiny/sentiment@main was refused by the Hub \(status 500\)"),
        ("short", "broke off: fewer bytes came than were announced"),
        ("nobody", r"tiny/sentiment@main could not be reached \(ConnectError\)"),
    ],
)
def test_a_failure_names_the_model_and_a_retry_works(
    tmp_path: Path, hub: FakeHub, fault: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every failure has a message, and leaves no partial files."""
    store = WeightStore(tmp_path)
    with monkeypatch.context() as patch:
        if fault == "nobody":
            point_at("http://127.0.0.1:9", patch)
        elif fault == "short":
            patch.setattr(hub, "short", True)
        else:
            patch.setattr(hub, "fault", fault)
        with pytest.raises(WeightsMissing, match=rf"tiny-sentiment.* could not be fetched: .*{words}"):
            store.ensure(HUB)
        assert not store.has(HUB)
    assert store.ensure(HUB).is_dir()


def test_a_full_disk_is_reported_and_a_retry_works(
    tmp_path: Path, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no fault of the Hub's, and the message says where room is needed."""

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    store = WeightStore(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("huggingface_hub.file_download.http_get", full)
        with pytest.raises(WeightsMissing, match=r"tiny-sentiment could not be kept in .*: No space left on device"):
            store.ensure(HUB)
    assert store.ensure(HUB).is_dir()


def test_offline_names_what_is_missing(tmp_path: Path, hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither --offline nor the Hub's own variable lets anything out."""
    with pytest.raises(WeightsMissing, match=r"tiny-sentiment is not in .* --offline forbids"):
        WeightStore(tmp_path, offline=True).ensure(HUB)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    from huggingface_hub import close_session

    close_session()
    with pytest.raises(WeightsMissing, match=r"tiny-sentiment could not be fetched: .* HF_HUB_OFFLINE forbids it"):
        WeightStore(tmp_path).ensure(HUB)
    close_session()
    assert not hub.asked


def test_weights_that_exist_only_as_a_pickle_are_refused(tmp_path: Path, hub: FakeHub) -> None:
    """They are not even downloaded."""
    del hub.repositories[NAME]["model.safetensors"]
    with pytest.raises(WeightsMissing, match=r"tiny-sentiment cannot be used: .*only safetensors.*pytorch_model\.bin"):
        WeightStore(tmp_path).ensure(HUB)
    assert not any(request.startswith("GET tiny/") for request in hub.asked)


@pytest.mark.parametrize("file", ["config.json", "tokenizer_config.json"])
def test_a_model_with_code_of_its_own_is_refused(tmp_path: Path, hub: FakeHub, file: str) -> None:
    """It is found out before its weights are downloaded, and is not locked."""
    content = json.loads(hub.repositories[NAME][file]) | {"auto_map": {"AutoModel": "evil.Evil"}}
    hub.repositories[NAME][file] = json.dumps(content).encode()
    with pytest.raises(WeightsMissing, match=rf"tiny-sentiment cannot be used: .*{file} requires custom code"):
        WeightStore(tmp_path).ensure(HUB)
    assert not any(request.startswith("GET") and "model.safetensors" in request for request in hub.asked)
    assert not (tmp_path / "models.lock.json").exists()


def test_weights_in_parts_come_with_their_index() -> None:
    """One file is taken where there is one, else all parts."""
    parts = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    index = "model.safetensors.index.json"
    assert wanted(["config.json", index, *parts, "evil.py"]) == ["config.json", index, *parts]
    assert wanted(["config.json", index, *parts, "model.safetensors"]) == ["config.json", "model.safetensors"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "cannot be read"),
        ('{"version": 2, "models": {}}', "is not of version 1"),
        ('{"version": 1, "models": []}', "has no table of models"),
        ('{"version": 1, "models": {"tiny/sentiment@main": {"commit": "a"}}}', "delete it to lock the newest"),
        (
            '{"version": 1, "models": {"tiny/sentiment@main": {"commit": "a", "files": {"../x": {"nbytes": 1, '
            '"sha256": "a"}}}}}',
            "no plain file name",
        ),
    ],
)
def test_a_damaged_lock_file_is_reported(tmp_path: Path, hub: FakeHub, content: str, words: str) -> None:
    """Nothing is fetched past it, and it is left as it is."""
    lock = tmp_path / "models.lock.json"
    lock.write_text(content)
    with pytest.raises(WeightsMissing, match=f"tiny-sentiment cannot be trusted: .*{words}"):
        WeightStore(tmp_path).ensure(HUB)
    assert lock.read_text() == content


def test_a_lock_file_that_cannot_be_written_is_reported(tmp_path: Path, hub: FakeHub) -> None:
    """A model that no file can hold to its hashes is not taken."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(WeightsMissing, match=r"could not be locked in .* --lock"):
        WeightStore(tmp_path / "home", lock_path=blocked / "models.lock.json").ensure(HUB)
    assert LockFile(tmp_path / "none").find(HUB) is None


def test_the_first_to_lock_decides(tmp_path: Path) -> None:
    """Of two that downloaded at once the second gets what the first has locked, and the file keeps it."""
    first, second = (Locked(commit, (WeightFile("a", "a", 1, commit * 8),)) for commit in ("first", "second"))
    lock = LockFile(tmp_path / "models.lock.json")
    assert lock.add(HUB, first) == first
    assert lock.add(HUB, second) == first
    assert lock.find(HUB) == first


def test_it_loads_and_its_size_is_known_before(tmp_path: Path, hub: FakeHub) -> None:
    """What the cache makes room for is what the model then takes."""
    load = Loader(WeightStore(tmp_path), lambda: Device("cpu", "float32"), tmp_path)
    spec = SPEC.with_attention()
    needed = load.needs(spec, ignore)
    loaded = load(spec, ignore)
    assert loaded.model.config.num_labels == 3
    parameters = sum(parameter.nbytes for parameter in loaded.model.parameters())
    assert parameters <= needed < 1.1 * parameters


def test_two_processes_fetch_once(tmp_path: Path, checkpoint: Path) -> None:
    """Both end well, and the weights come over the wire once."""
    fake = FakeHub(pause=0.3)
    fake.add(NAME, checkpoint)
    context = multiprocessing.get_context("spawn")
    with serving(fake) as address:
        processes = [context.Process(target=ensure_from, args=(address, tmp_path, HUB)) for _ in range(2)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    downloads = {request: count for request, count in fake.asked.items() if "GET tiny" in request}
    assert downloads
    assert set(downloads.values()) == {1}


def test_kill_9_in_a_download_leaves_no_trap(tmp_path: Path, checkpoint: Path) -> None:
    """The next start has the whole model, of the commit that was locked, and nothing else is left."""
    fake = FakeHub(pause=600.0)
    fake.add(NAME, checkpoint)
    with serving(fake) as address:
        process = multiprocessing.get_context("spawn").Process(target=ensure_from, args=(address, tmp_path, HUB))
        process.start()
        assert fake.halfway.wait(240)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        assert not WeightStore(tmp_path).has(HUB)
        assert list(tmp_path.rglob("*.incomplete"))
        fake.pause = 0.0
        with pytest.MonkeyPatch.context() as patch:
            point_at(address, patch)
            WeightStore(tmp_path).ensure(HUB)
    folder = WeightStore(tmp_path, offline=True).ensure(HUB)
    assert (folder / "model.safetensors").read_bytes() == (checkpoint / "model.safetensors").read_bytes()
    assert not list(tmp_path.rglob("*.incomplete"))
    assert not list(tmp_path.rglob("*.partial"))
